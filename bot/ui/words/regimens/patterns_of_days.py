"""The days of a schedule in words."""

from collections.abc import Sequence
from datetime import date

from bot.ui.wording import _, listed, ngettext
from bot.ui.words.dates import (
    day_and_month,
    month_name,
    ordinal,
    short_weekday_names,
    weekday_names,
)
from bot.ui.words.repeats import place_names, with_shorter_months
from domain.appointments.recurrences import SHORTEST_MONTH
from domain.local_time import WEEKEND, WORKDAYS, Weekday
from domain.medicines.schedules.days import (
    LAST,
    Cycle,
    Daily,
    Days,
    Monthly,
    MonthlyWeekdays,
    Weekly,
)

_YEAR = 12  # months
_SHORTEST_RANGE = 3  # days: two are "Sat, Sun"


def days_in_words(days: Days, *, starts_on: date | None = None) -> str:
    """ "every 2 days", "weekdays", "first Monday of the month", "every year on 3 May".

    Counted from *starts_on*, which says in which month something is due once a year.
    """
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
        case Monthly():
            return _days_of_month(days, starts_on)
        case MonthlyWeekdays():
            return _weekdays_of_month(days, starts_on)
        case Cycle(days_on=on, days_off=off):
            return _("{on} on, {off} off").format(on=count_of_days(on), off=count_of_days(off))


def plan_days_in_words(days: Days, *, starts_on: date | None = None) -> str:
    """As :func:`days_in_words`, with weekdays as they stand in a plan: "Mon–Fri", "Sat, Sun"."""
    if isinstance(days, Weekly) and days.every == 1:
        return ", ".join(_ranges(sorted(days.weekdays)))
    return days_in_words(days, starts_on=starts_on)


def count_of_days(days: int) -> str:
    return ngettext("{count} day", "{count} days", days).format(count=days)


def _days_of_month(days: Monthly, starts_on: date | None) -> str:
    if days.every == _YEAR and starts_on is not None:
        return _once_a_year(days, starts_on)
    numbers = listed([ordinal(day) for day in sorted(days.days)])
    if days.every == 1:
        words = _("on the {days} of the month").format(days=numbers)
    else:
        words = _every_months(days.every, _("on the {day}").format(day=numbers))
    return with_shorter_months(words) if max(days.days) > SHORTEST_MONTH else words


def _once_a_year(days: Monthly, starts_on: date) -> str:
    """ "every year on 3 May"; of the last days of February, what happens in most years."""
    first = days.next_day(starts_on, starts_on=starts_on)
    years = _("every year")
    if first.month == 2 and max(days.days) > SHORTEST_MONTH:
        if days.days == {SHORTEST_MONTH + 1}:
            return _("{years} on 29 February (in other years on the 28th)").format(years=years)
        return _every_months(
            _YEAR, with_shorter_months(_("on the {day}").format(day=ordinal(max(days.days))))
        )
    found, day = [first], first
    while len(found) < len(days.days):
        day = days.next_day(date.fromordinal(day.toordinal() + 1), starts_on=starts_on)
        if day.month != first.month or day.year != first.year:
            break
        found.append(day)
    return _("{years} on {days}").format(
        years=years, days=listed([day_and_month(each) for each in found])
    )


def _weekdays_of_month(days: MonthlyWeekdays, starts_on: date | None) -> str:
    """ "second and fourth Tuesday of the month"."""
    places = place_names()
    ordered = sorted(days.places, key=lambda place: (place == LAST, place))
    names = weekday_names()
    words = _("{places} {weekdays}").format(
        places=listed([places[place] for place in ordered]),
        weekdays=listed([names[weekday] for weekday in sorted(days.weekdays)]),
    )
    if days.every == 1:
        return _("{weekdays} of the month").format(weekdays=words)
    if days.every == _YEAR and starts_on is not None:
        first = days.next_day(starts_on, starts_on=starts_on)
        return _("every year on the {weekdays} of {month}").format(
            weekdays=words, month=month_name(first)
        )
    return _every_months(days.every, _("on the {day}").format(day=words))


def _every_months(every: int, words: str) -> str:
    return ngettext("every {count} month {on}", "every {count} months {on}", every).format(
        count=every, on=words
    )


def _weekdays(weekdays: frozenset[Weekday]) -> str:
    if weekdays == WORKDAYS:
        return _("weekdays")
    if weekdays == WEEKEND:
        return _("weekends")
    if len(weekdays) == 1:
        [weekday] = weekdays
        return _("every {weekday}").format(weekday=weekday_names()[weekday])
    return _weekday_list(weekdays)


def _weekday_list(weekdays: frozenset[Weekday]) -> str:
    names = short_weekday_names()
    return listed([names[weekday] for weekday in sorted(weekdays)])


def _ranges(weekdays: Sequence[Weekday]) -> list[str]:
    """ "Mon–Fri"; fewer than three in a row each by itself."""
    names = short_weekday_names()
    runs: list[list[Weekday]] = []
    for weekday in weekdays:
        if runs and weekday == runs[-1][-1] + 1:
            runs[-1].append(weekday)
        else:
            runs.append([weekday])
    words: list[str] = []
    for run in runs:
        if len(run) >= _SHORTEST_RANGE:
            words.append(_("{first}–{last}").format(first=names[run[0]], last=names[run[-1]]))
        else:
            words.extend(names[weekday] for weekday in run)
    return words
