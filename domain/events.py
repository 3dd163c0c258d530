"""Events that are published after a transaction commits, and dropped if it rolls back."""

from dataclasses import dataclass
from datetime import datetime


class Event:
    """Something that happened in a transaction. Areas define their own."""


@dataclass(frozen=True)
class TimerSet(Event):
    """A timer is set to this whole minute (UTC), so the alarm has to ring then."""

    at: datetime


@dataclass(frozen=True)
class NotificationsQueued(Event):
    """There are messages to send or edit. Delivery can start now instead of at its next poll."""
