"""Intakes that nobody was asked about: which dose one is, what speaks against it, recording it.

Whoever gives something is told what the others gave. Nothing is ever refused, nothing advised: what
comes too soon, too often or in another amount is shown first, and recorded once it is confirmed.
"""

import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Row, ScalarSelect, func, insert, or_, select

from domain.access import Action, may
from domain.database import Member, Scope
from domain.errors import NotAllowed, NotFound
from domain.medicines.dosages import Dosage
from domain.medicines.dose_counts import Packed, count_doses, is_slip
from domain.medicines.doses.counted_intakes import FARTHEST
from domain.medicines.doses.doses import (
    ONE_DOSE,
    SELECT_DOSES,
    DoseFacts,
    Recorded,
    dose_facts,
    record_doses,
)
from domain.medicines.errors import TimeNotPossible
from domain.medicines.facts import MedicineFacts
from domain.medicines.medications import get_medication
from domain.medicines.schedules.kinds import AsNeeded, Elapsed, first_and_last_day
from domain.models import CareRecipient, Dose, Medication, new_id
from domain.models.medicines import DoseStatus, MedicineStatus
from domain.timers import UNDO_PERIOD, floor_minute

DAY = timedelta(hours=24)
_AROUND = timedelta(days=3)
_OPEN = (DoseStatus.PENDING, DoseStatus.MISSED, DoseStatus.NOT_ASKED)


class Doubt(StrEnum):
    """Why somebody is asked before an intake is recorded."""

    TOO_SOON = "too soon"  # less than the interval from the intake before or after
    TOO_MANY = "too many"
    GIVEN_TODAY = "given today"  # as needed, and not for the first time in 24 hours
    EXTRA = "extra"  # no dose of the schedule
    OTHER_AMOUNT = "other amount"
    CROSSES = "crosses"  # a correction moves it past another intake
    BEFORE_ADDED = "before it was added"
    BEFORE_START = "before it starts"
    AFTER_END = "after its end"
    PAUSED = "paused"


@dataclass(frozen=True)
class Intake:
    """An intake of a medicine, at `at` (UTC) by the clock of `zone`: `count` doses as set.

    To the minute, as people read it: "next from 12:00" holds from 12:00 on.
    """

    id: UUID
    at: datetime
    zone: ZoneInfo
    by: str | None
    what: str
    count: Decimal


@dataclass(frozen=True)
class Outlook:
    """What to know before a medicine is given at `at` (UTC).

    `last` and `following` are the intakes before and after; `others` how many doses as set the
    fullest 24 hours hold that would hold this one too; `next_at` when interval and limit allow the
    next one. `count` is how many doses as set this one is. `seen` tells one outlook from another
    once somebody has recorded in between.
    """

    medicine: MedicineFacts
    at: datetime
    last: Intake | None
    following: Intake | None
    others: Decimal
    limit: int | None
    interval: timedelta | None
    next_at: datetime | None
    candidates: Sequence[DoseFacts]
    intakes: Sequence[Intake]
    doubts: frozenset[Doubt]
    seen: int
    added_at: datetime | None = None
    given: Dosage | None = None
    usual: Dosage | None = None
    count: Decimal = ONE_DOSE
    counts_for: DoseFacts | None = None

    @property
    def is_too_soon_after(self) -> bool:
        """Whether it comes too soon after the intake before."""
        return _is_closer(self.last, self.minute, self.interval)

    @property
    def is_too_soon_before(self) -> bool:
        """Whether it comes too soon before the intake after."""
        return _is_closer(self.following, self.minute, self.interval)

    @property
    def minute(self) -> datetime:
        """What a clock shows at `at`."""
        return floor_minute(self.at)


def _is_closer(intake: Intake | None, at: datetime, interval: timedelta | None) -> bool:
    return intake is not None and interval is not None and abs(intake.at - at) < interval


@dataclass(frozen=True)
class Confirm:
    """Not recorded yet: the member is to see this first."""

    outlook: Outlook


@dataclass(frozen=True)
class WhichOne:
    """Not recorded yet: it can be one of several doses."""

    outlook: Outlook


@dataclass(frozen=True)
class ConfirmSlip:
    """Not recorded yet: such an amount is likelier a slip than meant."""

    outlook: Outlook


