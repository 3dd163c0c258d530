"""Quotas: how much a family may hold.

What somebody types is compared with every name that their family knows, so an unlimited family
could slow down all others. With these limits no message blocks the event loop for more than 50 ms:
see ``tests/benchmarks/typing.py``. They are higher than any family needs.
"""

from collections.abc import Mapping
from enum import StrEnum


class Quota(StrEnum):
    """What a family may have only a limited number of."""

    PERSON = "person"  # cared for
    MEDICINE = "medicine"  # including stopped ones, which are listed and can be restored
    DOCTOR = "doctor"
    CONTACT = "contact"  # for emergencies
    MEMBER = "member"
    APPOINTMENT = "appointment"  # upcoming; a series counts once


QUOTA_LIMITS: Mapping[Quota, int] = {
    Quota.PERSON: 20,  # a ward, not a home
    Quota.MEDICINE: 300,  # twenty people with fifteen each
    Quota.DOCTOR: 200,  # ten for each of twenty people
    Quota.CONTACT: 100,  # five for each of twenty people
    Quota.MEMBER: 50,  # everybody gets the family's messages
    Quota.APPOINTMENT: 500,  # more than one on each day of a year
}
