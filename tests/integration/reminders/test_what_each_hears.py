"""What each member hears of a person's doses, how loudly, and for how long they are asked."""

from datetime import time, timedelta
from functools import partial

import pytest
from sqlalchemy import text

from domain.access import Role
from domain.database.requests import as_family
from domain.database.unit_of_work import Database
from domain.delivery.dose_messages import escalate_to_rest_of_family
from domain.delivery.quiet_hours import QuietHours
from domain.errors import NotAllowed, NotFound
from domain.family.errors import HoursClash, LastToBeAsked
from domain.family.settings.asked_first import list_asked_first
from domain.family.settings.hearing import list_hearing, set_hearing
from domain.family.settings.hours import get_hours, set_hides_names, set_quiet
from domain.family.settings.naming import set_asked_first
from domain.medicines.changes.windows import set_window
from domain.medicines.doses.facts import DoseFacts
from domain.medicines.ladders import get_window
from domain.models.delivery import Kind
from domain.models.family import Hears
from domain.overview import kinds
from tests import factories
from tests.databases import without_walls
from tests.factories import Account
from tests.integration.reminders.test_ladder import (
    MINUTE,
    Home,
    cards,
    climb,
    dose,
    home,
)

__all__ = ["dose", "home"]  # the fixtures of the ladder's own tests

NIGHT = QuietHours(time(22), time(7))
ALL_DAY_BUT_A_MINUTE = QuietHours(time(0), time(23, 59))


async def hear(database: Database, home: Home, who: Account, hears: Hears) -> None:
    await factories.acting(database, who, lambda scope: set_hearing(scope, home.mum.id, hears))


async def names(database_url: str, kind: str = "slot_card") -> list[str]:
    return [name for name, _ask_no, _is_told in await cards(database_url, kind)]


@pytest.mark.parametrize("hears", [Hears.MISSED, Hears.DIGEST, Hears.EMERGENCIES])
async def test_who_hears_less_is_not_asked_and_the_others_hear_that(
    database: Database, database_url: str, home: Home, hears: Hears
) -> None:
    await factories.deliver(database)
    await hear(database, home, home.ben, hears)
    assert await names(database_url, "asked_first") == ["Anna"]
    medicine = await factories.medicine(database, home.anna, home.mum)
    due = await factories.asked_dose(database, home.family, medicine)
    await climb(database, due, 10, 20, 30, 120)
    assert set(await names(database_url)) == {"Anna", "Vic"}
    told = await names(database_url, "missed")
    assert ("Ben" in told) is (hears is Hears.MISSED)


async def test_a_viewer_who_hears_only_of_missed_doses_is_not_told_before(
    database: Database, database_url: str, home: Home, dose: DoseFacts
) -> None:
    await hear(database, home, home.vic, Hears.MISSED)
    await climb(database, dose, 10, 20, 30, 120)
    assert "Vic" not in await names(database_url)
    assert "Vic" in await names(database_url, "missed")


async def test_the_last_who_can_be_asked_stays(database: Database, home: Home) -> None:
    await hear(database, home, home.ben, Hears.MISSED)
    with pytest.raises(LastToBeAsked):
        await hear(database, home, home.anna, Hears.EMERGENCIES)
    assert [each.hears for each in await factories.acting(database, home.anna, list_hearing)] == [
        Hears.EVERYTHING
    ]
    await hear(database, home, home.ben, Hears.EVERYTHING)
    await hear(database, home, home.anna, Hears.EMERGENCIES)


async def test_where_nobody_wants_to_hear_any_more_all_are_asked(
    database: Database, database_url: str, home: Home, dose: DoseFacts
) -> None:
    """Anna hears only of missed doses, and then Ben leaves, who was asked."""
    await hear(database, home, home.anna, Hears.MISSED)
    async with without_walls(database_url) as connection:
        await connection.execute(
            text("UPDATE family_members SET left_at = clock_now() WHERE user_id = :id"),
            {"id": home.ben.id},
        )
        await connection.commit()
    await climb(database, dose, 10)
    assert ("Anna", 1, False) in await cards(database_url)
    [asked] = await factories.acting(database, home.anna, list_asked_first)
    assert [each.name for each in asked.named] == ["Anna"]


