"""Telling everybody else in the family that somebody needs help now."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select

from domain import audit
from domain.access import Action
from domain.database.scope import Scope
from domain.delivery.kinds import MessageHeader, MessageKind, QuietHoursRule, read_one_by_one
from domain.delivery.new_messages import OutgoingMessage, queue_messages
from domain.family.users import get_name_and_family
from domain.models import FamilyMember, Notification, User
from domain.models.delivery import Kind

_AGAIN_AFTER = timedelta(minutes=1)  # a second tap calls nobody twice


@dataclass(frozen=True)
class Called:
    """The names of those who are told, and of those whom the bot can't write to."""

    told: Sequence[str]
    unreachable: Sequence[str]


@dataclass(frozen=True)
class AlarmFacts:
    """Who has called for help, and when (aware); `zone` is the reader's own clock, if known."""

    name: str
    family_name: str
    called_at: datetime
    zone: ZoneInfo | None


async def tell_family(scope: Scope) -> Called:
    """Tell every other member that the actor has called for help. Calling again within a minute
    sends nothing more. Any member may.
    """
    member, now = scope.require(Action.READ), scope.clock.now()
    others = await scope.rows(
        select(FamilyMember.user_id, User.name, User.started_at, User.blocked_at)
        .join(User, User.id == FamilyMember.user_id)
        .where(
            FamilyMember.family_id == member.family_id,
            FamilyMember.left_at.is_(None),
            FamilyMember.user_id != member.user_id,
        )
        .order_by(FamilyMember.joined_at, User.id)
    )
    just_called = await scope.row(
        select(Notification.id)
        .where(
            Notification.family_id == member.family_id,
            Notification.kind == Kind.ALARM,
            Notification.facts["by"].astext == str(member.user_id),
            Notification.deadline_at > now - _AGAIN_AFTER,
        )
        .limit(1)
    )
    if others and just_called is None:
        await queue_messages(
            scope,
            [
                OutgoingMessage(
                    kind=Kind.ALARM,
                    user_id=other.user_id,
                    facts={"by": str(member.user_id), "at": now.isoformat()},
                    deadline_at=now,
                )
                for other in others
            ],
        )
        await audit.record(
            scope, "family.alarmed", subject_type="family", subject_id=member.family_id
        )
    reachable = {each.user_id for each in others if each.started_at and not each.blocked_at}
    return Called(
        [each.name for each in others if each.user_id in reachable],
        [each.name for each in others if each.user_id not in reachable],
    )


async def _read(scope: Scope, header: MessageHeader) -> AlarmFacts:
    name, family_name = await get_name_and_family(scope, UUID(header.facts["by"]))
    called_at = datetime.fromisoformat(header.facts["at"])
    return AlarmFacts(name, family_name, called_at, header.receiver.zone)


ALARM = MessageKind(Kind.ALARM, read_one_by_one(_read), in_quiet_hours=QuietHoursRule.SOUNDS)
