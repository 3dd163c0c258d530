"""What has one name is told apart by the first part that makes a difference."""

from dataclasses import replace
from datetime import date, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from bot.ui.distinct_labels import (
    Named,
    dose_labels,
    dose_numbers,
    family_in_words,
    family_labels,
    labels,
    medicine_labels,
)
from bot.ui.length import LABEL, length
from domain.family.families import FamilyFacts
from domain.medicines.dosages import Dosage
from domain.medicines.facts import MedicineLine
from domain.medicines.schedules.kinds import Elapsed, WallClock
from domain.models.medicines import MedicineStatus
from tests.unit.views.screens.home import NOW, Home, Words

LONDON = ZoneInfo("Europe/London")


def medicine(
    number: int, name: str = "Aspirin", dosage: str = "100 mg", at: int = 8, person: str = "Mum"
) -> MedicineLine:
    return MedicineLine(
        id=UUID(int=number),
        person_id=UUID(bytes=person.encode().ljust(16)),
        person=person,
        zone=LONDON,
        name=name,
        dosage=Dosage(dosage),
        schedule=WallClock((time(at),), date(2026, 11, 23)),
        status=MedicineStatus.ACTIVE,
        resumes_at=None,
    )


def test_one_of_a_name_is_just_called_that() -> None:
    lines = [medicine(1), medicine(2, "Metformin")]
    assert medicine_labels(lines, with_person=False, now=NOW) == ["Aspirin", "Metformin"]


def test_two_medicines_of_one_name_are_told_apart_by_dosage() -> None:
    lines = [medicine(1), medicine(2, "ASPIRÍN", "81 mg"), medicine(3, "Metformin")]
    assert medicine_labels(lines, with_person=False, now=NOW) == [
        "Aspirin (100 mg)",
        "ASPIRÍN (81 mg)",
        "Metformin",
    ]


def test_else_by_when_they_are_due_else_by_status_else_by_number() -> None:
    lines = [medicine(1), medicine(2, at=20)]
    assert medicine_labels(lines, with_person=False, now=NOW) == [
        "Aspirin (08:00)",
        "Aspirin (20:00)",
    ]
    stopped = replace(medicine(2), status=MedicineStatus.STOPPED)
    assert medicine_labels([medicine(1), stopped], with_person=False, now=NOW) == [
        "Aspirin",
        "Aspirin (stopped)",
    ]
    assert medicine_labels([medicine(1), medicine(2)], with_person=False, now=NOW) == [
        "Aspirin (no. 1)",
        "Aspirin (no. 2)",
    ]


def test_what_differs_only_in_what_it_is_for_says_so() -> None:
    lines = [replace(medicine(1), reason="pain"), replace(medicine(2), reason="the heart")]
    assert medicine_labels(lines, with_person=False, now=NOW) == [
        "Aspirin (pain)",
        "Aspirin (the heart)",
    ]


def test_what_is_due_by_the_hour_is_told_apart_by_its_hours() -> None:
    lines = [
        replace(medicine(n), schedule=Elapsed(timedelta(hours=8), NOW + timedelta(hours=n)))
        for n in (1, 2)
    ]
    first, second = medicine_labels(lines, with_person=False, now=NOW)
    assert first != second
    assert "every 8 hours" in first


def test_a_part_that_leaves_two_alike_is_followed_by_another() -> None:
    lines = [medicine(1, dosage="81 mg"), medicine(2), medicine(3, at=20)]
    assert medicine_labels(lines, with_person=False, now=NOW) == [
        "Aspirin (81 mg)",
        "Aspirin (100 mg, 08:00)",
        "Aspirin (100 mg, 20:00)",
    ]


def test_what_two_people_take_is_told_apart_by_whose_it_is() -> None:
    lines = [medicine(1), medicine(2, person="Dad")]
    assert medicine_labels(lines, with_person=True, now=NOW) == ["Mum · Aspirin", "Dad · Aspirin"]


def test_names_that_differ_only_where_a_button_ends_are_told_apart() -> None:
    long = "Hydrochlorothiazide and triamterene capsules"
    found = labels([Named(f"{long} A", 1), Named(f"{long} B", 2)])
    assert len(set(found)) == 2
    assert found[0].endswith("(…psules A)")


def test_doses_of_one_medicine_are_not_told_apart_but_those_of_two_are() -> None:
    dose = Home(Words()).dose()
    evening = replace(dose, id=UUID(int=2), local=dose.local.replace(hour=20))
    assert set(dose_labels([dose, evening]).values()) == {dose.name}
    other = replace(dose, id=UUID(int=3), medication_id=UUID(int=4))
    assert list(dose_labels([dose, other]).values()) == [
        f"{dose.name} (no. 1)",
        f"{dose.name} (no. 2)",
    ]
    assert list(dose_numbers([dose, other]).values()) == [" (no. 1)", " (no. 2)"]
    weaker = replace(other, dosage="81 mg")
    assert list(dose_numbers([dose, weaker]).values()) == ["", ""]


def test_families_of_one_name_are_told_apart_by_who_is_in_one_alone() -> None:
    mine = FamilyFacts(UUID(int=1), "Smith", ("Ben", "Mum"))
    other = FamilyFacts(UUID(int=2), "smith", ("Ben", "Dad", "Cara", "Dora"))
    alone = FamilyFacts(UUID(int=3), "Smith")
    assert family_labels([mine, other, alone]) == [
        "Smith (with Mum and Ben)",
        "smith (with Dad, Cara and Dora)",
        "Smith (only you)",
    ]
    assert family_in_words(mine, [other]) == "Smith (with Mum and Ben)"
    assert family_in_words(replace(mine, name="x" * 80), [other]) == "x" * 80


NAMES = st.sampled_from(["Aspirin", "aspirin", "A" * 80, "A" * 79 + "B", "أسبرين", "😀" * 80])
PARTS = st.lists(st.sampled_from([None, "", "100 mg", "81 mg", "p" * 300]), max_size=3)


@given(st.lists(st.tuples(NAMES, PARTS), max_size=12))
def test_no_two_labels_are_alike_or_wider_than_a_button(
    drawn: list[tuple[str, list[str | None]]],
) -> None:
    found = labels([Named(name, at, parts) for at, (name, parts) in enumerate(drawn)])
    assert len({label.casefold() for label in found}) == len(drawn)
    assert all(length(label) <= LABEL for label in found)
