"""Taken, hours after its time was over: when it was taken is asked, and counts."""

from datetime import datetime, timedelta

import pytest

from bot.sandbox import Message, Person
from domain.medicines.doses.ladder import WINDOW
from tests.town import Asked, Household, Town, ask, clock_in_london, move_mum

HOURS = timedelta(hours=1)
BOTH = ("Aspirin 100 mg", "Statin 20 mg")


async def miss(town: Town, asked: Asked, *, hours: int = 5) -> None:
    """Nobody answers, and then it is *hours* after the dose was due."""
    town.jump_to(asked.minute + WINDOW)
    await town.until("SELECT count(*) > 0 FROM doses WHERE status = 'missed'")
    await town.settled()
    town.jump_to(asked.minute + hours * HOURS)


async def taken_at(town: Town) -> list[datetime]:
    rows = await town.rows("SELECT taken_at FROM doses WHERE status = 'taken' ORDER BY due_at")
    return [row.taken_at for row in rows]


async def press_late(phone: Person, card: Message) -> Message:
    await phone.press("Taken after all", message=card)
    return await phone.sees("When was it taken? Tap, or type the time.")


async def test_after_its_window_taken_asks_when(home: Household, town: Town) -> None:
    asked = await ask(town, *home)
    await miss(town, asked)
    question = await press_late(home.anna, asked.cards[0])
    assert question.text.splitlines()[1] == f"💊 Aspirin 100 mg, due today {asked.at}"
    assert question.labels == (
        f"🕗 At its time: today {asked.at}",
        "✅ Just now",
        "🕗 Another time",
        "✖️ Cancel",
    )
    assert await taken_at(town) == []


async def test_at_its_time_is_recorded_so_and_shown_on_every_phone(
    home: Household, town: Town
) -> None:
    asked = await ask(town, *home)
    await miss(town, asked)
    question = await press_late(home.anna, asked.cards[0])
    await home.anna.press("At its time", message=question)
    said = await home.anna.sees(f"Aspirin 100 mg, given today {asked.at}.")
    assert said.labels == ("↩️ Undo", "✏️ Correct")
    await home.ben.sees(f"Taken {asked.at}, recorded by Anna", after=asked.cards[1])
    assert await taken_at(town) == [asked.minute]


async def test_at_its_time_is_by_the_clock_of_then_though_the_person_has_moved_since(
    home: Household, town: Town
) -> None:
    asked = await ask(town, *home)
    await miss(town, asked)
    question = await press_late(home.anna, asked.cards[0])
    await home.ben.send("/people")
    await home.ben.press("Change city", message=await home.ben.sees("Mum"))
    await home.ben.sees("Which city does Mum live in")
    await home.ben.send("Paris")
    await home.ben.sees("Paris time")
    await home.anna.press("At its time", message=question)
    await home.anna.sees(f"Aspirin 100 mg, given today {asked.at} London time")
    [log] = await town.rows("SELECT timestamp, timezone FROM medication_logs")
    assert (log.timestamp, log.timezone) == (asked.minute, "Europe/London")


async def test_just_now_is_the_moment_of_the_tap(home: Household, town: Town) -> None:
    asked = await ask(town, *home)
    await miss(town, asked)
    question = await press_late(home.anna, asked.cards[0])
    await home.anna.press("Just now", message=question)
    await home.anna.sees("Aspirin 100 mg, given today")
    [at] = await taken_at(town)
    assert asked.minute + 5 * HOURS <= at < asked.minute + 5 * HOURS + timedelta(minutes=2)


@pytest.mark.parametrize("via_button", [True, False])
async def test_another_time_is_typed(home: Household, town: Town, via_button: bool) -> None:
    asked = await ask(town, *home)
    await miss(town, asked)
    question = await press_late(home.anna, asked.cards[0])
    if via_button:
        await home.anna.press("Another time", message=question)
        await home.anna.sees("When was that? Type it")
    at = asked.minute + 3 * HOURS
    await home.anna.send(clock_in_london(at))
    await home.anna.sees(f"given today {clock_in_london(at)}.")
    assert await taken_at(town) == [at]


async def test_what_is_to_come_is_not_recorded(home: Household, town: Town) -> None:
    asked = await ask(town, *home)
    await miss(town, asked)
    question = await press_late(home.anna, asked.cards[0])
    await home.anna.send("tomorrow at 07:00")
    await home.anna.sees("When was it taken?", after=question)
    assert await taken_at(town) == []


async def test_a_time_before_the_day_of_the_dose_is_asked_about(
    home: Household, town: Town
) -> None:
    asked = await ask(town, *home)
    await miss(town, asked)
    await press_late(home.anna, asked.cards[0])
    await home.anna.send("yesterday at 22:00")
    question = await home.anna.sees("⚠️ That's before the day Aspirin was due.")
    assert "taken yesterday 22:00" in question.text
    assert await taken_at(town) == []
    await home.anna.press("Given", message=question)
    await home.anna.sees("given yesterday 22:00.")


