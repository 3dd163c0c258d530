"""The alarm clock: rings in minutes in which something is due, and knows nothing else.

PostgreSQL is the truth about what is due and when. The jobs in Redis are only an alarm: losing one
causes a delay (the sweep finds it) but never a missed dose, and an extra ring costs one query.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC, datetime

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.schedulers.base import STATE_STOPPED

from bot.ops.supervisor import Supervisor, Tasks, end
from bot.redis.client import connect_blocking
from bot.scheduling.jobstore import JsonJobStore, StoredJob
from domain.clock import Clock

logger = logging.getLogger(__name__)

#: The entry point that jobs in Redis name. It must survive refactoring, since old jobs have to find
#: it.
ENTRY = "carecircle:wake"

_NUDGE_SECONDS = 1.0
_MINUTE = "%Y-%m-%dT%H:%MZ"


class _Scheduler(AsyncIOScheduler):  # type: ignore[misc]  # APScheduler 3 carries no types
    """APScheduler that survives an error in a round, and starts none after it is stopped."""

    def _process_jobs(self) -> float | None:
        # Otherwise a wake-up already scheduled when we stopped would run jobs without the lease.
        if self.state == STATE_STOPPED:
            return None
        try:
            seconds: float | None = super()._process_jobs()
        except Exception:
            logger.exception("scheduler round failed, retrying")
            return None
        return seconds


class Alarm:
    """Calls *on_wake* once for all minutes that have come, with the latest of them.

    Any replica may :meth:`arm`; only the lease holder may run it between :meth:`start` and
    :meth:`stop`. Minutes armed elsewhere, a changed clock and a recovered Redis are noticed within
    a second. Without Redis, everything here fails fast and nothing raises.
    """

    def __init__(
        self,
        redis_url: str,
        clock: Clock,
        on_wake: Callable[[datetime], Awaitable[None]],
        *,
        supervisor: Supervisor | None = None,
    ) -> None:
        self._on_wake = on_wake
        self._supervisor = supervisor or Supervisor()
        self._redis = connect_blocking(redis_url)
        self._store = JsonJobStore(
            self._redis, entry_points={ENTRY: self._wake}, offset=lambda: clock.lead
        )
        self._running: asyncio.Task[None] | None = None
        self._scheduler: _Scheduler | None = None
        self._unstored: dict[str, StoredJob] = {}
        self._storing_later = Tasks("alarm, later")
        self._due: set[datetime] = set()
        self._rings = Tasks("wake-up")

    @property
    def is_running(self) -> bool:
        return self._running is not None

    @property
    def is_reachable(self) -> bool:
        """Whether Redis replied to the last call about jobs."""
        return self._store.is_reachable

    async def start(self) -> None:
        """Start ringing; minutes that have passed in the meantime ring at once. Idempotent."""
        if self._running is None:
            self._running = self._supervisor.start(self._run, name="alarm", restarts=True)

    async def stop(self) -> None:
        """Stop ringing, and cancel wake-ups in progress: their transactions roll back."""
        running, self._running = self._running, None
        if running is not None:
            await end([running])
            await asyncio.sleep(0)  # APScheduler shuts down in the next iteration of the loop
        await self._rings.end()
        self._due.clear()

    async def close(self) -> None:
        """Stop, and disconnect from Redis."""
        await self.stop()
        await self._storing_later.end()
        await asyncio.to_thread(self._redis.close)

    async def arm(self, *minutes: datetime) -> bool:
        """Ring at *minutes* (aware, whole). Idempotent. False means: not before Redis is back."""
        return await self._store_or_queue([_job(minute) for minute in minutes], replaces_all=False)

    async def rebuild(self, minutes: Iterable[datetime]) -> bool:
        """Replace all minutes by *minutes*. False means: they are added once Redis is back.

        Minutes that another replica arms between the caller's query and this call are dropped like
        outdated ones; the sweep makes up for that.
        """
        return await self._store_or_queue([_job(minute) for minute in minutes], replaces_all=True)

    def wakeup(self) -> None:
        """Make the scheduler check its jobs now, if it is running and Redis replies."""
        if self._scheduler is not None and self._store.is_reachable:
            self._scheduler.wakeup()

    async def _store_or_queue(self, jobs: list[StoredJob], *, replaces_all: bool) -> bool:
        write = self._store.replace_all if replaces_all else self._store.put
        is_stored = await asyncio.to_thread(write, jobs)
        if is_stored:
            self.wakeup()
        else:
            # After an outage too short to lose the lease, nothing is rebuilt.
            self._unstored.update({job.id: job for job in jobs})
            if not self._storing_later.are_running:
                self._storing_later.start(self._store_when_back())
        return is_stored

    async def _store_when_back(self) -> None:
        while self._unstored:
            await asyncio.sleep(_NUDGE_SECONDS)
            jobs = dict(self._unstored)
            if await asyncio.to_thread(self._store.put, jobs.values()):
                for id_ in jobs:
                    del self._unstored[id_]
                self.wakeup()

    async def _run(self) -> None:
        # Connect in a thread, so that the scheduler's first round knows whether Redis is up.
        await asyncio.to_thread(self._store.probe)
        scheduler = _Scheduler(
            timezone=UTC,
            jobstores={"default": self._store},
            job_defaults={"misfire_grace_time": None, "coalesce": True},
        )
        scheduler.start()
        self._scheduler = scheduler
        try:
            # Both a watchdog and a nudge: anything the scheduler misses is found a second later.
            while True:
                await asyncio.sleep(_NUDGE_SECONDS)
                if not self._store.is_reachable:
                    await asyncio.to_thread(self._store.probe)
                self.wakeup()
        finally:
            self._scheduler = None
            scheduler.shutdown(wait=False)

    async def _wake(self, minute: str) -> None:
        """The job's entry point. Returns at once, so that stopping the scheduler interrupts
        nothing.
        """
        is_first = not self._due
        self._due.add(datetime.strptime(minute, _MINUTE).replace(tzinfo=UTC))
        if is_first:
            # Starts after the other jobs of this round, which join it: after an outage of an hour,
            # a single query is enough.
            self._rings.start(self._ring())

    async def _ring(self) -> None:
        minute = max(self._due)
        self._due.clear()
        try:
            await self._on_wake(minute)
        except Exception:
            logger.exception("wake-up failed, the sweep will retry: minute=%s", minute)


def _job(minute: datetime) -> StoredJob:
    if minute.tzinfo is None or minute.second or minute.microsecond:
        raise ValueError(f"An alarm needs a whole minute with a time zone, not {minute}")
    text = minute.astimezone(UTC).strftime(_MINUTE)
    return StoredJob(id=f"wake:{text}", run_at=minute.astimezone(UTC), entry=ENTRY, args=(text,))
