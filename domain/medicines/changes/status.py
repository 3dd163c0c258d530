"""The status of a medicine: pausing, stopping, restoring."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import update

from domain.database.scope import Scope
from domain.errors import NotFound
from domain.family.people import lock_pause
from domain.local_time import resolve_local
from domain.medicines.changes.locking import (
    LockedMedicine,
    cancel_open_doses,
    lock_medicine,
    record_change,
)
from domain.medicines.changes.moments import follow_day
from domain.medicines.errors import MedicineStopped, PauseEndImpossible, UnseenPause
from domain.medicines.expansion.cancelling import CALLED_OFF
from domain.medicines.expansion.counted_intakes import COUNTED, Counted, uncount_intakes
from domain.medicines.expansion.re_expansion import re_expand
from domain.medicines.facts import MedicineFacts, OpenDose
from domain.medicines.reading import get_medication
from domain.medicines.schedules.kinds import Schedule
from domain.models import Medication
from domain.models.medicines import MedicineStatus

LONGEST_PAUSE = timedelta(days=366)


def end_of_pause(resumes_on: date | None, zone: ZoneInfo, *, now: datetime) -> datetime | None:
    """When a pause ends (UTC) if it resumes on *resumes_on*. Raises PauseEndImpossible if that day
    isn't in the future, or more than a year ahead.
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
    """Pause until *resumes_on* (a local day of the person), or until somebody resumes it.

    Pending doses are cancelled, including those on cards. If it's already paused, this changes the
    end of that pause, provided it's the pause that was *seen*. Raises UnseenPause if it's a
    different one, PauseEndImpossible, and NotFound, also if it was stopped meanwhile: a pause would
    resume it at its end.
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
            raise UnseenPause(before.name)
    return await _change_status(
        scope, before, MedicineStatus.PAUSED, resumes_at=resumes_at, action="paused"
    )


async def stop_medication(scope: Scope, medication_id: UUID) -> MedicineFacts:
    """Stop a medicine and cancel its pending doses; it can be restored. Raises NotFound."""
    before = await lock_medicine(scope, medication_id)
    return await _change_status(scope, before, MedicineStatus.STOPPED, action="stopped")


async def restore_medication(
    scope: Scope, medication_id: UUID, *, only_paused: bool = False
) -> MedicineFacts:
    """Resume a paused or stopped medicine: doses are due again from now on, including cancelled
    ones whose window is still open. If the person is paused, a stopped medicine is paused with
    them. Raises NotFound, and MedicineStopped if it's stopped and *only_paused* is set.
    """
    before = await lock_medicine(scope, medication_id)
    if before.status is MedicineStatus.STOPPED:
        if only_paused:
            raise MedicineStopped(before.name)
        return await _reactivate(scope, before, action="restored")
    return await _change_status(scope, before, MedicineStatus.ACTIVE, action="restored")


async def _reactivate(
    scope: Scope,
    before: LockedMedicine,
    *,
    action: str,
    undoes_id: UUID | None = None,
    reopening: Collection[UUID] = (),
) -> MedicineFacts:
    pause = await lock_pause(scope, before.expandable.care_recipient_id)
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


async def restore_status(
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
    that were open. If the pause would have ended by now, the medicine is active; what was paused
    with a person (*is_with_person*) follows the person's current pause. Raises NotFound.
    """
    before = await lock_medicine(scope, medication_id)
    await uncount_intakes(scope, counted)
    if is_with_person or (
        before.status is MedicineStatus.STOPPED and status is MedicineStatus.ACTIVE
    ):
        return await _reactivate(
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
        return await get_medication(scope, before.id)  # a second tap, nothing to undo
    schedule = before.schedule
    if before.status is MedicineStatus.STOPPED:
        # The times of the person's day may have changed since.
        person_id = before.expandable.care_recipient_id
        schedule = await follow_day(scope, person_id, schedule, name=before.name)
    called_off, counted = await _write(
        scope, before, status, resumes_at, is_with_person, schedule=schedule, reopening=reopening
    )
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


async def _write(
    scope: Scope,
    before: LockedMedicine,
    status: MedicineStatus,
    resumes_at: datetime | None,
    is_with_person: bool,
    *,
    schedule: Schedule,
    reopening: Collection[UUID] = (),
) -> tuple[Sequence[OpenDose], Counted]:
    """Write the status, and the doses that follow from it; returns those that were called off, and
    the intakes that count for others now.
    """
    await scope.execute(
        update(Medication)
        .where(Medication.id == before.id)
        .values(
            status=status,
            resumes_at=resumes_at,
            is_paused_with_person=is_with_person,
            schedule=schedule.to_json(),
        )
    )
    called_off: Sequence[OpenDose] = ()
    if status is not MedicineStatus.ACTIVE:
        called_off = await cancel_open_doses(scope, before)
    counted: Counted = {}
    if status is MedicineStatus.ACTIVE or resumes_at is not None:
        expandable = replace(before.expandable, schedule=schedule, resumes_at=resumes_at)
        counted = await re_expand(scope, expandable, called_off=reopening)
    return called_off, counted


async def bring_back_status(
    scope: Scope, medication_id: UUID, before: Mapping[str, Any] | None
) -> None:
    """Give a medicine that was removed the status it had *before*, as :func:`status_json` wrote it;
    None: nobody knows, so it stays stopped. Records nothing. Raises NotFound and NotAllowed.

    A pause that would have ended by now is over. What was paused with the person, or wasn't paused
    at all, follows the person's current pause.
    """
    locked = await lock_medicine(scope, medication_id)
    status = MedicineStatus(before["status"]) if before else MedicineStatus.STOPPED
    if before is None or status is MedicineStatus.STOPPED:
        return
    resumes_at = datetime.fromisoformat(before["resumes_at"]) if before["resumes_at"] else None
    is_over = resumes_at is not None and resumes_at <= scope.clock.now()
    is_with_person = False
    if status is MedicineStatus.ACTIVE or is_over or before["is_paused_with_person"]:
        pause = await lock_pause(scope, locked.expandable.care_recipient_id)
        status = MedicineStatus.ACTIVE if pause is None else MedicineStatus.PAUSED
        resumes_at = pause.until if pause else None
        is_with_person = pause is not None
    schedule = await follow_day(
        scope, locked.expandable.care_recipient_id, locked.schedule, name=locked.name
    )
    await _write(scope, locked, status, resumes_at, is_with_person, schedule=schedule)


def status_json(
    status: MedicineStatus, resumes_at: datetime | None, is_with_person: bool
) -> dict[str, Any]:
    return {
        "status": status,
        "resumes_at": resumes_at.isoformat() if resumes_at else None,
        "is_paused_with_person": is_with_person,
    }