async def test_who_is_named_but_hears_less_does_not_count(
    database: Database, database_url: str, home: Home, dose: DoseFacts
) -> None:
    await factories.acting(
        database, home.anna, lambda scope: set_asked_first(scope, home.mum.id, [home.ben.id])
    )
    await hear(database, home, home.ben, Hears.DIGEST)
    await climb(database, dose, 10)
    again = [name for name, ask_no, _ in await cards(database_url) if ask_no == 1]
    assert again == ["Anna"]
    [asked] = await factories.acting(database, home.anna, list_asked_first)
    assert [each.name for each in asked.named] == ["Anna"]


async def test_a_person_hears_of_their_own_doses_whatever_they_choose(
    database: Database, home: Home
) -> None:
    mum = await factories.member(database, home.anna, Role.RECIPIENT, name="Mum", person=home.mum)
    assert await factories.acting(database, mum, list_hearing) == []
    with pytest.raises(NotFound):
        await hear(database, home, mum, Hears.EMERGENCIES)


async def test_an_undeliverable_card_goes_to_no_other_recipient(
    database: Database, database_url: str, home: Home, dose: DoseFacts
) -> None:
    """Dad is a member, too; Mum's card isn't for him, even if nobody else gets it."""
    dad = await factories.person(database, home.anna, "Dad")
    await factories.member(database, home.anna, Role.RECIPIENT, name="Dad", person=dad)
    async with without_walls(database_url) as connection:
        await connection.execute(text("UPDATE notifications SET status = 'unreachable'"))
        ids = await connection.scalars(text("SELECT id FROM notifications WHERE ask_no = 0"))
        one = ids.first()
        await connection.commit()
    assert one is not None
    found = await database.run(
        lambda scope: escalate_to_rest_of_family(scope, one), as_family(home.family.id)
    )
    assert (found, set(await names(database_url))) == (1, {"Anna", "Ben", "Vic"})


async def test_an_undeliverable_card_goes_to_those_who_hear_everything_if_they_can_be_reached(
    database: Database, database_url: str, home: Home, dose: DoseFacts
) -> None:
    await hear(database, home, home.vic, Hears.EMERGENCIES)
    dora = await factories.member(database, home.anna, Role.VIEWER, name="Dora")
    for blocked, told in ((None, {"Dora"}), (dora.id, {"Vic"})):
        async with without_walls(database_url) as connection:
            await connection.execute(
                text("UPDATE users SET blocked_at = clock_now() WHERE id = :id"), {"id": blocked}
            )
            await connection.execute(text("UPDATE notifications SET status = 'unreachable'"))
            ids = await connection.scalars(text("SELECT id FROM notifications WHERE ask_no = 0"))
            one = ids.first()
            await connection.commit()
        assert one is not None
        before = set(await names(database_url))
        await database.run(
            partial(escalate_to_rest_of_family, notification_id=one), as_family(home.family.id)
        )
        assert set(await names(database_url)) - before == told


async def silent(database: Database, home: Home, database_url: str) -> dict[str, bool]:
    """Who gets a card of the first asking, and whether it makes no sound."""
    async with without_walls(database_url) as connection:
        rows = await connection.execute(
            text(
                "SELECT n.id, u.name FROM notifications n JOIN users u ON u.id = n.user_id"
                " WHERE kind = 'slot_card'"
            )
        )
        ids = {row.id: row.name for row in rows}
    read = await database.run(
        lambda scope: kinds.read_messages(scope, list(ids)), as_family(home.family.id)
    )
    return {ids[each.id]: each.is_silent for each in read}


async def keep_quiet(database: Database, *who: Account) -> None:
    for each in who:
        await factories.acting(database, each, lambda s: set_quiet(s, ALL_DAY_BUT_A_MINUTE))


async def test_cards_make_no_sound_in_quiet_hours_while_another_is_awake(
    database: Database, database_url: str, home: Home, dose: DoseFacts
) -> None:
    await keep_quiet(database, home.ben)
    assert await silent(database, home, database_url) == {"Anna": False, "Ben": True}


