"""The alarm clock: rings at the minutes in which something is due, and knows nothing else.

PostgreSQL is the truth about what is due and when. The jobs in Redis are an alarm only: losing
one costs lateness (the sweep finds it), never a dose, and ringing twice costs a question.
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

#: What jobs in Redis are made to call. It stays when code moves: old jobs must find it.
ENTRY = "carecircle:wake"

_NUDGE_SECONDS = 1.0
_MINUTE = "%Y-%m-%dT%H:%MZ"


class _Scheduler(AsyncIOScheduler):  # type: ignore[misc]  # APScheduler 3 carries no types
    """APScheduler that survives an error in its round, and takes no round once it is stopped."""

    def _process_jobs(self) -> float | None:
        # A wake-up that was on its way when we stopped would otherwise run jobs without a lease.
        if self.state == STATE_STOPPED:
            return None
        try:
            seconds: float | None = super()._process_jobs()
        except Exception:
            logger.exception("scheduler round failed, retrying")
            return None
        return seconds


class Alarm:
    """Calls *on_wake* once for the minutes that have come; the latest of them is its argument.

    Any replica may :meth:`arm`; only the one that holds the lease may be between :meth:`start`
    and :meth:`stop`. Minutes armed elsewhere, a moved clock and a Redis that came back are all
    noticed within a second. Without Redis everything here fails fast and nothing raises.
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
        """Whether Redis answered the last question about jobs."""
        return self._store.is_reachable

    async def start(self) -> None:
        """Begin to ring; minutes that have passed meanwhile ring at once. Twice is once."""
        if self._running is None:
            self._running = self._supervisor.start(self._run, name="alarm", restarts=True)

    async def stop(self) -> None:
        """Ring no more, and cancel the wake-ups in progress: their transactions roll back."""
        running, self._running = self._running, None
        if running is not None:
            await end([running])
            await asyncio.sleep(0)  # APScheduler shuts down in the loop's next turn
        await self._rings.end()
        self._due.clear()

    async def close(self) -> None:
        """Stop, and leave Redis."""
        await self.stop()
        await self._storing_later.end()
        await asyncio.to_thread(self._redis.close)

    async def arm(self, *minutes: datetime) -> bool:
        """Ring at *minutes* (aware, whole); again is once. False: when Redis is back, not yet."""
        return await self._store_or_queue([_job(minute) for minute in minutes], replaces_all=False)

    async def rebuild(self, minutes: Iterable[datetime]) -> bool:
        """Make *minutes* all that there is to ring at. False: added when Redis is back, not yet.

        What another replica arms between the caller's look into PostgreSQL and this is dropped,
        as a minute that nobody needs any more would be: the sweep is there for that.
        """
        return await self._store_or_queue([_job(minute) for minute in minutes], replaces_all=True)

    def wakeup(self) -> None:
        """Let the scheduler look at its jobs now, if it runs and Redis answers."""
        if self._scheduler is not None and self._store.is_reachable:
            self._scheduler.wakeup()

    async def _store_or_queue(self, jobs: list[StoredJob], *, replaces_all: bool) -> bool:
        write = self._store.replace_all if replaces_all else self._store.put
        is_stored = await asyncio.to_thread(write, jobs)
        if is_stored:
            self.wakeup()
        else:
            # An outage too short for anybody to lose the lease is followed by no rebuilding.
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
        # Connects off the loop, and the scheduler's first round knows whether Redis is there.
        await asyncio.to_thread(self._store.probe)
        scheduler = _Scheduler(
            timezone=UTC,
            jobstores={"default": self._store},
            job_defaults={"misfire_grace_time": None, "coalesce": True},
        )
        scheduler.start()
        self._scheduler = scheduler
        try:
            # Watchdog and nudge in one: whatever the scheduler missed costs a second.
            while True:
                await asyncio.sleep(_NUDGE_SECONDS)
                if not self._store.is_reachable:
                    await asyncio.to_thread(self._store.probe)
                self.wakeup()
        finally:
            self._scheduler = None
            scheduler.shutdown(wait=False)

    async def _wake(self, minute: str) -> None:
        """What a job calls. Returns at once, so that stopping the scheduler harms nobody."""
        is_first = not self._due
        self._due.add(datetime.strptime(minute, _MINUTE).replace(tzinfo=UTC))
        if is_first:
            # Begins after the other jobs of this round, which join it: after an outage of an hour
            # one look into PostgreSQL is enough.
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
        raise ValueError(f"An alarm rings at whole minutes of a known zone, not at {minute}")
    text = minute.astimezone(UTC).strftime(_MINUTE)
    return StoredJob(id=f"wake:{text}", run_at=minute.astimezone(UTC), entry=ENTRY, args=(text,))
