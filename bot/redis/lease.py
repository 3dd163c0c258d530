"""A lease: elects the one replica that runs the alarm clock."""

import asyncio
import logging
import secrets
import time
from collections.abc import Awaitable, Callable, Collection
from contextlib import suppress

from redis.asyncio import Redis
from redis.exceptions import RedisError

from bot.ops.supervisor import Supervisor, Tasks, end
from bot.redis import keys
from bot.redis.circuit import Circuit
from bot.redis.foreign import dropping_foreign

logger = logging.getLogger(__name__)

# Renews and takes in one step, decided by the token, so that the call can be repeated if its reply
# got lost. KEYS: lease. ARGV: token, TTL in ms, whether a missing lease may be taken, tokens of
# holders known to be gone. Returns one of these, and for how many ms somebody else holds it.
_OTHERS, _TAKEN, _RENEWED, _MISSING = range(4)
_TAKE = f"""
local holder = redis.call('GET', KEYS[1])
-- Ours all run out soon: one that doesn't would be held for ever by nobody.
if holder and (redis.call('PTTL', KEYS[1]) < 0 or holder == '') then holder = false end
if holder == ARGV[1] then
    redis.call('PEXPIRE', KEYS[1], ARGV[2])
    return {{{_RENEWED}, 0}}
end
local is_gone = holder and ARGV[4] ~= '' and string.find(ARGV[4], holder, 1, true)
if holder == 'released' or is_gone or (not holder and ARGV[3] == '1') then
    redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
    return {{{_TAKEN}, 0}}
end
if not holder then return {{{_MISSING}, 0}} end
return {{{_OTHERS}, redis.call('PTTL', KEYS[1])}}
"""

# Marks the lease as free. A missing key doesn't mean that: FLUSHALL removes it while it is held.
_RELEASE = """
if redis.call('GET', KEYS[1]) == ARGV[1] then
    redis.call('SET', KEYS[1], 'released', 'PX', ARGV[2])
end
"""


def monotonic() -> float:
    """Seconds that keep counting while the machine sleeps, where the platform supports it.

    Redis keeps counting while a laptop or a virtual machine is suspended. ``time.monotonic`` stops,
    so we would believe we still hold a lease that another replica took long ago.
    """
    boot_time = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if boot_time is None else time.clock_gettime(boot_time)


# We give up a lease after this share of its time, so that we have stopped before Redis gives it to
# somebody else.
_SAFE_SHARE = 0.9


