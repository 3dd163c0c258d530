"""Errors about doctors."""

from dataclasses import dataclass
from uuid import UUID

from domain.errors import CareCircleError


@dataclass(eq=False)
class SimilarDoctor(CareCircleError):
    """The person has a doctor whose name is the same, or looks or sounds like it."""

    existing_id: UUID