async def test_a_typed_time_is_shown_by_both_clocks(home: Household, town: Town) -> None:
    await town.change("UPDATE users SET timezone = 'Asia/Tokyo' WHERE name = 'Anna'")
    asked = await ask(town, *home)
    await miss(town, asked)
    await press_late(home.anna, asked.cards[0])
    at = asked.minute + 3 * HOURS
    await home.anna.send(clock_in_london(at))
    question = await home.anna.sees("Record it?")
    assert f"{clock_in_london(at)} Mum's time" in question.text
    assert "your time" in question.text
    assert "🕑 I meant my clock" in question.labels
    assert await taken_at(town) == []
    await home.anna.press("Given", message=question)
    await home.anna.sees("Aspirin 100 mg, given")
    assert await taken_at(town) == [at]


async def test_a_time_typed_before_the_person_moved_is_shown_by_the_new_clock_first(
    home: Household, town: Town
) -> None:
    asked = await ask(town, *home)
    await miss(town, asked)
    await press_late(home.anna, asked.cards[0])
    await move_mum(home.ben, "Europe/Paris")
    at = asked.minute + HOURS
    await home.anna.send(clock_in_london(at))
    question = await home.anna.sees("⚠️ Mum's time zone has changed since I asked.")
    assert clock_in_london(at + HOURS) in question.text
    assert await taken_at(town) == []
    await home.anna.press("Given", message=question)
    await home.anna.sees("Aspirin 100 mg, given")
    assert await taken_at(town) == [at]


async def test_all_taken_asks_once_and_is_undone_together(home: Household, town: Town) -> None:
    asked = await ask(town, *home, medicines=BOTH)
    await miss(town, asked)
    await home.anna.press("All taken", message=asked.cards[0])
    question = await home.anna.sees("When were they taken? Tap, or type the time.")
    assert f"💊 Statin 20 mg, due today {asked.at}" in question.text
    await home.anna.press("At their times", message=question)
    said = await home.anna.sees("✅ Recorded for Mum")
    assert await taken_at(town) == [asked.minute] * 2
    await home.anna.press("Undo", message=said)
    await home.anna.press("Undo", message=await home.anna.sees("Just now, you recorded for Mum:"))
    await home.anna.sees("It's too late for me to ask about them again.")
    assert await taken_at(town) == []


async def test_who_answered_while_it_was_asked_is_named(home: Household, town: Town) -> None:
    asked = await ask(town, *home)
    await miss(town, asked)
    question = await press_late(home.anna, asked.cards[0])
    await home.ben.press("Skip", message=asked.cards[1])
    await town.settled()
    await home.anna.press("At its time", message=question)
    await home.anna.sees("Aspirin 100 mg: skipped, already recorded by Ben")
    assert await taken_at(town) == []


async def test_in_its_window_taken_stays_one_tap(home: Household, town: Town) -> None:
    asked = await ask(town, *home)
    town.jump_to(asked.minute + WINDOW - timedelta(minutes=2))
    toast = await home.anna.press("Taken", message=asked.cards[0])
    assert toast.text == "Taken: Aspirin 100 mg"


async def test_today_and_history_ask_too(home: Household, town: Town) -> None:
    asked = await ask(town, *home)
    await miss(town, asked)
    await home.anna.send("/today")
    await home.anna.press("✅ Taken", message=await home.anna.sees("Today, family"))
    question = await home.anna.sees("When was it taken?")
    await home.anna.press("Cancel", message=question)
    await home.anna.send("/history")
    await home.anna.press("1", message=await home.anna.sees("History"))
    entry = await home.anna.sees("Nothing is recorded.")
    assert entry.labels == ("✅ Taken after all", "⏭ Skip")
    await home.anna.press("Taken after all", message=entry)
    await home.anna.sees("When was it taken?", after=question)
    assert await taken_at(town) == []


async def test_a_missed_dose_is_skipped_in_the_history(home: Household, town: Town) -> None:
    asked = await ask(town, *home)
    await miss(town, asked)
    await home.anna.send("/history")
    await home.anna.press("1", message=await home.anna.sees("History"))
    entry = await home.anna.sees("Nothing is recorded.")
    toast = await home.anna.press("Skip", message=entry)
    assert toast.text == "Skipped: Aspirin 100 mg"
    drawn = await home.anna.sees("⏭ skipped, recorded today", after=entry)
    assert drawn.id == entry.id
    await home.ben.sees("Skipped, recorded by Anna", after=asked.cards[1])
