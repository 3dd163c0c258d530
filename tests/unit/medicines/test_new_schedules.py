"""An answer completes what was typed before it; only who says all of it again starts over."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from bot.features.medicines.flows.content.new_schedules import read_schedule
from bot.grammar.problems import Misunderstood, Problem
from domain.local_time import Weekday
from domain.medicines.schedules.days import EVERY_DAY, Cycle, Daily, Days, Weekly
from domain.medicines.schedules.kinds import WallClock
from domain.medicines.schedules.moments import USUAL_DAY

LONDON = ZoneInfo("Europe/London")
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def answered(so_far: str, answer: str) -> WallClock:
    typed = read_schedule(answer, so_far=so_far, zone=LONDON, now=NOW, day=USUAL_DAY, dosage=None)
    assert isinstance(typed.schedule, WallClock)
    return typed.schedule


@pytest.mark.parametrize(
    ("so_far", "answer", "days", "times"),
    [
        ("every monday at bedtime", "22:00", Weekly(frozenset({Weekday.MONDAY})), ["22:00"]),
        ("every other day at bedtime", "22:00", Daily(2), ["22:00"]),
        ("21 days on 7 off in the evening", "20:00", Cycle(21, 7), ["20:00"]),
        ("morning and evening", "8am and 8pm", EVERY_DAY, ["08:00", "20:00"]),
        ("twice a day", "08:00 and 20:00", EVERY_DAY, ["08:00", "20:00"]),
    ],
)
def test_an_answer_completes_what_was_typed(
    so_far: str, answer: str, days: Days, times: list[str] | None
) -> None:
    schedule = answered(so_far, answer)
    assert schedule.days == days
    if times is not None:
        assert schedule.times == tuple(map(time.fromisoformat, times))


@pytest.mark.parametrize(
    ("so_far", "answer", "ways"),
    [
        ("every 2 days", "tuesdays at 9:00", ["tuesdays at 9:00"]),
        ("twice a day", "three times a day at 8:00, 14:00, 20:00", None),
        ("every monday", "not monday tuesday at 9am", None),
        ("once a week", "not sunday, saturday 7am", None),
        ("every 3 days", "9am not sundays", None),
        ("every other day", "9am, not weekends", None),
        ("twice a week", "not weekends 9am", None),
        ("twice a week", "mon tue thu 9am", None),
        ("21 days on 7 off", "9am not sundays", None),
        ("every 4 weeks", "9am, not weekends", None),
        ("every monday", "no tuesday, 9am", None),
        ("for 5 days", "9am for 7 days", None),
        ("every day", "mondays at 9am", None),
        ("first friday of the month", "9am mondays", None),
        ("mondays", "9am and thursdays", ["9am and thursdays and mondays", "9am and thursdays"]),
        ("every other monday", "9am and friday", ["9am and friday"]),
        (
            "fridays",
            "9am and 9pm and sundays",
            ["9am and 9pm and sundays and fridays", "9am and 9pm and sundays"],
        ),
        ("every monday", "friday 9am", ["every monday friday 9am", "friday 9am"]),
    ],
)
def test_other_days_or_lengths_never_replace_what_was_typed(
    so_far: str, answer: str, ways: list[str] | None
) -> None:
    with pytest.raises(Misunderstood) as asked:
        answered(so_far, answer)
    assert asked.value.problem is Problem.AS_WELL_OR_INSTEAD
    assert list(asked.value.suggestions) == (ways if ways is not None else [answer])


@pytest.mark.parametrize(
    "answer", ["9am not sundays", "9am every other day", "9am mondays and fridays"]
)
def test_days_of_a_course_in_steps_are_asked_about(answer: str) -> None:
    so_far = "10 mg for 7 days then 20 mg for 7 days"
    with pytest.raises(Misunderstood) as asked:
        answered(so_far, answer)
    assert asked.value.problem is Problem.WHICH_STEPS
    assert list(asked.value.suggestions) == [
        f"10 mg for 7 days {answer} then 20 mg for 7 days {answer}",
        f"10 mg for 7 days {answer} then 20 mg for 7 days",
        f"10 mg for 7 days then 20 mg for 7 days {answer}",
    ]


def test_the_number_of_doses_of_a_course_is_kept() -> None:
    course = answered("three times a day for 7 days", "8:00 14:00 20:00")
    assert (course.ends_on, course.last_at) == (date(2026, 11, 30), time(8))


@pytest.mark.parametrize(
    ("so_far", "answer", "problem"),
    [
        ("every monday at bedtime", "08:00", Problem.CONTRADICTION),
        ("every monday for 10 days", "every tuesday at 9:00", Problem.ONE_RHYTHM),
        ("morning and evening", "8am", Problem.CONTRADICTION),
        ("twice a day", "08:00", Problem.COUNT_MISMATCH),
        (
            "2 tablets in the morning, 1 at noon, 1 at supper",
            "08:00 12:00 18:00",
            Problem.CONTRADICTION,
        ),
        ("10 units before breakfast and 14 units at noon", "22:00", Problem.CONTRADICTION),
        ("three times a day for 7 days", "8:00 and 20:00", Problem.COUNT_MISMATCH),
    ],
)
def test_nothing_that_was_typed_is_dropped_for_an_answer_that_does_not_fit(
    so_far: str, answer: str, problem: Problem
) -> None:
    with pytest.raises(Misunderstood) as misunderstood:
        answered(so_far, answer)
    assert misunderstood.value.problem is problem
