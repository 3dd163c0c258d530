"""What can go wrong with doctors."""

from dataclasses import dataclass
from uuid import UUID

from domain.errors import CareCircleError


@dataclass(eq=False)
class AlikeDoctor(CareCircleError):
    """The person has a doctor of that name, or of one that looks or sounds like it."""

    existing_id: UUID
