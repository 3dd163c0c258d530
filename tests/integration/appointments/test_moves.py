"""Appointments of somebody who moves: by the clock of their place, or with the person."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TypeVar
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio

from bot.features.appointments.views.appointment_screen import screen
from domain.access import Action, Role
from domain.appointments.changes import cancelling, rescheduling
from domain.appointments.changes.clocks import (
    MovedToHomeZone,
    list_in_other_zones,
    move_to_home_zone,
)
from domain.appointments.changes.locking import Reach
from domain.appointments.occurrences import lists
from domain.appointments.occurrences.facts import OccurrenceFacts
from domain.appointments.occurrences.lookups import get_occurrence
from domain.database.scope import Member, Scope
from domain.database.unit_of_work import Database
from domain.errors import NotAllowed
from domain.family.people import Person
from domain.medicines.changes import moving
from domain.models.appointments import OccurrenceStatus
from domain.overview import last_actions, own_actions, undo
from tests import factories
from tests.databases import MORNING, move_to
from tests.factories import Account
from tests.invariants import find_violations

T = TypeVar("T")
NEW_YORK, TOKYO = ZoneInfo("America/New_York"), ZoneInfo("Asia/Tokyo")
TUESDAYS = "FREQ=WEEKLY;BYDAY=TU"
NEXT_TUESDAY = datetime(2026, 11, 24, 10)


@dataclass(frozen=True)
class Home:
    database: Database
    url: str
    anna: Account
    mum: Person

    async def do(self, work: Callable[[Scope], Awaitable[T]], who: Account | None = None) -> T:
        return await factories.acting(self.database, who or self.anna, work)

    async def add(self, start: datetime, rule: str | None = None) -> OccurrenceFacts:
        return await factories.appointment(
            self.database, self.anna, self.mum, start=start, rule=rule
        )

    async def moves_to(self, zone: ZoneInfo) -> None:
        await self.do(lambda s: moving.move_person(s, self.mum.id, zone))

    async def left_behind(self) -> Sequence[OccurrenceFacts]:
        return await self.do(lambda s: list_in_other_zones(s, self.mum.id))

    async def follow(self) -> MovedToHomeZone:
        ids = {facts.appointment_id for facts in await self.left_behind()}
        return await self.do(lambda s: move_to_home_zone(s, self.mum.id, appointment_ids=ids))

    async def ahead(self) -> list[str]:
        """Of each series as many dates as a page shows."""
        found: list[OccurrenceFacts] = []
        for item in (await self.do(lists.list_upcoming)).items:
            dates = partial(lists.list_series, appointment_id=item.appointment_id)
            found += (await self.do(dates)).items
        found.sort(key=lambda each: each.starts_at)
        return [f"{each.local:%d %b %H:%M} {each.zone.key}" for each in found[: lists.PAGE_SIZE]]


@pytest_asyncio.fixture
async def home(database: Database, database_url: str) -> Home:
    anna = await factories.user(database)
    await factories.family(database, anna)
    return Home(database, database_url, anna, await factories.person(database, anna))


async def test_it_keeps_the_clock_of_its_place_and_says_so(home: Home) -> None:
    facts = await home.add(datetime(2026, 11, 26, 10))
    await home.moves_to(NEW_YORK)
    again = await home.do(lambda s: get_occurrence(s, facts.id))
    assert again.starts_at == facts.starts_at
    member = await home.do(_member)
    shown = screen(again, member=member, now=home.database.clock.now()).text
    assert "Thursday 26 November, 10:00 London time" in shown
    assert "Mum's time" not in shown


async def _member(scope: Scope) -> Member:
    return scope.require(Action.READ)


async def test_what_has_another_clock_is_listed_once_and_only_ahead(home: Home) -> None:
    series = await home.add(NEXT_TUESDAY, TUESDAYS)
    single = await home.add(datetime(2026, 11, 23, 20))
    assert await home.left_behind() == []
    await home.moves_to(ZoneInfo("Europe/Lisbon"))  # its clock shows the same
    assert await home.left_behind() == []
    await home.moves_to(NEW_YORK)
    assert [each.id for each in await home.left_behind()] == [single.id, series.id]
    move_to(home.database.clock, datetime(2026, 11, 23, 21, tzinfo=UTC))
    assert [each.id for each in await home.left_behind()] == [series.id]


async def test_with_the_person_it_is_at_the_same_hour_there(home: Home) -> None:
    await home.add(datetime(2026, 11, 26, 10))
    await home.moves_to(NEW_YORK)
    found = await home.follow()
    assert [f"{each.starts_at:%d %b %H:%M}" for each in found.moved] == ["26 Nov 15:00"]
    assert found.stayed == 0
    assert await home.ahead() == ["26 Nov 10:00 America/New_York"]
    assert await home.left_behind() == []


async def test_the_past_of_a_series_keeps_its_clock(home: Home) -> None:
    await home.add(NEXT_TUESDAY, f"{TUESDAYS};COUNT=5")
    move_to(home.database.clock, datetime(2026, 12, 2, 9, tzinfo=UTC))
    await home.moves_to(NEW_YORK)
    await home.follow()
    assert await home.ahead() == [f"{day} Dec 10:00 America/New_York" for day in ("08", "15", "22")]
    past = await home.do(lists.list_past)
    assert [f"{each.local:%d %b %H:%M} {each.zone.key}" for each in past.items] == [
        "01 Dec 10:00 Europe/London",
        "24 Nov 10:00 Europe/London",
    ]
    assert all(each.moved_from is None for each in past.items)


async def test_what_was_moved_called_off_or_driven_by_itself_stays_so(home: Home) -> None:
    first = await home.add(NEXT_TUESDAY, TUESDAYS)
    page = await home.do(lambda s: lists.list_series(s, first.appointment_id))
    second, third = page.items[1], page.items[2]
    await home.do(lambda s: cancelling.cancel_occurrence(s, second.id, reach=Reach.THIS))
    third = await home.do(lambda s: get_occurrence(s, third.id))
    await home.do(
        lambda s: rescheduling.move_occurrence(
            s, third.id, datetime(2026, 12, 9, 15), reach=Reach.THIS, version=third.version
        )
    )
    await home.moves_to(NEW_YORK)
    await home.follow()
    assert (await home.ahead())[:4] == [
        f"{day} America/New_York"
        for day in ("24 Nov 10:00", "01 Dec 10:00", "09 Dec 15:00", "15 Dec 10:00")
    ]
    again = await home.do(lambda s: get_occurrence(s, second.id))
    assert again.status is OccurrenceStatus.CANCELLED
    assert first.appointment_id == again.appointment_id


async def test_what_would_be_over_by_the_new_clock_stays(home: Home) -> None:
    """At 10:00 in London it is 19:00 in Tokyo."""
    move_to(home.database.clock, datetime(2026, 11, 24, 9, 30, tzinfo=UTC))
    single = await home.add(datetime(2026, 11, 24, 12))
    await home.add(NEXT_TUESDAY, TUESDAYS)
    await home.moves_to(TOKYO)
    found = await home.follow()
    assert found.stayed == 1
    assert (await home.ahead())[:3] == [
        "24 Nov 10:00 Europe/London",
        "24 Nov 12:00 Europe/London",
        "01 Dec 10:00 Asia/Tokyo",
    ]
    assert [each.id for each in await home.left_behind()][-1] == single.id


async def test_only_what_was_shown_moves(home: Home) -> None:
    shown = await home.add(datetime(2026, 11, 26, 10))
    await home.add(datetime(2026, 11, 27, 10))
    await home.moves_to(NEW_YORK)
    await home.do(
        lambda s: move_to_home_zone(s, home.mum.id, appointment_ids={shown.appointment_id})
    )
    assert await home.ahead() == [
        "26 Nov 10:00 America/New_York",
        "27 Nov 10:00 Europe/London",
    ]


async def test_an_earlier_change_is_not_undone_by_the_wrong_clock(home: Home) -> None:
    facts = await home.add(datetime(2026, 11, 26, 10))
    move = datetime(2026, 11, 26, 12)
    await home.do(
        lambda s: rescheduling.move_occurrence(
            s, facts.id, move, reach=Reach.THIS, version=facts.version
        )
    )
    await home.moves_to(NEW_YORK)
    await home.follow()
    found = []
    for _ in range(3):
        action = await home.do(last_actions.find_last_action)
        found.append(action.kind)
        await home.do(lambda s, id_=action.id: undo.undo_action(s, id_))  # type: ignore[misc]
    assert found == [
        own_actions.ActionKind.APPOINTMENT_FOLLOWED,
        own_actions.ActionKind.PERSON_MOVED,
        own_actions.ActionKind.APPOINTMENT_MOVED,
    ]
    assert await home.ahead() == ["26 Nov 10:00 Europe/London"]


async def test_who_only_reads_moves_nothing(home: Home) -> None:
    facts = await home.add(datetime(2026, 11, 26, 10))
    reader = await factories.member(home.database, home.anna, role=Role.VIEWER)
    await home.moves_to(NEW_YORK)
    with pytest.raises(NotAllowed):
        await home.do(
            lambda s: move_to_home_zone(s, home.mum.id, appointment_ids={facts.appointment_id}),
            reader,
        )


async def test_today_lists_it_on_the_day_that_it_is_for_the_person(home: Home) -> None:
    """02:00 in London is the evening before in New York."""
    await home.add(datetime(2026, 11, 26, 2))
    await home.moves_to(NEW_YORK)
    day = MORNING.date() + timedelta(days=2)  # Wednesday 25 November
    found = await home.do(lambda s: lists.list_day(s, {home.mum.id: day}))
    assert [f"{each.local:%d %b %H:%M}" for each in found[home.mum.id]] == ["26 Nov 02:00"]


async def test_the_invariants_hold_after_a_move(home: Home) -> None:
    await home.add(NEXT_TUESDAY, TUESDAYS)
    await home.add(datetime(2026, 11, 26, 10))
    await home.moves_to(NEW_YORK)
    await home.follow()
    assert not await find_violations(home.url, home.database.clock)


async def test_one_of_a_series_names_the_other_once_with_its_first_day(home: Home) -> None:
    gym = await home.add(datetime(2026, 11, 25, 18), "FREQ=WEEKLY;BYDAY=WE")
    await factories.appointment(
        home.database,
        home.anna,
        home.mum,
        title="Holiday care",
        start=datetime(2026, 12, 1),
        is_all_day=True,
        duration=timedelta(days=14),
    )
    club = await factories.appointment(
        home.database,
        home.anna,
        home.mum,
        title="Club",
        start=datetime(2026, 11, 25, 18, 30),
        rule="FREQ=WEEKLY;BYDAY=WE",
    )
    again = await home.do(lambda s: get_occurrence(s, gym.id))
    assert [(each.title, each.comes_again) for each in again.conflicts] == [
        ("Club", True),
        ("Holiday care", False),
    ]
    assert again.conflicts[0].starts_at == club.starts_at
    member = await home.do(_member)
    lines = screen(again, member=member, now=home.database.clock.now()).text.splitlines()
    assert [line for line in lines if "At the same time" in line] == [
        "⚠️ At the same time: Club, Wednesday 25 November, 18:30 Mum's time, and on other days",
        "⚠️ At the same time: Holiday care, 1–14 December, all day",
    ]
