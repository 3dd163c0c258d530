"""A change changes what it names and keeps the rest: parts of the day, courses, several plans."""

import json
from dataclasses import replace
from datetime import date, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from domain.local_time import Weekday
from domain.medicines.dosages import Dosage
from domain.medicines.facts import Content
from domain.medicines.schedule_changes.amounts import ALL, own_dosages, places_of
from domain.medicines.schedule_changes.changes import Change
from domain.medicines.schedule_changes.comparison import Concern, list_concerns
from domain.medicines.schedule_changes.editing import apply_change
from domain.medicines.schedule_changes.questions import AskPlace, AskTimes, Question, Topic
from domain.medicines.schedules.days import EVERY_DAY, Daily, Weekly, counts_from_first_day
from domain.medicines.schedules.kinds import Combined, Schedule, WallClock
from domain.medicines.schedules.moments import Moment, PartOfDay, Relation
from domain.medicines.schedules.occurrences import first_occurrence
from domain.medicines.schedules.problems import InvalidSchedule, ScheduleProblem
from tests.unit.medicines.shapes import (
    NOW,
    TODAY,
    alternating,
    plans_side_by_side,
    schedules,
    wall_clocks,
    weeks,
)

LONDON = ZoneInfo("Europe/London")
EIGHT, SIX_PM, TEN_PM = time(8), time(18), time(22)
BREAKFAST = Moment(PartOfDay.BREAKFAST, Relation.BEFORE)
BEDTIME = Moment(PartOfDay.BEDTIME)
MON_FRI = Weekly(frozenset(Weekday(n) for n in range(5)))
SAT_SUN = Weekly(frozenset({Weekday.SATURDAY, Weekday.SUNDAY}))


def mg(amount: str) -> Dosage:
    return Dosage(f"{amount} mg", Decimal(amount), "mg")


def content(schedule: Schedule) -> Content:
    dosage = next(iter(own_dosages(schedule)), mg("5"))
    return Content("Warfarin", dosage, schedule, "with water", "clots")


def asked_or_changed(schedule: Schedule, change: Change) -> Content | Question:
    return apply_change(content(schedule), change, zone=LONDON, now=NOW)


def changed(schedule: Schedule, change: Change) -> Schedule:
    new = asked_or_changed(schedule, change)
    assert isinstance(new, Content), new
    assert (new.instructions, new.reason) == ("with water", "clots")
    return new.schedule


def concerns(old: Schedule, new: Schedule) -> set[Concern]:
    return set(list_concerns(content(old), content(new), zone=LONDON, now=NOW))


four_times = st.lists(st.integers(0, 23), min_size=4, max_size=4, unique=True).map(
    lambda hours: tuple(time(hour, 30) for hour in sorted(hours))
)


@given(wall_clocks(), four_times)
def test_times_drop_their_parts_of_the_day_and_nothing_else(
    schedule: WallClock, times: tuple[time, ...]
) -> None:
    times = times[: len(schedule.times)]
    new = changed_or_over(schedule, Change(times=times))
    last = None
    if schedule.last_at is not None:
        last = times[schedule.times.index(schedule.last_at)]
    assert new == settled(replace(schedule, times=times, moments=None, last_at=last))


def changed_or_over(schedule: Schedule, change: Change) -> Schedule:
    """What becomes of a schedule that still has doses to come."""
    try:
        return changed(schedule, change)
    except InvalidSchedule as error:
        assume(error.problem is not ScheduleProblem.NOTHING_TO_COME)
        assume(error.problem is not ScheduleProblem.NEVER_FALLS_DUE)
        raise


def settled(schedule: WallClock) -> WallClock:
    """One amount for all times is that of the medicine."""
    is_one = len(set(schedule.dosages or ())) == 1
    return replace(schedule, dosages=None) if is_one else schedule


def test_a_time_that_stays_keeps_its_part_of_the_day() -> None:
    schedule = WallClock((EIGHT, TEN_PM), TODAY, moments=(BREAKFAST, BEDTIME))
    assert changed(schedule, Change(times=(EIGHT, SIX_PM))) == replace(
        schedule, times=(EIGHT, SIX_PM), moments=(BREAKFAST, None)
    )
    named = Change(times=(time(21), EIGHT), moments=(BEDTIME, None))
    assert changed(schedule, named) == replace(schedule, times=(EIGHT, time(21)))


