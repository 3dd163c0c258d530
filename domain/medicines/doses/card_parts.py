"""Distributing the doses of a slot over cards: a dose needs a line and a button, so a card holds
only so many, and a larger slot has several cards.

A dose keeps its place whatever happens to the others: all doses ever made for the slot count, in
the order in which they were made. So no dose moves to another card, and a cancelled dose that is
revived returns to its place.
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
    """The number of the card, from 0, that has the dose at *place* of its slot."""
    return place // DOSES_ON_A_CARD


def digest_of(doses: Iterable[_HasId]) -> str:
    """A few characters that identify this set of doses. A button carries them, so that pressing it
    records exactly what its question named.
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
    """The card number of each dose in those slots that need several cards. One statement; works as
    the family and as the dispatcher.
    """
    rows = await scope.rows(_PLACES, slot_parameters(slots))
    return {row.id: part_at(row.place) for row in rows}
