"""The amounts that a range offers, as a button carries them."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from domain.medicines.dosages import Dosage

DIGEST_LENGTH = 4


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the amounts of a range: its number, and a `digest` of the range. A button records what
    its message shows, so it counts only while the dose has the same range.
    """

    number: int
    digest: str


def choices_of(planned: Dosage) -> Sequence[tuple[Choice, Decimal]]:
    """What a range offers, each with its amount in the unit of the range; empty if it's none."""
    digest = _digest_of(planned)
    return [(Choice(number, digest), amount) for number, amount in enumerate(planned.choices)]


def find_chosen(planned: Dosage, choice: Choice) -> Decimal | None:
    """The amount that *choice* stands for; None if it was offered for another range."""
    return next((amount for each, amount in choices_of(planned) if each == choice), None)


def _digest_of(planned: Dosage) -> str:
    whole = "|".join(map(str, (_plain(planned.amount), _plain(planned.most), planned.unit)))
    return hashlib.sha256(whole.encode()).hexdigest()[:DIGEST_LENGTH]


def _plain(amount: Decimal | None) -> Decimal | None:
    """1 and 1.0 are one amount."""
    return None if amount is None else amount.normalize()
