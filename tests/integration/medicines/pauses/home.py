"""Anna and Ben, and the pauses of what Mum takes."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import text

from domain.database.scope import Scope
from domain.database.unit_of_work import Database
from domain.family import people as care_recipients
from domain.family.families import FamilyFacts
from domain.family.people import Person
from domain.family.running_pauses import Pause
from domain.medicines import reading
from domain.medicines.facts import MedicineFacts
from domain.medicines.pauses import pause_ends, person_pauses
from domain.medicines.pauses.paused_people import PausedPerson
from domain.models.medicines import DoseStatus, MedicineStatus
from domain.overview.last_actions import find_last_action
from domain.overview.own_actions import ActionKind
from domain.overview.undo import undo_action
from tests import factories
from tests.databases import move_to, without_walls
from tests.factories import Account, T

ACTIVE, PAUSED, STOPPED = MedicineStatus
WEDNESDAY, THURSDAY, FRIDAY = (date(2026, 11, day) for day in (25, 26, 27))


def at(day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


@dataclass(frozen=True)
class Home:
    database: Database
    family: FamilyFacts
    anna: Account
    ben: Account
    mum: Person

    async def do(self, work: Callable[[Scope], Awaitable[T]], who: Account | None = None) -> T:
        return await factories.acting(self.database, who or self.anna, work)

    def is_now(self, moment: datetime) -> None:
        move_to(self.database.clock, moment)

    async def add(self, name: str = "Aspirin", schedule: Any = None) -> MedicineFacts:
        return await factories.medicine(
            self.database, self.anna, self.mum, name=name, schedule=schedule
        )

    async def pause(
        self, until: date | None = FRIDAY, *, who: Account | None = None, **how: Any
    ) -> PausedPerson:
        return await self.do(
            lambda scope: person_pauses.pause_person(scope, self.mum.id, resumes_on=until, **how),
            who,
        )

    async def resume(self, who: Account | None = None) -> PausedPerson:
        return await self.do(lambda scope: person_pauses.resume_person(scope, self.mum.id), who)

    async def undo(self) -> ActionKind:
        action = await self.do(find_last_action)
        await self.do(lambda scope: undo_action(scope, action.id))
        return action.kind

    async def state(self, medicine: MedicineFacts) -> tuple[MedicineStatus, datetime | None, bool]:
        now = await self.do(lambda scope: reading.get_medication(scope, medicine.id))
        return (now.status, now.resumes_at, now.is_paused_with_person)

    async def running(self) -> Pause | None:
        person = await self.do(lambda scope: care_recipients.get_person(scope, self.mum.id))
        return person.pause

    async def open(self, medicine: MedicineFacts) -> list[datetime]:
        found = await factories.doses_of(self.database, self.family, medicine)
        return [dose.due_at for dose in found if dose.status is DoseStatus.PENDING]

    async def expand(self) -> None:
        await factories.expand(self.database)

    async def tell(self) -> int:
        """What the alarm does at the end of pauses."""
        return await factories.do_chore(
            self.database, lambda scope: pause_ends.find_due(scope, 10), pause_ends.announce_or_end
        )

    async def rows(self, sql: str) -> Sequence[Any]:
        url = self.database.engine.url.render_as_string(hide_password=False)
        async with without_walls(url) as connection:
            return (await connection.execute(text(sql))).all()

    async def notices(self) -> Sequence[Any]:
        return await self.rows("SELECT * FROM notifications WHERE kind = 'pause_ends'")
