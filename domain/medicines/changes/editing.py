"""Editing a medicine from now on: its name, amount and schedule."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import aliased

from domain.access import Action
from domain.database.scope import Scope
from domain.errors import NotFound
from domain.medicines.changes.adding import refuse_same_name
from domain.medicines.changes.locking import (
    LockedMedicine,
    content_columns,
    lock_medicine,
    record_change,
)
from domain.medicines.changes.moments import check_moments, follow_day
from domain.medicines.dosages import Dosage
from domain.medicines.errors import MedicineChanged
from domain.medicines.expansion.cancelling import CALLED_OFF, list_future_dose_ids
from domain.medicines.expansion.counted_intakes import COUNTED, Counted, uncount_intakes
from domain.medicines.expansion.doubling import start_after_edit
from domain.medicines.expansion.open_doses import (
    OPEN_DOSES,
    AdjustedDoses,
    adjust_doses,
    rename_doses,
    revert_doses,
    show_instructions,
    with_edited_amounts,
)
from domain.medicines.expansion.re_expansion import re_expand
from domain.medicines.facts import Content, MedicineFacts
from domain.medicines.reading import get_medication
from domain.medicines.schedules.kinds import Schedule
from domain.models import AuditEvent, Medication
from domain.models.medicines import DoseStatus, MedicineStatus


async def edit_medication(
    scope: Scope,
    medication_id: UUID,
    *,
    version: int,
    name: str | None = None,
    dosage: Dosage | None = None,
    schedule: Schedule | None = None,
    instructions: str | None = None,
    reason: str | None = None,
    acknowledged: Collection[UUID] = (),
    noted: Mapping[str, Any] | None = None,
) -> MedicineFacts:
    """Edit a medicine from now on; records stay as they are. Open doses take the new name, but keep
    their amount (see :func:`change_open_doses`). Empty *instructions* and an empty *reason* are
    taken away; None keeps what is there.

    *version* is the one the member saw; *noted* is added to the audit event. Raises
    MedicineChanged if that isn't the current version, NotFound, and SameMedicine, SimilarMedicine
    or DayTimesChanged as `add_medication` does.
    """
    before = await lock_medicine(scope, medication_id)
    if before.version != version:
        raise MedicineChanged(await get_medication(scope, medication_id))
    if name is not None and name != before.name:
        person_id = before.expandable.care_recipient_id
        await refuse_same_name(scope, person_id, name, acknowledged=(medication_id, *acknowledged))
    content = Content(
        name or before.name,
        dosage or before.dosage,
        schedule or before.schedule,
        before.instructions if instructions is None else instructions or None,
        before.reason if reason is None else reason or None,
    )
    if content == before.content:
        return await get_medication(scope, medication_id)  # a second tap, nothing to undo
    if content.schedule != before.schedule:
        await check_moments(scope, before.expandable.care_recipient_id, content.schedule)
    return await _change_content(scope, before, content, noted=noted)


async def change_open_doses(scope: Scope, edit_id: UUID) -> tuple[MedicineFacts, AdjustedDoses]:
    """Give the doses that an edit (its audit event) left open the new amount, too. Undo of the edit
    reverts them.

    Raises NotFound, NotAllowed, and MedicineChanged if the edit was undone or superseded.
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
    edited = await lock_medicine(scope, event.subject_id)
    if event.is_undone or edited.content != Content.from_json(event.after):
        raise MedicineChanged(await get_medication(scope, edited.id))
    dose_ids = [UUID(dose_id) for dose_id in event.after.get(OPEN_DOSES, ())]
    brought = await adjust_doses(scope, dose_ids, edited.expandable, edit_id=edit_id)
    return await get_medication(scope, edited.id), brought


async def restore_content(
    scope: Scope,
    medication_id: UUID,
    content: Content,
    *,
    undoes_id: UUID,
    counted: Counted,
    called_off: Collection[UUID] = (),
) -> MedicineFacts:
    """Undo an edit, which had *counted* intakes and *called_off* doses: the previous content
    applies again from now on, at the times that the person's day has now. Raises NotFound and
    TimesOfDayClash.
    """
    before = await lock_medicine(scope, medication_id)
    person_id = before.expandable.care_recipient_id
    schedule = await follow_day(scope, person_id, content.schedule, name=content.name)
    content = replace(content, schedule=schedule)
    await uncount_intakes(scope, counted)
    await revert_doses(scope, before.expandable, edit_id=undoes_id)
    return await _change_content(
        scope, before, content, action="put_back", undoes_id=undoes_id, called_off=called_off
    )


async def _change_content(
    scope: Scope,
    before: LockedMedicine,
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
        edited = await start_after_edit(scope, before.expandable, edited)
    await scope.execute(
        update(Medication)
        .where(Medication.id == before.id)
        .values(
            **content_columns(content), version=Medication.version + 1, doses_from=edited.doses_from
        )
    )
    counted: Counted = {}
    were_ahead = await list_future_dose_ids(scope, before.id, status=DoseStatus.PENDING)
    if before.status is MedicineStatus.ACTIVE or before.resumes_at is not None:
        counted = await re_expand(scope, edited, called_off=called_off)
    are_off = set(await list_future_dose_ids(scope, before.id, status=DoseStatus.CANCELLED))
    if content.name != before.name:
        await rename_doses(scope, edited, content.name)
    elif content.instructions != before.instructions:
        await show_instructions(scope, edited)
    facts = await get_medication(scope, before.id)
    open_doses = with_edited_amounts(
        facts.open_doses, edited, is_rescheduled=content.schedule != before.schedule
    )
    await record_change(
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
