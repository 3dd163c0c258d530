"""Entering an appointment: on one line, step by step, and what has to be asked."""

from datetime import UTC, datetime, timedelta

import pytest
import recurring_ical_events

from tests.end_to_end.appointments.plans import add, last_file, shown, starts
from tests.town import Household, Town


class TestMakingOne:
    @pytest.mark.parametrize(
        ("line", "day"),
        [
            ("Club on the 31st of every month 11:00", 31),
            ("Club every month on the 30th 11:00", 30),
            ("Club 30 November 11:00 every month", 30),
        ],
    )
    async def test_a_day_that_shorter_months_lack_is_their_last(
        self, home: Household, town: Town, line: str, day: int
    ) -> None:
        saved = await add(home.anna, line)
        said = f"every month on the {day}{'st' if day == 31 else 'th'}"
        assert f"{said} (in shorter months on the last day), until you end it" in saved.text
        weekdays = ("Thu", "Sun") if day == 31 else ("Wed", "Sat")
        expected = [
            "Mon 30 Nov 11:00",
            f"{weekdays[0]} {day} Dec 11:00",
            f"{weekdays[1]} {day} Jan 11:00",
            "Sun 28 Feb 11:00",
        ]
        assert await starts(town) == expected
        assert shown(last_file(home.anna), days=100) == expected

    async def test_on_one_line(self, home: Household, town: Town) -> None:
        saved = await add(home.anna, "Cardiologist tomorrow 14:30 with Dr Weber for Mum")
        assert "Cardiologist for Mum" in saved.text
        assert "tomorrow, Tuesday 24 November, 14:30 Mum's time, for 1 hour" in saved.text
        assert "Dr Weber" in saved.text
        assert "1 day and 1 hour before" in saved.text
        assert await starts(town) == ["Tue 24 Nov 14:30"]
        assert shown(last_file(home.anna)) == ["Tue 24 Nov 14:30"]

    @pytest.mark.parametrize(
        ("line", "expected"),
        [
            (
                "Physio every Tuesday 10:00 until 1 March",
                ["Tue 24 Nov 10:00", "Tue 01 Dec 10:00", "Tue 08 Dec 10:00", "Tue 15 Dec 10:00"],
            ),
            ("Checkup in two weeks at noon", ["Mon 07 Dec 12:00"]),
            (
                "Dialysis 2027-03-22 10:00 every week",
                ["Mon 22 Mar 10:00", "Mon 29 Mar 10:00", "Mon 05 Apr 10:00", "Mon 12 Apr 10:00"],
            ),
            (
                "Club first Monday of every month 11:00",
                ["Mon 07 Dec 11:00", "Mon 04 Jan 11:00", "Mon 01 Feb 11:00", "Mon 01 Mar 11:00"],
            ),
            ('"3 May party" 5 December 10:00', ["Sat 05 Dec 10:00"]),
        ],
    )
    async def test_rhythms_and_dates_in_words(
        self, home: Household, town: Town, line: str, expected: list[str]
    ) -> None:
        await add(home.anna, line)
        assert await starts(town) == expected
        begin = datetime(2026, 11, 23, tzinfo=UTC)
        events = recurring_ical_events.of(last_file(home.anna)).between(
            begin, begin + timedelta(days=200)
        )
        days = sorted(f"{e['dtstart'].dt:%Y%m%d %a %d %b %H:%M}" for e in events)
        assert [day[9:] for day in days[: len(expected)]] == expected

    async def test_an_hour_that_may_be_two_is_asked(self, home: Household, town: Town) -> None:
        await home.anna.send("/addappt Checkup on 3 Dec at 9")
        await home.anna.sees("in the morning or in the afternoon?")
        await home.anna.press("09:00", message=await home.anna.sees("at what time?"))
        await home.anna.sees("Thursday 3 December, 09:00 Mum's time")
        assert await starts(town) == ["Thu 03 Dec 09:00"]

    async def test_a_day_that_may_be_two_is_asked(self, home: Household, town: Town) -> None:
        await home.anna.send("/addappt Dentist next Friday 10:00")
        await home.anna.sees("Do you mean 27 November 2026 or 4 December 2026?")
        days = await home.anna.sees("which day?")
        await home.anna.press("Friday 4 December", message=days)
        await home.anna.sees("Saved in the family")
        assert await starts(town) == ["Fri 04 Dec 10:00"]

    async def test_guided_with_a_calendar_of_buttons(self, home: Household, town: Town) -> None:
        await home.anna.send("/addappt")
        await home.anna.sees("What is it?")
        await home.anna.send("Cardiologist")
        month = await home.anna.sees("which day?")
        assert "Nov 2026" in month.labels
        await home.anna.press("▶", message=month)
        december = await home.anna.sees("which day?", after=month)
        assert december.id == month.id
        assert "Dec 2026" in december.labels
        await home.anna.press("3", message=december)
        await home.anna.sees("Thursday 3 December: at what time?")
        await home.anna.press("14:00")
        await home.anna.sees("Does Cardiologist repeat?")
        await home.anna.press("Every 2 weeks")
        await home.anna.sees("every 2 weeks on Thursday, until you end it")
        assert (await starts(town))[:2] == ["Thu 03 Dec 14:00", "Thu 17 Dec 14:00"]

    @pytest.mark.parametrize(
        ("line", "sentence", "fixed"),
        [
            ("Dentist 31 February 10:00", "There's no “31 february”", "2 March"),
            ("Dentist yesterday 10:00", "22 November 2026 has already passed", "tomorrow"),
            ("Dentist 10:00", "which day?", "tomorrow"),
            ("Dentist tomorrow 25:00", "“25:00” isn't a time of day", "10:00"),
            ("Dentist 28 March 2027 01:30", "the clocks go forward", "10:00"),
            ("Dentist every second", "is too often", "tomorrow 10:00"),
            (
                "Dentist tomorrow 10:00 for -1 minutes",
                "isn't a length I can use for an appointment",
                None,
            ),
            (
                "Dentist tomorrow 10:00 for 3 weeks",
                "isn't a length I can use for an appointment",
                None,
            ),
            ("tomorrow 10:00", "What is it?", "Dentist"),
        ],
    )
    async def test_bad_input_is_said_and_nothing_is_lost(
        self, home: Household, town: Town, line: str, sentence: str, fixed: str | None
    ) -> None:
        await home.anna.send(f"/addappt {line}")
        await home.anna.sees(sentence)
        assert await town.count("appointments") == 0
        if fixed is None:
            await home.anna.press("Save")
        else:
            await home.anna.send(fixed)
        saved = await home.anna.sees("Saved in the family")
        assert "Dentist for Mum" in saved.text
        assert await town.count("appointments") == 1

    async def test_a_list_pasted_as_an_answer_is_a_list(self, home: Household) -> None:
        await home.anna.send("/addappt")
        await home.anna.sees("What is it?")
        await home.anna.send("Dentist tomorrow 10:00\nEye doctor friday 11:00")
        await home.anna.sees("I understood 2 of 2:")

    async def test_of_two_people_it_is_asked_whose(self, home: Household, town: Town) -> None:
        await home.anna.send("/addperson Dad in New York City")
        await home.anna.sees("Dad is in the family")
        await home.anna.send("/addappt Dentist tomorrow at 9")
        whose = await home.anna.sees("Who is it for?")
        await home.anna.press("Dad", message=whose)
        await home.anna.sees("in the morning or in the afternoon?")
        await home.anna.press("09:00", message=await home.anna.sees("at what time?"))
        saved = await home.anna.sees("Saved in the family")
        assert "Dentist for Dad\n🕑 tomorrow, Tuesday 24 November, 09:00 Dad's time" in saved.text
        assert await starts(town) == ["Tue 24 Nov 14:00"]

    async def test_a_viewer_cannot_add_one(self, home: Household, town: Town) -> None:
        await town.change("UPDATE family_members SET role = 'viewer' WHERE role = 'caregiver'")
        await home.ben.send("/addappt Dentist tomorrow 10:00")
        await home.ben.sees("As a viewer, you can read but not change anything.")
        assert await town.count("appointments") == 0
