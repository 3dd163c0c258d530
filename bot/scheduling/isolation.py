"""Work for many rows, so that the trouble of one stays its own.

Rows are worked on together, a family in a transaction. Where that fails it is tried with halves of
them, until what fails stands alone; that is set aside with the reason, and the others are done.
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

MOST = 1_000  # rows that are looked for at once

WorkOn: TypeAlias = Callable[[Scope, Sequence[UUID]], Awaitable[int]]


@dataclass(frozen=True)
class Chore:
    """*find* looks, as the dispatcher, for at most so many rows whose time has come and that are
    not set aside; *do* works on some of one family, in its scope, and returns how many it did.
    """

    work: Work
    find: Callable[[Scope, int], Awaitable[Sequence[Subject]]]
    do: WorkOn


class Isolation:
    """Does chores. Raises only while the database is away."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def do(self, chore: Chore) -> None:
        """All that is due."""
        while found := await self._database.run(lambda s: chore.find(s, MOST), as_dispatch()):
            done = 0
            for family_id, subjects in groupby(
                sorted(found, key=lambda each: each.family_id), key=lambda each: each.family_id
            ):
                done += await self._halve(
                    chore.work, list(subjects), chore.do, request=as_family(family_id)
                )
            if not done:  # another replica has them in hand
                return

    async def take_apart(self, work: Work, subjects: Sequence[Subject], do: WorkOn) -> int:
        """As the dispatcher, across families. Returns how many were done or set aside."""
        return await self._halve(work, subjects, do, request=as_dispatch())

    async def _halve(
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
        return await self._halve(work, subjects[:middle], do, request=request) + await self._halve(
            work, subjects[middle:], do, request=request
        )

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
