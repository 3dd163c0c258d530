"""/settings, and what it leads to."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

from bot.features.family.views import settings
from bot.features.medicines.views import ladders
from bot.ui.answer import Screen
from domain.family.settings.asked_first import AskedFirst, Candidate
from domain.family.settings.asked_first_notice import AskedFirstFacts
from domain.family.settings.overview import SettingsFacts
from domain.family.settings.test_message import TestFacts
from domain.family.unreachable import UnreachableFacts
from domain.models.family import LadderPlan
from tests.unit.views.screens.conversation import choice
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
    facts = SettingsFacts(
        LadderPlan.USUAL, [only_ben, everybody], hears_of_changes=True, may_change=True
    )
    shown = partial(settings.settings, member=home.member)
    medicine = home.outlook.medicine
    own = replace(medicine, ladder=LadderPlan.STEEP)
    notice = AskedFirstFacts(words.anna, words.family, words.person, True, [words.ben])
    gone = UnreachableFacts(words.ben, words.family, False, [words.anna])
    return {
        "settings": partial(shown, facts),
        "settings_of_somebody_who_may_not": partial(
            shown, replace(facts, ladder=LadderPlan.ONCE, hears_of_changes=False, may_change=False)
        ),
        "settings_of_nobody": partial(shown, replace(facts, asked_first=())),
        "settings_ladder_set": partial(settings.ladder_set, Screen("…"), LadderPlan.STEEP),
        "settings_ask_who": partial(
            settings.ask_who,
            words.person,
            [words.ben],
            buttons=[
                choice(settings.member_label(words.anna, is_chosen=False)),
                choice(settings.member_label(words.ben, is_chosen=True)),
                choice(settings.save_label()),
            ],
            unreachable=[words.ben],
        ),
        "settings_ask_who_of_everybody": partial(
            settings.ask_who, words.person, (), buttons=(), unreachable=()
        ),
        "settings_asked_first_set": partial(settings.asked_first_set, only_ben),
        "settings_asked_first_everybody": partial(settings.asked_first_set, everybody),
        "settings_asked_first_notice": partial(settings.asked_first_changed, notice),
        "settings_asked_first_notice_of_others": partial(
            settings.asked_first_changed, replace(notice, is_asked=False)
        ),
        "settings_test_on_its_way": partial(settings.test_on_its_way),
        "settings_test": partial(settings.test, TestFacts(NOW, None)),
        "settings_test_by_ones_clock": partial(settings.test, TestFacts(NOW, LONDON)),
        "unreachable": partial(settings.unreachable, gone),
        "unreachable_and_nobody_left": partial(settings.unreachable, replace(gone, asked=())),
        "reachable_again": partial(settings.unreachable, replace(gone, is_reachable_again=True)),
        "med_ladder": partial(ladders.ladder, medicine, LadderPlan.USUAL, member=home.member),
        "med_ladder_of_its_own": partial(ladders.ladder, own, LadderPlan.USUAL, member=home.member),
        "med_ladder_set": partial(ladders.ladder_set, Screen("…")),
    }
