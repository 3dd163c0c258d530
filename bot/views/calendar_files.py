"""Appointments as an iCalendar file (RFC 5545), which every calendar of a phone can open.

A changed appointment keeps its UID and raises its SEQUENCE, so that it moves in the phone's
calendar; what was called off is there as cancelled, so that it goes away. It carries no alarms:
the bot reminds.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from icalendar import Calendar, Event, Timezone, vRecur

from bot.views.answer import Document, Screen
from bot.views.wording import _
from domain.calendars import CalendarEntry, Deviation

PRODUCT = "-//CareCircle//CareCircle 1//EN"
_ZONES_UNTIL = timedelta(days=3_700)


def calendar_file(entries: Sequence[CalendarEntry], *, name: str, now: datetime) -> Screen:
    """A message with the file of *entries*; *now* (aware) is when it was made."""
    if any(not entry.is_cancelled for entry in entries):
        caption = _("📅 Open it to put this into your phone's calendar.")
    else:
        caption = _("📅 Open it to take this out of your phone's calendar.")
    return Screen(caption, document=Document(f"{name}.ics", _ics(entries, now=now)))


def _ics(entries: Sequence[CalendarEntry], *, now: datetime) -> str:
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    only_cancelled = bool(entries) and all(entry.is_cancelled for entry in entries)
    calendar.add("method", "CANCEL" if only_cancelled else "PUBLISH")
    zones = {entry.zone.key: entry.zone for entry in entries}
    for zone in zones.values():
        first = min(entry.starts_at for entry in entries if entry.zone.key == zone.key)
        calendar.add_component(
            Timezone.from_tzinfo(
                zone,
                first_date=(first - timedelta(days=370)).date(),
                last_date=(now + _ZONES_UNTIL).date(),
            )
        )
    for entry in entries:
        calendar.add_component(_event(entry, now=now))
        for deviation in entry.exceptions:
            if not deviation.is_cancelled:
                calendar.add_component(_moved(entry, deviation, now=now))
    return str(calendar.to_ical().decode())


def _event(entry: CalendarEntry, *, now: datetime) -> Event:
    event = _described(entry, now=now)
    start = entry.starts_at.replace(tzinfo=entry.zone)
    event.add("dtstart", start)
    event.add("dtend", _end(start, entry))
    if entry.recurrence is not None:
        event.add("rrule", vRecur.from_ical(entry.recurrence.to_rfc5545(entry.zone)))
        cancelled = [d.original for d in entry.exceptions if d.is_cancelled]
        if cancelled:
            event.add("exdate", [each.astimezone(entry.zone) for each in cancelled])
    return event


def _moved(entry: CalendarEntry, deviation: Deviation, *, now: datetime) -> Event:
    event = _described(entry, now=now)
    start = deviation.starts_at.astimezone(entry.zone)
    event.add("recurrence-id", deviation.original.astimezone(entry.zone))
    event.add("dtstart", start)
    event.add("dtend", _end(start, entry))
    return event


def _end(start: datetime, entry: CalendarEntry) -> datetime:
    return (start.astimezone(UTC) + entry.duration).astimezone(entry.zone)


def _described(entry: CalendarEntry, *, now: datetime) -> Event:
    event = Event()
    event.add("uid", entry.uid)
    event.add("sequence", entry.sequence)
    event.add("dtstamp", now.astimezone(UTC))
    event.add("summary", _("{title} ({person})").format(title=entry.title, person=entry.person))
    event.add("status", "CANCELLED" if entry.is_cancelled else "CONFIRMED")
    if entry.place:
        event.add("location", entry.place)
    about = [
        _("Doctor: {name}").format(name=entry.doctor) if entry.doctor else "",
        _("Phone: {number}").format(number=entry.phone) if entry.phone else "",
        _("Bring: {things}").format(things=entry.bring) if entry.bring else "",
        entry.note or "",
    ]
    if any(about):
        event.add("description", "\n".join(filter(None, about)))
    return event
