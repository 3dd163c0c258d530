"""The files of an export, written part by part into a folder, then packed.

Everything here blocks, and runs in a thread. What is in memory is one page.
"""

import csv
import json
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import datetime
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from domain.medicines.dosages import Dosage
from domain.medicines.schedules.kinds import AsNeeded, Combined, Elapsed, Steps, WallClock
from domain.overview.export.facts import (
    ExportedAppointment,
    ExportedContact,
    ExportedDoctor,
    ExportedDose,
    ExportedMedicine,
    ExportedMovement,
)
from domain.overview.export.timing import number

FORMAT, VERSION = "carecircle-export", 1
_BEGINS_FORMULA = tuple("=+-@\t\r＝＋－＠")
_BOM = "\ufeff"
CSV_COLUMNS: Mapping[str, Sequence[str]] = {
    "medicines": (
        *("person", "name", "dosage", "schedule", "status", "instructions", "reason"),
        *("stock", "stock_unit"),
    ),
    "doses": (
        *("person", "medicine", "dosage", "due", "time_zone", "status", "taken", "given", "note"),
        *("recorded_by", "recorded_at", "all_records"),
    ),
    "appointments": (
        *("person", "title", "begins", "ends", "time_zone", "all_day", "status", "doctor"),
        *("place", "bring", "note", "driver", "outcome"),
    ),
    "stock": ("person", "medicine", "at", "reason", "added", "removed", "unit", "recorded_by"),
    "doctors": ("person", "name", "specialty", "phone", "address", "note"),
    "contacts": ("person", "name", "relation", "phone", "note"),
}


class ExportFolder:
    """Writes the files of one export into *path*, an empty folder of its own."""

    def __init__(self, path: Path, *, head: Mapping[str, Any], now: datetime) -> None:
        self._path = path
        self._sections: list[str] = []
        self._is_first_item = True
        self._has_entries = False
        self._append("carecircle.json", _dump({"format": FORMAT, "version": VERSION})[:-1])
        for key, value in head.items():
            self._append("carecircle.json", f",\n{json.dumps(key)}: {_dump(value)}")
        bundle = {"resourceType": "Bundle", "type": "collection", "timestamp": now.isoformat()}
        self._append("fhir-r5-bundle.json", _dump(bundle)[:-1])
        for name, columns in CSV_COLUMNS.items():
            self._append(f"{name}.csv", _BOM)
            self.add_rows(name, [columns])

    def add_items(self, section: str, items: Sequence[Any]) -> None:
        """Add to a *section* of the JSON file. Sections come one after the other."""
        if not self._sections or self._sections[-1] != section:
            self._append("carecircle.json", f"{self._end()},\n{json.dumps(section)}: [")
            self._sections.append(section)
            self._is_first_item = True
        parts = []
        for item in items:
            parts.append(("" if self._is_first_item else ",") + "\n" + _dump(item))
            self._is_first_item = False
        self._append("carecircle.json", "".join(parts))

    def add_entries(self, entries: Sequence[dict[str, Any]]) -> None:
        """Add entries to the FHIR bundle."""
        parts = []
        for entry in entries:
            parts.append(",\n" if self._has_entries else ',\n"entry": [\n')
            parts.append(_dump(entry))
            self._has_entries = True
        self._append("fhir-r5-bundle.json", "".join(parts))

    def add_rows(self, name: str, rows: Iterable[Sequence[object]]) -> None:
        """Add rows to a CSV file."""
        file_path = self._path / f"{name}.csv"
        with file_path.open("a", encoding="utf-8", newline="", errors="replace") as file:
            writer = csv.writer(file)
            writer.writerows([defused(cell) for cell in row] for row in rows)

    def add_text(self, name: str, content: str) -> None:
        self._append(name, content)

    def pack(self, target: Path) -> int:
        """Pack all files into the ZIP file *target*; returns its size in bytes."""
        self._append("carecircle.json", f"{self._end()}\n}}\n")
        self._append("fhir-r5-bundle.json", "\n]}\n" if self._has_entries else "}\n")
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed:
            for file in sorted(self._path.iterdir()):
                packed.write(file, file.name)
        return target.stat().st_size

    def _end(self) -> str:
        return "\n]" if self._sections else ""

    def _append(self, name: str, content: str) -> None:
        with (self._path / name).open("a", encoding="utf-8", newline="", errors="replace") as file:
            file.write(content)


def defused(cell: object) -> str:
    """A cell that no spreadsheet takes for a formula."""
    if cell is None:
        return ""
    words = str(cell)
    return f"'{words}" if words.lstrip(" \u00a0\ufeff").startswith(_BEGINS_FORMULA) else words


def medicine_row(medicine: ExportedMedicine, *, schedule: str) -> Sequence[object]:
    return (
        *(medicine.person, medicine.name, medicine.dosage.words, schedule),
        *(medicine.status.value, medicine.instructions, medicine.reason),
        *(_number(medicine.stock), medicine.stock_unit),
    )


def dose_row(dose: ExportedDose) -> Sequence[object]:
    last = dose.records[-1] if dose.records else None
    return (
        *(dose.person, dose.medicine, dose.dosage, _local(dose.due_at, dose.timezone)),
        *(dose.timezone, dose.status.value),
        _local(dose.taken_at, dose.taken_timezone or dose.timezone),
        *(dose.given, dose.note),
        None if last is None else last.recorded_by,
        None if last is None else _local(last.recorded_at, dose.timezone),
        "; ".join(
            f"{_local(each.recorded_at, dose.timezone)} {each.recorded_by}: {each.status.value}"
            for each in dose.records
        ),
    )


def appointment_row(occurrence: ExportedAppointment) -> Sequence[object]:
    zone = occurrence.timezone
    return (
        *(occurrence.person, occurrence.title),
        *(_local(occurrence.starts_at, zone), _local(occurrence.ends_at, zone), zone),
        *("yes" if occurrence.is_all_day else "no", occurrence.status.value, occurrence.doctor),
        *(occurrence.place, occurrence.bring, occurrence.note),
        *(occurrence.driver, occurrence.outcome),
    )


def stock_row(movement: ExportedMovement) -> Sequence[object]:
    change = movement.change
    return (
        *(movement.person, movement.medicine, _local(movement.at, movement.timezone)),
        movement.reason.value,
        _number(change) if change > 0 else None,
        _number(-change) if change < 0 else None,
        *(movement.unit, movement.recorded_by),
    )


def doctor_row(doctor: ExportedDoctor) -> Sequence[object]:
    return (
        *(doctor.person, doctor.name, doctor.specialty, doctor.phone, doctor.address),
        doctor.note,
    )


def contact_row(contact: ExportedContact) -> Sequence[object]:
    return (contact.person, contact.name, contact.relation, contact.phone, contact.note)


def _local(at: datetime | None, zone: str) -> str | None:
    return None if at is None else f"{at.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}"


def _number(value: Decimal | None) -> int | float | None:
    return None if value is None else number(value)


def _dump(value: Any) -> str:
    return json.dumps(_plain(value), ensure_ascii=False)


def _plain(value: Any) -> Any:
    """Only what JSON knows."""
    match value:
        case Dosage() | WallClock() | Elapsed() | AsNeeded() | Steps() | Combined():
            return value.to_json()
        case Enum():
            return value.value
        case UUID():
            return str(value)
        case datetime():
            return value.isoformat()
        case Decimal():
            return number(value)
        case dict():
            return {key: _plain(each) for key, each in value.items()}
        case list() | tuple():
            return [_plain(each) for each in value]
        case _ if is_dataclass(value):
            return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
        case _:
            return value
