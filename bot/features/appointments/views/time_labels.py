"""Button labels for days, nights and times."""

from collections.abc import Sequence
from datetime import date, time, timedelta

from bot.ui.wording import _
from bot.ui.words.dates import month_and_year, short_day, short_month, weekday_name
from bot.ui.words.times import day_words, show_clock


def all_day_label() -> str:
    return _("All day")


def today_label() -> str:
    return _("Today")


def tomorrow_label() -> str:
    return _("Tomorrow")


def same_day_label(day: date) -> str:
    return _("Same day ({day})").format(day=short_day(day))


def day_label(day: date, *, today: date) -> str:
    return capital(day_words(day, today=today))


def night_label(day: date) -> str:
    """The night that ends on *day*, with both dates."""
    before = day - timedelta(days=1)
    return _("Night from {first} to {second}").format(
        first=_short_day(before), second=_short_day(day)
    )


def _short_day(day: date) -> str:
    return _("{weekday} {date}").format(weekday=weekday_name(day), date=short_day(day))


def time_label(clock: time) -> str:
    return show_clock(clock)


def month_label(month: date) -> str:
    return month_and_year(month)


def month_before(month: date) -> str:
    """The button to the previous month."""
    before = month - timedelta(days=1)
    return _("◀ {month}").format(month=short_month(before))


def month_after(month: date) -> str:
    """The button to the next month. *month* is its first day."""
    after = month + timedelta(days=31)
    return _("{month} ▶").format(month=short_month(after))


def weekday_labels() -> Sequence[str]:
    """Two letters each, Monday first."""
    return (_("Mo"), _("Tu"), _("We"), _("Th"), _("Fr"), _("Sa"), _("Su"))


def capital(words: str) -> str:
    return words[:1].upper() + words[1:]
