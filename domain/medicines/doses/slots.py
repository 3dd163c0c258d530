"""Slots: a person's doses at one minute, by card."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Row

from domain.database.scope import Scope
from domain.delivery import dose_messages
from domain.medicines.doses.card_parts import part_at
from domain.medicines.doses.facts import SELECT_DOSES, DoseFacts, dose_facts
from domain.models import Dose
from domain.models.medicines import DoseStatus


@dataclass(frozen=True)
class SlotFacts:
    """A person's doses at one minute, by card (see :mod:`domain.medicines.doses.card_parts`):
    `parts`, and separately the `cancelled` ones. `zone` is the one in which they are due, None if
    there never were any.
    """

    parts: Mapping[int, Sequence[DoseFacts]]
    zone: ZoneInfo | None
    cancelled: Mapping[int, Sequence[DoseFacts]] = field(default_factory=dict)

    @property
    def doses(self) -> Sequence[DoseFacts]:
        return [dose for part in sorted(self.parts) for dose in self.parts[part]]


_SELECT_SLOTS = SELECT_DOSES.where(
    Dose.care_recipient_id == dose_messages.SLOTS.c.care_recipient_id,
    Dose.due_at == dose_messages.SLOTS.c.slot_at,
)


async def read_slot(scope: Scope, care_recipient_id: UUID, slot_at: datetime) -> SlotFacts:
    """All doses of a person at one minute, by card."""
    slot = (care_recipient_id, slot_at)
    return (await read_slots(scope, {slot}))[slot]


async def read_slots(
    scope: Scope, slots: Collection[dose_messages.SlotKey]
) -> Mapping[dose_messages.SlotKey, SlotFacts]:
    """Like :func:`read_slot`, for several slots (person, due at) in one statement."""
    found: dict[dose_messages.SlotKey, list[Row[Any]]] = {slot: [] for slot in slots}
    parameters = {"of_family": scope.family_id, **dose_messages.slot_parameters(slots)}
    for row in await scope.rows(_SELECT_SLOTS, parameters):
        found[row.care_recipient_id, row.due_at].append(row)
    return {slot: _slot_facts(rows) for slot, rows in found.items()}


def _slot_facts(rows: Sequence[Row[Any]]) -> SlotFacts:
    """*rows* are all doses ever made for the slot, in the order in which a card shows them."""
    places = {dose_id: place for place, dose_id in enumerate(sorted(row.id for row in rows))}
    parts: dict[int, list[DoseFacts]] = {}
    cancelled: dict[int, list[DoseFacts]] = {}
    for row in rows:
        if row.is_scheduled:
            kept = cancelled if row.status == DoseStatus.CANCELLED else parts
            kept.setdefault(part_at(places[row.id]), []).append(dose_facts(row))
    shown = [dose for doses in parts.values() for dose in doses]
    zones = [dose.zone for dose in shown] or [ZoneInfo(row.timezone) for row in rows]
    # If the minute is the same in an old zone and in today's, show today's.
    homes = [dose.home for dose in shown if dose.home == dose.zone]
    return SlotFacts(parts, next(iter([*homes, *zones]), None), cancelled)
