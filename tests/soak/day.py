"""A day that goes by in steps of two minutes, with a fault every 30 to 120 of its seconds."""

import asyncio
import math
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from tests.soak.faults import CLOCKS, FAULTS, Fault, Part, Site
from tests.soak.households import STEP
from tests.soak.people import People
from tests.soak.record import ServerRecord

#: Seconds of ours that a step lasts if something is broken, or if it is slow; and not longer than
#: the last of these. Before that it ends only when nobody who is awake holds a lease: two minutes
#: don't pass while they send or record what takes them a second.
_BROKEN_SECONDS, _SLOW_SECONDS, _LONGEST_SECONDS = 0.7, 4.0, 30.0
_LOOK_SECONDS = 0.03
#: A fault strikes at any second of a step. For so many of ours after its beginning the bots may be
#: at work; later they only wait for the next one. *In the midst* it strikes within the first.
_BUSY_SECONDS = 3.0
_MIDST_SECONDS = 0.25

_QUIET = """
    SELECT NOT EXISTS (SELECT 1 FROM inbound_updates WHERE status IN ('open', 'applied'))
       AND NOT EXISTS (SELECT 1 FROM notifications
                   WHERE (status = 'pending' OR shown_version < wanted_version)
                     AND coalesce(not_before, :now) <= :now)
       AND NOT EXISTS (SELECT 1 FROM doses WHERE next_action_at <= :now)
"""

_NOTHING_HELD = """
    SELECT NOT EXISTS (SELECT 1 FROM inbound_updates WHERE status IN ('open', 'applied')
                         AND leased_until > :now AND leased_by = ANY(CAST(:owners AS uuid[])))
       AND NOT EXISTS (SELECT 1 FROM notifications
                       WHERE (status = 'pending' OR shown_version < wanted_version)
                         AND leased_until > :now AND leased_by = ANY(CAST(:owners AS uuid[])))
"""


@dataclass(frozen=True)
class _Strike:
    """A fault that strikes so many seconds *after* a step has begun."""

    name: str
    fault: Fault
    after: float


@dataclass
class _Running:
    """A fault that is not over, and how many steps of the run are left to it."""

    of: Part
    steps: int
    ending: AsyncExitStack


