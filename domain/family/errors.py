"""Errors about families, members and the people they care for."""

from dataclasses import dataclass
from datetime import datetime, time

from domain.errors import CareCircleError, NotFound
from domain.family.limits import Quota


class NobodyCaredFor(CareCircleError):
    """The family hasn't added anyone to care for yet."""


class InvitationUnknown(NotFound):
    """There is no invitation with this secret."""


@dataclass(eq=False)
class InvitationUsed(CareCircleError):
    """The invitation has already been redeemed."""


@dataclass(eq=False)
class InvitationRevoked(CareCircleError):
    """An admin has revoked it, or whoever made it may not invite any more."""


@dataclass(eq=False)
class InvitationExpired(CareCircleError):
    """The invitation expired at `expired_at` (UTC)."""

    expired_at: datetime


@dataclass(eq=False)
class AlreadyMember(CareCircleError):
    """The user is already in that family. The invitation stays unused."""

    family: str


@dataclass(eq=False)
class FamilyFull(CareCircleError):
    """The family has reached the `limit` of its `quota`."""

    quota: Quota
    limit: int


@dataclass(eq=False)
class LastToBeAsked(CareCircleError):
    """Nobody else who can be reached would be asked about that `person`'s doses."""

    person: str


@dataclass(eq=False)
class HoursClash(CareCircleError):
    """Two times of the member's own hours are the same: both `at`."""

    at: time
