"""What is in a person's other families, read without leaving the one that they are in."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from domain.database.scope import Scope
from domain.database.unit_of_work import Database
from domain.errors import NotFound
from domain.family.families import FamilyFacts
from domain.medicines.doses.today import list_today
from domain.models import CareRecipient, FamilyMember
from domain.overview import elsewhere
from tests import factories
from tests.databases import move_to
from tests.factories import Account, daily


async def two_families(database: Database) -> tuple[Account, FamilyFacts, FamilyFacts]:
    """Anna founded Miller, with Dad, and then Smith, with Mum, which is current."""
    anna = await factories.user(database)
    miller = await factories.family(database, anna, "Miller")
    dad = await factories.person(database, anna, "Dad")
    await factories.medicine(database, anna, dad, name="Amlodipine", schedule=daily("08:00"))
    smith = await factories.family(database, anna, "Smith")
    await factories.person(database, anna, "Mum")
    return anna, miller, smith


async def test_names_of_other_families_are_read_and_the_scope_is_back_home(
    database: Database,
) -> None:
    anna, miller, smith = await two_families(database)

    async def look(scope: Scope) -> None:
        [names] = await elsewhere.list_names(scope)
        assert names.family.id == miller.id
        assert [line.name for line in names.medicines] == ["Amlodipine"]
        assert [person.name for person in names.people] == ["Dad"]
        assert scope.family_id == smith.id
        assert scope.member is not None
        assert scope.member.family_name == "Smith"
        rows = await scope.rows(select(CareRecipient.name))
        assert [row.name for row in rows] == ["Mum"]

    await factories.acting(database, anna, look)


async def test_a_family_that_one_has_left_or_was_never_in_is_not_looked_into(
    database: Database,
) -> None:
    anna, miller, smith = await two_families(database)
    ben = await factories.member(database, anna)  # of Smith only

    async def names(scope: Scope) -> list[str]:
        return [found.family.name for found in await elsewhere.list_names(scope)]

    assert await factories.acting(database, ben, names) == []

    async def leave(scope: Scope) -> None:
        await scope.execute(
            update(FamilyMember)
            .where(FamilyMember.user_id == anna.id, FamilyMember.family_id == miller.id)
            .values(left_at=database.clock.now())
        )

    await factories.acting(database, anna, leave, family=miller)
    assert await factories.acting(database, anna, names, family=smith) == []


async def test_who_leaves_the_open_family_meanwhile_is_not_left_in_another(
    database: Database,
) -> None:
    anna, miller, smith = await two_families(database)

    async def look(scope: Scope) -> None:
        async def leave(_: Scope) -> None:
            async def left(other: Scope) -> None:
                await other.execute(
                    update(FamilyMember)
                    .where(FamilyMember.user_id == anna.id, FamilyMember.family_id == smith.id)
                    .values(left_at=database.clock.now())
                )

            await factories.acting(database, anna, left, family=smith)

        await elsewhere.read_in_families(scope, [miller], leave)

    with pytest.raises(NotFound):
        await factories.acting(database, anna, look)


async def test_only_what_is_due_and_open_is_counted(database: Database) -> None:
    anna, miller, smith = await two_families(database)

    async def counted(scope: Scope) -> list[tuple[str, int]]:
        return [(each.family.name, each.count) for each in await elsewhere.list_open(scope)]

    assert await factories.acting(database, anna, counted, family=smith) == []
    [dose] = [
        dose
        for entry in await factories.acting(database, anna, list_today, family=miller)
        for dose in entry.doses
    ]
    move_to(database.clock, dose.due_at + timedelta(minutes=1))
    assert await factories.acting(database, anna, counted, family=smith) == [("Miller", 1)]
    assert await factories.acting(database, anna, counted, family=miller) == []


async def test_only_families_of_nearly_one_name_are_told_apart(database: Database) -> None:
    anna, miller, smith = await two_families(database)
    other = await factories.family(database, anna, "MILLER")
    await factories.member(database, anna, name="Ben")

    async def distinct_names(scope: Scope) -> dict[str, tuple[str, ...]]:
        found = await elsewhere.tell_apart(scope, [other, smith, miller])
        return {family.name: family.others_in_family for family in found}

    assert await factories.acting(database, anna, distinct_names) == {
        "MILLER": ("Ben",),
        "Smith": (),
        "Miller": ("Dad",),
    }
