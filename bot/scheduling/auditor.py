"""Audits the tables with each sweep, and raises the alarm about what should have happened by now.

It only looks when a sweep has just looked too, so it never wakes a database that sleeps, and only
on one replica. What two audits in a row find late is logged and told to the operator, at most once
an hour for each rule; so is the end of it. While nothing is late, the heartbeat is sent.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import TypeAlias, TypeVar

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from bot.ops.heartbeat import Heartbeat
from bot.ops.metrics import BREACHES
from bot.ops.supervisor import Tasks
from bot.redis.alarm_log import AlarmLog, ToldAlarm
from domain.database.failures import get_sqlstate, is_unavailable
from domain.database.requests import as_dispatch
from domain.database.scope import Scope
from domain.database.unit_of_work import Database
from domain.reminders import auditor
from domain.reminders.auditor import NOT_AUDITED, WATCHED, OwedEdits, Watched
from domain.reminders.invariants import Breach
from domain.set_asides import describe

log = logging.getLogger(__name__)

T = TypeVar("T")

LOOKS_APART_SECONDS = 20.0
TOLD_AGAIN_AFTER = timedelta(hours=1)
# Nothing here is worth slowing others down: where nothing is late, each query takes a millisecond.
_MODESTLY = text(
    "SELECT set_config('statement_timeout', '5s', true),"
    " set_config('max_parallel_workers_per_gather', '0', true)"
)
_TOO_SLOW = "57014"  # query_canceled

Breaches: TypeAlias = Mapping[Watched, Breach]
Tell: TypeAlias = Callable[[Breaches], Awaitable[bool]]
"""Tells the operator what is late, or (if nothing is) that all is well again. False: it wasn't
sent, and is to be tried again.
"""


async def tell_nobody(_: Breaches) -> bool:
    """There's no operator to tell; the log has it all the same."""
    return True


class Auditor:
    """Audits when :meth:`look` is called, on the replica where *is_on_duty*."""

    def __init__(
        self,
        database: Database,
        alarms: AlarmLog,
        *,
        is_on_duty: Callable[[], bool],
        tell: Tell = tell_nobody,
        heartbeat: Heartbeat | None = None,
    ) -> None:
        self._database = database
        self._alarms = alarms
        self._is_on_duty = is_on_duty
        self._tell = tell
        self._heartbeat = heartbeat
        self._running = Tasks("audit")
        self._auditing = asyncio.Lock()
        # What the last audit found.
        self._looked_at = 0.0
        self._late_before: Breaches = {}
        self._owed_before: OwedEdits = {}

    def look(self) -> None:
        """Audit in the background, unless the last audit hasn't ended yet."""
        if not self._is_on_duty():
            self._late_before, self._owed_before = {}, {}
            BREACHES.clear()
        elif not self._running.are_running and not self._is_too_soon():
            self._looked_at = time.monotonic()
            self._running.start(self.audit())

    def _is_too_soon(self) -> bool:
        """What is late twice in a row means something only if there was time to act in between."""
        return bool(self._late_before) and time.monotonic() < self._looked_at + LOOKS_APART_SECONDS

    async def close(self) -> None:
        """Stop what is running; the next replica's audit finds the same."""
        await self._running.end()

    async def audit(self) -> None:
        """One audit, and what follows from it."""
        async with self._auditing:
            await self._audit()

    async def _audit(self) -> None:
        late = await self._find()
        for rule in Watched:
            BREACHES.labels(rule).set(late[rule].count if rule in late else 0)
        before, self._late_before = self._late_before, late
        if not late and self._heartbeat is not None:
            await self._heartbeat.ping()
        await self._raise_alarm(
            {rule: breach for rule, breach in late.items() if rule in before},
            is_all_well=not (late or before),
        )

    async def _find(self) -> Breaches:
        """What is late. Rules that can't be asked are late too: nobody knows."""
        late: dict[Watched, Breach] = {}
        try:
            late, unanswered = await self._ask(tuple(WATCHED))
            edits = await self._ask_for_edits()
        except Exception as error:
            log.warning("audit failed: %s", describe(error))
            unanswered, edits = len(WATCHED), None
        if edits is not None:
            late[Watched.EDIT] = edits
        if unanswered:
            late[Watched.AUDIT] = Breach(NOT_AUDITED, unanswered, None)
        return late

    async def _ask(self, rules: Sequence[Watched]) -> tuple[dict[Watched, Breach], int]:
        """What is late by *rules*, and how many of them failed. They are asked together; one by one
        if that fails, so that a broken one doesn't hide the others.
        """
        try:
            return dict(await self._run(lambda scope: auditor.find_late(scope, rules))), 0
        except Exception as error:
            if is_unavailable(error) and not _was_too_slow(error):
                raise
            if len(rules) == 1:
                log.error("audit query failed: rule=%s %s", rules[0], describe(error))
                return {}, 1
        late: dict[Watched, Breach] = {}
        failed = 0
        for rule in rules:
            found, count = await self._ask([rule])
            late, failed = late | found, failed + count
        return late, failed

    async def _ask_for_edits(self) -> Breach | None:
        self._owed_before = await self._run(
            lambda scope: auditor.list_owed_edits(scope, before=self._owed_before)
        )
        return auditor.late_edits(self._owed_before, now=self._database.clock.now())

    async def _run(self, work: Callable[[Scope], Awaitable[T]]) -> T:
        async def bounded(scope: Scope) -> T:
            await scope.connection.execute(_MODESTLY)
            return await work(scope)

        return await self._database.run(bounded, as_dispatch())

    async def _raise_alarm(self, late: Breaches, *, is_all_well: bool) -> None:
        """Tell the operator what they haven't been told within the hour, or that it's over."""
        told, now = dict(await self._alarms.load()), self._database.clock.now()
        again = TOLD_AGAIN_AFTER.total_seconds()
        recently = {rule for rule, alarm in told.items() if abs(now.timestamp() - alarm.at) < again}
        if news := {rule: breach for rule, breach in late.items() if rule not in recently}:
            for rule, breach in news.items():
                log.error("late: rule=%s count=%d since=%s", rule, breach.count, breach.since)
            if await self._tell(news):
                told |= {rule: ToldAlarm(now.timestamp(), stands=True) for rule in news}
                await self._alarms.save(told)
        elif is_all_well and any(alarm.stands for alarm in told.values()):
            log.warning("nothing is late any more")
            if await self._tell({}):
                await self._alarms.save(
                    {rule: replace(alarm, stands=False) for rule, alarm in told.items()}
                )


def _was_too_slow(error: Exception) -> bool:
    return isinstance(error, DBAPIError) and get_sqlstate(error) == _TOO_SLOW
