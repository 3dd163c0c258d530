"""The bot comes up on a database that was restored from a backup: it answers, and sends nothing."""

from datetime import timedelta

from domain.database.engine import make_engine
from domain.database.requests import as_dispatch
from domain.database.unit_of_work import Database
from domain.delivery import restores
from tests.town import Household, Town, add_medicine, clock_in_london


async def test_nothing_is_sent_from_a_backup_until_somebody_says_so(
    home: Household, town: Town, database_url: str
) -> None:
    minute = town.minute(ahead=2)
    at = clock_in_london(minute)
    await add_medicine(home.anna, f"Aspirin 100 mg at {at}")
    await town.settled()
    await town.stop_bot()
    await town.change("UPDATE installations SET database_identity = 'another'")
    town.jump_to(minute + timedelta(minutes=3))
    await town.start_bot()
    await home.anna.send("/today")
    today = await home.anna.sees("Aspirin 100 mg (not recorded yet)")
    assert await town.count("notifications WHERE kind = 'slot_card'") == 0

    database = Database(make_engine(database_url), clock=town.clock)
    assert await database.run(restores.resume, as_dispatch())
    await database.close()
    late = await home.anna.sees("⏳ This reminder is late", after=today, timeout=30)
    assert "Aspirin 100 mg" in late.text
