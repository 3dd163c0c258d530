"""An export's files: every kind of schedule as FHIR, and cells that are no formula."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from fhir.resources.bundle import Bundle

from domain.local_time import Weekday
from domain.medicines.dosages import Dosage
from domain.medicines.schedules.days import Cycle, Daily, Monthly, MonthlyWeekdays, Weekly
from domain.medicines.schedules.kinds import (
    AsNeeded,
    Combined,
    Elapsed,
    Schedule,
    Steps,
    WallClock,
)
from domain.medicines.schedules.moments import Moment, PartOfDay
from domain.models.appointments import OccurrenceStatus
from domain.models.medicines import DoseStatus, MedicineStatus, RecordStatus
from domain.overview.export import fhir
from domain.overview.export.facts import (
    ExportedAppointment,
    ExportedContact,
    ExportedDoctor,
    ExportedDose,
    ExportedMedicine,
    ExportedPerson,
    ExportedRecord,
)
from domain.overview.export.files import CSV_COLUMNS, ExportFolder, defused
from domain.overview.export.timing import EVENTS, dosages_of

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
LONDON = ZoneInfo("Europe/London")
BEGIN = date(2026, 11, 23)
EIGHT, TWENTY = time(8), time(20)
ONE = Dosage("1 tablet", Decimal(1), "tablet")
TWO = Dosage("2 tablets", Decimal(2), "tablet")
MUM, ASPIRIN, WEBER = (UUID(int=number) for number in (1, 2, 3))

KINDS: Mapping[str, Schedule] = {
    "daily": WallClock((EIGHT, TWENTY), BEGIN),
    "every_third_day": WallClock((EIGHT,), BEGIN, days=Daily(3)),
    "two_amounts": WallClock((EIGHT, TWENTY), BEGIN, dosages=(ONE, TWO)),
    "weekly": WallClock((EIGHT,), BEGIN, days=Weekly(frozenset({Weekday.MONDAY, Weekday.FRIDAY}))),
    "every_other_week": WallClock((EIGHT,), BEGIN, days=Weekly(frozenset({Weekday.MONDAY}), 2)),
    "monthly": WallClock((EIGHT,), BEGIN, days=Monthly(frozenset({1, 31}))),
    "first_monday": WallClock(
        (EIGHT,), BEGIN, days=MonthlyWeekdays(frozenset({Weekday.MONDAY}), frozenset({1}))
    ),
    "three_weeks_on": WallClock((EIGHT,), BEGIN, days=Cycle(21, 7)),
    "course": WallClock((EIGHT, TWENTY), BEGIN, date(2026, 11, 30), last_at=EIGHT),
    "not_on_a_day": WallClock((EIGHT,), BEGIN, except_on=frozenset({date(2026, 12, 24)})),
    "with_breakfast": WallClock((EIGHT,), BEGIN, moments=(Moment(PartOfDay.BREAKFAST),)),
    "elapsed": Elapsed(timedelta(hours=8), NOW),
    "elapsed_in_minutes": Elapsed(timedelta(minutes=90), NOW, NOW + timedelta(days=2)),
    "as_needed": AsNeeded(BEGIN, timedelta(hours=6), 4),
    "as_needed_without_limits": AsNeeded(BEGIN, ends_on=date(2026, 12, 1)),
    "taper": Steps(
        (
            WallClock((EIGHT,), BEGIN, date(2026, 11, 29), dosages=(TWO,)),
            WallClock((EIGHT,), date(2026, 11, 30), dosages=(ONE,)),
        )
    ),
    "combined": Combined(
        (
            WallClock((EIGHT,), BEGIN, days=Weekly(frozenset({Weekday.MONDAY}))),
            WallClock((TWENTY,), BEGIN, days=Weekly(frozenset({Weekday.FRIDAY}))),
        )
    ),
}


def medicine(schedule: Schedule, dosage: Dosage = ONE) -> ExportedMedicine:
    return ExportedMedicine(
        id=ASPIRIN,
        person_id=MUM,
        person="Mum",
        timezone="Europe/London",
        name="Aspirin",
        dosage=dosage,
        schedule=schedule,
        status=MedicineStatus.ACTIVE,
        resumes_at=None,
        instructions="with food",
        reason="pain",
        nicknames=(),
        stock=None,
        stock_unit=None,
        created_at=NOW,
    )


def dose(status: DoseStatus, **changed: Any) -> ExportedDose:
    given: dict[str, Any] = {
        "id": UUID(int=9),
        "medication_id": ASPIRIN,
        "person_id": MUM,
        "person": "Mum",
        "medicine": "Aspirin",
        "dosage": "1 tablet",
        "amount": Decimal(1),
        "unit": "tablet",
        "due_at": NOW,
        "timezone": "Europe/London",
        "is_scheduled": True,
        "status": status,
        "taken_at": NOW if status is DoseStatus.TAKEN else None,
        "taken_timezone": None,
        "given": None,
        "note": None,
    }
    return ExportedDose(**{**given, **changed})


def checked(*resources: dict[str, Any]) -> None:
    """All of it is valid R5, as a bundle in JSON."""
    entries = [fhir.entry(each) for each in resources]
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": entries}
    Bundle.model_validate_json(json.dumps(bundle))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "dosage",
    [
        ONE,
        Dosage("a thin layer"),
        Dosage("1–2 tablets", Decimal(1), "tablet", Decimal(2)),
        Dosage("½ tablet", Decimal("0.5"), "tablet"),
    ],
    ids=["tablet", "layer", "range", "half"],
)
def test_every_kind_of_schedule_is_valid_fhir(kind: str, dosage: Dosage) -> None:
    checked(*fhir.medicine_resources(medicine(KINDS[kind], dosage), text="words", now=NOW))


def repeats(schedule: Schedule) -> list[dict[str, Any]]:
    found = dosages_of(schedule, ONE, zone=LONDON, text="words", now=NOW)
    return [each["timing"]["repeat"] for each in found]


def test_what_a_rule_says_is_what_the_schedule_means() -> None:
    [daily] = repeats(KINDS["daily"])
    assert (daily["frequency"], daily["period"], daily["periodUnit"]) == (2, 1, "d")
    assert daily["timeOfDay"] == ["08:00:00", "20:00:00"]
    assert daily["boundsPeriod"] == {"start": "2026-11-23"}
    [third] = repeats(KINDS["every_third_day"])
    assert (third["frequency"], third["period"]) == (1, 3)
    [weekly] = repeats(KINDS["weekly"])
    assert (weekly["dayOfWeek"], weekly["periodUnit"]) == (["mon", "fri"], "wk")
    [elapsed] = repeats(KINDS["elapsed"])
    assert (elapsed["period"], elapsed["periodUnit"]) == (8, "h")
    [minutes] = repeats(KINDS["elapsed_in_minutes"])
    assert (minutes["period"], minutes["periodUnit"]) == (90, "min")
    [course] = repeats(KINDS["course"])
    assert course["boundsPeriod"]["end"] == "2026-11-30T08:00:00+00:00"


def test_what_no_rule_says_is_listed() -> None:
    [monthly] = dosages_of(KINDS["monthly"], ONE, zone=LONDON, text="words", now=NOW)
    assert monthly["timing"]["event"][:2] == [
        "2026-11-30T08:00:00+00:00",
        "2026-12-01T08:00:00+00:00",
    ]
    assert len(monthly["timing"]["event"]) == EVENTS


def test_parts_follow_each_other_or_stand_side_by_side() -> None:
    taper = dosages_of(KINDS["taper"], ONE, zone=LONDON, text="words", now=NOW)
    assert [each["sequence"] for each in taper] == [1, 2]
    amounts = [each["doseAndRate"][0]["doseQuantity"]["value"] for each in taper]
    assert amounts == [2, 1]
    combined = dosages_of(KINDS["combined"], ONE, zone=LONDON, text="words", now=NOW)
    assert [each["sequence"] for each in combined] == [1, 1]
    amounts = dosages_of(KINDS["two_amounts"], ONE, zone=LONDON, text="words", now=NOW)
    assert [each["timing"]["repeat"]["timeOfDay"] for each in amounts] == [
        ["08:00:00"],
        ["20:00:00"],
    ]


def test_as_needed_says_how_often_at_most() -> None:
    [needed] = dosages_of(KINDS["as_needed"], ONE, zone=LONDON, text="words", now=NOW)
    assert needed["asNeeded"] is True
    assert needed["maxDosePerPeriod"][0]["numerator"]["value"] == 4


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (DoseStatus.TAKEN, "completed"),
        (DoseStatus.SKIPPED, "not-done"),
        (DoseStatus.MISSED, "unknown"),
        (DoseStatus.NOT_ASKED, "unknown"),
        (DoseStatus.PENDING, "unknown"),
    ],
)
def test_a_dose_says_what_is_known_of_it(status: DoseStatus, said: str) -> None:
    record = ExportedRecord(
        RecordStatus.TAKEN, NOW, "Europe/London", NOW, "Ben", None, Decimal(1), "late"
    )
    records = (record,) if status in (DoseStatus.TAKEN, DoseStatus.SKIPPED) else ()
    found = fhir.administration(dose(status, records=records, note="late"), known={ASPIRIN})
    assert found["status"] == said
    checked(found)


def test_the_others_are_valid_too() -> None:
    person = ExportedPerson(MUM, "Mum", "Europe/London", {}, None, None, None)
    doctor = ExportedDoctor(
        WEBER, MUM, "Mum", "Dr Weber", "cardiology", "+442079460018", "1 High St", None
    )
    visit = ExportedAppointment(
        id=UUID(int=5),
        appointment_id=UUID(int=6),
        person_id=MUM,
        person="Mum",
        title="Checkup",
        starts_at=NOW,
        ends_at=NOW + timedelta(hours=1),
        timezone="Europe/London",
        is_all_day=False,
        recurrence=None,
        status=OccurrenceStatus.PLANNED,
        doctor_id=WEBER,
        doctor="Dr Weber",
        place=None,
        bring="card",
        note=None,
        driver=None,
        outcome=None,
    )
    appointment = fhir.appointment(visit, doctors={WEBER})
    assert appointment["status"] == "booked"  # nobody has said how it went
    rosa = ExportedContact(UUID(int=7), MUM, "Mum", "Rosa", "neighbour", "+442079460020", None, 4)
    others = replace(rosa, person_id=UUID(int=9)), replace(rosa, person_id=None, relation=None)
    patient = fhir.patient(person, contacts=[rosa, *others])
    assert [each["telecom"][0]["rank"] for each in patient["contact"]] == [1, 2]
    assert patient["contact"][0]["relationship"] == [{"text": "neighbour"}]
    checked(patient, fhir.patient(person), fhir.practitioner(doctor), appointment)


@pytest.mark.parametrize(
    "typed",
    ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "\u00a0=1", "＝1+1", "＠x"],
)
def test_no_cell_begins_a_formula(typed: str) -> None:
    assert defused(typed) == f"'{typed}"


def test_other_cells_stay() -> None:
    assert [defused(each) for each in ("Mum", "1-2", 5, None, "")] == ["Mum", "1-2", "5", "", ""]


def test_an_empty_export_is_whole(tmp_path: Path) -> None:
    folder = tmp_path / "files"
    folder.mkdir()
    files = ExportFolder(folder, head={"people": []}, now=NOW)
    assert files.pack(tmp_path / "packed.zip") > 0
    assert json.loads((folder / "carecircle.json").read_text())["people"] == []
    Bundle.model_validate_json((folder / "fhir-r5-bundle.json").read_text())
    for name, columns in CSV_COLUMNS.items():
        content = (folder / f"{name}.csv").read_text(encoding="utf-8")
        assert content == "\ufeff" + ",".join(columns) + "\n"


def test_what_nobody_can_encode_breaks_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "files"
    folder.mkdir()
    files = ExportFolder(folder, head={"name": "\ud800 \u2028"}, now=NOW)
    files.add_items("doses", [dose(DoseStatus.TAKEN, medicine="\ud800")])
    files.add_rows("doctors", [("\ud800",)])
    files.add_items("doctors", [])
    files.pack(tmp_path / "packed.zip")
    assert json.loads((folder / "carecircle.json").read_text())["doctors"] == []
