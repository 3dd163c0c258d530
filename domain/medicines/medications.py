"""Medicines: adding one, changing it from now on, pausing, stopping and restoring it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Row, func, insert, select, update
from sqlalchemy.orm import aliased

from domain import audit
from domain.access import Action
from domain.alike import is_same_name, nearest
from domain.database import Scope
from domain.delivery import outbox as notifications
from domain.errors import NotFound
from domain.family.limits import Held
from domain.family.list_version import raise_list_version
from domain.family.people import Person, get_person, hold_pause, set_pause
from domain.family.room import make_room
from domain.local_time import resolve_local
from domain.medicines.dosages import Dosage
from domain.medicines.doses.coming import COMING, ComingDoses, to_coming
from domain.medicines.errors import (
    AlikeMedicine,
    ChangedMeanwhile,
    PauseEndImpossible,
    PauseRuns,
    SameMedicine,
    StoppedMeanwhile,
)
from domain.medicines.expansion.calling_off import cancel_open, list_ahead
from domain.medicines.expansion.counted_intakes import COUNTED, Counted, give_back_intakes
from domain.medicines.expansion.doubling import first_that_does_not_double, get_kept
from domain.medicines.expansion.expandable import (
    EXPANDABLE,
    Expandable,
    last_intakes,
    to_expandable,
)
from domain.medicines.expansion.horizon import expand_medication
from domain.medicines.expansion.open_doses import (
    OPEN_DOSES,
    Brought,
    bring_into_line,
    left_open,
    put_back,
    rename,
)
from domain.medicines.expansion.re_expansion import lock_doses, re_expand
from domain.medicines.facts import Content, MedicineFacts, MedicineLine, NewMedicine, OpenDose
from domain.medicines.schedules.kinds import Schedule, schedule_from_json
from domain.models import AuditEvent, CareRecipient, Family, Medication, new_id
from domain.models.medicines import MedicineStatus

CALLED_OFF = "called_off"  # in the audit of an edit: the doses ahead that it cancelled

NAMED_AGAIN_FOR = timedelta(days=2)  # after a move, messages of that age say by whose clock

LONGEST_PAUSE = timedelta(days=366)


async def add_medication(
    scope: Scope,
    medicine: NewMedicine,
    *,
    flow_id: UUID | None = None,
    beside: Collection[UUID] = (),
) -> MedicineFacts:
    """Save a medicine with its doses for the next 36 hours.

    Doses start after now: a time already past today starts on its next day. For a person who is
    paused it begins paused, and goes on with them. Repeating it with the same *flow_id* finds the
    medicine that the first time added. Raises NotFound for a person who is not the family's, and
    SameMedicine (AlikeMedicine) if they take one of that name (of a name that looks or sounds like
    it), other than those that the member knows of: *beside*. Raises FamilyFull.
    """
    member = scope.require(Action.CHANGE_MEDICINES)
    if flow_id is not None:
        saved_before = await scope.connection.scalar(
            select(Medication.id).where(Medication.flow_id == flow_id)
        )
        if saved_before is not None:
            return await get_medication(scope, saved_before)
    person = await get_person(scope, medicine.person_id)
    await make_room(scope, Held.MEDICINE)
    await _refuse_the_same(scope, person.id, medicine.name, beside=beside)
    medication_id = new_id()
    now = scope.clock.now()
    pause = await hold_pause(scope, person.id)
    resumes_at = pause.until if pause else None
    content = Content(medicine.name, medicine.dosage, medicine.schedule)
    await scope.execute(
        insert(Medication).values(
            id=medication_id,
            family_id=member.family_id,
            care_recipient_id=person.id,
            expanded_until=now,
            created_by_id=member.user_id,
            flow_id=flow_id,
            status=MedicineStatus.PAUSED if pause else MedicineStatus.ACTIVE,
            resumes_at=resumes_at,
            is_paused_with_person=pause is not None,
            **_columns(content),
        )
    )
    if pause is None or resumes_at is not None:
        await expand_medication(
            scope,
            Expandable(
                medication_id=medication_id,
                care_recipient_id=person.id,
                name=medicine.name,
                dosage=medicine.dosage,
                schedule=medicine.schedule,
                zone=person.zone,
                expanded_until=now,
                resumes_at=resumes_at,
            ),
        )
    await _record(scope, "added", medication_id, after=content.to_json())
    return await get_medication(scope, medication_id)


async def get_medication(scope: Scope, medication_id: UUID) -> MedicineFacts:
    """Raises NotFound if it was removed or is not the family's."""
    scope.require(Action.READ)
    found = await read_medicines(scope, [medication_id])
    if not found:
        raise NotFound
    return found[0]


