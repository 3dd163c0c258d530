"""What can go wrong in the domain, as types with data. Views turn them into words. What concerns
one area stands there.

Another family's thing is *not found*, never *forbidden*: whoever asks must not learn that it is
there.
"""

from dataclasses import dataclass

from domain.access import Action, Role


class CareCircleError(Exception):
    """An expected refusal. Nothing was written when it is raised."""


class NotFound(CareCircleError):
    """The thing does not exist, is gone, or belongs to another family."""


class NoFamily(CareCircleError):
    """The person is in no family yet, so there is nothing to act on."""


@dataclass(eq=False)
class NothingToUndo(CareCircleError):
    """The person has done nothing in the last 48 hours that can be taken back. `lasting` is what
    they did last that cannot be, as the audit calls it.
    """

    lasting: str | None = None


class TooLateToUndo(CareCircleError):
    """What was done more than 48 hours ago stays as it is."""


class AlreadyApplied(CareCircleError):
    """This update took effect before: whoever repeats it must not do so again."""


@dataclass(eq=False)
class NotAllowed(CareCircleError):
    """The member's role does not include the action."""

    action: Action
    role: Role


@dataclass(eq=False)
class AlreadyExists(CareCircleError):
    """Something of that name is there already."""

    name: str


@dataclass(eq=False)
class AlikeName(CareCircleError):
    """Somebody has a name that looks or sounds like that one. It can be meant so."""

    existing: str
