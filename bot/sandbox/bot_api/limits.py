"""Telegram's sending limits, including the small bursts that it allows."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass

from bot.sandbox.errors import too_many_requests

# Above this many, chats with a full burst left are forgotten.
_MANY_CHATS = 10_000


@dataclass(frozen=True, slots=True)
class Limits:
    """How many messages and edits may be sent (https://core.telegram.org/bots/faq#broadcasting)."""

    # About 30 a second for the whole bot.
    per_second: float = 30
    burst: int = 30
    # About one a second per chat; Telegram allows short bursts.
    chat_per_second: float = 1
    chat_burst: int = 20
    # 20 a minute per group.
    group_per_second: float = 20 / 60


class _Bucket:
    """A token bucket: fills at *rate* tokens a second up to *size*; a message takes one."""

    __slots__ = ("_at", "_tokens")

    def __init__(self, size: float, now: float) -> None:
        self._tokens = size
        self._at = now

    def fill(self, rate: float, size: float, now: float) -> float:
        self._tokens = min(size, self._tokens + (now - self._at) * rate)
        self._at = now
        return self._tokens

    def take(self) -> None:
        self._tokens -= 1


class LimitKeeper:
    """Counts what a bot sends; ``None`` means no limits. *seconds* is a monotonic clock."""

    def __init__(
        self, limits: Limits | None, seconds: Callable[[], float] = time.monotonic
    ) -> None:
        self.limits = limits
        self._seconds = seconds
        self._bot: _Bucket | None = None
        self._chats: dict[int | str, _Bucket] = {}

    def count(self, chat_id: int | str) -> None:
        """Count one message or edit to a chat. Raises 429 with ``retry_after`` if there are too
        many.
        """
        limits = self.limits
        if limits is None:
            return
        now = self._seconds()
        if self._bot is None:
            self._bot = _Bucket(limits.burst, now)
        if len(self._chats) > _MANY_CHATS:
            self._forget_full(limits, now)
        chat = self._chats.setdefault(chat_id, _Bucket(limits.chat_burst, now))
        chat_rate = limits.chat_per_second
        if isinstance(chat_id, int) and chat_id < 0:
            chat_rate = limits.group_per_second
        waits = (
            (1 - self._bot.fill(limits.per_second, limits.burst, now)) / limits.per_second,
            (1 - chat.fill(chat_rate, limits.chat_burst, now)) / chat_rate,
        )
        if max(waits) > 0:
            raise too_many_requests(math.ceil(max(waits)))
        self._bot.take()
        chat.take()

    def _forget_full(self, limits: Limits, now: float) -> None:
        for chat_id, bucket in list(self._chats.items()):
            if bucket.fill(limits.chat_per_second, limits.chat_burst, now) >= limits.chat_burst:
                del self._chats[chat_id]
