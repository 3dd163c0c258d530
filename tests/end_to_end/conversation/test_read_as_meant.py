"""What is typed is read as it was meant; where it may mean two things, a tap says which."""

from datetime import UTC, datetime

import pytest

from bot.sandbox import Message, Person
from tests.town import LONDON, Household, Town, add_medicine, add_person

MONDAY_AFTERNOON = datetime(2026, 11, 23, 15, 5, tzinfo=LONDON)


async def starts(town: Town) -> list[str]:
    rows = await town.rows(
        "SELECT starts_at FROM appointment_occurrences WHERE status = 'planned' ORDER BY starts_at"
    )
    return [f"{row.starts_at.astimezone(LONDON):%a %d %b %H:%M}" for row in rows]


async def dentist(home: Household, line: str = "Dentist tomorrow 10:00") -> Message:
    """The screen of an appointment."""
    await home.anna.send(f"/addappt {line}")
    saved = await home.anna.sees("Saved in the family")
    await home.anna.sees("calendar", after=saved)
    return saved


class TestTheOtherHalfOfTheDay:
    async def test_on_one_line(self, home: Household, town: Town) -> None:
        town.jump_to(MONDAY_AFTERNOON)
        await home.anna.send("/addappt Dentist today at 3:15")
        await home.anna.sees("03:15 has already passed. Do you mean 15:15?")
        asked = await home.anna.sees("at what time?")
        assert asked.labels[0] == "15:15"
        await home.anna.press("15:15", message=asked)
        await home.anna.sees("today, Monday 23 November, 15:15 Mum's time")
        assert await starts(town) == ["Mon 23 Nov 15:15"]

    async def test_asked_step_by_step(self, home: Household, town: Town) -> None:
        town.jump_to(MONDAY_AFTERNOON)
        await home.anna.send("/addappt")
        await home.anna.sees("What is it?")
        await home.anna.send("Dentist")
        await home.anna.press("Today", message=await home.anna.sees("which day?"))
        await home.anna.sees("at what time?")
        await home.anna.send("3:15")
        await home.anna.sees("“3:15”: in the morning or in the afternoon?")
        await home.anna.press("15:15", message=await home.anna.sees("at what time?"))
        await home.anna.press("Just once", message=await home.anna.sees("repeat?"))
        await home.anna.sees("today, Monday 23 November, 15:15 Mum's time")

    @pytest.mark.parametrize(
        ("typed", "asked"),
        [
            ("today 3:45", "Do you mean 15:45?"),
            ("3:45", "“3:45”: in the morning or in the afternoon?"),
        ],
    )
    async def test_of_a_move(self, home: Household, town: Town, typed: str, asked: str) -> None:
        town.jump_to(MONDAY_AFTERNOON)
        shown = await dentist(home, "Dentist today 17:00")
        await home.anna.press("Move", message=shown)
        await home.anna.sees("which day?")
        await home.anna.send(typed)
        await home.anna.sees(asked)
        await home.anna.press("15:45", message=await home.anna.sees("at what time?"))
        await home.anna.sees("✅ Moved")
        assert await starts(town) == ["Mon 23 Nov 15:45"]

    async def test_of_a_single_dose(self, home: Household, town: Town) -> None:
        town.jump_to(MONDAY_AFTERNOON)
        await home.anna.send("/addmed Aspirin 100 mg from today for 1 day at 3:15")
        await home.anna.sees("03:15 has already passed. Do you mean from 23 November 2026")
        asked = await home.anna.sees("When is Aspirin due")
        await home.anna.press("at 15:15", message=asked)
        await home.anna.press("Save", message=await home.anna.sees("I understood"))
        await home.anna.sees("Saved:")
        due = await town.value("SELECT due_at FROM doses")
        assert due == datetime(2026, 11, 23, 15, 15, tzinfo=UTC)


class TestWeekdays:
    async def test_whose_hour_is_over_are_the_next_ones(self, home: Household, town: Town) -> None:
        town.jump_to(MONDAY_AFTERNOON)
        await home.anna.send("/addappt Dentist monday 10:00")
        await home.anna.sees("Monday 30 November, 10:00 Mum's time")
        assert await starts(town) == ["Mon 30 Nov 10:00"]

    async def test_that_may_be_today_are_asked(self, home: Household, town: Town) -> None:
        town.jump_to(MONDAY_AFTERNOON)
        await home.anna.send("/addappt Dentist monday 16:00")
        await home.anna.sees("can be more than one day")
        await home.anna.press("Today", message=await home.anna.sees("which day?"))
        await home.anna.sees("today, Monday 23 November, 16:00 Mum's time")


