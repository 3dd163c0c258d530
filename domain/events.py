"""What others may act on once a transaction is committed. Dropped when it is rolled back."""

from dataclasses import dataclass
from datetime import datetime


class Event:
    """Something that happened in a transaction. Areas have some of their own."""


@dataclass(frozen=True)
class TimerSet(Event):
    """A dose acts at this whole minute (UTC): the alarm must ring then."""

    at: datetime


@dataclass(frozen=True)
class NotificationsOwed(Event):
    """Messages are to be sent or edited: delivery need not wait for its next look."""
