"""A medicine as facts: what people read about it, and what an edit changes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self
from uuid import UUID
from zoneinfo import ZoneInfo

from domain.medicines.dosages import Dosage
from domain.medicines.schedules.kinds import Schedule, schedule_from_json
from domain.models.family import LadderPlan
from domain.models.medicines import MedicineStatus

LONGEST_INSTRUCTIONS = 300  # characters
LONGEST_REASON = 100


@dataclass(frozen=True)
class OpenDose:
    """A dose that is due and unanswered: `due_at` (UTC) in `zone`, open until `window_ends_at`
    (UTC), of `dosage`.

    Right after an edit, `becomes` is the amount it would have now, if that differs;
    `is_rescheduled` if the medicine isn't due at that time any more.
    """

    id: UUID
    due_at: datetime
    window_ends_at: datetime
    zone: ZoneInfo
    dosage: Dosage
    snoozed_until: datetime | None
    becomes: Dosage | None = None
    is_rescheduled: bool = False


@dataclass(frozen=True)
class MedicineFacts:
    """A medicine with everything its confirmation names.

    `open_doses` are due and unanswered; `first_due_at` (UTC) is the next dose after them, None if
    there is none; `resumes_at` (UTC) is the end of its pause, None if it has none;
    `is_paused_with_person`: it's paused with everything else that the person takes. `version` rises
    with each edit. `called_off` are the doses that were open until it was paused or stopped.
    `instructions` and `reason` are as in :class:`Content`; `nicknames` are what else the family
    calls it; `ladder` is how often it is asked about, None for what the family has set.
    """

    id: UUID
    name: str
    dosage: Dosage
    schedule: Schedule
    status: MedicineStatus
    resumes_at: datetime | None
    version: int
    person_id: UUID
    person: str
    zone: ZoneInfo
    family_name: str
    first_due_at: datetime | None
    open_doses: Sequence[OpenDose] = ()
    is_paused_with_person: bool = False
    called_off: Sequence[OpenDose] = ()
    instructions: str | None = None
    reason: str | None = None
    nicknames: Sequence[str] = ()
    ladder: LadderPlan | None = None

    @property
    def content(self) -> "Content":
        return Content(self.name, self.dosage, self.schedule, self.instructions, self.reason)


@dataclass(frozen=True)
class MedicineLine:
    """A medicine as the list shows it. Converts to JSON and back, for the cache."""

    id: UUID
    person_id: UUID
    person: str
    zone: ZoneInfo
    name: str
    dosage: Dosage
    schedule: Schedule
    status: MedicineStatus
    resumes_at: datetime | None
    is_paused_with_person: bool = False
    instructions: str | None = None
    reason: str | None = None
    nicknames: Sequence[str] = ()

    def to_json(self) -> dict[str, Any]:
        return {
            "id": str(self.id),
            "person_id": str(self.person_id),
            "person": self.person,
            "zone": self.zone.key,
            "name": self.name,
            "dosage": self.dosage.to_json(),
            "schedule": self.schedule.to_json(),
            "status": self.status,
            "resumes_at": self.resumes_at.isoformat() if self.resumes_at else None,
            "is_paused_with_person": self.is_paused_with_person,
            "instructions": self.instructions,
            "reason": self.reason,
            "nicknames": list(self.nicknames),
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        """Raises ValueError, KeyError or TypeError for anything that `to_json` doesn't write."""
        resumes_at = stored["resumes_at"]
        return cls(
            id=UUID(stored["id"]),
            person_id=UUID(stored["person_id"]),
            person=str(stored["person"]),
            zone=ZoneInfo(stored["zone"]),
            name=str(stored["name"]),
            dosage=Dosage.from_json(stored["dosage"]),
            schedule=schedule_from_json(stored["schedule"]),
            status=MedicineStatus(stored["status"]),
            resumes_at=datetime.fromisoformat(resumes_at) if resumes_at else None,
            is_paused_with_person=bool(stored["is_paused_with_person"]),
            instructions=stored.get("instructions"),
            reason=stored.get("reason"),
            nicknames=tuple(stored.get("nicknames", ())),
        )


@dataclass(frozen=True)
class NewMedicine:
    """What a caregiver entered."""

    person_id: UUID
    name: str
    dosage: Dosage
    schedule: Schedule
    instructions: str | None = None
    reason: str | None = None

    @property
    def content(self) -> "Content":
        return Content(self.name, self.dosage, self.schedule, self.instructions, self.reason)


@dataclass(frozen=True)
class Content:
    """What an edit can change: one version of a medicine. `instructions` say how it is taken ("with
    food"), `reason` what for ("pain"), as typed.
    """

    name: str
    dosage: Dosage
    schedule: Schedule
    instructions: str | None = None
    reason: str | None = None

    def to_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "dosage": self.dosage.to_json(),
            "schedule": self.schedule.to_json(),
            "instructions": self.instructions,
            "reason": self.reason,
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        return cls(
            str(stored["name"]),
            Dosage.from_json(stored["dosage"]),
            schedule_from_json(stored["schedule"]),
            stored.get("instructions"),
            stored.get("reason"),
        )
