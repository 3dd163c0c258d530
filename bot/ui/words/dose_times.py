"""When a dose was due and when it was given, by the clocks in use at the time.

A dose keeps the day, time and zone it was due at, and a record those at which it was given,
wherever the person moves later. If such a clock disagrees with the person's current clock, or the
two disagree with each other, the place is named: "08:00 London time".
"""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.ui.wording import _
from bot.ui.words.dates import weekday_name
from bot.ui.words.times import clock_time, day_words, reader_clock, show_clock
from domain.local_time import clocks_differ
from domain.medicines.doses.facts import DoseFacts
from domain.medicines.facts import OpenDose

_A_DAY = timedelta(days=1)


def named_clock(time: str, zone: ZoneInfo) -> str:
    """ "08:00 London time"."""
    return _("{time} {place} time").format(time=time, place=place_name(zone))


def zone_words(zone: ZoneInfo) -> str:
    """ "London time"."""
    return _("{place} time").format(place=place_name(zone))


def place_name(zone: ZoneInfo) -> str:
    """ "New York"."""
    return zone.key.rpartition("/")[2].replace("_", " ")


def with_yours(words: str, at: datetime, *, zone: ZoneInfo, reader_zone: ZoneInfo | None) -> str:
    """*words* for the time *at* by the clock of *zone*, with the reader's own time: "08:00 (03:00
    your time)" (HTML). Just *words* if the clocks agree, or if the reader's clock is unknown.
    """
    if reader_zone is None or not clocks_differ(zone, reader_zone, at):
        return words
    yours = reader_clock(at.astimezone(reader_zone), at.astimezone(zone))
    return _("{time} ({yours} your time)").format(time=words, yours=yours)


def silence_words(silence: tuple[datetime, datetime], *, zone: ZoneInfo) -> str:
    """That nobody was heard between these instants (aware), by the clock of *zone*."""
    since, until = (clock_time(at, zone) for at in silence)
    words = _(
        "🔌 I couldn't hear anybody from {since} to {until}. If you tapped Taken then, I don't "
        "know it. Was it taken?"
    )
    return words.format(since=since, until=until)


def due_clock(dose: DoseFacts, *, reader_zone: ZoneInfo | None = None) -> str:
    """ "08:00", or "08:00 London time"."""
    time = show_clock(dose.local)
    words = named_clock(time, dose.zone) if _is_named(dose, dose.zone, dose.due_at) else time
    return with_yours(words, dose.due_at, zone=dose.zone, reader_zone=reader_zone)


def due_moment(dose: DoseFacts, *, now: datetime) -> str:
    """ "yesterday 08:00 London time"; "today" is today where the person lives now."""
    day = _day_words(dose.local.date(), dose, is_over=dose.due_at <= now, now=now)
    return _("{day} {time}").format(day=day, time=due_clock(dose))


def past_moment(at: datetime, zone: ZoneInfo, *, home: ZoneInfo, now: datetime) -> str:
    """ "yesterday 08:00 London time": a past moment (aware) by the clock of that time. "Today" is
    today at *home*, where the person lives now.
    """
    local, today = at.astimezone(zone), now.astimezone(home).date()
    clock = clock_time(at, zone)
    return _("{day} {time}").format(
        # On a clock farther east a past moment can fall on tomorrow's date; nobody would say so.
        day=day_words(local.date(), today=max(today, local.date())),
        time=named_clock(clock, zone) if clocks_differ(zone, home, at) else clock,
    )


def open_words(
    dose: OpenDose, *, home: ZoneInfo, now: datetime, reader_zone: ZoneInfo | None = None
) -> str:
    """ "Not recorded yet: today 08:00 (snoozed until 08:11)", by the clock at which it was due."""
    due = open_due(dose, home=home, now=now, reader_zone=reader_zone)
    if dose.snoozed_until is None:
        return _("Not recorded yet: {due}").format(due=due)
    until = with_yours(
        clock_time(dose.snoozed_until, home),
        dose.snoozed_until,
        zone=home,
        reader_zone=reader_zone,
    )
    return _("Not recorded yet: {due} (snoozed until {time})").format(due=due, time=until)


