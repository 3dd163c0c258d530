"""What can go wrong with appointments."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from domain.errors import CareCircleError


@dataclass(eq=False)
class AppointmentInPast(CareCircleError):
    """An appointment would begin at an instant (UTC) that is over."""

    starts_at: datetime
    zone: ZoneInfo


@dataclass(eq=False)
class TimeDoesNotExist(CareCircleError):
    """The clocks skip this local time (naive); they show `instead` then."""

    local: datetime
    instead: datetime


class AppointmentOver(CareCircleError):
    """What has taken place cannot be moved, called off or driven to any more."""


class AppointmentCancelled(CareCircleError):
    """It was called off; before it can be moved it has to be restored."""


class AppointmentChanged(CareCircleError):
    """Somebody else has changed the appointment since the member saw it."""


@dataclass(eq=False)
class TakenByAnother(CareCircleError):
    """Somebody else drives already."""

    driver: str
