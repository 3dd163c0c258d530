"""Reminders of appointments, and "How did it go?"."""

from datetime import datetime, timedelta

from tests.end_to_end.appointments.plans import TOLD, TOMORROW, add
from tests.town import LONDON, Household, Town


class TestTooSoonToBeReminded:
    async def test_it_says_so_and_tells_the_others_at_once(
        self, home: Household, town: Town
    ) -> None:
        town.jump_to(datetime(2026, 11, 23, 9, 20, tzinfo=LONDON))
        saved = await add(home.anna, "Dentist today 10:00")
        assert "1 day and" not in saved.text
        assert "🔕 It starts too soon for the usual reminders." in saved.text
        told = await home.ben.sees("❗️ Please note: this is coming up soon")
        assert "🔔 Dentist for Mum\n🕑 today, Monday 23 November, 10:00" in told.text
        assert await town.value(TOLD) == 1
        await home.anna.press("10 minutes before", message=saved)
        await home.anna.sees("🔔 I'll remind everyone 10 minutes before.")
        assert await town.value("SELECT remind_before FROM appointments") == [1440, 60, 10]
        await town.settled()
        town.jump_to(datetime(2026, 11, 23, 9, 50, 1, tzinfo=LONDON))
        for person in home:
            await person.sees("today, Monday 23 November, 10:00 Mum's time", after=told)
        assert await town.value(TOLD) == 3

    async def test_after_a_move_and_a_change_of_reminders(
        self, home: Household, town: Town
    ) -> None:
        saved = await add(home.anna, "Dentist 26 november 10:00")
        assert "1 day and 1 hour before" in saved.text
        await home.anna.press("Move", message=saved)
        soon = town.clock.now().astimezone(LONDON) + timedelta(minutes=45)
        await home.anna.send(f"today {soon:%H:%M}")
        moved = await home.anna.sees("✅ Moved in the family")
        assert "It starts too soon for the usual reminders." in moved.text
        await home.ben.sees("Please note: this is coming up soon")
        assert await town.value(TOLD) == 1


class TestReminders:
    """Before the clock jumps, what is under way is settled: else its lease runs out, and it comes
    twice.
    """

    async def test_a_day_and_an_hour_before(self, home: Household, town: Town) -> None:
        await add(home.anna, "Cardiologist 26 November 14:30")
        for person in home:
            assert not [m for m in person.messages if "Details" in " ".join(m.labels)]
        await town.settled()
        town.jump_to(TOMORROW + timedelta(days=1, seconds=1))
        for person in home:
            told = await person.sees("🔔 Cardiologist for Mum")
            assert "tomorrow, Thursday 26 November, 14:30" in told.text
        reminder = await home.ben.sees("🔔 Cardiologist for Mum")
        toast = await home.ben.press("I'll drive", message=reminder)
        assert "Thank you. You're driving." in toast.text
        for person in home:
            await person.sees("🚗 Ben is driving")
        await town.settled()
        town.jump_to(TOMORROW + timedelta(days=2, hours=-1, seconds=1))
        for person in home:
            await person.sees("today, Thursday 26 November, 14:30 Mum's time")
        assert await town.value(TOLD) == 4

    async def test_without_a_driver_the_evening_before_they_are_asked(
        self, home: Household, town: Town
    ) -> None:
        await add(home.anna, "Cardiologist tomorrow 14:30")
        await town.settled()
        town.jump_to(TOMORROW - timedelta(days=1, seconds=-1))
        for person in home:
            await person.sees("🔔 Cardiologist for Mum")
        await town.settled()
        town.jump_to(datetime(2026, 11, 23, 19, 0, 1, tzinfo=LONDON))
        for person in home:
            await person.sees("🚗 Who can drive?")
        await home.ben.press("I'll drive", message=await home.ben.sees("Who can drive?"))
        await home.anna.sees("🚗 Ben is driving")
        await home.ben.press(
            "I can't drive after all", message=await home.ben.sees("Ben is driving")
        )
        assert await town.value(TOLD) == 4
        # So near the time, the others are asked at once.
        await town.settled()
        town.jump_by(minutes=1)
        await town.until(f"SELECT ({TOLD}) = 6")

    async def test_what_was_told_is_told_anew_when_it_moves(
        self, home: Household, town: Town
    ) -> None:
        saved = await add(home.anna, "Cardiologist 25 November 14:30")
        await town.settled()
        town.jump_to(TOMORROW + timedelta(seconds=1))
        told = await home.ben.sees("🔔 Cardiologist for Mum")
        assert "tomorrow, Wednesday 25 November, 14:30 Mum's time" in told.text
        await home.anna.press("Move", message=saved)
        await home.anna.send("27 November 9:00")
        await home.anna.sees("✅ Moved in the family")
        await town.settled()
        town.jump_by(minutes=1)
        news = await home.ben.sees("❗️ Please note: this appointment has changed")
        assert "Friday 27 November, 09:00" in news.text
        await home.ben.sees("Friday 27 November, 09:00", after=told)
        # Not for the old time, but for the new one.
        before = len(home.ben.messages)
        await town.settled()
        town.jump_to(TOMORROW + timedelta(days=1, hours=-1, seconds=1))
        await town.settled()
        town.jump_to(datetime(2026, 11, 26, 9, 0, 1, tzinfo=LONDON))
        await home.ben.sees("tomorrow, Friday 27 November, 09:00 Mum's time")
        assert len(home.ben.messages) == before + 1

    async def test_two_in_one_minute_are_one_message(self, home: Household, town: Town) -> None:
        await add(home.anna, "Cardiologist 26 November 14:30")
        await add(home.anna, "Dentist 26 November 14:30")
        await town.settled()
        town.jump_to(TOMORROW + timedelta(days=1, seconds=1))
        told = await home.ben.sees("Dentist for Mum")
        assert "Cardiologist for Mum" in told.text
        assert await town.value(TOLD) == 2

    async def test_afterwards_it_is_asked_how_it_went(self, home: Household, town: Town) -> None:
        saved = await add(home.anna, "Cardiologist today 20:00")
        await home.anna.press("I'll drive", message=saved)
        await home.anna.sees("🚗 Anna is driving")
        await town.settled()
        town.jump_to(datetime(2026, 11, 24, 9, 0, 1, tzinfo=LONDON))
        asked = await home.anna.sees("How did it go? Any changes to the medicines?")
        await home.anna.press("Write a note", message=asked)
        await home.anna.sees("how did it go?", after=asked)
        await home.anna.send("Blood pressure is fine")
        await home.anna.sees("Any changes to the medicines?", after=asked)
        await home.anna.sees("Anna: Blood pressure is fine")
        await home.ben.send("/appts")
        listed = await home.ben.sees("Appointments, family")
        await home.ben.press("Past", message=listed)
        past = await home.ben.sees("Past appointments", after=listed)
        await home.ben.press("Cardiologist", message=past)
        await home.ben.sees("💬 Anna: Blood pressure is fine")
