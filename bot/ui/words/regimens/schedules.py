"""Schedules in words. The English wording can be typed and means the same."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.ui.wording import _, listed, ngettext
from bot.ui.words.dates import full_date
from bot.ui.words.regimens.parts_of_day import time_in_words
from bot.ui.words.regimens.patterns_of_days import count_of_days
from bot.ui.words.regimens.plans import (
    BEGUN,
    dates_in_words,
    plans_in_words,
    schedule_by_clock_in_words,
)
from bot.ui.words.times import show_clock
from domain.local_time import resolve_local
from domain.medicines.dosages import Dosage
from domain.medicines.schedule_changes.amounts import own_dosages
from domain.medicines.schedules.clock_times import clock_times_of
from domain.medicines.schedules.kinds import (
    AsNeeded,
    Combined,
    Elapsed,
    Schedule,
    Steps,
    WallClock,
)

__all__ = ["BEGUN", "dosage_in_words", "dosed_name", "length_in_words", "schedule_in_words"]

_HOUR = timedelta(hours=1)
_MINUTE = timedelta(minutes=1)
_MAX_TIMES = 8  # reached by every 3 hours; a longer list is harder to read than "every 2 hours"


def schedule_in_words(schedule: Schedule, *, zone: ZoneInfo, today: date | None = None) -> str:
    """ "Mon, Wed and Fri at 09:00, last day 3 December 2026", on the clock of *zone*.

    Given *today* (where the person lives), the first day is named only if it is in the future.
    """
    match schedule:
        case WallClock():
            return schedule_by_clock_in_words(schedule, today=today)
        case Steps(steps=steps):
            return _(", then ").join(_step(step, steps, today=today) for step in steps)
        case Combined():
            return plans_in_words(schedule, today=today)
        case Elapsed():
            return _elapsed(schedule, zone, today=today)
        case AsNeeded():
            return _as_needed(schedule, today=today)


def dosage_in_words(dosage: Dosage, schedule: Schedule) -> str:
    """The dosage to show beside the name: empty if the schedule states an amount for each time."""
    return "" if dosage in own_dosages(schedule) else dosage.words


def dosed_name(name: str, dosage: Dosage, schedule: Schedule) -> str:
    """ "Aspirin 100 mg" (no HTML): there may be another medicine of that name."""
    return f"{name} {dosage_in_words(dosage, schedule)}".strip()


def _step(step: WallClock, steps: Sequence[WallClock], *, today: date | None) -> str:
    """A step of a taper: "20 mg at 08:00, last day 28 November 2026", "300 mg at 09:00, once on 24
    November 2026".
    """
    at = steps.index(step)
    previous = steps[at - 1].ends_on if at else None
    follows = previous is not None and step.starts_on == previous + timedelta(days=1)
    # If it follows, it starts when the previous step ends.
    return schedule_by_clock_in_words(step, today=step.starts_on if follows else today)


def _elapsed(schedule: Elapsed, zone: ZoneInfo, *, today: date | None) -> str:
    words = _("every {length}").format(length=length_in_words(schedule.every))
    if schedule.from_last_intake:
        words = _("{every} after the last dose").format(every=words)
    starts = schedule.starts_at.astimezone(zone)
    is_ahead = today is None or starts.date() > today
    at = schedule.starts_at
    if today not in (None, BEGUN) and not is_ahead:
        # Noon, because clocks change during the night.
        at = resolve_local(datetime.combine(today, time(12)), zone)
    times = clock_times_of(schedule, zone, at=at)
    if len(times) > _MAX_TIMES:
        times = ()
    if times:
        words = _("{every}: {times}").format(
            every=words, times=listed([time_in_words(at) for at in times])
        )
    if is_ahead:
        words = _("{every}, from {date} {time}").format(
            every=words, date=full_date(starts.date()), time=show_clock(starts)
        )
    elif not times and not schedule.from_last_intake:
        words = _("{every}, counted from {time} on {date}").format(
            every=words, date=full_date(starts.date()), time=show_clock(starts)
        )
    if schedule.ends_at is None:
        return words
    ends = schedule.ends_at.astimezone(zone)
    if ends.time() == time():
        last = full_date(ends.date() - timedelta(days=1))
        return _("{schedule}, last day {date}").format(schedule=words, date=last)
    if today is not None:
        return _("{schedule}, until {date} {time}").format(
            schedule=words, date=full_date(ends.date()), time=show_clock(ends)
        )
    days = (schedule.ends_at - schedule.starts_at).days
    return _("{schedule}, for {days}").format(schedule=words, days=count_of_days(days))


def _as_needed(schedule: AsNeeded, *, today: date | None) -> str:
    words = _("as needed")
    if schedule.min_interval is not None:
        words = _("{needed}, at least {length} apart").format(
            needed=words, length=length_in_words(schedule.min_interval)
        )
    if schedule.max_per_day is not None:
        words = ngettext(
            "{needed}, at most {count} dose in 24 hours",
            "{needed}, at most {count} doses in 24 hours",
            schedule.max_per_day,
        ).format(needed=words, count=schedule.max_per_day)
    dates = dates_in_words(schedule.starts_on, schedule.ends_on, today=today)
    return ", ".join([words, *dates])


def length_in_words(length: timedelta) -> str:
    """ "6 hours", "90 minutes"."""
    if length % _HOUR:
        minutes = length // _MINUTE
        return ngettext("{count} minute", "{count} minutes", minutes).format(count=minutes)
    hours = length // _HOUR
    return ngettext("{count} hour", "{count} hours", hours).format(count=hours)
