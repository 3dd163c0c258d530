"""Recurrences, in the words that people type for them."""

from collections.abc import Mapping
from datetime import date

from bot.ui.wording import _, listed, ngettext
from bot.ui.words.dates import full_date, ordinal, weekday_name, weekday_names
from domain.appointments.recurrences import SHORTEST_MONTH, ByDay, Frequency, Nth, Recurrence


def repeat_words(rule: Recurrence, *, first: date) -> str:
    """ "every Tuesday until 1 March 2027". A bare "every month" falls on the same day as
    *first*.
    """
    words = _rhythm(rule, first)
    if rule.count is not None:
        return ngettext("{rhythm}, {count} time", "{rhythm}, {count} times", rule.count).format(
            rhythm=words, count=rule.count
        )
    if rule.until is not None:
        return _("{rhythm} until {date}").format(rhythm=words, date=full_date(rule.until.date()))
    return words


def _rhythm(rule: Recurrence, first: date) -> str:
    match rule.frequency:
        case Frequency.DAILY:
            if rule.interval == 1:
                return _("every day")
            return ngettext("every {count} day", "every {count} days", rule.interval).format(
                count=rule.interval
            )
        case Frequency.WEEKLY:
            days = _day_list(rule.by_day) or weekday_name(first)
            if rule.interval == 1:
                return _("every {days}").format(days=days)
            return ngettext(
                "every {count} week on {days}", "every {count} weeks on {days}", rule.interval
            ).format(count=rule.interval, days=days)
        case Frequency.MONTHLY:
            on = _on_day(rule, first)
            if rule.interval == 1:
                return _("every month {on}").format(on=on)
            return ngettext(
                "every {count} month {on}", "every {count} months {on}", rule.interval
            ).format(count=rule.interval, on=on)
        case _:
            words = _("every year")
            if rule.interval != 1:
                words = ngettext("every {count} year", "every {count} years", rule.interval).format(
                    count=rule.interval
                )
            return _of_leap_day(words, rule, first)


def _on_day(rule: Recurrence, first: date) -> str:
    if rule.by_day:
        day = rule.by_day[0]
        return _("on the {nth} {weekday}").format(
            nth=place_names()[day.nth], weekday=weekday_names()[day.weekday]
        )
    if rule.has_shorter_months:
        return with_shorter_months(_("on the {day}").format(day=ordinal(rule.by_month_day[-1])))
    number = rule.by_month_day[0] if rule.by_month_day else first.day
    if number == -1:
        return _("on the last day")
    words = _("on the {day}").format(day=ordinal(number))
    # Series from before shorter months had a rule of their own skip them.
    return (
        _("{day} (not in shorter months)").format(day=words) if number > SHORTEST_MONTH else words
    )


def with_shorter_months(words: str) -> str:
    """*words* about a day that some months don't have, with what happens in those."""
    return _("{day} (in shorter months on the last day)").format(day=words)


def _of_leap_day(words: str, rule: Recurrence, first: date) -> str:
    if rule.has_shorter_months and rule.by_month == (2,):
        return _("{years} on 29 February (in other years on the 28th)").format(years=words)
    if (first.month, first.day) == (2, SHORTEST_MONTH + 1):
        return _("{years} on 29 February (not in other years)").format(years=words)
    return words


def _day_list(days: tuple[ByDay, ...]) -> str:
    names = weekday_names()
    return listed([names[day.weekday] for day in days])


def place_names() -> Mapping[int, str]:
    """ "first", "last": which of the weekdays of a month."""
    return {
        Nth.LAST: _("last"),
        Nth.FIRST: _("first"),
        Nth.SECOND: _("second"),
        Nth.THIRD: _("third"),
        Nth.FOURTH: _("fourth"),
        Nth.FIFTH: _("fifth"),
    }
