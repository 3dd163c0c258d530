"""A change changes what it names and keeps the rest: sentence by sentence."""

from datetime import date, time, timedelta

import pytest

from bot.grammar.commands.schedule_changes import (
    parse_change,
    parse_max_per_day,
    parse_min_interval,
)
from bot.grammar.dosages import parse_dosage
from bot.grammar.problems import Misunderstood, Problem
from bot.grammar.schedules.parsing import parse_schedule
from bot.ui.words.regimens.schedules import schedule_in_words
from domain.medicines.facts import Content
from domain.medicines.schedule_changes.amounts import ALL, STRENGTH, own_dosages
from domain.medicines.schedule_changes.changes import Change
from domain.medicines.schedule_changes.comparison import Concern
from domain.medicines.schedule_changes.editing import apply_change
from domain.medicines.schedule_changes.questions import AskAmount, AskPlace, AskTimes, Topic
from domain.medicines.schedules.kinds import AsNeeded, Steps, WallClock
from domain.medicines.schedules.problems import InvalidSchedule
from tests.unit.grammar.commands.changes import (
    LONDON,
    NOW,
    ONE_TABLET,
    TODAY,
    TWO_TABLETS,
    change,
    changed,
    concerns,
)


def content(schedule: str, dosage: str = "1 tablet") -> Content:
    parsed = parse_schedule(schedule, zone=LONDON, now=NOW)
    return Content("Med", parse_dosage(dosage), parsed)


def said(of: Content) -> str:
    words = schedule_in_words(of.schedule, zone=LONDON, today=TODAY)
    return words if own_dosages(of.schedule) else f"{of.dosage.words}, {words}"


TAPER = "20 mg for 5 days, then 10 mg for 5 days at 09:00"
TWO_AMOUNTS = "1 tablet at 08:00 and 2 tablets at 22:00"


