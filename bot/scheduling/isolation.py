"""Processes many rows so that one bad row doesn't affect the others.

Rows are processed together, one family per transaction. If that fails, it is retried with halves
until the failing row is alone; that row is set aside with the reason, and the others are done.
"""

import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TypeAlias
from uuid import UUID

from bot.ops.metrics import SET_ASIDE
from domain import set_asides
from domain.database.failures import is_unavailable
from domain.database.requests import ScopeRequest, as_dispatch, as_family
from domain.database.scope import Scope
from domain.database.unit_of_work import Database
from domain.set_asides import Subject, Work, describe

log = logging.getLogger(__name__)

MAX_ROWS = 1_000  # rows per query

WorkOn: TypeAlias = Callable[[Scope, Sequence[UUID]], Awaitable[int]]


@dataclass(frozen=True)
class Chore:
    """*find* looks, as the dispatcher, for at most that many rows that are due and not set aside;
    *do* processes some rows, of one family in its scope unless it's done across families, and
    returns how many it did.
    """

    work: Work
    find: Callable[[Scope, int], Awaitable[Sequence[Subject]]]
    do: WorkOn


class Isolation:
    """Does chores. Raises only while the database is down."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def do(self, chore: Chore) -> None:
        """Everything that is due."""
        while found := await self._database.run(lambda s: chore.find(s, MAX_ROWS), as_dispatch()):
            done = 0
            for family_id, subjects in groupby(
                sorted(found, key=lambda each: each.family_id), key=lambda each: each.family_id
            ):
                done += await self._bisect(
                    chore.work, list(subjects), chore.do, request=as_family(family_id)
                )
            if not done:  # another replica is processing them
                return

    async def do_across(self, chore: Chore) -> None:
        """Everything that is due, as the dispatcher, in batches that span families."""
        while found := await self._database.run(lambda s: chore.find(s, MAX_ROWS), as_dispatch()):
            if not await self.run_isolated(chore.work, found, chore.do):
                return

    async def run_isolated(self, work: Work, subjects: Sequence[Subject], do: WorkOn) -> int:
        """Run as the dispatcher, across families. Returns how many were done or set aside."""
        return await self._bisect(work, subjects, do, request=as_dispatch())

    async def _bisect(
        self, work: Work, subjects: Sequence[Subject], do: WorkOn, *, request: ScopeRequest
    ) -> int:
        if not subjects:
            return 0
        ids = [subject.id for subject in subjects]
        try:
            return await self._database.run(lambda scope: do(scope, ids), request)
        except Exception as error:
            if is_unavailable(error):
                raise
            if len(subjects) == 1:
                await self._set_aside(work, subjects[0], error)
                return 1
        middle = len(subjects) // 2
        return await self._bisect(
            work, subjects[:middle], do, request=request
        ) + await self._bisect(work, subjects[middle:], do, request=request)

    async def _set_aside(self, work: Work, subject: Subject, error: Exception) -> None:
        reason = describe(error)
        failures = await self._database.run(
            lambda scope: set_asides.set_aside(scope, work, subject, reason=reason), as_dispatch()
        )
        SET_ASIDE.labels(work).inc()
        log.error(
            "set aside: kind=%s subject=%s failures=%d reason=%s",
            work,
            subject.id,
            failures,
            reason,
        )
