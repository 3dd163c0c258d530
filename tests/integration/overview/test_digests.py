"""Morning digests and evening summaries: when they come, to whom, and about whom."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text

from domain.access import Role
from domain.database.requests import as_family
from domain.database.unit_of_work import Database
from domain.family.errors import HoursClash
from domain.family.families import FamilyFacts
from domain.family.people import Person
from domain.family.settings.hearing import set_hearing
from domain.family.settings.hours import DigestPart, OwnHours, get_hours, set_digest
from domain.family.users import set_zone
from domain.models.family import Hears
from domain.overview import digests, kinds
from domain.overview.digests import DigestFacts
from tests import factories
from tests.databases import move_to, without_walls
from tests.factories import Account

LONDON, NEW_YORK = ZoneInfo("Europe/London"), ZoneInfo("America/New_York")


class Home:
    def __init__(self, family: FamilyFacts, anna: Account, mum: Person) -> None:
        self.family, self.anna, self.mum = family, anna, mum


@pytest.fixture
async def home(database: Database) -> Home:
    anna = await factories.user(database)
    family = await factories.family(database, anna)
    mum = await factories.person(database, anna)
    await factories.medicine(database, anna, mum)
    return Home(family, anna, mum)


async def want(database: Database, who: Account, part: DigestPart, at: time | None) -> OwnHours:
    return await factories.acting(database, who, lambda scope: set_digest(scope, part, at))


async def send(database: Database) -> int:
    return await factories.do_chore(
        database, lambda scope: digests.find_due(scope, limit=10), digests.send
    )


async def sent(database: Database, database_url: str, home: Home) -> list[DigestFacts]:
    async with without_walls(database_url) as connection:
        ids = list(
            await connection.scalars(
                text("SELECT id FROM notifications WHERE kind = 'digest' ORDER BY deadline_at")
            )
        )
    read = await database.run(
        lambda scope: kinds.read_messages(scope, ids), as_family(home.family.id)
    )
    return [each.facts for each in sorted(read, key=lambda each: ids.index(each.id))]


async def timer(database_url: str, who: Account) -> datetime | None:
    async with without_walls(database_url) as connection:
        found: datetime | None = await connection.scalar(
            text("SELECT digest_at FROM family_members WHERE user_id = :id"), {"id": who.id}
        )
        return found


async def test_a_digest_comes_every_day_at_its_time(
    database: Database, database_url: str, home: Home
) -> None:
    await want(database, home.anna, DigestPart.MORNING, time(7, 30))
    await want(database, home.anna, DigestPart.EVENING, time(20))
    parts = []
    for _ in range(4):
        due = await timer(database_url, home.anna)
        assert due is not None
        move_to(database.clock, due - timedelta(seconds=1))
        assert await send(database) == 0
        move_to(database.clock, due)
        assert await send(database) == 1
        assert await send(database) == 0
        parts.append(due.astimezone(LONDON).strftime("%H:%M"))
    assert sorted(parts) == ["07:30", "07:30", "20:00", "20:00"]
    found = await sent(database, database_url, home)
    assert [each.part for each in found] in (
        [DigestPart.MORNING, DigestPart.EVENING] * 2,
        [DigestPart.EVENING, DigestPart.MORNING] * 2,
    )
    assert len({(each.part, each.day) for each in found}) == 4


async def test_no_digest_comes_any_more_once_it_is_off(
    database: Database, database_url: str, home: Home
) -> None:
    await want(database, home.anna, DigestPart.MORNING, time(7, 30))
    await want(database, home.anna, DigestPart.MORNING, None)
    assert await timer(database_url, home.anna) is None


async def test_both_at_one_minute_are_refused(database: Database, home: Home) -> None:
    await want(database, home.anna, DigestPart.MORNING, time(12))
    with pytest.raises(HoursClash):
        await want(database, home.anna, DigestPart.EVENING, time(12))


async def test_whoever_moved_gets_it_by_their_new_clock(
    database: Database, database_url: str, home: Home
) -> None:
    await want(database, home.anna, DigestPart.MORNING, time(7, 30))
    due = await timer(database_url, home.anna)
    await factories.acting(database, home.anna, lambda scope: set_zone(scope, NEW_YORK))
    assert due is not None
    move_to(database.clock, due)
    assert await send(database) == 1  # looked at, and set anew
    assert await sent(database, database_url, home) == []
    again = await timer(database_url, home.anna)
    assert again is not None
    assert again.astimezone(NEW_YORK).time() == time(7, 30)
    assert again > due


async def test_who_left_gets_none(database: Database, database_url: str, home: Home) -> None:
    ben = await factories.member(database, home.anna)
    await want(database, ben, DigestPart.MORNING, time(7, 30))
    due = await timer(database_url, ben)
    async with without_walls(database_url) as connection:
        await connection.execute(
            text("UPDATE family_members SET left_at = clock_now() WHERE user_id = :id"),
            {"id": ben.id},
        )
        await connection.commit()
    assert due is not None
    move_to(database.clock, due)
    assert await send(database) == 0


async def test_it_is_about_those_of_whom_the_reader_hears(
    database: Database, database_url: str, home: Home
) -> None:
    dad = await factories.person(database, home.anna, "Dad")
    ben = await factories.member(database, home.anna)
    await want(database, ben, DigestPart.MORNING, time(7, 30))
    await factories.acting(
        database, ben, lambda scope: set_hearing(scope, home.mum.id, Hears.EMERGENCIES)
    )
    await factories.acting(database, ben, lambda scope: set_hearing(scope, dad.id, Hears.DIGEST))
    due = await timer(database_url, ben)
    assert due is not None
    move_to(database.clock, due)
    await send(database)
    [facts] = await sent(database, database_url, home)
    assert [each.person.name for each in facts.people] == ["Dad"]


async def test_who_only_hears_a_digest_gets_one(database: Database, home: Home) -> None:
    ben = await factories.member(database, home.anna)
    await factories.acting(
        database, ben, lambda scope: set_hearing(scope, home.mum.id, Hears.DIGEST)
    )
    hours = await factories.acting(database, ben, get_hours)
    assert hours.morning_at == time(7, 30)


async def test_a_person_reads_only_of_their_own_day(
    database: Database, database_url: str, home: Home
) -> None:
    await factories.person(database, home.anna, "Dad")
    mum = await factories.member(database, home.anna, Role.RECIPIENT, name="Mum", person=home.mum)
    await want(database, mum, DigestPart.EVENING, time(20))
    due = await timer(database_url, mum)
    assert due is not None
    move_to(database.clock, due)
    await send(database)
    [facts] = await sent(database, database_url, home)
    assert [each.person.name for each in facts.people] == ["Mum"]


async def test_after_a_long_outage_no_digest_of_the_past_is_sent(
    database: Database, database_url: str, home: Home
) -> None:
    await want(database, home.anna, DigestPart.MORNING, time(7, 30))
    due = await timer(database_url, home.anna)
    assert due is not None
    move_to(database.clock, due + timedelta(days=3, hours=7))
    assert await send(database) == 1
    async with without_walls(database_url) as connection:
        one = await connection.scalar(text("SELECT id FROM notifications WHERE kind = 'digest'"))
    message = await database.run(
        lambda scope: kinds.read_message(scope, one), as_family(home.family.id)
    )
    assert message.obsolete == "too late for a digest"
    following = await timer(database_url, home.anna)
    assert following is not None
    assert following > due + timedelta(days=3)


@pytest.mark.parametrize(
    ("after", "due"),
    [
        # 28 March 2027: 01:00 GMT is 02:00 BST, so 01:30 is 02:30, once.
        (datetime(2027, 3, 28, 0, 0, tzinfo=UTC), datetime(2027, 3, 28, 1, 30, tzinfo=UTC)),
        (datetime(2027, 3, 28, 1, 30, tzinfo=UTC), datetime(2027, 3, 29, 0, 30, tzinfo=UTC)),
        # 25 October 2026: 01:30 comes twice, and the digest with the first.
        (datetime(2026, 10, 24, 23, 0, tzinfo=UTC), datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 26, 1, 30, tzinfo=UTC)),
    ],
)
def test_a_digest_in_the_night_of_the_change_comes_once(after: datetime, due: datetime) -> None:
    hours = OwnHours(time(1, 30), None, None, LONDON, is_own_zone=True, hides_names=False)
    assert hours.next_digest(after) == due
    assert hours.part_due_at(due) is DigestPart.MORNING
    assert hours.part_due_at(due + timedelta(hours=1)) is None
