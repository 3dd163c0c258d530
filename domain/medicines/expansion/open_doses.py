"""What happens to open doses when their medicine changes.

A card on somebody's phone keeps its amount until somebody changes that: the dose may be in hand
already. Only the name changes at once, since nobody would find the old one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, or_, select, update

from domain import audit
from domain.database.scope import Scope
from domain.delivery import dose_messages, shown_messages
from domain.delivery.shown_messages import EDITABLE_FOR, IS_SENT, is_about, was_sent_within
from domain.events import NotificationsQueued
from domain.medicines.dosages import Dosage
from domain.medicines.expansion.expandable import Expandable
from domain.medicines.facts import OpenDose
from domain.medicines.schedule_changes.amounts import own_dosages
from domain.models import AuditEvent, Dose
from domain.models.delivery import Kind
from domain.models.medicines import DoseStatus

OPEN_DOSES = "open_doses"  # in the audit of an edit: the open doses that it left unchanged
_CHANGED = "dose.changed"
_EDIT_ID = "edit_id"
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True)
class AdjustedDoses:
    """Which doses were adjusted to an edit, and which weren't because they were answered or their
    window had ended.
    """

    changed: Sequence[UUID]
    answered: Sequence[UUID]


def with_edited_amounts(
    doses: Sequence[OpenDose], edited: Expandable, *, is_rescheduled: bool
) -> Sequence[OpenDose]:
    """*doses* with the amount each would have by the medicine as *edited*; *is_rescheduled*: the
    edit changed the times.
    """
    held = [_with_edited_amount(dose, edited) for dose in doses]
    if is_rescheduled:
        return held
    return [replace(dose, is_rescheduled=False) for dose in held]  # the person may have moved


def _with_edited_amount(dose: OpenDose, edited: Expandable) -> OpenDose:
    of_all_times = replace(edited, doses_from=None, resumes_at=None)
    found = of_all_times.occurrences(dose.due_at - _MICROSECOND, dose.due_at)
    if found:
        amount = found[0].dosage or edited.dosage
    elif own_dosages(edited.schedule):
        return replace(dose, is_rescheduled=True)  # which of several amounts is unknown
    else:
        amount = edited.dosage
    becomes = None if amount.words == dose.dosage.words else amount
    return replace(dose, becomes=becomes, is_rescheduled=not found)


async def rename_doses(scope: Scope, medicine: Expandable, name: str) -> None:
    """Rename pending and recently missed doses of a medicine, on every phone. Answered doses keep
    the old name. The medicine's doses must be locked.
    """
    is_late = Dose.status.in_((DoseStatus.MISSED, DoseStatus.NOT_ASKED))
    rows = await scope.rows(
        update(Dose)
        .where(
            Dose.medication_id == medicine.medication_id,
            Dose.medication_name != name,
            or_(
                Dose.status == DoseStatus.PENDING,
                is_late & (Dose.window_ends_at > func.clock_now() - EDITABLE_FOR),
            ),
        )
        .values(medication_name=name)
        .returning(Dose.id, Dose.due_at)
    )
    slots = {(medicine.care_recipient_id, row.due_at) for row in rows}
    await dose_messages.refresh_cards(scope, slots)
    await dose_messages.refresh_summaries(scope, [row.id for row in rows])
    await shown_messages.refresh_messages(
        scope,
        [Kind.REFILL, Kind.PAUSE_ENDS],
        where=[is_about(medicine.care_recipient_id), IS_SENT, was_sent_within(EDITABLE_FOR)],
    )
    scope.publish(NotificationsQueued())


async def show_instructions(scope: Scope, medicine: Expandable) -> None:
    """Have the cards of a medicine's open doses show how it is taken now."""
    rows = await scope.rows(
        select(Dose.due_at).where(
            Dose.medication_id == medicine.medication_id,
            Dose.status == DoseStatus.PENDING,
            Dose.due_at <= func.clock_now(),
        )
    )
    await dose_messages.refresh_cards(
        scope, {(medicine.care_recipient_id, row.due_at) for row in rows}
    )
    scope.publish(NotificationsQueued())


async def adjust_doses(
    scope: Scope, dose_ids: Sequence[UUID], edited: Expandable, *, edit_id: UUID
) -> AdjustedDoses:
    """Give those of these doses that are still open the amount of the medicine as *edited*, on
    every phone, as part of the edit *edit_id*. The medicine's doses must be locked.
    """
    rows = await scope.rows(
        select(
            Dose.id,
            Dose.due_at,
            Dose.window_ends_at,
            Dose.dosage,
            Dose.amount,
            Dose.unit,
            Dose.most,
            Dose.timezone,
        )
        .where(
            Dose.id.in_(dose_ids),
            Dose.medication_id == edited.medication_id,
            Dose.status == DoseStatus.PENDING,
        )
        .order_by(Dose.id)
    )
    changed = []
    for row in rows:
        was = Dosage(row.dosage, row.amount, row.unit, row.most)
        held = _with_edited_amount(
            OpenDose(row.id, row.due_at, row.window_ends_at, edited.zone, was, None), edited
        )
        if held.becomes is not None:
            await _set_amount(scope, row.id, held.becomes)
            await audit.record(
                scope,
                _CHANGED,
                subject_type="dose",
                subject_id=row.id,
                before=was.to_json(),
                after={**held.becomes.to_json(), _EDIT_ID: str(edit_id)},
            )
            changed.append(row)
    await dose_messages.refresh_cards(
        scope, {(edited.care_recipient_id, row.due_at) for row in changed}
    )
    scope.publish(NotificationsQueued())
    still_open = {row.id for row in rows}
    return AdjustedDoses(
        [row.id for row in changed], [each for each in dose_ids if each not in still_open]
    )


async def revert_doses(scope: Scope, medicine: Expandable, *, edit_id: UUID) -> None:
    """Revert open doses that were adjusted to an edit to their amounts before it. The medicine's
    doses must be locked.
    """
    rows = await scope.rows(
        select(Dose.id, Dose.due_at, AuditEvent.before)
        .join(AuditEvent, AuditEvent.subject_id == Dose.id)
        .where(
            Dose.medication_id == medicine.medication_id,
            Dose.status == DoseStatus.PENDING,
            AuditEvent.action == _CHANGED,
            AuditEvent.after[_EDIT_ID].astext == str(edit_id),
        )
        .order_by(Dose.id)
    )
    for row in rows:
        before: Mapping[str, Any] = row.before
        await _set_amount(scope, row.id, Dosage.from_json(before))
    await dose_messages.refresh_cards(
        scope, {(medicine.care_recipient_id, row.due_at) for row in rows}
    )
    scope.publish(NotificationsQueued())


async def _set_amount(scope: Scope, dose_id: UUID, dosage: Dosage) -> None:
    await scope.execute(
        update(Dose)
        .where(Dose.id == dose_id)
        .values(dosage=dosage.words, amount=dosage.amount, unit=dosage.unit, most=dosage.most)
    )
