"""Slots: a person's doses at one minute, by card."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from domain.database.scope import Scope
from domain.delivery import dose_messages
from domain.medicines.doses.card_parts import part_at
from domain.medicines.doses.facts import SELECT_DOSES, DoseFacts, fetch_doses
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
    found: dict[dose_messages.SlotKey, list[DoseFacts]] = {slot: [] for slot in slots}
    for dose in await fetch_doses(scope, _SELECT_SLOTS, dose_messages.slot_parameters(slots)):
        found[dose.care_recipient_id, dose.due_at].append(dose)
    return {slot: _slot_facts(doses) for slot, doses in found.items()}


def _slot_facts(made: Sequence[DoseFacts]) -> SlotFacts:
    """*made* are all doses ever made for the slot, in the order in which a card shows them."""
    places = {dose_id: place for place, dose_id in enumerate(sorted(dose.id for dose in made))}
    parts: dict[int, list[DoseFacts]] = {}
    cancelled: dict[int, list[DoseFacts]] = {}
    for dose in made:
        if dose.is_scheduled:
            kept = cancelled if dose.status is DoseStatus.CANCELLED else parts
            kept.setdefault(part_at(places[dose.id]), []).append(dose)
    shown = [dose for doses in parts.values() for dose in doses]
    zones = [dose.zone for dose in shown or made]
    # If the minute is the same in an old zone and in today's, show today's.
    homes = [dose.home for dose in shown if dose.home == dose.zone]
    return SlotFacts(parts, next(iter([*homes, *zones]), None), cancelled)
