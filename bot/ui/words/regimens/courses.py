"""What a schedule means from now on: the next dates, how many doses, when the last one is."""

from datetime import datetime
from zoneinfo import ZoneInfo

from bot.ui.wording import ngettext
from bot.ui.words.regimens.parts_of_day import time_in_words
from bot.ui.words.times import named_day
from domain.medicines.schedules.clock_times import local_time
from domain.medicines.schedules.kinds import Schedule
from domain.medicines.schedules.occurrences import count_doses, last_dose, next_dates


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


def next_dates_in_words(
    schedule: Schedule, *, zone: ZoneInfo, now: datetime, count: int = 3
) -> str | None:
    """ "Monday 7 December, Monday 14 December, Monday 21 December": the next days with a dose after
    *now* (aware); None if there are none.
    """
    today = now.astimezone(zone).date()
    days = next_dates(schedule, zone, now, count=count)
    return ", ".join(named_day(day, today=today) for day in days) or None
