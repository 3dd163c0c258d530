"""Binding a group for a family's cards, and what becomes of cards when it's lost."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, text, update
from sqlalchemy.dialects.postgresql import insert

from domain import audit
from domain.access import Action
from domain.database.scope import Scope
from domain.delivery.new_messages import OutgoingMessage, queue_messages
from domain.delivery.shown_messages import EDITABLE_FOR
from domain.events import NotificationsQueued
from domain.family.errors import GroupTaken
from domain.family.group import notice
from domain.family.group.reading import GroupChat, GroupFacts, find_group, get_group
from domain.models import Family, FamilyGroup, Notification, User, new_id
from domain.models.delivery import Kind, Lane, NotificationStatus
from domain.models.groups import Receives, Unbound
from domain.reminders.recipients import list_members_by_person

TITLE_LENGTH = 128  # as long as Telegram allows


@dataclass(frozen=True)
class Bound:
    """A group that cards go to now. `is_new`: it wasn't the family's before."""

    group: GroupFacts
    is_new: bool


async def bind_group(
    scope: Scope, chat: GroupChat, *, receives: Receives, hides_names: bool = False
) -> Bound:
    """Send the family's cards to this group, into the topic it was bound in. It replaces the
    family's present group; of the present one, only the settings change.

    Raises NotAllowed for anybody but its admins, and GroupTaken if another family uses the group.
    """
    member = scope.require(Action.MANAGE_FAMILY)
    # Two admins at once: the second finds what the first one has bound.
    await scope.execute(
        select(Family.id).where(Family.id == member.family_id).with_for_update(key_share=True)
    )
    present = await find_group(scope)
    if present is not None and present.chat_id == chat.chat_id:
        changed = await _set(
            scope, present, receives=receives, hides_names=hides_names, thread_id=chat.thread_id
        )
        return Bound(changed, is_new=False)
    if present is not None:
        await _end(scope, present.id, Unbound.REPLACED)
    language = await scope.connection.scalar(
        select(User.language_code).where(User.id == member.user_id)
    )
    group_id = new_id()
    taken = await scope.row(
        insert(FamilyGroup)
        .values(
            id=group_id,
            family_id=member.family_id,
            chat_id=chat.chat_id,
            message_thread_id=chat.thread_id,
            title=chat.title[:TITLE_LENGTH],
            receives=receives,
            hides_names=hides_names,
            language_code=language,
            bound_by_id=member.user_id,
        )
        .on_conflict_do_nothing()
        .returning(FamilyGroup.id)
    )
    if taken is None:
        raise GroupTaken
    await _record(
        scope, "group.bound", group_id, after={"receives": receives, "hides_names": hides_names}
    )
    await notice.tell_others(scope, group_id)
    return Bound(await get_group(scope, group_id), is_new=True)


async def set_receives(scope: Scope, group_id: UUID, receives: Receives) -> GroupFacts:
    """Send cards to the group beside private chats, or instead, from the next card on.

    Raises NotAllowed, and NotFound if it isn't the family's group any more.
    """
    scope.require(Action.MANAGE_FAMILY)
    group = await get_group(scope, group_id)
    return await _set(scope, group, receives=receives, hides_names=group.hides_names)


async def set_hides_names(scope: Scope, group_id: UUID, *, hidden: bool) -> GroupFacts:
    """Leave out of the group's cards what is taken, or don't; cards that are there follow. Raises
    as :func:`set_receives`.
    """
    scope.require(Action.MANAGE_FAMILY)
    group = await get_group(scope, group_id)
    return await _set(scope, group, receives=group.receives, hides_names=hidden)


async def unbind_group(scope: Scope, group_id: UUID) -> GroupFacts:
    """Send no more cards to the group. Raises as :func:`set_receives`."""
    scope.require(Action.MANAGE_FAMILY)
    group = await get_group(scope, group_id)
    await _end(scope, group_id, Unbound.ADMIN)
    await notice.tell_others(scope, group_id, why=Unbound.ADMIN)
    return group


async def lose_group(scope: Scope, group_id: UUID, why: Unbound) -> bool:
    """The bot can't write to the group any more: tell the admins. Returns whether that is news.
    Runs as the bot itself, in the group's family.
    """
    is_news = await _end(scope, group_id, why)
    if is_news:
        await notice.tell_admins(scope, group_id, why=why)
    return is_news


async def _set(
    scope: Scope,
    group: GroupFacts,
    *,
    receives: Receives,
    hides_names: bool,
    thread_id: int | None = None,
) -> GroupFacts:
    values: dict[str, Any] = {"receives": receives, "hides_names": hides_names}
    if thread_id is not None:
        values["message_thread_id"] = thread_id
    await scope.execute(update(FamilyGroup).where(FamilyGroup.id == group.id).values(values))
    before = {"receives": group.receives, "hides_names": group.hides_names}
    after = {"receives": receives, "hides_names": hides_names}
    if before != after:
        await _record(scope, "group.changed", group.id, before=before, after=after)
    if group.receives is not receives:
        await notice.tell_others(scope, group.id)
    if group.hides_names is not hides_names:
        await _refresh(scope, group.id)
    return GroupFacts(group.id, group.chat_id, group.title, receives, hides_names)


async def _end(scope: Scope, group_id: UUID, why: Unbound) -> bool:
    """End it, and ask in private at once about whatever it was asked about and is open: whoever
    has that card already keeps it. Returns whether it was the family's group until now.
    """
    ended = await scope.execute(
        update(FamilyGroup)
        .where(FamilyGroup.id == group_id, FamilyGroup.unbound_at.is_(None))
        .values(unbound_at=func.clock_now(), why=why)
    )
    if not ended:
        return False
    await _record(scope, "group.unbound", group_id, after={"why": why})
    await _ask_in_private(scope, group_id)
    if why in (Unbound.ADMIN, Unbound.REPLACED):
        await _refresh(scope, group_id)  # its cards say that they are over
    else:
        await _give_up(scope, group_id)
    return True


# The newest card of each part of a slot in which anything is open.
_OPEN_CARDS = text("""
    SELECT DISTINCT ON (n.care_recipient_id, n.slot_at, n.part)
           n.care_recipient_id, n.slot_at, n.part, n.ask_no, n.facts, n.deadline_at
    FROM notifications n
    WHERE n.group_id = :group_id AND n.status IN ('pending', 'sent')
      AND EXISTS (SELECT FROM doses d
                  WHERE d.care_recipient_id = n.care_recipient_id AND d.due_at = n.slot_at
                    AND d.status = 'pending' AND n.facts -> 'dose_ids' ? d.id::text)
    ORDER BY n.care_recipient_id, n.slot_at, n.part, n.ask_no DESC
