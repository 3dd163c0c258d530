"""Which card of its slot a dose is on: each has its line and its button, so one card holds only so
many, and a slot with more has several.

A dose keeps its place whatever becomes of the others: all that were ever made for the slot count,
in the order in which they were made. So nothing moves from card to card, and what was cancelled
comes back where it was.
"""

import hashlib
from collections.abc import Collection, Iterable, Mapping
from typing import Protocol
from uuid import UUID

from sqlalchemy import Integer, cast, func, select

from domain.database.scope import Scope
from domain.delivery.dose_messages import SLOTS, SlotKey, slot_parameters
from domain.models import Dose

DOSES_ON_A_CARD = 20
_DIGEST_LENGTH = 4


class _HasId(Protocol):
    @property
    def id(self) -> UUID: ...


def part_at(place: int) -> int:
    """The number of the card, counted from 0, on which the dose at *place* of its slot is."""
    return place // DOSES_ON_A_CARD


def digest_of(doses: Iterable[_HasId]) -> str:
    """A few letters that tell these doses from others, whatever their order: a button carries them,
    so that its press records what its question named and nothing else.
    """
    whole = b"".join(sorted(dose.id.bytes for dose in doses))
    return hashlib.sha256(whole).hexdigest()[:_DIGEST_LENGTH]


_crowded = (
    select(Dose.care_recipient_id, Dose.due_at)
    .join(
        SLOTS,
        (Dose.care_recipient_id == SLOTS.c.care_recipient_id) & (Dose.due_at == SLOTS.c.slot_at),
    )
    .group_by(Dose.care_recipient_id, Dose.due_at)
    .having(func.count() > DOSES_ON_A_CARD)
    .subquery("crowded")
)
_PLACES = select(
    Dose.id,
    cast(
        func.row_number().over(partition_by=(Dose.care_recipient_id, Dose.due_at), order_by=Dose.id)
        - 1,
        Integer,
    ).label("place"),
).join(
    _crowded,
    (Dose.care_recipient_id == _crowded.c.care_recipient_id) & (Dose.due_at == _crowded.c.due_at),
)


async def find_parts(scope: Scope, slots: Collection[SlotKey]) -> Mapping[UUID, int]:
    """The card of each dose in those of the slots that need several. One statement; works as the
    family and as the dispatcher.
    """
    rows = await scope.rows(_PLACES, slot_parameters(slots))
    return {row.id: part_at(row.place) for row in rows}
