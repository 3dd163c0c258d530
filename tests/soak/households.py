"""The families of a long run: who is in them, and what their person takes every two hours."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from bot.sandbox import Person
from domain.access import Role
from domain.database.requests import as_newcomer, as_user
from domain.database.scope import Scope
from domain.database.unit_of_work import Database
from domain.family import families, users
from domain.family import people as care_recipients
from domain.family.users import Arrival
from domain.medicines.changes import adding
from domain.medicines.facts import NewMedicine
from domain.medicines.schedules.kinds import WallClock
from tests.factories import amount_of
from tests.town import Town

ZONE = ZoneInfo("UTC")
EVERY = timedelta(hours=2)
TIMES = 12  # a day
MEDICINES = 4
#: A run goes on by so much, so that everything due and every step of a ladder falls on its turn.
STEP = timedelta(minutes=2)
AT_ONCE = 8

#: Who is in a family; they follow one another.
_FAMILIES: Sequence[Sequence[Role]] = (
    (Role.ADMIN,),
    (Role.ADMIN, Role.CAREGIVER),
    (Role.ADMIN,),
    (Role.ADMIN, Role.VIEWER),
    (Role.ADMIN, Role.CAREGIVER, Role.VIEWER),
)


@dataclass(frozen=True)
class Family:
    """Its people on their phones, who of them may record a dose, and the person cared for."""

    number: int
    care_recipient_id: UUID
    members: Sequence[Person]
    recorders: Sequence[Person]


async def settle(town: Town, database: Database, *, count: int) -> Sequence[Family]:
    """Make them all; the first of them are due in half an hour, and some in every second minute of
    two hours.
    """
    numbers = iter(range(count))
    first = town.minute(ahead=30)  # an even one
    made: dict[int, Family] = {}

    async def work() -> None:
        for number in numbers:
            made[number] = await _settle(town, database, number, first=first)

    await asyncio.gather(*(work() for _ in range(AT_ONCE)))
    return [made[number] for number in sorted(made)]


async def _settle(town: Town, database: Database, number: int, *, first: datetime) -> Family:
    roles = _FAMILIES[number % len(_FAMILIES)]
    members = [town.person(f"{role.capitalize()} {number}") for role in roles]
    for member in members:
        member._account.started = True
    founder, *others = [
        await database.run(_arrives(member), as_newcomer(member.id)) for member in members
    ]
    due = (first + number % (EVERY // STEP) * STEP).astimezone(ZONE)
    times = sorted((due + n * EVERY).time() for n in range(TIMES))

    async def found(scope: Scope) -> tuple[UUID, list[str]]:
        family = await families.found_family(scope, f"Family {number}")
        await scope.enter_family(family.id)
        added = await care_recipients.add_person(scope, "Mum", zone=ZONE)
        for name in range(MEDICINES):
            schedule = WallClock(tuple(times), due.date())
            new = NewMedicine(added.person.id, f"Medicine {name}", amount_of("100 mg"), schedule)
            await adding.add_medication(scope, new)
        return added.person.id, [(await families.invite(scope, r)).token for r in roles[1:]]

    person_id, tokens = await database.run(found, as_user(founder))
    for user_id, token in zip(others, tokens, strict=True):
        await database.run(_joins(token), as_user(user_id))
    recorders = [m for m, role in zip(members, roles, strict=True) if role is not Role.VIEWER]
    return Family(number, person_id, members, recorders)


def _arrives(member: Person) -> Callable[[Scope], Awaitable[UUID]]:
    arrival = Arrival(member.id, member.name, language_code="en", is_private=True)
    return lambda scope: users.arrive(scope, arrival)


def _joins(token: str) -> Callable[[Scope], Awaitable[object]]:
    return lambda scope: families.redeem_invitation(scope, token)
