"""Many families at once, each made in one transaction by the operations that people use."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from domain.access import Role
from domain.database.requests import as_newcomer, as_user
from domain.database.scope import Scope
from domain.database.unit_of_work import Database
from domain.family import families, users
from domain.family import people as care_recipients
from domain.family.families import Joined
from domain.family.users import Arrival
from domain.medicines.changes import adding
from domain.medicines.dosages import Dosage
from domain.medicines.facts import NewMedicine
from domain.medicines.schedules.kinds import WallClock

ZONE = ZoneInfo("Europe/London")
AT_ONCE = 8


@dataclass(frozen=True)
class Household:
    """What one family is made of. *members* are Telegram ids; the first of them founds it, and
    *viewers* only read. Each person cared for gets one medicine, with one dose, at each of *due_at*
    (whole minutes, UTC).
    """

    members: Sequence[int]
    people: int
    due_at: Sequence[datetime]
    viewers: Sequence[int] = ()


async def settle(database: Database, households: Iterable[Household]) -> None:
    """Make all of them. The database's clock must say a time before anything is due."""
    waiting = iter(households)

    async def work() -> None:
        for household in waiting:
            await _settle(database, household)

    await asyncio.gather(*(work() for _ in range(AT_ONCE)))


async def _settle(database: Database, household: Household) -> None:
    founder, *others = [
        await database.run(_arrives(telegram_id), as_newcomer(telegram_id))
        for telegram_id in (*household.members, *household.viewers)
    ]
    invitations: list[str] = []

    async def found(scope: Scope) -> None:
        family = await families.found_family(scope, "Smith")
        await scope.enter_family(family.id)
        for number in range(household.people):
            added = await care_recipients.add_person(scope, f"Mum {number}", zone=ZONE)
            for index, due_at in enumerate(household.due_at):
                local = due_at.astimezone(ZONE)
                schedule = WallClock((local.time(),), local.date(), local.date())
                new = NewMedicine(added.person.id, f"Medicine {index}", Dosage("100 mg"), schedule)
                await adding.add_medication(scope, new)
        roles = [Role.CAREGIVER] * (len(household.members) - 1)
        roles += [Role.VIEWER] * len(household.viewers)
        invitations.extend([(await families.invite(scope, role)).token for role in roles])

    await database.run(found, as_user(founder))
    for user_id, token in zip(others, invitations, strict=True):
        await database.run(_joins(token), as_user(user_id))


def _arrives(telegram_id: int) -> Callable[[Scope], Awaitable[UUID]]:
    arrival = Arrival(telegram_id, f"Person {telegram_id}", language_code="en", is_private=True)
    return lambda scope: users.arrive(scope, arrival)


def _joins(token: str) -> Callable[[Scope], Awaitable[Joined]]:
    return lambda scope: families.redeem_invitation(scope, token)
