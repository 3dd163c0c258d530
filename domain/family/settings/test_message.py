"""A test reminder: the same way as a card, to whoever wants to see whether it arrives."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from domain.access import Action
from domain.database.scope import Scope
from domain.delivery.kinds import MessageHeader, MessageKind, QuietHoursRule, read_one_by_one
from domain.delivery.new_messages import OutgoingMessage, queue_messages
from domain.models.delivery import Kind


@dataclass(frozen=True)
class TestFacts:
    """When it was asked for (aware); `zone` is the reader's own clock, if known."""

    asked_at: datetime
    zone: ZoneInfo | None


async def send_test(scope: Scope) -> None:
    """Queue a test reminder to the actor. Asking twice within a second sends one."""
    member, now = scope.require(Action.READ), scope.clock.now()
    message = OutgoingMessage(
        kind=Kind.TEST,
        user_id=member.user_id,
        facts={"at": now.isoformat()},
        deadline_at=now,
    )
    await queue_messages(scope, [message])


async def _read(_: Scope, header: MessageHeader) -> TestFacts:
    return TestFacts(datetime.fromisoformat(header.facts["at"]), header.receiver.zone)


TEST = MessageKind(Kind.TEST, read_one_by_one(_read), in_quiet_hours=QuietHoursRule.SOUNDS)
