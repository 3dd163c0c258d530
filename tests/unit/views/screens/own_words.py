"""Answers to what is said in one's own words."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from functools import partial

from bot.features.family.views import notices
from bot.features.medicines.views import nicknames
from bot.features.overview.views import danger, first_minute, given_since, own_words, said
from bot.grammar.intents.kinds import Danger, Unsaid
from bot.grammar.intents.questions import Part, Span
from bot.ui.answer import Answer, Screen
from bot.ui.presses.doses import Snooze
from domain.family.alarms import AlarmFacts, Called
from domain.medicines.dosages import Dosage
from domain.medicines.expansion.planned import PlannedDose
from domain.models.medicines import DoseStatus
from tests.unit.views.screens.conversation import choice
from tests.unit.views.screens.home import (
    ANNA_ID,
    BEN_ID,
    FAMILY_ID,
    LONDON,
    MEDICINE_IDS,
    NOW,
    PERSON_ID,
    SLOT,
    Home,
    View,
)

TODAY = NOW.astimezone(LONDON).date()


def _only_text(words: Callable[[], str]) -> Screen:
    return Screen(words())


def own_words_screens(home: Home) -> Mapping[str, View]:
    words = home.words
    taken, skipped = home.dose(DoseStatus.TAKEN), home.dose(DoseStatus.SKIPPED, 1)
    open_dose, missed = home.dose(DoseStatus.PENDING, 2), home.dose(DoseStatus.MISSED, 1)
    asked = {open_dose.id: {ANNA_ID: words.anna, BEN_ID: words.ben}}
    names, page = [words.medicine], Screen("…")

    def given(facts: own_words.GivenFacts) -> View:
        return partial(own_words.given, facts, member=home.member, now=NOW)

    several = own_words.GivenFacts([taken, skipped, open_dose, missed], asked, (), (), TODAY, TODAY)
    nothing = own_words.GivenFacts((), {}, [taken], names, TODAY, TODAY)
    planned = [
        PlannedDose(
            MEDICINE_IDS[0],
            words.medicine,
            Dosage(words.dosage),
            PERSON_ID,
            words.person,
            LONDON,
            SLOT,
        )
    ]
    return {
        "own_given": given(several),
        "own_given_nothing": given(nothing),
        "own_given_of_several": given(
            own_words.GivenFacts(
                [taken, open_dose],
                asked,
                [taken],
                ("Aspirin",),
                TODAY,
                TODAY,
                names_people=True,
            )
        ),
        "own_given_yesterday": given(
            own_words.GivenFacts((), {}, (), names, TODAY - timedelta(days=1), TODAY)
        ),
        "own_ahead": partial(own_words.ahead, planned, span=Span.TOMORROW, now=NOW),
        "own_ahead_nothing": partial(own_words.ahead, (), span=Span.WEEK, now=NOW),
        "own_ahead_part": partial(
            own_words.ahead, planned, span=Span.USUAL, part=Part.NOON, now=NOW
        ),
        "own_planned_on": partial(
            own_words.planned_on, TODAY, [home.appointment], member=home.member, today=TODAY
        ),
        "own_planned_on_nothing": partial(
            own_words.planned_on,
            TODAY + timedelta(days=3),
            (),
            member=home.member,
            today=TODAY,
        ),
        "own_comes_after": partial(own_words.comes_after, words.medicine),
        "said_is_driven": partial(said.to_tap, said.is_driven(), [page]),
        "own_next_week": partial(
            own_words.planned_in,
            Span.NEXT_WEEK,
            [home.appointment],
            member=home.member,
            today=TODAY,
        ),
        "own_next_week_nothing": partial(
            own_words.planned_in, Span.NEXT_WEEK, (), member=home.member, today=TODAY
        ),
        "own_this_week": partial(
            own_words.planned_in,
            Span.WEEK,
            [home.appointment],
            person=words.person,
            member=home.member,
            today=TODAY,
        ),
        "own_this_week_nothing": partial(
            own_words.planned_in, Span.WEEK, (), member=home.member, today=TODAY
        ),
        "own_weekend_nothing": partial(
            own_words.planned_in, Span.WEEKEND, (), member=home.member, today=TODAY
        ),
        "own_coming_nothing": partial(
            own_words.planned_in,
            Span.COMING,
            (),
            person=words.person,
            member=home.member,
            today=TODAY,
        ),
        "own_given_since": partial(
            given_since.given_since,
            [taken],
            names=names,
            person="",
            hours=24,
            most=2,
            is_complete=True,
            names_people=True,
            member=home.member,
            now=NOW,
        ),
        "own_given_since_nothing": partial(
            given_since.given_since,
            (),
            names=(),
            person=words.person,
            hours=72,
            most=None,
            is_complete=False,
            names_people=False,
            member=home.member,
            now=NOW,
        ),
        "own_no_record_late": partial(
            own_words.no_record,
            Unsaid.PLANNED,
            None,
            is_to_come=False,
            member=home.member,
            now=NOW,
        ),
        "own_cannot_leave_out": partial(_only_text, own_words.cannot_leave_out),
        "said_pause_after": partial(said.pause_after, open_dose, "until Thursday"),
        "said_recorded_otherwise": partial(said.to_tap, said.recorded_otherwise(), [page]),
        "said_not_due_yet": partial(said.not_due_yet, [open_dose], Answer(send=(page,))),
        "said_change_later": partial(said.to_tap, said.change_later("Aspirin is now 4 mg"), [page]),
        "own_no_purpose": partial(own_words.no_purpose, Screen("…")),
        "own_left_out": partial(own_words.left_out, words.medicine),
        "own_no_reason": partial(own_words.no_reason, words.medicine),
        "own_not_understood": partial(own_words.not_understood, words.medicine),
        "own_no_rota": partial(own_words.no_rota),
        "own_nothing_recorded_unable": partial(
            own_words.no_record, Unsaid.UNABLE, None, member=home.member, now=NOW
        ),
        "own_no_own_reminders": partial(own_words.no_own_reminders),
        "own_may": partial(own_words.may_be_given, Screen("…")),
        "own_which": partial(
            own_words.which_medicine, [(MEDICINE_IDS[0], words.medicine)], member=home.member
        ),
        "own_no_record": partial(
            own_words.no_record, Unsaid.NEGATED, None, member=home.member, now=NOW
        ),
        "own_no_record_planned": partial(
            own_words.no_record, Unsaid.PLANNED, nothing, member=home.member, now=NOW
        ),
        "own_no_record_quoted": partial(
            own_words.no_record, Unsaid.QUOTED, None, member=home.member, now=NOW
        ),
        "own_advice": partial(own_words.asks_advice, [words.anna], has_doctors=True),
        "own_advice_told": partial(own_words.asks_advice, (), has_doctors=False, is_told=True),
        "own_no_notes_yet": partial(own_words.no_notes_yet, [words.anna], has_doctors=True),
        "own_advice_without_doctors": partial(own_words.asks_advice, (), has_doctors=False),
        "said_call_off": partial(said.to_tap, said.call_it_off(), [page]),
        "said_move": partial(said.to_tap, said.move_it(), [page, page]),
        "said_drive": partial(said.to_tap, said.drive(), [page]),
        "said_not_driving": partial(said.to_tap, said.stop_driving(), [page]),
        "said_not_down_to_drive": partial(said.to_tap, said.not_driving(), [page]),
        "said_stop": partial(said.to_tap, said.stop_it(), [page]),
        "said_recorded_already": partial(said.to_tap, said.recorded_already(), [page]),
        "said_stop_later": partial(said.to_tap, said.stop_later(), [page]),
        "said_pause_later": partial(said.pause_later, "Granny"),
        "told_nobody": partial(own_words.told_nobody),
        "said_nothing_planned": partial(said.nothing_planned),
        "said_nothing_open": partial(said.nothing_open),
        "said_nothing_paused": partial(said.nothing_paused),
        "said_whose": partial(said.whose),
        "said_of_somebody_else": partial(said.of_somebody_else, [(words.medicine, words.person)]),
        "said_not_about_that": partial(
            said.not_about_that,
            words.medicine,
            [(words.medicine, Snooze(family_id=FAMILY_ID, dose_id=open_dose.id, minutes=10))],
        ),
        "said_on_it": partial(said.on_it, [open_dose], member=home.member),
        "said_on_it_of_nothing": partial(said.on_it, (), member=home.member),
        "said_later": partial(said.ask_later, [open_dose], None, member=home.member),
        "said_later_in_minutes": partial(said.ask_later, [open_dose], 30, member=home.member),
        "said_later_of_several": partial(
            said.ask_later, [open_dose, missed], 20, member=home.member
        ),
        "said_later_of_nothing": partial(said.ask_later, (), None, member=home.member),
        "own_danger_told": partial(danger.told, Called([words.anna, words.ben], ())),
        "own_danger_told_nobody": partial(danger.told, Called((), [words.ben])),
        "own_alarm": partial(notices.alarm, AlarmFacts(words.anna, words.family, NOW, None)),
        "own_alarm_by_ones_clock": partial(
            notices.alarm, AlarmFacts(words.anna, words.family, NOW, LONDON)
        ),
        "nickname_asked": partial(
            nicknames.ask_which, "little white", buttons=[choice(words.medicine)]
        ),
        "nickname_learnt": partial(nicknames.learnt, "white", words.medicine),
        "nickname_forgotten": partial(nicknames.forgotten, page, "little white"),
        "nickname_forgotten_already": partial(nicknames.forgotten, page, None),
        "first_whom": partial(
            first_minute.ask_whom,
            words.anna,
            kept=words.medicine,
            is_again=False,
            buttons=[choice(each) for each in first_minute.whom_labels().values()],
        ),
        "first_whom_again": partial(
            first_minute.ask_whom,
            words.anna,
            kept="",
            is_again=True,
            buttons=[choice(words.person)],
        ),
        "first_link": partial(_only_text, first_minute.ask_for_link),
        "first_one_thing": partial(
            _only_text, partial(first_minute.one_thing_first, words.medicine)
        ),
        "first_ready": partial(
            first_minute.ready,
            replace(home.family, name=first_minute.family_of(words.person)),
            home.person,
            "London, United Kingdom",
            asks_medicine=True,
        ),
        "first_ready_to_save": partial(
            first_minute.ready, home.family, home.person, "Lisbon, Portugal", asks_medicine=False
        ),
        "own_hello": partial(own_words.hello, words.anna),
        "own_welcome": partial(own_words.welcome),
        "own_good_night": partial(own_words.good_night),
        "own_off_topic": partial(own_words.off_topic),
        "own_danger": partial(
            danger.danger, Danger.EMERGENCY, countries=["GB"], family_id=FAMILY_ID
        ),
        "own_danger_elsewhere": partial(
            danger.danger, Danger.EMERGENCY, countries=(), family_id=None
        ),
        "own_danger_poison": partial(
            danger.danger, Danger.POISON, countries=["GB", "US"], family_id=FAMILY_ID
        ),
        "own_danger_crisis": partial(
            danger.danger, Danger.CRISIS, countries=["GB"], family_id=FAMILY_ID
        ),
    }
