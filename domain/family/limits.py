"""How much a family may hold: more than any family needs, and not endless.

Whatever somebody types is held against the names that their family knows, so without an end one
family could hold up all others. With these numbers no message of theirs holds the event loop for
more than 50 ms: see ``tests/benchmarks/typing.py``.
"""

from collections.abc import Mapping
from enum import StrEnum


class Held(StrEnum):
    """What a family holds a limited number of."""

    PERSON = "person"  # cared for
    MEDICINE = "medicine"  # stopped ones too: they are listed, and can be restored
    DOCTOR = "doctor"
    MEMBER = "member"
    APPOINTMENT = "appointment"  # that lies ahead; a series is one


MOST_HELD: Mapping[Held, int] = {
    Held.PERSON: 20,  # a ward, not a home
    Held.MEDICINE: 300,  # twenty people with fifteen each
    Held.DOCTOR: 200,  # ten for each of twenty people
    Held.MEMBER: 50,  # each one is told of what concerns all
    Held.APPOINTMENT: 500,  # more than one on each day of a year
}
