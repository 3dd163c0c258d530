"""Schedules of every shape, for property tests."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from hypothesis import assume
from hypothesis import strategies as st

from domain.local_time import Weekday
from domain.medicines.dosages import Dosage
from domain.medicines.schedules.days import (
    LAST,
    Cycle,
    Daily,
    Days,
    Monthly,
    MonthlyWeekdays,
    Weekly,
)
from domain.medicines.schedules.kinds import (
    AsNeeded,
    Combined,
    Elapsed,
    Schedule,
    Steps,
    WallClock,
)
from domain.medicines.schedules.moments import Moment, PartOfDay, Relation
from domain.medicines.schedules.problems import InvalidSchedule

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
TODAY = date(2026, 11, 23)  # a Monday

weekdays = st.frozensets(st.sampled_from(Weekday), min_size=1, max_size=6)
patterns: st.SearchStrategy[Days] = st.one_of(
    st.builds(Daily, st.integers(1, 6)),
    st.builds(Weekly, weekdays, st.integers(1, 4)),
    st.builds(
        Monthly, st.frozensets(st.integers(1, 31), min_size=1, max_size=4), st.integers(1, 12)
    ),
    st.builds(
        MonthlyWeekdays,
        weekdays,
        st.frozensets(st.sampled_from([1, 2, 3, 4, LAST]), min_size=1, max_size=3),
        st.integers(1, 12),
    ),
    st.builds(Cycle, st.integers(1, 21), st.integers(1, 21)),
)
moments = st.one_of(
    st.builds(Moment, st.sampled_from(PartOfDay), st.sampled_from([Relation.AT, Relation.WITH])),
    st.builds(
        Moment,
        st.sampled_from(PartOfDay),
        st.sampled_from([Relation.BEFORE, Relation.AFTER]),
        st.none() | st.integers(1, 360).map(lambda minutes: timedelta(minutes=minutes)),
    ),
)
amounts = st.sampled_from(
    [
        Dosage("½ tablet", Decimal("0.5"), "tablet"),
        Dosage("1 tablet", Decimal(1), "tablet"),
        Dosage("2 tablets", Decimal(2), "tablet"),
        Dosage("1–2 tablets", Decimal(1), "tablet", Decimal(2)),
        Dosage("a thin layer"),
    ]
)
#: Few hours, so that plans often have one in common.
hours = st.lists(st.sampled_from([7, 8, 12, 18, 22]), min_size=1, max_size=4, unique=True)


@st.composite
def wall_clocks(draw: st.DrawFn, *, has_amounts: bool | None = None) -> WallClock:
    """With parts of the day, a last dose within a day, and days left out, or without."""
    times = tuple(time(hour) for hour in sorted(draw(hours)))
    starts_on = TODAY + timedelta(days=draw(st.integers(0, 40)))
    days = draw(patterns)
    first = days.next_day(starts_on, starts_on=starts_on)
    length = draw(st.none() | st.integers(0, 200))
    ends_on = None if length is None else first + timedelta(days=length)
    is_within = ends_on is not None and len(times) > 1 and draw(st.booleans())
    if has_amounts is None:
        has_amounts = draw(st.booleans())
    of_times = draw(st.lists(st.none() | moments, min_size=len(times), max_size=len(times)))
    return WallClock(
        times,
        starts_on,
        ends_on,
        days,
        tuple(draw(amounts) for _ in times) if has_amounts else None,
        tuple(of_times) if any(of_times) and draw(st.booleans()) else None,
        draw(st.sampled_from(times[:-1])) if is_within else None,
        draw(st.frozensets(st.dates(TODAY, TODAY + timedelta(days=300)), max_size=5)),
    )


@st.composite
def combined(draw: st.DrawFn) -> Combined:
    """Any plans that never meet."""
    has_amounts = draw(st.booleans())
    plans = draw(st.lists(wall_clocks(has_amounts=has_amounts), min_size=2, max_size=4))
    try:
        return Combined(tuple(plans))
    except InvalidSchedule:  # two may meet: each has minutes of its own then
        return Combined(tuple(_at_minute(plan, n) for n, plan in enumerate(plans)))


def _at_minute(plan: WallClock, minute: int) -> WallClock:
    last_at = None if plan.last_at is None else plan.last_at.replace(minute=minute)
    times = tuple(at.replace(minute=minute) for at in plan.times)
    return replace(plan, times=times, last_at=last_at)


@st.composite
def weeks(draw: st.DrawFn) -> Combined:
    """Other amounts on other weekdays, at the same times: as warfarin is given."""
    plan_of = draw(st.lists(st.integers(0, 2), min_size=7, max_size=7))
    assume(len(set(plan_of)) > 1)
    drawn = draw(wall_clocks(has_amounts=False))
    days = draw(st.integers(30, 90))
    plan = replace(
        drawn,
        days=Daily(),
        starts_on=TODAY,
        ends_on=None if drawn.ends_on is None else TODAY + timedelta(days=days),
        last_at=None,
        except_on=frozenset(),
    )
    amounts_of = draw(st.permutations([Dosage(f"{n} mg", Decimal(n), "mg") for n in (2, 5, 7)]))
    return Combined(
        tuple(
            replace(
                plan,
                days=Weekly(frozenset(Weekday(n) for n in range(7) if plan_of[n] == number)),
                dosages=(amounts_of[number],) * len(plan.times),
            )
            for number in sorted(set(plan_of))
        )
    )


@st.composite
def alternating(draw: st.DrawFn) -> Combined:
    """One amount a day in turn."""
    count = draw(st.integers(2, 4))
    times = tuple(time(hour) for hour in sorted(draw(hours)))
    length = draw(st.none() | st.integers(20, 60))
    starts_on = TODAY + timedelta(days=draw(st.integers(0, 5)))
    return Combined(
        tuple(
            WallClock(
                times,
                starts_on + timedelta(days=n),
                None if length is None else starts_on + timedelta(days=length),
                Daily(count),
                (Dosage(f"{n + 1} mg", Decimal(n + 1), "mg"),) * len(times),
            )
            for n in range(count)
        )
    )


plans_side_by_side = st.one_of(combined(), weeks(), alternating())


@st.composite
def steps(draw: st.DrawFn) -> Steps:
    found, starts_on = [], TODAY
    for _ in range(draw(st.integers(2, 4))):
        ends_on = starts_on + timedelta(days=draw(st.integers(0, 20)))
        step = replace(draw(wall_clocks(has_amounts=True)), days=Daily(), except_on=frozenset())
        found.append(replace(step, starts_on=starts_on, ends_on=ends_on, last_at=None))
        starts_on = ends_on + timedelta(days=draw(st.integers(1, 3)))
    return Steps(tuple(found))


elapsed = st.builds(
    Elapsed,
    st.integers(60, 3_000).map(lambda minutes: timedelta(minutes=minutes)),
    st.integers(-5_000, 5_000).map(lambda minutes: NOW + timedelta(minutes=minutes)),
    st.none() | st.integers(6_000, 90_000).map(lambda minutes: NOW + timedelta(minutes=minutes)),
    st.booleans(),
)
as_needed = st.builds(
    AsNeeded,
    st.just(TODAY),
    st.none() | st.just(timedelta(hours=6)),
    st.none() | st.integers(1, 24),
    st.none() | st.just(TODAY + timedelta(days=9)),
)
schedules: st.SearchStrategy[Schedule] = st.one_of(
    wall_clocks(), plans_side_by_side, steps(), elapsed, as_needed
)
