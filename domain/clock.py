"""The one place that says what time it is."""

from datetime import UTC, datetime, timedelta


class Clock:
    """Aware UTC time with an offset that tests move.

    SQL reads the same offset through ``clock_now()``: every transaction carries it
    (see :mod:`domain.database`), so that Python and PostgreSQL never disagree about "now".
    """

    def __init__(self, offset: timedelta = timedelta(0)) -> None:
        self.offset = offset

    def now(self) -> datetime:
        return datetime.now(UTC) + self.offset

    def advance(self, by: timedelta) -> None:
        self.offset += by
