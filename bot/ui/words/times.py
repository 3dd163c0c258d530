"""Days and times in words, by the clock of the person cared for and by the reader's."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from babel.dates import format_time

from bot.ui.wording import _, escape, hour_cycle, locale, ngettext
from bot.ui.words.dates import day_and_month, full_date, weekday_name
from domain.local_time import clocks_differ
from domain.models.family import HourCycle

_MINUTE = timedelta(minutes=1)
_DAYS_FROM = 2  # shorter spans are given in hours


def show_clock(at: time | datetime) -> str:
    """ "20:00", or "8:00 pm" for readers whose clock counts twelve hours."""
    if hour_cycle() is HourCycle.H23:
        return f"{at:%H:%M}"
    return format_time(time(at.hour, at.minute), "h:mm a", locale=locale())


def clock_time(at: datetime, zone: ZoneInfo) -> str:
    """ "08:00" by the clock of *zone*; in an hour that the clock shows twice that night, "01:30
    (BST)".
    """
    local = at.astimezone(zone)
    is_twice = local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()
    clock = show_clock(local)
    return _("{time} ({zone})").format(time=clock, zone=local.tzname()) if is_twice else clock


def clock_words(
    at: datetime, *, person: str, zone: ZoneInfo, reader_zone: ZoneInfo | None = None
) -> str:
    """ "08:00 Mum's time (15:00 your time)" for *at* (aware), with *person* living in *zone*.

    Just "08:00" if both clocks agree, and without "your time" if the reader's zone is unknown.
    """
    clock = clock_time(at, zone)
    theirs = _("{time} {name}'s time").format(time=clock, name=escape(person))
    if reader_zone is None:
        return theirs
    if not clocks_differ(reader_zone, zone, at):
        return clock
    yours = reader_clock(at.astimezone(reader_zone), at.astimezone(zone))
    return _("{theirs} ({time} your time)").format(theirs=theirs, time=yours)


def reader_clock(yours: datetime, theirs: datetime) -> str:
    """ "15:00" or "Tuesday 02:00" of one instant, *yours* by the reader's clock and *theirs* by the
    person's (HTML).
    """
    reading = show_clock(yours)
    if yours.date() != theirs.date():
        reading = f"{weekday_name(yours.date())} {reading}"
    return on_phone(reading, yours)


def on_phone(words: str, at: datetime) -> str:
    """*words* about the instant *at* (aware); a tap on them shows it by the phone's own clock,
    wherever the reader is by now (HTML).

    Source: https://core.telegram.org/bots/api#date-time-entity-formatting. Without a format the
    words stay as they are.
    """
    return f'<tg-time unix="{at.timestamp():.0f}">{words}</tg-time>'


def moment(
    at: datetime,
    *,
    person: str,
    zone: ZoneInfo,
    now: datetime,
    reader_zone: ZoneInfo | None = None,
) -> str:
    """ "tomorrow 08:00 Mum's time": `clock_words` with the day relative to *now* (aware)."""
    day = day_words(at.astimezone(zone).date(), today=now.astimezone(zone).date())
    clock = clock_words(at, person=person, zone=zone, reader_zone=reader_zone)
    return _("{day} {clock}").format(day=day, clock=clock)


def when_given(
    at: datetime, *, person: str, zone: ZoneInfo, now: datetime, reader_zone: ZoneInfo | None
) -> str:
    """ "today 07:55"; by both clocks if the reader has said that theirs differs."""
    if reader_zone is not None and clocks_differ(reader_zone, zone, at):
        return moment(at, person=person, zone=zone, now=now, reader_zone=reader_zone)
    day = day_words(at.astimezone(zone).date(), today=now.astimezone(zone).date())
    return _("{day} {time}").format(day=day, time=clock_time(at, zone))


def ago_words(length: timedelta) -> str:
    """ "just now", "25 minutes ago", "3 h 10 min ago", "4 days ago"."""
    minutes, hours, days = (length // _MINUTE, length // (60 * _MINUTE), length.days)
    if minutes < 1:
        return _("just now")
    if hours < 1:
        return ngettext("{count} minute ago", "{count} minutes ago", minutes).format(count=minutes)
    if days >= _DAYS_FROM:
        return ngettext("{count} day ago", "{count} days ago", days).format(count=days)
    return _("{length} ago").format(length=length_words(length))


def length_words(length: timedelta) -> str:
    """ "3 h 10 min", "6 hours", "25 minutes"."""
    hours, minutes = divmod(length // _MINUTE, 60)
    if hours and minutes:
        return _("{hours} h {minutes} min").format(hours=hours, minutes=minutes)
    if hours:
        return ngettext("{count} hour", "{count} hours", hours).format(count=hours)
    return ngettext("{count} minute", "{count} minutes", minutes).format(count=minutes)


def first_dose(
    at: datetime,
    *,
    person: str,
    zone: ZoneInfo,
    now: datetime,
    reader_zone: ZoneInfo | None = None,
) -> str:
    """When a new medicine begins: "First: tomorrow 08:00 Mum's time"."""
    when = moment(at, person=person, zone=zone, now=now, reader_zone=reader_zone)
    return _("First: {moment}").format(moment=when)


def day_words(day: date, *, today: date) -> str:
    """ "today", "tomorrow", "yesterday", "Thursday 26 November", with the year if it isn't this
    year.
    """
    match (day - today).days:
        case -1:
            return _("yesterday")
        case 0:
            return _("today")
        case 1:
            return _("tomorrow")
        case _:
            return named_day(day, today=today)


def named_day(day: date, *, today: date) -> str:
    """ "Thursday 26 November", even for today, with the year if it isn't this year."""
    words = day_and_month(day) if day.year == today.year else full_date(day)
    return _("{weekday} {date}").format(weekday=weekday_name(day), date=words)


def dated_day(day: date, *, today: date) -> str:
    """ "tomorrow, Tuesday 24 November": what stays on a phone is read on other days, too."""
    words, named = day_words(day, today=today), named_day(day, today=today)
    return named if words == named else _("{day}, {date}").format(day=words, date=named)
