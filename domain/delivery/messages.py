"""Messages with their facts, read in the family's scope right before each send."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ARRAY, Uuid, any_, bindparam, case, exists, func, select, text
from sqlalchemy.orm import aliased

from domain.access import Role
from domain.database.scope import Scope
from domain.delivery.kinds import (
    MessageHeader,
    MessageKind,
    QuietHoursRule,
    Receiver,
    Subject,
)
from domain.delivery.quiet_hours import are_quiet, clock_zone, find_last_to_hear
from domain.models import (
    CareAssignment,
    CareRecipient,
    FamilyGroup,
    FamilyMember,
    Notification,
    User,
)
from domain.models.delivery import Kind, NotificationStatus


@dataclass(frozen=True)
class Message:
    """A message with its receiver and facts. `holder` is the process that is to send or edit it.

    `maybe_sent`: it may have reached the phone before.

    `obsolete` is why it needn't be sent any more; `shown_dose_ids` are the doses that it asks for.
    """

    id: UUID
    kind: Kind
    status: NotificationStatus
    version: int
    chat_id: int | None
    message_id: int | None
    attempts: int
    holder: UUID | None
    maybe_sent: bool
    receiver: Receiver
    facts: Any  # as read by its kind
    obsolete: str | None
    is_silent: bool
    shown_dose_ids: Sequence[UUID]


_newer = aliased(Notification)
_PEOPLE = (
    select(func.coalesce(func.array_agg(CareAssignment.care_recipient_id), text("'{}'::uuid[]")))
    .where(
        CareAssignment.family_id == FamilyMember.family_id,
        CareAssignment.user_id == FamilyMember.user_id,
        CareAssignment.sees,
    )
    .correlate(FamilyMember)
    .scalar_subquery()
)

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
        Notification.leased_by,
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
        case((FamilyMember.is_restricted, _PEOPLE)).label("people"),
        FamilyMember.hears_of_changes,
        FamilyMember.hides_names,
        FamilyMember.has_big_cards,
        FamilyMember.quiet_from,
        FamilyMember.quiet_until,
        # Only for who has quiet hours: it may have to be looked up.
        case((FamilyMember.quiet_from.is_not(None), clock_zone())).label("clock_zone"),
        User.hour_cycle,
        FamilyGroup.id.label("group_id"),
        FamilyGroup.chat_id.label("group_chat_id"),
        FamilyGroup.message_thread_id,
        FamilyGroup.hides_names.label("group_hides_names"),
        FamilyGroup.language_code.label("group_language"),
        FamilyGroup.unbound_at,
        exists()
        .where(
            _newer.care_recipient_id == Notification.care_recipient_id,
            _newer.slot_at == Notification.slot_at,
            func.coalesce(_newer.user_id, _newer.group_id)
            == func.coalesce(Notification.user_id, Notification.group_id),
            _newer.kind == Notification.kind,
            _newer.part == Notification.part,
            _newer.ask_no > Notification.ask_no,
        )
        .label("is_asked_again"),
    )
    .outerjoin(FamilyGroup, FamilyGroup.id == Notification.group_id)
    # A group is written to as the member who bound it would be.
    .join(User, User.id == func.coalesce(Notification.user_id, FamilyGroup.bound_by_id))
    .join(
        FamilyMember,
        (FamilyMember.user_id == User.id) & (FamilyMember.family_id == Notification.family_id),
    )
    .outerjoin(CareRecipient, CareRecipient.id == Notification.care_recipient_id)
    .where(
        Notification.id == any_(bindparam("ids", type_=ARRAY(Uuid))),
        Notification.family_id == bindparam("family_id"),
    )
)


async def read_messages(
    scope: Scope, message_ids: Sequence[UUID], *, kinds: Mapping[Kind, MessageKind[Any]]
) -> Sequence[Message]:
    """These messages of one family with their current facts; missing ones are left out. One
    statement for the messages, plus what each kind needs for all of its own.
    """
    rows = await scope.rows(_SELECT, {"ids": list(message_ids), "family_id": scope.family_id})
    headers = [
        MessageHeader(
            id=row.id,
            family_id=row.family_id,
            kind=Kind(row.kind),
            receiver=_receiver(row, kinds, now=scope.clock.now()),
            facts=row.facts,
            now=scope.clock.now(),
            sent_at=row.sent_at,
            maybe_sent=row.maybe_sent,
            person=Subject(row.care_recipient_id, row.person, ZoneInfo(row.timezone))
            if row.care_recipient_id is not None
            else None,
            slot_at=row.slot_at,
            ask_no=row.ask_no,
            part=row.part,
            menu_dose_id=row.menu_dose_id,
            is_asked_again=row.is_asked_again,
        )
        for row in rows
    ]
    facts = await _read_facts(scope, headers, kinds)
    silenced = await _find_silenced(scope, headers, kinds)
    return [
        Message(
            id=row.id,
            kind=header.kind,
            status=row.status,
            version=row.wanted_version,
            chat_id=row.chat_id,
            message_id=row.message_id,
            attempts=row.attempts,
            holder=row.leased_by,
            maybe_sent=row.maybe_sent,
            receiver=header.receiver,
            facts=facts[row.id],
            obsolete=kinds[header.kind].find_obsolete(facts[row.id]),
            is_silent=row.id in silenced or kinds[header.kind].is_silent(facts[row.id]),
            shown_dose_ids=kinds[header.kind].list_shown_doses(facts[row.id]),
        )
        for row, header in zip(rows, headers, strict=True)
    ]


def _is_closed(row: Any) -> bool:
    """Whether its receiver has left, or may not see any more whom it's about."""
    if row.left_at is not None:
        return True
    about = row.care_recipient_id
    return about is not None and row.people is not None and about not in row.people


