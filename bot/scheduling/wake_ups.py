"""Decides when to look for due doses: when the alarm rings, and in sweeps.

PostgreSQL is the truth. The alarm in Redis says in which minutes to look. A sweep looks regardless,
so a lost alarm causes a delay but never a missed dose.
"""

import asyncio
import logging
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from redis.asyncio import Redis

from bot.ops.liveness import Process
from bot.ops.supervisor import Supervisor
from bot.redis.lease import Lease
from bot.scheduling.alarm import Alarm
from bot.scheduling.isolation import Chore, Isolation
from domain.appointments.series import extension
from domain.appointments.series.extension import EXTENDED_AHEAD
from domain.database.failures import is_unavailable
from domain.database.requests import as_dispatch
from domain.database.unit_of_work import Database
from domain.delivery import shown_messages
from domain.events import Event, TimerSet
from domain.medicines.expansion import horizon
from domain.medicines.expansion.horizon import EXPANSION_HORIZON
from domain.medicines.pauses import pause_ends
from domain.medicines.stock import stock_checks
from domain.memory import retention
from domain.memory.retention import Retention
from domain.overview import digests
from domain.reminders import due as reminders
from domain.reminders.timers import list_timers
from domain.set_asides import Work, describe

log = logging.getLogger(__name__)

BATCH = 1_000  # doses and appointments in one transaction
#: Batches at once: PostgreSQL writes one while we reckon what follows from the other.
BATCHES_AT_ONCE = 2
TICK_SECONDS = 1.0
#: How much this process and PostgreSQL may disagree about whether a minute has come; see
#: domain.clock.
CLOCK_TOLERANCE = timedelta(milliseconds=50)
EXPAND_EVERY = timedelta(minutes=30)
EXPAND_AHEAD = timedelta(
    hours=24
)  # of the 36 h that are generated: leaves half a day to notice a fault
CLEAN_EVERY = timedelta(hours=6)
CLEANED_AT_ONCE = 1_000  # rows in one transaction