@dataclass
class Day:
    """Goes on by minutes until *ends_at*; in each of them the bots do what is due, people press,
    and what breaks, breaks: at any moment, or always *in the midst* of what they do.
    """

    site: Site
    people: People
    record: ServerRecord
    in_the_midst: bool
    struck: Counter[str] = field(default_factory=Counter)
    slow_minutes: int = 0
    _running: list[_Running] = field(default_factory=list)
    _striking: set[Part] = field(default_factory=set)

    async def go(
        self, ends_at: datetime, *, seconds: float = math.inf, is_shown: bool = False
    ) -> None:
        """Until *ends_at* (UTC), or until so many *seconds* of ours are over."""
        clock, began = self.site.town.clock, time.monotonic()
        began_at = shown_at = clock.now()
        next_fault_at = began_at + self._pause()
        clocks = list(CLOCKS)
        while clock.now() < ends_at and time.monotonic() < began + seconds:
            minute = self._next()
            strikes = []
            while next_fault_at < minute + STEP:
                name = self._choose()
                if name is not None:
                    after = max(0.0, (next_fault_at - minute).total_seconds())
                    strikes.append(_Strike(name, FAULTS[name], after))
                next_fault_at += self._pause()
            if clocks and began_at + clocks[0].after * (ends_at - began_at) < minute:
                turn = clocks.pop(0)
                strikes.append(_Strike(turn.name, turn.fault, 0.0))
            await self._live_through(minute, strikes)
            now = clock.now()  # wherever it was set
            next_fault_at = min(max(next_fault_at, now), now + STEP + self._pause())
            if is_shown and now - shown_at >= timedelta(hours=1):
                shown_at = now
                sent, took = self.record.calls["sendMessage"], time.monotonic() - began
                print(f"{now:%H:%M}  {took:5.0f} s  {sent:,} sent", flush=True)  # noqa: T201
        await self.heal()

    async def heal(self) -> None:
        """End every fault, and wait until each bot runs."""
        for running in self._running:
            await running.ending.aclose()
        self._running.clear()
        self.site.town.sandbox.heal()
        for replica in self.site.replicas:
            await replica.runs()

    async def tail(self, until: datetime) -> None:
        """Let the last windows end, with nothing broken any more."""
        clock = self.site.town.clock
        while clock.now() < until:
            await self._live_through(self._next(), [])

    def _choose(self) -> str | None:
        """A fault of something that isn't broken already; None if everything is."""
        broken = self._striking | {running.of for running in self._running}
        if not self._all_run():
            broken.add(Part.BOTS)
        able = {name: fault for name, fault in FAULTS.items() if fault.of not in broken}
        if not able:
            return None
        weights = [fault.weight for fault in able.values()]
        [name] = self.site.chance.choices(list(able), weights=weights)
        self._striking.add(FAULTS[name].of)
        return name

    def _next(self) -> datetime:
        """The next even minute."""
        now = self.site.town.clock.now().replace(second=0, microsecond=0)
        return now + (STEP if now.minute % 2 == 0 else STEP / 2)

    def _pause(self) -> timedelta:
        return timedelta(seconds=self.site.chance.uniform(30, 120))

    async def _live_through(self, minute: datetime, strikes: Sequence[_Strike]) -> None:
        """The minute begins, the bots act, people press; something breaks in between or after."""
        clock = self.site.town.clock
        clock.advance(minute - clock.now())
        for running in self._running:
            running.steps -= 1
        ended = [running for running in self._running if running.steps < 0]
        self._running = [running for running in self._running if running.steps >= 0]
        for running in ended:
            await running.ending.aclose()
        await self._starting_ends()
        began = asyncio.get_running_loop().time()
        for replica in self.site.replicas:
            replica.move()
        soon = [each for each in strikes if self.in_the_midst or each.after < _BUSY_SECONDS]
        striking = [asyncio.create_task(self._strike(each)) for each in soon]
        self.people.act()
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            self.people.look(self.record)
            if not all(task.done() for task in striking):
                continue
            if await self._is_quiet():
                break
            seconds = asyncio.get_running_loop().time() - began
            is_broken = bool(self._running or soon) or not self._all_run()
            if seconds < (_BROKEN_SECONDS if is_broken else _SLOW_SECONDS):
                continue
            if seconds > _LONGEST_SECONDS or await self._holds_nothing():
                self.slow_minutes += not is_broken
                break
        await asyncio.gather(*striking)
        for strike in strikes:
            if strike not in soon:
                await self._strike(strike)
        self._striking.clear()
        self.people.look(self.record)

    async def _starting_ends(self) -> None:
        """A bot that is started runs two minutes later, however slow our machine is; not while
        Telegram doesn't tell it who it is.
        """
        broken = {running.of for running in self._running}
        for replica in self.site.replicas:
            if replica.is_starting and Part.TELEGRAM not in broken:
                with suppress(TimeoutError):
                    await replica.runs()

    def _all_run(self) -> bool:
        return all(replica.is_running for replica in self.site.replicas)

    async def _is_quiet(self) -> bool:
        town = self.site.town
        if town.sandbox.unconfirmed_updates:
            return False
        if any(replica.is_running and not replica.has_moved for replica in self.site.replicas):
            return False
        return await self._is_true(_QUIET)

    async def _holds_nothing(self) -> bool:
        owners = [replica.owner for replica in self.site.replicas if replica.is_running]
        return await self._is_true(_NOTHING_HELD, owners=owners)

    async def _is_true(self, sql: str, **parameters: Any) -> bool:
        town = self.site.town
        with suppress(Exception):  # PostgreSQL may be away
            async with asyncio.timeout(1):
                return bool(await town.value(sql, now=town.clock.now(), **parameters))
        return False

    async def _strike(self, strike: _Strike) -> None:
        if self.in_the_midst:
            await asyncio.sleep(self.site.chance.uniform(0, _MIDST_SECONDS))
        elif strike.after < _BUSY_SECONDS:
            await asyncio.sleep(strike.after)
        self.struck[strike.name] += 1
        fault, ending = strike.fault, AsyncExitStack()
        await ending.enter_async_context(fault.strike(self.site))
        lasts = self.site.chance.randint(1, fault.minutes) if fault.minutes else 0
        self._running.append(_Running(fault.of, lasts // 2, ending))
