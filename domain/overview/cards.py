"""A notification with everything its message says, read in its family right before each send."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ARRAY, Row, Uuid, any_, bindparam, exists, select, update
from sqlalchemy.orm import aliased

from domain.access import Action, Role
from domain.appointments.calendars import CalendarEntry, read_entries
from domain.appointments.occurrences.facts import OccurrenceFacts
from domain.appointments.occurrences.lookups import read_occurrences
from domain.database import Scope
from domain.delivery.outbox import SlotKey
from domain.errors import NotFound
from domain.events import NotificationsOwed
from domain.family.people import Person
from domain.medicines.doses.card_parts import DOSES_ON_A_CARD
from domain.medicines.doses.doses import DoseFacts, SlotFacts, list_doses, read_slots
from domain.medicines.pauses.pauses import read_paused
from domain.medicines.records.changes import RecordChange, read_changes
from domain.medicines.schedules.courses import is_over_by
from domain.medicines.stock.stock import Stock, list_stocks
from domain.models import (
    CareRecipient,
    Dose,
    Family,
    FamilyMember,
    Medication,
    Notification,
    User,
)
from domain.models.delivery import Kind, Status
from domain.models.medicines import MedicineStatus
from domain.overview.change_notices import Concern
from domain.overview.told_changes import ToldChange, read_told_changes
from domain.timers import LATE_AFTER, Step


@dataclass(frozen=True)
class Receiver:
    """Whose message it is. `chat_id` is their private chat with the bot."""

    user_id: UUID
    chat_id: int
    name: str
    language_code: str | None
    has_left: bool
    has_started: bool
    has_blocked: bool


@dataclass(frozen=True)
class CardFacts:
    """A slot as its card shows it, or one part of it. Instants are UTC. `zone` is that of the clock
    by which it was due, `home_zone` where the person lives now (None: in `zone`).
    """

    family_id: UUID
    care_recipient_id: UUID
    person: str
    zone: ZoneInfo
    slot_at: datetime
    doses: Sequence[DoseFacts]
    asked_again: bool = False  # a newer card has taken this one's place
    is_repeat: bool = False  # it may have been sent before
    is_late: bool = False
    is_reminder: bool = False  # not the first card of its slot
    is_escalated: bool = False  # those who were asked first could not be reached
    put_off: Sequence[tuple[DoseFacts, MedicineStatus]] = ()  # of medicines not given just now
    may_record: bool = True  # viewers only read
    menu_for: UUID | None = None  # the dose whose Skip and Snooze are open
    home_zone: ZoneInfo | None = None
    reader_zone: ZoneInfo | None = None
    part: int = 0
    number: int = 1  # of how many cards this is which
    count: int = 1


@dataclass(frozen=True)
class SummaryFacts:
    """Doses whose window ended in one minute, as of `now`. `was_asked`: somebody got the card. `id`
    is that of the message itself, `more` how many of its doses have no room on it.
    """

    id: UUID
    family_id: UUID
    person: str
    doses: Sequence[DoseFacts]
    was_asked: bool
    now: datetime
    reader_zone: ZoneInfo | None = None
    may_record: bool = True  # viewers only read
    more: int = 0


@dataclass(frozen=True)
class JoinedFacts:
    name: str
    role: str
    family_name: str


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


@dataclass(frozen=True)
class AppointmentItem:
    """An occurrence as it is now, and why this member is told of it."""

    step: Step
    occurrence: OccurrenceFacts


@dataclass(frozen=True)
class AppointmentFacts:
    """What one member is told of one person's appointments, as of `now`, when the message leaves.

    `reader_zone` is where the reader is, if they have said so.
    """

    family_id: UUID
    person: str
    now: datetime
    items: Sequence[AppointmentItem]
    reader_id: UUID
    reader_role: Role
    reader_zone: ZoneInfo | None
    is_repeat: bool
    is_late: bool


@dataclass(frozen=True)
class RecordChangedFacts:
    """What became of records of one person's doses that the reader had made."""

    person: str
    items: Sequence[RecordChange]


