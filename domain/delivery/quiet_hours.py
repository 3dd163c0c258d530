"""Quiet hours: when a member's messages make no sound, and when they do all the same."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, func, select, tuple_
from sqlalchemy.orm import aliased

from domain.database.scope import Scope
from domain.delivery.kinds import MessageHeader
from domain.models import CareRecipient, FamilyMember, Notification, User
from domain.models.delivery import NotificationStatus


@dataclass(frozen=True)
class QuietHours:
    """From `starts` until `ends` by the member's own clock; through the night if it ends earlier
    than it starts.
    """

    starts: time
    ends: time

    def hold_at(self, at: time) -> bool:
        if self.starts < self.ends:
            return self.starts <= at < self.ends
        return at >= self.starts or at < self.ends


_person = aliased(CareRecipient)


def clock_zone() -> ColumnElement[Any]:
    """The zone of a member's own clock (of :class:`User` and :class:`FamilyMember`): as they have
    told us, or else that of the person whom the family has cared for longest.
    """
    home = (
        select(_person.timezone)
        .where(_person.family_id == FamilyMember.family_id, _person.deleted_at.is_(None))
        .order_by(_person.created_at, _person.id)
        .limit(1)
        .correlate(FamilyMember)
        .scalar_subquery()
    )
    return func.coalesce(User.timezone, home)


def are_quiet(
    quiet_from: time | None, quiet_until: time | None, zone: str | None, *, now: datetime
) -> bool:
    """Whether it's within those hours *now* (aware), by the clock of *zone*."""
    if quiet_from is None or quiet_until is None or zone is None:
        return False
    local = now.astimezone(ZoneInfo(zone)).time()
    return QuietHours(quiet_from, quiet_until).hold_at(local)


async def find_last_to_hear(scope: Scope, headers: Sequence[MessageHeader]) -> Collection[UUID]:
    """Which of these messages to members in their quiet hours have to make a sound: nobody else
    who gets the same can be reached and is awake. One statement.
    """
    quiet = [each for each in headers if each.receiver.is_quiet and each.person is not None]
    if not quiet:
        return ()
    kind, asked = Notification.kind, Notification.ask_no
    about = tuple_(Notification.care_recipient_id, Notification.slot_at, kind, asked)
    rows = await scope.rows(
        select(
            Notification.user_id,
            Notification.care_recipient_id,
            Notification.slot_at,
            kind,
            asked,
            Notification.facts,
            FamilyMember.quiet_from,
            FamilyMember.quiet_until,
            clock_zone().label("clock_zone"),
        )
        .join(User, User.id == Notification.user_id)
        .join(
            FamilyMember,
            (FamilyMember.user_id == Notification.user_id)
            & (FamilyMember.family_id == Notification.family_id),
        )
        .where(
            Notification.family_id == scope.family_id,
            about.in_({(each.subject.id, each.minute, each.kind, each.ask_no) for each in quiet}),
            Notification.status.in_((NotificationStatus.PENDING, NotificationStatus.SENT)),
            FamilyMember.left_at.is_(None),
            User.started_at.is_not(None),
            User.blocked_at.is_(None),
        )
    )
    awake = {
        (row.care_recipient_id, row.slot_at, row.kind, row.ask_no, "told" in row.facts)
        for row in rows
        if not are_quiet(row.quiet_from, row.quiet_until, row.clock_zone, now=scope.clock.now())
    }
    return {each.id for each in quiet if _key(each) not in awake}


def _key(header: MessageHeader) -> tuple[Any, ...]:
    """What is the same for all who get it. Those who are told aren't those who were asked."""
    told = "told" in header.facts
    return (header.subject.id, header.minute, header.kind, header.ask_no, told)
