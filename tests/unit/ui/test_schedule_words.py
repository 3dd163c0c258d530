"""Schedules in the words of a label: parts of the day, plans side by side, courses, exceptions."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.ui.words.regimens.courses import course_in_words, next_dates_in_words
from bot.ui.words.regimens.schedules import BEGUN, schedule_in_words
from domain.local_time import Weekday
from domain.medicines.dosages import Dosage
from domain.medicines.schedules.days import (
    EVERY_DAY,
    LAST,
    Cycle,
    Daily,
    Days,
    Monthly,
    MonthlyWeekdays,
    Weekly,
)
from domain.medicines.schedules.kinds import AsNeeded, Combined, Elapsed, Schedule, Steps, WallClock
from domain.medicines.schedules.moments import Moment, PartOfDay, Relation

LONDON = ZoneInfo("Europe/London")
TODAY = date(2026, 11, 23)  # a Monday
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
EIGHT, SIX_PM, TEN_PM = time(8), time(18), time(22)
MG_5, MG_7, MG_2 = Dosage("5 mg"), Dosage("7.5 mg"), Dosage("2.5 mg")
BEFORE_BREAKFAST = Moment(PartOfDay.BREAKFAST, Relation.BEFORE)
BEDTIME = Moment(PartOfDay.BEDTIME)
MON_FRI = Weekly(frozenset(Weekday(n) for n in range(5)))
SAT_SUN = Weekly(frozenset({Weekday.SATURDAY, Weekday.SUNDAY}))
MONDAYS, TUESDAYS = frozenset({Weekday.MONDAY}), frozenset({Weekday.TUESDAY})


def words(schedule: Schedule, *, today: date | None = TODAY) -> str:
    return schedule_in_words(schedule, zone=LONDON, today=today)


def at_eight(days: Days, *, starts_on: date = TODAY) -> WallClock:
    return WallClock((EIGHT,), starts_on, None, days)


@pytest.mark.parametrize(
    ("days", "in_words"),
    [
        (Monthly(frozenset({5}), 3), "every 3 months on the 5th"),
        (
            Monthly(frozenset({31}), 2),
            "every 2 months on the 31st (in shorter months on the last day)",
        ),
        (Monthly(frozenset({3}), 12), "every year on 3 December"),
        (Monthly(frozenset({3, 17}), 12), "every year on 3 December and 17 December"),
        (MonthlyWeekdays(MONDAYS, frozenset({1})), "first Monday of the month"),
        (MonthlyWeekdays(TUESDAYS, frozenset({2, 4})), "second and fourth Tuesday of the month"),
        (MonthlyWeekdays(TUESDAYS, frozenset({1, LAST})), "first and last Tuesday of the month"),
        (MonthlyWeekdays(MONDAYS, frozenset({1}), 3), "every 3 months on the first Monday"),
        (
            MonthlyWeekdays(MONDAYS, frozenset({1}), 12),
            "every year on the first Monday of December",
        ),
        (Cycle(14, 7), "14 days on, 7 days off"),
    ],
)
def test_days_of_every_pattern(days: Days, in_words: str) -> None:
    assert words(at_eight(days)) == f"{in_words} at 08:00"


def test_a_year_that_counts_from_leap_day_says_what_happens_in_others() -> None:
    leap_day = at_eight(Monthly(frozenset({29}), 12), starts_on=date(2028, 2, 1))
    assert (
        words(leap_day, today=date(2028, 2, 2))
        == "every year on 29 February (in other years on the 28th) at 08:00"
    )


@pytest.mark.parametrize(
    ("moment", "in_words"),
    [
        (BEFORE_BREAKFAST, "every day before breakfast (08:00)"),
        (
            replace(BEFORE_BREAKFAST, distance=timedelta(minutes=45)),
            "every day 45 minutes before breakfast (08:00)",
        ),
        (
            Moment(PartOfDay.BEDTIME, Relation.BEFORE, timedelta(hours=1)),
            "every day 1 hour before bedtime (08:00)",
        ),
        (Moment(PartOfDay.DINNER, Relation.WITH), "every day with dinner (08:00)"),
        (
            Moment(PartOfDay.LUNCH, Relation.AFTER, timedelta(hours=2)),
            "every day 2 hours after lunch (08:00)",
        ),
        (Moment(PartOfDay.MORNING), "every day in the morning (08:00)"),
        (Moment(PartOfDay.NOON), "every day at noon (08:00)"),
        (BEDTIME, "every day at bedtime (08:00)"),
    ],
)
def test_a_part_of_the_day_stands_with_the_time_it_is_now(moment: Moment, in_words: str) -> None:
    assert words(WallClock((EIGHT,), TODAY, moments=(moment,))) == in_words


def test_every_part_of_the_day_has_words() -> None:
    for relation in Relation:
        for part in PartOfDay:
            moments = (Moment(part, relation),)
            shown = words(WallClock((EIGHT,), TODAY, moments=moments))
            assert shown.startswith("every day ")
            assert shown.endswith(" (08:00)")


@pytest.mark.parametrize(
    ("schedule", "in_words"),
    [
        (
            WallClock((time(7, 30), time(14)), TODAY, moments=(BEFORE_BREAKFAST, None)),
            "every day before breakfast (07:30) and at 14:00",
        ),
        (
            WallClock(
                (time(7, 30), TEN_PM),
                TODAY,
                None,
                MON_FRI,
                (MG_5, MG_2),
                (BEFORE_BREAKFAST, BEDTIME),
            ),
            "5 mg before breakfast (07:30) and 2.5 mg at bedtime (22:00), weekdays",
        ),
        (
            WallClock((EIGHT,), TODAY, None, SAT_SUN, moments=(Moment(PartOfDay.MORNING),)),
            "weekends in the morning (08:00)",
        ),
        (
            WallClock((EIGHT, SIX_PM), TODAY, date(2026, 11, 27), last_at=EIGHT),
            "every day at 08:00 and 18:00, last dose on 27 November 2026 at 08:00",
        ),
        (
            replace(
                at_eight(EVERY_DAY), except_on=frozenset({date(2026, 12, 29), date(2026, 11, 1)})
            ),
            "every day at 08:00, not on 29 December",
        ),
        (
            replace(
                at_eight(EVERY_DAY), except_on=frozenset({date(2026, 12, 29), date(2027, 1, 5)})
            ),
            "every day at 08:00, not on 29 December and 5 January 2027",
        ),
        (
            WallClock((EIGHT,), date(2026, 11, 24), date(2026, 11, 24)),
            "once on 24 November 2026 at 08:00",
        ),
        (
            WallClock((EIGHT,), TODAY, date(2026, 12, 6), MON_FRI, except_on=frozenset()),
            "weekdays at 08:00, last day 6 December 2026",
        ),
        (
            WallClock((EIGHT,), TODAY, date(2026, 12, 6), SAT_SUN, (MG_5,), last_at=None),
            "5 mg at 08:00, weekends, last day 6 December 2026",
        ),
        (
            WallClock((TEN_PM,), TODAY, date(2026, 11, 29), Weekly(TUESDAYS), (MG_5,), (BEDTIME,)),
            "5 mg at bedtime (22:00), once on 24 November 2026",
        ),
        (
            WallClock((EIGHT, SIX_PM), TODAY, TODAY),
            "every day at 08:00 and 18:00, last day 23 November 2026",
        ),
        (
            WallClock((EIGHT,), TODAY, dosages=(Dosage("1–2 tablets"),)),
            "1–2 tablets at 08:00",
        ),
        (
            Steps(
                (
                    WallClock(
                        (EIGHT,),
                        TODAY,
                        date(2026, 11, 27),
                        EVERY_DAY,
                        (MG_5,),
                        (Moment(PartOfDay.MORNING),),
                    ),
                    WallClock(
                        (EIGHT,),
                        date(2026, 11, 28),
                        None,
                        EVERY_DAY,
                        (MG_2,),
                        (Moment(PartOfDay.MORNING),),
                    ),
                )
            ),
            (
                "5 mg in the morning (08:00), last day 27 November 2026, "
                "then 2.5 mg in the morning (08:00)"
            ),
        ),
    ],
)
def test_times_ends_and_days_left_out(schedule: Schedule, in_words: str) -> None:
    assert words(schedule) == in_words


def plan(
    days: Days, amount: Dosage | None = None, *, at: time = SIX_PM, starts_on: date = TODAY
) -> WallClock:
    return WallClock((at,), starts_on, None, days, None if amount is None else (amount,))


WARFARIN = Combined((plan(MON_FRI, MG_5), plan(SAT_SUN, MG_2)))


@pytest.mark.parametrize(
    ("schedule", "in_words"),
    [
        (WARFARIN, "Mon–Fri: 5 mg at 18:00; Sat, Sun: 2.5 mg at 18:00"),
        (
            Combined((plan(MON_FRI, at=EIGHT), plan(SAT_SUN, at=time(10)))),
            "Mon–Fri at 08:00; Sat, Sun at 10:00",
        ),
        (
            Combined((plan(EVERY_DAY, MG_5), plan(Weekly(MONDAYS), MG_2, at=EIGHT))),
            "every day: 5 mg at 18:00; Mon: 2.5 mg at 08:00",
        ),
        (
            Combined(tuple(replace(each, ends_on=date(2026, 12, 31)) for each in WARFARIN.plans)),
            "Mon–Fri: 5 mg at 18:00; Sat, Sun: 2.5 mg at 18:00; last day 31 December 2026",
        ),
        (
            Combined(tuple(replace(each, starts_on=date(2026, 12, 1)) for each in WARFARIN.plans)),
            "Mon–Fri: 5 mg at 18:00; Sat, Sun: 2.5 mg at 18:00; from 1 December 2026",
        ),
        (
            Combined((replace(WARFARIN.plans[0], ends_on=date(2026, 12, 31)), WARFARIN.plans[1])),
            "Mon–Fri: 5 mg at 18:00, last day 31 December 2026; Sat, Sun: 2.5 mg at 18:00",
        ),
        (
            Combined(
                (
                    plan(Weekly(MONDAYS, 2), MG_5),
                    plan(Weekly(MONDAYS, 2), MG_7, starts_on=date(2026, 11, 30)),
                )
            ),
            (
                "every 2 weeks on Mon from 23 November 2026: 5 mg at 18:00; "
                "every 2 weeks on Mon from 30 November 2026: 7.5 mg at 18:00"
            ),
        ),
    ],
)
def test_plans_side_by_side(schedule: Combined, in_words: str) -> None:
    assert words(schedule) == in_words


def alternating(*amounts: Dosage, since: date = TODAY) -> Combined:
    return Combined(
        tuple(
            plan(Daily(len(amounts)), amount, starts_on=since + timedelta(days=n))
            for n, amount in enumerate(amounts)
        )
    )


def test_amounts_that_alternate_say_which_one_is_next() -> None:
    schedule = alternating(MG_5, MG_7)
    turns = "alternating: 5 mg one day, 7.5 mg the next, at 18:00, 5 mg on"
    assert words(schedule) == f"{turns} 23 November"
    assert words(schedule, today=date(2026, 11, 25)) == f"{turns} 25 November"
    assert (
        words(schedule, today=date(2026, 11, 24))
        == "alternating: 7.5 mg one day, 5 mg the next, at 18:00, 7.5 mg on 24 November"
    )
    assert words(schedule, today=BEGUN) == f"{turns} 23 November 2026"
    assert words(schedule, today=None) == f"{turns} 23 November 2026, from 23 November 2026"
    assert (
        words(schedule, today=date(2026, 11, 20)) == f"{turns} 23 November, from 23 November 2026"
    )


def test_amounts_that_alternate_have_one_end() -> None:
    one, other = alternating(MG_5, MG_7).plans
    ended = Combined(
        (replace(one, ends_on=date(2026, 12, 3)), replace(other, ends_on=date(2026, 12, 4)))
    )
    assert words(ended).endswith("5 mg on 23 November, last day 4 December 2026")


def test_more_amounts_take_turns() -> None:
    assert (
        words(alternating(MG_5, MG_7, MG_2))
        == "one a day in turn: 5 mg, 7.5 mg, 2.5 mg, at 18:00, 5 mg on 23 November"
    )


@pytest.mark.parametrize(
    ("schedule", "in_words"),
    [
        (
            WallClock((EIGHT, SIX_PM), TODAY, date(2026, 11, 26), last_at=EIGHT),
            "6 doses, the last one on Thursday 26 November, 08:00",
        ),
        (
            WallClock((EIGHT, SIX_PM), TODAY, date(2026, 11, 24)),
            "3 doses, the last one on Tuesday 24 November, 18:00",
        ),
        (WallClock((SIX_PM,), TODAY, TODAY), "1 dose, on Monday 23 November, 18:00"),
        (
            Elapsed(timedelta(hours=8), NOON, NOON + timedelta(days=1)),
            "3 doses, the last one on Tuesday 24 November, 04:00",
        ),
        (WallClock((EIGHT,), TODAY), None),
        (WallClock((EIGHT,), TODAY, TODAY), None),
        (AsNeeded(TODAY, ends_on=TODAY), None),
        (WARFARIN, None),
    ],
)
def test_a_course_says_how_many_doses_and_when_the_last_one_is(
    schedule: Schedule, in_words: str | None
) -> None:
    assert course_in_words(schedule, zone=LONDON, now=NOON) == in_words


def test_the_next_dates_are_named_with_their_weekdays() -> None:
    schedule = at_eight(Monthly(frozenset({5}), 3))
    assert (
        next_dates_in_words(schedule, zone=LONDON, now=NOON)
        == "Saturday 5 December, Friday 5 March 2027, Saturday 5 June 2027"
    )
    assert next_dates_in_words(AsNeeded(TODAY), zone=LONDON, now=NOON) is None
