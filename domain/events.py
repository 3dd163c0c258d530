"""What others may act on once a transaction is committed. Dropped when it is rolled back."""

from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias


@dataclass(frozen=True)
class TimerSet:
    """A dose acts at this whole minute (UTC): the alarm must ring then."""

    at: datetime


@dataclass(frozen=True)
class NotificationsOwed:
    """Messages are to be sent or edited: delivery need not wait for its next look."""


Event: TypeAlias = TimerSet | NotificationsOwed
