"""Laws of the grammar: it never crashes, and what the views write can be typed."""

from collections.abc import Callable
from datetime import timedelta
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
from bot.ui.words.regimens.schedules import schedule_in_words
from domain.medicines.schedules.days import Cycle
from domain.medicines.schedules.kinds import AsNeeded, Schedule, WallClock
from domain.medicines.schedules.occurrences import first_occurrence, occurrences_between
from tests.unit.grammar.strategies import (
    LONDON,
    NOW,
    TODAY,
    amounts_by_time,
    anything,
    lines,
    schedules,
    tapers,
    wall_clocks,
)

FAMILY = [Person("Mum", LONDON), Person("May", ZoneInfo("Asia/Tokyo")), Person("Aunt May", LONDON)]


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
    assume(len(words) <= LONGEST_SCHEDULE)
    typed = understand_medicine(f'"{name}" 1½ tablets {words} for Mum', people=FAMILY, now=NOW)
    assert typed.problem is None
    assert typed.dosage is not None
    assert (typed.name, typed.dosage.words, typed.schedule) == (name, "1½ tablets", schedule)


@given(st.one_of(amounts_by_time(), tapers()), st.sampled_from(["Warfarin", "Omega 3"]))
def test_a_whole_line_of_amounts_means_the_same(schedule: Schedule, name: str) -> None:
    words = schedule_in_words(schedule, zone=LONDON)
    assume(len(words) <= LONGEST_SCHEDULE)
    typed = understand_medicine(f'"{name}" {words} for Mum', people=FAMILY, now=NOW)
    assert typed.problem is None
    assert (typed.name, typed.schedule) == (name, schedule)
