"""Founding a family, inviting into it, joining it, and who is in it."""

import asyncio
from datetime import timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text

from domain.access import Action, Role
from domain.database.requests import as_newcomer, as_user
from domain.database.scope import Scope
from domain.database.unit_of_work import Database
from domain.errors import AlreadyExists, NoFamily, NotAllowed, NotFound
from domain.family import families, users
from domain.family import people as care_recipients
from domain.family.errors import AlreadyMember, InvitationExpired, InvitationUsed
from domain.family.families import FamilyOverview, Joined
from tests import factories
from tests.databases import recorded_statements, without_walls
from tests.factories import Account


async def overview(database: Database, who: Account) -> FamilyOverview:
    return await factories.acting(database, who, families.get_overview)


async def redeem(database: Database, who: Account, token: str) -> Joined:
    return await database.run(
        lambda scope: families.redeem_invitation(scope, token), as_user(who.id)
    )


async def leave(database_url: str, who: Account) -> None:
    """There is no command for leaving yet."""
    async with without_walls(database_url, keep=True) as connection:
        await connection.execute(
            text("UPDATE family_members SET left_at = now() WHERE user_id = :id"), {"id": who.id}
        )


async def test_a_newcomer_is_remembered_with_their_present_name(database: Database) -> None:
    async def arrive(name: str, *, is_private: bool) -> object:
        arrival = users.Arrival(77, name, language_code="en", is_private=is_private)
        return await database.run(lambda scope: users.arrive(scope, arrival), as_newcomer(77))

    first = await arrive("Ann", is_private=False)
    assert await arrive("Anna", is_private=True) == first
    anna = Account(first, 77, "Anna")  # type: ignore[arg-type]
    await factories.family(database, anna)
    (member,) = (await overview(database, anna)).members
    assert (member.name, member.has_started) == ("Anna", True)


@pytest.mark.parametrize("name", ["", "x" * 5_000, "אננה", "🙂", "<b>&"])
async def test_any_name_of_telegram_is_taken(database: Database, name: str) -> None:
    anna = await factories.user(database, name)
    await factories.family(database, anna)
    (member,) = (await overview(database, anna)).members
    assert member.name == (name[:80] or "?")


async def test_who_only_spoke_in_a_group_cannot_be_reached_yet(database: Database) -> None:
    anna = await factories.user(database, has_started=False)
    await factories.family(database, anna)
    (member,) = (await overview(database, anna)).members
    assert not member.has_started


async def test_blocking_the_bot_is_remembered_until_they_write_again(database: Database) -> None:
    anna = await factories.user(database)
    await factories.family(database, anna)
    await database.run(lambda scope: users.set_blocked(scope, blocked=True), as_user(anna.id))
    assert (await overview(database, anna)).members[0].has_blocked
    arrival = users.Arrival(anna.telegram_id, "Anna", language_code="en", is_private=True)
    await database.run(lambda scope: users.arrive(scope, arrival), as_newcomer(anna.telegram_id))
    assert not (await overview(database, anna)).members[0].has_blocked


async def test_the_founder_is_admin_and_the_family_is_their_current_one(
    database: Database,
) -> None:
    anna = await factories.user(database)
    first = await factories.family(database, anna, "Smith")
    second = await factories.family(database, anna, "Jones")
    seen = await overview(database, anna)
    assert (seen.id, seen.name, seen.can_invite) == (second.id, "Jones", True)
    assert [(m.name, m.role) for m in seen.members] == [("Anna", Role.ADMIN)]
    assert seen.others == [first]
    await database.run(lambda scope: families.make_current(scope, first.id), as_user(anna.id))
    assert (await overview(database, anna)).id == first.id


async def test_founding_twice_in_one_conversation_founds_once(database: Database) -> None:
    anna = await factories.user(database)
    flow_id = uuid4()

    async def found(scope: Scope) -> families.FamilyFacts:
        return await families.found_family(scope, "Smith", flow_id=flow_id)

    first = await database.run(found, as_user(anna.id))
    assert await database.run(found, as_user(anna.id)) == first
    assert (await overview(database, anna)).others == []


async def test_a_family_of_others_cannot_be_made_current(database: Database) -> None:
    anna, eve = await factories.user(database), await factories.user(database, "Eve")
    smith = await factories.family(database, anna)
    with pytest.raises(NotFound):
        await database.run(lambda scope: families.make_current(scope, smith.id), as_user(eve.id))


async def test_who_is_in_no_family_has_nothing_to_act_on(database: Database) -> None:
    anna = await factories.user(database)
    with pytest.raises(NoFamily):
        await database.run(families.get_overview, as_user(anna.id))


