"""Slot cards: the doses they ask for, and their menu."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select

from domain.access import Action
from domain.database.scope import Scope
from domain.delivery import dose_messages
from domain.delivery.kinds import MessageHeader, MessageKind, QuietHoursRule
from domain.errors import NotFound
from domain.medicines.doses.asked_members import list_asked
from domain.medicines.doses.facts import DoseFacts
from domain.medicines.doses.slots import SlotFacts, read_slots
from domain.models import Dose, Medication
from domain.models.delivery import Kind
from domain.models.medicines import DoseStatus, MedicineStatus
from domain.timers import LATE_AFTER


@dataclass(frozen=True)
class CardFacts:
    """One card of a slot. Instants are UTC. `zone` is the one in which the slot was due,
    `home_zone` where the person lives now (None: in `zone`).
    """

    family_id: UUID
    care_recipient_id: UUID
    person: str
    zone: ZoneInfo
    slot_at: datetime
    doses: Sequence[DoseFacts]
    asked_again: bool = False  # a newer card replaces this one
    is_repeat: bool = False  # it may have been sent already
    is_late: bool = False
    silence: tuple[datetime, datetime] | None = None  # when nobody was heard, before it asked
    is_reminder: bool = False  # not the first card of its slot
    is_escalated: bool = False  # those who are asked first couldn't be reached
    asked: Sequence[str] = ()  # of whoever is told only now: who was asked before
    is_told: bool = False  # nobody who was asked has recorded it
    suspended: Sequence[tuple[DoseFacts, MedicineStatus]] = ()  # of paused or stopped medicines
    may_record: bool = True  # viewers only read
    hides_names: bool = False  # the reader wants no names on it
    is_big: bool = False  # short, with one button
    menu_for: UUID | None = None  # the dose whose Skip and Snooze are open
    home_zone: ZoneInfo | None = None
    reader_zone: ZoneInfo | None = None
    part: int = 0
    number: int = 1  # this card's number, out of `count`
    count: int = 1


async def _read_all(scope: Scope, headers: Sequence[MessageHeader]) -> Mapping[UUID, CardFacts]:
    """One statement for the doses of all these cards."""
    slots = await read_slots(scope, {(card.subject.id, card.minute) for card in headers})
    by_part = [part for slot in slots.values() for part in slot.cancelled.values()]
    suspended = await _find_suspended(scope, [dose for part in by_part for dose in part])
    asked = await list_asked(scope, [dose_id for card in headers for dose_id in _told_of(card)])
    return {
        card.id: _card(card, slots[card.subject.id, card.minute], suspended, asked)
        for card in headers
    }


async def _find_suspended(
    scope: Scope, cancelled: Sequence[DoseFacts]
) -> Mapping[UUID, MedicineStatus]:
    """The status of those medicines of cancelled doses that are paused or stopped. Usually there
    are none, and nothing is queried.
    """
    if not cancelled:
        return {}
    rows = await scope.rows(
        select(Medication.id, Medication.status).where(
            Medication.id.in_({dose.medication_id for dose in cancelled}),
            Medication.status != MedicineStatus.ACTIVE,
            Medication.deleted_at.is_(None),
        )
    )
    return {row.id: row.status for row in rows}


def _silence(header: MessageHeader) -> tuple[datetime, datetime] | None:
    if "silent_since" not in header.facts:
        return None
    since, until = (header.facts[name] for name in ("silent_since", "silent_until"))
    return datetime.fromisoformat(since), datetime.fromisoformat(until)


def _told_of(header: MessageHeader) -> Sequence[UUID]:
    """The doses of which somebody is told who wasn't asked."""
    return [UUID(dose_id) for dose_id in header.facts.get("told", ())]


def _card(
    header: MessageHeader,
    slot: SlotFacts,
    suspended: Mapping[UUID, MedicineStatus],
    asked: Mapping[UUID, Mapping[UUID, str]],
) -> CardFacts:
    told = _told_of(header)
    names = {who: name for dose_id in told for who, name in asked.get(dose_id, {}).items()}
    home = header.subject.zone
    parts = sorted(slot.parts)
    return CardFacts(
        family_id=header.family_id,
        care_recipient_id=header.subject.id,
        person=header.subject.name,
        zone=slot.zone or home,
        home_zone=home,
        reader_zone=header.receiver.zone,
        slot_at=header.minute,
        doses=slot.parts.get(header.part, ()),
        suspended=[
            (dose, suspended[dose.medication_id])
            for dose in slot.cancelled.get(header.part, ())
            if dose.medication_id in suspended
        ],
        part=header.part,
        number=parts.index(header.part) + 1 if header.part in slot.parts else 1,
        count=len(parts),
        asked_again=header.is_asked_again,
        is_repeat=header.maybe_sent,
        is_late=header.ask_no == 0 and header.shown_at > header.minute + LATE_AFTER,
        is_reminder=header.ask_no > 0,
        silence=_silence(header),
        is_escalated=header.facts.get("escalated", False),
        asked=sorted(names.values()),
        is_told=bool(told),
        may_record=header.receiver.may_record,
        hides_names=header.receiver.hides_names,
        is_big=header.receiver.has_big_cards,
        menu_for=header.menu_dose_id,
    )


def _find_obsolete(facts: CardFacts) -> str | None:
    if any(dose.status is DoseStatus.PENDING for dose in facts.doses):
        return None
    return "answered before it was sent"


def _list_shown_doses(facts: CardFacts) -> Sequence[UUID]:
    return [dose.id for dose in facts.doses]


SLOT_CARD = MessageKind(
    Kind.SLOT_CARD,
    _read_all,
    find_obsolete=_find_obsolete,
    list_shown_doses=_list_shown_doses,
    in_quiet_hours=QuietHoursRule.SOUNDS_FOR_THE_LAST,
)


async def open_menu(
    scope: Scope, dose_id: UUID, *, is_open: bool, group_chat_id: int | None = None
) -> None:
    """Open or close Skip and Snooze of a dose on the reader's own card, or on that in the group.
    Raises NotFound.
    """
    member = scope.require(Action.READ)
    slot = await scope.row(
        select(Dose.care_recipient_id, Dose.due_at).where(
            Dose.id == dose_id, Dose.family_id == member.family_id
        )
    )
    if slot is None:
        raise NotFound
    await dose_messages.open_menu(
        scope,
        (slot.care_recipient_id, slot.due_at),
        user_id=member.user_id,
        group_chat_id=group_chat_id,
        dose_id=dose_id if is_open else None,
    )
