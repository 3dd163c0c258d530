"""Screens about the family's group: binding it, its settings, what is told of it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from functools import partial

from bot.features.family.views import family_settings, groups
from bot.ui import in_groups
from bot.ui.answer import Answer, Screen
from domain.family.group.notice import GroupNotice
from domain.family.group.reading import Bindable, GroupFacts
from domain.family.settings.overview import SettingsFacts
from domain.models.groups import Receives, Unbound
from tests.unit.views.screens.home import ANNA_ID, BEN_ID, FAMILY_ID, Home, View


def _toast(text: str) -> Answer:
    return Answer(toast=text)


def group_screens(home: Home, settings: SettingsFacts) -> Mapping[str, View]:
    words = home.words
    family = Bindable(FAMILY_ID, words.family, is_here=False, replaces=None)
    other = Bindable(BEN_ID, words.other_family, is_here=False, replaces=words.family)
    group = GroupFacts(ANNA_ID, -100, words.family, Receives.BESIDE, hides_names=False)
    instead = replace(group, receives=Receives.INSTEAD, hides_names=True)
    shown = partial(
        family_settings.family_settings, settings, timedelta(hours=2), member=home.member
    )
    notice = GroupNotice(words.other_family, words.family, words.anna, Receives.BESIDE, None)
    screen = Screen("…")
    return {
        "group_greeting": partial(groups.greeting),
        "group_goodbye": partial(groups.goodbye),
        "group_only_admins": partial(groups.only_admins),
        "group_already_here": partial(groups.already_here, words.family),
        "group_which_family": partial(groups.ask_which, [family, other]),
        "group_offer": partial(groups.offer, family, hidden=False),
        "group_offer_without_names": partial(groups.offer, other, hidden=True),
        "group_bound": partial(groups.bound, group, member=home.member),
        "group_bound_instead": partial(groups.bound, instead, member=home.member),
        "group_declined": partial(groups.declined),
        "group_closed": partial(groups.closed),
        "group_in_settings": partial(shown, group),
        "group_in_settings_instead": partial(shown, instead),
        "group_receives_beside": partial(groups.receives_set, screen, group),
        "group_receives_instead": partial(groups.receives_set, screen, instead),
        "group_with_names": partial(groups.names_set, screen, group),
        "group_without_names": partial(groups.names_set, screen, instead),
        "group_unbound": partial(groups.unbound, screen),
        "group_told_beside": partial(groups.notice, notice),
        "group_told_instead": partial(groups.notice, replace(notice, receives=Receives.INSTEAD)),
        "group_told_ended": partial(groups.notice, replace(notice, why=Unbound.ADMIN)),
        "group_told_no_right": partial(
            groups.notice, replace(notice, by=None, why=Unbound.NO_RIGHT)
        ),
        "group_told_removed": partial(groups.notice, replace(notice, by=None, why=Unbound.REMOVED)),
        "group_press_in_private": partial(in_groups.press_in_private, "carecircle_bot"),
        "group_anonymous": partial(in_groups.anonymous),
        "group_see_private_chat": partial(_toast, in_groups.see_private_chat()),
        "group_cannot_ask": partial(_toast, in_groups.cannot_ask_in_private("carecircle_bot")),
    }