async def read_medicines(scope: Scope, medication_ids: Sequence[UUID]) -> Sequence[MedicineFacts]:
    """Those of the medicines that are the family's and were not removed. As the family, too."""
    rows = await scope.rows(
        _FACTS.add_columns(*COMING, Family.name.label("family_name"))
        .join(Family, Family.id == Medication.family_id)
        .where(
            Medication.id.in_(medication_ids),
            Medication.family_id == scope.family_id,
            Medication.deleted_at.is_(None),
        )
        .order_by(Medication.name, Medication.id)
    )
    return [_facts(row, now=scope.clock.now()) for row in rows]


async def list_medicines(scope: Scope) -> Sequence[MedicineLine]:
    """All medicines of the family: by person, then by name, stopped ones last. One statement."""
    member = scope.require(Action.READ)
    rows = await scope.rows(
        _FACTS.where(
            Medication.family_id == member.family_id,
            Medication.deleted_at.is_(None),
            CareRecipient.deleted_at.is_(None),
        ).order_by(
            Medication.status == MedicineStatus.STOPPED,
            CareRecipient.created_at,
            CareRecipient.id,
            func.lower(Medication.name),
            Medication.id,
        )
    )
    return [
        MedicineLine(
            id=row.id,
            person_id=row.person_id,
            person=row.person,
            zone=ZoneInfo(row.timezone),
            name=row.name,
            dosage=Dosage(row.dosage, row.dosage_amount, row.dosage_unit),
            schedule=schedule_from_json(row.schedule),
            status=MedicineStatus(row.status),
            resumes_at=row.resumes_at,
            is_paused_with_person=row.is_paused_with_person,
        )
        for row in rows
    ]


async def edit_medication(
    scope: Scope,
    medication_id: UUID,
    *,
    version: int,
    name: str | None = None,
    dosage: Dosage | None = None,
    schedule: Schedule | None = None,
    beside: Collection[UUID] = (),
    noted: Mapping[str, Any] | None = None,
) -> MedicineFacts:
    """Change a medicine from now on; what was given stays as it was. What is asked for now keeps
    its amount (see :func:`change_open_doses`), and takes the new name.

    *version* is the one that the member saw; what is *noted* goes into the audit. Raises
    ChangedMeanwhile if it is not the present one, NotFound, and SameMedicine or AlikeMedicine as
    `add_medication` does.
    """
    before = await _lock(scope, medication_id)
    if before.version != version:
        raise ChangedMeanwhile(await get_medication(scope, medication_id))
    if name is not None and name != before.name:
        person_id = before.expandable.care_recipient_id
        await _refuse_the_same(scope, person_id, name, beside=(medication_id, *beside))
    content = Content(name or before.name, dosage or before.dosage, schedule or before.schedule)
    if content == before.content:
        return await get_medication(scope, medication_id)  # a second tap is no change to take back
    return await _change_content(scope, before, content, noted=noted)


async def change_open_doses(scope: Scope, edit_id: UUID) -> tuple[MedicineFacts, Brought]:
    """Give the doses that an edit (its event in the audit) had left open the new amount, too. Undo
    of the edit puts them back.

    Raises NotFound, NotAllowed, and ChangedMeanwhile if the edit does not stand any more.
    """
    member = scope.require(Action.CHANGE_MEDICINES)
    undo = aliased(AuditEvent)
    event = await scope.row(
        select(
            AuditEvent.subject_id,
            AuditEvent.after,
            select(undo.id).where(undo.undoes_id == edit_id).exists().label("is_undone"),
        ).where(
            AuditEvent.id == edit_id,
            AuditEvent.family_id == member.family_id,
            AuditEvent.action == "medication.edited",
        )
    )
    if event is None:
        raise NotFound
    edited = await _lock(scope, event.subject_id)
    if event.is_undone or edited.content != Content.from_json(event.after):
        raise ChangedMeanwhile(await get_medication(scope, edited.id))
    dose_ids = [UUID(dose_id) for dose_id in event.after.get(OPEN_DOSES, ())]
    brought = await bring_into_line(scope, dose_ids, edited.expandable, edit_id=edit_id)
    return await get_medication(scope, edited.id), brought


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
    before = await _lock(scope, medication_id)
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
    before = await _lock(scope, medication_id)
    return await _change_status(scope, before, MedicineStatus.STOPPED, action="stopped")


