"""When an appointment takes place, in words.

It follows the clock of its place. If that differs from the person's clock, the place is named:
"10:00 London time". The time by the reader's own clock is added if that differs too.
"""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from bot.ui.wording import _
from bot.ui.words.dates import day_range, short_day, short_day_range
from bot.ui.words.dose_times import named_clock, with_yours
from bot.ui.words.times import clock_words, dated_day, named_day, show_clock
from domain.appointments.occurrences.facts import Conflict, OccurrenceFacts
from domain.local_time import clocks_differ


def is_elsewhere(facts: OccurrenceFacts | Conflict, at: datetime) -> bool:
    """Whether its place's clock and the person's clock differ at the instant *at* (aware)."""
    return clocks_differ(facts.zone, facts.home, at)


def appointment_clock(
    facts: OccurrenceFacts | Conflict, at: datetime, *, reader_zone: ZoneInfo | None
) -> str:
    """ "10:00 Mum's time (05:00 your time)", "10:00 London time (05:00 your time)"."""
    if not is_elsewhere(facts, at):
        return clock_words(at, person=facts.person, zone=facts.zone, reader_zone=reader_zone)
    words = place_clock(facts, at)
    return with_yours(words, at, zone=facts.zone, reader_zone=reader_zone)


def place_clock(facts: OccurrenceFacts | Conflict, at: datetime) -> str:
    """ "10:00", or "10:00 London time"."""
    clock = show_clock(at.astimezone(facts.zone))
    return named_clock(clock, facts.zone) if is_elsewhere(facts, at) else clock


def day_of(
    facts: OccurrenceFacts | Conflict,
    day: date,
    *,
    now: datetime,
    reader_zone: ZoneInfo | None = None,
) -> str:
    """ "tomorrow, Thursday 26 November": what stays on a phone is read on other days, too. Only the
    date if it isn't the same day now for the person, for the reader and at the place.
    """
    today = now.astimezone(facts.zone).date()
    clocks = (facts.home, reader_zone or facts.zone)
    if any(now.astimezone(clock).date() != today for clock in clocks):
        return named_day(day, today=today)
    return dated_day(day, today=today)


def appointment_moment(
    facts: OccurrenceFacts | Conflict,
    at: datetime,
    *,
    now: datetime,
    reader_zone: ZoneInfo | None = None,
) -> str:
    """ "tomorrow, Tuesday 24 November, 14:30 Mum's time (15:30 your time)"."""
    day = at.astimezone(facts.zone).date()
    return _("{day}, {clock}").format(
        day=day_of(facts, day, now=now, reader_zone=reader_zone),
        clock=appointment_clock(facts, at, reader_zone=reader_zone),
    )


def span_words(
    facts: OccurrenceFacts | Conflict,
    *,
    reader_zone: ZoneInfo | None = None,
    now: datetime,
) -> str:
    """ "tomorrow, Tuesday 24 November, 14:30 Mum's time", "Friday 3 June, 21:00 to Saturday 4 June,
    07:00", "1–14 July, all day".
    """

    def words_of(day: date) -> str:
        return day_of(facts, day, now=now, reader_zone=reader_zone)

    if facts.is_all_day:
        days = words_of(facts.first_day)
        if facts.first_day != facts.last_day:
            today = now.astimezone(facts.zone).date()
            days = days_words(facts.first_day, facts.last_day, today=today)
        return _("{days}, all day").format(days=days)
    when = appointment_moment(facts, facts.starts_at, now=now, reader_zone=reader_zone)
    if facts.first_day == facts.last_day:
        return when
    end = facts.ends_at.astimezone(facts.zone)
    last = _("{day}, {time}").format(day=words_of(end.date()), time=show_clock(end))
    return _("{when} to {end}").format(when=when, end=last)


def days_words(first: date, last: date, *, today: date) -> str:
    """ "tomorrow, Tuesday 24 November", "1–14 July", "28 December 2026 – 3 January 2027"."""
    if first == last:
        return dated_day(first, today=today)
    return day_range(first, last, with_year={first.year, last.year} != {today.year})


def days_label(first: date, last: date) -> str:
    """ "1 Jul", "1–14 Jul", "28 Dec 2026 – 3 Jan 2027": for buttons, which are narrow."""
    if first == last:
        return short_day(first)
    return short_day_range(first, last, with_year=first.year != last.year)
