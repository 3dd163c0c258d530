"""How many doses, in words."""

from decimal import Decimal

_VULGAR = {Decimal("0.5"): "½", Decimal("0.25"): "¼", Decimal("0.75"): "¾"}


def count_words(count: Decimal) -> str:
    """ "2", "½", "4½"; to two places where it has no such end."""
    whole, rest = divmod(count, 1)
    if rest in _VULGAR:
        return f"{whole:f}{_VULGAR[rest]}" if whole else _VULGAR[rest]
    return f"{round(count, 2).normalize():f}"
