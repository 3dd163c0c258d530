"""A stage: a town whose clock is moved by days, with everything that rings on the way."""

import asyncio
import logging
import math
from collections import deque
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
from redis.asyncio import Redis
from sqlalchemy.engine import make_url

from bot.embedded import EmbeddedServers
from bot.grammar.places import load_places
from bot.ops.logs import OURS
from bot.redis.keys import DRAFT_DEADLINES
from domain.clock import Clock
from domain.database.requests import as_dispatch
from domain.reminders.timers import list_timers
from migrations import runner
from tests.databases import clock_at, database_name, new_database
from tests.town import Town, founded_town

# The bot makes doses for 36 hours ahead and looks each half hour: a longer hop would skip some.
LONGEST_HOP = timedelta(hours=6)
LONG_AGO = datetime.min.replace(tzinfo=UTC)
_LOOK_SECONDS = 0.003

# What Redis forgets by itself, it forgets by real time; the town's clock may go faster. A lease is
# about running processes, and a limit about real messages.
_LET_TIME_PASS = """
for _, key in ipairs(redis.call('KEYS', '*')) do
    local left = redis.call('PTTL', key)
    if left > 0 and not string.find(key, '^lease:') and not string.find(key, '^limit:') then
        if left > tonumber(ARGV[1]) then
            redis.call('PEXPIRE', key, left - tonumber(ARGV[1]))
        else
            redis.call('DEL', key)
        end
    end
end
"""

_FORGET_RATES = (
    "for _, key in ipairs(redis.call('KEYS', 'ratelimit:*')) do redis.call('DEL', key) end"
)

# What comes to an end by itself without a timer that `list_timers` knows.
_OTHER_RINGS = """
SELECT min(at) FROM (
    SELECT resumes_at AS at FROM medications WHERE deleted_at IS NULL
    UNION ALL SELECT paused_until FROM care_recipients
    UNION ALL SELECT not_before FROM notifications WHERE status = 'pending' AND kind = 'changes'
) ends WHERE at > $1
"""

_BUSY = """
SELECT EXISTS (SELECT 1 FROM notifications
               WHERE (status = 'pending' OR shown_version < wanted_version)
                 -- What is gathered until its minute ends is owed from then on.
                 AND NOT (kind = 'changes' AND coalesce(not_before, $1) > $1))
       OR EXISTS (SELECT FROM exports WHERE status = 'waiting') AS owes,
       ARRAY(SELECT update_id FROM inbound_updates WHERE status IN ('open', 'applied')) AS updates
"""

_OWED = """
SELECT kind, status, wanted_version, shown_version, attempts, leased_until, not_before, reason
FROM notifications WHERE status = 'pending' OR shown_version < wanted_version
"""