class TestMidnight:
    async def test_which_night_is_asked_by_both_dates(self, home: Household, town: Town) -> None:
        town.jump_to(MONDAY_AFTERNOON)
        await home.anna.send("/addappt Fireworks tomorrow midnight")
        await home.anna.sees("Midnight is between two days")
        asked = await home.anna.sees("which day?")
        assert asked.labels == (
            "Night from Monday 23 Nov to Tuesday 24 Nov",
            "Night from Tuesday 24 Nov to Wednesday 25 Nov",
            "✖️ Cancel",
        )
        await home.anna.press("to Wednesday 25", message=asked)
        await home.anna.sees("Wednesday 25 November, 00:00")
        assert await starts(town) == ["Wed 25 Nov 00:00"]

    async def test_said_without_a_day(self, home: Household, town: Town) -> None:
        town.jump_to(MONDAY_AFTERNOON)
        await home.anna.send("/addappt Fireworks at 12am")
        await home.anna.press("Tomorrow", message=await home.anna.sees("which day?"))
        asked = await home.anna.sees("Midnight is between two days")
        assert "which day?" in asked.text
        await home.anna.press("to Tuesday 24", message=asked)
        await home.anna.sees("tomorrow, Tuesday 24 November, 00:00")
        assert await starts(town) == ["Tue 24 Nov 00:00"]

    async def test_of_a_move(self, home: Household, town: Town) -> None:
        town.jump_to(MONDAY_AFTERNOON)
        await home.anna.press("Move", message=await dentist(home))
        await home.anna.sees("which day?")
        await home.anna.send("wednesday midnight")
        await home.anna.sees("Midnight is between two days")
        asked = await home.anna.sees("which day?")
        await home.anna.press("to Thursday 26", message=asked)
        await home.anna.sees("✅ Moved")
        assert await starts(town) == ["Thu 26 Nov 00:00"]

    async def test_of_a_single_dose(self, home: Household, town: Town) -> None:
        town.jump_to(MONDAY_AFTERNOON)
        await home.anna.send("/addmed Aspirin 100 mg from tomorrow for 1 day at midnight")
        await home.anna.sees("Midnight is between two days")
        asked = await home.anna.sees("When is Aspirin due")
        await home.anna.press("from 25 November 2026", message=asked)
        await home.anna.press("Save", message=await home.anna.sees("I understood"))
        await home.anna.sees("Saved:")
        due = await town.value("SELECT due_at FROM doses")
        assert due == datetime(2026, 11, 25, 0, 0, tzinfo=UTC)


async def test_hours_over_midnight_say_how_long_it_takes(home: Household, town: Town) -> None:
    town.jump_to(MONDAY_AFTERNOON)
    shown = await dentist(home, "Dentist tomorrow 22:00")
    await home.anna.press("Change", message=shown)
    await home.anna.press("How long", message=await home.anna.sees("What would you like"))
    await home.anna.sees("How long")
    await home.anna.send("21:00-06:00")
    await home.anna.sees("It starts at 22:00, not at 21:00")
    await home.anna.send("22:00-06:00")
    changed = await home.anna.sees("✅ Changed")
    assert "8 hours" in changed.text


class TestACountryCode:
    async def test_that_a_contact_lacks_is_asked(self, home: Household, town: Town) -> None:
        await set_clock(home.ben, "Lisbon")
        await home.ben.send_contact("Dr. Clara Nunes", "213 425 678")
        asked = await home.ben.sees("has no country code. Which number is it?")
        assert asked.labels[0] == "+351 21 342 5678 (Portugal)"
        assert not any("+44" in label for label in asked.labels)  # there is none there
        await home.ben.press("Portugal", message=asked)
        await home.ben.press("Skip", message=await home.ben.sees("What kind of doctor is"))
        await home.ben.sees("+351 21 342 5678")
        assert await town.value("SELECT phone FROM doctors") == "+351213425678"

    async def test_is_not_asked_where_there_is_one_country(self, home: Household) -> None:
        await home.ben.send_contact("Dr. Weber", "020 7946 0018")
        await home.ben.press("Skip", message=await home.ben.sees("What kind of doctor is"))
        await home.ben.sees("+44 20 7946 0018")

    async def test_is_asked_of_what_is_typed_too(self, home: Household, town: Town) -> None:
        await set_clock(home.ben, "Lisbon")
        await home.anna.send("/adddoctor Clara Nunes, cardiologist, 213 425 678")
        asked = await home.anna.sees("has no country code")
        await home.anna.send("+351 213 425 679")
        await home.anna.sees("+351 21 342 5679", after=asked)
        await home.anna.send("/doctors")
        await home.anna.press("Clara Nunes", message=await home.anna.sees("👩‍⚕️"))
        await home.anna.press("Change", message=await home.anna.sees("cardiologist"))
        await home.anna.sees("What would you like to change")
        await home.anna.send("phone 213 425 678")
        await home.anna.press("Portugal", message=await home.anna.sees("has no country code"))
        await home.anna.sees("+351 21 342 5678")
        assert await town.value("SELECT phone FROM doctors") == "+351213425678"


