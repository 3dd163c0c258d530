"""Doctors: entering, listing and changing them."""

from tests.end_to_end.appointments.plans import add
from tests.town import Household, Town


class TestDoctors:
    async def test_one_line_and_the_list(self, home: Household, town: Town) -> None:
        await home.anna.send("/adddoctor Dr Weber, cardiologist, 020 7946 0018")
        saved = await home.anna.sees("👩‍⚕️ Dr Weber, for Mum")
        assert "+44 20 7946 0018" in saved.text
        booked = await add(home.anna, "Heart check tomorrow 14:30 with Weber")
        assert "👩‍⚕️ Dr Weber, +44 20 7946 0018" in booked.text
        await home.ben.send("/doctors")
        listed = await home.ben.sees("Doctors, family")
        assert "Dr Weber, cardiologist, +44 20 7946 0018" in listed.text
        await home.ben.press("Dr Weber", message=listed)
        opened = await home.ben.sees("cardiologist", after=listed)
        await home.ben.press("Remove", message=opened)
        removed = await home.ben.sees("Removed.", after=listed)
        toast = await home.ben.press("Restore", message=removed)
        assert "Restored." in toast.text
        assert await town.value("SELECT deleted_at IS NULL FROM doctors")

    async def test_guided_with_a_shared_contact(self, home: Household) -> None:
        await home.anna.send_contact("Dr. Clara Nunes", "+351213425678")
        await home.anna.sees("What kind of doctor is Dr. Clara Nunes?")
        await home.anna.press("Skip")
        saved = await home.anna.sees("👩‍⚕️ Dr. Clara Nunes, for Mum")
        assert "+351 21 342 5678" in saved.text

    async def test_a_number_with_letters_is_asked_again(self, home: Household) -> None:
        await home.anna.send("/adddoctor Weber, cardiologist, +44 20 CALL 123")
        await home.anna.sees("“+44 20 CALL 123” isn't a phone number.")
        await home.anna.send("+44 20 7946 0018")
        saved = await home.anna.sees("👩‍⚕️ Weber, for Mum")
        assert "cardiologist" in saved.text

    async def test_two_of_one_name_are_asked_about(self, home: Household, town: Town) -> None:
        await home.anna.send("/adddoctor Anna Weber, cardiologist")
        await home.anna.sees("👩‍⚕️ Anna Weber, for Mum")
        await home.anna.send("/adddoctor Anna Weber, dentist")
        same = await home.anna.sees("Mum already has this doctor: Anna Weber, cardiologist")
        await home.anna.press("Yes, save both", message=same)
        await home.anna.sees("dentist", after=same)
        await home.anna.send("/addappt Checkup tomorrow 10:00 with Dr Weber")
        which = await home.anna.sees("Who do you mean by “Dr Weber”?")
        await home.anna.press("Anna Weber (dentist)", message=which)
        await home.anna.sees("Saved in the family")
        assert await town.value("SELECT doctor_id IS NOT NULL FROM appointments")

    async def test_a_new_name_on_an_appointment_is_offered(
        self, home: Household, town: Town
    ) -> None:
        saved = await add(home.anna, "Checkup tomorrow 10:00 with Dr House")
        await home.anna.press("Add Dr House to the doctors", message=saved)
        asked = await home.anna.sees("What kind of doctor is Dr House?")
        await home.anna.press("Skip", message=asked)
        asked = await home.anna.sees("What's Dr House's phone number?")
        await home.anna.send("020 7946 0018")
        await home.anna.sees("👩‍⚕️ Dr House, for Mum")
        assert await town.value("SELECT doctor_id IS NOT NULL FROM appointments")

    async def test_what_is_known_of_one_can_be_changed(self, home: Household) -> None:
        await home.anna.send("/adddoctor Weber")
        saved = await home.anna.sees("👩‍⚕️ Weber, for Mum")
        for part, words, says in (
            ("Specialty", "dentist", "dentist"),
            ("Phone", "020 7946 0018", "+44 20 7946 0018"),
            ("Address", "Harley Street 1", "📍 Harley Street 1"),
            ("Note", "closed on Fridays", "📝 closed on Fridays"),
            ("Name", "Dr Anna Weber", "Dr Anna Weber, for Mum"),
        ):
            await home.anna.press("Change", message=saved)
            asked = await home.anna.sees("would you like to change about", after=saved)
            await home.anna.press(part, message=asked)
            await home.anna.send(words)
            saved = await home.anna.sees(says, after=asked)

    async def test_a_foreign_number_is_asked_with_its_countries(
        self, home: Household, town: Town
    ) -> None:
        await home.anna.send("/adddoctor Dr Weber cardiologist 030/901820 ext. 12")
        asked = await home.anna.sees("has no country code. Which number is it?")
        assert asked.labels[0] == "+49 30 901820 (Germany)"
        assert not any("+44" in label for label in asked.labels)
        await home.anna.press("Germany", message=asked)
        saved = await home.anna.sees("👩‍⚕️ Dr Weber, for Mum", after=asked)
        assert "cardiologist" in saved.text
        assert "📞 +49 30 901820" in saved.text
        assert "📝 extension 12" in saved.text
        assert await town.value("SELECT phone FROM doctors") == "+4930901820"
        await home.anna.press("Change", message=saved)
        await home.anna.press("Phone", message=await home.anna.sees("like to change about"))
        await home.anna.send("415-555-2671, 020 7946 0018")
        asked = await home.anna.sees("has no country code", after=saved)
        await home.anna.press("United States", message=asked)
        changed = await home.anna.sees("📞 +1 415-555-2671", after=asked)
        assert "📝 extension 12; also 020 7946 0018" in changed.text

    async def test_what_may_be_part_of_the_name_is_asked(self, home: Household) -> None:
        await home.anna.send("/adddoctor Dr Anna Weber hearts 020 7946 0018")
        asked = await home.anna.sees("What kind of doctor is Dr Anna Weber hearts?")
        await home.anna.send("cardiologist")
        saved = await home.anna.sees("for Mum", after=asked)
        assert "+44 20 7946 0018" in saved.text

    async def test_a_number_of_no_country_is_asked_again(self, home: Household) -> None:
        await home.anna.send("/adddoctor Weber, cardiologist, 0000 0000")
        await home.anna.sees("“0000 0000” isn't a phone number in any country I know.")
        await home.anna.send("020 7946 0018")
        await home.anna.sees("+44 20 7946 0018")
