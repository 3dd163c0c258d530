"""Laws of the grammar: it never crashes, and what the views write can be typed."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from bot.grammar.dosages import parse_dosage
from bot.grammar.medicines import parse_medicine, understand_medicine
from bot.grammar.names import LONGEST_NAME, parse_name
from bot.grammar.people import Person, parse_place, split_person_line
from bot.grammar.problems import Misunderstood
from bot.grammar.schedules import parse_schedule, parse_times
from bot.views.misunderstandings import misunderstood
from bot.views.schedules import schedule_in_words
from domain.schedules import WallClock, Weekday, first_occurrence, occurrences

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


@st.composite
def schedules(draw: st.DrawFn) -> WallClock:
    """Schedules that still have doses to come, as `/addmed` makes them."""
    minutes = draw(st.lists(st.integers(0, 1439), min_size=1, max_size=24, unique=True))
    times = tuple(time(*divmod(minute, 60)) for minute in sorted(minutes))
    starts_on = TODAY + timedelta(days=draw(st.integers(0, 800)))
    length = draw(st.none() | st.integers(7, 1000))
    weekdays = draw(st.none() | st.frozensets(st.sampled_from(Weekday), min_size=1, max_size=6))
    ends_on = None if length is None else starts_on + timedelta(days=length)
    return WallClock(times, starts_on, ends_on, weekdays)


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
    check(lambda: parse_medicine(typed, people=FAMILY, now=NOW))
    check(lambda: parse_medicine(typed, people=FAMILY[:1], now=NOW))
    check(lambda: parse_schedule(typed, zone=LONDON, now=NOW))
    check(lambda: parse_times(typed))
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
    assert first_occurrence(schedule, LONDON, NOW) is not None
    assert schedule.ends_on is None or schedule.ends_on >= TODAY


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


@given(schedules())
def test_what_is_written_can_be_typed(schedule: WallClock) -> None:
    words = schedule_in_words(schedule, today=TODAY)
    assert parse_schedule(words, zone=LONDON, now=NOW) == schedule


@given(schedules(), st.integers(1, 3000))
def test_a_running_schedule_as_written_has_the_same_doses_to_come(
    schedule: WallClock, days_later: int
) -> None:
    later = NOW + timedelta(days=days_later)
    if first_occurrence(schedule, LONDON, later) is None:
        return
    words = schedule_in_words(schedule, today=later.astimezone(LONDON).date())
    typed = parse_schedule(words, zone=LONDON, now=later)
    until = later + timedelta(days=60)
    assert occurrences(typed, LONDON, later, until) == occurrences(schedule, LONDON, later, until)


@given(schedules(), st.sampled_from(["Aspirin", "Omega 3", "Vitamin B 12", "After Sun", "Daily"]))
def test_a_whole_line_as_written_means_the_same(schedule: WallClock, name: str) -> None:
    words = schedule_in_words(schedule, today=TODAY)
    draft = parse_medicine(f'"{name}" 1½ tablets {words} for Mum', people=FAMILY, now=NOW)
    assert (draft.name, draft.dosage, draft.schedule) == (name, "1½ tablets", schedule)
