"""A person moves: the past keeps the clocks of then, and says so."""

from datetime import UTC, datetime, timedelta

from bot.sandbox import Message, Person
from domain.medicines.doses.ladder import WINDOW
from tests.town import Household, Town, add_medicine, move_mum

YESTERDAY = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)  # a Monday
TODAY = YESTERDAY + timedelta(days=1)


def shown(phone: Person, message: Message) -> Message:
    """A message as it stands on the phone by now."""
    [now] = [each for each in phone.messages if each.id == message.id]
    return now


async def take_yesterdays_and_ask_todays(home: Household, town: Town) -> tuple[Message, Message]:
    """The card of yesterday, taken by Anna, and that of today, open."""
    await add_medicine(home.anna, "Aspirin 100 mg at 08:00")
    town.jump_to(YESTERDAY - timedelta(seconds=1))
    yesterdays = await home.anna.sees("Mum · 08:00")
    await town.settled()
    town.jump_to(YESTERDAY + timedelta(minutes=5))
    await home.anna.press("Taken", message=yesterdays)
    await home.anna.sees("Taken 08:05, recorded by Anna")
    town.jump_to(TODAY - timedelta(seconds=1))
    todays = await home.anna.sees("Mum · 08:00\n• Aspirin")
    await town.settled()
    town.jump_to(TODAY + timedelta(minutes=5))
    return yesterdays, todays


async def test_the_past_stays_where_it_was_when_the_person_moves(
    home: Household, town: Town
) -> None:
    yesterdays, todays = await take_yesterdays_and_ask_todays(home, town)
    await move_mum(home.anna, "New York")
    await town.settled()

    # The cards say by whose clock they were due, and stay as they were.
    assert shown(home.anna, yesterdays).text.splitlines() == [
        "💊 Mum · 08:00 London time",
        "✅ Aspirin 100 mg",
        "Taken 08:05 London time, recorded by Anna",
    ]
    assert shown(home.anna, todays).text.splitlines() == [
        "💊 Mum · 08:00 London time",
        "• Aspirin 100 mg",
    ]

    # It is 03:05 in New York. What is open is there once, and tomorrow's is none of today's.
    await home.anna.send("/today")
    today = await home.anna.sees("Today, family")
    assert today.text.splitlines()[3:] == ["• 08:00 London time Aspirin 100 mg (not recorded yet)"]
    assert "✅ Taken: 08:00 London time Aspirin" in today.labels

    # Nobody answers: each card asks again, in a message of its own.
    for minutes in (10, 20):
        town.jump_to(TODAY + timedelta(minutes=minutes) - timedelta(seconds=1))
        todays = await home.anna.sees("I'm asking again", after=todays)
        await town.settled()
    town.jump_to(TODAY + WINDOW - timedelta(seconds=1))
    summary = await home.anna.sees("nobody recorded this dose in time")
    assert "• Tuesday 08:00 London time Aspirin 100 mg" in summary.text
    await town.settled()
    assert shown(home.anna, todays).text.splitlines() == [
        "💊 Mum · 08:00 London time",
        "⚠️ Aspirin 100 mg",
        "Missed: nobody recorded it in time",
    ]
    await home.anna.send("/today")
    today = await home.anna.sees("Today, family")
    assert today.text.splitlines()[3:] == [
        "⚠️ 08:00 London time Aspirin 100 mg (missed: nobody recorded it in time)"
    ]
    await home.anna.send("/history")
    history = await home.anna.sees("History")
    assert history.text.splitlines()[2:] == [
        "Today, Tuesday 24 November",
        "1. ⚠️ 08:00 London time Aspirin 100 mg (missed: nobody recorded it in time)",
        "",
        "Yesterday, Monday 23 November",
        "2. ✅ 08:05 London time Aspirin 100 mg (recorded by Anna)",
        "",
        "Tap a number to see or correct that record.",
    ]
    await home.anna.press("2", message=history)
    entry = await home.anna.sees("due yesterday 08:00 London time")
    assert (
        "✅ taken yesterday 08:05 London time, recorded yesterday 08:05 London time by Anna"
        in entry.text
    )


async def test_what_is_recorded_after_the_move_says_by_whose_clock_it_was(
    home: Household, town: Town
) -> None:
    _, todays = await take_yesterdays_and_ask_todays(home, town)
    await move_mum(home.anna, "New York")
    await town.settled()
    toast = await home.anna.press("Taken", message=shown(home.anna, todays))
    assert toast.text == "Taken: Aspirin 100 mg"
    await town.settled()
    assert shown(home.anna, todays).text.splitlines() == [
        "💊 Mum · 08:00 London time",
        "✅ Aspirin 100 mg",
        "Taken 03:05 New York time, recorded by Anna",
    ]
    second = await home.ben.press_altered(todays.buttons[0][0].data or "", message=home.ben.last)
    assert second.text == (
        "Aspirin 100 mg: taken 03:05 New York time, already recorded by Anna. Nothing new was "
        "recorded."
    )
    await home.anna.send("/today")
    today = await home.anna.sees("Today, family")
    assert today.text.splitlines()[3:] == [
        "✅ 08:00 London time Aspirin 100 mg (taken 03:05 New York time, recorded by Anna)"
    ]

    # Tomorrow's is by the new clock: 08:00 there, which is 13:00 in London.
    town.jump_to(TODAY + timedelta(days=1, hours=5) - timedelta(seconds=1))
    await home.anna.sees("Mum · 08:00\n• Aspirin")
    assert await town.value("SELECT count(*) FROM doses WHERE due_at <= '2026-11-25 13:00+00'") == 3

    # And back: what was given in New York was given there, what was due in London needs no name.
    await move_mum(home.anna, "Europe/London")
    await town.settled()
    assert shown(home.anna, todays).text.splitlines() == [
        "💊 Mum · 08:00",
        "✅ Aspirin 100 mg",
        "Taken 03:05 New York time, recorded by Anna",
    ]
    await home.anna.send("/history")
    history = await home.anna.sees("History")
    assert history.text.splitlines()[2:] == [
        "Yesterday, Tuesday 24 November",
        "1. ✅ 03:05 New York time Aspirin 100 mg (recorded by Anna)",
        "",
        "Monday 23 November",
        "2. ✅ 08:05 Aspirin 100 mg (recorded by Anna)",
        "",
        "Tap a number to see or correct that record.",
    ]
    await home.anna.send("/today")
    today = await home.anna.sees("Today, family")
    assert today.text.splitlines()[3:] == [
        "• 08:00 New York time Aspirin 100 mg (not recorded yet)"
    ]
    await home.anna.press("Taken: 08:00 New York time", message=today)
    await home.anna.sees("(taken 13:0", after=today)
