"""Schedules in words. The English wording can be typed and means the same."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.ui.wording import _, listed, ngettext
from bot.ui.words.dates import full_date, ordinal, short_weekday_names, weekday_names
from bot.ui.words.repeats import place_names, with_shorter_months
from domain.appointments.recurrences import SHORTEST_MONTH
from domain.local_time import Weekday, resolve_local
from domain.medicines.dosages import Dosage
from domain.medicines.schedules.amounts import own_dosages
from domain.medicines.schedules.clock_times import clock_times_of
from domain.medicines.schedules.days import (
    EVERY_DAY,
    LAST,
    Cycle,
    Daily,
    Days,
    Monthly,
    MonthlyWeekdays,
    Weekly,
)
from domain.medicines.schedules.kinds import (
    AsNeeded,
    Combined,
    Elapsed,
    Schedule,
    Steps,
    WallClock,
)

_WORKDAYS = frozenset(Weekday(n) for n in range(5))
_WEEKEND = frozenset(Weekday) - _WORKDAYS
_HOUR = timedelta(hours=1)
_MINUTE = timedelta(minutes=1)
_MAX_TIMES = 8  # reached by every 3 hours; a longer list is harder to read than "every 2 hours"

BEGUN = date.max  # as *today*: leaves out the first day, whenever that is


def schedule_in_words(schedule: Schedule, *, zone: ZoneInfo, today: date | None = None) -> str:
    """ "Mon, Wed and Fri at 09:00, last day 3 December 2026", on the clock of *zone*.

    Given *today* (where the person lives), the first day is named only if it is in the future.
    """
    match schedule:
        case WallClock():
            return _wall_clock(schedule, today=today)
        case Steps(steps=steps):
            return _(", then ").join(_step(step, steps, today=today) for step in steps)
        case Combined(plans=plans):
            return _("; ").join(_wall_clock(plan, today=today) for plan in plans)
        case Elapsed():
            return _elapsed(schedule, zone, today=today)
        case AsNeeded():
            return _as_needed(schedule, today=today)


def dosage_in_words(dosage: Dosage, schedule: Schedule) -> str:
    """The dosage to show beside the name: empty if the schedule states an amount for each time."""
    return "" if dosage in own_dosages(schedule) else dosage.words


def _wall_clock(schedule: WallClock, *, today: date | None) -> str:
    if schedule.dosages:
        words = _amounts(schedule.times, schedule.dosages)
        if schedule.days != EVERY_DAY:
            words = _("{amounts}, {days}").format(amounts=words, days=days_in_words(schedule.days))
    else:
        words = _("{days} at {times}").format(
            days=days_in_words(schedule.days), times=listed(_clock(schedule.times))
        )
    return _limited(words, schedule.starts_on, schedule.ends_on, today=today)


def _step(step: WallClock, steps: Sequence[WallClock], *, today: date | None) -> str:
    """A step of a taper: "20 mg at 08:00, last day 28 November 2026"."""
    words = _amounts(step.times, step.dosages or ())
    if step.days != EVERY_DAY:
        words = _("{amounts}, {days}").format(amounts=words, days=days_in_words(step.days))
    at = steps.index(step)
    previous = steps[at - 1].ends_on if at else None
    follows = previous is not None and step.starts_on == previous + timedelta(days=1)
    if follows:
        today = step.starts_on  # it starts when the previous step ends
    return _limited(words, step.starts_on, step.ends_on, today=today)


def _limited(words: str, starts_on: date, ends_on: date | None, *, today: date | None) -> str:
    if today is None or starts_on > today:
        words = _("{schedule}, from {date}").format(schedule=words, date=full_date(starts_on))
    if ends_on is not None:
        words = _("{schedule}, last day {date}").format(schedule=words, date=full_date(ends_on))
    return words


def _amounts(times: Sequence[time], dosages: Sequence[Dosage]) -> str:
    """ "1 tablet at 08:00 and ½ tablet at 22:00", with equal amounts grouped."""
    portions: list[tuple[str, list[time]]] = []
    for at, dosage in zip(times, dosages, strict=True):
        if portions and portions[-1][0] == dosage.words:
            portions[-1][1].append(at)
        else:
            portions.append((dosage.words, [at]))
    return listed(
        [
            _("{amount} at {times}").format(amount=words, times=listed(_clock(each)))
            for words, each in portions
        ]
    )


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
        words = _("{every}: {times}").format(every=words, times=listed(_clock(times)))
    if is_ahead:
        words = _("{every}, from {date} {time}").format(
            every=words, date=full_date(starts.date()), time=f"{starts:%H:%M}"
        )
    elif not times and not schedule.from_last_intake:
        words = _("{every}, counted from {time} on {date}").format(
            every=words, date=full_date(starts.date()), time=f"{starts:%H:%M}"
        )
    if schedule.ends_at is None:
        return words
    ends = schedule.ends_at.astimezone(zone)
    if ends.time() == time():
        last = full_date(ends.date() - timedelta(days=1))
        return _("{schedule}, last day {date}").format(schedule=words, date=last)
    if today is not None:
        return _("{schedule}, until {date} {time}").format(
            schedule=words, date=full_date(ends.date()), time=f"{ends:%H:%M}"
        )
    days = (schedule.ends_at - schedule.starts_at).days
    return _("{schedule}, for {days}").format(schedule=words, days=_count_of_days(days))


def _as_needed(schedule: AsNeeded, *, today: date | None) -> str:
    words = _("as needed")
    if schedule.min_interval is not None:
        words = _("{needed}, at least {length} apart").format(
            needed=words, length=length_in_words(schedule.min_interval)
        )
    if schedule.max_per_day is not None:
        words = _("{needed}, at most {count} in 24 hours").format(
            needed=words, count=schedule.max_per_day
        )
    return _limited(words, schedule.starts_on, schedule.ends_on, today=today)


def length_in_words(length: timedelta) -> str:
    """ "6 hours", "90 minutes"."""
    if length % _HOUR:
        minutes = length // _MINUTE
        return ngettext("{count} minute", "{count} minutes", minutes).format(count=minutes)
    hours = length // _HOUR
    return ngettext("{count} hour", "{count} hours", hours).format(count=hours)


def days_in_words(days: Days) -> str:
    match days:
        case Daily(every=1):
            return _("every day")
        case Daily(every=every):
            return ngettext("every {count} day", "every {count} days", every).format(count=every)
        case Weekly(weekdays=weekdays, every=1):
            return _weekdays(weekdays)
        case Weekly(weekdays=weekdays, every=every):
            return ngettext(
                "every {count} week on {days}", "every {count} weeks on {days}", every
            ).format(count=every, days=_weekday_list(weekdays))
        case Monthly(days=of_month, every=every):
            words = _("on the {days} of the month").format(
                days=listed([ordinal(day) for day in sorted(of_month)])
            )
            if every > 1:
                words = _every_months(every, words)
            return with_shorter_months(words) if max(of_month) > SHORTEST_MONTH else words
        case MonthlyWeekdays():
            return _weekdays_of_month(days)
        case Cycle(days_on=on, days_off=off):
            return _("{on} on, {off} off").format(on=_count_of_days(on), off=_count_of_days(off))


def _every_months(every: int, words: str) -> str:
    return ngettext("every {count} month {on}", "every {count} months {on}", every).format(
        count=every, on=words
    )


def _weekdays_of_month(days: MonthlyWeekdays) -> str:
    """ "second and fourth Tuesday of the month"."""
    names, places = weekday_names(), place_names()
    ordered = sorted(days.places, key=lambda place: (place == LAST, place))
    words = _("{places} {weekdays} of the month").format(
        places=listed([places[place] for place in ordered]),
        weekdays=listed([names[weekday] for weekday in sorted(days.weekdays)]),
    )
    if days.every > 1:
        words = _every_months(days.every, _("on the {day}").format(day=words))
    return words


def _weekdays(weekdays: frozenset[Weekday]) -> str:
    if weekdays == _WORKDAYS:
        return _("weekdays")
    if weekdays == _WEEKEND:
        return _("weekends")
    if len(weekdays) == 1:
        [weekday] = weekdays
        return _("every {weekday}").format(weekday=weekday_names()[weekday])
    return _weekday_list(weekdays)


def _weekday_list(weekdays: frozenset[Weekday]) -> str:
    names = short_weekday_names()
    return listed([names[weekday] for weekday in sorted(weekdays)])


def _count_of_days(days: int) -> str:
    return ngettext("{count} day", "{count} days", days).format(count=days)


def _clock(times: Sequence[time]) -> list[str]:
    return [f"{at:%H:%M}" for at in times]
