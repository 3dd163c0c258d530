"""Appointments as an iCalendar file (RFC 5545), which every phone's calendar can open.

A changed appointment keeps its UID and raises its SEQUENCE, so that it moves in the phone's
calendar. A cancelled one is included as cancelled, so that it disappears there. There are no
alarms: the bot reminds.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from icalendar import Calendar, Event, Timezone, vRecur

from bot.ui.answer import Document, Screen
from bot.ui.wording import _, escape
from domain.appointments.calendars import CalendarEntry, Deviation
from domain.appointments.notices.calendar_updates import CalendarFacts
from domain.appointments.recurrences import Recurrence
from domain.local_time import resolve_local

PRODUCT = "-//CareCircle//CareCircle 1//EN"
_ZONES_UNTIL = timedelta(days=3_700)


def calendar_file(entries: Sequence[CalendarEntry], *, name: str, now: datetime) -> Screen:
    """A message with the calendar file of *entries*; *now* (aware) is its DTSTAMP."""
    if any(not entry.is_cancelled for entry in entries):
        caption = _(
            "📅 Open this file to add it to your phone's calendar. When something changes, I'll"
            " send you a new file."
        )
    else:
        caption = _(
            "📅 Open this file to remove it from your phone's calendar. If it stays there, please"
            " delete it yourself."
        )
    return Screen(caption, document=Document(f"{name}.ics", ics(entries, now=now)))


def calendar_update(facts: CalendarFacts) -> Screen:
    """As :func:`calendar_file`, for somebody who imported an earlier version."""
    planned = [entry for entry in facts.entries if not entry.is_cancelled]
    title = (planned or facts.entries)[-1].title
    if planned:
        caption = _(
            "📅 <b>{title}</b> has changed. Open this file to update it in your phone's calendar."
        )
    else:
        caption = _(
            "📅 <b>{title}</b> is called off. Open this file to remove it from your phone's"
            " calendar. If it stays there, please delete it yourself."
        )
    document = Document("appointment.ics", ics(facts.entries, now=facts.now))
    return Screen(caption.format(title=escape(title)), document=document)


def ics(entries: Sequence[CalendarEntry], *, now: datetime) -> str:
    """The content of a calendar file."""
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
                calendar.add_component(_moved(deviation.own_entry or entry, deviation, now=now))
    return str(calendar.to_ical().decode())


def _event(entry: CalendarEntry, *, now: datetime) -> Event:
    event = _described(entry, now=now)
    start = entry.starts_at.replace(tzinfo=entry.zone)
    _add_span(event, start, entry)
    if entry.recurrence is not None:
        event.add("rrule", _rule(entry, entry.recurrence))
        cancelled = {d.original for d in entry.exceptions if d.is_cancelled}
        cancelled |= {_by_rule(day, entry) for day in entry.recurrence.except_on}
        if cancelled:
            event.add("exdate", [_stamp(each, entry) for each in sorted(cancelled)])
    return event


def _moved(entry: CalendarEntry, deviation: Deviation, *, now: datetime) -> Event:
    event = _described(entry, now=now)
    start = deviation.starts_at.astimezone(entry.zone)
    event.add("recurrence-id", _stamp(deviation.original, entry))
    _add_span(event, start, entry)
    return event


def _add_span(event: Event, start: datetime, entry: CalendarEntry) -> None:
    """Add DTSTART and DTEND. Whole days are dates, and DTEND is the day after (RFC 5545, §3.6.1).
    Timed events keep their length across a clock change.
    """
    event.add("dtstart", _stamp(start, entry))
    if entry.is_all_day:
        event.add("dtend", start.date() + entry.duration)
    else:
        event.add("dtend", _stamp(start.astimezone(UTC) + entry.duration, entry))


def _by_rule(day: date, entry: CalendarEntry) -> datetime:
    """When an occurrence on *day* would begin."""
    return resolve_local(datetime.combine(day, entry.starts_at.time()), entry.zone)


def _stamp(at: datetime, entry: CalendarEntry) -> datetime | date:
    """*at* (aware) in the form that this entry uses for its times."""
    local = at.astimezone(entry.zone)
    return local.date() if entry.is_all_day else local


def _rule(entry: CalendarEntry, recurrence: Recurrence) -> vRecur:
    """The RRULE. UNTIL is a date if DTSTART is one (RFC 5545, §3.3.10)."""
    rule: vRecur = vRecur.from_ical(recurrence.to_rrule(entry.zone, first=entry.starts_at))
    if entry.is_all_day and recurrence.until is not None:
        rule["UNTIL"] = [recurrence.until.date()]
    return rule


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
