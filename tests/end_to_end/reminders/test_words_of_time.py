"""Words of time are true when a message arrives, however late that is."""

from tests.town import Household, Town


async def test_a_reminder_that_comes_late_speaks_of_the_day_on_which_it_comes(
    home: Household, town: Town
) -> None:
    await home.anna.send("/addappt Checkup tomorrow 12:00")
    await home.anna.sees("✅ Saved in the family")
    await town.settled()
    await town.stop_bot()
    town.jump_by(hours=24)
    await town.start_bot()
    reminder = await home.ben.sees("🔔 Checkup for Mum")
    assert "🕑 today, Tuesday 24 November, 12:00" in reminder.text
    await town.settled()
    await town.stop_bot()
    town.jump_by(hours=48)
    await town.start_bot()
    asks = await home.anna.sees("how did it go?")
    assert "Checkup for Mum, Tuesday 24 November, 12:00" in asks.text


async def test_a_summary_names_the_day_if_it_is_another_one(home: Household, town: Town) -> None:
    await home.anna.send("/addmed Aspirin 100 mg at 20:00")
    await home.anna.sees("Saved:")
    await town.settled()
    await town.stop_bot()
    town.jump_by(hours=24)
    await town.start_bot()
    told = await home.ben.sees("I couldn't ask about this dose in time")
    assert "• Monday 20:00 Aspirin 100 mg" in told.text
