"""Intakes that nobody was asked about: matching them with doses, warning, recording.

Whoever gives something sees what the others gave. We never refuse to record an intake and never
advise: if it's too soon, too often or in another amount, we show that first, and record it once
it's confirmed.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import insert, select

from domain.access import Action, may
from domain.database.scope import Member, Scope
from domain.errors import NotAllowed, NotFound
from domain.local_time import clocks_differ
from domain.medicines.dosages import Dosage
from domain.medicines.dose_counts import Packed, count_doses, is_slip, is_within
from domain.medicines.doses.facts import DoseFacts
from domain.medicines.errors import TimeNotPossible
from domain.medicines.records.outlook import Doubt, Outlook, get_outlook_at, with_fingerprint
from domain.medicines.records.recording import Recorded, record_doses
from domain.medicines.records.spacing import get_spacing
from domain.medicines.schedules.kinds import AsNeeded
from domain.medicines.schedules.spans import first_and_last_day
from domain.models import CareRecipient, Dose, Medication, new_id
from domain.models.medicines import DoseStatus, MedicineStatus
from domain.timers import UNDO_PERIOD


@dataclass(frozen=True)
class Confirm:
    """Not recorded yet: the member has to see this first."""

    outlook: Outlook


@dataclass(frozen=True)
class WhichOne:
    """Not recorded yet: it could be any of several doses."""

    outlook: Outlook


@dataclass(frozen=True)
class ConfirmSlip:
    """Not recorded yet: the amount is more likely a slip than intended."""

    outlook: Outlook


@dataclass(frozen=True)
class HowManyDoses:
    """Not recorded yet: we don't know how many doses as set the amount is."""

    outlook: Outlook


@dataclass(frozen=True)
class HowMuch:
    """Not recorded yet: it's given in a range, so we have to ask which amount of `of` it was."""

    outlook: Outlook
    of: Dosage


Question = Confirm | WhichOne | ConfirmSlip | HowManyDoses | HowMuch


@dataclass(frozen=True)
class Giving:
    """What a member says was given, and their answers to our questions so far.

    `at` is UTC (None: now). `given` is the amount if it wasn't the usual one, and `count` how many
    doses as set that is, if we had to ask. `zone` is the person's when we asked about the time.
    `dose_id` is the dose it's meant for, unless it `is_extra`; `seen` is the outlook that they have
    confirmed. What `is_said` in own words is always confirmed; the `note` is what else was said.
    """

    at: datetime | None = None
    zone: ZoneInfo | None = None
    given: Dosage | None = None
    count: Decimal | None = None
    dose_id: UUID | None = None
    is_extra: bool = False
    is_no_slip: bool = False
    seen: int | None = None
    is_said: bool = False
    note: str | None = None


NOW_AS_USUAL = Giving()


async def give(
    scope: Scope, medication_id: UUID, giving: Giving = NOW_AS_USUAL
) -> Recorded | Question:
    """Record that a medicine was given, unless there's something to ask first.

    It counts as the nearest open dose, or else as an extra intake. A confirmation is valid only
    until somebody records something: two members who give at once are serialised by the lock on the
    medicine, and the second one sees what the first one did.

    Raises NotFound, NotAllowed, TimeNotPossible (in the future, or more than 48 hours ago).
    """
    question = await review(scope, medication_id, giving)
    outlook = question.outlook
    is_settled = isinstance(question, Confirm)
    must_see = bool(outlook.doubts) or giving.is_said
    if not is_settled or (must_see and giving.seen != outlook.seen):
        return question
    if outlook.counts_for is None:
        return await _record_extra(scope, outlook, note=giving.note)
    return await record_doses(
        scope,
        [outlook.counts_for.id],
        status=DoseStatus.TAKEN,
        taken_at=outlook.at,
        given=outlook.given,
        dose_count=outlook.count,
        note=giving.note,
    )


async def review(scope: Scope, medication_id: UUID, giving: Giving) -> Question:
    """What to ask before :func:`give`, by the current tables. Locks the medicine.

    Raises as :func:`give`.
    """
    member = scope.require(Action.READ)
    locked = await _lock(scope, member, medication_id)
    now = scope.clock.now()
    at = now if giving.at is None else giving.at
    if not is_recordable(at, now):
        raise TimeNotPossible
    outlook = await get_outlook_at(scope, medication_id, at)
    if outlook.candidates and not giving.is_extra:
        chosen = [dose for dose in outlook.candidates if dose.id == giving.dose_id]
        chosen = chosen or list(outlook.candidates)
        if len(chosen) > 1:
            return WhichOne(outlook)
        outlook = replace(outlook, counts_for=chosen[0])
    outlook, is_counted = _with_amount(
        replace(outlook, added_at=locked.created_at), giving.given, giving.count, locked.packed
    )
    if not is_counted:
        return HowManyDoses(outlook)
    unsaid = _find_unsaid(outlook, giving.given)
    if unsaid is not None:
        return HowMuch(outlook, unsaid)
    if outlook.interval is None and outlook.counts_for is not None:
        spacing = await get_spacing(scope, outlook.counts_for.id)
        outlook = replace(outlook, interval=spacing)
    outlook = _with_doubts(outlook, asked_in=giving.zone if giving.at else None)
    usual = outlook.usual or outlook.medicine.dosage
    if outlook.given and not giving.is_no_slip and is_slip(outlook.given, usual, outlook.count):
        return ConfirmSlip(outlook)
    return Confirm(outlook)


