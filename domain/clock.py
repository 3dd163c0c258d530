"""The one source of the current time."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select

#: PostgreSQL's time, as a limit that an index can serve: under row security the function itself
#: would be a filter over all of it.
SQL_NOW = select(func.clock_now()).scalar_subquery()


class Clock:
    """PostgreSQL's time (aware UTC), plus an offset that tests move.

    Only PostgreSQL's clock decides what is due, and this machine's clock may be off. Every
    transaction returns the server's time (see :mod:`domain.database`); `skew` is how far this
    machine is behind it. SQL adds the same `offset` through ``clock_now()``.
    """

    def __init__(self, offset: timedelta = timedelta(0)) -> None:
        self.offset = offset
        self.skew = timedelta(0)

    def now(self) -> datetime:
        return self.machine_now() + self.skew + self.offset

    def machine_now(self) -> datetime:
        """The time on this machine's own clock."""
        return datetime.now(UTC)

    @property
    def lead(self) -> timedelta:
        """How far :meth:`now` is ahead of ``datetime.now``, which libraries use."""
        return self.now() - datetime.now(UTC)

    def advance(self, by: timedelta) -> None:
        self.offset += by

    def adjust_skew(
        self, server_time: datetime, *, asked_at: datetime, answered_at: datetime
    ) -> None:
        """Update `skew` from *server_time*, PostgreSQL's time (without the offset, which may have
        moved since), read between two readings of this machine's clock.

        A difference smaller than the uncertainty of the round trip is ignored.
        """
        uncertainty = abs(answered_at - asked_at) / 2
        skew = server_time - (asked_at + (answered_at - asked_at) / 2)
        if abs(skew - self.skew) > uncertainty:
            self.skew = skew