@pytest.mark.parametrize(
    ("schedule", "words", "new", "asked"),
    [
        # Those of the issue.
        ("every monday at 09:00", "at 19:00", "1 tablet, every Monday at 19:00", set()),
        ("every 2 days at 09:00", "at 19:00", "1 tablet, every 2 days at 19:00", set()),
        ("21 days on 7 off 22:00", "at 8am", "1 tablet, 21 days on, 7 days off at 08:00", set()),
        (
            "every day at 08:00 for 5 days",
            "at 09:00",
            "1 tablet, every day at 09:00, last day 28 November 2026",
            set(),
        ),
        (
            TAPER,
            "at 19:00",
            (
                "20 mg at 19:00, from 24 November 2026, last day 28 November 2026, then"
                " 10 mg at 19:00, last day 3 December 2026"
            ),
            set(),
        ),
        (TWO_AMOUNTS, "at 07:00 and 21:00", "1 tablet at 07:00 and 2 tablets at 21:00", set()),
        (
            "as needed, 6 hours apart, max 4 a day",
            "as needed",
            "1 tablet, as needed, at least 6 hours apart, at most 4 doses in 24 hours",
            set(),
        ),
        (
            "every 8 hours from 06:00",
            "every 6 hours",
            "1 tablet, every 6 hours: 00:00, 06:00, 12:00 and 18:00",
            {Concern.MORE_OFTEN},
        ),
        # Days change days, an end the end.
        ("every monday at 09:00", "on tuesday", "1 tablet, every Tuesday at 09:00", set()),
        (
            "every 2 weeks on monday at 09:00",
            "on tuesday",
            "1 tablet, every 2 weeks on Tue at 09:00",
            set(),
        ),
        (
            "every monday at 09:00",
            "every 2 weeks",
            "1 tablet, every 2 weeks on Mon at 09:00",
            set(),
        ),
        (
            "every monday at 09:00",
            "every day",
            "1 tablet, every day at 09:00",
            {Concern.MORE_OFTEN},
        ),
        (
            "21 days on 7 off 22:00",
            "every day",
            "1 tablet, every day at 22:00",
            {Concern.MORE_OFTEN, Concern.DAYS_OFF_LOST},
        ),
        (
            "every day at 08:00 for 5 days",
            "for 7 days",
            "1 tablet, every day at 08:00, last day 30 November 2026",
            {Concern.LONGER},
        ),
        (
            "every day at 08:00 for 5 days",
            "no end",
            "1 tablet, every day at 08:00",
            {Concern.END_LOST},
        ),
        (
            "every day at 08:00 for 5 days",
            "until 26 november",
            "1 tablet, every day at 08:00, last day 26 November 2026",
            set(),
        ),
        (
            TAPER,
            "until 25 november",
            "20 mg, every day at 09:00, from 24 November 2026, last day 25 November 2026",
            {Concern.STEPS_LOST},
        ),
        (
            "every 8 hours from 06:00",
            "at 07:00",
            "1 tablet, every 8 hours: 07:00, 15:00 and 23:00",
            set(),
        ),
        (
            "every 8 hours from 06:00",
            "every day at 08:00",
            "1 tablet, every day at 08:00",
            {Concern.INTERVAL_LOST},
        ),
        (
            "every 8 hours after the last dose",
            "every 6 hours",
            "1 tablet, every 6 hours after the last dose",
            {Concern.MORE_OFTEN},
        ),
        # Another kind of rhythm keeps what it can.
        (
            "every day at 08:00 for 5 days",
            "every 8 hours",
            "1 tablet, every 8 hours: 00:00, 08:00 and 16:00, last day 28 November 2026",
            {Concern.MORE_OFTEN},
        ),
        (
            "every day at 08:00 for 5 days",
            "as needed, max 2",
            "1 tablet, as needed, at most 2 doses in 24 hours, last day 28 November 2026",
            {Concern.TIMES_LOST},
        ),
        (
            "as needed, 6 hours apart, max 4 a day",
            "at 08:00",
            "1 tablet, every day at 08:00",
            {Concern.MORE_OFTEN, Concern.INTERVAL_LOST, Concern.MAXIMUM_LOST},
        ),
        # Limits.
        (
            "as needed, 6 hours apart, max 4 a day",
            "4 hours apart",
            "1 tablet, as needed, at least 4 hours apart, at most 4 doses in 24 hours",
            {Concern.MORE_OFTEN},
        ),
        (
            "as needed, 6 hours apart, max 4 a day",
            "max 3",
            "1 tablet, as needed, at least 6 hours apart, at most 3 doses in 24 hours",
            set(),
        ),
        (
            "as needed, 6 hours apart, max 4 a day",
            "no maximum",
            "1 tablet, as needed, at least 6 hours apart",
            {Concern.MAXIMUM_LOST},
        ),
        # Amounts.
        ("at 08:00", "2 tablets", "2 tablets, every day at 08:00", {Concern.LARGER}),
        ("at 08:00", "½ tablet", "½ tablet, every day at 08:00", set()),
        ("at 08:00", "50 mg", "50 mg, every day at 08:00", {Concern.OTHER_UNIT}),
        ("at 08:00", "2 tablets at 09:00", "2 tablets, every day at 09:00", {Concern.LARGER}),
        (
            TWO_AMOUNTS,
            "1 tablet at 07:00 and 3 tablets at 21:00",
            "1 tablet at 07:00 and 3 tablets at 21:00",
            {Concern.LARGER},
        ),
        (
            TAPER,
            "40 mg for 5 days, then 20 mg for 5 days",
            (
                "40 mg at 09:00, from 24 November 2026, last day 28 November 2026, then"
                " 20 mg at 09:00, last day 3 December 2026"
            ),
            {Concern.LARGER},
        ),
    ],
)
def test_what_is_named_changes_and_what_is_lost_is_asked(
    schedule: str, words: str, new: str, asked: set[Concern]
) -> None:
    before = content(schedule, "20 mg" if schedule == TAPER else "1 tablet")
    after = changed(before, words)
    assert said(after) == new
    assert concerns(before, after) == asked