@dataclass(frozen=True)
class PauseEndsFacts:
    """That a person's pause ends at `until` (UTC), with what goes on then, and courses that are
    `over` by then; `pause` is what it is by now. `kept_by` has said that it ends so.
    """

    family_id: UUID
    person: Person
    until: datetime
    now: datetime
    medicines: Sequence[str]
    kept_by: str | None
    over: Sequence[str] = ()
    reader_zone: ZoneInfo | None = None

    @property
    def still_holds(self) -> bool:
        """Whether the pause ends, or has ended, when it was announced."""
        pause = self.person.pause
        return self.now >= self.until if pause is None else pause.until == self.until


@dataclass(frozen=True)
class CalendarFacts:
    """All the parts of a series that the reader has put into their calendar, as of `now`."""

    entries: Sequence[CalendarEntry]
    now: datetime


@dataclass(frozen=True)
class ChangesFacts:
    """What others have changed, as of `now`, and how many `more` changes there are. `hears`: the
    reader is told of such changes.
    """

    family_id: UUID
    items: Sequence[ToldChange]
    more: int
    now: datetime
    reader_id: UUID
    reader_zone: ZoneInfo | None
    hears: bool
    is_repeat: bool


Facts: TypeAlias = (
    CardFacts
    | SummaryFacts
    | JoinedFacts
    | RefillFacts
    | AppointmentFacts
    | RecordChangedFacts
    | PauseEndsFacts
    | CalendarFacts
    | ChangesFacts
)


@dataclass(frozen=True)
class Message:
    """A notification, its receiver, and the facts it tells."""

    id: UUID
    status: Status
    version: int
    chat_id: int | None
    message_id: int | None
    attempts: int
    receiver: Receiver
    facts: Facts


_newer = aliased(Notification)

_SELECT = (
    select(
        Notification.id,
        Notification.family_id,
        Notification.kind,
        Notification.status,
        Notification.wanted_version,
        Notification.chat_id,
        Notification.message_id,
        Notification.attempts,
        Notification.maybe_sent,
        Notification.sent_at,
        Notification.slot_at,
        Notification.ask_no,
        Notification.part,
        Notification.facts,
        Notification.menu_dose_id,
        CareRecipient.id.label("care_recipient_id"),
        CareRecipient.name.label("person"),
        CareRecipient.timezone,
        User.id.label("user_id"),
        User.telegram_id,
        User.name,
        User.language_code,
        User.timezone.label("reader_timezone"),
        User.started_at,
        User.blocked_at,
        FamilyMember.role,
        FamilyMember.left_at,
        FamilyMember.hears_of_changes,
        exists()
        .where(
            _newer.care_recipient_id == Notification.care_recipient_id,
            _newer.slot_at == Notification.slot_at,
            _newer.user_id == Notification.user_id,
            _newer.kind == Notification.kind,
            _newer.part == Notification.part,
            _newer.ask_no > Notification.ask_no,
        )
        .label("is_asked_again"),
    )
    .join(User, User.id == Notification.user_id)
    .join(
        FamilyMember,
        (FamilyMember.user_id == Notification.user_id)
        & (FamilyMember.family_id == Notification.family_id),
    )
    .outerjoin(CareRecipient, CareRecipient.id == Notification.care_recipient_id)
    .where(
        Notification.id == any_(bindparam("ids", type_=ARRAY(Uuid))),
        Notification.family_id == bindparam("family_id"),
    )
)


async def read_message(scope: Scope, notification_id: UUID) -> Message:
    """Everything a notification says at this moment. As the family. Raises NotFound."""
    messages = await read_messages(scope, [notification_id])
    if not messages:
        raise NotFound
    return messages[0]


async def read_messages(scope: Scope, notification_ids: Sequence[UUID]) -> Sequence[Message]:
    """As :func:`read_message`, for several of one family together; those that are gone are left
    out. One statement for the messages, and one for the doses of all cards among them.
    """
    rows = await scope.rows(_SELECT, {"ids": list(notification_ids), "family_id": scope.family_id})
    slots = {(row.care_recipient_id, row.slot_at) for row in rows if row.kind == Kind.SLOT_CARD}
    found = await read_slots(scope, slots) if slots else {}
    by_part = [part for slot in found.values() for part in slot.cancelled.values()]
    put_off = await _put_off(scope, [dose for part in by_part for dose in part])
    return [_message(row, await _facts(scope, row, found, put_off)) for row in rows]


