"""Something that is reminded of a moment from now, and what came of it on a phone."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.sandbox import Person
from tests.soak.replicas import Replica
from tests.town import A_DOSE, Remindable, Town

REPEAT = "🔁 This may be a repeat"


@dataclass(frozen=True)
class Due:
    """What is reminded of at a minute (UTC), and how its reminder shows."""

    minute: datetime
    shown: str


async def due(town: Town, by: Person, remindable: Remindable = A_DOSE) -> Due:
    """Something that is reminded of in a few minutes; nobody waits for it yet, and the others have
    heard of it.
    """
    minute = town.minute(ahead=4)
    await remindable.enter(by, minute)
    await town.settled()
    town.jump_to(town.minute(ahead=1) + timedelta(seconds=1))
    await town.until("SELECT NOT EXISTS (SELECT 1 FROM notifications WHERE status = 'pending')")
    await town.settled()
    return Due(minute, remindable.shown(minute))


def reminders(phone: Person, asked: Due) -> list[str]:
    return [message.text for message in phone.messages if asked.shown in message.text]


async def take_over(town: Town, replica: Replica) -> None:
    """The bot in a process of its own goes on for the town's."""
    await town.settled()
    await town.stop_bot()
    await replica.start()
    await replica.runs()
