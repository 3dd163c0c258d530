"""Recurrences, in the words that people type for them."""

from collections.abc import Mapping
from datetime import date

from bot.ui.wording import _, listed, ngettext
from bot.ui.words.dates import full_date, ordinal, weekday_name, weekday_names
from domain.appointments.recurrences import SHORTEST_MONTH, ByDay, Frequency, Nth, Recurrence
from domain.local_time import Weekday


def repeat_words(rule: Recurrence, *, first: date) -> str:
    """ "every Tuesday until 1 March 2027". A bare "every month" falls on the same day as
    *first*.
    """
    words = _with_end(_rhythm(rule, first), rule)
    if not rule.except_on:
        return words
    days = listed([full_date(day) for day in rule.except_on])
    return _("{rhythm}, except on {days}").format(rhythm=words, days=days)


def _with_end(words: str, rule: Recurrence) -> str:
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
        return _("on the {days}").format(days=_nth_days(rule.by_day))
    if rule.has_shorter_months:
        return with_shorter_months(_("on the {day}").format(day=ordinal(rule.by_month_day[-1])))
    if len(rule.by_month_day) > 1:
        days = [_("last day") if day == -1 else ordinal(day) for day in rule.by_month_day]
        words = _("on the {days}").format(days=listed(days))
        if max(rule.by_month_day) <= SHORTEST_MONTH:
            return words
        return _("{day} (not in shorter months)").format(day=words)
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


def _nth_days(days: tuple[ByDay, ...]) -> str:
    """ "second and fourth Tuesday", "first Monday and third Thursday"."""
    by_weekday: dict[Weekday, list[str]] = {}
    for day in days:
        by_weekday.setdefault(day.weekday, []).append(place_names()[day.nth])
    return listed(
        [
            _("{nth} {weekday}").format(nth=listed(nths), weekday=weekday_names()[weekday])
            for weekday, nths in by_weekday.items()
        ]
    )


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