async def _put_off(scope: Scope, cancelled: Sequence[DoseFacts]) -> Mapping[UUID, MedicineStatus]:
    """Of medicines whose doses here were cancelled: those that are paused or stopped. Usually there
    are none, and nothing is asked.
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
    return {row.id: MedicineStatus(row.status) for row in rows}


def _message(row: Row[Any], facts: Facts) -> Message:
    return Message(
        id=row.id,
        status=Status(row.status),
        version=row.wanted_version,
        chat_id=row.chat_id,
        message_id=row.message_id,
        attempts=row.attempts,
        receiver=Receiver(
            user_id=row.user_id,
            chat_id=row.telegram_id,
            name=row.name,
            language_code=row.language_code,
            has_left=row.left_at is not None,
            has_started=row.started_at is not None,
            has_blocked=row.blocked_at is not None,
        ),
        facts=facts,
    )


async def open_menu(scope: Scope, dose_id: UUID, *, is_open: bool) -> None:
    """Open or close Skip and Snooze of a dose on the reader's own card. Raises NotFound."""
    member = scope.require(Action.READ)
    slot = await scope.row(
        select(Dose.care_recipient_id, Dose.due_at).where(
            Dose.id == dose_id, Dose.family_id == member.family_id
        )
    )
    if slot is None:
        raise NotFound
    await scope.execute(
        update(Notification)
        .where(
            Notification.care_recipient_id == slot.care_recipient_id,
            Notification.slot_at == slot.due_at,
            Notification.user_id == member.user_id,
            Notification.kind == Kind.SLOT_CARD,
            Notification.status == Status.SENT,
        )
        .values(
            wanted_version=Notification.wanted_version + 1,
            menu_dose_id=dose_id if is_open else None,
        )
    )
    scope.publish(NotificationsOwed())


async def _facts(
    scope: Scope,
    row: Row[Any],
    slots: Mapping[SlotKey, SlotFacts],
    put_off: Mapping[UUID, MedicineStatus],
) -> Facts:
    match Kind(row.kind):
        case Kind.SLOT_CARD:
            slot = (row.care_recipient_id, row.slot_at)
            return _card(row, slots[slot], put_off, now=scope.clock.now())
        case Kind.MISSED | Kind.NOT_ASKED:
            told = await list_doses(scope, [UUID(dose) for dose in row.facts["dose_ids"]])
            return SummaryFacts(
                id=row.id,
                family_id=row.family_id,
                person=row.person,
                doses=told[:DOSES_ON_A_CARD],
                was_asked=row.kind == Kind.MISSED,
                now=scope.clock.now(),
                reader_zone=ZoneInfo(row.reader_timezone) if row.reader_timezone else None,
                may_record=row.role != Role.VIEWER,
                more=len(told[DOSES_ON_A_CARD:]),
            )
        case Kind.JOINED:
            return await _joined(scope, row)
        case Kind.REFILL:
            return await _refill(scope, row)
        case Kind.APPOINTMENT:
            return await _appointments(scope, row)
        case Kind.RECORD_CHANGED:
            records = {UUID(dose): UUID(log) for dose, log in row.facts["records"].items()}
            return RecordChangedFacts(
                row.person, await read_changes(scope, records, reader_id=row.user_id)
            )
        case Kind.PAUSE_ENDS:
            return await _pause_ends(scope, row)
        case Kind.CALENDAR:
            entries = await read_entries(scope, UUID(row.facts["origin_id"]))
            return CalendarFacts(entries, scope.clock.now())
        case Kind.CHANGES:
            return await _changes(scope, row)