def _tells_of_departure(row: Any, kinds: Mapping[Kind, MessageKind[Any]]) -> bool:
    """Whether it tells its own receiver that they have left."""
    is_own: bool = row.facts.get("user_id") == str(row.user_id)
    return is_own and kinds[Kind(row.kind)].tells_of_departure


def _receiver(row: Any, kinds: Mapping[Kind, MessageKind[Any]], *, now: datetime) -> Receiver:
    if row.group_id is not None:
        return Receiver(
            user_id=row.user_id,
            chat_id=row.group_chat_id,
            name=row.name,
            language_code=row.group_language,
            role=Role(row.role),
            zone=None,
            hour_cycle=row.hour_cycle,
            is_quiet=False,
            hides_names=row.group_hides_names,
            has_big_cards=False,
            hears_of_changes=True,
            has_left=row.unbound_at is not None,
            has_started=True,
            has_blocked=False,
            group_id=row.group_id,
            thread_id=row.message_thread_id,
        )
    return Receiver(
        user_id=row.user_id,
        chat_id=row.telegram_id,
        name=row.name,
        language_code=row.language_code,
        role=Role(row.role),
        zone=ZoneInfo(row.reader_timezone) if row.reader_timezone else None,
        hour_cycle=row.hour_cycle,
        is_quiet=are_quiet(row.quiet_from, row.quiet_until, row.clock_zone, now=now),
        hides_names=row.hides_names,
        has_big_cards=row.has_big_cards,
        hears_of_changes=row.hears_of_changes,
        has_left=_is_closed(row) and not _tells_of_departure(row, kinds),
        has_started=row.started_at is not None,
        has_blocked=row.blocked_at is not None,
        people=None if row.people is None else frozenset(row.people),
    )


async def _find_silenced(
    scope: Scope, headers: Sequence[MessageHeader], kinds: Mapping[Kind, MessageKind[Any]]
) -> Collection[UUID]:
    """The messages that make no sound because of their receivers' quiet hours."""
    quiet = [
        each
        for each in headers
        if each.receiver.is_quiet and kinds[each.kind].in_quiet_hours is not QuietHoursRule.SOUNDS
    ]
    for_the_last = QuietHoursRule.SOUNDS_FOR_THE_LAST
    shared = [each for each in quiet if kinds[each.kind].in_quiet_hours is for_the_last]
    return {each.id for each in quiet} - set(await find_last_to_hear(scope, shared))


async def _read_facts(
    scope: Scope, headers: Sequence[MessageHeader], kinds: Mapping[Kind, MessageKind[Any]]
) -> Mapping[UUID, Any]:
    """The current facts of each message; each kind reads those of all its own at once."""
    alike: dict[tuple[Kind, frozenset[UUID] | None], list[MessageHeader]] = defaultdict(list)
    for header in headers:
        # What is closed shows nothing of what is read.
        people = None if header.receiver.has_left else header.receiver.people
        alike[header.kind, people].append(header)
    facts: dict[UUID, Any] = {}
    for (kind, people), own in alike.items():
        if people is None:
            facts |= await kinds[kind].read(scope, own)
            continue
        async with scope.seeing(people):
            facts |= await kinds[kind].read(scope, own)
    return facts
