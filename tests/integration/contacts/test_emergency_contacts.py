"""The order of emergency contacts, and who sees them."""

import asyncio
from collections.abc import Sequence
from functools import partial

import pytest

from domain.contacts.emergency_contacts import (
    ContactFacts,
    NewContact,
    add_contact,
    list_contacts,
    move_contact,
)
from domain.contacts.errors import OrderChanged
from domain.database.scope import Scope
from domain.database.unit_of_work import Database
from domain.family.people import Person
from tests import factories
from tests.factories import Account

NAMES = ("Wolfgang", "Beatrix", "Quentin", "Ophelia")


async def settle(
    database: Database,
) -> tuple[Account, Sequence[Person], Sequence[ContactFacts]]:
    """Mum's, Dad's, Mum's, and one for both."""
    anna = await factories.user(database)
    await factories.family(database, anna)
    mum = await factories.person(database, anna)
    dad = await factories.person(database, anna, "Dad")
    contacts = []
    for number, person in enumerate((mum, dad, mum, None)):
        new = NewContact(person.id if person else None, NAMES[number], f"+44207946002{number}")
        contacts.append(await factories.acting(database, anna, partial(add_contact, contact=new)))
    return anna, (mum, dad), contacts


async def order(database: Database, who: Account) -> list[str]:
    return [each.name for each in await factories.acting(database, who, list_contacts)]


async def test_who_sees_only_some_sees_theirs_and_everybodys(database: Database) -> None:
    anna, (mum, dad), contacts = await settle(database)

    async def seen(scope: Scope) -> list[str]:
        async with scope.seeing([dad.id]):
            return [each.name for each in await list_contacts(scope)]

    assert await factories.acting(database, anna, seen) == ["Beatrix", "Ophelia"]

    async def moved(scope: Scope) -> None:
        async with scope.seeing([mum.id]):
            await move_contact(scope, contacts[2].id, shown_at=1, to=0)

    await factories.acting(database, anna, moved)
    assert await order(database, anna) == ["Quentin", "Beatrix", "Wolfgang", "Ophelia"]


async def test_of_two_who_move_at_once_one_is_shown_the_new_order(database: Database) -> None:
    anna, _people, contacts = await settle(database)
    work = partial(move_contact, contact_id=contacts[3].id, shown_at=3, to=2)
    outcomes = await asyncio.gather(
        factories.acting(database, anna, work),
        factories.acting(database, anna, work),
        return_exceptions=True,
    )
    assert sorted(map(type, outcomes), key=str) == [type(None), OrderChanged]
    assert await order(database, anna) == ["Wolfgang", "Beatrix", "Ophelia", "Quentin"]


@pytest.mark.parametrize(("shown_at", "to"), [(0, -1), (3, 4), (1, 0)])
async def test_a_place_that_is_not_there_is_refused(
    database: Database, shown_at: int, to: int
) -> None:
    anna, _people, contacts = await settle(database)
    contact = contacts[shown_at] if to != 0 else contacts[2]
    with pytest.raises(OrderChanged):
        await factories.acting(
            database,
            anna,
            lambda scope: move_contact(scope, contact.id, shown_at=shown_at, to=to),
        )
    assert await order(database, anna) == list(NAMES)
