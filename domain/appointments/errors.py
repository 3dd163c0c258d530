"""Errors about appointments."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from domain.errors import CareCircleError


@dataclass(eq=False)
class AppointmentInPast(CareCircleError):
    """The appointment would begin at an instant (UTC) in the past."""

    starts_at: datetime
    zone: ZoneInfo


@dataclass(eq=False)
class TimeDoesNotExist(CareCircleError):
    """The clock skips this local time (naive) and shows `instead`."""

    local: datetime
    instead: datetime


class AppointmentOver(CareCircleError):
    """It has already taken place, and can't be moved, cancelled or driven to any more."""


class AppointmentCancelled(CareCircleError):
    """It is cancelled and has to be restored before it can be moved."""


class AppointmentChanged(CareCircleError):
    """Somebody else has changed the appointment since the member saw it."""


@dataclass(eq=False)
class DriverAlreadySet(CareCircleError):
    """Somebody else is already driving."""

    driver: str
