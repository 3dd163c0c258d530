"""The calendar of a phone: a small model that opens the files that somebody was sent, in order.

What it takes from a file is what RFC 5545 and 5546 have a calendar take: each event by its UID, the
newest SEQUENCE wins and replaces all of the event, RECURRENCE-ID and EXDATE are exceptions from the
rule, and what is CANCELLED goes away.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import recurring_ical_events

from domain.local_time import resolve_local


@dataclass(frozen=True, order=True)
class Entry:
    """One time that the calendar shows, by its start (UTC)."""

    starts_at: datetime
    ends_at: datetime
    title: str
    place: str


@dataclass
class PhoneCalendar:
    """`zone` is where days begin that the files name without a clock."""

    zone: ZoneInfo
    _events: dict[str, list[icalendar.Component]] = field(default_factory=dict)
    _zones: dict[str, icalendar.Component] = field(default_factory=dict)

    def open(self, content: str) -> None:
        """Take a file: what is older than what is there already changes nothing."""
        calendar = icalendar.Calendar.from_ical(content)
        self._zones |= {str(zone["tzid"]): zone for zone in calendar.walk("VTIMEZONE")}
        found: dict[str, list[icalendar.Component]] = defaultdict(list)
        for event in calendar.walk("VEVENT"):
            found[str(event["uid"])].append(event)
        for uid, events in found.items():
            if _sequence(events) >= _sequence(self._events.get(uid, [])):
                self._events[uid] = events

    def shown(self, since: datetime, until: datetime) -> Sequence[Entry]:
        """What takes place between two instants."""
        calendar = icalendar.Calendar()
        for zone in self._zones.values():
            calendar.add_component(zone)
        for events in self._events.values():
            for event in events:
                calendar.add_component(event)
        found = recurring_ical_events.of(calendar).between(since, until)
        return sorted(self._entry(each) for each in found if each.get("status") != "CANCELLED")

    def _entry(self, event: Any) -> Entry:
        return Entry(
            starts_at=self._instant(event["dtstart"].dt),
            ends_at=self._instant(event["dtend"].dt),
            title=str(event["summary"]),
            place=str(event.get("location", "")),
        )

    def _instant(self, at: Any) -> datetime:
        if isinstance(at, datetime):
            return at.astimezone(ZoneInfo("UTC"))
        return resolve_local(datetime.combine(at, time.min), self.zone)


def _sequence(events: Sequence[icalendar.Component]) -> int:
    return max((int(event.get("sequence", 0)) for event in events), default=-1)
