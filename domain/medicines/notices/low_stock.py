"""The reminder to refill what runs out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from domain.database import Scope
from domain.delivery.kinds import MessageHeader, MessageKind, one_by_one
from domain.medicines.stock.levels import Stock, list_stocks
from domain.models.delivery import Kind
from domain.models.medicines import MedicineStatus


@dataclass(frozen=True)
class RefillItem:
    """A medicine that runs out, or did when it was told; `is_given` unless it is paused or stopped
    by now.
    """

    medication_id: UUID
    name: str
    stock: Stock
    is_low: bool
    is_given: bool = True


@dataclass(frozen=True)
class RefillFacts:
    """What runs out of one person's medicines, as of `now`."""

    family_id: UUID
    person: str
    zone: ZoneInfo
    now: datetime
    items: Sequence[RefillItem]


async def _read(scope: Scope, header: MessageHeader) -> RefillFacts:
    told = [UUID(medication_id) for medication_id in header.told["medication_ids"]]
    items = [
        RefillItem(
            medication_id=medicine.id,
            name=medicine.name,
            stock=stock,
            is_low=stock.is_low and medicine.status is MedicineStatus.ACTIVE,
            is_given=medicine.status is MedicineStatus.ACTIVE,
        )
        for medicine, stock in await list_stocks(scope, told)
        if stock.amount is not None
    ]
    person = header.subject
    return RefillFacts(header.family_id, person.name, person.zone, header.now, items)


def _find_obsolete(facts: RefillFacts) -> str | None:
    if any(item.is_low and item.stock.promised_by is None for item in facts.items):
        return None
    return "refilled or promised before it was sent"


REFILL = MessageKind(Kind.REFILL, one_by_one(_read), find_obsolete=_find_obsolete)