class TestWhatCouldMeanSeveral:
    def test_the_amount_of_which_time(self) -> None:
        old = content(TWO_AMOUNTS)
        question = change(old, "3 tablets")
        assert isinstance(question, AskPlace)
        assert [place.times[0].hour for place in question.places] == [8, 22]
        first, second = question.places
        assert said(changed(old, "3 tablets", place=second.key)) == (
            "1 tablet at 08:00 and 3 tablets at 22:00"
        )
        assert said(changed(old, "3 tablets", place=first.key)) == (
            "3 tablets at 08:00 and 2 tablets at 22:00"
        )
        assert said(changed(old, "3 tablets", place=ALL)) == (
            "3 tablets, every day at 08:00 and 22:00"
        )

    def test_the_amount_of_which_step(self) -> None:
        old = content(TAPER, "20 mg")
        question = change(old, "15 mg")
        assert isinstance(question, AskPlace)
        assert [place.step for place in question.places] == [1, 2]
        assert said(changed(old, "15 mg", place=question.places[1].key)) == (
            "20 mg at 09:00, from 24 November 2026, last day 28 November 2026, then"
            " 15 mg at 09:00, last day 3 December 2026"
        )

    def test_a_strength_is_one_of_several(self) -> None:
        old = content("1 tablet at 08:00 and ½ at 22:00", "5 mg")
        question = change(old, "10 mg")
        assert isinstance(question, AskPlace)
        assert question.strength == old.dosage
        new = changed(old, "10 mg", place=STRENGTH)
        assert (new.dosage.words, new.schedule) == ("10 mg", old.schedule)
        assert concerns(old, new) == {Concern.LARGER}
        # What is counted in tablets is no strength in mg.
        of_tablets = change(old, "3 tablets")
        assert isinstance(of_tablets, AskPlace)
        assert of_tablets.strength is None

    def test_how_much_at_another_number_of_times(self) -> None:
        old = content(TWO_AMOUNTS)
        question = change(old, "at 09:00")
        assert question == AskAmount((ONE_TABLET, TWO_TABLETS))
        new = apply_change(old, Change(times=(time(9),), dosage=TWO_TABLETS), zone=LONDON, now=NOW)
        assert isinstance(new, Content)
        assert said(new) == "2 tablets, every day at 09:00"

    def test_the_times_of_which_step(self) -> None:
        old = content("20 mg for 5 days at 09:00, then 10 mg for 5 days at 21:00", "20 mg")
        question = change(old, "at 07:00")
        assert isinstance(question, AskPlace)
        assert question.about is Topic.STEP_TIMES
        assert said(changed(old, "at 07:00", place="s1")) == (
            "20 mg at 09:00, from 24 November 2026, last day 28 November 2026, then"
            " 10 mg at 07:00, last day 3 December 2026"
        )

    @pytest.mark.parametrize(
        ("schedule", "words", "so_far", "count"),
        [
            ("every monday at 09:00", "twice a day", [9], 2),
            ("every 8 hours from 06:00", "every day", [6, 14, 22], None),
            ("as needed, max 4", "every 6 hours", [], 1),
        ],
    )
    def test_at_what_time(
        self, schedule: str, words: str, so_far: list[int], count: int | None
    ) -> None:
        question = change(content(schedule), words)
        assert isinstance(question, AskTimes)
        assert [at.hour for at in question.so_far] == so_far
        assert question.count == count


def test_other_days_are_counted_from_when_it_was_due_next() -> None:
    """Every 2 days from yesterday on: due tomorrow, and from then on every 3 days."""
    old = content("every 2 days at 09:00 from 22 november 2026")
    new = changed(old, "every 3 days")
    assert isinstance(new.schedule, WallClock)
    assert new.schedule.starts_on == date(2026, 11, 24)


