"""Anna and Ben, who go to appointments with Mum."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import text

from domain.appointments.changes import rescheduling
from domain.appointments.changes.locking import Reach
from domain.appointments.occurrences.facts import OccurrenceFacts
from domain.appointments.occurrences.lookups import get_occurrence
from domain.appointments.recurrences import Recurrence
from domain.database.requests import as_dispatch
from domain.database.scope import Scope
from domain.database.unit_of_work import Database
from domain.family.families import FamilyFacts
from domain.family.people import Person
from domain.overview import last_actions, undo
from domain.reminders import due as reminders
from tests import factories
from tests.databases import move_to, without_walls
from tests.factories import Account, T

LONDON = ZoneInfo("Europe/London")


@dataclass(frozen=True)
class Home:
    database: Database
    url: str
    family: FamilyFacts
    anna: Account
    ben: Account
    mum: Person

    async def do(self, work: Callable[[Scope], Awaitable[T]], who: Account | None = None) -> T:
        return await factories.acting(self.database, who or self.anna, work)

    async def add(self, **given: Any) -> OccurrenceFacts:
        return await factories.appointment(self.database, self.anna, self.mum, **given)

    async def planned(self, *, most: int = 6) -> list[str]:
        """The local starts of what is to come."""
        async with without_walls(self.url) as connection:
            rows = await connection.execute(
                text(
                    "SELECT starts_at FROM appointment_occurrences o JOIN appointments a"
                    " ON a.id = o.appointment_id AND a.deleted_at IS NULL"
                    " WHERE o.status = 'planned' AND o.starts_at > :now"
                    " ORDER BY starts_at LIMIT :most"
                ),
                {"now": self.database.clock.now(), "most": most},
            )
            return [f"{row.starts_at.astimezone(LONDON):%d %b %H:%M}" for row in rows]

    async def at(self, key: str) -> OccurrenceFacts:
        """The occurrence that a rule gives at that local start."""
        async with without_walls(self.url) as connection:
            found = await connection.scalar(
                text("SELECT id FROM appointment_occurrences WHERE occurrence_key = :key"),
                {"key": key},
            )
        return await self.do(lambda scope: get_occurrence(scope, found))

    async def move(self, facts: OccurrenceFacts, start: datetime, reach: Reach) -> OccurrenceFacts:
        return await self.do(
            lambda s: rescheduling.move_occurrence(
                s, facts.id, start, reach=reach, version=facts.version
            )
        )

    async def undo(self) -> None:
        action = await self.do(last_actions.find_last_action)
        await self.do(lambda scope: undo.undo_action(scope, action.id))

    async def wake_up(self, at: datetime) -> list[dict[str, str]]:
        """What is told at that instant: the steps of each message."""
        move_to(self.database.clock, at)
        before = await self._told()
        await self.database.run(lambda s: reminders.act_on_due(s, limit=100), as_dispatch())
        return [steps for id_, steps in (await self._told()).items() if id_ not in before]

    async def _told(self) -> dict[Any, dict[str, str]]:
        async with without_walls(self.url) as connection:
            rows = await connection.execute(
                text("SELECT id, facts -> 'steps' FROM notifications WHERE kind = 'appointment'")
            )
            return {row[0]: row[1] for row in rows}

    async def repeat(self, facts: OccurrenceFacts, start: datetime, reach: Reach) -> None:
        """Every second week on the weekday of *start*, which is one of its days."""
        rule = Recurrence.from_rfc5545("FREQ=WEEKLY;INTERVAL=2", LONDON)
        await self.do(
            lambda s: rescheduling.change_recurrence(
                s, facts.id, start, rule, version=facts.version, reach=reach
            )
        )


async def settle_in(database: Database, url: str) -> Home:
    anna = await factories.user(database)
    family = await factories.family(database, anna)
    ben = await factories.member(database, anna)
    mum = await factories.person(database, anna)
    return Home(database, url, family, anna, ben, mum)