async def test_the_last_who_can_hear_is_woken(
    database: Database, database_url: str, home: Home, dose: DoseFacts
) -> None:
    await keep_quiet(database, home.anna, home.ben)
    assert await silent(database, home, database_url) == {"Anna": False, "Ben": False}


async def test_who_has_blocked_the_bot_is_nobody_who_is_awake(
    database: Database, database_url: str, home: Home, dose: DoseFacts
) -> None:
    await keep_quiet(database, home.ben)
    async with without_walls(database_url) as connection:
        await connection.execute(
            text("UPDATE users SET blocked_at = clock_now() WHERE id = :id"), {"id": home.anna.id}
        )
        await connection.commit()
    assert (await silent(database, home, database_url))["Ben"] is False


@pytest.mark.parametrize(
    ("hours", "at", "are_quiet"),
    [
        (NIGHT, time(22), True),
        (NIGHT, time(3), True),
        (NIGHT, time(7), False),
        (NIGHT, time(21, 59), False),
        (QuietHours(time(13), time(15)), time(14), True),
        (QuietHours(time(13), time(15)), time(15), False),
        (QuietHours(time(13), time(15)), time(3), False),
    ],
)
def test_quiet_hours_go_through_the_night(hours: QuietHours, at: time, are_quiet: bool) -> None:
    assert hours.hold_at(at) is are_quiet


async def test_quiet_hours_that_never_end_are_refused(database: Database, home: Home) -> None:
    with pytest.raises(HoursClash):
        await factories.acting(
            database, home.anna, lambda scope: set_quiet(scope, QuietHours(time(9), time(9)))
        )
    assert (await factories.acting(database, home.anna, get_hours)).quiet is None


async def test_who_hides_names_gets_cards_without_them(
    database: Database, database_url: str, home: Home, dose: DoseFacts
) -> None:
    await factories.acting(database, home.ben, lambda s: set_hides_names(s, hidden=True))
    async with without_walls(database_url) as connection:
        rows = await connection.execute(
            text(
                "SELECT n.id, u.name FROM notifications n JOIN users u ON u.id = n.user_id"
                " WHERE kind = 'slot_card'"
            )
        )
        ids = {row.id: row.name for row in rows}
    read = await database.run(
        lambda scope: kinds.read_messages(scope, list(ids)), as_family(home.family.id)
    )
    assert {ids[m.id]: m.facts.hides_names for m in read if m.kind is Kind.SLOT_CARD} == {
        "Anna": False,
        "Ben": True,
    }


async def test_the_window_of_the_doses_to_come_follows_the_family(
    database: Database, home: Home
) -> None:
    hours = timedelta(hours=1)
    daily = await factories.medicine(database, home.anna, home.mum)
    close = await factories.medicine(
        database, home.anna, home.mum, name="Drops", schedule=factories.daily("08:00", "09:30")
    )
    asked = await factories.asked_dose(database, home.family, daily)
    before = await factories.acting(database, home.anna, lambda s: set_window(s, 4 * hours))
    assert (before, await factories.acting(database, home.ben, get_window)) == (
        2 * hours,
        4 * hours,
    )
    added = await factories.medicine(database, home.anna, home.mum, name="Calcium")
    windows = {}
    for medicine in (daily, close, added):
        for each in await factories.doses_of(database, home.family, medicine):
            windows[medicine.name, each.local.day, each.local.hour] = each.window_ends_at - (
                each.due_at
            )
    day = asked.local.day
    assert windows.pop((daily.name, day, 8)) == 2 * hours  # somebody was asked for it
    assert windows["Drops", day + 1, 8] == timedelta(minutes=90)  # then the next one is due
    assert windows["Drops", day, 9] == 4 * hours
    assert windows["Calcium", day + 1, 8] == 4 * hours
    assert windows[daily.name, day + 1, 8] == 4 * hours


async def test_only_admins_set_the_window_and_only_to_one_that_is_offered(
    database: Database, home: Home
) -> None:
    with pytest.raises(NotAllowed):
        await factories.acting(
            database, home.ben, lambda scope: set_window(scope, timedelta(hours=1))
        )
    with pytest.raises(ValueError, match="8:20:00"):
        await factories.acting(database, home.anna, lambda scope: set_window(scope, 500 * MINUTE))
