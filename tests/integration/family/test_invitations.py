"""Invitations that are open: seen by admins, revoked, and decided when two act in one instant."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import text

from domain.access import Role
from domain.database.requests import as_user
from domain.database.unit_of_work import Database
from domain.errors import NotAllowed, NotFound
from domain.family import families
from domain.family.errors import InvitationExpired, InvitationRevoked, InvitationUsed
from domain.family.families import Joined
from domain.family.invitations import open_ones
from domain.family.invitations.open_ones import PAGE_SIZE, OpenInvitation, OpenInvitations
from migrations import runner
from tests import factories
from tests.databases import recorded_statements, without_walls
from tests.factories import Account


async def open_to(database: Database, who: Account, *, page: int = 0) -> OpenInvitations:
    return await factories.acting(
        database, who, lambda scope: open_ones.list_open(scope, page=page)
    )


async def only_one(database: Database, who: Account) -> OpenInvitation:
    (one,) = (await open_to(database, who)).found
    return one


async def revoke(database: Database, who: Account, invitation: OpenInvitation) -> bool:
    return await factories.acting(
        database, who, lambda scope: open_ones.revoke(scope, invitation.id)
    )


async def redeem(database: Database, who: Account, token: str) -> Joined:
    return await database.run(
        lambda scope: families.redeem_invitation(scope, token), as_user(who.id)
    )


async def change(database_url: str, statement: str, user_id: object) -> None:
    async with without_walls(database_url, keep=True) as connection:
        await connection.execute(text(statement), {"id": user_id})


async def test_admins_see_what_is_open_who_made_it_and_until_when(database: Database) -> None:
    anna = await factories.user(database)
    await factories.family(database, anna)
    mum = await factories.person(database, anna)
    cara = await factories.member(database, anna, Role.ADMIN, name="Cara")  # by one that is used
    await factories.invitation(database, anna, Role.VIEWER)
    await factories.invitation(database, cara, Role.RECIPIENT, person=mum)
    first, second = (await open_to(database, anna)).found
    assert (first.role, first.made_by, first.is_own, first.person) == ("viewer", "Anna", True, None)
    assert (second.role, second.made_by, second.person) == ("recipient", "Cara", "Mum")
    assert not second.is_own
    assert abs(first.expires_at - database.clock.now() - timedelta(hours=48)) < timedelta(minutes=1)
    assert str((await open_to(database, anna)).zone) == "Europe/London"
    database.clock.advance(timedelta(hours=48, seconds=1))
    assert (await open_to(database, anna)).found == []


@pytest.mark.parametrize("role", [Role.CAREGIVER, Role.VIEWER, Role.RECIPIENT])
async def test_nobody_else_sees_or_revokes_them(database: Database, role: Role) -> None:
    anna = await factories.user(database)
    await factories.family(database, anna)
    mum = await factories.person(database, anna)
    ben = await factories.member(database, anna, role, person=mum if role == "recipient" else None)
    await factories.invitation(database, anna)
    invitation = await only_one(database, anna)
    with pytest.raises(NotAllowed):
        await open_to(database, ben)
    with pytest.raises(NotAllowed):
        await revoke(database, ben, invitation)
    eve = await factories.user(database, "Eve")
    await factories.family(database, eve, "Jones")
    assert (await open_to(database, eve)).found == []
    with pytest.raises(NotFound):
        await revoke(database, eve, invitation)
    assert await only_one(database, anna) == invitation


async def test_many_are_paged_in_three_statements(database: Database) -> None:
    anna = await factories.user(database)
    await factories.family(database, anna)
    for _ in range(PAGE_SIZE + 3):
        await factories.invitation(database, anna)
    with recorded_statements(database.engine) as statements:
        first = await open_to(database, anna)
    assert len([one for one in statements if one.lstrip().upper().startswith("SELECT")]) <= 4
    second = await open_to(database, anna, page=1)
    assert (len(first.found), first.has_next) == (PAGE_SIZE, True)
    assert (len(second.found), second.has_next) == (3, False)
    assert not {one.id for one in first.found} & {one.id for one in second.found}


async def test_a_revoked_one_lets_nobody_in(database: Database) -> None:
    anna, zoe = await factories.user(database), await factories.user(database, "Zoe")
    await factories.family(database, anna)
    token = await factories.invitation(database, anna)
    invitation = await only_one(database, anna)
    assert await revoke(database, anna, invitation)
    assert not await revoke(database, anna, invitation)
    with pytest.raises(InvitationRevoked):
        await redeem(database, zoe, token)
    assert (await open_to(database, anna)).found == []


async def test_a_used_one_is_not_revoked(database: Database) -> None:
    anna, zoe = await factories.user(database), await factories.user(database, "Zoe")
    await factories.family(database, anna)
    token = await factories.invitation(database, anna)
    invitation = await only_one(database, anna)
    await redeem(database, zoe, token)
    with pytest.raises(InvitationUsed):
        await revoke(database, anna, invitation)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE family_members SET left_at = now() WHERE user_id = :id",
        "UPDATE family_members SET role = 'caregiver' WHERE user_id = :id",
    ],
)
async def test_that_of_somebody_who_may_not_invite_any_more_is_not_valid(
    database: Database, database_url: str, statement: str
) -> None:
    """Whoever was removed, or isn't an admin any more, lets nobody in by a link made before."""
    anna, zoe = await factories.user(database), await factories.user(database, "Zoe")
    await factories.family(database, anna)
    cara = await factories.member(database, anna, Role.ADMIN, name="Cara")
    token = await factories.invitation(database, cara)
    await change(database_url, statement, cara.id)
    assert (await open_to(database, anna)).found == []
    with pytest.raises(InvitationRevoked):
        await redeem(database, zoe, token)


async def test_joining_and_revoking_in_one_instant_only_one_of_them_happens(
    database: Database, database_url: str
) -> None:
    anna = await factories.user(database)
    await factories.family(database, anna)
    happened = set()
    for number in range(12):
        zoe = await factories.user(database, f"Zoe {number}")
        token = await factories.invitation(database, anna)
        invitation = await only_one(database, anna)
        joined, revoked = await asyncio.gather(
            redeem(database, zoe, token),
            revoke(database, anna, invitation),
            return_exceptions=True,
        )
        happened.add((type(joined), type(revoked)))
    assert happened <= {(Joined, InvitationUsed), (InvitationRevoked, bool), (InvitationUsed, bool)}
    async with without_walls(database_url) as connection:
        both = "SELECT 1 FROM invitations WHERE redeemed_at IS NOT NULL AND revoked_at IS NOT NULL"
        assert (await connection.execute(text(both))).all() == []


async def test_a_revoked_one_stays_dead_on_the_way_back_to_an_older_schema(
    database: Database, database_url: str
) -> None:
    anna, zoe = await factories.user(database), await factories.user(database, "Zoe")
    await factories.family(database, anna)
    dead = await factories.invitation(database, anna)
    await revoke(database, anna, await only_one(database, anna))
    alive = await factories.invitation(database, anna, Role.VIEWER)
    await database.close()
    await runner.downgrade(database_url, revision="0017")
    await runner.upgrade(database_url, serving_url=database_url)
    with pytest.raises(InvitationExpired):
        await redeem(database, zoe, dead)
    assert (await redeem(database, zoe, alive)).role is Role.VIEWER
