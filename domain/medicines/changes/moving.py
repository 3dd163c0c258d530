"""Moving a person to another time zone, and their medicines with them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import func, select, update

from domain import audit
from domain.access import Action
from domain.database.scope import Scope
from domain.delivery import shown_messages
from domain.family.list_version import bump_list_version
from domain.family.people import Person, get_person, lock_pause, set_pause
from domain.local_time import resolve_local
from domain.medicines.expansion.expandable import EXPANDABLE, fetch_expandables
from domain.medicines.expansion.re_expansion import lock_doses, re_expand
from domain.models import CareRecipient, Medication
from domain.models.medicines import MedicineStatus

ZONE_NAMED_FOR = timedelta(days=2)  # messages up to this age get the name of their zone


async def move_person(
    scope: Scope, care_recipient_id: UUID, zone: ZoneInfo, *, undoes_id: UUID | None = None
) -> Person:
    """From now on the person lives in *zone*, and their doses are due there.

    Only upcoming doses that nobody was asked for move. *undoes_id* is the event that this undoes.
    Raises NotFound and NotAllowed.
    """
    scope.require(Action.ADD_PERSON)
    before = await get_person(scope, care_recipient_id)
    ids = await _list_not_stopped(scope, care_recipient_id)
    await lock_doses(scope, ids)
    await scope.execute(
        update(CareRecipient).where(CareRecipient.id == care_recipient_id).values(timezone=zone.key)
    )
    await _move_ends_of_pauses(scope, care_recipient_id, ids, (before.zone, zone))
    statement = EXPANDABLE.where(Medication.id.in_(ids)).with_for_update(of=Medication)
    for medicine in await fetch_expandables(scope, statement):
        if medicine.has_doses_to_come:
            await re_expand(scope, medicine)
    await audit.record(
        scope,
        "person.moved" if undoes_id is None else "person.put_back",
        subject_type="care_recipient",
        subject_id=care_recipient_id,
        before={"timezone": before.zone.key},
        after={"timezone": zone.key},
        undoes_id=undoes_id,
    )
    await shown_messages.refresh_named_times(
        scope, care_recipient_id, since=scope.clock.now() - ZONE_NAMED_FOR
    )
    await bump_list_version(scope)
    return replace(before, zone=zone)


async def _move_ends_of_pauses(
    scope: Scope,
    care_recipient_id: UUID,
    medication_ids: Sequence[UUID],
    zones: tuple[ZoneInfo, ZoneInfo],
) -> None:
    """A pause ends when its last day does in the new zone: the second of *zones*."""
    old, new = zones
    rows = await scope.rows(
        select(Medication.id, Medication.resumes_at)
        .where(Medication.id.in_(medication_ids), Medication.resumes_at > func.clock_now())
        .order_by(Medication.id)
    )
    for row in rows:
        await scope.execute(
            update(Medication)
            .where(Medication.id == row.id)
            .values(resumes_at=_same_day(row.resumes_at, old, new))
        )
    pause = await lock_pause(scope, care_recipient_id)
    if pause is not None and pause.until is not None:
        until = _same_day(pause.until, old, new)
        await set_pause(scope, care_recipient_id, replace(pause, until=until), zone=new)


def _same_day(instant: datetime, old: ZoneInfo, new: ZoneInfo) -> datetime:
    """Midnight in *new* of the local day that begins at *instant* in *old*."""
    return resolve_local(datetime.combine(instant.astimezone(old).date(), time()), new)


async def _list_not_stopped(scope: Scope, care_recipient_id: UUID) -> Sequence[UUID]:
    rows = await scope.rows(
        select(Medication.id)
        .where(
            Medication.care_recipient_id == care_recipient_id,
            Medication.family_id == scope.family_id,
            Medication.deleted_at.is_(None),
            Medication.status != MedicineStatus.STOPPED,
        )
        .order_by(Medication.id)
    )
    return [row.id for row in rows]