@pytest.mark.parametrize("role", Role)
async def test_the_link_leads_into_the_family_with_its_role(database: Database, role: Role) -> None:
    anna, ben = await factories.user(database), await factories.user(database, "Ben")
    smith = await factories.family(database, anna)
    token = await factories.invitation(database, anna, role)
    joined = await redeem(database, ben, token)
    assert joined == Joined(smith, role)
    seen = await overview(database, ben)
    assert [(m.name, m.role) for m in seen.members] == [("Anna", Role.ADMIN), ("Ben", role)]
    assert seen.can_invite == (role is Role.ADMIN)


async def test_only_a_hash_of_the_secret_is_kept(database: Database, database_url: str) -> None:
    anna = await factories.user(database)
    await factories.family(database, anna)
    token = await factories.invitation(database, anna)
    async with without_walls(database_url) as connection:
        kept = await connection.scalar(text("SELECT i::text FROM invitations i"))
    assert token not in str(kept)
    assert token.encode().hex() not in str(kept)


@pytest.mark.parametrize("role", [Role.CAREGIVER, Role.VIEWER, Role.RECIPIENT])
async def test_only_admins_invite(database: Database, role: Role) -> None:
    anna = await factories.user(database)
    await factories.family(database, anna)
    ben = await factories.member(database, anna, role)
    with pytest.raises(NotAllowed) as refused:
        await factories.invitation(database, ben)
    assert (refused.value.action, refused.value.role) == (Action.INVITE, role)


async def test_a_link_works_once(database: Database) -> None:
    anna, ben = await factories.user(database), await factories.user(database, "Ben")
    carla = await factories.user(database, "Carla")
    await factories.family(database, anna)
    token = await factories.invitation(database, anna)
    await redeem(database, ben, token)
    with pytest.raises(InvitationUsed):
        await redeem(database, carla, token)
    with pytest.raises(NoFamily):
        await database.run(families.get_overview, as_user(carla.id))


async def test_a_link_works_for_48_hours(database: Database) -> None:
    anna, ben = await factories.user(database), await factories.user(database, "Ben")
    await factories.family(database, anna)
    token = await factories.invitation(database, anna)
    late = await factories.invitation(database, anna)
    database.clock.advance(timedelta(hours=47, minutes=59))
    await redeem(database, ben, token)
    database.clock.advance(timedelta(minutes=1))
    with pytest.raises(InvitationExpired) as refused:
        await redeem(database, await factories.user(database, "Carla"), late)
    assert refused.value.expired_at <= database.clock.now()


async def test_a_member_does_not_use_up_the_link_of_others(database: Database) -> None:
    anna, ben = await factories.user(database), await factories.user(database, "Ben")
    await factories.family(database, anna)
    token = await factories.invitation(database, anna)
    with pytest.raises(AlreadyMember) as refused:
        await redeem(database, anna, token)
    assert refused.value.family == "Smith"
    assert (await redeem(database, ben, token)).role is Role.CAREGIVER


@pytest.mark.parametrize("token", ["", "x", "é", "a" * 5_000])
async def test_an_invented_link_leads_nowhere(database: Database, token: str) -> None:
    with pytest.raises(NotFound):
        await redeem(database, await factories.user(database), token)


async def test_two_people_race_on_one_link_and_one_wins(database: Database) -> None:
    anna = await factories.user(database)
    await factories.family(database, anna)
    racers = [await factories.user(database, name) for name in ("Ben", "Carla", "Dan", "Eve")]
    for _ in range(5):
        token = await factories.invitation(database, anna, Role.VIEWER)
        outcomes = await asyncio.gather(
            *(redeem(database, racer, token) for racer in racers), return_exceptions=True
        )
        winners = [o for o in outcomes if isinstance(o, Joined)]
        losers = [o for o in outcomes if isinstance(o, InvitationUsed | AlreadyMember)]
        assert (len(winners), len(losers)) == (1, len(racers) - 1)
        racers = [r for r, o in zip(racers, outcomes, strict=True) if not isinstance(o, Joined)]
        if len(racers) == 1:
            break
    assert len((await overview(database, anna)).members) == 4


async def test_one_person_who_clicks_twice_joins_once(database: Database) -> None:
    anna, ben = await factories.user(database), await factories.user(database, "Ben")
    await factories.family(database, anna)
    token = await factories.invitation(database, anna)
    outcomes = await asyncio.gather(
        redeem(database, ben, token), redeem(database, ben, token), return_exceptions=True
    )
    assert sorted(type(o).__name__ for o in outcomes) in (
        ["InvitationUsed", "Joined"],
        ["AlreadyMember", "Joined"],
    )
    assert len((await overview(database, anna)).members) == 2


