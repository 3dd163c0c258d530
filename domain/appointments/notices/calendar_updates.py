"""Updated calendar files for members who have the appointment in their calendar."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain.appointments.calendars import CalendarEntry, read_entries
from domain.database.scope import Scope
from domain.delivery.kinds import MessageHeader, MessageKind, always_silent, read_one_by_one
from domain.models.delivery import Kind


@dataclass(frozen=True)
class CalendarFacts:
    """All parts of a series that the reader has in their calendar, as of `now`."""

    entries: Sequence[CalendarEntry]
    now: datetime


async def _read(scope: Scope, header: MessageHeader) -> CalendarFacts:
    return CalendarFacts(await read_entries(scope, UUID(header.facts["origin_id"])), header.now)


def _find_obsolete(facts: CalendarFacts) -> str | None:
    return None if facts.entries else "the reader doesn't see whom it is for"


CALENDAR = MessageKind(
    Kind.CALENDAR, read_one_by_one(_read), find_obsolete=_find_obsolete, is_silent=always_silent
)