class Errors(logging.Handler):
    """What the bot logs as an error: nothing that happens in a talk may lead to one."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []
        self.warnings: deque[str] = deque(maxlen=20)

    def emit(self, record: logging.LogRecord) -> None:
        if record.levelno < logging.ERROR:
            self.warnings.append(record.getMessage().splitlines()[0])
            return
        first, *trace = record.getMessage().splitlines()
        calls = [each.strip() for each in trace if each.strip().startswith("File")]
        line = " | ".join([first, *calls[-2:]])
        if record.exc_info and record.exc_info[1]:
            line += f" ({type(record.exc_info[1]).__name__}: {record.exc_info[1]})"
        self.lines.append(line)


@dataclass
class Stage:
    """The town, a connection over the walls, and the means to let time pass."""

    town: Town
    tables: Any  # an asyncpg connection as the owner: plain and fast
    redis: Redis
    errors: Errors = field(default_factory=Errors)
    _expanded_at: datetime = LONG_AGO

    @property
    def now(self) -> datetime:
        return self.town.clock.now()

    async def rows(self, sql: str, *values: Any) -> list[Any]:
        found: list[Any] = await self.tables.fetch(sql, *values)
        return found

    async def settled(self, *, seconds: float = 30) -> None:
        """Return once everything that came in is answered and everything owed is sent."""
        if self.town.app is None:
            return
        try:
            async with asyncio.timeout(seconds):
                while not await self._is_quiet():
                    await asyncio.sleep(_LOOK_SECONDS)
        except TimeoutError:
            busy, owed = await self.rows(_BUSY, self.now), await self.rows(_OWED)
            unread = self.town.sandbox.unconfirmed_updates
            lines = [f"not settled at {self.now}: {busy}, not fetched: {unread}", *map(str, owed)]
            lines += [*self.errors.warnings, *self.errors.lines]
            raise TimeoutError("\n".join(lines)) from None

    async def forget_rates(self) -> None:
        """Let people type as fast as a test does."""
        await self.redis.eval(_FORGET_RATES, 0)

    async def _is_quiet(self) -> bool:
        if self.town.sandbox.unconfirmed_updates:
            return False
        [row] = await self.rows(_BUSY, self.now)
        app = self.town.app
        # What is answered is marked as done a little later, for many together.
        answered = (
            set(app.completed_updates._update_ids) if app and app.completed_updates else set()
        )
        return not row["owes"] and not set(row["updates"]) - answered

    async def move_to(self, instant: datetime) -> AsyncIterator[datetime]:
        """Let time pass until *instant* (aware), stopping wherever something rings.

        Yields each moment at which the bot had something to do, once it has done it.
        """
        while True:
            target = min(await self._next_ring(), instant)
            if target > self.now:
                await self._jump_to(target)
            await self.catch_up()
            yield target
            if target >= instant:
                return

    async def _jump_to(self, instant: datetime) -> None:
        app = self.town.app
        if app is not None and app.completed_updates is not None:
            await (
                app.completed_updates.flush()
            )  # or what was answered now would be marked days later
        passed = instant - self.now
        self.town.jump_to(instant)
        milliseconds = int(passed.total_seconds() * 1000)
        await self.redis.eval(_LET_TIME_PASS, 0, str(milliseconds))

    async def catch_up(self) -> None:
        """Have the bot do what is due, without waiting for the alarm's next second."""
        app = self.town.app
        if app is None or app.wake_ups is None:
            return
        if self.now - self._expanded_at >= LONGEST_HOP:
            await app.wake_ups.expand()
            self._expanded_at = self.now
        await app.wake_ups.act()
        await app.wake_ups.do_chores()  # or the clock would go on while they are being done
        for look in app.wake_ups._on_sweep:
            look()
        if app.drafts is not None:
            while any(at <= self.now for at in await self._deadlines_of_drafts()):
                await app.drafts._look()
                await self._drafts_are_done()
        await self.settled()

    async def _drafts_are_done(self) -> None:
        app = self.town.app
        while app and app.drafts and app.drafts._in_flight:
            await asyncio.sleep(_LOOK_SECONDS)

    async def _next_ring(self) -> datetime:
        now = self.now
        app = self.town.app
        if app is None or app.wake_ups is None:
            return datetime.max.replace(tzinfo=UTC)
        rings = [now + LONGEST_HOP]
        until = now + LONGEST_HOP
        timers = await app.wake_ups._database.run(
            lambda scope: list_timers(scope, until=until), as_dispatch()
        )
        rings += [at for at in timers if at > now][:1]
        [row] = await self.rows(_OTHER_RINGS, now)
        if row[0] is not None:
            rings.append(row[0])
        rings += [at for at in await self._deadlines_of_drafts() if at > now][:1]
        return min(rings)

    async def _deadlines_of_drafts(self) -> Sequence[datetime]:
        """When something that was begun and not finished says so, the first one first."""
        found: Any = await self.redis.zrange(DRAFT_DEADLINES, 0, -1, withscores=True)
        return [datetime.fromtimestamp(math.ceil(score / 1000), UTC) for _key, score in found]


@asynccontextmanager
async def set_up_stage(
    *, database_url: str, redis_url: str, clock: Clock, **wiring: Any
) -> AsyncIterator[Stage]:
    """A stage with the bot on it and nobody else, on an empty database and an empty Redis."""
    load_places()  # once, so that nobody waits for it in the middle of a talk
    async with AsyncExitStack() as stack:
        town = await stack.enter_async_context(
            founded_town(database_url=database_url, redis_url=redis_url, clock=clock)
        )
        url = make_url(database_url).set(drivername="postgresql")
        tables = await asyncpg.connect(url.render_as_string(hide_password=False))
        stack.push_async_callback(tables.close)
        redis: Redis = await stack.enter_async_context(Redis.from_url(redis_url))
        stage = Stage(town, tables, redis)
        for name in OURS:
            logging.getLogger(name).addHandler(stage.errors)
            stack.callback(logging.getLogger(name).removeHandler, stage.errors)
        await town.start_bot(**wiring)
        yield stage


@asynccontextmanager
async def template_of(servers: EmbeddedServers) -> AsyncIterator[str]:
    """The name of a migrated database that others are copied from."""
    async with new_database(servers.database_url) as url:
        await runner.upgrade(url, serving_url=url)
        yield database_name(url)


@asynccontextmanager
async def fresh_stage(
    servers: EmbeddedServers, template: str, *, at: datetime, **wiring: Any
) -> AsyncIterator[Stage]:
    """A stage of its own, at *at* (aware)."""
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(new_database(servers.database_url, template=template))
        async with Redis.from_url(servers.redis_url) as client:
            await client.flushall()
        yield await stack.enter_async_context(
            set_up_stage(
                database_url=url, redis_url=servers.redis_url, clock=clock_at(at), **wiring
            )
        )