@given(wall_clocks(), st.sampled_from([MON_FRI, EVERY_DAY, Daily(3)]))
def test_days_keep_everything_but_the_number_of_doses(
    schedule: WallClock, days: Weekly | Daily
) -> None:
    assume(days != schedule.days)
    new = changed_or_over(schedule, Change(days=days))
    assert isinstance(new, WallClock)
    begins = new.starts_on if counts_from_first_day(days) else schedule.starts_on
    wanted = replace(schedule, days=days, last_at=None, starts_on=begins)
    assert new == settled(wanted)


@given(wall_clocks(), st.integers(0, 400))
def test_an_end_is_that_of_a_whole_day(schedule: WallClock, days: int) -> None:
    ends_on = schedule.starts_on + timedelta(days=days)
    assume(ends_on != schedule.ends_on)
    new = changed_or_over(schedule, Change(ends_on=ends_on))
    assert new == settled(replace(schedule, ends_on=ends_on, last_at=None))


def test_a_course_that_begins_in_the_middle_of_a_day_has_all_its_doses() -> None:
    schedule = WallClock((EIGHT, TEN_PM), TODAY - timedelta(days=9))
    course = replace(schedule, ends_on=TODAY + timedelta(days=3), last_at=EIGHT)
    assert changed(schedule, Change(days_long=3)) == course
    assert changed(schedule, Change(doses_long=6)) == course
    assert changed(schedule, Change(months_long=3)) == replace(
        schedule, ends_on=date(2027, 2, 23), last_at=EIGHT
    )


@given(schedules)
def test_notes_are_changed_by_themselves(schedule: Schedule) -> None:
    old = content(schedule)
    change = Change(instructions="with food", reason="")
    try:
        new = apply_change(old, change, zone=LONDON, now=NOW)
    except InvalidSchedule:  # the words are fine, but no dose is to come
        return
    assert isinstance(new, Content)
    assert (new.instructions, new.reason) == ("with food", None)
    assert not list_concerns(old, new, zone=LONDON, now=NOW)


@pytest.mark.parametrize(
    "change",
    [
        Change(times=(EIGHT, SIX_PM), moments=(BREAKFAST, None)),
        Change(
            combined=Combined(
                (
                    WallClock((EIGHT,), TODAY, None, MON_FRI),
                    WallClock((EIGHT,), TODAY, None, SAT_SUN),
                )
            )
        ),
        Change(instructions="", reason="pain"),
        Change(doses_long=6),
        Change(months_long=3, place="p1"),
    ],
)
def test_a_change_survives_its_json(change: Change) -> None:
    assert Change.from_json(json.loads(json.dumps(change.to_json()))) == change


def test_times_that_answer_a_question_replace_the_parts_of_the_day_of_before() -> None:
    change = Change(times=(EIGHT,), moments=(BREAKFAST,), days=MON_FRI)
    assert change.completed(Change(times=(SIX_PM,))) == Change(times=(SIX_PM,), days=MON_FRI)


@given(weeks(), four_times)
def test_times_that_all_plans_share_change_for_all(
    schedule: Combined, times: tuple[time, ...]
) -> None:
    times = times[: len(schedule.plans[0].times)]
    new = changed(schedule, Change(times=times))
    assert isinstance(new, Combined)
    for before, after in zip(schedule.plans, new.plans, strict=True):
        last = None if before.last_at is None else times[before.times.index(before.last_at)]
        assert after == replace(before, times=times, moments=None, last_at=last)


@given(plans_side_by_side, st.integers(0, 3), four_times)
def test_the_times_of_one_plan_leave_the_others(
    schedule: Combined, number: int, times: tuple[time, ...]
) -> None:
    number %= len(schedule.plans)
    plan = schedule.plans[number]
    times = times[: len(plan.times)]
    new = changed_or_over(schedule, Change(times=times, place=f"p{number}"))
    last = None if plan.last_at is None else times[plan.times.index(plan.last_at)]
    wanted = list(schedule.plans)
    wanted[number] = replace(plan, times=times, moments=None, last_at=last)
    assert isinstance(new, Combined)
    amounts = {each for plan in wanted for each in plan.dosages or ()}
    if len(amounts) == 1:
        wanted = [replace(plan, dosages=None) for plan in wanted]
    assert new.plans == tuple(wanted)


