"""A circuit breaker for Redis: logs an outage once, fails fast, and retries now and then."""

import logging
import threading
import time
from collections.abc import Callable

logger = logging.getLogger(__name__)


class Circuit:
    """Tracks whether one use of Redis works. Thread-safe.

    After a failure, no call is made for *rest* seconds: an unresponsive server would cost every
    caller the full timeout.
    """

    def __init__(
        self, purpose: str, *, rest: float = 2.0, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._purpose = purpose
        self._rest = rest
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._away_since: float | None = None
        self._try_at = 0.0
        #: How many calls were skipped or failed in the current or latest outage.
        self.failures = 0

    @property
    def is_closed(self) -> bool:
        """Whether the last call worked (or there was none)."""
        return self._away_since is None

    def may_call(self) -> bool:
        """Whether a call is worth its timeout now; a False counts as a skipped call."""
        with self._lock:
            if self._away_since is None or self._monotonic() >= self._try_at:
                return True
            self.failures += 1
            return False

    def record_failure(self, error: Exception) -> None:
        with self._lock:
            now = self._monotonic()
            self._try_at = now + self._rest
            if self._away_since is not None:
                self.failures += 1
                return
            self._away_since = now
            self.failures = 1
        logger.warning(
            "redis unavailable, continuing without it: use=%s error=%s",
            self._purpose,
            type(error).__name__,
        )

    def record_success(self) -> None:
        if self._away_since is None:
            return
        with self._lock:
            if self._away_since is None:
                return
            seconds = self._monotonic() - self._away_since
            self._away_since = None
            failures = self.failures
        logger.warning(
            "redis recovered: use=%s seconds=%.0f calls_skipped=%d",
            self._purpose,
            seconds,
            failures,
        )
