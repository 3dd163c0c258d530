"""Days, weekdays and months in the reader's language, from CLDR."""

import re
from datetime import date
from functools import lru_cache

from babel import Locale
from babel.dates import format_date, format_skeleton, get_day_names, parse_pattern

from bot.ui.wording import _, locale

_THIN_SPACE = "\u2009"
_SHORT_MONTH = re.compile(r"(?<!M)M{3}(?!M)")  # in a date pattern

# Formatting a day with Babel takes ten times as long as this lookup, and a card names few days.
_cached = lru_cache(maxsize=4_096)


def full_date(day: date) -> str:
    """ "3 December 2026"."""
    return _long(day, locale())


def day_and_month(day: date) -> str:
    """ "3 December"."""
    return _by_skeleton(day, "MMMMd", locale())


def short_day(day: date) -> str:
    """ "3 Dec": for buttons, which are narrow."""
    return _by_skeleton(day, "MMMd", locale())


def short_month(day: date) -> str:
    """ "Nov"."""
    return _by_skeleton(day, "MMM", locale())


def month_name(day: date) -> str:
    """ "November", by itself."""
    return _month(day, locale())


def month_and_year(day: date) -> str:
    """ "Dec 2026": for buttons."""
    return _by_skeleton(day, "yMMM", locale())


def day_range(first: date, last: date, *, with_year: bool) -> str:
    """ "1–14 July", "28 December 2026 – 3 January 2027"."""
    return _range(first, last, "yMMMd" if with_year else "MMMd", locale(), is_short=False)


def short_day_range(first: date, last: date, *, with_year: bool) -> str:
    """ "1–14 Jul", "28 Dec 2026 – 3 Jan 2027": for buttons."""
    return _range(first, last, "yMMMd" if with_year else "MMMd", locale(), is_short=True)


def weekday_name(day: date) -> str:
    return weekday_names()[day.weekday()]


def weekday_names() -> tuple[str, ...]:
    """ "Monday" first."""
    return _weekdays("wide", locale())


def short_weekday_names() -> tuple[str, ...]:
    """ "Mon" first."""
    return _weekdays("abbreviated", locale())


def ordinal(number: int) -> str:
    """ "1st", "22nd"; each translation writes day numbers the way its language does."""
    match _ordinal_form(number, locale()):
        case "one":
            words = _("{day}st")
        case "two":
            words = _("{day}nd")
        case "few":
            words = _("{day}rd")
        case _:
            words = _("{day}th")
    return words.format(day=number)


@_cached
def _long(day: date, language: Locale) -> str:
    return format_date(day, "long", locale=language)


@_cached
def _month(day: date, language: Locale) -> str:
    return format_date(day, "LLLL", locale=language)


@_cached
def _by_skeleton(day: date, skeleton: str, language: Locale) -> str:
    return format_skeleton(skeleton, day, locale=language)


@_cached
def _range(first: date, last: date, skeleton: str, language: Locale, *, is_short: bool) -> str:
    """Format the days by CLDR's pattern for the largest field in which they differ.

    CLDR has these patterns for short months only, and leaves widening them to programs (UTS 35,
    intervalFormats).
    """
    largest = "y" if first.year != last.year else "M" if first.month != last.month else "d"
    patterns = language.interval_formats[skeleton][largest]
    if not is_short:
        patterns = [_SHORT_MONTH.sub("MMMM", pattern) for pattern in patterns]
    words = "".join(
        parse_pattern(pattern).apply(day, language)
        for pattern, day in zip(patterns, (first, last), strict=True)
    )
    return words.replace(_THIN_SPACE, " ")  # people can't type thin spaces


@lru_cache(maxsize=256)
def _weekdays(width: str, language: Locale) -> tuple[str, ...]:
    names = get_day_names("wide" if width == "wide" else "abbreviated", locale=language)
    return tuple(names[number] for number in range(7))


@_cached
def _ordinal_form(number: int, language: Locale) -> str:
    return language.ordinal_form(number)
