"""Amounts in words."""

from decimal import Decimal
from functools import lru_cache

from babel import Locale
from babel.numbers import format_decimal

from bot.ui.wording import _, locale
from bot.ui.words.units import PIECE, is_named, unit_name
from domain.medicines.dosages import Dosage

_VULGAR = {Decimal("0.5"): "½", Decimal("0.25"): "¼", Decimal("0.75"): "¾"}


def count_words(count: Decimal) -> str:
    """A number of doses: "2", "½", "4½"; other fractions to two decimal places."""
    whole, rest = divmod(count, 1)
    if rest in _VULGAR:
        return f"{whole:f}{_VULGAR[rest]}" if whole else _VULGAR[rest]
    return _plain(round(count, 2))


def amount_in_words(amount: Decimal, unit: str) -> str:
    """ "12 tablets", "2.5 ml", "½ tablet"."""
    number = number_in_words(amount)
    if unit == PIECE:
        return number
    name = unit_name(unit, count=_worded_like(amount))
    return _("{number} {unit}").format(number=number, unit=name)


def more_in_words(amount: Decimal, unit: str) -> str:
    """ "12 more tablets", "½ more tablet", "2 ml more"."""
    number = number_in_words(amount)
    if unit == PIECE:
        return _("{number} more").format(number=number)
    words = _("{number} more {unit}") if is_named(unit) else _("{number} {unit} more")
    return words.format(number=number, unit=unit_name(unit, count=_worded_like(amount)))


def range_in_words(least: Decimal, most: Decimal, unit: str) -> str:
    """ "1–2 tablets", "½–1 tablet"."""
    numbers = _("{least}–{most}").format(least=number_in_words(least), most=number_in_words(most))
    if unit == PIECE:
        return numbers
    # English, French and most others word a range like its end; see the CLDR plural ranges.
    return _("{number} {unit}").format(
        number=numbers, unit=unit_name(unit, count=_worded_like(most))
    )


def to_dosage(amount: Decimal, unit: str) -> Dosage:
    """An amount that was tapped, in the words of its button."""
    return Dosage(amount_in_words(amount, unit), amount, unit)


def least_of(dosage: Dosage) -> Dosage:
    """The smallest amount of a range; otherwise the dosage itself."""
    if dosage.most is None or dosage.amount is None or dosage.unit is None:
        return dosage
    return to_dosage(dosage.amount, dosage.unit)


def number_in_words(amount: Decimal) -> str:
    """ "12", "2.5", "½", "1½"."""
    whole, half = divmod(amount, 1)
    if half == Decimal("0.5"):
        return f"{whole:f}½" if whole else "½"
    return _plain(amount)


def _plain(number: Decimal) -> str:
    """ "12", "1000", "2.25", with the language's decimal sign."""
    digits = f"{number.normalize():f}"
    return _decimal(digits, locale()) if "." in digits else digits


@lru_cache(maxsize=1_024)
def _decimal(digits: str, language: Locale) -> str:
    return format_decimal(
        Decimal(digits), locale=language, decimal_quantization=False, group_separator=False
    )


def _worded_like(amount: Decimal) -> int:
    """The whole number whose word form a fraction takes: "½ tablet", "1½ tablets"; or, as in
    French, 1 for 1½.
    """
    if amount % 1 == 0:
        return int(amount)
    return 1 if amount < 1 or _plural_form(amount, locale()) == "one" else 2


@lru_cache(maxsize=1_024)
def _plural_form(amount: Decimal, language: Locale) -> str:
    return language.plural_form(amount)
