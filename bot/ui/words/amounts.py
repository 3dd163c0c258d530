"""How many doses, in words."""

from decimal import Decimal

_VULGAR = {Decimal("0.5"): "½", Decimal("0.25"): "¼", Decimal("0.75"): "¾"}


def count_words(count: Decimal) -> str:
    """ "2", "½", "4½"; to two places where it has no such end."""
    whole, rest = divmod(count, 1)
    if rest in _VULGAR:
        return f"{whole:f}{_VULGAR[rest]}" if whole else _VULGAR[rest]
    return f"{round(count, 2).normalize():f}"


PIECE = "piece"


def amount_in_words(amount: Decimal, unit: str) -> str:
    """ "12 tablets", "2.5 ml", "½ tablet"."""
    number = number_in_words(amount)
    if unit == PIECE:
        return number
    return f"{number} {unit if 0 < amount <= 1 else plural(unit)}"


def number_in_words(amount: Decimal) -> str:
    """ "12", "2.5", "½", "1½"."""
    whole, half = divmod(amount, 1)
    if half == Decimal("0.5"):
        return f"{whole:f}½" if whole else "½"
    return f"{amount.normalize():f}"


def plural(unit: str) -> str:
    """ "tablets", "patches", "gummies"; a measure ("ml") has none."""
    if len(unit) <= 2:
        return unit
    if unit.endswith(("ch", "sh", "ss", "x")):
        return f"{unit}es"
    if unit.endswith("y") and unit[-2] not in "aeiou":
        return f"{unit[:-1]}ies"
    return f"{unit}s"