@dataclass(frozen=True)
class HowManyDoses:
    """Not recorded yet: nobody can say how many doses as set the amount is."""

    outlook: Outlook


Question = Confirm | WhichOne | ConfirmSlip | HowManyDoses


@dataclass(frozen=True)
class Giving:
    """What a member says was given, and what they have answered of it so far.

    `at` (UTC; None is now), `given` where it was not the usual amount, and `count`, how many doses
    as set that is, where they were asked. `dose_id` is the dose it is meant for, unless it
    `is_extra`; `seen` is the outlook that they have confirmed.
    """

    at: datetime | None = None
    given: Dosage | None = None
    count: Decimal | None = None
    dose_id: UUID | None = None
    is_extra: bool = False
    is_no_slip: bool = False
    seen: int | None = None


NOW_AS_USUAL = Giving()


async def give(
    scope: Scope, medication_id: UUID, giving: Giving = NOW_AS_USUAL
) -> Recorded | Question:
    """Record that a medicine was given, unless there is something to ask first.

    It is the open dose that it is nearest to, and else an intake of its own. What was confirmed
    counts only as long as nobody has recorded anything since: two people who give at once are
    ordered by the lock on the medicine, and the second sees what the first one did.

    Raises NotFound, NotAllowed, TimeNotPossible (to come, or more than 48 hours ago).
    """
    question = await review(scope, medication_id, giving)
    outlook = question.outlook
    is_settled = isinstance(question, Confirm)
    if not is_settled or (outlook.doubts and giving.seen != outlook.seen):
        return question
    if outlook.counts_for is None:
        return await _record_extra(scope, outlook)
    return await record_doses(
        scope,
        [outlook.counts_for.id],
        status=DoseStatus.TAKEN,
        taken_at=outlook.at,
        given=outlook.given,
        dose_count=outlook.count,
    )


async def review(scope: Scope, medication_id: UUID, giving: Giving) -> Question:
    """What is to be asked before :func:`give`, as the tables are now. The medicine is locked.

    Raises as :func:`give`.
    """
    member = scope.require(Action.READ)
    lock = await _lock(scope, member, medication_id)
    now = scope.clock.now()
    at = now if giving.at is None else giving.at
    if not is_recordable(at, now):
        raise TimeNotPossible
    outlook = await _outlook(scope, medication_id, at)
    if outlook.candidates and not giving.is_extra:
        chosen = [dose for dose in outlook.candidates if dose.id == giving.dose_id]
        chosen = chosen or list(outlook.candidates)
        if len(chosen) > 1:
            return WhichOne(outlook)
        outlook = replace(outlook, counts_for=chosen[0])
    outlook, is_counted = _with_amount(
        replace(outlook, added_at=lock.created_at), giving.given, giving.count, _packed(lock)
    )
    if not is_counted:
        return HowManyDoses(outlook)
    outlook = _with_doubts(outlook)
    usual = outlook.usual or outlook.medicine.dosage
    if outlook.given and not giving.is_no_slip and is_slip(outlook.given, usual, outlook.count):
        return ConfirmSlip(outlook)
    return Confirm(outlook)


def is_recordable(at: datetime, now: datetime) -> bool:
    """Whether an intake at *at* can be recorded at *now*: of the last 48 hours."""
    return now - UNDO_PERIOD <= at <= now


async def review_correction(
    scope: Scope,
    dose: DoseFacts,
    *,
    at: datetime,
    given: Dosage | None,
    count: Decimal | None,
    is_amount_new: bool,
    is_no_slip: bool,
) -> Question:
    """What is to be asked before *dose* is recorded anew: taken at *at* (UTC), with *given*.

    The other intakes are looked at as if this one were not recorded yet. Raises NotFound for a
    medicine that was removed, and NotAllowed.
    """
    member = scope.require(Action.READ)
    lock = await _lock(scope, member, dose.medication_id)
    outlook = await _outlook(scope, dose.medication_id, at, without=dose.id)
    outlook = replace(
        outlook, counts_for=dose if dose.is_scheduled else None, added_at=lock.created_at
    )
    outlook, is_counted = _with_amount(outlook, given, count, _packed(lock))
    if not is_counted:
        return HowManyDoses(outlook)
    doubts = _with_doubts(outlook).doubts - {Doubt.EXTRA, Doubt.GIVEN_TODAY, Doubt.PAUSED}
    if not is_amount_new:
        doubts -= {Doubt.OTHER_AMOUNT}
    if dose.taken_at is not None:
        first, last = sorted((dose.taken_at, at))
        if any(first < intake.at < last for intake in outlook.intakes):
            doubts |= {Doubt.CROSSES}
    outlook = _sealed(replace(outlook, doubts=frozenset(doubts)))
    usual = outlook.usual or outlook.medicine.dosage
    if given and is_amount_new and not is_no_slip and is_slip(given, usual, outlook.count):
        return ConfirmSlip(outlook)
    return Confirm(outlook)