def is_recordable(at: datetime, now: datetime) -> bool:
    """Whether an intake at *at* can be recorded at *now*: within the last 48 hours."""
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
    """What to ask before the record of *dose* is changed to: taken at *at* (UTC), with *given*.

    Other intakes are judged as if this one weren't recorded yet. Raises NotAllowed, and NotFound if
    the medicine was removed.
    """
    member = scope.require(Action.READ)
    locked = await _lock(scope, member, dose.medication_id)
    outlook = await get_outlook_at(scope, dose.medication_id, at, without=dose.id)
    outlook = replace(
        outlook, counts_for=dose if dose.is_scheduled else None, added_at=locked.created_at
    )
    outlook, is_counted = _with_amount(outlook, given, count, locked.packed)
    if not is_counted:
        return HowManyDoses(outlook)
    unsaid = _find_unsaid(outlook, given)
    if unsaid is not None:
        return HowMuch(outlook, unsaid)
    doubts = _with_doubts(outlook).doubts - {Doubt.EXTRA, Doubt.GIVEN_TODAY, Doubt.PAUSED}
    if not is_amount_new:
        doubts -= {Doubt.OTHER_AMOUNT}
    if dose.taken_at is not None:
        first, last = sorted((dose.taken_at, at))
        if any(first < intake.at < last for intake in outlook.intakes):
            doubts |= {Doubt.CROSSES}
    outlook = with_fingerprint(replace(outlook, doubts=frozenset(doubts)))
    usual = outlook.usual or outlook.medicine.dosage
    if given and is_amount_new and not is_no_slip and is_slip(given, usual, outlook.count):
        return ConfirmSlip(outlook)
    return Confirm(outlook)


@dataclass(frozen=True)
class _LockedMedicine:
    created_at: datetime
    packed: Packed | None


async def _lock(scope: Scope, member: Member, medication_id: UUID) -> _LockedMedicine:
    """Lock the medicine in a separate statement: later ones see what others have recorded."""
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
    packed = None
    if row.stock_unit is not None and row.stock_per_dose is not None:
        packed = Packed(row.stock_unit, row.stock_per_dose)
    return _LockedMedicine(row.created_at, packed)


def _with_amount(
    outlook: Outlook, given: Dosage | None, count: Decimal | None, packed: Packed | None
) -> tuple[Outlook, bool]:
    """The outlook with the number of doses as set in *given*; False if we have to ask."""
    medicine, dose = outlook.medicine, outlook.counts_for
    usual = medicine.dosage
    if dose is not None and dose.dosage != usual.words:
        usual = dose.planned
    outlook = replace(outlook, usual=usual)
    if given is None or given.words == usual.words or given.most is not None:
        return outlook, True
    outlook = replace(outlook, given=given)
    known = count or count_doses(given, usual, packed=packed)
    if known is not None:
        return replace(outlook, count=known), True
    # Without limits the number doesn't matter.
    return outlook, outlook.limit is None and outlook.interval is None


def _find_unsaid(outlook: Outlook, given: Dosage | None) -> Dosage | None:
    """The range of which nobody has said yet how much it was: that of the dose, or as typed."""
    if given is not None and given.most is not None:
        return given
    usual = outlook.usual or outlook.medicine.dosage
    return usual if outlook.given is None and usual.most is not None else None


def _with_doubts(outlook: Outlook, *, asked_in: ZoneInfo | None = None) -> Outlook:
    medicine, limit, given = outlook.medicine, outlook.limit, outlook.given
    usual = outlook.usual or medicine.dosage
    is_as_needed = isinstance(medicine.schedule, AsNeeded)
    first, last = first_and_last_day(medicine.schedule, medicine.zone)
    local: date = outlook.at.astimezone(medicine.zone).date()
    doubts = {
        Doubt.TOO_SOON: outlook.is_too_soon_after or outlook.is_too_soon_before,
        Doubt.TOO_MANY: limit is not None and outlook.others + outlook.count > limit,
        Doubt.GIVEN_TODAY: is_as_needed and outlook.others > 0,
        Doubt.EXTRA: not is_as_needed and outlook.counts_for is None,
        Doubt.OTHER_AMOUNT: given is not None and not is_within(given, usual),
        Doubt.BEFORE_ADDED: outlook.added_at is not None
        and outlook.at < outlook.added_at
        and outlook.counts_for is None,
        Doubt.BEFORE_START: local < first,
        Doubt.AFTER_END: last is not None and local > last,
        Doubt.PAUSED: medicine.status is MedicineStatus.PAUSED,
        Doubt.MOVED: asked_in is not None and clocks_differ(asked_in, medicine.zone, outlook.at),
    }
    return with_fingerprint(
        replace(outlook, doubts=frozenset(doubt for doubt, holds in doubts.items() if holds))
    )


async def _record_extra(scope: Scope, outlook: Outlook, *, note: str | None) -> Recorded:
    """Record an intake that isn't a dose of the schedule. The medicine must be locked."""
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
        note=note,
    )
