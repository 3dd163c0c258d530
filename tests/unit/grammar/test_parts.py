"""The questions of the guided conversation, one by one: names, dosages, times, people, places."""

from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from bot.grammar.dosages import parse_dosage
from bot.grammar.names import LONGEST_NAME, parse_name
from bot.grammar.people import parse_place, split_person_line
from bot.grammar.problems import Misunderstood, Problem
from bot.grammar.schedules.parsing import parse_schedule
from bot.grammar.tokens import tokenize
from domain.medicines.schedules.kinds import WallClock

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
LONDON = ZoneInfo("Europe/London")


def problem_of(parse: object, *args: object, **kwargs: object) -> Problem:
    assert callable(parse)
    with pytest.raises(Misunderstood) as caught:
        parse(*args, **kwargs)
    return caught.value.problem


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("Aspirin", "Aspirin"),
        ("  Omega \n 3  ", "Omega 3"),
        ("<b>Bold</b> & co", "<b>Bold</b> & co"),
        ("👩‍👩‍👧 gummies", "👩‍👩‍👧 gummies"),
        ("אספירין", "אספירין"),
        ("\u202eevil\u202c\u2066x\u2069", "evilx"),
        ("nul\x00l \ud800half", "null half"),
        ("a\u200bb\ufeffc", "abc"),
        ("x" * LONGEST_NAME, "x" * LONGEST_NAME),
    ],
)
def test_names_are_kept_as_typed_but_harmless(typed: str, name: str) -> None:
    assert parse_name(typed) == name


@pytest.mark.parametrize("typed", ["", "   ", "\n", "\u200b", "\u202e", "\u3164", "\u200d\u200d"])
def test_names_that_nobody_can_see_are_refused(typed: str) -> None:
    assert problem_of(parse_name, typed) is Problem.NAME_MISSING


@pytest.mark.parametrize("length", [LONGEST_NAME + 1, 5000])
def test_names_that_are_too_long_are_refused(length: int) -> None:
    assert problem_of(parse_name, "x" * length) is Problem.NAME_TOO_LONG


@pytest.mark.parametrize(
    ("typed", "dosage"),
    [
        ("100mg", "100 mg"),
        ("½tab", "½ tab"),
        ("2,5  ml", "2,5 ml"),
        ("2 tablets.", "2 tablets"),
        ("“two fingers wide”", "two fingers wide"),
        ("500 mg, 2 tablets", "500 mg, 2 tablets"),
    ],
)
def test_dosages(typed: str, dosage: str) -> None:
    assert parse_dosage(typed).words == dosage


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ("", Problem.DOSAGE_MISSING),
        ('""', Problem.DOSAGE_MISSING),
        ("100", Problem.DOSAGE_NEEDS_UNIT),
        ("a handful", Problem.DOSAGE_NEEDS_UNIT),
        ("100 mg at 8am", Problem.DOSAGE_NEEDS_UNIT),
        ("-1 tablet", Problem.AMOUNT_NOT_POSITIVE),
        ("2-1 tablets", Problem.AMOUNT_RANGE),
        ("1,000 mg", Problem.AMOUNT_AMBIGUOUS),
        ("9" * 200 + " mg", Problem.DOSAGE_NEEDS_UNIT),
        ('"' + "x" * 81 + '"', Problem.DOSAGE_TOO_LONG),
        ("x" * 5000, Problem.DOSAGE_TOO_LONG),
    ],
)
def test_dosages_that_are_none(typed: str, problem: Problem) -> None:
    assert problem_of(parse_dosage, typed) is problem


def test_words_are_offered_in_quotes_as_a_dosage() -> None:
    with pytest.raises(Misunderstood) as caught:
        parse_dosage("a thin layer")
    assert caught.value.suggestions == ('"a thin layer"',)


@pytest.mark.parametrize(
    ("typed", "amount", "unit"),
    [
        ("100mg", "100", "mg"),
        ("½ tab", "0.5", "tablet"),
        ("1 1/2 tablets", "1.5", "tablet"),
        ("2,5 ml", "2.5", "ml"),
        ("75 mcg", "75", "µg"),
        ("500 mg, 2 tablets", "2", "tablet"),
        ("2 tablets of 500 mg", "2", "tablet"),
        ("10 units", "10", "unit"),
        ("⅓ tablet", "0.3333", "tablet"),
    ],
)
def test_what_a_dosage_counts(typed: str, amount: str, unit: str) -> None:
    dosage = parse_dosage(typed)
    assert (dosage.amount, dosage.unit) == (Decimal(amount), unit)


@pytest.mark.parametrize("typed", ["2 x 500 mg", "5 mg/ml", '"two fingers wide"'])
def test_a_product_and_plain_words_count_nothing(typed: str) -> None:
    assert parse_dosage(typed).amount is None


def test_a_name_is_no_command() -> None:
    assert problem_of(parse_name, "/today") is Problem.NAME_IS_COMMAND
    assert parse_name("today") == "today"


def test_an_empty_schedule_is_missing() -> None:
    assert problem_of(parse_schedule, " ", zone=LONDON, now=NOW) is Problem.SCHEDULE_MISSING


def test_ten_days_begin_with_the_first_dose() -> None:
    late = datetime(2026, 11, 23, 21, 0, tzinfo=UTC)
    schedule = parse_schedule("20:00 for 10 days", zone=LONDON, now=late)
    assert isinstance(schedule, WallClock)
    assert str(schedule.starts_on) == "2026-11-23"
    assert str(schedule.ends_on) == "2026-12-03"


@pytest.mark.parametrize(
    ("typed", "name", "place"),
    [
        ("Mum", "Mum", None),
        ("Mum in Europe/London", "Mum", "Europe/London"),
        ("/addperson Mum in New York", "Mum", "New York"),
        ("Mum Europe/London", "Mum", "Europe/London"),
        ("Mum, Europe/London", "Mum", "Europe/London"),
        ("Mother in law", "Mother in law", None),
        ("Mother in law in Lisbon", "Mother in law", "Lisbon"),
        ("Grandma Rose IN Lisbon", "Grandma Rose", "Lisbon"),
        ("In", "In", None),
        ("Mum in", "Mum", ""),
    ],
)
def test_person_lines(typed: str, name: str, place: str | None) -> None:
    assert split_person_line(typed) == (name, place)


def test_person_lines_need_a_name() -> None:
    assert problem_of(split_person_line, "/addperson") is Problem.NAME_MISSING
    assert problem_of(split_person_line, "x" * 5000) is Problem.NAME_TOO_LONG


def test_a_missing_place_is_missing() -> None:
    assert problem_of(parse_place, " ") is Problem.PLACE_MISSING


def test_tokens_remember_where_they_stood() -> None:
    line = tokenize("/meds@CareBot  Mum’s\u00a0½ “big pill”, 2,5ml")
    assert [token.word for token in line.tokens] == ["mum's", "½", "big pill", ",", "2,5ml"]
    assert line.typed(line.tokens[:2]) == "Mum’s ½"


def test_an_unclosed_quotation_is_no_quotation() -> None:
    assert [token.is_quoted for token in tokenize('Aspirin "100 mg').tokens] == [False] * 3
