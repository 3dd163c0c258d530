"""Lines that nobody means: read like others, or refused as too long, but never for long.

How long each takes is measured by ``tests/benchmarks/typing.py``.
"""

import sys
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime, time
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from bot.features.medicines.flows.named_medicines import name_all
from bot.grammar.commands.appointments import understand_appointment
from bot.grammar.commands.medicines import understand_medicine
from bot.grammar.known_doctors import KnownDoctor
from bot.grammar.people import Person, find_person
from bot.grammar.problems import Misunderstood, Problem
from bot.grammar.tokens import matchable, tokenize
from domain.medicines.dosages import Dosage
from domain.medicines.facts import MedicineLine
from domain.medicines.schedules.kinds import WallClock
from domain.models.medicines import MedicineStatus

LONDON = ZoneInfo("Europe/London")
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
MUM, DAD = (Person(name, LONDON, UUID(int=n)) for n, name in enumerate(("Mum", "Dad")))


def medicine(name: str, person: Person = MUM) -> MedicineLine:
    return MedicineLine(
        id=UUID(int=hash(name) % 1000),
        person_id=person.id or UUID(int=0),
        person=person.name,
        zone=LONDON,
        name=name,
        dosage=Dosage("1 tablet"),
        schedule=WallClock((time(8),), date(2026, 11, 1), None),
        status=MedicineStatus.ACTIVE,
        resumes_at=None,
        is_paused_with_person=False,
    )


PARA, DAILY, HIS = medicine("Para"), medicine("Daily"), medicine("Heparin", DAD)


def names(text: str) -> list[tuple[str, str]]:
    return [(found[0].name, words) for found, words in name_all(text, [PARA, DAILY, HIS])]


def appointment(text: str) -> object:
    doctors = [KnownDoctor("Dr Weber", UUID(int=7), UUID(int=0))]
    return understand_appointment(text, people=[MUM, DAD], doctors=doctors, zone=LONDON, now=NOW)


@pytest.mark.parametrize(
    ("read", "text"),
    [
        (appointment, "x1 " * 150 + "zzz"),
        (names, "Para " + "and for me " * 30),
    ],
)
def test_a_line_that_could_be_read_in_hundreds_of_ways_is_too_long(
    read: Callable[[str], object], text: str
) -> None:
    with pytest.raises(Misunderstood) as refused:
        read(text)
    assert refused.value.problem is Problem.TOO_LONG


def work_of(read: Callable[[], object]) -> int:
    """How many functions are called: unlike seconds, the same each time."""
    calls = 0

    def count(_frame: object, event: str, _argument: object) -> None:
        nonlocal calls
        calls += event in {"call", "c_call"}

    sys.setprofile(count)
    try:
        with suppress(Misunderstood):
            read()
    finally:
        sys.setprofile(None)
    return calls


HELD = 100  # people, doctors, medicines of which none is meant


def look_for_a_person(text: str, held: int) -> object:
    return find_person(tokenize(text), [Person(f"Person {n}", LONDON) for n in range(held)])


def look_for_a_doctor(text: str, held: int) -> object:
    doctors = [KnownDoctor(f"Dr Weber {n}", UUID(int=n), UUID(int=0)) for n in range(held)]
    return understand_appointment(text, people=[MUM], doctors=doctors, zone=LONDON, now=NOW)


def look_for_a_medicine(text: str, held: int) -> object:
    return name_all(text, [medicine(f"Medicine {n}") for n in range(held)])


@pytest.mark.parametrize(
    ("look", "words"),
    [
        (look_for_a_person, "for "),
        (look_for_a_doctor, "with "),
        (look_for_a_doctor, "at "),
        (look_for_a_medicine, "zyx "),
        (look_for_a_medicine, "medicine "),
    ],
)
def test_twice_as_much_is_twice_as_much_work(
    look: Callable[[str, int], object], words: str
) -> None:
    work_of(lambda: look(words * 40, 2 * HELD))  # what is kept for the next time
    before = work_of(lambda: look(words * 20, HELD))
    assert work_of(lambda: look(words * 40, HELD)) < 2.5 * before
    assert work_of(lambda: look(words * 20, 2 * HELD)) < 2.5 * before
    assert work_of(lambda: look(words * 40, 2 * HELD)) < 2.5 * before


def test_people_are_found_behind_any_number_of_fors() -> None:
    named = find_person(tokenize("for " * 200 + "Dad"), [MUM, DAD])
    assert named is not None
    assert (named.person, named.start, named.end) == (DAD, 199, 201)


def test_a_doctor_is_found_behind_any_number_of_withs() -> None:
    assert "Dr Weber" in str(appointment("Dentist tomorrow at 10:00 with Dr Weber " + "with " * 50))


def test_commas_before_a_time_are_skipped() -> None:
    typed = understand_appointment(
        "Dentist" + "," * 300 + " tomorrow 10:00", people=[MUM], doctors=(), zone=LONDON, now=NOW
    )
    assert (typed.title, typed.when.clock) == ("Dentist", time(10))


def test_medicines_are_read_in_a_row() -> None:
    assert names("2 Para and 1 g of Daily at 08:00") == [
        ("Para", "2 at 08:00"),
        ("Daily", "1 g at 08:00"),
    ]
    assert names("Para and his tea and Daily") == [("Para", "and his tea"), ("Daily", "")]


def test_blanks_alone_are_no_medicine() -> None:
    with pytest.raises(Misunderstood) as refused:
        names("\u200b \n ")
    assert refused.value.problem is Problem.NAME_MISSING


def test_a_number_with_commas_is_one_unless_it_goes_on() -> None:
    def typed(text: str) -> list[str]:
        return [token.raw for token in tokenize(text).tokens]

    assert typed("2,5mg 1,2,3") == ["2,5mg", "1,2,3"]
    assert typed("08:00,20:00") == ["08:00", ",", "20:00"]
    assert typed("8.30,9.30") == ["8.30", ",", "9.30"]
    assert typed("1,2,3:4") == ["1", ",", "2", ",", "3:4"]
    assert typed("1,2,") == ["1", ",", "2", ","]


def test_a_ligature_that_is_a_phrase_stays_one_character() -> None:
    assert matchable("\ufdfa" * 3) == "\ufdfa" * 3
    assert matchable("ﬃ㎎") == "ffimg"


def test_a_schedule_waits_for_whose_day_it_is_where_that_differs() -> None:
    zones = [ZoneInfo(f"Etc/GMT{n:+}") for n in range(-9, 11)]
    people = [Person(f"Person {n}", zone) for n, zone in enumerate(zones)]
    noon = NOW.replace(hour=12)
    typed = understand_medicine("Aspirin 100 mg at 08:00", people=people, now=noon)
    assert typed.problem is not None
    assert typed.problem.problem is Problem.WHICH_PERSON
    assert typed.schedule is not None
    late = understand_medicine("Aspirin 100 mg at 08:00", people=people, now=NOW.replace(hour=20))
    assert (late.schedule, late.schedule_so_far) == (None, "at 08:00")