class Lease:
    """Held by at most one replica, for *ttl* seconds at a time, renewed every *every* seconds.

    ``on_gained`` runs when we get the lease, and again if Redis forgot it (emptied or replaced),
    because everything else stored there is gone too. It is cancelled if the lease is lost in the
    meantime; if it raises, the lease is released so that another replica may try. ``on_lost`` runs
    when the work started by ``on_gained`` must stop, also in :meth:`stop`. The two never run at the
    same time. *token* identifies us; leases held by those who are *gone* are free.
    """

    def __init__(
        self,
        redis: Redis,
        *,
        on_gained: Callable[[], Awaitable[None]],
        on_lost: Callable[[], Awaitable[None]],
        token: str | None = None,
        gone: Collection[str] = (),
        name: str = keys.LEASE_SCHEDULER,
        ttl: float = 15.0,
        every: float = 5.0,
        monotonic: Callable[[], float] = monotonic,
        supervisor: Supervisor | None = None,
    ) -> None:
        self._redis = redis
        self._supervisor = supervisor or Supervisor()
        self._on_gained = on_gained
        self._on_lost = on_lost
        self._name = name
        self._ttl = ttl
        self._ttl_ms = int(ttl * 1000)
        self._every = every
        self._monotonic = monotonic
        self._token = token or secrets.token_urlsafe(16)
        self._gone = ",".join(gone)
        self._take = redis.register_script(_TAKE)
        self._release = redis.register_script(_RELEASE)
        self._circuit = Circuit("lease", rest=0)
        self._held_until = float("-inf")
        # When the other holder's lease, as last seen, will have run out.
        self._others_until = float("-inf")
        # on_gained, running or finished; None if there is nothing for on_lost to stop.
        self._gained: asyncio.Task[None] | None = None
        self._beginning = Tasks("lease gained")
        self._has_failed = False
        self._rounds: asyncio.Task[None] | None = None
        self._stopping = asyncio.Event()

    @property
    def is_held(self) -> bool:
        """Whether we hold it now, by our own clock; correct even after the process was paused."""
        return self._monotonic() < self._held_until

    @property
    def is_reachable(self) -> bool:
        """Whether Redis replied to the last call; while it doesn't, every replica sweeps."""
        return self._circuit.is_closed

    async def start(self) -> None:
        """Ask for the lease once, then keep asking in the background."""
        self._stopping.clear()
        await self._ask()
        self._rounds = self._supervisor.start(
            self._keep_asking, name="lease", restarts=False, may_return=True
        )

    async def stop(self) -> None:
        """Stop asking, run ``on_lost``, and release the lease for the next replica."""
        self._stopping.set()
        if self._rounds is not None:
            await self._rounds
            self._rounds = None
        await self._release_lease()

    async def _keep_asking(self) -> None:
        # Stopped by an event rather than by cancelling: asyncio.wait_for, which redis-py uses, can
        # swallow a cancellation before Python 3.12, and a lease that keeps renewing is worse than a
        # slow stop.
        while not await self._is_stopping_within(self._seconds_to_next_round()):
            try:
                await self._ask()
            except Exception:
                logger.exception("lease round failed, retrying")

    async def _is_stopping_within(self, seconds: float) -> bool:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._stopping.wait()
        return self._stopping.is_set()

    def _seconds_to_next_round(self) -> float:
        if self.is_held and self.is_reachable:
            return self._every
        # Twice as often while waiting for Redis or for another holder, and early enough to let go
        # in time.
        left = self._held_until - self._monotonic()
        return min(self._every / 2, left) if left > 0 else self._every / 2

    async def _ask(self) -> None:
        if self._has_failed:
            await self._release_lease()
            return
        if self._gained is not None and not self.is_held:
            logger.warning("lease expired before renewal: lease=%s", self._name)
            await self._stop_work()
        # Counted from before the call, since Redis starts counting later.
        asked_at = self._monotonic()
        # A lease that disappeared early was lost by Redis, not released, and its holder may not
        # know yet: don't take it until it would have run out.
        may_take_missing = asked_at >= self._others_until
        try:
            arguments: list[str | int] = [
                self._token,
                self._ttl_ms,
                int(may_take_missing),
                self._gone,
            ]
            answer, others_ms = await dropping_foreign(
                self._redis, {self._name: "string"}, lambda: self._take([self._name], arguments)
            )
        except RedisError as error:
            self._circuit.record_failure(error)
            return
        self._circuit.record_success()
        if answer == _OTHERS:
            self._others_until = self._monotonic() + others_ms / 1000
        if answer in (_OTHERS, _MISSING):
            await self._stop_work()
            return
        self._held_until = asked_at + self._ttl * _SAFE_SHARE
        self._others_until = float("-inf")
        if answer == _TAKEN or self._gained is None:
            await self._start_work()

    async def _start_work(self) -> None:
        if self._gained is not None:
            logger.warning("lease missing in redis, starting over: lease=%s", self._name)
            await end([self._gained])
        self._gained = self._beginning.start(self._run_on_gained())

    async def _run_on_gained(self) -> None:
        try:
            await self._on_gained()
        except Exception:
            logger.exception("start under lease failed, releasing it: lease=%s", self._name)
            self._has_failed = True

    async def _stop_work(self) -> None:
        self._held_until = float("-inf")
        if self._gained is None:
            return
        await end([self._gained])
        try:
            await self._on_lost()
        except Exception:
            logger.exception("stop after losing lease failed: lease=%s", self._name)
        self._gained = None

    async def _release_lease(self) -> None:
        await self._stop_work()
        self._has_failed = False
        with suppress(RedisError):
            await self._release([self._name], [self._token, self._ttl_ms])
