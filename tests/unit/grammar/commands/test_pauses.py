"""`/pause`: whom or what, and until when, as people type it."""

from datetime import date, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from bot.grammar.commands.pauses import PauseEnd, parse_end, read_pause
from bot.grammar.known_medicines import KnownMedicine
from bot.grammar.people import Person
from bot.grammar.problems import Misunderstood, Problem

MONDAY = date(2026, 11, 23)
MUM, DAD, ASPIRIN, OMEGA, VITAMIN = (UUID(int=number) for number in range(5))
PEOPLE = [Person("Mum", ZoneInfo("Europe/London"), MUM), Person("Dad", ZoneInfo("UTC"), DAD)]
KNOWN = [
    KnownMedicine(MUM, "Mum", MUM),
    KnownMedicine(DAD, "Dad", DAD),
    KnownMedicine(ASPIRIN, "Aspirin", MUM),
    KnownMedicine(OMEGA, "Omega 3", MUM),
    KnownMedicine(VITAMIN, "Omega", DAD),
]


@pytest.mark.parametrize(
    ("typed", "ids", "rest"),
    [
        ("Mum until friday", {MUM}, "until friday"),
        ("mum for 3 days", {MUM}, "for 3 days"),
        ("Mum", {MUM}, ""),
        ("Aspirin until 3 December", {ASPIRIN}, "until 3 December"),
        ("Omega 3 until friday", {OMEGA}, "until friday"),  # the longest name first
        ("Omega for 3 days", {VITAMIN}, "for 3 days"),
        ("Aspirin for Mum until friday", {ASPIRIN}, "until friday"),
        ("until friday", set(), "until friday"),
    ],
)
def test_names_come_first_and_longest(typed: str, ids: set[UUID], rest: str) -> None:
    named = read_pause(typed, known=KNOWN, people=PEOPLE)
    assert ({each.id for each in named.named}, named.rest) == (ids, rest)


def test_a_person_and_a_medicine_of_one_name_are_both_named() -> None:
    known = [*KNOWN, KnownMedicine(UUID(int=9), "Dad", MUM)]
    named = read_pause("Dad until friday", known=known, people=PEOPLE)
    assert {each.id for each in named.named} == {DAD, UUID(int=9)}


def test_a_name_that_nobody_has_is_said_without_its_end() -> None:
    with pytest.raises(Misunderstood) as problem:
        read_pause("Asprin until friday", known=KNOWN, people=PEOPLE)
    assert problem.value.problem is Problem.NOTHING_OF_THAT_NAME
    assert (problem.value.words, problem.value.suggestions[0]) == ("Asprin", "Aspirin")


@pytest.mark.parametrize(
    ("typed", "resumes_on"),
    [
        ("until friday", date(2026, 11, 27)),
        ("till 3 December", date(2026, 12, 3)),
        ("until tomorrow", date(2026, 11, 24)),
        ("for 3 days", MONDAY + timedelta(days=3)),
        ("until 1 October", date(2027, 10, 1)),
        ("for a week", MONDAY + timedelta(days=7)),
        ("for a fortnight", MONDAY + timedelta(days=14)),
        ("for a month", date(2026, 12, 23)),
        ("for 3 months", date(2027, 2, 23)),
        ("for 1 week and 3 days", MONDAY + timedelta(days=10)),
        ("until yesterday", date(2026, 11, 22)),
        ("until further notice", None),
        ("until I resume it", None),
    ],
)
def test_an_end_is_read(typed: str, resumes_on: date | None) -> None:
    assert parse_end(typed, today=MONDAY) == PauseEnd(resumes_on)
    assert parse_end(typed, today=MONDAY, is_answer=True) == PauseEnd(resumes_on)


@pytest.mark.parametrize("typed", ["friday", "tomorrow", "3 days"])
def test_an_end_alone_is_an_answer_and_no_command(typed: str) -> None:
    assert parse_end(typed, today=MONDAY, is_answer=True).resumes_on is not None
    with pytest.raises(Misunderstood) as problem:
        parse_end(typed, today=MONDAY)
    assert problem.value.problem is Problem.PAUSE_STARTS_NOW


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ("from friday", Problem.PAUSE_STARTS_NOW),
        ("from friday until sunday", Problem.PAUSE_STARTS_NOW),
        ("until banana", Problem.DATE_UNREADABLE),
        ("for 3 days please", Problem.DATE_UNREADABLE),
        ("for friday", Problem.DURATION_UNCLEAR),
        ("for 90 minutes", Problem.DURATION_UNCLEAR),
        ("for half a day", Problem.DURATION_UNCLEAR),
        ("until monday", Problem.DATE_AMBIGUOUS),
    ],
)
def test_what_is_no_end_is_asked_about(typed: str, problem: Problem) -> None:
    with pytest.raises(Misunderstood) as misunderstood:
        parse_end(typed, today=MONDAY, is_answer=True)
    assert misunderstood.value.problem is problem


def test_no_end_that_is_over_is_offered() -> None:
    with pytest.raises(Misunderstood) as misunderstood:
        parse_end("until 20 November", today=MONDAY)
    assert misunderstood.value.suggestions == ("20 November 2027",)
    with pytest.raises(Misunderstood) as misunderstood:
        parse_end("until 11/12", today=MONDAY)
    assert misunderstood.value.suggestions == ("11 December 2026", "12 November 2027")
