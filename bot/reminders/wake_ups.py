"""When to look for due doses: at an alarm, at a sweep, and who keeps the alarm.

PostgreSQL is the truth. The alarm in Redis says in which minutes to look; a sweep looks without
it, so that a lost alarm costs lateness and never a dose.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

from redis.asyncio import Redis

from bot.redis.lease import Lease
from bot.reminders.alarm import Alarm
from domain import expansion, inbox, occurrences, pauses, reminders, stock
from domain.database import Database, Scope, as_dispatch, as_family, is_away
from domain.events import Event, TimerSet
from domain.expansion import HORIZON
from domain.occurrences import EXTENDED_AHEAD

log = logging.getLogger(__name__)

BATCH = 1_000  # doses, and appointments, in one transaction
FAMILIES_AT_ONCE = 500
TICK_SECONDS = 1.0
EXPAND_EVERY = timedelta(minutes=30)
EXPAND_AHEAD = timedelta(hours=24)  # of the 36 h that are made: half a day to notice a fault
CLEAN_EVERY = timedelta(hours=6)


class WakeUps:
    """Acts on due doses: when the alarm rings (on the one replica that holds the lease), and when
    a sweep is due (on every replica).
    """

    def __init__(
        self, database: Database, redis: Redis, *, redis_url: str, sweep_seconds: int
    ) -> None:
        self._database = database
        self._clock = database.clock
        self._sweep_every = timedelta(seconds=sweep_seconds)
        self._alarm = Alarm(redis_url, self._clock, self._on_ring)
        self._lease = Lease(redis, on_gained=self._begin_ringing, on_lost=self._alarm.stop)
        self._acting = asyncio.Lock()
        self._to_arm: set[datetime] = set()
        self._arming = asyncio.Event()
        self._on_sweep: list[Callable[[], None]] = []
        database.subscribe(self._on_event)

    def also_on_sweep(self, look: Callable[[], None]) -> None:
        """Have *look* called with each sweep: whatever else waits in the database is found then."""
        self._on_sweep.append(look)

    async def run(self) -> None:
        """Keep the alarm and sweep, until cancelled."""
        try:
            await self._lease.start()
            _heed_cancellation()
            async with asyncio.TaskGroup() as group:
                group.create_task(self._sweep())
                group.create_task(self._arm())
        finally:
            await self._lease.stop()
            await self._alarm.close()

    async def act(self) -> None:
        """Take the next step of everything whose timer has run out; then check stocks, and tell of
        pauses. Batches, until none is left.
        """
        async with self._acting:
            while await self._database.run(
                lambda scope: reminders.act_on_due(scope, most=BATCH), as_dispatch()
            ):
                pass
            await self._check_stocks()
            await self._tell_of_pauses()

    async def _check_stocks(self) -> None:
        """Remind of medicines that run out. Families one by one: what is left is theirs to read."""
        await self._family_by_family(
            lambda scope: stock.families_to_check(scope, most=FAMILIES_AT_ONCE), stock.check_family
        )

    async def _tell_of_pauses(self) -> None:
        """Announce the end of pauses, and end them."""
        await self._family_by_family(
            lambda scope: pauses.families_to_tell(scope, most=FAMILIES_AT_ONCE), pauses.tell_family
        )

    async def expand(self) -> None:
        """Make the doses of the coming hours and the occurrences of the coming year that are
        not there yet, and set the alarm for what has come within its reach.
        """
        before = self._clock.now() + EXPAND_AHEAD
        await self._family_by_family(
            lambda scope: expansion.families_to_expand(scope, before=before, most=FAMILIES_AT_ONCE),
            lambda scope: expansion.expand_family(scope, before=before),
        )
        a_year = self._clock.now() + EXTENDED_AHEAD
        await self._family_by_family(
            lambda scope: occurrences.families_to_extend(
                scope, before=a_year, most=FAMILIES_AT_ONCE
            ),
            lambda scope: occurrences.extend_family(scope, before=a_year),
        )
        now = self._clock.now()
        self._set_alarm(minute for minute in await self._list_minutes() if minute > now)

    async def _family_by_family(
        self,
        find: Callable[[Scope], Awaitable[Sequence[UUID]]],
        work: Callable[[Scope], Awaitable[int]],
    ) -> None:
        while families := await self._database.run(find, as_dispatch()):
            done = 0
            for family_id in families:
                done += await self._database.run(work, as_family(family_id))
            if not done:  # another replica has them in hand
                return

    async def _begin_ringing(self) -> None:
        """The lease is ours: whatever the alarm remembers, PostgreSQL knows what is due."""
        await self._alarm.rebuild(await self._list_minutes())
        await self._alarm.start()

    async def _on_ring(self, _minute: datetime) -> None:
        await self.act()

    async def _list_minutes(self) -> Sequence[datetime]:
        """The minutes in which something acts, as far ahead as the alarm is set."""
        return await self._database.run(
            lambda scope: reminders.list_timers(scope, until=self._clock.now() + HORIZON),
            as_dispatch(),
        )

    def _on_event(self, event: Event) -> None:
        # What lies farther ahead is set by a later look: jobs stay as few as the minutes of a day.
        if isinstance(event, TimerSet) and event.at <= self._clock.now() + HORIZON:
            self._set_alarm([event.at])

    def _set_alarm(self, minutes: Iterable[datetime]) -> None:
        self._to_arm.update(minutes)
        if self._to_arm:
            self._arming.set()

    async def _arm(self) -> None:
        """Set the alarm for new timers. What cannot be set is found by the sweep."""
        while True:
            await self._arming.wait()
            self._arming.clear()
            minutes, self._to_arm = self._to_arm, set()
            await self._alarm.arm(*sorted(minutes))

    async def _sweep(self) -> None:
        """Look every now and then, and at each full minute while Redis cannot be reached."""
        last = expanded = cleaned = datetime.min.replace(tzinfo=UTC)
        while True:
            now = self._clock.now()
            is_blind = not (self._lease.reachable and self._alarm.is_reachable)
            new_minute = now.replace(second=0, microsecond=0) > last
            try:
                if now - last >= self._sweep_every or (is_blind and new_minute):
                    last = now
                    await self.act()
                    for look in self._on_sweep:
                        look()
                if now - expanded >= EXPAND_EVERY:
                    await self.expand()
                    expanded = now
                if now - cleaned >= CLEAN_EVERY:
                    await self._database.run(inbox.forget_old, as_dispatch())
                    cleaned = now
            except Exception as error:
                if not is_away(error):
                    raise
                log.warning("the database cannot be reached: %s", type(error).__name__)
            await asyncio.sleep(TICK_SECONDS)


def _heed_cancellation() -> None:
    """redis-py can swallow a cancellation before Python 3.12; what is begun after it never ends."""
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError
