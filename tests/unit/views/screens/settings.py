"""/settings, and what it leads to; and what the operator is told."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import time, timedelta
from functools import partial

from bot.features.family.views import family_settings, operator, own_hours, settings
from bot.features.medicines.views import ladders
from bot.ui.answer import Screen
from bot.ui.presses.family import HoursOf
from domain.delivery.quiet_hours import QuietHours
from domain.family.settings.asked_first import AskedFirst, Candidate
from domain.family.settings.asked_first_notice import AskedFirstFacts
from domain.family.settings.hearing import Hearing
from domain.family.settings.hours import OwnHours
from domain.family.settings.overview import SettingsFacts
from domain.family.settings.test_message import TestFacts
from domain.family.unreachable import UnreachableFacts
from domain.models.family import Hears, HourCycle, LadderPlan
from domain.reminders.auditor import EDIT, NOT_AUDITED, WATCHED, Watched
from domain.reminders.invariants import Breach
from tests.unit.views.screens.conversation import choice
from tests.unit.views.screens.groups import group_screens
from tests.unit.views.screens.home import (
    ANNA_ID,
    BEN_ID,
    LONDON,
    NOW,
    PERSON_ID,
    Home,
    View,
)


def settings_screens(home: Home) -> Mapping[str, View]:
    words = home.words
    anna = Candidate(ANNA_ID, words.anna, is_named=False, is_reachable=True)
    ben = Candidate(BEN_ID, words.ben, is_named=True, is_reachable=False)
    only_ben = AskedFirst(PERSON_ID, words.person, [anna, ben])
    everybody = AskedFirst(PERSON_ID, words.other_person, [anna, replace(ben, is_named=False)])
    hears = [
        Hearing(PERSON_ID, words.person, Hears.EVERYTHING),
        Hearing(ANNA_ID, words.other_person, Hears.DIGEST),
    ]
    quiet = QuietHours(time(22), time(7))
    hours = OwnHours(time(7, 30), time(20), quiet, LONDON, is_own_zone=True, hides_names=False)
    none = replace(hours, morning_at=None, evening_at=None, quiet=None, is_own_zone=False)
    facts = SettingsFacts(
        LadderPlan.USUAL,
        [only_ben, everybody],
        hears,
        hours,
        hears_of_changes=True,
        may_change=True,
    )
    shown = partial(settings.settings, member=home.member)
    shared = partial(family_settings.family_settings, member=home.member)
    two_hours, twelve = timedelta(hours=2), replace(home.member, hour_cycle=HourCycle.H12)
    ask_hours = partial(
        own_hours.ask, zone="London time", buttons=[choice(own_hours.none_label(HoursOf.QUIET))]
    )
    medicine = home.outlook.medicine
    own = replace(medicine, ladder=LadderPlan.STEEP)
    notice = AskedFirstFacts(words.anna, words.family, words.person, True, [words.ben])
    late = {
        each: Breach(WATCHED.get(each, EDIT), 12, NOW - timedelta(minutes=7)) for each in Watched
    }
    late[Watched.AUDIT] = Breach(NOT_AUDITED, 5, None)
    gone = UnreachableFacts(words.ben, words.family, False, [words.anna])
    return {
        **group_screens(home, facts),
        "settings": partial(shown, facts),
        "settings_of_somebody_who_hides": partial(
            settings.settings,
            replace(facts, hours=replace(none, hides_names=True), hears_of_changes=False),
            member=twelve,
        ),
        "settings_of_nobody": partial(
            shown, replace(facts, hearing=(), hours=replace(none, zone=None))
        ),
        **{
            f"settings_hearing_{each}": partial(
                settings.hearing, Hearing(PERSON_ID, words.person, each), member=home.member
            )
            for each in Hears
        },
        "settings_hearing_set": partial(settings.hearing_set, Screen("…"), hears[1]),
        "settings_names_hidden": partial(settings.names_hidden, Screen("…"), hidden=True),
        "settings_names_shown": partial(settings.names_hidden, Screen("…"), hidden=False),
        **{
            f"settings_hours_{name}_{which}": partial(ask_hours, which, now=now)
            for which in HoursOf
            for name, now in (("set", "22:00 to 07:00"), ("none", ""))
        },
        **{
            f"settings_hours_saved_{name}_{which}": partial(own_hours.saved, which, at, Screen("…"))
            for which in HoursOf
            for name, at in (("set", "22:00 to 07:00"), ("none", ""))
        },
        **{
            f"settings_hours_{name}_{which}": partial(view, which)
            for which in (HoursOf.MORNING, HoursOf.QUIET)
            for name, view in (
                ("unreadable", partial(own_hours.unreadable, words.medicine)),
                ("clash", own_hours.clash),
            )
        },
        "family_settings": partial(shared, facts, two_hours, None),
        "family_settings_of_somebody_who_may_not": partial(
            shared,
            replace(facts, ladder=LadderPlan.ONCE, may_change=False),
            timedelta(hours=1),
            None,
        ),
        "family_settings_of_nobody": partial(
            shared, replace(facts, asked_first=()), two_hours, None
        ),
        "settings_ladder_set": partial(family_settings.ladder_set, Screen("…"), LadderPlan.STEEP),
        "settings_window_set": partial(family_settings.window_set, Screen("…"), two_hours),
        "settings_ask_who": partial(
            family_settings.ask_who,
            words.person,
            [words.ben],
            buttons=[
                choice(family_settings.member_label(words.anna, is_chosen=False)),
                choice(family_settings.member_label(words.ben, is_chosen=True)),
                choice(family_settings.save_label()),
            ],
            unreachable=[words.ben],
        ),
        "settings_ask_who_of_everybody": partial(
            family_settings.ask_who, words.person, (), buttons=(), unreachable=()
        ),
        "settings_asked_first_set": partial(family_settings.asked_first_set, only_ben),
        "settings_asked_first_everybody": partial(family_settings.asked_first_set, everybody),
        "settings_asked_first_notice": partial(family_settings.asked_first_changed, notice),
        "settings_asked_first_notice_of_others": partial(
            family_settings.asked_first_changed, replace(notice, is_asked=False)
        ),
        "settings_asked_first_notice_of_less": partial(
            family_settings.asked_first_changed, replace(notice, by_hears=Hears.DIGEST)
        ),
        "settings_asked_first_notice_of_everything_again": partial(
            family_settings.asked_first_changed, replace(notice, by_hears=Hears.EVERYTHING)
        ),
        "settings_test_on_its_way": partial(settings.test_on_its_way),
        "settings_test": partial(settings.test, TestFacts(NOW, None)),
        "settings_test_by_ones_clock": partial(settings.test, TestFacts(NOW, LONDON)),
        "unreachable": partial(settings.unreachable, gone),
        "unreachable_and_nobody_left": partial(settings.unreachable, replace(gone, asked=())),
        "reachable_again": partial(settings.unreachable, replace(gone, is_reachable_again=True)),
        "operator_late": partial(operator.late, late, now=NOW),
        "operator_late_in_one": partial(
            operator.late, {each: replace(late[each], count=1) for each in late}, now=NOW
        ),
        "operator_on_time_again": partial(operator.late, {}, now=NOW),
        "med_ladder": partial(ladders.ladder, medicine, LadderPlan.USUAL, member=home.member),
        "med_ladder_of_its_own": partial(ladders.ladder, own, LadderPlan.USUAL, member=home.member),
        "med_ladder_set": partial(ladders.ladder_set, Screen("…")),
    }
