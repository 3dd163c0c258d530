"""What can go wrong with families, their members and the people they care for."""

from dataclasses import dataclass
from datetime import datetime

from domain.errors import CareCircleError, NotFound
from domain.family.limits import Held


class NobodyCaredFor(CareCircleError):
    """The family has nobody to give medicines to yet."""


class InvitationUnknown(NotFound):
    """No invitation has this secret."""


@dataclass(eq=False)
class InvitationUsed(CareCircleError):
    """The invitation was redeemed before."""


@dataclass(eq=False)
class InvitationExpired(CareCircleError):
    """The invitation ran out, at `expired_at` (UTC)."""

    expired_at: datetime


@dataclass(eq=False)
class AlreadyMember(CareCircleError):
    """The person is in that family already. The invitation stays unused."""

    family: str


@dataclass(eq=False)
class FamilyFull(CareCircleError):
    """The family holds as many of *held* as it may: `most`."""

    held: Held
    most: int
