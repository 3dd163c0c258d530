"""What is typed about a medicine that is still to be saved changes what it names, and keeps the
rest.
"""

from datetime import UTC, date, datetime

import pytest

from bot.features.medicines.flows.content.change_context import ChangeContext
from bot.grammar.commands.medicines import understand_medicine
from bot.grammar.problems import Misunderstood, Problem
from domain.local_time import Weekday
from domain.medicines.facts import Content
from domain.medicines.schedules.days import Cycle, Daily, Weekly
from domain.medicines.schedules.kinds import AsNeeded, Steps, WallClock
from tests.unit.grammar.family import LONDON, MUM

NOW = datetime(2026, 11, 23, 7, 40, tzinfo=UTC)  # a Monday


def draft(line: str) -> ChangeContext:
    typed = understand_medicine(line, people=[MUM], now=NOW)
    assert typed.name
    assert typed.dosage
    assert typed.schedule
    content = Content(typed.name, typed.dosage, typed.schedule, typed.instructions)
    return ChangeContext(content, LONDON, NOW)


def changed(line: str, words: str) -> Content:
    context = draft(line)
    found = context.apply([context.read(words)])
    assert isinstance(found, Content)
    return found


@pytest.mark.parametrize(
    ("line", "days"),
    [
        ("Ramipril 5 mg mon and thu 8am until 30 dec", Weekly(frozenset({Weekday.MONDAY}))),
        ("Cream 1 g every other week on mon and thu 8am", Weekly(frozenset({Weekday.MONDAY}), 2)),
        ("Aspirin 1 tablet 8am", Weekly(frozenset(Weekday) - {Weekday.THURSDAY})),
    ],
)
def test_a_weekday_is_left_out_of_the_days_so_far(line: str, days: Weekly) -> None:
    schedule = changed(line, "not on thursday").schedule
    assert isinstance(schedule, WallClock)
    assert schedule.days == days


@pytest.mark.parametrize("rhythm", ["every 2 days", "21 days on 7 off"])
def test_a_rhythm_leaves_out_no_weekday(rhythm: str) -> None:
    with pytest.raises(Misunderstood) as refused:
        changed(f"Pill 1 tablet {rhythm} 8am", "not on sundays")
    assert refused.value.problem is Problem.CHANGE_UNREADABLE


def test_other_days_than_a_rhythm_are_said() -> None:
    context = draft("Pill 1 tablet 21 days on 7 off 8am")
    assert context.replaced_rhythm(changed("Pill 1 tablet 8am", "on weekdays")) == Cycle(21, 7)
    assert draft("Pill 1 tablet 8am").replaced_rhythm(context.content) is None


def test_a_length_of_one_of_several_steps_names_it() -> None:
    line = "Prednisolone 20 mg 8am for 3 days then 10 mg"
    with pytest.raises(Misunderstood) as unclear:
        changed(line, "for 4 days")
    assert unclear.value.problem is Problem.WHICH_STEP
    for words, ends in (
        ("10 mg for 4 days", [date(2026, 11, 25), date(2026, 11, 29)]),
        ("20 mg for 4 days", [date(2026, 11, 26), None]),
    ):
        schedule = changed(line, words).schedule
        assert isinstance(schedule, Steps)
        assert [step.ends_on for step in schedule.steps] == ends


def test_a_limit_in_amounts_is_counted_anew_for_another_amount() -> None:
    line = "Ibuprofen 400 mg as needed, no more than 1.2 g a day"
    before, after = draft(line).content.schedule, changed(line, "600 mg").schedule
    assert isinstance(before, AsNeeded)
    assert isinstance(after, AsNeeded)
    assert (before.max_per_day, after.max_per_day) == (3, 2)


def test_every_other_day_is_counted_over_the_steps() -> None:
    line = "Prednisolone 40 mg at 8am for 3 days then 20 mg for 3 days"
    schedule = changed(line, "every other day").schedule
    assert isinstance(schedule, Steps)
    first, second = schedule.steps
    assert first.days == second.days == Daily(2)
    assert (second.starts_on - first.starts_on).days % 2 == 0


@pytest.mark.parametrize(
    ("words", "note"),
    [("with water", "with food; with water"), ("before food", "before food")],
)
def test_a_note_is_kept_beside_another(words: str, note: str) -> None:
    assert changed("Vitamin D 1 capsule 8am with food", words).instructions == note


