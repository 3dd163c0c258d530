"""Which of several plans a change means: asked, and answered by a tap or in words."""

from dataclasses import replace
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.conversation.engine import Reply
from bot.features.medicines.flows.content.change_context import ChangeContext
from bot.features.medicines.flows.content.content_changes import data_of_question, take_answer
from domain.local_time import Weekday
from domain.medicines.dosages import Dosage
from domain.medicines.facts import Content
from domain.medicines.schedule_changes.changes import Change
from domain.medicines.schedule_changes.editing import apply_change
from domain.medicines.schedules.days import Weekly
from domain.medicines.schedules.kinds import Combined, WallClock

LONDON = ZoneInfo("Europe/London")
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
TODAY = date(2026, 11, 23)
MG_5, MG_2 = Dosage("5 mg", Decimal(5), "mg"), Dosage("2.5 mg", Decimal("2.5"), "mg")
PLANS = (
    WallClock((time(18),), TODAY, None, Weekly(frozenset(Weekday(n) for n in range(5))), (MG_5,)),
    WallClock((time(10),), TODAY, None, Weekly(frozenset({Weekday(5), Weekday(6)})), (MG_2,)),
)
WARFARIN = Content("Warfarin", MG_5, Combined(PLANS))
CONTEXT = ChangeContext(WARFARIN, LONDON, NOW)
AT_SEVEN = Change(times=(time(19),))


def asked(change: Change, content: Content = WARFARIN) -> tuple[str, dict[str, Any]]:
    question = apply_change(content, change, zone=LONDON, now=NOW)
    assert not isinstance(question, Content)
    return data_of_question(question)


def answered(reply: Reply) -> Change:
    step, data = asked(AT_SEVEN)
    return take_answer(step, data, reply, AT_SEVEN, CONTEXT)


def test_each_plan_has_a_button_that_says_when_it_is_given() -> None:
    step, data = asked(AT_SEVEN)
    assert step == "which"
    assert data["about"] == "times"
    assert data["buttons"] == [
        ["p0", "5 mg: Mon–Fri at 18:00"],
        ["p1", "2.5 mg: Sat, Sun at 10:00"],
        ["all", "All of them"],
    ]


def test_all_is_not_offered_for_days() -> None:
    _step, data = asked(Change(days=Weekly(frozenset({Weekday.MONDAY}))))
    assert data["about"] == "days"
    assert [key for key, _label in data["buttons"]] == ["p0", "p1"]


@pytest.mark.parametrize(
    ("reply", "place"),
    [
        (Reply(choice="p1"), "p1"),
        (Reply(text="Mon-Fri"), "p0"),
        (Reply(text="sat, sun"), "p1"),
        (Reply(text="5 mg"), "p0"),
        (Reply(text="2.5 mg"), "p1"),
        (Reply(text="all of them"), "all"),
    ],
)
def test_a_plan_is_tapped_or_named(reply: Reply, place: str) -> None:
    assert answered(reply) == replace(AT_SEVEN, place=place)


@pytest.mark.parametrize("text", ["at 20:00", "20:00"])
def test_other_words_are_another_change(text: str) -> None:
    assert answered(Reply(text=text)) == Change(times=(time(20),))


def test_an_amount_that_answers_a_question_about_amounts_is_another_amount() -> None:
    change = Change(dosage=Dosage("3 mg", Decimal(3), "mg"))
    step, data = asked(change)
    assert data["about"] == "amount"
    assert take_answer(step, data, Reply(text="5 mg"), change, CONTEXT) == Change(dosage=MG_5)


def test_a_question_of_the_older_program_is_still_understood() -> None:
    data = {"buttons": [["s0", "Step 1: 20 mg at 08:00"]], "is_about_times": True}
    answer = take_answer("which", data, Reply(choice="s0"), AT_SEVEN, CONTEXT)
    assert answer == replace(AT_SEVEN, place="s0")
