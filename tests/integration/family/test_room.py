"""How much a family may hold: refused is one more than that, and nothing that is there."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from domain.appointments.changes import cancelling
from domain.appointments.changes.locking import Reach
from domain.contacts import doctors, emergency_contacts
from domain.contacts.doctors import NewDoctor
from domain.contacts.emergency_contacts import NewContact
from domain.database.requests import as_user
from domain.database.scope import Scope
from domain.database.unit_of_work import Database
from domain.family import families
from domain.family.errors import FamilyFull
from domain.family.families import FamilyFacts
from domain.family.limits import QUOTA_LIMITS, Quota
from domain.medicines.changes import status
from tests import factories
from tests.databases import without_walls
from tests.factories import Account

_OF_FAMILY = "CAST(:family_id AS uuid), CAST(:user_id AS uuid)"
_NUMBERS = "generate_series(1, CAST(:count AS int)) n"
_FILLERS = {
    Quota.PERSON: [
        (
            "INSERT INTO care_recipients (family_id, created_by_id, id, name, timezone)"
            f" SELECT {_OF_FAMILY}, gen_random_uuid(), 'Person ' || n, 'UTC' FROM {_NUMBERS}"
        )
    ],
    Quota.MEDICINE: [
        (
            "INSERT INTO medications (family_id, created_by_id, id, care_recipient_id, name,"
            " dosage, schedule, expanded_until, status)"
            f" SELECT {_OF_FAMILY}, gen_random_uuid(), CAST(:person_id AS uuid), 'Medicine ' || n,"
            " 'some', '{}', now(), CASE WHEN n % 2 = 0 THEN 'active' ELSE 'stopped' END"
            f" FROM {_NUMBERS}"
        )
    ],
    Quota.DOCTOR: [
        (
            "INSERT INTO doctors (family_id, created_by_id, id, care_recipient_id, name)"
            f" SELECT {_OF_FAMILY}, gen_random_uuid(), CAST(:person_id AS uuid), 'Doctor ' || n"
            f" FROM {_NUMBERS}"
        )
    ],
    Quota.CONTACT: [
        (
            "INSERT INTO emergency_contacts"
            " (family_id, created_by_id, id, care_recipient_id, name, phone, position)"
            f" SELECT {_OF_FAMILY}, gen_random_uuid(), CAST(:person_id AS uuid), 'Contact ' || n,"
            f" '+4420794' || (70000 + n), n FROM {_NUMBERS}"
        )
    ],
    Quota.MEMBER: [
        (
            "INSERT INTO users (id, telegram_id, name)"
            f" SELECT gen_random_uuid(), 1000000 + n, 'User' FROM {_NUMBERS}"
        ),
        (
            "INSERT INTO family_members (id, family_id, user_id, role)"
            " SELECT gen_random_uuid(), CAST(:family_id AS uuid), id, 'viewer' FROM users"
            " WHERE telegram_id > 1000000"
        ),
    ],
    Quota.APPOINTMENT: [
        (
            "INSERT INTO appointments (family_id, created_by_id, id, care_recipient_id, title,"
            " scheduled_at, timezone)"
            f" SELECT {_OF_FAMILY}, gen_random_uuid(), CAST(:person_id AS uuid), 'Filler',"
            f" clock_now() + interval '1 day', 'UTC' FROM {_NUMBERS}"
        ),
        (
            "INSERT INTO appointment_occurrences (id, family_id, appointment_id, care_recipient_id,"
            " occurrence_key, starts_at, ends_at)"
            " SELECT gen_random_uuid(), family_id, id, care_recipient_id, 'key', scheduled_at,"
            " scheduled_at + interval '1 hour' FROM appointments WHERE title = 'Filler'"
        ),
    ],
}


NAMES = ("Wolfgang", "Beatrix", "Quentin", "Ophelia")  # nobody mistakes one for another


class Household:
    """A family and what can be added to it."""

    def __init__(self, database: Database, url: str, anna: Account, family: FamilyFacts) -> None:
        self.database, self.url, self.anna, self.family = database, url, anna, family
        self._number = 0

    async def settle(self) -> None:
        self.person = await factories.person(self.database, self.anna, "Mum")

    async def fill(self, quota: Quota, *, but: int) -> None:
        """Let it hold as many as it may, *but* so many."""
        held_already = {Quota.PERSON: 1, Quota.MEMBER: 1}.get(quota, 0)
        values: dict[str, Any] = {
            "family_id": self.family.id,
            "user_id": self.anna.id,
            "person_id": self.person.id,
            "count": QUOTA_LIMITS[quota] - held_already - but,
        }
        async with without_walls(self.url, keep=True) as connection:
            for statement in _FILLERS[quota]:
                names = {name: value for name, value in values.items() if f":{name}" in statement}
                await connection.execute(text(statement), names)

    async def add(self, quota: Quota) -> object:
        name = NAMES[self._number]
        self._number += 1
        match quota:
            case Quota.PERSON:
                return await factories.person(self.database, self.anna, name)
            case Quota.MEDICINE:
                return await factories.medicine(self.database, self.anna, self.person, name=name)
            case Quota.DOCTOR:
                return await self.act(
                    lambda scope: doctors.add_doctor(scope, NewDoctor(self.person.id, name))
                )
            case Quota.CONTACT:
                phone = f"+44207946002{self._number}"
                new = NewContact(self.person.id, name, phone)
                return await self.act(lambda scope: emergency_contacts.add_contact(scope, new))
            case Quota.MEMBER:
                return await factories.member(self.database, self.anna, name=name)
            case Quota.APPOINTMENT:
                return await factories.appointment(
                    self.database, self.anna, self.person, title=name
                )

    async def act(self, work: Callable[[Scope], Awaitable[Any]]) -> Any:
        return await factories.acting(self.database, self.anna, work, family=self.family)


@pytest.fixture
async def household(database: Database, database_url: str) -> Household:
    anna = await factories.user(database)
    home = Household(database, database_url, anna, await factories.family(database, anna))
    await home.settle()
    return home


@pytest.mark.parametrize("quota", Quota)
async def test_a_family_holds_so_many_and_no_more(household: Household, quota: Quota) -> None:
    await household.fill(quota, but=1)
    await household.add(quota)
    with pytest.raises(FamilyFull) as refused:
        await household.add(quota)
    assert (refused.value.quota, refused.value.limit) == (quota, QUOTA_LIMITS[quota])


@pytest.mark.parametrize("quota", [Quota.MEDICINE, Quota.DOCTOR, Quota.CONTACT])
async def test_two_at_once_do_not_both_take_the_last_place(
    household: Household, quota: Quota
) -> None:
    await household.fill(quota, but=1)
    outcomes = await asyncio.gather(
        household.add(quota), household.add(quota), return_exceptions=True
    )
    assert sum(isinstance(outcome, FamilyFull) for outcome in outcomes) == 1


async def test_another_family_has_room_of_its_own(household: Household) -> None:
    await household.fill(Quota.DOCTOR, but=0)
    ben = await factories.user(household.database, "Ben")
    await factories.family(household.database, ben, "Jones")
    dad = await factories.person(household.database, ben, "Dad")
    await factories.doctor(household.database, ben, dad)


async def test_who_was_removed_needs_a_place_to_come_back_to(household: Household) -> None:
    weber: Any = await household.add(Quota.DOCTOR)
    await household.act(lambda scope: doctors.remove_doctor(scope, weber.id))
    await household.fill(Quota.DOCTOR, but=0)
    with pytest.raises(FamilyFull):
        await household.act(lambda scope: doctors.restore_doctor(scope, weber.id))


async def test_what_was_called_off_needs_a_place_to_come_back_to(household: Household) -> None:
    one: Any = await household.add(Quota.APPOINTMENT)
    await household.act(lambda scope: cancelling.cancel_occurrence(scope, one.id, reach=Reach.ALL))
    await household.fill(Quota.APPOINTMENT, but=0)
    with pytest.raises(FamilyFull):
        await household.act(lambda scope: cancelling.restore_occurrence(scope, one.id))


async def test_a_stopped_medicine_has_kept_its_place(household: Household) -> None:
    aspirin: Any = await household.add(Quota.MEDICINE)
    await household.act(lambda scope: status.stop_medication(scope, aspirin.id))
    await household.fill(Quota.MEDICINE, but=1)
    await household.act(lambda scope: status.restore_medication(scope, aspirin.id))


async def test_an_invitation_into_a_full_family_stays_good(household: Household) -> None:
    token = await factories.invitation(household.database, household.anna)
    ben = await factories.user(household.database, "Ben")

    async def redeem(scope: Scope) -> None:
        await families.redeem_invitation(scope, token)

    await household.fill(Quota.MEMBER, but=0)
    with pytest.raises(FamilyFull):
        await household.database.run(redeem, as_user(ben.id))
    async with without_walls(household.url, keep=True) as connection:
        await connection.execute(
            text(
                "UPDATE family_members SET left_at = now() WHERE user_id ="
                " (SELECT id FROM users WHERE telegram_id = 1000001)"
            )
        )
    await household.database.run(redeem, as_user(ben.id))


async def test_the_second_tap_on_save_finds_what_the_first_one_added(
    household: Household,
) -> None:
    await household.fill(Quota.DOCTOR, but=1)
    flow_id = UUID(int=7)
    new = NewDoctor(household.person.id, "Dr Weber")
    first = await household.act(lambda s: doctors.add_doctor(s, new, flow_id=flow_id))
    again = await household.act(lambda s: doctors.add_doctor(s, new, flow_id=flow_id))
    assert first.id == again.id