def test_no_limit_keeps_the_interval() -> None:
    schedule = changed("Codeine 30 mg as needed, 4 hours apart, max 4 a day", "no limit").schedule
    assert isinstance(schedule, AsNeeded)
    assert schedule.min_interval is not None
    assert schedule.max_per_day is None


@pytest.mark.parametrize(
    ("line", "words", "dosage"),
    [
        ("Codeine 30 mg 8am", "2 tablets", "30 mg 2 tablets"),
        ("Codeine 2 tablets 8am", "30 mg tablets", "30 mg tablets, 2 tablets"),
        ("Codeine 30 mg 8am", "60 mg", "60 mg"),
    ],
)
def test_a_number_of_tablets_keeps_the_strength(line: str, words: str, dosage: str) -> None:
    assert changed(line, words).dosage.words == dosage


@pytest.mark.parametrize(
    ("line", "words", "amounts"),
    [
        ("Apixaban 5 mg at 8am and 8pm", "2.5 mg at 8pm", ["5 mg", "2.5 mg"]),
        (
            "Insulin 10 units at 8am and 12 units at 6pm",
            "14 units at 6pm",
            ["10 units", "14 units"],
        ),
        ("Keppra 500 mg at 8am and 8pm for 7 days", "250 mg at 8am", ["250 mg", "500 mg"]),
        ("Requip 1 mg at 12:30 and 22:00", "2 mg at 22:00", ["1 mg", "2 mg"]),
    ],
)
def test_an_amount_at_one_of_the_times_leaves_the_others(
    line: str, words: str, amounts: list[str]
) -> None:
    before, after = draft(line).content.schedule, changed(line, words).schedule
    assert isinstance(before, WallClock)
    assert isinstance(after, WallClock)
    assert (after.times, after.ends_on) == (before.times, before.ends_on)
    assert [dosage.words for dosage in after.dosages or ()] == amounts


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("Pregabalin 75 mg at 9pm on weekdays", "10pm on saturdays"),
        ("Baclofen 10 mg at 8am", "at 9am on wednesdays"),
        ("Geodon 40 mg at 8am, 2pm and 8pm", "20 mg at 2pm on sundays"),
    ],
)
def test_times_on_some_days_do_not_replace_the_others(line: str, words: str) -> None:
    with pytest.raises(Misunderstood) as refused:
        changed(line, words)
    assert refused.value.problem is Problem.PART_OF_THE_WEEK


@pytest.mark.parametrize("words", ["and thursdays", "thursdays too", "also on thursday"])
def test_a_day_is_added_to_those_so_far(words: str) -> None:
    schedule = changed("Alfacalcidol 1 tablet mondays at 9am", words).schedule
    assert isinstance(schedule, WallClock)
    assert schedule.days == Weekly(frozenset({Weekday.MONDAY, Weekday.THURSDAY}))


@pytest.mark.parametrize(
    ("words", "last"),
    [
        ("for 5 more days", date(2026, 12, 7)),
        ("another week", date(2026, 12, 9)),
        ("for another 5 days", date(2026, 12, 7)),
        ("for a further 2 weeks", date(2026, 12, 16)),
        ("make it 5 days", date(2026, 11, 27)),
        ("only until friday", date(2026, 11, 27)),
    ],
)
def test_more_days_come_after_the_last_one(words: str, last: date) -> None:
    schedule = changed("Cozaar 50 mg at 9pm for 10 days", words).schedule
    assert isinstance(schedule, WallClock)
    assert schedule.ends_on == last


def test_a_number_of_doses_is_no_amount() -> None:
    content = changed("Alendronate 70 mg mondays at 7am", "4 doses")
    assert content.dosage.words == "70 mg"
    assert isinstance(content.schedule, WallClock)
    assert content.schedule.ends_on == date(2026, 12, 21)  # 7am of today is over


def test_a_strength_beside_the_number_stays() -> None:
    assert changed("Femara 500 mg, 2 tablets at 9pm", "1 tablet").dosage.words == "500 mg 1 tablet"


def test_another_limit_takes_its_note_away() -> None:
    line = "Paracetamol 500 mg 1-2 tablets every 4 to 6 hours prn, max 8 tablets in 24 hours"
    assert draft(line).content.instructions == "max 8 tablets in 24 hours"
    content = changed(line, "max 6 tablets in 24 hours")
    assert content.instructions == "max 6 tablets in 24 hours"
    assert isinstance(content.schedule, AsNeeded)
    assert content.schedule.max_per_day == 3
