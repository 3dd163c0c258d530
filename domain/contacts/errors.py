"""Errors about doctors and emergency contacts."""

from dataclasses import dataclass
from uuid import UUID

from domain.errors import CareCircleError


@dataclass(eq=False)
class SimilarDoctor(CareCircleError):
    """The person has a doctor whose name is the same, or looks or sounds like it."""

    existing_id: UUID


@dataclass(eq=False)
class SimilarContact(CareCircleError):
    """The family has an emergency contact with this number, or one whose name is the same, or
    looks or sounds like it.
    """

    existing_id: UUID


class OrderChanged(CareCircleError):
    """The order of the emergency contacts isn't what it was when it was shown."""
