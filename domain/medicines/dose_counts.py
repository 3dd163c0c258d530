"""How many doses, as the medicine is set, an amount is. Pure arithmetic.

Two tablets of a medicine that is set to 500 mg are two doses, and so is 1 g. If that can't be
computed we ask; we never guess. Of a range, any amount within it is one dose: more than its end is
a multiple of the end, less than its start a fraction of the start.
"""

from dataclasses import dataclass
from decimal import Decimal

from domain.medicines.dosages import Dosage

SLIP_FROM = Decimal(10)  # times the dose: more likely a slip
SMALLEST_SLIP = Decimal("0.1")  # times the dose or less: likewise

# Each unit in terms of the smallest of its kind.
_SIZES = (
    {"ng": 1, "µg": 10**3, "mg": 10**6, "g": 10**9, "kg": 10**12},
    {"ml": 1, "cl": 10, "dl": 100, "l": 1000},
)


@dataclass(frozen=True, slots=True)
class Packed:
    """What we know from the stock: *per_dose* of *unit* make one dose."""

    unit: str
    per_dose: Decimal


def count_doses(given: Dosage, usual: Dosage, *, packed: Packed | None = None) -> Decimal | None:
    """How many times the *usual* dosage *given* is, to four decimal places; None if unknown."""
    if given.words == usual.words:
        return Decimal(1)
    if given.amount is None or given.unit is None:
        return None
    if packed is not None and given.unit == packed.unit:
        return _rounded(_of_range(given.amount / packed.per_dose, usual))
    times = how_many_times(given, usual)
    if times is not None:
        return _rounded(_of_range(times, usual))
    # "2 tablets" of a medicine set to "500 mg": the strength is that of one tablet.
    is_strength = usual.unit in _SIZES[0] and usual.most is None
    return given.amount if is_strength and given.unit in COUNTABLE else None


def _of_range(times: Decimal, usual: Dosage) -> Decimal:
    """How many doses *times* the smallest amount of *usual* are."""
    if usual.amount is None or usual.most is None or times < 1:
        return times
    return max(Decimal(1), times * usual.amount / usual.most)


def is_within(given: Dosage, usual: Dosage) -> bool:
    """Whether *given* is an amount that the range *usual* allows. False if it's no range."""
    least, most = how_many_times(given, usual), how_many_times(given, usual.largest)
    if usual.most is None or given.most is not None or least is None or most is None:
        return False
    return most <= 1 <= least


def how_many_times(one: Dosage, other: Dosage) -> Decimal | None:
    """How many times *other* *one* is: 2 for 1 g and 500 mg; None if not comparable. Of a range,
    its smallest amount counts.
    """
    if one.amount is None or other.amount is None or one.unit is None or other.unit is None:
        return None
    if one.unit == other.unit:
        return one.amount / other.amount
    for sizes in _SIZES:
        if one.unit in sizes and other.unit in sizes:
            return one.amount * sizes[one.unit] / (other.amount * sizes[other.unit])
    return None


#: One of these is one dose, if the medicine is set by strength.
COUNTABLE = frozenset({"tablet", "pill", "capsule", "caplet", "softgel", "suppository", "sachet"})


def is_slip(given: Dosage, usual: Dosage, count: Decimal) -> bool:
    """Whether *given* is likely a slip: ten times the dose, a tenth, another unit."""
    is_other_unit = given.unit != usual.unit and not _is_same_kind(given, usual)
    return is_other_unit or count >= SLIP_FROM or count <= SMALLEST_SLIP


def _is_same_kind(given: Dosage, usual: Dosage) -> bool:
    return any(given.unit in sizes and usual.unit in sizes for sizes in _SIZES)


def _rounded(count: Decimal) -> Decimal | None:
    rounded = round(count, 4)
    return Decimal(f"{rounded.normalize():f}") if rounded > 0 else None