def _card(
    row: Row[Any],
    slot: SlotFacts,
    put_off: Mapping[UUID, MedicineStatus],
    *,
    now: datetime,
) -> CardFacts:
    shown_at, home = row.sent_at or now, ZoneInfo(row.timezone)
    parts = sorted(slot.parts)
    return CardFacts(
        family_id=row.family_id,
        care_recipient_id=row.care_recipient_id,
        person=row.person,
        zone=slot.zone or home,
        home_zone=home,
        reader_zone=ZoneInfo(row.reader_timezone) if row.reader_timezone else None,
        slot_at=row.slot_at,
        doses=slot.parts.get(row.part, ()),
        put_off=[
            (dose, put_off[dose.medication_id])
            for dose in slot.cancelled.get(row.part, ())
            if dose.medication_id in put_off
        ],
        part=row.part,
        number=parts.index(row.part) + 1 if row.part in slot.parts else 1,
        count=len(parts),
        asked_again=row.is_asked_again,
        is_repeat=row.maybe_sent,
        is_late=row.ask_no == 0 and shown_at > row.slot_at + LATE_AFTER,
        is_reminder=row.ask_no > 0,
        is_escalated=row.facts.get("escalated", False),
        may_record=row.role != Role.VIEWER,
        menu_for=row.menu_dose_id,
    )


async def _joined(scope: Scope, row: Row[Any]) -> JoinedFacts:
    newcomer = UUID(row.facts["user_id"])
    found = await scope.row(
        select(User.name, Family.name.label("family_name"))
        .select_from(User)
        .join(Family, Family.id == scope.family_id)
        .where(User.id == newcomer)
    )
    if found is None:
        raise NotFound
    return JoinedFacts(found.name, row.facts["role"], found.family_name)


async def _refill(scope: Scope, row: Row[Any]) -> RefillFacts:
    found = [UUID(medication_id) for medication_id in row.facts["medication_ids"]]
    items = [
        RefillItem(
            medication_id=medicine.id,
            name=medicine.name,
            stock=stock,
            is_low=stock.is_low and medicine.status is MedicineStatus.ACTIVE,
            is_given=medicine.status is MedicineStatus.ACTIVE,
        )
        for medicine, stock in await list_stocks(scope, found)
        if stock.amount is not None
    ]
    return RefillFacts(row.family_id, row.person, ZoneInfo(row.timezone), scope.clock.now(), items)


async def _appointments(scope: Scope, row: Row[Any]) -> AppointmentFacts:
    steps = {UUID(key): Step(step) for key, step in row.facts["steps"].items()}
    found = await read_occurrences(scope, list(steps))
    now = scope.clock.now()
    return AppointmentFacts(
        family_id=row.family_id,
        person=row.person,
        now=now,
        items=[AppointmentItem(steps[occurrence.id], occurrence) for occurrence in found],
        reader_id=row.user_id,
        reader_role=Role(row.role),
        reader_zone=ZoneInfo(row.reader_timezone) if row.reader_timezone else None,
        is_repeat=row.maybe_sent,
        is_late=(row.sent_at or now) > row.slot_at + LATE_AFTER,
    )


async def _changes(scope: Scope, row: Row[Any]) -> ChangesFacts:
    concerns = {UUID(key): Concern(each) for key, each in row.facts["events"].items()}
    if row.sent_at is None and not row.hears_of_changes:
        concerns = {key: each for key, each in concerns.items() if each is Concern.OWN}
    items, more = await read_told_changes(scope, concerns, is_sent=row.sent_at is not None)
    return ChangesFacts(
        family_id=row.family_id,
        items=items,
        more=more,
        now=scope.clock.now(),
        reader_id=row.user_id,
        reader_zone=ZoneInfo(row.reader_timezone) if row.reader_timezone else None,
        hears=row.hears_of_changes,
        is_repeat=row.maybe_sent,
    )


async def _pause_ends(scope: Scope, row: Row[Any]) -> PauseEndsFacts:
    paused = await read_paused(scope, row.care_recipient_id)
    until = datetime.fromisoformat(row.facts["until"])
    over = [each for each in paused.medicines if is_over_by(each.schedule, each.zone, until)]
    return PauseEndsFacts(
        family_id=row.family_id,
        person=paused.person,
        until=until,
        now=scope.clock.now(),
        medicines=[each.name for each in paused.medicines if each not in over],
        kept_by=row.facts.get("kept_by"),
        over=[each.name for each in over],
        reader_zone=ZoneInfo(row.reader_timezone) if row.reader_timezone else None,
    )
