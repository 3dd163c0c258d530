"""Several lines in one message: what is read of each, asked about, and saved."""

from datetime import datetime

from tests.end_to_end.appointments.plans import last_file, starts
from tests.town import LONDON, Household, Town, undo


class TestLists:
    async def test_two_lines_are_two_appointments(self, home: Household, town: Town) -> None:
        await home.anna.send(
            "/addappt Dentist tomorrow 10:00\nEye doctor friday 11:00\nHoliday care 1-14 december"
        )
        listed = await home.anna.sees("I understood 3 of 3:")
        assert (
            "1. 📅 Dentist for Mum, tomorrow, Tuesday 24 November, 10:00, for 1 hour" in listed.text
        )
        assert "2. 📅 Eye doctor for Mum, Friday 27 November, 11:00" in listed.text
        assert "3. 📅 Holiday care for Mum, 1–14 December, all day" in listed.text
        assert await town.count("appointments") == 0
        await home.anna.press("Save all 3", message=listed)
        saved = await home.anna.sees("✅ Saved 3 in the family")
        assert "2. 📅 Eye doctor for Mum\n🕑 Friday 27 November, 11:00" in saved.text
        assert "3. 📅 Holiday care for Mum\n🕑 1–14 December, all day" in saved.text
        await home.anna.sees("calendar", after=saved)
        assert len(last_file(home.anna).walk("VEVENT")) == 3
        for left, title in enumerate(("Dentist", "Eye doctor", "Holiday care")[::-1]):
            await undo(home.anna)
            await home.anna.sees(f"{title} has been removed")
            await town.until(
                f"SELECT count(*) = {2 - left} FROM appointments WHERE deleted_at IS NULL"
            )

    async def test_all_are_shown_with_what_is_open_and_what_is_unclear(
        self, home: Household, town: Town
    ) -> None:
        await home.anna.send(
            "/addappt 1. Dentist tomorrow 10:00\n2. Eye doctor friday at 3\n"
            "3. Physio tomorrow 12:00 please maybe\n4. Checkup\n5. Bread"
        )
        listed = await home.anna.sees("I understood 1 of 5:")
        assert "1. 📅 Dentist for Mum, tomorrow, Tuesday 24 November, 10:00" in listed.text
        assert "❓ 2. “Eye doctor friday at 3”: “3”: in the morning or" in listed.text
        assert "❓ 3. “Physio tomorrow 12:00 please maybe”: I didn't understand" in listed.text
        assert "❓ 4. “Checkup”: Which day?" in listed.text
        assert "✅ Save 1 of them" in listed.labels
        await home.anna.press("❓ 2: At what time?", message=listed)
        asked = await home.anna.sees("2 of 5: “Eye doctor friday at 3”")
        await home.anna.press("15:00", message=asked)
        listed = await home.anna.sees("I understood 2 of 5:")
        await home.anna.press("❓ 4: Which day?", message=listed)
        asked = await home.anna.sees("4 of 5: “Checkup”")
        assert "which day?" in asked.text
        await home.anna.send("3 december 9:00")
        listed = await home.anna.sees("I understood 3 of 5:")
        await home.anna.press("❓ 5: Which day?", message=listed)
        asked = await home.anna.sees("5 of 5: “Bread”")
        await home.anna.press("Back to the list", message=asked)
        listed = await home.anna.sees("I understood 3 of 5:", after=asked)
        await home.anna.press("✖️ 5", message=listed)
        listed = await home.anna.sees("I understood 3 of 4:", after=listed)
        assert "✅ Save 3 of them" in listed.labels
        await home.anna.send("3 Physio tomorrow 12:00")
        listed = await home.anna.sees("I understood 4 of 4:", after=listed)
        await home.anna.press("✖️ 1", message=listed)
        listed = await home.anna.sees("I understood 3 of 3:", after=listed)
        await home.anna.press("✏️ 3", message=listed)
        await home.anna.sees("Type number 3 again. It was: Checkup", after=listed)
        await home.anna.send("Big checkup 4 december 9:00")
        listed = await home.anna.sees("Big checkup for Mum", after=listed)
        await home.anna.press("Save all 3", message=listed)
        await home.anna.sees("✅ Saved 3 in the family")
        assert await starts(town) == ["Tue 24 Nov 12:00", "Fri 27 Nov 15:00", "Fri 04 Dec 09:00"]

    async def test_what_cannot_be_saved_any_more_is_said_and_the_rest_is(
        self, home: Household, town: Town
    ) -> None:
        town.jump_to(datetime(2026, 11, 23, 9, 20, tzinfo=LONDON))
        await home.anna.send("/addappt Dentist today 9:25\nEye doctor friday 11:00")
        listed = await home.anna.sees("I understood 2 of 2:")
        town.jump_by(minutes=10)
        await home.anna.press("Save all 2", message=listed)
        await home.anna.sees("✅ Saved 1 in the family")
        left = await home.anna.sees("I understood 0 of 1:")
        assert "❓ 1. “Dentist today 9:25”: 23 November 2026 09:25 has already passed" in left.text
        assert await starts(town) == ["Fri 27 Nov 11:00"]

    async def test_medicines_too(self, home: Household, town: Town) -> None:
        await home.anna.send(
            "/addmed - Aspirin 100 mg at 08:00\n- Ramipril 5 mg\n- Ibuprofen 400 mg as needed"
        )
        listed = await home.anna.sees("I understood 2 of 3:")
        assert "❓ 2. “Ramipril 5 mg”: When is it taken?" in listed.text
        await home.anna.press("❓ 2: When is it taken?", message=listed)
        asked = await home.anna.sees("2 of 3: “Ramipril 5 mg”")
        await home.anna.send("at 20:00")
        listed = await home.anna.sees("I understood 3 of 3:", after=asked)
        assert "1. 💊 Aspirin 100 mg for Mum, every day at 08:00" in listed.text
        assert "2. 💊 Ramipril 5 mg for Mum, every day at 20:00" in listed.text
        await home.anna.press("Save all 3", message=listed)
        saved = await home.anna.sees("✅ Saved 3 in the family")
        assert "3. 💊 Ibuprofen 400 mg" in saved.text
        assert await town.count("medications") == 3
        await home.anna.send("/addmed Aspirin 100 mg at 09:00\nCalcium 500 mg at 12:00")
        listed = await home.anna.sees("I understood 2 of 2:")
        await home.anna.press("Save all 2", message=listed)
        await home.anna.sees("✅ Saved 1 in the family")
        left = await home.anna.sees("There's already one: Aspirin 100 mg")
        assert await town.count("medications") == 4
        await home.anna.press("✅ Save 1, too", message=left)
        await town.settled()
        await home.anna.press("✅ Save")
        await town.until("SELECT count(*) = 5 FROM medications")

    async def test_a_line_is_typed_anew_with_its_number_wherever_it_is_asked_about(
        self, home: Household
    ) -> None:
        await home.anna.send(
            "/addmed Ramipril 5 mg at 08:00\nVitamin D weekly on sunday at 09:00\nCalcium"
        )
        listed = await home.anna.sees("I understood 1 of 3:")
        await home.anna.press("❓ 2: How much each time?", message=listed)
        await home.anna.sees("How much Vitamin D each time?")
        await home.anna.send("2 Vitamin D 1 capsule every sunday at 09:00")
        listed = await home.anna.sees("I understood 2 of 3:")
        assert "2. 💊 Vitamin D 1 capsule for Mum, every Sunday at 09:00" in listed.text
        await home.anna.press("❓ 3: How much each time?", message=listed)
        asked = await home.anna.sees("3 of 3: “Calcium”")
        await home.anna.send("Calcium 2 tablets at 12:00")
        listed = await home.anna.sees("I understood 3 of 3:", after=asked)
        await home.anna.press("✏️ 1", message=listed)
        await home.anna.sees("Type number 1 again")
        await home.anna.send("1. Ramipril 10 mg at 08:00")
        await home.anna.sees("1. 💊 Ramipril 10 mg for Mum")

    async def test_an_answer_that_begins_with_a_number_is_an_answer(self, home: Household) -> None:
        await home.anna.send("/addmed Ramipril at 08:00\nCalcium at 12:00")
        listed = await home.anna.sees("I understood 0 of 2:")
        await home.anna.press("❓ 1: How much each time?", message=listed)
        await home.anna.sees("How much Ramipril each time?")
        await home.anna.send("2 tablets")
        await home.anna.sees("1. 💊 Ramipril 2 tablets for Mum, every day at 08:00")

    async def test_why_a_day_is_asked_stands_in_the_list(self, home: Household) -> None:
        await home.anna.send("/addappt Dentist friday 10:00\nEye sometime\nEar 31 june 10:00")
        listed = await home.anna.sees("I understood 1 of 3:")
        assert "❓ 2. “Eye sometime”: Which day?" in listed.text
        assert "❓ 3. “Ear 31 june 10:00”: There's no “31 june” in the calendar." in listed.text
        await home.anna.press("❓ 3: Which day?", message=listed)
        await home.anna.sees("3 of 3: “Ear 31 june 10:00”")
        await home.anna.send("30 june 2027")
        listed = await home.anna.sees("I understood 2 of 3:")
        assert "3. 📅 Ear for Mum, Wednesday 30 June 2027, 10:00" in listed.text

    async def test_all_of_them_are_for_one(self, home: Household) -> None:
        await home.anna.send("/addperson Dad in Europe/London")
        await home.anna.sees("Dad is in the family")
        await home.anna.send(
            "/addmed Ramipril 5 mg at 08:00\nCalcium 1 tablet at 12:00 for Dad\nZinc 1 tablet 9am"
        )
        listed = await home.anna.sees("I understood 1 of 3:")
        assert "❓ 1. “Ramipril 5 mg at 08:00”: Who is it for?" in listed.text
        await home.anna.press("All for Mum", message=listed)
        listed = await home.anna.sees("I understood 3 of 3:")
        assert "2. 💊 Calcium 1 tablet for Dad" in listed.text
        assert "3. 💊 Zinc 1 tablet for Mum" in listed.text

    async def test_several_lines_that_are_one(self, home: Household, town: Town) -> None:
        await home.anna.send("/addmed Aspirin\n100 mg\n08:00")
        listed = await home.anna.sees("I understood 1 of 1:")
        assert "1. 💊 Aspirin 100 mg for Mum, every day at 08:00" in listed.text
        assert await town.count("medications") == 0
        await home.anna.press("✅ Save", message=listed)
        await home.anna.sees("✅ Saved 1 in the family")

    async def test_more_than_twenty_are_refused_kindly(self, home: Household, town: Town) -> None:
        await home.anna.send("/addmed " + "\n".join(f"Tea{n} 1 cup at 08:00" for n in range(21)))
        await home.anna.sees("That's 21 at once. I can take 20 at a time")
        assert await town.count("medications") == 0
