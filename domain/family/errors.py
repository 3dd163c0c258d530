"""Errors about families, members and the people they care for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time

from domain.errors import CareCircleError, NotFound
from domain.family.limits import Quota


class NobodyCaredFor(CareCircleError):
    """The family hasn't added anyone to care for yet."""


class GroupTaken(CareCircleError):
    """Another family uses that group."""


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
class LastAdmin(CareCircleError):
    """The `family` would be without an admin."""

    family: str


class SeesOnlySome(CareCircleError):
    """The actor sees only some of the people cared for, and wouldn't see who is added."""


@dataclass(eq=False)
class StillPromised(CareCircleError):
    """The `member` has promised something for these `people`, whom they wouldn't see any more."""

    member: str
    people: Sequence[str]


@dataclass(eq=False)
class AlreadyTheirs(CareCircleError):
    """Somebody else in the family records that `person`'s own doses already."""

    person: str


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