def test_steps_that_are_over_stay_as_they_were() -> None:
    old = content(TAPER, "20 mg")
    later = NOW + timedelta(days=7)
    typed = parse_change("at 19:00", schedule=old.schedule, zone=LONDON, now=later)
    new = apply_change(old, typed, zone=LONDON, now=later)
    assert isinstance(new, Content)
    assert isinstance(new.schedule, Steps)
    assert [step.times[0].hour for step in new.schedule.steps] == [9, 19]


@pytest.mark.parametrize(
    ("schedule", "words", "problem"),
    [
        ("every monday at 09:00", "blorp", Problem.UNKNOWN_WORDS),
        ("every monday at 09:00", "every day at 08:00 until 1 november 2026", Problem.END_IN_PAST),
        ("as needed", "as needed at 08:00", Problem.AS_NEEDED_AT_TIMES),
        ("at 08:00", "every 2 days on monday", Problem.CONTRADICTION),
        ("at 08:00", "once a week", Problem.WEEKDAYS_MISSING),
    ],
)
def test_what_cannot_be_read_is_said(schedule: str, words: str, problem: Problem) -> None:
    with pytest.raises(Misunderstood) as refused:
        change(content(schedule), words)
    assert refused.value.problem is problem


@pytest.mark.parametrize(
    ("schedule", "words"),
    [
        ("every monday at 09:00", "max 4"),  # a limit of what is due
        ("at 08:00", "every 2 weeks"),  # on which day?
    ],
)
def test_what_cannot_be_is_refused(schedule: str, words: str) -> None:
    with pytest.raises(InvalidSchedule):
        change(content(schedule), words)


@pytest.mark.parametrize(
    ("words", "minutes", "most"),
    [
        ("6 hours", 360, None),
        ("6h", 360, None),
        ("every 6 hours", 360, None),
        ("90 minutes", 90, None),
        ("4 hours apart, max 4", 240, 4),
    ],
)
def test_how_far_apart(words: str, minutes: int, most: int | None) -> None:
    schedule = AsNeeded(TODAY)
    typed = parse_min_interval(words, schedule=schedule, zone=LONDON, now=NOW)
    assert typed == Change(min_interval=timedelta(minutes=minutes), max_per_day=most)


@pytest.mark.parametrize(
    "words",
    [
        *("4", "four", "4 times", "4 doses", "max 4 a day", "4 in 24 hours", "4 doses in 24 hours"),
        "at most 4 doses in 24 hours",
    ],
)
def test_how_often(words: str) -> None:
    typed = parse_max_per_day(words, schedule=AsNeeded(TODAY), zone=LONDON, now=NOW)
    assert typed == Change(max_per_day=4)


@pytest.mark.parametrize("words", ["1", "1 dose", "one dose", "at most 1 dose in 24 hours"])
def test_once_at_most(words: str) -> None:
    typed = parse_max_per_day(words, schedule=AsNeeded(TODAY), zone=LONDON, now=NOW)
    assert typed == Change(max_per_day=1)


@pytest.mark.parametrize("dosage", ["100 mg", "2 tablets", "1-2 tablets", "2 doses"])
@pytest.mark.parametrize("most", [1, 2, 24])
def test_limits_mean_the_same_when_they_are_typed_as_shown(dosage: str, most: int) -> None:
    shown = AsNeeded(TODAY, timedelta(hours=6), most)
    words = schedule_in_words(shown, zone=LONDON, today=TODAY)
    typed = parse_change(
        words, schedule=AsNeeded(TODAY), dosage=parse_dosage(dosage), zone=LONDON, now=NOW
    )
    assert (typed.min_interval, typed.max_per_day) == (shown.min_interval, most)


@pytest.mark.parametrize("words", ["6", "banana", "at 08:00", "2 tablets", ""])
def test_no_length_of_time(words: str) -> None:
    with pytest.raises(Misunderstood):
        parse_min_interval(words, schedule=AsNeeded(TODAY), zone=LONDON, now=NOW)