async def restore_medication(
    scope: Scope, medication_id: UUID, *, only_paused: bool = False
) -> MedicineFacts:
    """End a pause or a stop: doses fall due again from now on, also those whose window was open
    when they were cancelled and still is. What was stopped while the person's pause runs is paused
    with them. Raises NotFound, and StoppedMeanwhile if *only_paused* was to go on.
    """
    before = await _lock(scope, medication_id)
    if before.status is MedicineStatus.STOPPED:
        if only_paused:
            raise StoppedMeanwhile(before.name)
        return await _begin_again(scope, before, action="restored")
    return await _change_status(scope, before, MedicineStatus.ACTIVE, action="restored")


async def _begin_again(
    scope: Scope, before: "_Locked", *, action: str, undoes_id: UUID | None = None
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
    )


async def remove_medication(
    scope: Scope, medication_id: UUID, *, undoes_id: UUID | None = None
) -> str:
    """Take back that a medicine was added (the event *undoes_id*, if that is known); returns its
    name.

    It is deleted softly and its unanswered doses are cancelled; what was recorded of it stays.
    Raises NotFound.
    """
    before = await _lock(scope, medication_id)
    await scope.execute(
        update(Medication)
        .where(Medication.id == medication_id)
        .values(
            deleted_at=func.clock_now(),
            status=MedicineStatus.STOPPED,
            resumes_at=None,
            is_paused_with_person=False,
            stock_check_at=None,
        )
    )
    await _cancel_open(scope, before)
    await _record(scope, "removed", medication_id, undoes_id=undoes_id)
    return before.name


async def move_person(
    scope: Scope, care_recipient_id: UUID, zone: ZoneInfo, *, undoes_id: UUID | None = None
) -> Person:
    """The person lives by the clock of *zone* from now on, and so do their doses.

    Only what lies ahead and was not asked for is moved. *undoes_id* is the event that it takes
    back. Raises NotFound, NotAllowed.
    """
    scope.require(Action.ADD_PERSON)
    before = await get_person(scope, care_recipient_id)
    ids = await _running(scope, care_recipient_id)
    await lock_doses(scope, ids)
    await scope.execute(
        update(CareRecipient).where(CareRecipient.id == care_recipient_id).values(timezone=zone.key)
    )
    await _move_ends_of_pauses(scope, care_recipient_id, ids, (before.zone, zone))
    rows = await scope.rows(EXPANDABLE.where(Medication.id.in_(ids)).with_for_update(of=Medication))
    intakes = await last_intakes(scope, rows)
    for row in rows:
        if row.status == MedicineStatus.ACTIVE or row.resumes_at is not None:
            await re_expand(scope, to_expandable(row, intakes))
    await audit.record(
        scope,
        "person.moved" if undoes_id is None else "person.put_back",
        subject_type="care_recipient",
        subject_id=care_recipient_id,
        before={"timezone": before.zone.key},
        after={"timezone": zone.key},
        undoes_id=undoes_id,
    )
    await notifications.show_times_again(
        scope, care_recipient_id, since=scope.clock.now() - NAMED_AGAIN_FOR
    )
    await raise_list_version(scope)
    return replace(before, zone=zone)


async def _move_ends_of_pauses(
    scope: Scope,
    care_recipient_id: UUID,
    medication_ids: Sequence[UUID],
    zones: tuple[ZoneInfo, ZoneInfo],
) -> None:
    """A pause ends when the day of return begins, by the clock of the second of *zones*."""
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
    pause = await hold_pause(scope, care_recipient_id)
    if pause is not None and pause.until is not None:
        until = _same_day(pause.until, old, new)
        await set_pause(scope, care_recipient_id, replace(pause, until=until), zone=new)


def _same_day(instant: datetime, old: ZoneInfo, new: ZoneInfo) -> datetime:
    """When the local day that begins at *instant* by the clock of *old* begins by that of *new*."""
    return resolve_local(datetime.combine(instant.astimezone(old).date(), time()), new)


async def _running(scope: Scope, care_recipient_id: UUID) -> Sequence[UUID]:
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


