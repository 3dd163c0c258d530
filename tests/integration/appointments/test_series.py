"""A series in the tables: its rows a year ahead, its hours across clock changes, its lists."""

from collections.abc import Awaitable, Callable
from datetime import date, datetime, timedelta
from functools import partial

import pytest
from sqlalchemy import text

from domain.appointments.changes import cancelling
from domain.appointments.changes.locking import Reach
from domain.appointments.occurrences import lists
from domain.appointments.occurrences.facts import OccurrenceFacts, OccurrencePage
from domain.appointments.series import extension
from domain.database.requests import as_dispatch
from domain.errors import NotFound
from tests import factories
from tests.databases import MORNING, move_to, without_walls
from tests.integration.appointments.home import Home

TUESDAYS = "FREQ=WEEKLY;BYDAY=TU"


async def test_a_series_has_its_rows_a_year_ahead_and_grows(home: Home) -> None:
    await home.add(rule="FREQ=DAILY", start=datetime(2026, 11, 24, 10))
    count = text("SELECT count(*), max(starts_at) FROM appointment_occurrences")
    async with without_walls(home.url) as connection:
        rows, last = (await connection.execute(count)).one()
    assert 360 < rows < 370
    move_to(home.database.clock, MORNING + timedelta(days=60))
    before = home.database.clock.now() + extension.EXTENDED_AHEAD
    made = await factories.do_chore(
        home.database,
        lambda s: extension.find_due(s, before=before, limit=10),
        lambda s, ids: extension.extend_series(s, ids, before=before),
    )
    assert made == 1
    async with without_walls(home.url) as connection:
        more, later = (await connection.execute(count)).one()
    assert (more - rows, later - last) == (60, timedelta(days=60))
    assert not await home.database.run(
        lambda s: extension.find_due(s, before=before, limit=10), as_dispatch()
    )


async def test_what_ends_or_comes_once_is_never_looked_at_again(home: Home) -> None:
    await home.add()
    await home.add(rule="FREQ=WEEKLY;UNTIL=20270301T000000Z")
    far = home.database.clock.now() + timedelta(days=9_000)
    assert not await home.database.run(
        lambda s: extension.find_due(s, before=far, limit=10), as_dispatch()
    )


async def test_ten_o_clock_stays_ten_o_clock(home: Home) -> None:
    await home.add(rule=TUESDAYS, start=datetime(2026, 11, 24, 10))
    rows = await home.planned(most=60)
    assert {row[-5:] for row in rows} == {"10:00"}
    assert {"30 Mar 10:00", "06 Apr 10:00"} <= set(rows)


async def test_a_list_goes_by_the_day_of_each_place(home: Home) -> None:
    """Tuesday in Auckland begins on London's Monday, and in Honolulu it ends on the Wednesday."""
    for hour, key in ((8, "Pacific/Auckland"), (20, "Pacific/Honolulu")):
        person = await factories.person(home.database, home.anna, key, zone=key)
        for number in range(14):
            start = datetime(2026, 11, 26, hour) + timedelta(days=number)
            await factories.appointment(home.database, home.anna, person, start=start)
    for number in range(14):
        await home.add(start=datetime(2026, 11, 26, 14, 30) + timedelta(days=number))

    async def listed(
        pages: Callable[..., Awaitable[OccurrencePage]],
    ) -> list[tuple[date, datetime]]:
        found, has_more = list[OccurrenceFacts](), True
        while has_more:
            page = await home.do(partial(pages, page=len(found) // lists.PAGE_SIZE))
            found += page.items
            has_more = page.has_more
        assert len({facts.id for facts in found}) == len(found) == 42
        return [(facts.first_day, facts.starts_at) for facts in found]

    ahead = await listed(lists.list_upcoming)
    assert ahead == sorted(ahead)
    assert [at for _, at in ahead] != sorted(at for _, at in ahead)
    move_to(home.database.clock, MORNING + timedelta(days=30))
    past = await listed(lists.list_past)
    assert past == sorted(past, reverse=True)


async def test_a_series_is_listed_once_with_its_next_time(home: Home) -> None:
    first = await home.add(rule=f"{TUESDAYS};COUNT=12", start=datetime(2026, 11, 24, 10))
    single = await home.add(start=datetime(2026, 11, 26, 9))
    other = await home.add(rule=TUESDAYS, start=datetime(2026, 12, 1, 9))
    page = await home.do(lists.list_upcoming)
    assert [item.id for item in page.items] == [first.id, single.id, other.id]
    # What is called off is not what comes next, and what was moved before the others is.
    await home.do(lambda s: cancelling.cancel_occurrence(s, first.id, reach=Reach.THIS))
    third = await home.at("2026-12-08T10:00")
    await home.move(third, datetime(2026, 11, 27, 11), Reach.THIS)
    page = await home.do(lists.list_upcoming)
    assert [item.id for item in page.items] == [single.id, third.id, other.id]
    dates = await home.do(lambda s: lists.list_series(s, first.appointment_id))
    assert [item.id for item in dates.items[:2]] == [first.id, third.id]
    assert dates.has_more
    rest = await home.do(lambda s: lists.list_series(s, first.appointment_id, page=1))
    assert (len(rest.items), rest.has_more) == (2, False)
    beyond = await home.do(lambda s: lists.list_series(s, first.appointment_id, page=9))
    assert [item.id for item in beyond.items] == [item.id for item in dates.items]


async def test_a_series_that_is_over_or_elsewhere_has_no_dates(home: Home) -> None:
    first = await home.add(rule=f"{TUESDAYS};COUNT=2", start=datetime(2026, 11, 24, 10))
    stranger = await factories.user(home.database, "Eve")
    await factories.family(home.database, stranger)
    with pytest.raises(NotFound):
        await home.do(lambda s: lists.list_series(s, first.appointment_id), stranger)
    move_to(home.database.clock, MORNING + timedelta(days=30))
    with pytest.raises(NotFound):
        await home.do(lambda s: lists.list_series(s, first.appointment_id))
    assert not (await home.do(lists.list_upcoming)).items
