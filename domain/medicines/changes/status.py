"""The status of a medicine: paused, stopped, restored."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import update

from domain.database.scope import Scope
from domain.errors import NotFound
from domain.family.people import hold_pause
from domain.local_time import resolve_local
from domain.medicines.changes.locking import (
    LockedMedicine,
    cancel_open_doses,
    lock_medicine,
    record_change,
)
from domain.medicines.errors import PauseEndImpossible, PauseRuns, StoppedMeanwhile
from domain.medicines.expansion.calling_off import CALLED_OFF
from domain.medicines.expansion.counted_intakes import COUNTED, Counted, give_back_intakes
from domain.medicines.expansion.re_expansion import re_expand
from domain.medicines.facts import MedicineFacts, OpenDose
from domain.medicines.reading import get_medication
from domain.models import Medication
from domain.models.medicines import MedicineStatus

LONGEST_PAUSE = timedelta(days=366)


def end_of_pause(resumes_on: date | None, zone: ZoneInfo, *, now: datetime) -> datetime | None:
    """When a pause ends (UTC) whose day of return is *resumes_on*. Raises PauseEndImpossible for a
    day that is not ahead, or more than a year.
    """
    if resumes_on is None:
        return None
    today = now.astimezone(zone).date()
    if not today < resumes_on <= today + LONGEST_PAUSE:
        raise PauseEndImpossible(is_too_far=resumes_on > today)
    return resolve_local(datetime.combine(resumes_on, time()), zone)


async def pause_medication(
    scope: Scope,
    medication_id: UUID,
    *,
    resumes_on: date | None,
    seen: MedicineFacts | None = None,
) -> MedicineFacts:
    """Ask for nothing until *resumes_on* (a local day of the person), or until it is resumed.

    Open doses are cancelled, those that are asked for too. Where it is paused already, its end is
    changed if the pause is the one that was *seen*. Raises PauseRuns if it is another one,
    PauseEndImpossible, and NotFound, also where it was stopped meanwhile: the end of a pause must
    not bring it back.
    """
    before = await lock_medicine(scope, medication_id)
    if before.status is MedicineStatus.STOPPED:
        raise NotFound
    now = scope.clock.now()
    resumes_at = end_of_pause(resumes_on, before.zone, now=now)
    is_back = before.resumes_at is not None and before.resumes_at <= now
    if before.status is MedicineStatus.PAUSED and not is_back:
        shown = (seen.status, seen.resumes_at, seen.is_paused_with_person) if seen else None
        if shown != (before.status, before.resumes_at, before.is_with_person):
            raise PauseRuns(before.name)
    return await _change_status(
        scope, before, MedicineStatus.PAUSED, resumes_at=resumes_at, action="paused"
    )


async def stop_medication(scope: Scope, medication_id: UUID) -> MedicineFacts:
    """Ask for nothing any more; it can be restored. Open doses are cancelled. Raises NotFound."""
    before = await lock_medicine(scope, medication_id)
    return await _change_status(scope, before, MedicineStatus.STOPPED, action="stopped")


async def restore_medication(
    scope: Scope, medication_id: UUID, *, only_paused: bool = False
) -> MedicineFacts:
    """End a pause or a stop: doses fall due again from now on, also those whose window was open
    when they were cancelled and still is. What was stopped while the person's pause runs is paused
    with them. Raises NotFound, and StoppedMeanwhile if *only_paused* was to go on.
    """
    before = await lock_medicine(scope, medication_id)
    if before.status is MedicineStatus.STOPPED:
        if only_paused:
            raise StoppedMeanwhile(before.name)
        return await _begin_again(scope, before, action="restored")
    return await _change_status(scope, before, MedicineStatus.ACTIVE, action="restored")


async def _begin_again(
    scope: Scope,
    before: LockedMedicine,
    *,
    action: str,
    undoes_id: UUID | None = None,
    reopening: Collection[UUID] = (),
) -> MedicineFacts:
    pause = await hold_pause(scope, before.expandable.care_recipient_id)
    return await _change_status(
        scope,
        before,
        MedicineStatus.ACTIVE if pause is None else MedicineStatus.PAUSED,
        resumes_at=pause.until if pause else None,
        is_with_person=pause is not None,
        action=action,
        undoes_id=undoes_id,
        reopening=reopening,
    )


async def put_back_status(
    scope: Scope,
    medication_id: UUID,
    status: MedicineStatus,
    *,
    resumes_at: datetime | None,
    is_with_person: bool = False,
    undoes_id: UUID,
    counted: Counted,
    called_off: Collection[UUID] = (),
) -> MedicineFacts:
    """Undo a pause, a stop or a restoration, which had *counted* intakes and *called_off* doses
    that were open. A return that has gone by is one, and what was paused with a person
    (*is_with_person*) is as the person is now. Raises NotFound.
    """
    before = await lock_medicine(scope, medication_id)
    await give_back_intakes(scope, counted)
    if is_with_person or (
        before.status is MedicineStatus.STOPPED and status is MedicineStatus.ACTIVE
    ):
        return await _begin_again(
            scope, before, action="put_back", undoes_id=undoes_id, reopening=called_off
        )
    if resumes_at is not None and resumes_at <= scope.clock.now():
        status, resumes_at = MedicineStatus.ACTIVE, None
    return await _change_status(
        scope,
        before,
        status,
        resumes_at=resumes_at,
        action="put_back",
        undoes_id=undoes_id,
        reopening=called_off,
    )


async def _change_status(
    scope: Scope,
    before: LockedMedicine,
    status: MedicineStatus,
    *,
    action: str,
    resumes_at: datetime | None = None,
    is_with_person: bool = False,
    undoes_id: UUID | None = None,
    reopening: Collection[UUID] = (),
) -> MedicineFacts:
    was = (before.status, before.resumes_at, before.is_with_person)
    if (status, resumes_at, is_with_person) == was and undoes_id is None:
        return await get_medication(scope, before.id)  # a second tap is no change to take back
    await scope.execute(
        update(Medication)
        .where(Medication.id == before.id)
        .values(status=status, resumes_at=resumes_at, is_paused_with_person=is_with_person)
    )
    called_off: Sequence[OpenDose] = ()
    if status is not MedicineStatus.ACTIVE:
        called_off = await cancel_open_doses(scope, before)
    counted: Counted = {}
    if status is MedicineStatus.ACTIVE or resumes_at is not None:
        expandable = replace(before.expandable, resumes_at=resumes_at)
        counted = await re_expand(scope, expandable, called_off=reopening)
    await record_change(
        scope,
        action,
        before.id,
        before=status_json(*was),
        after={
            **status_json(status, resumes_at, is_with_person),
            COUNTED: counted,
            CALLED_OFF: [str(dose.id) for dose in called_off],
        },
        undoes_id=undoes_id,
    )
    return replace(await get_medication(scope, before.id), called_off=called_off)


def status_json(
    status: MedicineStatus, resumes_at: datetime | None, is_with_person: bool
) -> dict[str, Any]:
    return {
        "status": status,
        "resumes_at": resumes_at.isoformat() if resumes_at else None,
        "is_paused_with_person": is_with_person,
    }
