"""Appointments from the first line to "How did it go?", as Anna and Ben see them."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import icalendar
import pytest
import recurring_ical_events

from bot.sandbox import Message, Person
from tests.town import LONDON, Household, Town, undo

TOLD = "SELECT count(*) FROM notifications WHERE kind = 'appointment'"
TOMORROW = datetime(2026, 11, 24, 14, 30, tzinfo=LONDON)


async def add(person: Person, line: str) -> Message:
    await person.send(f"/addappt {line}")
    saved = await person.sees("Saved in family")
    await person.sees("calendar", after=saved)
    return saved


async def starts(town: Town, *, most: int = 4) -> list[str]:
    rows = await town.rows(
        "SELECT starts_at FROM appointment_occurrences WHERE status = 'planned'"
        " AND starts_at > :now ORDER BY starts_at LIMIT :most",
        now=town.clock.now(),
        most=most,
    )
    return [f"{row.starts_at.astimezone(LONDON):%a %d %b %H:%M}" for row in rows]


def calendar_of(person: Person, message: Message) -> icalendar.Calendar:
    return icalendar.Calendar.from_ical(person.download(message).decode())


def last_file(person: Person) -> icalendar.Calendar:
    with_files = [m for m in person.messages if "document" in m.attachment]
    return calendar_of(person, with_files[-1])


def shown(calendar: icalendar.Calendar, *, days: int = 60) -> list[str]:
    begin = datetime(2026, 11, 23, tzinfo=UTC)
    events = recurring_ical_events.of(calendar).between(begin, begin + timedelta(days=days))
    found: list[Any] = [e["dtstart"].dt for e in events if e.get("status") != "CANCELLED"]
    return [f"{each:%a %d %b %H:%M}" for each in sorted(found)]


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
        assert "tomorrow 14:30 Mum's time, 1\u00a0h" in saved.text
        assert "Dr Weber" in saved.text
        assert "1 day and 1\u00a0h before" in saved.text
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
        await home.anna.sees("Thursday 3 December 09:00 Mum's time")
        assert await starts(town) == ["Thu 03 Dec 09:00"]

    async def test_a_day_that_may_be_two_is_asked(self, home: Household, town: Town) -> None:
        await home.anna.send("/addappt Dentist next Friday 10:00")
        await home.anna.sees("Do you mean 27 November 2026 or 4 December 2026?")
        days = await home.anna.sees("which day?")
        await home.anna.press("Friday 4 December", message=days)
        await home.anna.sees("Saved in family")
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
        saved = await home.anna.sees("Saved in family")
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
        saved = await home.anna.sees("Saved in family")
        assert "Dentist for Dad\n🕑 tomorrow 09:00 Dad's time" in saved.text
        assert await starts(town) == ["Tue 24 Nov 14:00"]

    async def test_a_viewer_cannot_add_one(self, home: Household, town: Town) -> None:
        await town.change("UPDATE family_members SET role = 'viewer' WHERE role = 'caregiver'")
        await home.ben.send("/addappt Dentist tomorrow 10:00")
        await home.ben.sees("You can only read here.")
        assert await town.count("appointments") == 0


class TestLivingWithIt:
    async def test_the_list_the_day_and_the_screen(self, home: Household) -> None:
        await add(home.anna, "Cardiologist tomorrow 14:30")
        await add(home.anna, "Eye test today 23:30")
        await home.ben.send("/appts")
        listed = await home.ben.sees("Appointments, family")
        assert "Today\n23:30 Eye test, Mum" in listed.text
        assert "Tomorrow\n14:30 Cardiologist, Mum" in listed.text
        await home.ben.send("/today")
        assert "📅 23:30 Eye test" in (await home.ben.sees("Today, family")).text
        await home.ben.press("Cardiologist", message=listed)
        opened = await home.ben.sees("tomorrow 14:30 Mum's time", after=listed)
        assert opened.id == listed.id

    async def test_moving_the_only_one(self, home: Household, town: Town) -> None:
        saved = await add(home.anna, "Cardiologist tomorrow 14:30")
        await home.anna.press("Move", message=saved)
        await home.anna.sees("which day?")
        await home.anna.send("friday 15:00")
        await home.anna.sees("✅ Moved in family")
        assert await starts(town) == ["Fri 27 Nov 15:00"]
        await home.anna.sees("calendar", after=await home.anna.sees("✅ Moved in family"))
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
        moved = await home.anna.sees("moved from tomorrow 10:00")
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
        assert "Tomorrow\n10:00 Physio, Mum, 🔁 every Tuesday 10:00" in listed.text
        await home.anna.press("🔁 24 Nov 10:00 Physio", message=listed)
        dates = await home.anna.sees("Every Tuesday until 1 March 2027", after=listed)
        assert dates.id == listed.id
        assert dates.labels[:3] == ("24 Nov 10:00", "1 Dec 10:00", "8 Dec 10:00")
        await home.anna.press("8 Dec 10:00", message=dates)
        opened = await home.anna.sees("🕑 Tuesday 8 December 10:00", after=dates)
        await home.anna.press("Move", message=opened)
        which = await home.anna.sees("Which ones should I move")
        await home.anna.press("This and all that follow", message=which)
        await home.anna.sees("which day?")
        await home.anna.send("10 December 16:00")
        await home.anna.sees("✅ Moved in family")
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
            *("◀ Earlier", "◀ All"),
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
            ("How long", "90 min", "1\u00a0h 30\u00a0min"),
            # Two days before it is over already: that reminder is not promised.
            ("Reminders", "2 days and 3 hours", "I'll remind you 3\u00a0h before"),
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
        assert "⚠️ At the same time: Cardiologist, tomorrow 14:30" in second.text

    async def test_of_two_alike_the_other_is_named_with_its_own_time(self, home: Household) -> None:
        await add(home.anna, "Dentist tomorrow 09:40")
        second = await add(home.anna, "Dentist tomorrow 09:45")
        assert "🕑 tomorrow 09:45" in second.text
        assert "⚠️ At the same time: Dentist, tomorrow 09:40" in second.text
        await home.anna.send("/appts")
        listed = await home.anna.sees("Appointments, family")
        await home.anna.press("09:40", message=listed)
        first = await home.anna.sees("🕑 tomorrow 09:40", after=listed)
        assert "⚠️ At the same time: Dentist, tomorrow 09:45" in first.text

    async def test_an_appointment_that_is_over_stays(self, home: Household, town: Town) -> None:
        saved = await add(home.anna, "Cardiologist tomorrow 14:30")
        town.jump_to(TOMORROW + timedelta(days=1))
        toast = await home.anna.press("Call it off", message=saved)
        assert "That has already taken place" in toast.text

    async def test_who_drives(self, home: Household) -> None:
        saved = await add(home.anna, "Cardiologist tomorrow 14:30")
        await home.anna.press("I'll drive", message=saved)
        await home.anna.sees("🚗 Anna is driving")
        await home.ben.send("/appts")
        listed = await home.ben.sees("🚗 Anna")
        await home.ben.press("Cardiologist", message=listed)
        opened = await home.ben.sees("🚗 Anna is driving", after=listed)
        assert "🚗 I'll drive" not in opened.labels
        await home.anna.press("I can't after all", message=await home.anna.sees("Anna is driving"))
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
        await home.ben.press("My own clock", message=people)
        await home.ben.sees("Which city are you in?")
        await home.ben.send("Tokyo")
        await home.ben.sees("Your own clock is set to Asia/Tokyo")
        saved = await add(home.ben, "Cardiologist tomorrow 14:30")
        assert "tomorrow 14:30 Mum's time (23:30 yours)" in saved.text

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


class TestDaysAndNights:
    async def test_over_midnight(self, home: Household, town: Town) -> None:
        saved = await add(home.anna, "Sleep lab 5 december 21:00 to 6 december 07:00")
        assert "📅 Sleep lab for Mum\n" in saved.text
        assert "Saturday 5 December 21:00 Mum's time to Sunday 6 December 07:00, 10" in saved.text
        assert await starts(town) == ["Sat 05 Dec 21:00"]
        event: Any = last_file(home.anna).walk("VEVENT")[0]
        assert f"{event['DTEND'].dt:%a %d %b %H:%M}" == "Sun 06 Dec 07:00"

    async def test_several_days(self, home: Household, town: Town) -> None:
        saved = await add(home.anna, "Holiday care from 1 december to 14 december")
        assert "📅 Holiday care for Mum\n🕑 1–14 December, all day\n" in saved.text
        assert "🔔 I'll remind you the evening before, at 19:00." in saved.text
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
        moved = await home.anna.sees("✅ Moved in family")
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
        await home.anna.sees("Friday 27 November 15:00 Mum's time, 1\u00a0h")

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
        assert "tomorrow 10:00, 2\u00a0h" in asked.text
        assert "I'll remind you 3\u00a0h before" in asked.text
        await home.anna.send("at 15:00 with Dr Weber")
        asked = await home.anna.sees("tomorrow 15:00, 2\u00a0h", after=asked)
        await home.anna.press("Save", message=asked)
        saved = await home.anna.sees("Saved in family")
        assert "tomorrow 15:00 Mum's time, 2\u00a0h" in saved.text
        assert "Dr Weber" in saved.text

    async def test_hours_or_a_date_is_asked(self, home: Household, town: Town) -> None:
        await home.anna.send("/addappt Day care 9-15")
        await home.anna.sees("“9-15” can be hours or a date. Do you mean 09:00-15:00")
        await home.anna.send("tomorrow 9-15")
        await home.anna.sees("tomorrow 09:00 Mum's time, 6\u00a0h")
        assert await starts(town) == ["Tue 24 Nov 09:00"]


class TestTooSoonToBeReminded:
    async def test_it_says_so_and_tells_the_others_at_once(
        self, home: Household, town: Town
    ) -> None:
        town.jump_to(datetime(2026, 11, 23, 9, 20, tzinfo=LONDON))
        saved = await add(home.anna, "Dentist today 10:00")
        assert "1 day and" not in saved.text
        assert "🔕 It starts too soon for a reminder." in saved.text
        told = await home.ben.sees("❗️ Please note: this is coming up soon")
        assert "🔔 Dentist for Mum\n🕑 today, Monday 23 November 10:00" in told.text
        assert await town.value(TOLD) == 1
        await home.anna.press("10\u00a0min before", message=saved)
        await home.anna.sees("🔔 I'll remind you 10\u00a0min before.")
        assert await town.value("SELECT remind_before FROM appointments") == [1440, 60, 10]
        await town.settled()
        town.jump_to(datetime(2026, 11, 23, 9, 50, 1, tzinfo=LONDON))
        for person in home:
            await person.sees("today, Monday 23 November 10:00 Mum's time", after=told)
        assert await town.value(TOLD) == 3

    async def test_after_a_move_and_a_change_of_reminders(
        self, home: Household, town: Town
    ) -> None:
        saved = await add(home.anna, "Dentist 26 november 10:00")
        assert "1 day and 1\u00a0h before" in saved.text
        await home.anna.press("Move", message=saved)
        soon = town.clock.now().astimezone(LONDON) + timedelta(minutes=45)
        await home.anna.send(f"today {soon:%H:%M}")
        moved = await home.anna.sees("✅ Moved in family")
        assert "It starts too soon for a reminder." in moved.text
        await home.ben.sees("Please note: this is coming up soon")
        assert await town.value(TOLD) == 1


class TestLists:
    async def test_two_lines_are_two_appointments(self, home: Household, town: Town) -> None:
        await home.anna.send(
            "/addappt Dentist tomorrow 10:00\nEye doctor friday 11:00\nHoliday care 1-14 december"
        )
        listed = await home.anna.sees("I understood 3 of 3:")
        assert "1. 📅 Dentist for Mum, tomorrow 10:00, 1\u00a0h" in listed.text
        assert "2. 📅 Eye doctor for Mum, Friday 27 November 11:00" in listed.text
        assert "3. 📅 Holiday care for Mum, 1–14 December, all day" in listed.text
        assert await town.count("appointments") == 0
        await home.anna.press("Save all 3", message=listed)
        saved = await home.anna.sees("✅ Saved 3 in family")
        assert "2. 📅 Eye doctor for Mum\n🕑 Friday 27 November 11:00" in saved.text
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
        assert "1. 📅 Dentist for Mum, tomorrow 10:00" in listed.text
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
        await home.anna.sees("✅ Saved 3 in family")
        assert await starts(town) == ["Tue 24 Nov 12:00", "Fri 27 Nov 15:00", "Fri 04 Dec 09:00"]

    async def test_what_cannot_be_saved_any_more_is_said_and_the_rest_is(
        self, home: Household, town: Town
    ) -> None:
        town.jump_to(datetime(2026, 11, 23, 9, 20, tzinfo=LONDON))
        await home.anna.send("/addappt Dentist today 9:25\nEye doctor friday 11:00")
        listed = await home.anna.sees("I understood 2 of 2:")
        town.jump_by(minutes=10)
        await home.anna.press("Save all 2", message=listed)
        await home.anna.sees("✅ Saved 1 in family")
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
        saved = await home.anna.sees("✅ Saved 3 in family")
        assert "3. 💊 Ibuprofen 400 mg" in saved.text
        assert await town.count("medications") == 3
        await home.anna.send("/addmed Aspirin 100 mg at 09:00\nCalcium 500 mg at 12:00")
        listed = await home.anna.sees("I understood 2 of 2:")
        await home.anna.press("Save all 2", message=listed)
        await home.anna.sees("✅ Saved 1 in family")
        left = await home.anna.sees("There's already one: Aspirin 100 mg")
        assert await town.count("medications") == 4
        await home.anna.press("✅ 1 as well", message=left)
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
        assert "3. 📅 Ear for Mum, Wednesday 30 June 2027 10:00" in listed.text

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
        await home.anna.sees("✅ Saved 1 in family")

    async def test_more_than_twenty_are_refused_kindly(self, home: Household, town: Town) -> None:
        await home.anna.send("/addmed " + "\n".join(f"Tea{n} 1 cup at 08:00" for n in range(21)))
        await home.anna.sees("That's 21 at once. I can take 20 at a time")
        assert await town.count("medications") == 0


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
            assert "tomorrow, Thursday 26 November 14:30" in told.text
        reminder = await home.ben.sees("🔔 Cardiologist for Mum")
        toast = await home.ben.press("I'll drive", message=reminder)
        assert "Thank you. You're driving." in toast.text
        for person in home:
            await person.sees("🚗 Ben is driving")
        await town.settled()
        town.jump_to(TOMORROW + timedelta(days=2, hours=-1, seconds=1))
        for person in home:
            await person.sees("today, Thursday 26 November 14:30 Mum's time")
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
        await home.ben.press("I can't after all", message=await home.ben.sees("Ben is driving"))
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
        assert "tomorrow, Wednesday 25 November 14:30 Mum's time" in told.text
        await home.anna.press("Move", message=saved)
        await home.anna.send("27 November 9:00")
        await home.anna.sees("✅ Moved in family")
        await town.settled()
        town.jump_by(minutes=1)
        news = await home.ben.sees("❗️ Please note: this has changed")
        assert "Friday 27 November 09:00" in news.text
        await home.ben.sees("Friday 27 November 09:00", after=told)
        # Not for the old time, but for the new one.
        before = len(home.ben.messages)
        await town.settled()
        town.jump_to(TOMORROW + timedelta(days=1, hours=-1, seconds=1))
        await town.settled()
        town.jump_to(datetime(2026, 11, 26, 9, 0, 1, tzinfo=LONDON))
        await home.ben.sees("tomorrow, Friday 27 November 09:00 Mum's time")
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
        await home.anna.sees("Saved in family")
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