async def test_who_left_and_comes_back_is_the_same_member_with_the_new_role(
    database: Database, database_url: str
) -> None:
    anna = await factories.user(database)
    smith = await factories.family(database, anna)
    ben = await factories.member(database, anna)
    await leave(database_url, ben)
    with pytest.raises(NoFamily):
        await database.run(families.get_overview, as_user(ben.id))
    assert [m.name for m in (await overview(database, anna)).members] == ["Anna"]
    token = await factories.invitation(database, anna, Role.VIEWER)
    assert await redeem(database, ben, token) == Joined(smith, Role.VIEWER)
    async with without_walls(database_url) as connection:
        rows = await connection.execute(
            text("SELECT role, left_at FROM family_members WHERE user_id = :id"), {"id": ben.id}
        )
        assert rows.all() == [("viewer", None)]


async def test_the_admins_are_told_who_joined(database: Database, database_url: str) -> None:
    anna = await factories.user(database)
    await factories.family(database, anna)
    ben = await factories.member(database, anna)
    await factories.member(database, anna, name="Carla")
    async with without_walls(database_url) as connection:
        told = await connection.execute(
            text(
                "SELECT u.name, n.facts ->> 'user_id' FROM notifications n"
                " JOIN users u ON u.id = n.user_id WHERE n.kind = 'joined' ORDER BY n.id"
            )
        )
        rows = told.all()
    assert [row[0] for row in rows] == ["Anna", "Anna"]
    assert rows[0][1] == str(ben.id)


async def test_the_invited_recipient_is_that_person(database: Database, database_url: str) -> None:
    anna = await factories.user(database)
    await factories.family(database, anna)
    mum = await factories.person(database, anna)
    rose = await factories.member(database, anna, Role.RECIPIENT, name="Rose", person=mum)
    async with without_walls(database_url) as connection:
        linked = await connection.scalar(text("SELECT user_id FROM care_recipients"))
    assert linked == rose.id


async def test_nobody_is_invited_as_a_person_of_another_family(database: Database) -> None:
    anna, eve = await factories.user(database), await factories.user(database, "Eve")
    await factories.family(database, anna)
    await factories.family(database, eve, "Jones")
    mum = await factories.person(database, anna)
    with pytest.raises(NotFound):
        await factories.invitation(database, eve, Role.RECIPIENT, person=mum)


async def test_a_person_has_a_zone_of_their_own(database: Database) -> None:
    anna = await factories.user(database)
    await factories.family(database, anna)
    mum = await factories.person(database, anna, "Mum", zone="Pacific/Chatham")
    found = await factories.acting(database, anna, care_recipients.list_people)
    assert found == [mum]
    assert mum.zone == ZoneInfo("Pacific/Chatham")


async def test_two_people_of_one_name_could_not_be_told_apart(database: Database) -> None:
    anna = await factories.user(database)
    await factories.family(database, anna)
    await factories.person(database, anna, "Mum")
    with pytest.raises(AlreadyExists):
        await factories.person(database, anna, "mum")


async def test_two_caregivers_who_add_the_same_person_at_once_add_one(
    database: Database,
) -> None:
    anna = await factories.user(database)
    await factories.family(database, anna)
    ben = await factories.member(database, anna)
    for name in ("Mum", "Dad", "Nan", "Rose", "Al"):
        outcomes = await asyncio.gather(
            factories.person(database, anna, name),
            factories.person(database, ben, name),
            return_exceptions=True,
        )
        assert sum(isinstance(outcome, AlreadyExists) for outcome in outcomes) == 1
    assert len(await factories.acting(database, anna, care_recipients.list_people)) == 5


async def test_adding_a_person_twice_in_one_conversation_adds_one(database: Database) -> None:
    anna = await factories.user(database)
    await factories.family(database, anna)
    flow_id = uuid4()

    async def add(scope: Scope) -> care_recipients.PersonAdded:
        return await care_recipients.add_person(
            scope, "Mum", zone=ZoneInfo("Europe/London"), flow_id=flow_id
        )

    first = await factories.acting(database, anna, add)
    assert await factories.acting(database, anna, add) == first


async def test_the_family_screen_takes_three_statements_whatever_its_size(
    database: Database,
) -> None:
    anna = await factories.user(database)
    for name in ("Jones", "Miller", "Smith"):
        await factories.family(database, anna, name)
    for number in range(4):
        await factories.member(database, anna, name=f"Member {number}")
        await factories.person(database, anna, f"Person {number}")

    async def look(scope: Scope) -> tuple[FamilyOverview, int]:
        with recorded_statements(database.engine) as statements:
            seen = await families.get_overview(scope)
        return seen, len(statements)

    seen, statements = await factories.acting(database, anna, look)
    assert (len(seen.members), len(seen.people), len(seen.others)) == (5, 4, 2)
    assert statements <= 3
