"""Keeps APScheduler's jobs in Redis as JSON, and never breaks the scheduler.

APScheduler's own Redis store uses pickles: whoever can write to Redis can run code in the bot, and
renaming a function makes it delete its jobs. A Redis error in the wrong place also stops that
scheduler for good while it looks healthy. Here a job names one of a few known entry points, and
every method that the scheduler calls returns, even without Redis.
"""

import json
import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from apscheduler.job import Job
from apscheduler.jobstores.base import BaseJobStore
from apscheduler.triggers.date import DateTrigger
from redis import Redis
from redis.exceptions import RedisError, ResponseError

from bot.redis.circuit import Circuit
from bot.redis.keys import APSCHEDULER_JOBS, APSCHEDULER_RUN_TIMES

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class StoredJob:
    """Calls *entry* with *args* once, at *run_at* (aware, by the product's clock)."""

    id: str
    run_at: datetime
    entry: str
    args: tuple[str, ...]


class JsonJobStore(BaseJobStore):  # type: ignore[misc]  # APScheduler 3 carries no types
    """One-off jobs under APScheduler's two keys.

    The methods that the scheduler calls run on the event loop, so they only ask Redis if it replied
    to the last call: an outage costs the loop a single timeout. :meth:`put`, :meth:`replace_all`
    and :meth:`probe` are called from threads, and find out when Redis is back.

    *offset* is how far the product's clock is ahead of real time, which the scheduler uses.
    """

    def __init__(
        self,
        redis: Redis,
        *,
        entry_points: Mapping[str, Callable[..., Any]],
        offset: Callable[[], timedelta],
    ) -> None:
        super().__init__()
        self._redis = redis
        self._entry_points = entry_points
        self._offset = offset
        self._circuit = Circuit("alarm", rest=2)

    @property
    def is_reachable(self) -> bool:
        return self._circuit.is_closed

    # Called by us, from threads.

    def probe(self) -> bool:
        """Check whether Redis replies."""
        return self._in_thread(lambda: bool(self._redis.ping()))

    def put(self, jobs: Iterable[StoredJob]) -> bool:
        """Add *jobs*, replacing those with the same id; False if Redis couldn't be reached."""
        return self._in_thread(lambda: self._write(jobs, replaces_all=False))

    def replace_all(self, jobs: Iterable[StoredJob]) -> bool:
        """Replace all jobs by *jobs*, atomically; False if Redis couldn't be reached."""
        return self._in_thread(lambda: self._write(jobs, replaces_all=True))

    def close(self) -> None:
        self._redis.close()

    # Called by APScheduler, on the event loop.

    def lookup_job(self, job_id: str) -> Job | None:
        text = self._on_loop(lambda: self._redis.hget(APSCHEDULER_JOBS, job_id), None)
        jobs = self._read([(job_id, None)], [text]) if text else []
        return jobs[0] if jobs else None

    def get_due_jobs(self, now: datetime) -> list[Job]:
        def ask() -> tuple[list[tuple[str, float]], list[str | None]]:
            due: Any = self._redis.zrangebyscore(
                APSCHEDULER_RUN_TIMES, "-inf", self._stored_time(now), withscores=True
            )
            texts: Any = self._redis.hmget(APSCHEDULER_JOBS, [id_ for id_, _ in due]) if due else []
            return due, texts

        return self._read(*self._on_loop(ask, ([], [])))

    def get_next_run_time(self) -> datetime | None:
        while earliest := self._on_loop(
            lambda: self._redis.zrange(APSCHEDULER_RUN_TIMES, 0, 0, withscores=True), []
        ):
            [(id_, score)] = earliest
            try:
                return self._real_time(score)
            except (ValueError, OverflowError, OSError):
                logger.warning("unreadable jobs removed: count=1")
                if not self._on_loop(partial(self._remove, [id_]), otherwise=False):
                    break
        return None

    def get_all_jobs(self) -> list[Job]:
        stored = self._on_loop(lambda: self._redis.hgetall(APSCHEDULER_JOBS), {})
        jobs = self._read([(id_, None) for id_ in stored], list(stored.values()))
        return sorted(jobs, key=lambda job: job.next_run_time)

    def add_job(self, job: Job) -> None:
        self.update_job(job)

    def update_job(self, job: Job) -> None:
        names = {func: name for name, func in self._entry_points.items()}
        stored = StoredJob(
            id=job.id,
            run_at=job.next_run_time + self._offset(),
            entry=names[job.func],
            args=tuple(job.args),
        )
        self._on_loop(lambda: self._write([stored], replaces_all=False), otherwise=False)

    def remove_job(self, job_id: str) -> None:
        """Make sure that it is gone. If it wasn't there, that is success rather than a
        JobLookupError.
        """
        self._on_loop(lambda: self._remove([job_id]), None)

    def remove_all_jobs(self) -> None:
        self._on_loop(lambda: self._redis.delete(APSCHEDULER_JOBS, APSCHEDULER_RUN_TIMES), None)

    def shutdown(self) -> None:
        """Do nothing: the store outlives its schedulers."""

    # Redis

    def _on_loop(self, ask: Callable[[], Any], otherwise: Any) -> Any:
        if not self._circuit.is_closed:
            return otherwise
        try:
            return self._dropping_foreign(ask)
        except RedisError as error:
            self._circuit.record_failure(error)
            return otherwise

    def _in_thread(self, ask: Callable[[], bool]) -> bool:
        if not self._circuit.may_call():
            return False
        try:
            answer: bool = self._dropping_foreign(ask)
        except RedisError as error:
            self._circuit.record_failure(error)
            return False
        self._circuit.record_success()
        return answer

    def _dropping_foreign(self, ask: Callable[[], Any]) -> Any:
        """As :func:`bot.redis.foreign.dropping_foreign`, for code that can't await."""
        try:
            return ask()
        except ResponseError as error:
            if type(error) is not ResponseError:
                raise
            types = {APSCHEDULER_JOBS: "hash", APSCHEDULER_RUN_TIMES: "zset"}
            foreign = [k for k, kind in types.items() if self._redis.type(k) not in {kind, "none"}]
            if not foreign:
                raise
            logger.warning("foreign keys in redis, dropped: count=%d", len(foreign))
            self._redis.delete(*foreign)
            return ask()

    def _write(self, jobs: Iterable[StoredJob], *, replaces_all: bool) -> bool:
        texts: dict[Any, Any] = {}  # redis-py's own types are invariant
        run_times = {}
        for job in jobs:
            texts[job.id] = json.dumps(
                {
                    "id": job.id,
                    "run_at": job.run_at.isoformat(),
                    "entry": job.entry,
                    "args": job.args,
                }
            )
            run_times[job.id] = job.run_at.timestamp()
        with self._redis.pipeline(transaction=True) as pipe:
            if replaces_all:
                pipe.delete(APSCHEDULER_JOBS, APSCHEDULER_RUN_TIMES)
            if texts:
                pipe.hset(APSCHEDULER_JOBS, mapping=texts)
                pipe.zadd(APSCHEDULER_RUN_TIMES, run_times)
            pipe.execute()
        return True

    def _remove(self, ids: list[str]) -> bool:
        with self._redis.pipeline(transaction=True) as pipe:
            pipe.hdel(APSCHEDULER_JOBS, *ids)
            pipe.zrem(APSCHEDULER_RUN_TIMES, *ids)
            pipe.execute()
        return True

    # JSON

    def _read(
        self, ids: Iterable[tuple[str, float | None]], texts: Iterable[str | None]
    ) -> list[Job]:
        """The readable jobs; the others are removed, since nobody can ever read them."""
        jobs = []
        unreadable = []
        for (id_, score), text in zip(ids, texts, strict=True):
            try:
                jobs.append(self._to_job(id_, score, json.loads(text or "null")))
            except (
                *(ValueError, TypeError, KeyError, AttributeError),
                *(RecursionError, OverflowError, OSError),
            ):
                unreadable.append(id_)
        if unreadable:
            logger.warning("unreadable jobs removed: count=%d", len(unreadable))
            self._on_loop(lambda: self._remove(unreadable), None)
        return jobs

    def _to_job(self, id_: str, score: float | None, stored: dict[str, Any]) -> Job:
        # The score made the job due; the two only differ if somebody tampered with them.
        at = datetime.fromisoformat(stored["run_at"]).timestamp() if score is None else score
        job = Job(
            self._scheduler,
            id=id_,
            name=id_,
            func=self._entry_points[stored["entry"]],
            args=tuple(stored["args"]),
            kwargs={},
            trigger=DateTrigger(self._real_time(at), UTC),
            next_run_time=self._real_time(at),
            executor="default",
            misfire_grace_time=None,  # late is better than never
            coalesce=True,
            max_instances=3,
        )
        job._jobstore_alias = self._alias  # noqa: SLF001 -- a store's duty, says BaseJobStore
        return job

    def _real_time(self, stored: float) -> datetime:
        return datetime.fromtimestamp(stored, UTC) - self._offset()

    def _stored_time(self, real: datetime) -> float:
        return (real + self._offset()).timestamp()
