"""The one place that says what time it is."""

from datetime import UTC, datetime, timedelta


class Clock:
    """Aware UTC time as PostgreSQL tells it, with an offset that tests move.

    PostgreSQL's clock alone decides what is due. This machine's may be off: every transaction says
    what time it is over there (see :mod:`domain.database`), and `skew` is by how much this one is
    behind. SQL adds the same `offset` through ``clock_now()``.
    """

    def __init__(self, offset: timedelta = timedelta(0)) -> None:
        self.offset = offset
        self.skew = timedelta(0)

    def now(self) -> datetime:
        return self.machine_now() + self.skew + self.offset

    def machine_now(self) -> datetime:
        """What this machine's own clock says."""
        return datetime.now(UTC)

    @property
    def lead(self) -> timedelta:
        """By how much :meth:`now` is ahead of ``datetime.now``, which others go by."""
        return self.now() - datetime.now(UTC)

    def advance(self, by: timedelta) -> None:
        self.offset += by

    def compare(self, theirs: datetime, *, asked_at: datetime, answered_at: datetime) -> None:
        """PostgreSQL said *theirs* (without the offset, which may have moved since it was asked)
        between two readings of this machine's clock.

        What is within the uncertainty of the way there and back changes nothing.
        """
        uncertainty = abs(answered_at - asked_at) / 2
        skew = theirs - (asked_at + (answered_at - asked_at) / 2)
        if abs(skew - self.skew) > uncertainty:
            self.skew = skew
