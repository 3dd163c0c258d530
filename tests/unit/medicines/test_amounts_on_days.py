"""An amount for some of the weekdays changes those, and all other days stay as they are."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from bot.grammar.dosages import count_up
from domain.local_time import Weekday
from domain.medicines.facts import Content
from domain.medicines.schedule_changes.changes import Change
from domain.medicines.schedule_changes.editing import apply_change
from domain.medicines.schedules.days import Weekly
from domain.medicines.schedules.kinds import Combined, Schedule, WallClock

LONDON = ZoneInfo("Europe/London")
NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
START = date(2026, 11, 23)
MON, TUE, WED, *REST = Weekday
FIVE, LESS = count_up("5 mg"), count_up("3.75 mg")


def plan(days: list[Weekday], amount: str) -> WallClock:
    return WallClock((time(18),), START, days=Weekly(frozenset(days)), dosages=(count_up(amount),))


def amounts_by_day(schedule: Schedule) -> dict[Weekday, str]:
    assert isinstance(schedule, Combined)
    return {
        day: (each.dosages or ())[0].words
        for each in schedule.plans
        for day in Weekday
        if each.days.next_day(START, starts_on=START) and day in getattr(each.days, "weekdays", ())
    }


@pytest.mark.parametrize(
    ("schedule", "days", "amount", "expected"),
    [
        (
            Combined((plan([MON, WED], "5 mg"), plan([TUE, *REST], "3.75 mg"))),
            [TUE],
            "5 mg",
            {MON: "5 mg", TUE: "5 mg", WED: "5 mg", **dict.fromkeys(REST, "3.75 mg")},
        ),
        (
            Combined((plan([MON, WED], "5 mg"), plan([TUE, *REST], "3.75 mg"))),
            [MON, TUE],
            "4 mg",
            {MON: "4 mg", TUE: "4 mg", WED: "5 mg", **dict.fromkeys(REST, "3.75 mg")},
        ),
        (
            WallClock((time(18),), START),
            [TUE],
            "7.5 mg",
            {TUE: "7.5 mg", **dict.fromkeys([MON, WED, *REST], "5 mg")},
        ),
    ],
)
def test_an_amount_on_some_days_leaves_the_others(
    schedule: Schedule, days: list[Weekday], amount: str, expected: dict[Weekday, str]
) -> None:
    content = Content("Warfarin", FIVE, schedule)
    change = Change(dosage=count_up(amount), weekdays=frozenset(days))
    changed = apply_change(content, change, zone=LONDON, now=NOW)
    assert isinstance(changed, Content)
    assert amounts_by_day(changed.schedule) == expected