async def set_clock(person: Person, place: str) -> None:
    await person.send("/people")
    await person.press("My time zone", message=await person.sees("Mum"))
    await person.send(place)
    await person.sees("I've set your time zone to")


class TestTypedAtAQuestionWithButtons:
    async def test_what_was_different_is_used(self, home: Household) -> None:
        await add_medicine(home.anna, "Para 500 mg as needed, 4 hours apart")
        await home.anna.send("/give Para")
        given = await home.anna.sees("given today")
        await home.anna.press("Correct", message=given)
        await home.anna.sees("What should I correct")
        await home.anna.send("the weather")
        quoted = await home.anna.sees("I can't use “the weather” here")
        await home.anna.send("250 mg half an hour ago")
        asked = await home.anna.sees("Correct the record?", after=quoted)
        assert "Para 250 mg" in asked.text
        assert "given today 07:00" in asked.text
        await home.anna.press("Correct it", message=asked)
        corrected = await home.anna.sees("✅ Corrected")
        assert "250 mg" in corrected.text

    async def test_a_part_of_an_appointment_is_used(self, home: Household, town: Town) -> None:
        await home.anna.press("Change", message=await dentist(home))
        await home.anna.sees("What would you like to change")
        await home.anna.send("something else")
        await home.anna.sees("I can't use “something else” here")
        await home.anna.send("with Dr Weber")
        await home.anna.sees("Dr Weber")
        assert await town.value("SELECT doctor_name FROM appointments") == "Dr Weber"

    async def test_an_end_of_a_pause_is_used(self, home: Household, town: Town) -> None:
        town.jump_to(MONDAY_AFTERNOON)
        await add_medicine(home.anna, "Aspirin 1 tablet at 08:00")
        await home.anna.send("/pause Mum until friday")
        await home.anna.sees("appointments")
        await home.anna.send("whatever")
        await home.anna.sees("I can't use “whatever” here")
        await home.anna.send("until saturday")
        asked = await home.anna.sees("28 November")
        await home.anna.press("Keep appointment reminders", message=asked)
        await town.until("SELECT paused_until IS NOT NULL FROM care_recipients")
        until = await town.value("SELECT paused_until FROM care_recipients")
        assert until.astimezone(LONDON).date().isoformat() == "2026-11-28"

    async def test_all_of_an_appointment_is_kept_while_it_is_asked_whose(
        self, home: Household, town: Town
    ) -> None:
        await add_person(home.anna, "Dad")
        await home.anna.send("/addappt")
        await home.anna.sees("Who is it for")
        await home.anna.send("Dentist tomorrow 10:00")
        asked = await home.anna.sees("Who is it for: Mum or Dad?")
        await home.anna.press("Dad", message=asked)
        await home.anna.sees("Dentist for Dad")
        assert len(await starts(town)) == 1

    async def test_all_of_a_medicine_is_kept_while_it_is_asked_whose(self, home: Household) -> None:
        await add_person(home.anna, "Dad")
        await home.anna.send("/addmed")
        await home.anna.sees("Who is it for")
        await home.anna.send("Somebody")
        said = await home.anna.sees("“Somebody”")
        assert "Who is it for?" in said.text
        await home.anna.send("Aspirin 100 mg at 08:00")
        await home.anna.press("Dad", message=await home.anna.sees("Who is it for"))
        shown = await home.anna.sees("I understood")
        assert "Aspirin 100 mg" in shown.text
        assert "08:00" in shown.text

    async def test_an_amount_is_kept_while_it_is_asked_which(self, home: Household) -> None:
        await add_person(home.anna, "Dad")
        for person in ("Mum", "Dad"):
            await add_medicine(home.anna, f"Aspirin 1 tablet as needed for {person}")
        await home.anna.send("/refill")
        which = await home.anna.sees("Which")
        await home.anna.send("Aspirin 30")
        said = await home.anna.sees("more than one with that name", after=which)
        await home.anna.press("Dad", message=said)
        await home.anna.sees("30 tablets added")
        await home.anna.send("/give")
        await home.anna.sees("What was given?")
        await home.anna.send("Aspirin 2 tablets")
        said = await home.anna.sees("more than one with that name")
        assert "2 tablets" in said.text
        await home.anna.press("Dad", message=said)
        await home.anna.press("✅ Given", message=await home.anna.sees("That's 2 × the usual"))
        await home.anna.sees("Aspirin 2 tablets, given")

    async def test_what_nobody_asked_for_is_given_back(self, home: Household) -> None:
        shown = await dentist(home, "Dentist every monday 10:00")
        await home.anna.press("Call it off", message=shown)
        await home.anna.sees("Which ones should I call off?")
        await home.anna.send("all of them")
        await home.anna.sees("I'm not sure what you mean by “all of them”")
