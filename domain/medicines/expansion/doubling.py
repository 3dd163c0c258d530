"""When the doses of an edited medicine start, so that none doubles what was given."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, or_, select

from domain.database.scope import Scope
from domain.medicines.expansion.expandable import Expandable
from domain.medicines.schedules.occurrences import Occurrence, last_occurrence
from domain.models import Dose
from domain.models.medicines import DoseStatus


@dataclass(frozen=True)
class LatestDoses:
    """The latest intake and the latest open dose, which new doses must not double."""

    last_intake_at: datetime | None
    last_open_at: datetime | None  # when the latest open dose was due

    def is_too_near(self, occurrence: Occurrence, gap: timedelta | None) -> bool:
        """Whether either is less than half the *gap* before *occurrence*."""
        earlier = [at for at in (self.last_intake_at, self.last_open_at) if at is not None]
        is_near = (occurrence.due_at - at < (gap or timedelta(0)) / 2 for at in earlier)
        return any(is_near)


async def start_after_edit(scope: Scope, before: Expandable, edited: Expandable) -> Expandable:
    """The edited medicine, starting with the first dose that doesn't double what was given."""
    kept = await get_latest_doses(scope, before.medication_id)
    edited = replace(edited, doses_from=None, last_intake_at=kept.last_intake_at)
    doses_from = find_doses_from(edited, before, kept, scope.clock.now())
    return replace(edited, doses_from=doses_from)


def find_doses_from(
    edited: Expandable, before: Expandable, kept: LatestDoses, now: datetime
) -> datetime | None:
    """When the doses of an edited medicine may start; None: no restriction.

    Aspirin was taken at 08:00 and is moved to 09:00: today's dose is given, so the new time starts
    tomorrow. Aspirin was taken at 08:00 and 12:00 is added: that one is due today. Doses that were
    due before the edit too are never left out.
    """
    found = first = edited.first(now)
    while found is not None and not _has(before, found):
        if not kept.is_too_near(found, _gap(edited, found)):
            break
        found = edited.first(found.due_at)
    return None if found is None or found is first else found.due_at


def _has(medication: Expandable, occurrence: Occurrence) -> bool:
    at = occurrence.due_at
    return occurrence.key in {o.key for o in medication.occurrences(at - timedelta(minutes=1), at)}


def _gap(medication: Expandable, occurrence: Occurrence) -> timedelta | None:
    """From the previous dose or, if there is none, to the next one; None for a single dose."""
    before = last_occurrence(
        medication.schedule,
        medication.zone,
        occurrence.due_at,
        last_intake_at=medication.last_intake_at,
    )
    if before is not None:
        return occurrence.due_at - before.due_at
    after = medication.first(occurrence.due_at)
    return None if after is None else after.due_at - occurrence.due_at


async def get_latest_doses(scope: Scope, medication_id: UUID) -> LatestDoses:
    """The last intake, and the latest dose that is open now."""
    is_open = (Dose.status == DoseStatus.PENDING) & (Dose.due_at <= scope.clock.now())
    row = (
        await scope.rows(
            select(
                func.max(Dose.taken_at).label("last_intake_at"),
                func.max(Dose.due_at).filter(is_open).label("last_open_at"),
            ).where(Dose.medication_id == medication_id, or_(Dose.taken_at.is_not(None), is_open))
        )
    )[0]
    return LatestDoses(row.last_intake_at, row.last_open_at)
