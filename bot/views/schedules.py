"""Schedules in words. In English, what is written here can be typed and means the same."""

from collections.abc import Sequence
from datetime import date

from bot.views.times import full_date, weekday_names
from bot.views.wording import _
from domain.schedules import Schedule, Weekday

_WORKDAYS = frozenset(Weekday(n) for n in range(5))
_WEEKEND = frozenset(Weekday) - _WORKDAYS


def schedule_in_words(schedule: Schedule, *, today: date | None = None) -> str:
    """ "Mon, Wed and Fri at 09:00, until 3 December 2026".

    Given *today* (where the person lives), the first day is named only while it lies ahead.
    """
    words = _("{days} at {times}").format(
        days=_days(schedule.weekdays), times=_list([f"{at:%H:%M}" for at in schedule.times])
    )
    if today is None or schedule.starts_on > today:
        words = _("{schedule}, from {date}").format(
            schedule=words, date=full_date(schedule.starts_on)
        )
    if schedule.ends_on is not None:
        words = _("{schedule}, until {date}").format(
            schedule=words, date=full_date(schedule.ends_on)
        )
    return words


def _days(weekdays: frozenset[Weekday] | None) -> str:
    if weekdays is None:
        return _("every day")
    if weekdays == _WORKDAYS:
        return _("weekdays")
    if weekdays == _WEEKEND:
        return _("weekends")
    if len(weekdays) == 1:
        [weekday] = weekdays
        return _("every {weekday}").format(weekday=weekday_names()[weekday])
    short = (_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun"))
    return _list([short[weekday] for weekday in sorted(weekdays)])


def _list(words: Sequence[str]) -> str:
    if len(words) == 1:
        return words[0]
    return _("{most} and {last}").format(most=", ".join(words[:-1]), last=words[-1])
