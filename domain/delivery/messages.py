"""Messages with their facts, read in the family's scope right before each send."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ARRAY, Uuid, any_, bindparam, case, exists, func, select
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
from domain.models import CareRecipient, FamilyMember, Notification, User
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
        func.coalesce(User.telegram_id, Notification.chat_id, 0).label("private_chat_id"),
        User.name,
        User.language_code,
        User.timezone.label("reader_timezone"),
        User.started_at,
        User.blocked_at,
        FamilyMember.role,
        FamilyMember.left_at,
        FamilyMember.hears_of_changes,
        FamilyMember.hides_names,
        FamilyMember.quiet_from,
        FamilyMember.quiet_until,
        # Only for who has quiet hours: it may have to be looked up.
        case((FamilyMember.quiet_from.is_not(None), clock_zone())).label("clock_zone"),
        User.hour_cycle,
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
            receiver=Receiver(
                user_id=row.user_id,
                chat_id=row.private_chat_id,
                name=row.name,
                language_code=row.language_code,
                role=Role(row.role),
                zone=ZoneInfo(row.reader_timezone) if row.reader_timezone else None,
                hour_cycle=row.hour_cycle,
                is_quiet=are_quiet(
                    row.quiet_from, row.quiet_until, row.clock_zone, now=scope.clock.now()
                ),
                hides_names=row.hides_names,
                hears_of_changes=row.hears_of_changes,
                has_left=row.left_at is not None,
                has_started=row.started_at is not None,
                has_blocked=row.blocked_at is not None,
            ),
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
    of_kind: dict[Kind, list[MessageHeader]] = defaultdict(list)
    for header in headers:
        of_kind[header.kind].append(header)
    facts: dict[UUID, Any] = {}
    for kind, own in of_kind.items():
        facts |= await kinds[kind].read(scope, own)
    return facts
