"""Appointments that last over midnight, or for days."""

from datetime import date, datetime
from typing import Any

from tests.end_to_end.appointments.plans import add, last_file, starts
from tests.town import LONDON, Household, Town


class TestDaysAndNights:
    async def test_over_midnight(self, home: Household, town: Town) -> None:
        saved = await add(home.anna, "Sleep lab 5 december 21:00 to 6 december 07:00")
        assert "📅 Sleep lab for Mum\n" in saved.text
        assert (
            "5 December, 21:00 Mum's time to Sunday 6 December, 07:00, for 10 hours" in saved.text
        )
        assert await starts(town) == ["Sat 05 Dec 21:00"]
        event: Any = last_file(home.anna).walk("VEVENT")[0]
        assert f"{event['DTEND'].dt:%a %d %b %H:%M}" == "Sun 06 Dec 07:00"

    async def test_several_days(self, home: Household, town: Town) -> None:
        saved = await add(home.anna, "Holiday care from 1 december to 14 december")
        assert "📅 Holiday care for Mum\n🕑 1–14 December, all day\n" in saved.text
        assert "🔔 I'll remind everyone the evening before, at 19:00." in saved.text
        event: Any = last_file(home.anna).walk("VEVENT")[0]
        assert event.to_ical().decode().count("VALUE=DATE:") == 2
        assert (event["DTSTART"].dt, event["DTEND"].dt) == (date(2026, 12, 1), date(2026, 12, 15))
        await home.ben.send("/appts")
        listed = await home.ben.sees("Appointments, family")
        assert "1–14 December Holiday care, Mum" in listed.text
        assert "1–14 Dec Holiday care" in listed.labels
        assert "00:00" not in listed.text + saved.text
        await town.settled()
        town.jump_to(datetime(2026, 11, 30, 19, 0, 1, tzinfo=LONDON))
        told = await home.ben.sees("🔔 Holiday care for Mum")
        assert "1–14 December, all day" in told.text
        await town.settled()
        town.jump_to(datetime(2026, 12, 5, 12, tzinfo=LONDON))
        await home.ben.send("/today")
        assert "📅 1–14 December Holiday care" in (await home.ben.sees("Today, family")).text
        await town.settled()
        town.jump_to(datetime(2026, 12, 15, 9, 0, 1, tzinfo=LONDON))
        await home.ben.sees("💬 Holiday care for Mum, 1–14 December, all day")

    async def test_a_whole_day_by_a_button_and_moved(self, home: Household) -> None:
        await home.anna.send("/addappt Fasting 3 december")
        await home.anna.press("All day", message=await home.anna.sees("at what time?"))
        saved = await home.anna.sees("🕑 Thursday 3 December, all day")
        await home.anna.press("Move", message=saved)
        await home.anna.send("4 december 10:00")
        await home.anna.sees("and this lasts all day")
        await home.anna.send("4 december")
        moved = await home.anna.sees("✅ Moved in the family")
        assert "🕑 Friday 4 December, all day" in moved.text
        await home.anna.press("Change", message=moved)
        await home.anna.press(
            "How long", message=await home.anna.sees("would you like to change about")
        )
        await home.anna.press("3 days", message=await home.anna.sees("How many days"))
        changed = await home.anna.sees("🕑 4–6 December, all day", after=moved)
        await home.anna.press("Change", message=changed)
        asked = await home.anna.sees("would you like to change about", after=changed)
        await home.anna.press("Repetition", message=asked)
        await home.anna.send("every friday 10:00")
        await home.anna.sees("and this lasts all day", after=changed)
        await home.anna.send("every friday")
        await home.anna.sees("🔁 every Friday", after=changed)

    async def test_a_length_is_not_dropped_by_a_move(self, home: Household) -> None:
        saved = await add(home.anna, "Cardiologist tomorrow 14:30")
        await home.anna.press("Move", message=saved)
        await home.anna.send("friday 15:00 for 2 hours")
        await home.anna.sees("changes when it starts, not how long it takes")
        await home.anna.send("friday 15:00")
        await home.anna.sees("Friday 27 November, 15:00 Mum's time, for 1 hour")

    async def test_time_that_would_stay_in_the_title_is_asked(
        self, home: Household, town: Town
    ) -> None:
        await home.anna.send("/addappt Dentist tomorrow 10:00 Eye doctor friday 11:00")
        await home.anna.sees("“tomorrow 10:00” would stay in the title")
        await home.anna.sees("Is that right?")
        assert await town.count("appointments") == 0

    async def test_what_was_understood_is_kept_and_what_is_typed_changes_it(
        self, home: Household
    ) -> None:
        await home.anna.send(
            "/addappt Dentist tomorrow 10:00 please for 2 hours remind 3 hours before"
        )
        asked = await home.anna.sees("Is that right?")
        assert "tomorrow, Tuesday 24 November, 10:00, for 2 hours" in asked.text
        assert "I'll remind everyone 3 hours before" in asked.text
        await home.anna.send("at 15:00 with Dr Weber")
        asked = await home.anna.sees(
            "tomorrow, Tuesday 24 November, 15:00, for 2 hours", after=asked
        )
        await home.anna.press("Save", message=asked)
        saved = await home.anna.sees("Saved in the family")
        assert "tomorrow, Tuesday 24 November, 15:00 Mum's time, for 2 hours" in saved.text
        assert "Dr Weber" in saved.text

    async def test_hours_or_a_date_is_asked(self, home: Household, town: Town) -> None:
        await home.anna.send("/addappt Day care 9-15")
        await home.anna.sees("“9-15” can be hours or a date. Do you mean 09:00-15:00")
        await home.anna.send("tomorrow 9-15")
        await home.anna.sees("tomorrow, Tuesday 24 November, 09:00 Mum's time, for 6 hours")
        assert await starts(town) == ["Tue 24 Nov 09:00"]
