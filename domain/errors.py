"""Errors that the domain raises, as types with data. Views turn them into words. Errors of one area
are in that area's package.

Something that belongs to another family is *not found*, never *forbidden*: nobody should learn that
it exists.
"""

from dataclasses import dataclass

from domain.access import Action, Role


class CareCircleError(Exception):
    """An expected refusal. Whoever raises it has written nothing."""


class NotFound(CareCircleError):
    """The thing does not exist, is gone, or belongs to another family."""


class LeftFamily(NotFound):
    """The actor was in that family, and isn't any more."""


class NotInFamily(CareCircleError):
    """Somebody in the family's group who isn't in the family. The group shows what they pressed, so
    it's no secret.
    """


class NoFamily(CareCircleError):
    """The user isn't in any family yet, so there is nothing to act on."""


@dataclass(eq=False)
class NothingToUndo(CareCircleError):
    """The actor has done nothing in the last 48 hours that can be undone. `lasting` is the last
    thing they did that can't be, by its name in the audit.
    """

    lasting: str | None = None


class TooLateToUndo(CareCircleError):
    """It was done more than 48 hours ago and can't be undone any more."""


class AlreadyApplied(CareCircleError):
    """This update has already taken effect and must not be applied again."""


@dataclass(eq=False)
class NotAllowed(CareCircleError):
    """The member's role doesn't include the action."""

    action: Action
    role: Role


@dataclass(eq=False)
class AlreadyExists(CareCircleError):
    """There is already something with that name."""

    name: str


@dataclass(eq=False)
class SimilarName(CareCircleError):
    """Somebody has a name that looks or sounds like this one. The user may insist on it."""

    existing: str
