"""Dosages: how much is given each time, in words and, if countable, as a number."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from typing import Any, Self

_THINGS = """
    tablet pill capsule caplet softgel gummy lozenge pastille dragee drop puff spray inhalation
    squirt pump sachet packet stick patch plaster strip injection shot ampoule ampule vial pen
    syringe click suppository pessary enema teaspoon tablespoon spoon spoonful scoop cup glass
    bottle measure tube piece dose application nebule film ml l cl dl
"""
#: Units that are counted or measured out, as opposed to units of strength.
THINGS = frozenset(_THINGS.split())
# Of these nobody is given as many at once as are in a pack.
_MOST_AT_ONCE = {
    **dict.fromkeys(("tablet", "pill", "capsule", "caplet", "softgel", "sachet"), 10),
    **dict.fromkeys(("patch", "suppository", "pessary", "ampoule", "vial"), 4),
    "ml": 60,  # of something that has a strength: milk is drunk by the glass
}
MAX_STEPS = 4  # of a range: beyond that, a button for each would hide the others


class UnreadableDosage(ValueError):
    """Stored JSON that isn't a dosage: from a newer version, or damaged."""


@dataclass(frozen=True, slots=True)
class Dosage:
    """`words` are shown as typed ("½ tablet"). `amount` of `unit` (singular: "tablet", "mg") is
    their exact value; None if they can't be counted ("a thin layer"). With `most`, it is a range
    ("1–2 tablets"), and whoever gives it says how much it was: from `amount` to `most`.
    """

    words: str
    amount: Decimal | None = None
    unit: str | None = None
    most: Decimal | None = None

    def __post_init__(self) -> None:
        if (self.amount is None) != (self.unit is None):
            raise ValueError("an amount and its unit belong together")
        if self.amount is not None and self.amount <= 0:
            raise ValueError("an amount is above zero")
        if self.most is not None and (self.amount is None or self.most <= self.amount):
            raise ValueError("a range goes from a smaller amount to a larger one")

    @property
    def choices(self) -> tuple[Decimal, ...]:
        """The amounts of a range that are offered for choice, in its unit: whole steps of one, or
        only its ends where those steps are many or not whole. Empty if it's no range.
        """
        if self.amount is None or self.most is None:
            return ()
        is_whole = self.amount % 1 == 0 and self.most % 1 == 0
        if not is_whole or self.most - self.amount > MAX_STEPS:
            return self.amount, self.most
        return tuple(self.amount + step for step in range(int(self.most - self.amount) + 1))

    @property
    def largest(self) -> "Dosage":
        """The end of a range, in the same words; otherwise the dosage itself."""
        return self if self.most is None else replace(self, amount=self.most, most=None)

    @property
    def is_like_a_pack(self) -> bool:
        """Whether it may be what a pack contains: 28 tablets, a bottle of 100 ml."""
        most = _MOST_AT_ONCE.get(self.unit or "")
        if self.unit == "ml" and "/" not in self.words:
            return False
        return most is not None and (self.most or self.amount or 0) > most

    def to_json(self) -> dict[str, Any]:
        stored = {
            "words": self.words,
            "amount": None if self.amount is None else str(self.amount),
            "unit": self.unit,
        }
        return stored if self.most is None else {**stored, "most": str(self.most)}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        """Raises :class:`UnreadableDosage` for anything that `to_json` doesn't write."""
        try:
            amount, most = stored["amount"], stored.get("most")
            return cls(
                str(stored["words"]),
                None if amount is None else Decimal(amount),
                stored["unit"],
                None if most is None else Decimal(most),
            )
        except (KeyError, TypeError, ValueError, InvalidOperation) as error:
            raise UnreadableDosage("a dosage with damaged parts") from error