""")


async def _ask_in_private(scope: Scope, group_id: UUID) -> None:
    cards = await scope.rows(_OPEN_CARDS, {"group_id": group_id})
    people = await list_members_by_person(scope, {card.care_recipient_id for card in cards})
    await queue_messages(
        scope,
        [
            OutgoingMessage(
                kind=Kind.SLOT_CARD,
                user_id=member.user_id,
                facts={"dose_ids": card.facts["dose_ids"]},
                deadline_at=card.deadline_at,
                person_id=card.care_recipient_id,
                slot_at=card.slot_at,
                ask_no=card.ask_no,
                part=card.part,
            )
            for card in cards
            for member in people.get(card.care_recipient_id, ())
            if member.is_asked_first
        ],
    )


async def _refresh(scope: Scope, group_id: UUID) -> None:
    """Edit the cards that the group shows."""
    await scope.execute(
        update(Notification)
        .where(
            Notification.group_id == group_id,
            Notification.status == NotificationStatus.SENT,
            Notification.sent_at > func.clock_now() - EDITABLE_FOR,
        )
        .values(wanted_version=Notification.wanted_version + 1)
    )
    scope.publish(NotificationsQueued())


async def _give_up(scope: Scope, group_id: UUID) -> None:
    """Nobody can edit what the group shows, nor send what it should have got."""
    await scope.execute(
        update(Notification)
        .where(
            Notification.group_id == group_id,
            Notification.status.in_((NotificationStatus.PENDING, NotificationStatus.SENT)),
            (Notification.status == NotificationStatus.PENDING)
            | (Notification.shown_version < Notification.wanted_version),
        )
        .values(
            shown_version=Notification.wanted_version,
            status=text("CASE status WHEN 'pending' THEN 'unreachable' ELSE status END"),
            reason=func.coalesce(Notification.reason, "the group is lost"),
            leased_until=None,
        )
    )


async def move_group(scope: Scope, group_id: UUID, *, to: int) -> None:
    """The group has another chat id by now (it became a supergroup), and no topic. Cards of open
    doses are sent once more, since those in the old chat can't be edited. Idempotent; runs as the
    bot itself.
    """
    moved = await scope.execute(
        update(FamilyGroup)
        .where(FamilyGroup.id == group_id, FamilyGroup.chat_id != to)
        .values(chat_id=to, message_thread_id=None)
    )
    if not moved:
        return
    await _record(scope, "group.moved", group_id)
    await scope.execute(_SEND_AGAIN, {"group_id": group_id, "new_chat": to, "due": Lane.DUE})
    await scope.execute(
        update(Notification)
        .where(
            Notification.group_id == group_id,
            Notification.status == NotificationStatus.SENT,
            Notification.chat_id != to,
        )
        .values(shown_version=Notification.wanted_version, leased_until=None)
    )
    scope.publish(NotificationsQueued())


_SEND_AGAIN = text("""
    UPDATE notifications n
    SET status = 'pending', chat_id = NULL, message_id = NULL, sent_at = NULL,
        shown_dose_ids = NULL, shown_version = 0, wanted_version = n.wanted_version + 1,
        lane = :due, not_before = NULL, leased_until = NULL
    WHERE n.group_id = :group_id AND n.status = 'sent' AND n.chat_id <> :new_chat
      AND EXISTS (SELECT FROM doses d
                  WHERE d.care_recipient_id = n.care_recipient_id AND d.due_at = n.slot_at
                    AND d.status = 'pending' AND n.facts -> 'dose_ids' ? d.id::text)
      AND NOT EXISTS (SELECT FROM notifications newer
                      WHERE newer.group_id = n.group_id AND newer.slot_at = n.slot_at
                        AND newer.care_recipient_id = n.care_recipient_id
                        AND newer.part = n.part AND newer.ask_no > n.ask_no)
""")


async def leave_topic(scope: Scope, group_id: UUID) -> None:
    """The topic that cards went to is closed or gone: they go to the group's general one."""
    await scope.execute(
        update(FamilyGroup).where(FamilyGroup.id == group_id).values(message_thread_id=None)
    )


async def _record(
    scope: Scope,
    action: str,
    group_id: UUID,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    await audit.record(
        scope,
        action,
        subject_type="group",
        subject_id=group_id,
        before=None if before is None else dict(before),
        after=None if after is None else dict(after),
    )