class WakeUps:
    """Handles due doses: when the alarm rings (on the replica that holds the lease), and in sweeps
    (on every replica).
    """

    def __init__(
        self,
        database: Database,
        redis: Redis,
        *,
        redis_url: str,
        sweep_seconds: int,
        process: Process,
        supervisor: Supervisor,
        keep: Retention,
    ) -> None:
        self._database = database
        self._isolation = Isolation(database)
        self._clock = database.clock
        self._keep = keep
        self._sweep_every = timedelta(seconds=sweep_seconds)
        self._alarm = Alarm(redis_url, self._clock, self._on_ring, supervisor=supervisor)
        self._lease = Lease(
            redis,
            on_gained=self._begin_ringing,
            on_lost=self._alarm.stop,
            token=str(process.id),
            gone=[str(each) for each in process.gone],
            supervisor=supervisor,
        )
        self._acting = asyncio.Lock()
        self._at_chores = asyncio.Lock()
        self._chores_due = asyncio.Event()
        self._to_arm: set[datetime] = set()
        self._arming = asyncio.Event()
        self._on_sweep: list[Callable[[], None]] = []
        database.subscribe(self._on_event)

    def add_sweep_listener(self, look: Callable[[], None]) -> None:
        """Call *look* with each sweep, to find whatever else waits in the database."""
        self._on_sweep.append(look)

    @property
    def is_in_charge(self) -> bool:
        """Whether this replica holds the lease. While Redis can't be reached, each of them is: like
        a sweep, what is done twice is better than what nobody does.
        """
        return self._lease.is_held or not self._lease.is_reachable

    async def run(self) -> None:
        """Run the alarm and the sweeps until cancelled."""
        try:
            await self._lease.start()
            _raise_swallowed_cancellation()
            async with asyncio.TaskGroup() as group:
                group.create_task(self._sweep())
                group.create_task(self._do_chores())
                group.create_task(self._arm())
        finally:
            await self._lease.stop()
            await self._alarm.close()

    async def act(self) -> None:
        """Take the next step of every expired timer, in batches until none is left, then start
        the chores.
        """
        async with self._acting:
            if await self._act_on_a_batch():
                rest = (self._act_until_none_is_left() for _ in range(BATCHES_AT_ONCE))
                for outcome in await asyncio.gather(*rest, return_exceptions=True):
                    if isinstance(outcome, BaseException):
                        raise outcome
        self._chores_due.set()

    async def _act_until_none_is_left(self) -> None:
        while await self._act_on_a_batch():
            pass

    async def do_chores(self) -> None:
        """Work that a family wouldn't miss for a minute: stocks running out, pauses ending,
        digests.
        """
        async with self._at_chores:
            await self._isolation.do(
                Chore(Work.STOCK, stock_checks.find_due, stock_checks.check_stocks)
            )
            await self._isolation.do(
                Chore(Work.PAUSE, pause_ends.find_due, pause_ends.announce_or_end)
            )
            await self._isolation.do(Chore(Work.DIGEST, digests.find_due, digests.send))

    async def expand(self) -> None:
        """Create the missing doses of the coming hours and the missing occurrences of the coming
        year, and set the alarm for those within its reach.
        """
        before = self._clock.now() + EXPAND_AHEAD
        await self._isolation.do(
            Chore(
                Work.EXPANSION,
                lambda scope, most: horizon.find_due(scope, before=before, limit=most),
                lambda scope, ids: horizon.expand(scope, ids, before=before),
            )
        )
        a_year = self._clock.now() + EXTENDED_AHEAD
        await self._isolation.do(
            Chore(
                Work.SERIES,
                lambda scope, most: extension.find_due(scope, before=a_year, limit=most),
                lambda scope, ids: extension.extend_series(scope, ids, before=a_year),
            )
        )
        now = self._clock.now()
        self._set_alarm(minute for minute in await self._list_minutes() if minute > now)

    async def clean(self) -> None:
        """Delete what has been kept for long enough, in batches."""
        keep = self._keep
        for delete in (
            lambda scope: retention.delete_old_updates(scope, keep, limit=CLEANED_AT_ONCE),
            lambda scope: retention.delete_recovered(scope, limit=CLEANED_AT_ONCE),
        ):
            while await self._database.run(delete, as_dispatch()) == CLEANED_AT_ONCE:
                pass
        await self._isolation.do_across(
            Chore(
                Work.INVITATION,
                lambda scope, most: retention.find_old_invitations(scope, keep, limit=most),
                retention.delete_invitations,
            )
        )
        await self._isolation.do_across(
            Chore(
                Work.NOTIFICATION,
                lambda scope, most: retention.find_old_messages(scope, keep, limit=most),
                retention.delete_messages,
            )
        )

    async def _act_on_a_batch(self) -> int:
        """How many timers have advanced. If a batch fails, the rows it fails for are set aside."""
        try:
            return await self._database.run(
                lambda scope: reminders.act_on_due(scope, limit=BATCH), as_dispatch()
            )
        except Exception as error:
            if is_unavailable(error):
                raise
            log.error("wake-up failed, retrying row by row: %s", describe(error))
        doses, occurrences_ = await self._database.run(
            lambda scope: reminders.find_due(scope, limit=BATCH), as_dispatch()
        )
        moved = await self._isolation.run_isolated(Work.DOSE, doses, reminders.act_on_doses)
        return moved + await self._isolation.run_isolated(
            Work.APPOINTMENT, occurrences_, reminders.act_on_occurrences
        )

    async def _begin_ringing(self) -> None:
        """We hold the lease. Whatever the alarm remembers, PostgreSQL knows what is due."""
        await self._alarm.rebuild(await self._list_minutes())
        await self._alarm.start()

    async def _on_ring(self, minute: datetime) -> None:
        """Act, and act again if by PostgreSQL's clock the minute may not have come yet."""
        early = minute + CLOCK_TOLERANCE - self._clock.now()
        await self.act()
        if early > timedelta(0):
            await asyncio.sleep(early.total_seconds())
            await self.act()

    async def _list_minutes(self) -> Sequence[datetime]:
        """The minutes in which something is due, up to the alarm's horizon."""
        return await self._database.run(
            lambda scope: list_timers(scope, until=self._clock.now() + EXPANSION_HORIZON),
            as_dispatch(),
        )

    def _on_event(self, event: Event) -> None:
        # Later minutes are set by a later pass, so the number of jobs is bounded by the minutes of
        # a day.
        if isinstance(event, TimerSet) and event.at <= self._clock.now() + EXPANSION_HORIZON:
            self._set_alarm([event.at])

    def _set_alarm(self, minutes: Iterable[datetime]) -> None:
        self._to_arm.update(minutes)
        if self._to_arm:
            self._arming.set()

    async def _arm(self) -> None:
        """Set the alarm for new timers. If that fails, the sweep finds them."""
        while True:
            await self._arming.wait()
            self._arming.clear()
            minutes, self._to_arm = self._to_arm, set()
            try:
                await self._alarm.arm(*sorted(minutes))
            except Exception as error:
                log.error("setting alarm failed: %s", describe(error))

    async def _do_chores(self) -> None:
        """Work that can wait, apart from work that can't, so that it never delays a reminder."""
        expanded = cleaned = datetime.min.replace(tzinfo=UTC)
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(TICK_SECONDS):
                    await self._chores_due.wait()
            now = self._clock.now()
            try:
                if self._chores_due.is_set():
                    self._chores_due.clear()
                    await self.do_chores()
                if abs(now - expanded) >= EXPAND_EVERY:
                    await self.expand()
                    expanded = now
                if abs(now - cleaned) >= CLEAN_EVERY:
                    await self.clean()
                    cleaned = now
            except Exception as error:
                log.warning("housekeeping failed, retrying: %s", describe(error))
                self._chores_due.set()
                await asyncio.sleep(TICK_SECONDS)

    async def _sweep(self) -> None:
        """Sweep now and then, and at every full minute while Redis can't be reached."""
        last = datetime.min.replace(tzinfo=UTC)
        while True:
            now = self._clock.now()
            is_blind = not (self._lease.is_reachable and self._alarm.is_reachable)
            new_minute = now.replace(second=0, microsecond=0) > last
            # The clock may have been set back: a last sweep in the future also counts as long ago.
            if abs(now - last) >= self._sweep_every or (is_blind and new_minute):
                last = now
                await self._sweep_once()
            await asyncio.sleep(TICK_SECONDS)

    async def _sweep_once(self) -> None:
        try:
            await self.act()
            await self._database.run(shown_messages.close_messages_of_former_members, as_dispatch())
        except Exception as error:
            log.warning("sweep failed: %s", describe(error))
        for look in self._on_sweep:
            look()


def _raise_swallowed_cancellation() -> None:
    """redis-py can swallow a cancellation before Python 3.12; work started after that would never
    end.
    """
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError
