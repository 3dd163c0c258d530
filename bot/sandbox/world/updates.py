"""The bot's queue of updates, with Telegram's rules for fetching and dropping them."""

import asyncio
from collections import deque
from dataclasses import dataclass
from itertools import islice

from bot.sandbox.errors import ApiError, Json
from bot.sandbox.world.store import Store
from domain.clock import Clock

ANSWER_WITHIN = 150
"""Seconds. Telegram drops a press that nobody fetched or answered by then."""
KEEP = 24 * 3600
"""Seconds. Telegram keeps any other update for a day."""

# What getUpdates omits unless it is requested by name.
_ON_REQUEST = {"chat_member", "message_reaction", "message_reaction_count"}


@dataclass(frozen=True, slots=True)
class _Update:
    id: int
    kind: str
    queued_at: float
    body: Json


class UpdateQueue:
    """Queued updates, oldest first, until an offset confirms them."""

    def __init__(self, store: Store, clock: Clock, *, first_id: int) -> None:
        self._store = store
        self._clock = clock
        self._allowed: list[str] | None = None
        self._waiting: deque[_Update] = deque()
        self._poll: asyncio.Future[None] | None = None
        self.next_id = first_id
        for key, value in store.load("counter"):
            if key == "update":
                self.next_id = value
        for _, value in store.load("allowed_updates"):
            self._allowed = value
        restored = (_Update(**value) for _, value in store.load("update"))
        self._waiting.extend(sorted(restored, key=lambda update: update.id))

    def __len__(self) -> int:
        return len(self._waiting)

    def put(self, kind: str, body: Json) -> None:
        if kind in _ON_REQUEST if not self._allowed else kind not in self._allowed:
            return
        update = _Update(self.next_id, kind, self._clock.now().timestamp(), body)
        self.next_id += 1
        self._waiting.append(update)
        self._store.put("counter", "update", self.next_id)
        self._store.put("update", update.id, update)
        self._wake()

    def allow(self, kinds: list[str]) -> None:
        """Set which kinds are queued from now on; an empty list means the usual ones."""
        if kinds != (self._allowed or []):
            self._allowed = kinds or None
            self._store.put("allowed_updates", 0, kinds)

    def drop(self) -> None:
        """Drop everything queued."""
        self._confirm(self.next_id)

    async def fetch(self, *, offset: int, limit: int, timeout: float) -> list[Json]:
        """``getUpdates``: confirms everything below *offset*, then waits up to *timeout* seconds
        for an update.

        A negative offset keeps only that many, from the end. A second caller ends the first one's
        wait with 409, as Telegram does.
        """
        self._end_other_poll()
        if offset > 0:
            self._confirm(offset)
        elif offset < 0:
            kept = max(0, len(self._waiting) + offset)
            self._confirm(self._waiting[kept].id if self._waiting else 0)
        self._store.commit()
        self._forget_old()
        if not self._waiting and timeout > 0:
            await self._wait(timeout)
        return [{"update_id": one.id, one.kind: one.body} for one in islice(self._waiting, limit)]

    @property
    def is_polled(self) -> bool:
        """Whether a ``fetch`` is waiting for an update."""
        return self._poll is not None

    def end_poll(self) -> None:
        """Make a waiting ``fetch`` return, even with nothing: the sandbox is stopping."""
        self._wake()

    def _confirm(self, offset: int) -> None:
        while self._waiting and self._waiting[0].id < offset:
            self._store.remove("update", self._waiting.popleft().id)

    def _forget_old(self) -> None:
        now = self._clock.now().timestamp()
        if not self._waiting or now - self._waiting[0].queued_at <= ANSWER_WITHIN:
            return
        kept = deque[_Update]()
        for update in self._waiting:
            age = now - update.queued_at
            if age > (ANSWER_WITHIN if update.kind == "callback_query" else KEEP):
                self._store.remove("update", update.id)
            else:
                kept.append(update)
        self._waiting = kept
        self._store.commit()

    async def _wait(self, timeout: float) -> None:
        poll = asyncio.get_running_loop().create_future()
        self._poll = poll
        try:
            async with asyncio.timeout(timeout):
                await poll
        except TimeoutError:
            pass
        finally:
            if self._poll is poll:
                self._poll = None

    def _wake(self) -> None:
        if self._poll is not None and not self._poll.done():
            self._poll.set_result(None)

    def _end_other_poll(self) -> None:
        if self._poll is not None and not self._poll.done():
            self._poll.set_exception(
                ApiError(
                    409,
                    "Conflict: terminated by other getUpdates request; "
                    "make sure that only one bot instance is running",
                )
            )