async def put_back_content(
    scope: Scope,
    medication_id: UUID,
    content: Content,
    *,
    undoes_id: UUID,
    counted: Counted,
    called_off: Collection[UUID] = (),
) -> MedicineFacts:
    """Undo an edit, which had *counted* intakes and *called_off* doses: the medicine as it was
    before, again from now on. Raises NotFound.
    """
    before = await _lock(scope, medication_id)
    await give_back_intakes(scope, counted)
    await put_back(scope, before.expandable, edit_id=undoes_id)
    return await _change_content(
        scope, before, content, action="put_back", undoes_id=undoes_id, called_off=called_off
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
) -> MedicineFacts:
    """Undo a pause, a stop or a restoration, which had *counted* intakes. A return that has gone by
    is one, and what was paused with a person (*is_with_person*) is as the person is now. Raises
    NotFound.
    """
    before = await _lock(scope, medication_id)
    await give_back_intakes(scope, counted)
    if is_with_person or (
        before.status is MedicineStatus.STOPPED and status is MedicineStatus.ACTIVE
    ):
        return await _begin_again(scope, before, action="put_back", undoes_id=undoes_id)
    if resumes_at is not None and resumes_at <= scope.clock.now():
        status, resumes_at = MedicineStatus.ACTIVE, None
    return await _change_status(
        scope, before, status, resumes_at=resumes_at, action="put_back", undoes_id=undoes_id
    )


_FACTS = select(
    Medication.id,
    Medication.name,
    Medication.dosage,
    Medication.dosage_amount,
    Medication.dosage_unit,
    Medication.schedule,
    Medication.status,
    Medication.resumes_at,
    Medication.is_paused_with_person,
    Medication.doses_from,
    Medication.version,
    CareRecipient.id.label("person_id"),
    CareRecipient.name.label("person"),
    CareRecipient.timezone,
).join(CareRecipient, CareRecipient.id == Medication.care_recipient_id)


@dataclass(frozen=True)
class _Locked:
    """A medicine that nobody else changes meanwhile."""

    id: UUID
    version: int
    status: MedicineStatus
    resumes_at: datetime | None
    is_with_person: bool
    expandable: Expandable

    @property
    def name(self) -> str:
        return self.expandable.name

    @property
    def dosage(self) -> Dosage:
        return self.expandable.dosage

    @property
    def schedule(self) -> Schedule:
        return self.expandable.schedule

    @property
    def zone(self) -> ZoneInfo:
        return self.expandable.zone

    @property
    def content(self) -> Content:
        return Content(self.name, self.dosage, self.schedule)


async def _lock(scope: Scope, medication_id: UUID) -> _Locked:
    """Lock a medicine of the family with its open doses. Raises NotFound, NotAllowed."""
    member = scope.require(Action.CHANGE_MEDICINES)
    await lock_doses(scope, [medication_id])
    row = await scope.row(
        EXPANDABLE.add_columns(Medication.version, Medication.is_paused_with_person)
        .where(
            Medication.id == medication_id,
            Medication.family_id == member.family_id,
            Medication.deleted_at.is_(None),
        )
        .with_for_update(of=Medication)
    )
    if row is None:
        raise NotFound
    return _Locked(
        id=row.id,
        version=row.version,
        status=MedicineStatus(row.status),
        resumes_at=row.resumes_at,
        is_with_person=row.is_paused_with_person,
        expandable=to_expandable(row, await last_intakes(scope, [row])),
    )


async def _change_content(
    scope: Scope,
    before: _Locked,
    content: Content,
    *,
    action: str = "edited",
    undoes_id: UUID | None = None,
    noted: Mapping[str, Any] | None = None,
    called_off: Collection[UUID] = (),
) -> MedicineFacts:
    edited = replace(
        before.expandable, name=content.name, dosage=content.dosage, schedule=content.schedule
    )
    if content.schedule != before.schedule:
        edited = await _first_after_edit(scope, before.expandable, edited)
    await scope.execute(
        update(Medication)
        .where(Medication.id == before.id)
        .values(**_columns(content), version=Medication.version + 1, doses_from=edited.doses_from)
    )
    counted: Counted = {}
    were_ahead = await list_ahead(scope, before.id, status="pending")
    if before.status is MedicineStatus.ACTIVE or before.resumes_at is not None:
        counted = await re_expand(scope, edited, called_off=called_off)
    are_off = set(await list_ahead(scope, before.id, status="cancelled"))
    if content.name != before.name:
        await rename(scope, edited, content.name)
    facts = await get_medication(scope, before.id)
    open_doses = left_open(
        facts.open_doses, edited, is_rescheduled=content.schedule != before.schedule
    )
    await _record(
        scope,
        action,
        before.id,
        before=before.content.to_json(),
        after={
            **content.to_json(),
            **(noted or {}),
            COUNTED: counted,
            CALLED_OFF: [str(dose_id) for dose_id in were_ahead if dose_id in are_off],
            OPEN_DOSES: [str(dose.id) for dose in open_doses if dose.becomes is not None],
        },
        undoes_id=undoes_id,
    )
    return replace(facts, open_doses=open_doses)


