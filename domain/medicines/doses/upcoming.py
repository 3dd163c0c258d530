"""A medicine's upcoming doses: existing rows first, and its schedule only beyond them.

A dose that was given early, skipped or cancelled isn't upcoming although the schedule has it; an
open dose is, although its time has passed.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from heapq import merge
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Text, cast, func, or_, select
from sqlalchemy.dialects.postgresql import JSONB, aggregate_order_by

from domain.medicines.dosages import Dosage
from domain.medicines.facts import OpenDose
from domain.medicines.schedules.kinds import Schedule, schedule_from_json
from domain.medicines.schedules.occurrences import Occurrence, first_occurrence, occurrences_between
from domain.models import Dose, Medication
from domain.models.medicines import DoseStatus
from domain.timers import Step

_LONGEST_OPEN = timedelta(days=4)  # no window is longer; bounds the search
_STRETCH = timedelta(days=60)
_MICROSECOND = timedelta(microseconds=1)

_MADE = (
    select(
        func.jsonb_agg(
            aggregate_order_by(
                func.jsonb_build_object(
                    "id",
                    Dose.id,
                    "window_ends_at",
                    Dose.window_ends_at,
                    "key",
                    Dose.occurrence_key,
                    "due_at",
                    Dose.due_at,
                    "timezone",
                    Dose.timezone,
                    "status",
                    Dose.status,
                    "step",
                    Dose.ladder_step,
                    "action_at",
                    Dose.next_action_at,
                    "is_snoozed",
                    Dose.snoozed_by_id.is_not(None),
                    "words",
                    Dose.dosage,
                    "amount",
                    cast(Dose.amount, Text),
                    "unit",
                    Dose.unit,
                    "most",
                    cast(Dose.most, Text),
                ),
                Dose.due_at,
                Dose.id,
            ),
            type_=JSONB,
        )
    )
    .where(
        Dose.medication_id == Medication.id,
        Dose.care_recipient_id == Medication.care_recipient_id,
        Dose.is_scheduled,
        Dose.due_at > func.clock_now() - _LONGEST_OPEN,
        or_(Dose.status == DoseStatus.PENDING, Dose.due_at > Medication.expanded_until),
    )
    .correlate(Medication)
    .scalar_subquery()
)
_LAST_INTAKE = (
    select(func.max(Dose.taken_at))
    .where(Dose.medication_id == Medication.id, Dose.taken_at.is_not(None))
    .correlate(Medication)
    .scalar_subquery()
)
UPCOMING_COLUMNS = (
    Medication.schedule,
    Medication.doses_from,
    Medication.resumes_at,
    Medication.expanded_until,
    _MADE.label("made"),
    _LAST_INTAKE.label("last_intake_at"),
)
"""Columns of a medicine that :func:`to_upcoming_doses` reads."""


@dataclass(frozen=True)
class PendingDose:
    """A dose row that isn't answered yet, with the amount to give."""

    id: UUID
    due_at: datetime
    window_ends_at: datetime
    zone: ZoneInfo
    snoozed_until: datetime | None
    dosage: Dosage


@dataclass(frozen=True)
class UpcomingDoses:
    """`pending` are rows; after `rule_from` (UTC) the schedule counts, except for occurrences that
    have a row already (`made_keys`).
    """

    pending: Sequence[PendingDose]
    made_keys: frozenset[str]
    rule_from: datetime
    schedule: Schedule
    zone: ZoneInfo
    last_intake_at: datetime | None

    def open_doses(self, now: datetime) -> Sequence[OpenDose]:
        """Doses that are due by now and unanswered, earliest first."""
        return [
            OpenDose(
                id=dose.id,
                due_at=dose.due_at,
                window_ends_at=dose.window_ends_at,
                zone=dose.zone,
                dosage=dose.dosage,
                snoozed_until=dose.snoozed_until,
            )
            for dose in self.pending
            if dose.due_at <= now
        ]

    def next_due_at(self, now: datetime) -> datetime | None:
        """When the next dose after *now* is due."""
        made = [dose.due_at for dose in self.pending if dose.due_at > now]
        beyond = self._first_by_rule()
        return min([*made, *([beyond.due_at] if beyond else [])], default=None)

    def in_order(self, until: datetime) -> Iterator[tuple[datetime, Dosage | None]]:
        """When each dose up to *until* is due, and how much (None: the medicine's dosage)."""
        made = ((dose.due_at, dose.dosage) for dose in self.pending)
        by_rule = ((found.due_at, found.dosage) for found in self._by_rule(until))
        return merge(made, by_rule, key=lambda dose: dose[0])

    def _first_by_rule(self) -> Occurrence | None:
        after = self.rule_from
        while True:
            found = first_occurrence(
                self.schedule, self.zone, after, last_intake_at=self.last_intake_at
            )
            if found is None or found.key not in self.made_keys:
                return found
            after = found.due_at

    def _by_rule(self, until: datetime) -> Iterator[Occurrence]:
        after = self.rule_from
        while after < until:
            end = min(after + _STRETCH, until)
            found = occurrences_between(
                self.schedule, self.zone, after, end, last_intake_at=self.last_intake_at
            )
            yield from (each for each in found if each.key not in self.made_keys)
            after = end


def to_upcoming_doses(
    zone: ZoneInfo,
    *,
    schedule: Mapping[str, Any],
    doses_from: datetime | None,
    resumes_at: datetime | None,
    expanded_until: datetime,
    made: Sequence[dict[str, Any]] | None,
    last_intake_at: datetime | None,
    now: datetime,
) -> UpcomingDoses:
    """From the values of :data:`UPCOMING_COLUMNS`, for a person who lives in *zone*."""
    made = made or []
    starts = [at - _MICROSECOND for at in (doses_from, resumes_at) if at is not None]
    return UpcomingDoses(
        pending=[_pending(dose) for dose in made if dose["status"] == DoseStatus.PENDING],
        made_keys=frozenset(dose["key"] for dose in made),
        rule_from=max([now, expanded_until, *starts]),
        schedule=schedule_from_json(schedule),
        zone=zone,
        last_intake_at=last_intake_at,
    )


def _pending(made: dict[str, Any]) -> PendingDose:
    is_snoozed = made["is_snoozed"] and made["step"] == Step.ASK
    return PendingDose(
        id=UUID(made["id"]),
        window_ends_at=datetime.fromisoformat(made["window_ends_at"]),
        due_at=datetime.fromisoformat(made["due_at"]),
        zone=ZoneInfo(made["timezone"]),
        snoozed_until=datetime.fromisoformat(made["action_at"]) if is_snoozed else None,
        dosage=Dosage.from_json(made),
    )
