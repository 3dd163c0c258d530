"""Reminding the family to refill a stock that runs low."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from domain.database.scope import Scope
from domain.delivery.kinds import MessageHeader, MessageKind, read_one_by_one
from domain.delivery.new_messages import OutgoingMessage, queue_messages
from domain.delivery.shown_messages import FACTS, refresh_messages, was_due_within
from domain.family.settings.hearing import list_carers
from domain.medicines.stock.levels import Stock, list_stocks
from domain.models.delivery import Kind
from domain.models.family import HEARS_OF_MISSED
from domain.models.medicines import MedicineStatus
from domain.timers import floor_minute

NOTICE_LIFETIME = timedelta(days=14)


@dataclass(frozen=True)
class RefillItem:
    """A medicine that is running out, or was when the reminder was queued."""

    medication_id: UUID
    name: str
    stock: Stock
    is_low: bool
    status: MedicineStatus = MedicineStatus.ACTIVE  # now


@dataclass(frozen=True)
class RefillFacts:
    """Which of one person's medicines are running out, as of `now`."""

    family_id: UUID
    person: str
    zone: ZoneInfo
    now: datetime
    items: Sequence[RefillItem]
    hides_names: bool = False  # the reader wants no names on it


async def _read(scope: Scope, header: MessageHeader) -> RefillFacts:
    medication_ids = [UUID(medication_id) for medication_id in header.facts["medication_ids"]]
    items = [
        RefillItem(
            medication_id=medicine.id,
            name=medicine.name,
            stock=stock,
            is_low=stock.is_low and medicine.status is MedicineStatus.ACTIVE,
            status=medicine.status,
        )
        for medicine, stock in await list_stocks(scope, medication_ids)
        if stock.amount is not None
    ]
    person = header.subject
    return RefillFacts(
        *(header.family_id, person.name, person.zone, header.now, items),
        hides_names=header.receiver.hides_names,
    )


def _find_obsolete(facts: RefillFacts) -> str | None:
    if any(item.is_low and item.stock.promised_by is None for item in facts.items):
        return None
    return "refilled or promised before it was sent"


REFILL = MessageKind(Kind.REFILL, read_one_by_one(_read), find_obsolete=_find_obsolete)


async def queue_refill_notices(
    scope: Scope, care_recipient_id: UUID, *, medication_ids: Sequence[UUID], now: datetime
) -> None:
    """Tell the admins and caregivers who hear of it that these medicines of one person are running
    low.
    """
    carers = await list_carers(scope, care_recipient_id, hearing=HEARS_OF_MISSED)
    minute = floor_minute(now)
    await queue_messages(
        scope,
        [
            OutgoingMessage(
                kind=Kind.REFILL,
                user_id=user_id,
                facts={"medication_ids": [str(each) for each in medication_ids]},
                deadline_at=minute,
                person_id=care_recipient_id,
                slot_at=minute,
            )
            for user_id in carers
        ],
    )


async def refresh_refill_notices(scope: Scope, medication_id: UUID) -> None:
    """Edit the recent reminders about this medicine's stock."""
    is_told = FACTS.contains({"medication_ids": [str(medication_id)]})
    await refresh_messages(scope, [Kind.REFILL], where=[was_due_within(NOTICE_LIFETIME), is_told])