def open_due(
    dose: OpenDose, *, home: ZoneInfo, now: datetime, reader_zone: ZoneInfo | None = None
) -> str:
    """ "today 08:00": when an open dose was due."""
    due = past_moment(dose.due_at, dose.zone, home=home, now=now)
    return with_yours(due, dose.due_at, zone=dose.zone, reader_zone=reader_zone)


def called_off_words(
    dose: OpenDose, *, home: ZoneInfo, now: datetime, reader_zone: ZoneInfo | None = None
) -> str:
    """What happens to a dose that was open when its medicine was paused or stopped."""
    due = open_due(dose, home=home, now=now, reader_zone=reader_zone)
    words = _("Nothing was recorded for the dose due {due}. I won't ask about it any more.")
    return words.format(due=due)


def clock_of(
    dose: DoseFacts,
    at: datetime,
    zone: ZoneInfo | None = None,
    *,
    reader_zone: ZoneInfo | None = None,
) -> str:
    """When something happened to a dose, by the clock of that time or by *zone*."""
    zone = zone or dose.zone
    time = clock_time(at, zone)
    words = named_clock(time, zone) if _is_named(dose, zone, at) else time
    return with_yours(words, at, zone=zone, reader_zone=reader_zone)


def moment_of(
    dose: DoseFacts,
    at: datetime,
    zone: ZoneInfo | None = None,
    *,
    now: datetime,
    reader_zone: ZoneInfo | None = None,
) -> str:
    """Like :func:`clock_of`, with the day relative to *now*."""
    day = at.astimezone(zone or dose.zone).date()
    words = _day_words(day, dose, is_over=at <= now, now=now)
    return _("{day} {time}").format(
        day=words, time=clock_of(dose, at, zone, reader_zone=reader_zone)
    )


def record_clock(dose: DoseFacts, *, reader_zone: ZoneInfo | None = None) -> str:
    """When the dose was taken, or otherwise when somebody answered; with the weekday if that isn't
    the day it was due. Empty if nobody has answered.
    """
    at = dose.taken_at or dose.resolved_at
    if at is None:
        return ""
    zone = dose.taken_zone or dose.zone
    day = at.astimezone(zone).date()
    clock = clock_of(dose, at, zone, reader_zone=reader_zone)
    if day == dose.local.date():
        return clock
    return _("{day} {time}").format(day=weekday_name(day), time=clock)


def record_at(dose: DoseFacts) -> str:
    """ "at 08:03", "on Sunday at 23:00": as :func:`record_clock`, in a sentence. What was given as
    it was needed has no day of its own, so its day is always named.
    """
    at = dose.taken_at or dose.resolved_at
    if at is None:
        return ""
    zone = dose.taken_zone or dose.zone
    day, clock = at.astimezone(zone).date(), clock_of(dose, at, zone)
    if dose.is_scheduled and day == dose.local.date():
        return _("at {time}").format(time=clock)
    return _("on {day} at {time}").format(day=weekday_name(day), time=clock)


def today_of(dose: DoseFacts, now: datetime) -> date:
    """The current date where the person lives now."""
    return now.astimezone(dose.home).date()


def _is_named(dose: DoseFacts, zone: ZoneInfo, at: datetime) -> bool:
    given = dose.taken_zone
    return clocks_differ(zone, dose.home, at) or (
        given is not None and clocks_differ(dose.zone, given, at)
    )


def _day_words(day: date, dose: DoseFacts, *, is_over: bool, now: datetime) -> str:
    today = today_of(dose, now)
    # On a clock farther east a past moment can fall on tomorrow's date; nobody would say so.
    return day_words(day, today=today - _A_DAY if is_over and day > today else today)
