"""The tables as they are at one moment, in plain rows, and what differs between two of them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeAlias
from uuid import UUID

from tests.talk.stage import Stage

Row: TypeAlias = Mapping[str, Any]

_TABLES = {
    "people": "SELECT * FROM care_recipients",
    "users": "SELECT id, telegram_id, name, timezone, current_family_id FROM users",
    "families": "SELECT id, name FROM families",
    "members": "SELECT id, family_id, user_id, role, left_at, is_restricted FROM family_members",
    "seen": "SELECT id, family_id, user_id, care_recipient_id FROM care_assignments WHERE sees",
    "medicines": "SELECT * FROM medications",
    # Of long ago only what was taken counts for anything that a screen says.
    "doses": "SELECT * FROM doses WHERE taken_at IS NOT NULL OR due_at > $1::timestamptz - "
    "interval '4 days'",
    "logs": "SELECT * FROM medication_logs ORDER BY recorded_at, id",
    "movements": "SELECT medication_id, sum(change) AS total FROM stock_movements GROUP BY 1",
    "appointments": "SELECT * FROM appointments",
    "occurrences": "SELECT * FROM appointment_occurrences WHERE starts_at > $1::timestamptz - "
    "interval '2 days' AND starts_at < $1::timestamptz + interval '30 days'",
    "copies": "SELECT * FROM calendar_copies",
    "notices": "SELECT id, family_id, user_id, care_recipient_id, chat_id, message_id, facts"
    " FROM notifications WHERE kind IN ('missed', 'not_asked') AND status = 'sent'"
    " AND slot_at > $1::timestamptz - interval '2 days'",
    "cards": "SELECT id, family_id, user_id, group_id, care_recipient_id, slot_at, ask_no, part,"
    " chat_id, message_id"
    " FROM notifications WHERE kind = 'slot_card' AND status = 'sent'"
    " AND slot_at > $1::timestamptz - interval '3 days'",
}


@dataclass(frozen=True)
class Snapshot:
    """Rows by id. JSON columns are read."""

    at: datetime
    people: Mapping[UUID, Row]
    users: Mapping[UUID, Row]
    families: Mapping[UUID, Row]
    members: Mapping[UUID, Row]
    seen: Mapping[UUID, Row]
    medicines: Mapping[UUID, Row]
    doses: Mapping[UUID, Row]
    logs: Mapping[UUID, Row]
    movements: Mapping[UUID, Row]
    appointments: Mapping[UUID, Row]
    occurrences: Mapping[UUID, Row]
    copies: Mapping[UUID, Row]
    notices: Mapping[UUID, Row]
    cards: Mapping[UUID, Row]

    def medicines_of(self, family_id: UUID) -> Sequence[Row]:
        """Those that were not removed."""
        return [
            row
            for row in self.medicines.values()
            if row["family_id"] == family_id and row["deleted_at"] is None
        ]

    def doses_of(self, medication_id: UUID) -> Sequence[Row]:
        return [row for row in self.doses.values() if row["medication_id"] == medication_id]

    def name_of(self, user_id: UUID | None) -> str:
        return "" if user_id is None else str(self.users[user_id]["name"])

    def planned(self, *, until: datetime) -> Sequence[Row]:
        """What is still to take place before *until*, in order; each as it is for itself, with the
        title and place of its appointment where it has none of its own, and `origin_id`.
        """
        found = []
        for row in self.occurrences.values():
            appointment = self.appointments[row["appointment_id"]]
            is_there = row["status"] == "planned" and appointment["deleted_at"] is None
            if is_there and self.at < row["starts_at"] < until:
                own = json.loads(row["own_details"] or "{}")
                said = {name: own.get(name, appointment[name]) for name in ("title", "place")}
                origin_id = appointment["origin_id"] or appointment["id"]
                found.append({**row, **said, "origin_id": origin_id})
        return sorted(found, key=lambda row: row["starts_at"])

    def member(self, user_id: UUID | None, family_id: UUID) -> Row | None:
        """Their membership, if they are in the family."""
        for row in self.members.values():
            if (row["user_id"], row["family_id"]) == (user_id, family_id) and not row["left_at"]:
                return row
        return None

    def sees(self, user_id: UUID | None, person_id: UUID) -> bool:
        """Whether this user may see anything of this person."""
        member = self.member(user_id, self.people[person_id]["family_id"])
        if member is None or not member["is_restricted"]:
            return member is not None
        return any(
            (row["user_id"], row["care_recipient_id"]) == (user_id, person_id)
            for row in self.seen.values()
        )

    def zone_of(self, care_recipient_id: UUID) -> str:
        return str(self.people[care_recipient_id]["timezone"])


async def take_snapshot(stage: Stage) -> Snapshot:
    at = stage.now
    rows: dict[str, Mapping[UUID, Row]] = {}
    for name, sql in _TABLES.items():
        found = await stage.rows(sql, *([at] if "$1" in sql else []))
        key = "medication_id" if name == "movements" else "id"
        rows[name] = {row[key]: dict(row) for row in found}
    for medicine in rows["medicines"].values():
        assert isinstance(medicine, dict)
        medicine["schedule"] = json.loads(medicine["schedule"])
    for person in rows["people"].values():
        assert isinstance(person, dict)
        person["day_times"] = json.loads(person["day_times"] or "{}")
    return Snapshot(at=at, **rows)


_OF_MEDICINE = (
    *("name", "dosage", "dosage_amount", "dosage_unit", "schedule", "status", "resumes_at"),
    *("care_recipient_id", "stock", "stock_unit", "stock_per_dose", "refill_days"),
    *("is_paused_with_person", "instructions", "reason"),
)
_OF_PERSON = ("name", "timezone", "day_times", "paused_until", "pause_silences_appointments")
_OF_MEMBER = ("family_id", "user_id", "role", "is_restricted")
_OF_DOSE = ("status", "medication_name", "dosage", "amount", "unit", "taken_at", "given", "note")
_OF_OCCURRENCE = (
    *("starts_at", "ends_at", "status", "driver_id", "outcome"),
    *("own_details", "own_remind_before"),
)
_OF_APPOINTMENT = (
    *("title", "scheduled_at", "timezone", "recurrence", "cancelled_from", "duration_minutes"),
    *("place", "doctor_id", "doctor_name", "bring", "note", "remind_before"),
)


def normal(tables: Snapshot, *, until: datetime) -> Mapping[str, Any]:
    """What people mean by "as it was": without versions, timers that have run and cancelled rows.
    Doses that are due after *until* are left out: they are made on the way.
    """
    medicines = {
        key: {part: row.get(part) for part in _OF_MEDICINE}
        for key, row in tables.medicines.items()
        if row["deleted_at"] is None
    }
    doses = {
        (row["medication_id"], row["due_at"], row["is_scheduled"], key): {
            part: row[part] for part in _OF_DOSE
        }
        for key, row in tables.doses.items()
        if row["status"] != "cancelled"
        and row["medication_id"] in medicines
        and (row["due_at"] < until or row["taken_at"] is not None)
    }
    appointments = {
        key: {part: row.get(part) for part in _OF_APPOINTMENT}
        for key, row in tables.appointments.items()
        if row["deleted_at"] is None
    }
    occurrences = {
        (row["appointment_id"], row["occurrence_key"]): {
            part: row.get(part) for part in _OF_OCCURRENCE
        }
        for row in tables.occurrences.values()
        if row["appointment_id"] in appointments
        and row["status"] != "cut"
        and row["starts_at"] < tables.at + timedelta(days=28)
    }
    people = {
        key: {part: row[part] for part in _OF_PERSON}
        for key, row in tables.people.items()
        if row["deleted_at"] is None
    }
    members = {
        key: {
            **{part: row[part] for part in _OF_MEMBER},
            "sees": row["is_restricted"] and {p for p in people if tables.sees(row["user_id"], p)},
        }
        for key, row in tables.members.items()
        if row["left_at"] is None
    }
    return {
        "members": members,
        "medicines": medicines,
        "doses": doses,
        "appointments": appointments,
        "occurrences": occurrences,
        "people": people,
    }


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> Sequence[str]:
    """Between two :func:`normal` ones, in words."""
    found = []
    for table, rows in before.items():
        later = after[table]
        for key in rows.keys() | later.keys():
            was, is_now = rows.get(key), later.get(key)
            if was != is_now:
                found.append(f"{table}: {_parts(was, is_now)}")
    return found


def _parts(was: Mapping[str, Any] | None, is_now: Mapping[str, Any] | None) -> str:
    if was is None or is_now is None:
        return f"was {_row(was)}, is {_row(is_now)}"
    parts = [f"{k} was {was[k]}, is {is_now[k]}" for k in was if was[k] != is_now[k]]
    about = was.get("name") or was.get("medication_name") or was.get("title") or ""
    return f"{about}: " + "; ".join(parts)


def _row(row: Mapping[str, Any] | None) -> str:
    if row is None:
        return "not there"
    return ", ".join(f"{key} {value}" for key, value in row.items() if value is not None)
