"""What becomes of an appointment: moved, called off, driven to, over; as Anna and Ben see it."""

from datetime import timedelta

from tests.end_to_end.appointments.plans import TOMORROW, add, last_file, shown, starts
from tests.town import Household, Town, undo


class TestLivingWithIt:
    async def test_the_list_the_day_and_the_screen(self, home: Household) -> None:
        await add(home.anna, "Cardiologist tomorrow 14:30")
        await add(home.anna, "Eye test today 23:30")
        await home.ben.send("/appts")
        listed = await home.ben.sees("Appointments, family")
        assert "Today, Monday 23 November\n23:30 Eye test, Mum" in listed.text
        assert "Tomorrow, Tuesday 24 November\n14:30 Cardiologist, Mum" in listed.text
        await home.ben.send("/today")
        assert "📅 23:30 Eye test" in (await home.ben.sees("Today, family")).text
        await home.ben.press("Cardiologist", message=listed)
        opened = await home.ben.sees(
            "tomorrow, Tuesday 24 November, 14:30 Mum's time", after=listed
        )
        assert opened.id == listed.id

    async def test_moving_the_only_one(self, home: Household, town: Town) -> None:
        saved = await add(home.anna, "Cardiologist tomorrow 14:30")
        await home.anna.press("Move", message=saved)
        await home.anna.sees("which day?")
        await home.anna.send("friday 15:00")
        await home.anna.sees("✅ Moved in the family")
        assert await starts(town) == ["Fri 27 Nov 15:00"]
        await home.anna.sees("calendar", after=await home.anna.sees("✅ Moved in the family"))
        calendar = last_file(home.anna)
        assert shown(calendar) == ["Fri 27 Nov 15:00"]
        [event] = calendar.walk("VEVENT")
        assert int(str(event["SEQUENCE"])) > 0
        await undo(home.anna)
        await home.anna.sees("Undone. It's back to")
        assert await starts(town) == ["Tue 24 Nov 14:30"]

    async def test_one_of_a_series(self, home: Household, town: Town) -> None:
        saved = await add(home.anna, "Physio every Tuesday 10:00")
        await home.anna.press("Move", message=saved)
        await home.anna.press(
            "Only this one", message=await home.anna.sees("Which ones should I move")
        )
        await home.anna.sees("which day?")
        await home.anna.send("wednesday 11:00")
        moved = await home.anna.sees("moved from tomorrow, Tuesday 24 November, 10:00")
        await home.anna.sees("calendar", after=moved)
        assert (await starts(town))[:2] == ["Wed 25 Nov 11:00", "Tue 01 Dec 10:00"]
        assert shown(last_file(home.anna))[:2] == ["Wed 25 Nov 11:00", "Tue 01 Dec 10:00"]
        await home.anna.press("Call it off", message=moved)
        await home.anna.press(
            "Only this one", message=await home.anna.sees("Which ones should I call off")
        )
        cancelled = await home.anna.sees("only this one is called off")
        await town.settled()
        assert (await starts(town))[:1] == ["Tue 01 Dec 10:00"]
        assert shown(last_file(home.anna))[:1] == ["Tue 01 Dec 10:00"]
        toast = await home.anna.press("Restore", message=cancelled)
        assert "Restored. It's back on as planned." in toast.text
        await town.settled()
        assert (await starts(town))[:1] == ["Wed 25 Nov 11:00"]

    async def test_this_and_following_and_back(self, home: Household, town: Town) -> None:
        await add(home.anna, "Physio every Tuesday 10:00 until 1 March")
        await home.anna.send("/appts")
        listed = await home.anna.sees("Appointments, family")
        assert "Tuesday 24 November\n10:00 Physio, Mum, 🔁 every Tuesday 10:00" in listed.text
        await home.anna.press("🔁 24 Nov 10:00 Physio", message=listed)
        dates = await home.anna.sees("Every Tuesday until 1 March 2027", after=listed)
        assert dates.id == listed.id
        assert dates.labels[:3] == ("24 Nov 10:00", "1 Dec 10:00", "8 Dec 10:00")
        await home.anna.press("8 Dec 10:00", message=dates)
        opened = await home.anna.sees("🕑 Tuesday 8 December, 10:00", after=dates)
        await home.anna.press("Move", message=opened)
        which = await home.anna.sees("Which ones should I move")
        await home.anna.press("This and all that follow", message=which)
        await home.anna.sees("which day?")
        await home.anna.send("10 December 16:00")
        await home.anna.sees("✅ Moved in the family")
        assert await starts(town, most=5) == [
            "Tue 24 Nov 10:00",
            "Tue 01 Dec 10:00",
            "Thu 10 Dec 16:00",
            "Thu 17 Dec 16:00",
            "Thu 24 Dec 16:00",
        ]
        await undo(home.anna)
        await home.anna.sees("Undone. It's back to")
        assert (await starts(town))[:3] == [
            "Tue 24 Nov 10:00",
            "Tue 01 Dec 10:00",
            "Tue 08 Dec 10:00",
        ]

    async def test_a_series_is_one_line_and_its_dates_are_leafed_through(
        self, home: Household, town: Town
    ) -> None:
        await add(home.anna, "Physio every Tuesday 10:00 13 times")
        await add(home.anna, "Dentist thursday 9:00")
        await home.ben.send("/appts")
        listed = await home.ben.sees("Appointments, family")
        assert listed.text.count("Physio") == 1
        assert listed.text.index("Physio") < listed.text.index("Dentist")
        await home.ben.press("Physio", message=listed)
        dates = await home.ben.sees("🔁 Physio for Mum", after=listed)
        assert len(dates.labels) == 12
        await home.ben.press("Later", message=dates)
        rest = await home.ben.sees("Tuesday 16 February", after=dates)
        assert rest.labels == (
            *("2 Feb 10:00", "9 Feb 10:00", "16 Feb 10:00"),
            *("◀ Earlier", "◀ All appointments"),
        )
        await home.ben.press("16 Feb 10:00", message=rest)
        opened = await home.ben.sees("every Tuesday, 13 times", after=rest)
        await home.ben.press("All dates", message=opened)
        await home.ben.sees("🔁 Physio for Mum", after=opened)
        # A page from before the series was called off says that it is gone, and harms nothing.
        await home.anna.send("/appts")
        old = await home.anna.sees("Appointments, family")
        await town.change("UPDATE appointment_occurrences SET status = 'cut' WHERE true")
        toast = await home.anna.press("Physio", message=old)
        assert "no longer there" in toast.text

    async def test_the_whole_series_moves_with_what_was_called_off(
        self, home: Household, town: Town
    ) -> None:
        saved = await add(home.anna, "Physio every Tuesday 10:00")
        await town.change(
            "UPDATE appointment_occurrences SET status = 'cancelled'"
            " WHERE occurrence_key = '2026-12-01T10:00'"
        )
        await home.anna.press("Move", message=saved)
        await home.anna.press(
            "The whole series", message=await home.anna.sees("Which ones should I move")
        )
        await home.anna.sees("which day?")
        await home.anna.send("wednesday 9:30")
        await home.anna.sees("every Wednesday")
        assert (await starts(town))[:2] == ["Wed 25 Nov 09:30", "Wed 09 Dec 09:30"]
        await town.settled()
        assert shown(last_file(home.anna))[:2] == ["Wed 25 Nov 09:30", "Wed 09 Dec 09:30"]

    async def test_a_series_is_called_off_and_comes_back(self, home: Household, town: Town) -> None:
        saved = await add(home.anna, "Physio every Tuesday 10:00")
        await home.anna.press("Call it off", message=saved)
        which = await home.anna.sees("Which ones should I call off")
        await home.anna.press("The whole series", message=which)
        gone = await home.anna.sees("🚫 Physio for Mum: called off")
        await town.settled()
        assert await starts(town) == []
        assert shown(last_file(home.anna)) == []
        toast = await home.anna.press("Restore", message=gone)
        assert "Restored. It's back on as planned." in toast.text
        assert (await starts(town))[:1] == ["Tue 24 Nov 10:00"]

    async def test_what_else_there_is_to_say(self, home: Household, town: Town) -> None:
        saved = await add(home.anna, "Cardiologist tomorrow 14:30")
        for part, words, says in (
            ("Place", "Charité, Berlin", "📍 Charité, Berlin"),
            ("What to bring", "x-rays", "🎒 Bring: x-rays"),
            ("Note", "fasting", "📝 fasting"),
            ("How long", "90 min", "1 h 30 min"),
            # Two days before it is over already: that reminder is not promised.
            ("Reminders", "2 days and 3 hours", "I'll remind everyone 3 hours before"),
            ("Repetition", "every month until 1 June", "every month on the 24th until 1 June 2027"),
            ("Title", "Heart check", "Heart check for Mum"),
        ):
            await home.anna.press("Change", message=saved)
            asked = await home.anna.sees("would you like to change about", after=saved)
            await home.anna.press(part, message=asked)
            if part == "Title":
                which = await home.anna.sees("Which ones should I change?")
                await home.anna.press("The whole series", message=which)
            await home.anna.send(words)
            saved = await home.anna.sees(says, after=asked)
        assert any("google.com/maps" in link for link in saved.links)
        await town.settled()
        [event] = last_file(home.anna).walk("VEVENT")
        assert event["LOCATION"] == "Charité, Berlin"

    async def test_conflicts_are_pointed_out(self, home: Household) -> None:
        await add(home.anna, "Cardiologist tomorrow 14:30")
        second = await add(home.anna, "Dentist tomorrow 15:00")
        assert (
            "⚠️ At the same time: Cardiologist, tomorrow, Tuesday 24 November, 14:30" in second.text
        )

    async def test_of_two_alike_the_other_is_named_with_its_own_time(self, home: Household) -> None:
        await add(home.anna, "Dentist tomorrow 09:40")
        second = await add(home.anna, "Dentist tomorrow 09:45")
        assert "🕑 tomorrow, Tuesday 24 November, 09:45" in second.text
        assert "⚠️ At the same time: Dentist, tomorrow, Tuesday 24 November, 09:40" in second.text
        await home.anna.send("/appts")
        listed = await home.anna.sees("Appointments, family")
        await home.anna.press("09:40", message=listed)
        first = await home.anna.sees("🕑 tomorrow, Tuesday 24 November, 09:40", after=listed)
        assert "⚠️ At the same time: Dentist, tomorrow, Tuesday 24 November, 09:45" in first.text

    async def test_an_appointment_that_is_over_stays(self, home: Household, town: Town) -> None:
        saved = await add(home.anna, "Cardiologist tomorrow 14:30")
        town.jump_to(TOMORROW + timedelta(days=1))
        toast = await home.anna.press("Call it off", message=saved)
        assert "That appointment is over" in toast.text

    async def test_who_drives(self, home: Household) -> None:
        saved = await add(home.anna, "Cardiologist tomorrow 14:30")
        await home.anna.press("I'll drive", message=saved)
        await home.anna.sees("🚗 Anna is driving")
        await home.ben.send("/appts")
        listed = await home.ben.sees("🚗 Anna")
        await home.ben.press("Cardiologist", message=listed)
        opened = await home.ben.sees("🚗 Anna is driving", after=listed)
        assert "🚗 I'll drive" not in opened.labels
        await home.anna.press(
            "I can't drive after all", message=await home.anna.sees("Anna is driving")
        )
        await home.anna.sees("🚗 No driver yet")
        await home.ben.press("All", message=opened)

    async def test_a_driver_who_left_drives_no_more(self, home: Household, town: Town) -> None:
        saved = await add(home.ben, "Cardiologist tomorrow 14:30")
        await home.ben.press("I'll drive", message=saved)
        await home.ben.sees("🚗 Ben is driving")
        await town.change("UPDATE family_members SET left_at = now() WHERE role = 'caregiver'")
        await home.anna.send("/appts")
        listed = await home.anna.sees("Cardiologist, Mum")
        assert "Ben" not in listed.text
        await home.anna.press("Cardiologist", message=listed)
        opened = await home.anna.sees("No driver yet", after=listed)
        await home.anna.press("I'll drive", message=opened)
        await home.anna.sees("🚗 Anna is driving")

    async def test_both_clocks_are_shown_to_who_lives_elsewhere(self, home: Household) -> None:
        await home.ben.send("/people")
        people = await home.ben.sees("People, family")
        await home.ben.press("My time zone", message=people)
        await home.ben.sees("Which city are you in?")
        await home.ben.send("Tokyo")
        await home.ben.sees("Tokyo time")
        saved = await add(home.ben, "Cardiologist tomorrow 14:30")
        assert "tomorrow, Tuesday 24 November, 14:30 Mum's time (23:30 your time)" in saved.text

    async def test_the_calendar_of_the_whole_family(self, home: Household) -> None:
        await add(home.anna, "Cardiologist tomorrow 14:30")
        await add(home.anna, "Physio every Thursday 10:00 3 times")
        await home.ben.send("/appts")
        listed = await home.ben.sees("Appointments, family")
        await home.ben.press("Calendar", message=listed)
        await home.ben.sees("phone's calendar")
        assert shown(last_file(home.ben)) == [
            "Tue 24 Nov 14:30",
            "Thu 26 Nov 10:00",
            "Thu 03 Dec 10:00",
            "Thu 10 Dec 10:00",
        ]
