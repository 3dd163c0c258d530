"""Refreshing messages: editing those that people have when their content changes."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, case, func, select, update

from domain.database.scope import Scope
from domain.events import NotificationsQueued
from domain.models import FamilyMember, Notification
from domain.models.delivery import Kind, NotificationStatus

EDITABLE_FOR = timedelta(hours=48)  # how long Telegram lets a bot edit a message

# Conditions for :func:`refresh_messages`, together with the functions below.
FACTS = Notification.facts
IS_WAITING = (Notification.status == NotificationStatus.PENDING) & Notification.leased_until.is_(
    None
)
IS_SENT = Notification.status == NotificationStatus.SENT


def is_about(person_id: UUID) -> ColumnElement[bool]:
    return Notification.care_recipient_id == person_id


def is_for(user_id: UUID) -> ColumnElement[bool]:
    return Notification.user_id == user_id


def was_due_within(period: timedelta) -> ColumnElement[bool]:
    """Whether its minute lies within the last *period*."""
    return Notification.slot_at > func.clock_now() - period


def was_sent_within(period: timedelta) -> ColumnElement[bool]:
    return Notification.sent_at > func.clock_now() - period


@dataclass(frozen=True)
class RefreshedMessage:
    """A message that will be edited. If it `is_waiting`, nobody has begun to send it, and it will
    be sent with its new content.
    """

    user_id: UUID
    slot_at: datetime | None
    facts: Mapping[str, Any]
    is_waiting: bool


async def refresh_messages(
    scope: Scope,
    kinds: Collection[Kind],
    *,
    where: Sequence[ColumnElement[bool]],
    facts: Mapping[str, str] | None = None,
    also_obsolete: bool = False,
) -> Sequence[RefreshedMessage]:
    """Edit the family's messages of these *kinds* that meet all these conditions; returns them.

    *facts* are merged into theirs. With *also_obsolete*, messages that became obsolete before they
    were sent are sent after all. What is neither on a phone nor on its way stays as it is: there is
    nothing to edit, so it would be owed for ever.
    """
    concerned = [NotificationStatus.PENDING, NotificationStatus.SENT]
    if also_obsolete:
        concerned.append(NotificationStatus.OBSOLETE)
    values: dict[str, Any] = {"wanted_version": Notification.wanted_version + 1}
    if facts is not None:
        values["facts"] = Notification.facts.concat(facts)
    if also_obsolete:
        values["status"] = case(
            (Notification.status == NotificationStatus.OBSOLETE, NotificationStatus.PENDING),
            else_=Notification.status,
        )
    rows = await scope.rows(
        update(Notification)
        .where(
            Notification.family_id == scope.family_id,
            Notification.kind.in_(kinds),
            Notification.status.in_(concerned),
            *where,
        )
        .values(values)
        .returning(
            Notification.user_id,
            Notification.slot_at,
            Notification.facts,
            Notification.status,
            Notification.leased_until,
        )
    )
    if rows:
        scope.publish(NotificationsQueued())
    return [
        RefreshedMessage(
            user_id=row.user_id,
            slot_at=row.slot_at,
            facts=row.facts,
            is_waiting=row.status == NotificationStatus.PENDING and row.leased_until is None,
        )
        for row in rows
    ]


async def close_messages_of_former_members(scope: Scope) -> int:
    """Close the messages that former members still see of a family they have left."""
    gone = (
        select(FamilyMember.user_id)
        .where(
            FamilyMember.family_id == Notification.family_id,
            FamilyMember.user_id == Notification.user_id,
            FamilyMember.left_at > func.clock_now() - EDITABLE_FOR,
        )
        .exists()
    )
    return await scope.execute(
        update(Notification)
        .where(
            IS_SENT,
            Notification.kind != Kind.MEMBERSHIP,  # which tells them that they have left
            was_sent_within(EDITABLE_FOR),
            Notification.shown_version == Notification.wanted_version,
            gone,
        )
        .values(wanted_version=Notification.wanted_version + 1)
    )


_NAMES_A_TIME = (Kind.SLOT_CARD, Kind.MISSED, Kind.NOT_ASKED, Kind.APPOINTMENT)


async def refresh_named_times(scope: Scope, care_recipient_id: UUID, *, since: datetime) -> None:
    """The person lives in another zone now: edit every message since *since* that names a time of a
    dose or an appointment, so that it says whose clock that was.
    """
    timed = (
        select(Notification.id)
        .where(
            Notification.care_recipient_id == care_recipient_id,
            Notification.slot_at > since,
            Notification.kind.in_(_NAMES_A_TIME),
            Notification.status.in_((NotificationStatus.PENDING, NotificationStatus.SENT)),
        )
        .order_by(Notification.id)
        .with_for_update()
        .cte("timed")
    )
    await scope.execute(
        update(Notification)
        .where(Notification.id == timed.c.id)
        .values(wanted_version=Notification.wanted_version + 1)
    )
    scope.publish(NotificationsQueued())