async def get_outlook(scope: Scope, medication_id: UUID) -> Outlook:
    """What to know before a medicine is given now. Raises NotFound."""
    return await _outlook(scope, medication_id, scope.clock.now())


async def _lock(scope: Scope, member: Member, medication_id: UUID) -> Row[Any]:
    """Lock the medicine in a statement of its own: what follows sees what others have recorded."""
    row = await scope.row(
        select(
            CareRecipient.user_id,
            Medication.created_at,
            Medication.stock_unit,
            Medication.stock_per_dose,
        )
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
    return row


def _packed(lock: Row[Any]) -> Packed | None:
    if lock.stock_unit is None or lock.stock_per_dose is None:
        return None
    return Packed(lock.stock_unit, lock.stock_per_dose)


async def _outlook(
    scope: Scope, medication_id: UUID, at: datetime, *, without: UUID | None = None
) -> Outlook:
    """Two statements. *without* is an intake that is about to be recorded anew."""
    medicine = await get_medication(scope, medication_id)
    rows = await scope.rows(
        SELECT_DOSES.where(
            Dose.medication_id == medication_id,
            Dose.status != DoseStatus.CANCELLED,
            or_(
                Dose.due_at.between(at - _AROUND, at + _AROUND),
                Dose.taken_at.between(at - _AROUND, at + _AROUND),
                Dose.taken_at == _last_before(medication_id, at, without=without),
            ),
        ),
        {"of_family": scope.family_id},
    )
    doses = [dose_facts(row) for row in rows]
    given = [(dose.taken_at, dose) for dose in doses if dose.taken_at and dose.id != without]
    # In the order in which they were given, also within a minute.
    intakes = [_intake(dose) for _, dose in sorted(given, key=lambda each: each[0])]
    interval, limit = _limits(medicine)
    minute = floor_minute(at)
    before = [intake for intake in intakes if intake.at <= minute]
    after = [intake for intake in intakes if intake.at > minute]
    last = before[-1] if before else None
    return _sealed(
        Outlook(
            medicine=medicine,
            at=at,
            last=last,
            following=after[0] if after else None,
            others=_most_in_a_day(intakes, minute),
            limit=limit,
            interval=interval,
            next_at=_next_at(before, interval=interval, limit=limit),
            candidates=_candidates([dose for dose in doses if dose.is_scheduled], at),
            intakes=intakes,
            doubts=frozenset(),
            seen=0,
        )
    )


def _intake(dose: DoseFacts) -> Intake:
    return Intake(
        id=dose.id,
        at=floor_minute(dose.taken_at or dose.due_at),
        zone=dose.taken_zone or dose.zone,
        by=dose.resolved_by,
        what=dose.given or dose.dosage,
        count=dose.dose_count,
    )


def _sealed(outlook: Outlook) -> Outlook:
    """With what tells it from the next one: what is recorded, open, and set."""
    facts = (
        [(intake.id, intake.at, intake.count) for intake in outlook.intakes],
        [(dose.id, dose.status) for dose in outlook.candidates],
        outlook.medicine.version,
        outlook.medicine.status,
        sorted(outlook.doubts),
        outlook.count,
    )
    return replace(outlook, seen=zlib.crc32(repr(facts).encode()))


def _last_before(medication_id: UUID, at: datetime, *, without: UUID | None) -> ScalarSelect[Any]:
    """When it was last taken, however long ago that is."""
    return (
        select(func.max(Dose.taken_at))
        .where(
            Dose.medication_id == medication_id,
            Dose.taken_at <= at,
            Dose.id.is_distinct_from(without),
        )
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


def _most_in_a_day(intakes: Sequence[Intake], at: datetime) -> Decimal:
    """How many doses as set the fullest 24 hours hold that would hold this one too."""
    ends = [at, *(intake.at for intake in intakes if at < intake.at < at + DAY)]
    return max(_count(intakes, end - DAY, end) for end in ends)


def _count(intakes: Iterable[Intake], after: datetime, until: datetime) -> Decimal:
    return sum((i.count for i in intakes if after < i.at <= until), Decimal(0))


def _next_at(
    before: Sequence[Intake], *, interval: timedelta | None, limit: int | None
) -> datetime | None:
    """When one more dose as set keeps to interval and limit; None where nothing has to wait."""
    if not before:
        return None
    starts = [before[-1].at + interval] if interval is not None else []
    if limit is not None:
        # One dose more fits in as soon as enough of what was given is a day old.
        leaving = (intake.at + DAY for intake in before)
        fits = (at for at in leaving if _count(before, at - DAY, at) + ONE_DOSE <= limit)
        if _count(before, before[-1].at - DAY, before[-1].at) + ONE_DOSE > limit:
            starts.append(next(fits, before[-1].at + DAY))
    return max(starts, default=None)


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


def _with_amount(
    outlook: Outlook, given: Dosage | None, count: Decimal | None, packed: Packed | None
) -> tuple[Outlook, bool]:
    """With how many doses as set *given* is; False where that has to be asked."""
    medicine, dose = outlook.medicine, outlook.counts_for
    usual = medicine.dosage
    if dose is not None and dose.dosage != usual.words:
        usual = Dosage(dose.dosage, dose.amount, dose.unit)
    outlook = replace(outlook, usual=usual)
    if given is None or given.words == usual.words:
        return outlook, True
    outlook = replace(outlook, given=given)
    known = count or count_doses(given, usual, packed=packed)
    if known is not None:
        return replace(outlook, count=known), True
    # Where nothing is limited, nobody needs to count.
    return outlook, outlook.limit is None and outlook.interval is None


def _with_doubts(outlook: Outlook) -> Outlook:
    medicine, limit = outlook.medicine, outlook.limit
    is_as_needed = isinstance(medicine.schedule, AsNeeded)
    first, last = first_and_last_day(medicine.schedule, medicine.zone)
    local: date = outlook.at.astimezone(medicine.zone).date()
    doubts = {
        Doubt.TOO_SOON: outlook.is_too_soon_after or outlook.is_too_soon_before,
        Doubt.TOO_MANY: limit is not None and outlook.others + outlook.count > limit,
        Doubt.GIVEN_TODAY: is_as_needed and outlook.others > 0,
        Doubt.EXTRA: not is_as_needed and outlook.counts_for is None,
        Doubt.OTHER_AMOUNT: outlook.given is not None,
        Doubt.BEFORE_ADDED: outlook.added_at is not None
        and outlook.at < outlook.added_at
        and outlook.counts_for is None,
        Doubt.BEFORE_START: local < first,
        Doubt.AFTER_END: last is not None and local > last,
        Doubt.PAUSED: medicine.status is MedicineStatus.PAUSED,
    }
    return _sealed(
        replace(outlook, doubts=frozenset(doubt for doubt, holds in doubts.items() if holds))
    )


async def _record_extra(scope: Scope, outlook: Outlook) -> Recorded:
    """An intake that is no dose of the schedule. The medicine must be locked."""
    medicine, dose_id = outlook.medicine, new_id()
    dosage = outlook.given or medicine.dosage
    await scope.execute(
        insert(Dose).values(
            id=dose_id,
            family_id=scope.family_id,
            medication_id=medicine.id,
            care_recipient_id=medicine.person_id,
            occurrence_key=f"intake:{dose_id}",
            due_at=outlook.at,
            timezone=medicine.zone.key,
            window_ends_at=outlook.at,
            is_scheduled=False,
            medication_name=medicine.name,
            dosage=dosage.words,
            amount=dosage.amount,
            unit=dosage.unit,
            ladder_step=None,
            next_action_at=None,
        )
    )
    return await record_doses(
        scope,
        [dose_id],
        status=DoseStatus.TAKEN,
        taken_at=outlook.at,
        dose_count=outlook.count,
    )
