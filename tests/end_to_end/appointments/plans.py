"""Appointments as they are entered, stand in the tables, and come in calendar files."""

from datetime import UTC, datetime, timedelta
from typing import Any

import icalendar
import recurring_ical_events

from bot.sandbox import Message, Person
from tests.town import LONDON, Town

TOLD = "SELECT count(*) FROM notifications WHERE kind = 'appointment'"
TOMORROW = datetime(2026, 11, 24, 14, 30, tzinfo=LONDON)


async def add(person: Person, line: str) -> Message:
    await person.send(f"/addappt {line}")
    saved = await person.sees("Saved in the family")
    await person.sees("calendar", after=saved)
    return saved


async def starts(town: Town, *, most: int = 4) -> list[str]:
    rows = await town.rows(
        "SELECT starts_at FROM appointment_occurrences WHERE status = 'planned'"
        " AND starts_at > :now ORDER BY starts_at LIMIT :most",
        now=town.clock.now(),
        most=most,
    )
    return [f"{row.starts_at.astimezone(LONDON):%a %d %b %H:%M}" for row in rows]


def calendar_of(person: Person, message: Message) -> icalendar.Calendar:
    return icalendar.Calendar.from_ical(person.download(message).decode())


def last_file(person: Person) -> icalendar.Calendar:
    with_files = [m for m in person.messages if "document" in m.attachment]
    return calendar_of(person, with_files[-1])


def shown(calendar: icalendar.Calendar, *, days: int = 60) -> list[str]:
    begin = datetime(2026, 11, 23, tzinfo=UTC)
    events = recurring_ical_events.of(calendar).between(begin, begin + timedelta(days=days))
    found: list[Any] = [e["dtstart"].dt for e in events if e.get("status") != "CANCELLED"]
    return [f"{each:%a %d %b %H:%M}" for each in sorted(found)]