def test_times_of_plans_with_other_times_are_asked_about() -> None:
    schedule = week(at=(EIGHT, SIX_PM))
    question = asked_or_changed(schedule, Change(times=(TEN_PM,)))
    assert isinstance(question, AskPlace)
    assert question.about is Topic.TIMES
    assert question.has_all
    assert [place.key for place in question.places] == ["p0", "p1"]
    assert [place.days for place in question.places] == [MON_FRI, SAT_SUN]
    one, other = schedule.plans
    assert changed(schedule, Change(times=(TEN_PM,), place="p1")) == Combined(
        (one, replace(other, times=(TEN_PM,)))
    )
    assert changed(schedule, Change(times=(TEN_PM,), place=ALL)) == week(at=(TEN_PM, TEN_PM))


def test_plans_that_would_meet_cannot_all_have_the_same_times() -> None:
    daily = WallClock((EIGHT,), TODAY, dosages=(mg("5"),))
    extra = WallClock((SIX_PM,), TODAY, None, SAT_SUN, (mg("2"),))
    question = asked_or_changed(Combined((daily, extra)), Change(times=(TEN_PM,)))
    assert isinstance(question, AskPlace)
    assert not question.has_all


def week(*, at: tuple[time, time] = (SIX_PM, SIX_PM), ends_on: date | None = None) -> Combined:
    return Combined(
        (
            WallClock((at[0],), TODAY, ends_on, MON_FRI, (mg("5"),)),
            WallClock((at[1],), TODAY, ends_on, SAT_SUN, (mg("2"),)),
        )
    )


def test_more_times_a_day_of_plans_are_asked_for() -> None:
    question = asked_or_changed(week(), Change(times_a_day=2))
    assert question == AskTimes((SIX_PM,), 2)


def test_days_of_plans_are_asked_about_and_taken_from_the_others() -> None:
    sundays = frozenset({Weekday.SUNDAY})
    question = asked_or_changed(week(), Change(weekdays=sundays))
    assert isinstance(question, AskPlace)
    assert question.about is Topic.DAYS
    assert not question.has_all
    mon_sat = Weekly(frozenset(Weekday(n) for n in range(6)))
    new = changed(week(), Change(days=mon_sat, place="p0"))
    one, other = week().plans
    assert new == Combined((replace(one, days=mon_sat), replace(other, days=Weekly(sundays))))
    assert Concern.MORE_OFTEN in concerns(week(), new)


def test_a_plan_whose_days_are_all_taken_goes() -> None:
    new = changed(week(), Change(days=EVERY_DAY, place="p0"))
    assert new == WallClock((SIX_PM,), TODAY)
    assert Concern.OTHER_AMOUNT in concerns(week(), new)


@given(weeks(), st.integers(30, 400))
def test_an_end_that_plans_share_is_that_of_all(schedule: Combined, days: int) -> None:
    ends_on = TODAY + timedelta(days=days)
    assume(ends_on != schedule.plans[0].ends_on)
    new = changed(schedule, Change(ends_on=ends_on))
    assert isinstance(new, Combined)
    assert new.plans == tuple(
        replace(plan, ends_on=ends_on, last_at=None) for plan in schedule.plans
    )


def test_ends_that_differ_are_asked_about() -> None:
    one, other = week().plans
    schedule = Combined((replace(one, ends_on=date(2026, 12, 31)), other))
    question = asked_or_changed(schedule, Change(has_no_end=True))
    assert isinstance(question, AskPlace)
    assert question.about is Topic.END
    assert changed(schedule, Change(has_no_end=True, place="p0")) == week()
    assert changed(schedule, Change(ends_on=date(2026, 12, 13), place=ALL)) == week(
        ends_on=date(2026, 12, 13)
    )
    assert concerns(schedule, week()) == {Concern.LONGER}


def test_a_plan_that_would_have_no_dose_goes() -> None:
    until_friday = changed(week(), Change(ends_on=date(2026, 11, 27)))
    assert until_friday == WallClock((SIX_PM,), TODAY, date(2026, 11, 27), MON_FRI)


@given(alternating(), st.integers(0, 30))
def test_another_start_moves_all_plans_and_what_alternates_keeps_doing_so(
    schedule: Combined, days: int
) -> None:
    starts_on = TODAY + timedelta(days=days)
    begins = schedule.plans[0].starts_on
    open_end = Combined(tuple(replace(plan, ends_on=None) for plan in schedule.plans))
    new = changed(open_end, Change(starts_on=starts_on))
    assert isinstance(new, Combined)
    assert [plan.starts_on - starts_on for plan in new.plans] == [
        plan.starts_on - begins for plan in schedule.plans
    ]


