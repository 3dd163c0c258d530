"""Errors about bringing back what was removed."""

from dataclasses import dataclass

from domain.errors import CareCircleError


@dataclass(eq=False)
class NameTaken(CareCircleError):
    """Somebody else in the family is called `name` by now."""

    name: str


@dataclass(eq=False)
class PersonRemoved(CareCircleError):
    """It belongs to `person`, who was removed, too, and has to be brought back first."""

    person: str