async def _first_after_edit(scope: Scope, before: Expandable, edited: Expandable) -> Expandable:
    """The edited medicine, from the first dose on that doubles none that was given."""
    kept = await get_kept(scope, before.medication_id)
    edited = replace(edited, doses_from=None, last_intake_at=kept.last_intake_at)
    doses_from = first_that_does_not_double(edited, before, kept, scope.clock.now())
    return replace(edited, doses_from=doses_from)


async def _change_status(
    scope: Scope,
    before: _Locked,
    status: MedicineStatus,
    *,
    action: str,
    resumes_at: datetime | None = None,
    is_with_person: bool = False,
    undoes_id: UUID | None = None,
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
        called_off = await _cancel_open(scope, before)
    counted: Counted = {}
    if status is MedicineStatus.ACTIVE or resumes_at is not None:
        counted = await re_expand(scope, replace(before.expandable, resumes_at=resumes_at))
    await _record(
        scope,
        action,
        before.id,
        before=status_json(*was),
        after={**status_json(status, resumes_at, is_with_person), COUNTED: counted},
        undoes_id=undoes_id,
    )
    return replace(await get_medication(scope, before.id), called_off=called_off)


async def _cancel_open(scope: Scope, medicine: _Locked) -> Sequence[OpenDose]:
    """Ask for none of its doses any more; their cards say so. Returns those that were open."""
    person_id = medicine.expandable.care_recipient_id
    return (await cancel_open(scope, person_id, [medicine.id])).get(medicine.id, ())


async def _refuse_the_same(
    scope: Scope, person_id: UUID, name: str, *, beside: Collection[UUID]
) -> None:
    """Raise SameMedicine or AlikeMedicine if the person takes one whose name could be read or
    heard for *name*, other than *beside*.
    """
    taken = await scope.rows(
        select(Medication.id, Medication.name)
        .where(
            Medication.care_recipient_id == person_id,
            Medication.id.not_in(beside),
            Medication.deleted_at.is_(None),
            Medication.status != MedicineStatus.STOPPED,
        )
        .order_by(Medication.created_at, Medication.id)
    )
    found = nearest(name, [(row.name, row.id) for row in taken])
    if found is None:
        return
    existing = await get_medication(scope, found)
    raise SameMedicine(existing) if is_same_name(name, existing.name) else AlikeMedicine(existing)


async def _record(scope: Scope, action: str, medication_id: UUID, **change: Any) -> None:
    """Every change is audited, and seen in the list."""
    await audit.record(
        scope,
        f"medication.{action}",
        subject_type="medication",
        subject_id=medication_id,
        **change,
    )
    await raise_list_version(scope)


def _columns(content: Content) -> dict[str, Any]:
    return {
        "name": content.name,
        "dosage": content.dosage.words,
        "dosage_amount": content.dosage.amount,
        "dosage_unit": content.dosage.unit,
        "schedule": content.schedule.to_json(),
    }


def _facts(row: Row[Any], *, now: datetime) -> MedicineFacts:
    zone = ZoneInfo(row.timezone)
    coming = to_coming(row, zone, now=now)
    # A pause that has come to its end is over, also before its row says so.
    is_back = row.resumes_at is not None and row.resumes_at <= now
    return MedicineFacts(
        id=row.id,
        name=row.name,
        dosage=Dosage(row.dosage, row.dosage_amount, row.dosage_unit),
        schedule=coming.schedule,
        status=MedicineStatus.ACTIVE if is_back else MedicineStatus(row.status),
        resumes_at=None if is_back else row.resumes_at,
        is_paused_with_person=row.is_paused_with_person and not is_back,
        version=row.version,
        person_id=row.person_id,
        person=row.person,
        zone=zone,
        family_name=row.family_name,
        first_due_at=_next_due_at(row, coming, now=now),
        open_doses=coming.open_doses(now),
    )


def _next_due_at(row: Row[Any], coming: ComingDoses, *, now: datetime) -> datetime | None:
    """The next dose of what is given, or will be again."""
    if row.status != MedicineStatus.ACTIVE and row.resumes_at is None:
        return None
    return coming.next_due_at(now)


def status_json(
    status: MedicineStatus, resumes_at: datetime | None, is_with_person: bool
) -> dict[str, Any]:
    return {
        "status": status,
        "resumes_at": resumes_at.isoformat() if resumes_at else None,
        "is_paused_with_person": is_with_person,
    }
