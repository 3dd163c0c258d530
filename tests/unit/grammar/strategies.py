"""Whatever may be typed, and every kind of schedule that can be."""

import re
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import assume
from hypothesis import strategies as st

from bot.grammar.dosages import parse_dosage
from domain.local_time import Weekday, resolve_local
from domain.medicines.schedules.days import Cycle, Daily, Monthly, Weekly
from domain.medicines.schedules.kinds import AsNeeded, Elapsed, Steps, WallClock

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
LONDON = ZoneInfo("Europe/London")
TODAY = NOW.astimezone(LONDON).date()
SCRAPS = """
    at and , for from until every each daily day days week weeks twice a once times 3 8 12 20 400
    08:00 8.30 8am 9 pm noon 25:00 24:00 0800 mon tuesday fridays mon-fri weekdays except next
    morning the in night breakfast 3/12 25/12 2026-12-03 3 Dec May 31 Feb tomorrow today 10
    mg 100 tablets ½ 1/2 1/0 1,000 05 -1 x 2x 1x1x1 "two" “ " half of 0 Mum Aunt to - then
    Aspirin Omega <b> & 💊 \u202e \u00a0 ١٠ every 8 hours as needed 21 on 7 off , . / 5ml mg/5
"""
lines = st.lists(st.sampled_from(re.split("[ \n]+", SCRAPS)), max_size=25).map(" ".join)
anything = st.one_of(lines, st.text(max_size=200))
days = st.one_of(
    st.builds(Daily, st.integers(1, 40)),
    st.builds(
        Weekly, st.frozensets(st.sampled_from(Weekday), min_size=1, max_size=6), st.integers(1, 9)
    ),
    st.builds(Monthly, st.frozensets(st.integers(1, 31), min_size=1, max_size=5)),
    st.builds(Cycle, st.integers(1, 60), st.integers(1, 60)),
)
amounts = st.sampled_from(["½ tablet", "1 tablet", "2 tablets", "20 mg", "2,5 ml"])


@st.composite
def wall_clocks(draw: st.DrawFn) -> WallClock:
    """Schedules that still have doses to come, as `/addmed` makes them."""
    minutes = draw(st.lists(st.integers(0, 1439), min_size=1, max_size=24, unique=True))
    times = tuple(time(*divmod(minute, 60)) for minute in sorted(minutes))
    starts_on = TODAY + timedelta(days=draw(st.integers(0, 800)))
    length = draw(st.none() | st.integers(130, 1000))
    ends_on = None if length is None else starts_on + timedelta(days=length)
    return WallClock(times, starts_on, ends_on, draw(days))


@st.composite
def amounts_by_time(draw: st.DrawFn) -> WallClock:
    schedule = draw(wall_clocks().filter(lambda each: len(each.times) > 1))
    words = draw(st.permutations([amounts_of(draw) for _ in schedule.times]))
    assume(len(set(words)) > 1)
    return replace(schedule, dosages=tuple(map(parse_dosage, words)))


def amounts_of(draw: st.DrawFn) -> str:
    return draw(amounts)


@st.composite
def tapers(draw: st.DrawFn) -> Steps:
    """Steps that follow each other, each every day."""
    starts_on = TODAY + timedelta(days=draw(st.integers(1, 100)))
    lengths = draw(st.lists(st.integers(1, 30), min_size=2, max_size=5))
    steps = []
    for length in lengths:
        dosage = parse_dosage(draw(amounts))
        ends_on = starts_on + timedelta(days=length - 1)
        at = time(draw(st.integers(0, 23)))
        steps.append(WallClock((at,), starts_on, ends_on, dosages=(dosage,)))
        starts_on = ends_on + timedelta(days=1)
    return Steps(tuple(steps))


@st.composite
def elapsed(draw: st.DrawFn) -> Elapsed:
    every = timedelta(minutes=draw(st.sampled_from([60, 90, 240, 360, 480, 720, 1500])))
    starts_at = NOW + timedelta(minutes=draw(st.integers(1, 100_000)))
    is_following = draw(st.booleans())
    match draw(st.sampled_from(["open", "days", "until"])):
        case "days":
            ends_at = starts_at + timedelta(days=draw(st.integers(1, 100)))
        case "until":
            last = starts_at.astimezone(LONDON).date() + timedelta(days=draw(st.integers(1, 100)))
            ends_at = resolve_local(datetime.combine(last, time()), LONDON)
        case _:
            return Elapsed(every, starts_at, None, is_following)
    return Elapsed(every, starts_at, ends_at, is_following)


@st.composite
def as_needed(draw: st.DrawFn) -> AsNeeded:
    starts_on = TODAY + timedelta(days=draw(st.integers(0, 100)))
    length = draw(st.none() | st.integers(0, 300))
    return AsNeeded(
        starts_on,
        min_interval=draw(
            st.none() | st.sampled_from([60, 90, 240, 1440]).map(lambda n: timedelta(minutes=n))
        ),
        max_per_day=draw(st.none() | st.integers(1, 24)),
        ends_on=None if length is None else starts_on + timedelta(days=length),
    )


schedules = st.one_of(wall_clocks(), amounts_by_time(), tapers(), elapsed(), as_needed())
