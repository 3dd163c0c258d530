"""Laws of the grammar: it never crashes, and what the views write can be typed."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import assume, given
from hypothesis import strategies as st

from bot.grammar.commands.medicines import understand_medicine
from bot.grammar.dosages import parse_dosage
from bot.grammar.names import LONGEST_NAME, parse_name
from bot.grammar.people import Person, parse_place, split_person_line
from bot.grammar.problems import Misunderstood
from bot.grammar.schedules.parsing import LONGEST_SCHEDULE, parse_schedule
from bot.ui.misunderstandings import misunderstood
from bot.ui.words.schedules import schedule_in_words
from domain.local_time import Weekday, resolve_local
from domain.medicines.schedules.days import Cycle, Daily, Monthly, Weekly
from domain.medicines.schedules.kinds import AsNeeded, Elapsed, Schedule, Steps, WallClock
from domain.medicines.schedules.occurrences import first_occurrence, occurrences_between

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
LONDON = ZoneInfo("Europe/London")
TODAY = NOW.astimezone(LONDON).date()
FAMILY = [Person("Mum", LONDON), Person("May", ZoneInfo("Asia/Tokyo")), Person("Aunt May", LONDON)]

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


def check(parse: Callable[[], object]) -> None:
    """It either works, or says in a sentence why not."""
    sentence = None
    try:
        parse()
    except Misunderstood as problem:
        sentence = misunderstood(problem)
    assert sentence is None or 0 < len(sentence) < 1500


@given(anything)
def test_no_line_crashes_the_grammar(typed: str) -> None:
    check(lambda: understand_medicine(typed, people=FAMILY, now=NOW))
    check(lambda: understand_medicine(typed, people=FAMILY[:1], now=NOW))
    check(lambda: parse_schedule(typed, zone=LONDON, now=NOW))
    check(lambda: parse_dosage(typed))
    check(lambda: parse_name(typed))
    check(lambda: split_person_line(typed))


@given(anything)
def test_no_place_crashes_the_grammar(typed: str) -> None:
    check(lambda: parse_place(typed))


@given(lines)
def test_what_is_understood_has_doses_to_come(typed: str) -> None:
    try:
        schedule = parse_schedule(typed, zone=LONDON, now=NOW)
    except Misunderstood:
        return
    if isinstance(schedule, AsNeeded):
        assert schedule.ends_on is None or schedule.ends_on >= TODAY
    else:
        assert first_occurrence(schedule, LONDON, NOW) is not None


@given(lines)
def test_a_line_that_is_understood_has_no_problem(typed: str) -> None:
    partial = understand_medicine(typed, people=FAMILY, now=NOW)
    is_whole = None not in (partial.name, partial.dosage, partial.schedule, partial.person)
    assert is_whole or partial.problem is not None


@given(st.text(max_size=300))
def test_names_can_be_stored_and_shown_on_one_line(typed: str) -> None:
    try:
        name = parse_name(typed)
    except Misunderstood:
        return
    assert 1 <= len(name) <= LONGEST_NAME
    assert "\x00" not in name
    assert len(name.splitlines()) == 1
    assert name.encode()
    assert parse_name(name) == name


@given(schedules)
def test_what_is_written_can_be_typed(schedule: Schedule) -> None:
    words = schedule_in_words(schedule, zone=LONDON)
    assume(len(words) <= LONGEST_SCHEDULE)  # 24 amounts of their own are more than anybody types
    assert parse_schedule(words, zone=LONDON, now=NOW) == schedule


@given(wall_clocks(), st.integers(1, 3000))
def test_a_running_schedule_as_written_has_the_same_doses_to_come(
    schedule: WallClock, days_later: int
) -> None:
    """Where its days are not counted from the first one."""
    later = NOW + timedelta(days=days_later)
    if first_occurrence(schedule, LONDON, later) is None or counts_from_first_day(schedule):
        return
    words = schedule_in_words(schedule, zone=LONDON, today=later.astimezone(LONDON).date())
    typed = parse_schedule(words, zone=LONDON, now=later)
    until = later + timedelta(days=60)
    assert occurrences_between(typed, LONDON, later, until) == occurrences_between(
        schedule, LONDON, later, until
    )


def counts_from_first_day(schedule: WallClock) -> bool:
    return isinstance(schedule.days, Cycle) or getattr(schedule.days, "every", 1) > 1


@given(wall_clocks(), st.sampled_from(["Aspirin", "Omega 3", "Vitamin B 12", "After Sun", "Daily"]))
def test_a_whole_line_as_written_means_the_same(schedule: WallClock, name: str) -> None:
    words = schedule_in_words(schedule, zone=LONDON)
    typed = understand_medicine(f'"{name}" 1½ tablets {words} for Mum', people=FAMILY, now=NOW)
    assert typed.problem is None
    assert typed.dosage is not None
    assert (typed.name, typed.dosage.words, typed.schedule) == (name, "1½ tablets", schedule)


@given(st.one_of(amounts_by_time(), tapers()), st.sampled_from(["Warfarin", "Omega 3"]))
def test_a_whole_line_of_amounts_means_the_same(schedule: Schedule, name: str) -> None:
    words = schedule_in_words(schedule, zone=LONDON)
    typed = understand_medicine(f'"{name}" {words} for Mum', people=FAMILY, now=NOW)
    assert typed.problem is None
    assert (typed.name, typed.schedule) == (name, schedule)
