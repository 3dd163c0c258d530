"""Presses of Taken: which doses one means, and what to ask first."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from domain.access import Action
from domain.database.scope import Scope
from domain.delivery import dose_messages
from domain.errors import NotFound
from domain.events import NotificationsQueued
from domain.medicines.dosages import Dosage
from domain.medicines.doses.card_parts import DOSES_ON_A_CARD, digest_of
from domain.medicines.doses.facts import (
    OPEN,
    RESOLVED,
    SELECT_DOSES,
    UNANSWERED,
    DoseFacts,
    fetch_doses,
    list_doses,
)
from domain.medicines.doses.locking import lock_dose
from domain.medicines.doses.slots import read_slot
from domain.medicines.records.recording import Recorded, record_doses
from domain.medicines.records.spacing import SpacingWarning
from domain.models import Dose, Notification
from domain.models.delivery import Kind
from domain.models.medicines import DoseStatus

_SOON = timedelta(hours=4)  # a dose due by then may be the one somebody gives now


@dataclass(frozen=True)
class CardMessage:
    """A message in a user's chat, by Telegram's ids."""

    chat_id: int
    message_id: int


@dataclass(frozen=True)
class WhichDose:
    """A press on a card of an earlier day, whose window has ended: it may well mean another dose.

    `pressed` are the doses of the card, which is `part` of its slot; `others` are today's open
    doses of the same medicines. `given` is what was chosen for the one dose that was pressed.
    """

    pressed: Sequence[DoseFacts]
    others: Sequence[DoseFacts]
    part: int = 0
    given: Dosage | None = None


async def get_planned(scope: Scope, dose_id: UUID) -> Dosage:
    """What a dose is to be, locked until the transaction ends. Raises NotFound."""
    member = scope.require(Action.READ)
    row = await scope.row(
        select(Dose.dosage, Dose.amount, Dose.unit, Dose.most)
        .where(Dose.id == dose_id, Dose.family_id == member.family_id)
        .with_for_update()
    )
    if row is None:
        raise NotFound
    return Dosage(row.dosage, row.amount, row.unit, row.most)


async def take_from_card(
    scope: Scope, dose_id: UUID, *, given: Dosage | None = None
) -> Recorded | WhichDose:
    """Taken, pressed on a card. Nothing is recorded if it may mean another dose or is late. *given*
    is what was chosen of a range.

    Raises NotFound and NotAllowed.
    """
    outcome = await record_taken(scope, [dose_id], given=given)
    unrecorded = [*outcome.late, *outcome.to_choose]
    is_over = any(dose.status in UNANSWERED for dose in unrecorded)
    if is_over and _is_of_an_earlier_day(unrecorded[0], scope.clock.now()):
        return await _which(scope, unrecorded, given=given)
    return outcome


async def record_taken(
    scope: Scope,
    dose_ids: Sequence[UUID],
    *,
    given: Dosage | None = None,
    seen: datetime | None = None,
) -> Recorded:
    """Record doses as taken now; those whose window has ended are returned as `late` instead, those
    that would come too soon as `too_soon`, unless all that was given up to the minute *seen* was
    shown. *given* is what was chosen of a range, for the one dose that has one.

    Raises NotFound and NotAllowed.
    """
    outcome = await record_doses(
        scope,
        dose_ids,
        status=DoseStatus.TAKEN,
        given=given,
        in_time_only=True,
        warning=SpacingWarning(seen),
    )
    late = [dose for dose in outcome.already if dose.status in UNANSWERED]
    too_soon = [each.dose for each in outcome.too_soon]
    await _lock_to_ask(scope, [*late, *outcome.to_choose, *too_soon])
    return replace(
        outcome, late=late, already=[dose for dose in outcome.already if dose not in late]
    )


async def _lock_to_ask(scope: Scope, doses: Sequence[DoseFacts]) -> None:
    """Before anything is asked about them: nobody is asked what they may not record."""
    for dose_id in sorted(dose.id for dose in doses):
        await lock_dose(scope, scope.require(Action.READ), dose_id)


async def take_from_summary(scope: Scope, notification_id: UUID) -> Recorded:
    """All taken, pressed on a summary of doses whose window has ended: the doses it shows. As
    :func:`record_taken`.
    """
    member = scope.require(Action.READ)
    summary = await scope.row(
        select(Notification.shown_dose_ids, Notification.facts).where(
            Notification.id == notification_id,
            Notification.family_id == member.family_id,
            Notification.kind.in_((Kind.MISSED, Kind.NOT_ASKED)),
        )
    )
    if summary is None:
        raise NotFound
    # Pressed before we recorded that the message was sent: it shows the first doses that fit.
    of_it = summary.shown_dose_ids or [UUID(dose_id) for dose_id in summary.facts["dose_ids"]]
    doses = (await list_doses(scope, of_it))[:DOSES_ON_A_CARD]
    if not doses:
        raise NotFound
    still_open = [dose.id for dose in doses if dose.status not in RESOLVED]
    return await record_taken(scope, still_open) if still_open else Recorded([], doses)


async def take_slot_from_card(
    scope: Scope,
    care_recipient_id: UUID,
    slot_at: datetime,
    *,
    part: int = 0,
    message: CardMessage | None = None,
) -> Recorded | WhichDose:
    """All taken, pressed on a card: every open dose that this *message* shows, except late ones.

    If we don't know the message (it isn't recorded yet, or was sent twice), we go by *part* of the
    slot. Nothing is recorded if it may mean other doses. Raises NotFound and NotAllowed.
    """
    scope.require(Action.READ)
    slot = await read_slot(scope, care_recipient_id, slot_at)
    doses = slot.parts.get(part, ())
    shown = await _find_shown(scope, care_recipient_id, slot_at, message)
    if shown is not None:
        doses = [dose for dose in doses if dose.id in shown]
        if len(doses) < len(slot.parts.get(part, ())):
            # The card doesn't show recently added doses yet; they count once it does.
            await dose_messages.refresh_cards(scope, {(care_recipient_id, slot_at)})
            scope.publish(NotificationsQueued())
    if not doses:
        raise NotFound
    still_open = [dose for dose in doses if dose.status not in RESOLVED]
    left_open = len([dose for dose in slot.doses if dose.status not in RESOLVED]) - len(still_open)
    if not still_open:
        return Recorded([], doses, left_open)
    # Nobody has said how much of a range it was, so All taken leaves it open.
    meant = [dose for dose in still_open if dose.most is None]
    is_over = bool(meant) and all(dose.status in UNANSWERED for dose in meant)
    if is_over and _is_of_an_earlier_day(meant[0], scope.clock.now()):
        return await _which(scope, meant, part=part)
    outcome = await record_taken(scope, [dose.id for dose in still_open])
    return replace(outcome, left_open=left_open)


async def take_confirmed_slot(
    scope: Scope, care_recipient_id: UUID, slot_at: datetime, *, part: int, digest: str | None
) -> Recorded | WhichDose:
    """All taken, for the doses whose names, day and time the question showed: those with *digest*.

    If other doses are open by now, we ask again. Raises NotFound and NotAllowed.
    """
    scope.require(Action.READ)
    doses = (await read_slot(scope, care_recipient_id, slot_at)).parts.get(part, ())
    if not doses:
        raise NotFound
    still_open = [dose for dose in doses if dose.status not in RESOLVED and dose.most is None]
    if not still_open:
        return Recorded([], doses)
    if digest_of(still_open) != digest:
        return await _which(scope, still_open, part=part)
    return await record_taken(scope, [dose.id for dose in still_open])


async def _find_shown(
    scope: Scope, care_recipient_id: UUID, slot_at: datetime, message: CardMessage | None
) -> frozenset[UUID] | None:
    """The doses that a card shows; None if we don't know this message as a card of the slot."""
    if message is None:
        return None
    row = await scope.row(
        select(Notification.shown_dose_ids).where(
            Notification.care_recipient_id == care_recipient_id,
            Notification.slot_at == slot_at,
            Notification.kind == Kind.SLOT_CARD,
            Notification.chat_id == message.chat_id,
            Notification.message_id == message.message_id,
        )
    )
    return None if row is None else frozenset(row.shown_dose_ids or ())


def _is_of_an_earlier_day(dose: DoseFacts, now: datetime) -> bool:
    return dose.local.date() < now.astimezone(dose.zone).date()


async def _which(
    scope: Scope,
    pressed: Sequence[DoseFacts],
    *,
    part: int = 0,
    given: Dosage | None = None,
) -> WhichDose:
    """What else of the pressed medicines is open today, or due soon. Raises NotAllowed."""
    await _lock_to_ask(scope, pressed)
    now = scope.clock.now()
    others = await fetch_doses(
        scope,
        SELECT_DOSES.where(
            Dose.medication_id.in_({dose.medication_id for dose in pressed}),
            Dose.status.in_(OPEN),
            Dose.due_at > max(dose.due_at for dose in pressed),
            Dose.due_at <= now + _SOON,
        ),
    )
    return WhichDose(pressed, others, part, given)
