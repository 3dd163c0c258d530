"""What goes wrong in a long run: each fault begins somewhere in a minute, and ends by itself."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from typing import Any, TypeAlias

from sqlalchemy import text

from bot.embedded import EmbeddedServers
from bot.sandbox import Drop
from tests.soak.replicas import Replica
from tests.town import Town
from tests.valkey import Valkey


@dataclass
class Site:
    """Where faults strike."""

    town: Town
    servers: EmbeddedServers
    valkey: Valkey
    replicas: list[Replica]
    chance: random.Random

    def any_replica(self) -> Replica:
        return self.chance.choice(self.replicas)


class Part(Enum):
    """What a fault strikes."""

    BOTS = "the bots"
    TELEGRAM = "Telegram"
    POSTGRES = "PostgreSQL"
    VALKEY = "Valkey"
    CLOCK = "the clock"


Strike: TypeAlias = Callable[[Site], AbstractAsyncContextManager[None]]


@dataclass(frozen=True)
class Fault:
    """What it strikes (one fault at a time), how it begins and ends, how many simulated minutes it
    lasts at most, and how often it comes as against the others.
    """

    of: Part
    strike: Strike
    minutes: int = 0
    weight: int = 2


def _telegram(method: str = "sendMessage", **how: Any) -> Strike:
    """Calls fail until it is over."""

    @asynccontextmanager
    async def strike(site: Site) -> AsyncIterator[None]:
        site.town.sandbox.fail_next(method, **how)
        try:
            yield
        finally:
            site.town.sandbox.heal()

    return strike


@asynccontextmanager
async def _kill_bot(site: Site) -> AsyncIterator[None]:
    replica = site.any_replica()
    await replica.kill()
    await replica.start()
    yield


@asynccontextmanager
async def _kill_all_bots(site: Site) -> AsyncIterator[None]:
    await asyncio.gather(*(replica.kill() for replica in site.replicas))
    yield
    await asyncio.gather(*(replica.start() for replica in site.replicas))


@asynccontextmanager
async def _stop_bot(site: Site) -> AsyncIterator[None]:
    """As for a new version. Who is still starting cannot be asked to stop yet."""
    replica = site.any_replica()
    if replica.is_running:
        code = await replica.stop()
        assert code == 0, f"a bot that was told to stop ended with {code}"
        await replica.start()
    yield


@asynccontextmanager
async def _freeze_bot(site: Site) -> AsyncIterator[None]:
    """SIGSTOP, as a laptop that sleeps or a virtual machine that is moved."""
    replica = site.any_replica()
    replica.pause()
    yield
    replica.resume()


@asynccontextmanager
async def _block_loop(site: Site) -> AsyncIterator[None]:
    site.any_replica().block(0.4)
    yield


@asynccontextmanager
async def _cut_postgres(site: Site) -> AsyncIterator[None]:
    """Every session ends, in whatever it is doing."""
    async with site.town.tables.connect() as connection:
        await connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                " AND backend_type = 'client backend'"  # nobody may end the server's own workers
            )
        )
    yield


@asynccontextmanager
async def _restart_postgres(site: Site) -> AsyncIterator[None]:
    assert site.servers._postgres is not None
    await site.servers._postgres.stop()
    await site.servers._postgres.start()
    yield


@asynccontextmanager
async def _kill_valkey(site: Site) -> AsyncIterator[None]:
    site.valkey.stop()
    yield
    await site.valkey.start()


@asynccontextmanager
async def _flush_valkey(site: Site) -> AsyncIterator[None]:
    site.valkey.flush()
    yield


@asynccontextmanager
async def _read_only_valkey(site: Site) -> AsyncIterator[None]:
    site.valkey.turn_read_only(is_on=True)
    yield
    site.valkey.turn_read_only(is_on=False)


@asynccontextmanager
async def _silence_valkey(site: Site) -> AsyncIterator[None]:
    site.valkey.pause()
    yield
    site.valkey.resume()


def _clock(by: timedelta) -> Strike:
    """PostgreSQL's clock is set, and the machines' with it."""

    @asynccontextmanager
    async def strike(site: Site) -> AsyncIterator[None]:
        site.town.clock.advance(by)
        yield

    return strike


def _of_bots(strike: Strike, *, minutes: int = 0, weight: int = 2) -> Fault:
    return Fault(Part.BOTS, strike, minutes, weight)


def _of_telegram(
    minutes: int,
    method: str = "sendMessage",
    *,
    times: int | None = None,
    weight: int = 2,
    **how: Any,
) -> Fault:
    return Fault(Part.TELEGRAM, _telegram(method, times=times, **how), minutes, weight)


def _of_postgres(strike: Strike) -> Fault:
    return Fault(Part.POSTGRES, strike)


def _of_valkey(strike: Strike, *, minutes: int = 0) -> Fault:
    return Fault(Part.VALKEY, strike, minutes, weight=1)


#: A Telegram that drops the answers to what it accepts, or answers what nobody can read, does so
#: to a message at a time, as a proxy that is restarted: each of them has to be sent again.
FAULTS: Mapping[str, Fault] = {
    "bot killed": _of_bots(_kill_bot, weight=3),
    "all bots killed": _of_bots(_kill_all_bots, minutes=2, weight=1),
    "bot stopped": _of_bots(_stop_bot),
    "bot frozen for ten minutes": _of_bots(_freeze_bot, minutes=10),
    "loop blocked": _of_bots(_block_loop, weight=3),
    "Telegram drops an answer": _of_telegram(2, times=1, weight=1, drop=Drop.AFTER, share=0.3),
    "Telegram answers what nobody can read": _of_telegram(
        2, times=1, weight=1, body="<html>", share=0.3
    ),
    "Telegram answers another thing": _of_telegram(2, times=2, results=[True]),
    "Telegram breaks off before": _of_telegram(2, times=5, drop=Drop.BEFORE, share=0.3),
    "Telegram says 500 for minutes": _of_telegram(4, "*", status=500),
    "Telegram says 429": _of_telegram(2, status=429, retry_after=1, share=0.5),
    "Telegram says 429 to everything": _of_telegram(2, "*", status=429, retry_after=1),
    "Telegram is slow": _of_telegram(3, "*", delay=0.3),
    "edits fail": _of_telegram(3, "editMessageText", status=502, share=0.5),
    "PostgreSQL cuts every session": _of_postgres(_cut_postgres),
    "PostgreSQL restarted": _of_postgres(_restart_postgres),
    "Valkey killed": _of_valkey(_kill_valkey, minutes=3),
    "Valkey flushed": _of_valkey(_flush_valkey),
    "Valkey read-only": _of_valkey(_read_only_valkey, minutes=3),
    "Valkey silent": _of_valkey(_silence_valkey, minutes=2),
}


@dataclass(frozen=True)
class Turn:
    """A fault that strikes once, after this share of a run."""

    after: float
    name: str
    fault: Fault


_BACK = "clock back five minutes", Fault(Part.CLOCK, _clock(-timedelta(minutes=5)))
_FORWARD = "clock forward an hour", Fault(Part.CLOCK, _clock(timedelta(hours=1)))
CLOCKS: Sequence[Turn] = (
    Turn(1 / 8, *_BACK),
    Turn(3 / 8, *_BACK),
    Turn(4 / 8, *_FORWARD),
    Turn(5 / 8, *_BACK),
    Turn(7 / 8, *_BACK),
)
