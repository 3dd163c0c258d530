"""Phones' calendars follow: whoever has put an appointment into theirs gets it anew."""

from datetime import UTC, datetime

import pytest

from bot.sandbox import Message, Person
from tests.phone_calendar import PhoneCalendar
from tests.town import LONDON, Household, Town, undo

CHANGED = "has changed. Open this file to update it in your phone's calendar"
SINCE, UNTIL = datetime(2026, 11, 23, tzinfo=UTC), datetime(2026, 12, 24, tzinfo=UTC)


def shown(person: Person) -> list[str]:
    """What their phone shows, which has opened all files in order."""
    phone = PhoneCalendar(LONDON)
    for message in person.messages:
        if "document" in message.attachment:
            phone.open(person.download(message).decode())
    return [
        " ".join(filter(None, (f"{entry.starts_at.astimezone(LONDON):%d %b %H:%M}", entry.place)))
        for entry in phone.shown(SINCE, UNTIL)
    ]


async def planned(town: Town) -> list[str]:
    rows = await town.rows(
        "SELECT o.starts_at, coalesce(o.own_details ->> 'place', a.place) AS place"
        " FROM appointment_occurrences o JOIN appointments a ON a.id = o.appointment_id"
        " WHERE o.status = 'planned' AND o.starts_at < :until AND a.deleted_at IS NULL"
        " ORDER BY o.starts_at",
        until=UNTIL,
    )
    return [
        " ".join(filter(None, (f"{row.starts_at.astimezone(LONDON):%d %b %H:%M}", row.place)))
        for row in rows
    ]


async def series(home: Household) -> Message:
    """Weekly; Ben has it in his calendar, too. Returns its page on Anna's phone."""
    await home.anna.send("/addappt Physio thursday 26 november 10:00, every week")
    saved = await home.anna.sees("Saved in the family")
    await home.anna.sees("calendar", after=saved)
    await home.ben.send("/appts")
    await home.ben.press("Physio", message=await home.ben.sees("Appointments, family"))
    await home.ben.press("26 Nov 10:00", message=await home.ben.sees("🔁 Physio for Mum"))
    await home.ben.press("Calendar", message=await home.ben.sees("📅 Physio for Mum"))
    await home.ben.sees("Open this file to add it to your phone's calendar")
    return saved


async def open_second(home: Household) -> Message:
    """The page of the one on 3 December, on Anna's phone."""
    await home.anna.send("/appts")
    listed = await home.anna.sees("Appointments, family")
    await home.anna.press("Physio", message=listed)
    dates = await home.anna.sees("🔁 Physio for Mum", after=listed)
    await home.anna.press("3 Dec 10:00", message=dates)
    return await home.anna.sees("🕑 Thursday 3 December", after=dates)


async def both_follow(home: Household, town: Town) -> None:
    await town.settled()
    expected = await planned(town)
    for person in home:
        assert shown(person) == expected


async def test_a_series_that_is_parted_and_put_back(home: Household, town: Town) -> None:
    await series(home)
    page = await open_second(home)
    await home.anna.press("Move", message=page)
    which = await home.anna.sees("Which ones should I move?")
    await home.anna.press("This and all that follow", message=which)
    await home.anna.send("friday 4 december 11:00")
    await home.ben.sees(CHANGED)
    await both_follow(home, town)
    assert (await planned(town))[:3] == ["26 Nov 10:00", "04 Dec 11:00", "11 Dec 11:00"]
    await undo(home.anna)
    await home.anna.sees("It's back to")
    await both_follow(home, town)
    assert (await planned(town))[:3] == ["26 Nov 10:00", "03 Dec 10:00", "10 Dec 10:00"]


async def test_what_is_called_off_and_restored(home: Household, town: Town) -> None:
    await series(home)
    page = await open_second(home)
    await home.anna.press("Call it off", message=page)
    await home.anna.press("Only this one", message=await home.anna.sees("Which ones should I"))
    await home.ben.sees(CHANGED)
    await both_follow(home, town)
    await home.anna.press("Restore", message=await home.anna.sees("only this one is", after=page))
    await both_follow(home, town)
    assert "03 Dec 10:00" in await planned(town)


@pytest.mark.parametrize(
    ("reach", "expected"),
    [
        ("Only this one", ["26 Nov 10:00", "03 Dec 10:00 Room 7", "10 Dec 10:00"]),
        (
            "This and all that follow",
            ["26 Nov 10:00", "03 Dec 10:00 Room 7", "10 Dec 10:00 Room 7"],
        ),
        ("The whole series", ["26 Nov 10:00 Room 7", "03 Dec 10:00 Room 7", "10 Dec 10:00 Room 7"]),
    ],
)
async def test_another_place(home: Household, town: Town, reach: str, expected: list[str]) -> None:
    await series(home)
    page = await open_second(home)
    await home.anna.press("Change", message=page)
    await home.anna.press("Place", message=await home.anna.sees("like to change about"))
    which = await home.anna.sees("Which ones should I change?")
    await home.anna.press(reach, message=which)
    await home.anna.send("Room 7")
    await home.anna.sees("📍 Room 7")
    await both_follow(home, town)
    assert (await planned(town))[:3] == expected
    await undo(home.anna)
    await home.anna.sees("It's back to")
    await both_follow(home, town)
    assert (await planned(town))[:3] == ["26 Nov 10:00", "03 Dec 10:00", "10 Dec 10:00"]


async def test_who_has_not_put_it_into_theirs_gets_no_file(home: Household, town: Town) -> None:
    await home.anna.send("/addappt Dentist thursday 26 november 10:00")
    saved = await home.anna.sees("Saved in the family")
    await town.settled()
    await home.anna.press("Move", message=saved)
    await home.anna.send("friday 27 november 10:00")
    await home.anna.sees(CHANGED)
    await town.settled()
    assert not any("document" in message.attachment for message in home.ben.messages)


async def test_who_has_left_gets_no_file(home: Household, town: Town) -> None:
    await series(home)
    await town.change("UPDATE family_members SET left_at = now() WHERE role <> 'admin'")
    await open_second(home)
    await town.settled()
    before = len(home.ben.messages)
    page = await open_second(home)
    await home.anna.press("Call it off", message=page)
    await home.anna.press("Only this one", message=await home.anna.sees("Which ones should I"))
    await home.anna.sees(CHANGED)
    await town.settled()
    assert len(home.ben.messages) == before


async def test_a_series_with_hundreds_of_exceptions_is_one_file(
    home: Household, town: Town
) -> None:
    await home.anna.send("/addappt Dressing thursday 26 november 08:00, every day")
    saved = await home.anna.sees("Saved in the family")
    await town.change(
        "UPDATE appointment_occurrences SET status = 'cancelled' WHERE id IN (SELECT id FROM"
        " appointment_occurrences WHERE occurrence_key > '2026-11-28' LIMIT 300)"
    )
    await town.change(
        "UPDATE appointment_occurrences SET starts_at = starts_at + interval '20 minutes',"
        " ends_at = ends_at + interval '20 minutes' WHERE status = 'planned'"
    )
    await home.anna.press("Move", message=saved)
    which = await home.anna.sees("Which ones should I move?")
    await home.anna.press("The whole series", message=which)
    await home.anna.send("09:00")
    await home.anna.sees("has changed", timeout=20)
    await town.settled()
    assert shown(home.anna) == await planned(town)
