"""Intakes that nobody was asked about: which dose one is, whether it comes too soon, recording it.

Whoever gives something is told what the others gave. Nothing is ever refused, nothing advised: what
comes too soon, or too often, is warned about and recorded once it is confirmed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

from sqlalchemy import ScalarSelect, func, insert, or_, select

from domain.access import Action, may
from domain.counted_intakes import FARTHEST
from domain.database import Member, Scope
from domain.dosages import Dosage
from domain.doses import (
    SELECT_DOSES,
    DoseFacts,
    DoseStatus,
    Recorded,
    dose_facts,
    record_doses,
)
from domain.errors import NotAllowed, NotFound, TimeNotPossible
from domain.ladder import UNDO_PERIOD
from domain.medications import get_medication
from domain.medicines import MedicineFacts
from domain.models import CareRecipient, Dose, Medication, new_id
from domain.schedules import AsNeeded, Elapsed

DAY = timedelta(hours=24)
_AROUND = timedelta(days=3)
_OPEN = (DoseStatus.PENDING, DoseStatus.MISSED, DoseStatus.NOT_ASKED)


@dataclass(frozen=True)
class Intake:
    """An intake of a medicine, at `at` (UTC)."""

    at: datetime
    by: str | None
    what: str


@dataclass(frozen=True)
class Outlook:
    """What to know before a medicine is given at `at` (UTC).

    `last` is the intake before, `others` how many there are in the 24 hours that would hold most;
    `next_at` is when the interval after the last one is over. `seen` tells one outlook from another
    once somebody has recorded in between.
    """

    medicine: MedicineFacts
    at: datetime
    last: Intake | None
    others: int
    limit: int | None
    next_at: datetime | None
    is_too_soon: bool
    is_too_many: bool
    candidates: Sequence[DoseFacts]
    seen: int

    @property
    def is_harmless(self) -> bool:
        """Whether there is nothing to say before it is recorded."""
        is_needed = isinstance(self.medicine.schedule, AsNeeded)
        return is_needed and self.others == 0 and not (self.is_too_soon or self.is_too_many)


@dataclass(frozen=True)
class Confirm:
    """Not recorded yet: the member is to see this first."""

    outlook: Outlook


@dataclass(frozen=True)
class WhichOne:
    """Not recorded yet: it can be one of several doses."""

    outlook: Outlook


async def give(
    scope: Scope,
    medication_id: UUID,
    *,
    at: datetime | None = None,
    given: Dosage | None = None,
    dose_id: UUID | None = None,
    is_extra: bool = False,
    seen: int | None = None,
) -> Recorded | Confirm | WhichOne:
    """Record that a medicine was given at *at* (UTC; None is now).

    It is the open dose that it is nearest to (or *dose_id*), and else, or if it *is_extra*, an
    intake of its own. *seen* is the outlook that the member has confirmed. Two people who give at
    once are ordered by the lock on the medicine: the second sees what the first one did.

    Raises NotFound, NotAllowed, TimeNotPossible (to come, or more than 48 hours ago).
    """
    member = scope.require(Action.READ)
    await _lock(scope, member, medication_id)
    now = scope.clock.now()
    at = now if at is None else at
    if not now - UNDO_PERIOD <= at <= now:
        raise TimeNotPossible
    outlook = await _outlook(scope, medication_id, at)
    is_confirmed = seen == outlook.seen
    chosen = [dose for dose in outlook.candidates if dose.id == dose_id] or outlook.candidates
    if chosen and not is_extra:
        if len(chosen) > 1:
            return WhichOne(outlook)
        if outlook.is_too_soon and not is_confirmed:
            return Confirm(outlook)
        return await record_doses(
            scope, [chosen[0].id], status=DoseStatus.TAKEN, taken_at=at, given=given
        )
    if not (is_confirmed or outlook.is_harmless):
        return Confirm(outlook)
    return await _record_extra(scope, outlook.medicine, at=at, given=given)


async def get_outlook(scope: Scope, medication_id: UUID) -> Outlook:
    """What to know before a medicine is given now. Raises NotFound."""
    return await _outlook(scope, medication_id, scope.clock.now())


async def _lock(scope: Scope, member: Member, medication_id: UUID) -> None:
    """Lock the medicine in a statement of its own: what follows sees what others have recorded."""
    row = await scope.row(
        select(CareRecipient.user_id)
        .join(Medication, Medication.care_recipient_id == CareRecipient.id)
        .where(
            Medication.id == medication_id,
            Medication.family_id == member.family_id,
            Medication.deleted_at.is_(None),
        )
        .with_for_update(of=Medication)
    )
    if row is None:
        raise NotFound
    is_own = row.user_id == member.user_id and may(member.role, Action.RECORD_OWN_DOSE)
    if not (is_own or may(member.role, Action.RECORD_DOSE)):
        raise NotAllowed(Action.RECORD_DOSE, member.role)


async def _outlook(scope: Scope, medication_id: UUID, at: datetime) -> Outlook:
    """Two statements."""
    medicine = await get_medication(scope, medication_id)
    rows = await scope.rows(
        SELECT_DOSES.where(
            Dose.medication_id == medication_id,
            Dose.status != DoseStatus.CANCELLED,
            or_(
                Dose.due_at.between(at - _AROUND, at + _AROUND),
                Dose.taken_at.between(at - _AROUND, at + _AROUND),
                Dose.taken_at == _last_before(medication_id, at),
            ),
        ),
        {"of_family": scope.family_id},
    )
    doses = [dose_facts(row) for row in rows]
    taken = sorted((dose for dose in doses if dose.taken_at), key=lambda d: d.taken_at or at)
    times = [dose.taken_at for dose in taken if dose.taken_at]
    before = [dose for dose in taken if dose.taken_at and dose.taken_at <= at]
    interval, limit = _limits(medicine)
    others = _most_in_a_day(times, at)
    last = before[-1] if before else None
    return Outlook(
        medicine=medicine,
        at=at,
        last=Intake(last.taken_at, last.resolved_by, last.given or last.dosage)
        if last and last.taken_at
        else None,
        others=others,
        limit=limit,
        next_at=last.taken_at + interval if last and last.taken_at and interval else None,
        is_too_soon=interval is not None and any(abs(at - t) < interval for t in times),
        is_too_many=limit is not None and others >= limit,
        candidates=_candidates([dose for dose in doses if dose.is_scheduled], at),
        seen=sum(int(t.timestamp()) for t in times) % 1_000_000,
    )


def _last_before(medication_id: UUID, at: datetime) -> ScalarSelect[Any]:
    """When it was last taken, however long ago that is."""
    return (
        select(func.max(Dose.taken_at))
        .where(Dose.medication_id == medication_id, Dose.taken_at <= at)
        .scalar_subquery()
    )


def _limits(medicine: MedicineFacts) -> tuple[timedelta | None, int | None]:
    """The least time between two intakes, and the most in 24 hours; None is no limit."""
    match medicine.schedule:
        case AsNeeded(min_interval=interval, max_per_day=most):
            return interval, most
        case Elapsed(every=every):
            return every * 2 / 3, None
        case _:
            return None, None


def _most_in_a_day(times: Sequence[datetime], at: datetime) -> int:
    """How many other intakes the fullest 24 hours hold that would hold this one too."""
    ends = [at, *(t for t in times if at < t < at + DAY)]
    return max(sum(end - DAY < t <= end for t in times) for end in ends)


def _candidates(scheduled: Sequence[DoseFacts], at: datetime) -> Sequence[DoseFacts]:
    """The open doses that an intake at *at* can be: within half the gap to the dose before or after
    it, and within four hours. The nearest, or both where two are equally near.
    """
    by_time = sorted(scheduled, key=lambda dose: dose.due_at)
    gaps = [later.due_at - earlier.due_at for earlier, later in pairwise(by_time)]
    near: list[tuple[timedelta, DoseFacts]] = []
    for index, dose in enumerate(by_time):
        distance = abs(at - dose.due_at)
        side = index - 1 if at < dose.due_at else index
        gap = gaps[side] if 0 <= side < len(gaps) else 2 * FARTHEST
        if dose.status in _OPEN and distance <= min(gap / 2, FARTHEST):
            near.append((distance, dose))
    nearest = min((distance for distance, _dose in near), default=None)
    return [dose for distance, dose in near if distance == nearest]


async def _record_extra(
    scope: Scope, medicine: MedicineFacts, *, at: datetime, given: Dosage | None
) -> Recorded:
    """An intake that is no dose of the schedule. The medicine must be locked."""
    dose_id = new_id()
    dosage = given or medicine.dosage
    await scope.execute(
        insert(Dose).values(
            id=dose_id,
            family_id=scope.family_id,
            medication_id=medicine.id,
            care_recipient_id=medicine.person_id,
            occurrence_key=f"intake:{dose_id}",
            due_at=at,
            timezone=medicine.zone.key,
            window_ends_at=at,
            is_scheduled=False,
            medication_name=medicine.name,
            dosage=dosage.words,
            amount=dosage.amount,
            unit=dosage.unit,
            ladder_step=None,
            next_action_at=None,
        )
    )
    return await record_doses(scope, [dose_id], status=DoseStatus.TAKEN, taken_at=at)
