"""Finds out whether a 429 concerned one chat or the whole bot, which Telegram doesn't say."""

import asyncio
import logging
import math
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TypeAlias

from bot.ops.supervisor import Tasks
from bot.telegram_api.timepiece import Timepiece

log = logging.getLogger(__name__)

#: Makes a call that concerns no chat. Returns the seconds of its own 429, or 0.0.
Probe: TypeAlias = Callable[[], Awaitable[float]]

PROBE_SECONDS = 3.0
TRIAL_SECONDS = 10.0  # how long the outcome of a trial may still be reported
#: A trial that takes longer no longer delays others: its chat may simply be slow.
PATIENCE_SECONDS = 0.2
#: This many chats may be refused in a row without delaying the others: a busy group being told to
#: wait is nothing unusual. More than that means the bot itself.
MAX_CHATS = 40
SPACING = 2.0
FIRST_PAUSE = 0.1


@dataclass(slots=True)
class _Doubt:
    """Lasts from a 429 until a send granted since then goes through; in monotonic seconds.

    It ends at *until* in any case: by then Telegram has had the pause it asked for, even if no
    outcome was reported.
    """

    until: float
    next_trial_at: float
    #: The chat of the last 429.
    refused: int
    refusals: int = 0
    #: The chat of the trial that the next one waits for.
    pending: int | None = None
    #: Chats of all trials that may still be reported as accepted.
    tried: set[int] = field(default_factory=set)


class Suspicion:
    """Holds all sends after a 429 until it is known whom it concerned.

    First it makes a probe. If Telegram tells the probe to wait too, the whole bot waits. Otherwise
    only the chat does, but the probe may be misleading (Telegram counts messages, not calls). So
    sends go out one at a time, each a trial, until one of them goes through; after very many
    refusals in a row, trials become rare.
    """

    def __init__(
        self,
        probe: Probe | None,
        timepiece: Timepiece,
        *,
        pause_all: Callable[[float], None],
        on_change: Callable[[], None],
    ) -> None:
        self._probe = probe
        self._timepiece = timepiece
        self._pause_all = pause_all
        self._on_change = on_change
        #: Whether :meth:`free_at` and :meth:`granted` need to be called at all.
        self.is_active = False
        self._doubt: _Doubt | None = None
        self._probing = Tasks("limits probe")
        self._asking = Tasks("limits probe, asking")
        self._is_probing = False

    def free_at(self, now: float) -> float:
        """When the next send may go; infinity while the probe is running."""
        if self._is_probing:
            return math.inf
        doubt = self._current(now)
        return -math.inf if doubt is None else doubt.next_trial_at

    def refused(self, chat_id: int, *, until: float) -> float:
        """A send to the chat got a 429 that lasts *until*. Returns when all doubt ends."""
        now = self._timepiece.now()
        doubt = self._current(now)
        if doubt is None:
            doubt = self._doubt = _Doubt(
                until=until, next_trial_at=now + FIRST_PAUSE, refused=chat_id
            )
            self.is_active = True
            self._ask()
        elif chat_id in doubt.tried:
            doubt.tried.discard(chat_id)
            doubt.refusals += chat_id != doubt.refused
            doubt.refused = chat_id
            if doubt.pending == chat_id:
                doubt.pending = None
                doubt.next_trial_at = now + (SPACING if doubt.refusals >= MAX_CHATS else 0.0)
            self._ask()
        # Otherwise it was sent before the doubt began, which the probe's result covers as well.
        doubt.until = max(doubt.until, until + TRIAL_SECONDS)
        return doubt.until

    def granted(self, chat_id: int) -> None:
        """A send to the chat may go out now."""
        doubt = self._doubt
        if doubt is not None:
            doubt.tried.add(chat_id)
            doubt.pending = chat_id
            doubt.next_trial_at = self._timepiece.now() + PATIENCE_SECONDS

    def went_through(self, chat_id: int) -> None:
        """Telegram accepted a send to the chat. A send that left before the 429 proves nothing."""
        if self._doubt is not None and chat_id in self._doubt.tried:
            self._end_doubt()
            self._on_change()

    def released(self, chat_id: int) -> None:
        """A granted send to the chat has ended, with unknown outcome."""
        doubt = self._doubt
        if doubt is None:
            return
        doubt.tried.discard(chat_id)
        if doubt.pending == chat_id:
            doubt.pending = None
            doubt.next_trial_at = self._timepiece.now()
            self._on_change()

    def _current(self, now: float) -> _Doubt | None:
        if self._doubt is not None and now >= self._doubt.until:
            self._end_doubt()
        return self._doubt

    def _end_doubt(self) -> None:
        self._doubt = None
        self.is_active = self._is_probing

    def _ask(self) -> None:
        if self._probe is not None and not self._is_probing:
            self._is_probing = True
            self._probing.start(self._hear(self._probe))

    async def _hear(self, probe: Probe) -> None:
        async def ask() -> float:
            return max(0.0, await probe())

        seconds = 0.0
        asked = self._asking.start(ask(), is_awaited=True)
        answered = asyncio.Event()
        asked.add_done_callback(lambda _: answered.set())
        try:
            await self._timepiece.wait(answered, PROBE_SECONDS)
            if asked.done():
                seconds = asked.result()
        except Exception as error:
            log.warning("rate limit probe failed: %s", type(error).__name__)
        finally:
            asked.cancel()
            self._is_probing = False
            if seconds > 0:
                self._doubt = None
                self._pause_all(seconds)
            self.is_active = self._doubt is not None
            self._on_change()