@given(plans_side_by_side)
def test_an_amount_changes_where_it_is_named(schedule: Combined) -> None:
    assume(first_occurrence(schedule, LONDON, NOW) is not None)  # else there's nothing to change
    old = content(schedule)
    new = asked_or_changed(schedule, Change(dosage=mg("9")))
    places = places_of(old, today=TODAY)
    if not places:
        assert isinstance(new, Content)
        assert new.dosage == mg("9")
        return
    assert isinstance(new, AskPlace)
    assert new.about is Topic.AMOUNT
    for place in places:
        after = changed(schedule, Change(dosage=mg("9"), place=place.key))
        own = own_dosages(after)
        assert mg("9") in own or after == schedule
        assert len(own) == len(own_dosages(schedule))
        same = sum(one == other for one, other in zip(own, own_dosages(schedule), strict=True))
        assert same >= len(own) - len(place.times)


def test_the_same_amount_for_all_plans_makes_one_of_them() -> None:
    assert changed(week(), Change(dosage=mg("5"), place=ALL)) == WallClock((SIX_PM,), TODAY)
    turns = Combined(
        tuple(
            WallClock((SIX_PM,), TODAY + timedelta(days=n), None, Daily(2), (mg(amount),))
            for n, amount in enumerate(["5", "7.5"])
        )
    )
    assert changed(turns, Change(dosage=mg("5"), place="p1")) == WallClock((SIX_PM,), TODAY)


def test_an_amount_and_a_time_of_one_plan_leave_the_amount_of_the_others() -> None:
    one, other = (replace(plan, dosages=None) for plan in week().plans)
    new = asked_or_changed(
        Combined((one, other)), Change(dosage=mg("9"), times=(EIGHT,), place="p1")
    )
    assert isinstance(new, Content)
    assert new.schedule == Combined(
        (
            replace(one, dosages=(mg("5"),)),
            replace(other, times=(EIGHT,), dosages=(mg("9"),)),
        )
    )


def test_plans_instead_of_one_schedule_keep_its_end() -> None:
    old = WallClock((EIGHT,), TODAY, date(2026, 12, 31))
    new = changed(old, Change(combined=week()))
    assert new == week(ends_on=date(2026, 12, 31))
    assert concerns(old, new) == {Concern.OTHER_AMOUNT}
    assert changed(old, Change(combined=week(), has_no_end=True)) == week()


def test_a_day_that_was_left_out_and_comes_back_is_a_concern() -> None:
    tuesday = date(2026, 12, 29)
    old = WallClock((EIGHT,), TODAY, except_on=frozenset({tuesday}))
    assert concerns(old, replace(old, except_on=frozenset())) == {Concern.MORE_OFTEN}
    assert concerns(old, replace(old, except_on=frozenset(), days=SAT_SUN)) == set()
    assert changed(old, Change(times=(SIX_PM,))) == replace(old, times=(SIX_PM,))


def test_another_dose_on_the_last_day_is_a_concern() -> None:
    old = WallClock((EIGHT, SIX_PM), TODAY, date(2026, 11, 27), last_at=EIGHT)
    new = changed(old, Change(ends_on=date(2026, 11, 27)))
    assert new == replace(old, last_at=None)
    assert concerns(old, new) == {Concern.LONGER}


def test_what_is_left_of_plans_is_not_asked_about() -> None:
    one, other = week().plans
    over = replace(one, starts_on=date(2026, 11, 2), ends_on=date(2026, 11, 20))
    new = changed(Combined((over, other)), Change(days=EVERY_DAY))
    assert new == replace(other, days=EVERY_DAY, dosages=None)


def test_plans_of_one_amount_with_a_strength_ask_which_of_the_two() -> None:
    tablet = Dosage("1 tablet", Decimal(1), "tablet")
    plans = tuple(
        replace(plan, times=(at,), dosages=(tablet,))
        for plan, at in zip(week().plans, (EIGHT, SIX_PM), strict=True)
    )
    old = Content("Warfarin", mg("5"), Combined(plans))
    question = apply_change(old, Change(dosage=Dosage("a spoonful")), zone=LONDON, now=NOW)
    assert isinstance(question, AskPlace)
    assert [place.times for place in question.places] == [(EIGHT, SIX_PM)]
    assert question.strength == mg("5")


def test_a_plan_with_other_times_of_its_own_is_not_cut_short() -> None:
    one, other = week().plans
    twice = replace(other, times=(EIGHT, SIX_PM), dosages=(mg("2"), mg("2")))
    with pytest.raises(InvalidSchedule) as refused:
        asked_or_changed(Combined((one, twice)), Change(days=EVERY_DAY, place="p0"))
    assert refused.value.problem is ScheduleProblem.PLANS_COINCIDE
