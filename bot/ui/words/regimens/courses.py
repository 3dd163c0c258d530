"""What a schedule means from now on: the next dates, how many doses, when the last one is."""

from collections.abc import Sequence
from datetime import datetime, time
from zoneinfo import ZoneInfo

from bot.ui.wording import _, ngettext
from bot.ui.words.regimens.parts_of_day import time_in_words
from bot.ui.words.times import day_words, named_day, show_clock
from domain.local_time import resolve_local
from domain.medicines.schedules.clock_times import local_time
from domain.medicines.schedules.kinds import Schedule, Steps, wall_clocks_of
from domain.medicines.schedules.occurrences import (
    count_doses,
    first_occurrence,
    last_dose,
    next_dates,
)


def course_in_words(schedule: Schedule, *, zone: ZoneInfo, now: datetime) -> str | None:
    """ "6 doses, the last one on Friday 27 November, 08:00", of what is due from *now* on (aware),
    by the clock of *zone*; None if it has no end, or nothing is to come.
    """
    count, last = count_doses(schedule, zone, now), last_dose(schedule, zone)
    if not count or last is None:
        return None
    at = local_time(last.key, last.due_at, zone)
    return ngettext(
        "{count} dose, on {day}, {time}", "{count} doses, the last one on {day}, {time}", count
    ).format(
        count=count,
        day=named_day(at.date(), today=now.astimezone(zone).date()),
        time=time_in_words(at.time()),
    )


def later_start_in_words(schedule: Schedule, *, zone: ZoneInfo, now: datetime) -> Sequence[str]:
    """Where the first of its doses are over by *now* (aware): when the next one is, and of several
    steps, how many doses the first one has left.
    """
    plans = wall_clocks_of(schedule)
    first = first_occurrence(schedule, zone, now)
    if not plans or first is None:
        return []
    at, begins = local_time(first.key, first.due_at, zone), min(plans, key=lambda p: p.starts_on)
    if begins.starts_on != now.astimezone(zone).date() or begins.times_on(at.date())[:1] == (
        at.time(),
    ):
        return []
    day = day_words(at.date(), today=now.astimezone(zone).date())
    words = _("First: {moment}").format(moment=f"{day} {show_clock(at)}")
    left, all_doses = (count_doses(begins, zone, since) for since in (now, _beginning(now, zone)))
    if not isinstance(schedule, Steps) or left is None or left == all_doses:
        return [words]
    short = ngettext(
        "⚠️ Today's first doses are over: like this the first step has {left} dose, not {all}. For"
        " all of them, type “from tomorrow”.",
        "⚠️ Today's first doses are over: like this the first step has {left} doses, not {all}. For"
        " all of them, type “from tomorrow”.",
        left,
    )
    return [words, short.format(left=left, all=all_doses)]


def _beginning(now: datetime, zone: ZoneInfo) -> datetime:
    """Of the day at *now*."""
    return resolve_local(datetime.combine(now.astimezone(zone).date(), time()), zone)


def next_dates_in_words(
    schedule: Schedule, *, zone: ZoneInfo, now: datetime, count: int = 3
) -> str | None:
    """ "Monday 7 December, Monday 14 December, Monday 21 December": the next days with a dose after
    *now* (aware); None if there are none.
    """
    today = now.astimezone(zone).date()
    days = next_dates(schedule, zone, now, count=count)
    return ", ".join(named_day(day, today=today) for day in days) or None
