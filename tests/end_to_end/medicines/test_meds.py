"""`/meds`, a medicine's screen, and what its buttons do."""

import pytest

from bot.ops.metrics import MEDICATIONS_CACHE
from bot.sandbox import Message, Person
from bot.ui.presses.medicines import (
    ChangeMedicine,
    PauseMedicine,
    Refill,
    RestoreMedicine,
    StopMedicine,
)
from tests.town import Household, Town, add_medicine, add_person, ask, settle_in


@pytest.fixture
async def home(town: Town) -> Household:
    return await settle_in(town)


async def open_medicine(person: Person, name: str) -> Message:
    """The screen of a medicine, from the list."""
    await person.send("/meds")
    listed = await person.sees("Medicines, family")
    await person.press(name, message=listed)
    return await person.sees("Last given", after=listed)


async def test_the_list_is_empty_until_there_is_a_medicine(home: Household) -> None:
    await home.anna.send("/meds")
    await home.anna.sees("No medicines yet.")


async def test_the_list_shows_what_and_when_by_person(home: Household) -> None:
    await add_person(home.anna, "Dad")
    await add_medicine(home.anna, "Aspirin 100 mg at 08:00 for Mum")
    await add_medicine(home.anna, "Ibuprofen 400 mg as needed, 6 hours apart, max 4 a day for Dad")
    await home.ben.send("/meds")
    listed = await home.ben.sees("Medicines, family")
    assert "Mum\n• Aspirin 100 mg: every day at 08:00" in listed.text
    assert "Dad\n• Ibuprofen 400 mg: as needed, at least 6 hours apart" in listed.text
    assert listed.labels == ("Mum · Aspirin", "Dad · Ibuprofen")


async def test_more_than_ten_medicines_have_pages(home: Household) -> None:
    for number in range(1, 13):
        await add_medicine(home.anna, f"Pill{number:02} 1 tablet at 08:00")
    await home.anna.send("/meds")
    first = await home.anna.sees("Medicines, family")
    assert first.labels == (*(f"Pill{n:02}" for n in range(1, 11)), "Next ▶")
    await home.anna.press("Next ▶", message=first)
    second = await home.anna.sees("Pill12")
    assert second.labels == ("Pill11", "Pill12", "◀ Previous")


async def test_a_tap_opens_a_medicine_with_what_was_given_and_what_comes(
    home: Household, town: Town
) -> None:
    asked = await ask(town, home.anna, home.ben)
    await home.ben.press("Taken", message=asked.cards[1])
    await home.anna.sees("recorded by Ben", after=asked.cards[0])
    shown = await open_medicine(home.anna, "Aspirin")
    assert f"Last given: today {asked.at}, recorded by Ben (100 mg)" in shown.text
    assert f"Next: tomorrow {asked.at}" in shown.text
    assert "Stock: not counted" in shown.text
    assert {"✅ Record a dose", "📜 History", "✏️ Change", "⏸ Pause", "⏹ Stop"} <= set(shown.labels)


async def test_a_viewer_sees_a_medicine_and_changes_nothing(home: Household, town: Town) -> None:
    await add_medicine(home.anna, "Aspirin 100 mg at 08:00")
    await town.change("UPDATE family_members SET role = 'viewer' WHERE role = 'caregiver'")
    shown = await open_medicine(home.ben, "Aspirin")
    assert shown.labels == ("📜 History", "◀ All medicines")
    [row] = await town.rows("SELECT family_id, id FROM medications")
    for kind in (StopMedicine, PauseMedicine, RestoreMedicine, ChangeMedicine, Refill):
        press = kind(family_id=row.family_id, medication_id=row.id)
        toast = await home.ben.press_altered(press.encode(), message=shown)
        assert "As a viewer, you can read" in toast.text
    assert await town.value("SELECT status FROM medications") == "active"


async def test_stop_cancels_its_doses_and_restore_brings_them_back(
    home: Household, town: Town
) -> None:
    await add_medicine(home.anna, "Aspirin 100 mg at 08:00")
    shown = await open_medicine(home.anna, "Aspirin")
    await home.anna.press("⏹ Stop", message=shown)
    stopped = await home.anna.sees("Stopped: I won't remind you about it.")
    assert await town.value("SELECT count(*) FROM doses WHERE status = 'pending'") == 0
    await home.anna.press("Restore", message=stopped)
    await home.anna.sees("Next: today 08:00", after=stopped)
    assert await town.value("SELECT count(*) FROM doses WHERE status = 'pending'") == 2


async def test_a_pause_says_when_it_goes_on(home: Household, town: Town) -> None:
    await add_medicine(home.anna, "Aspirin 100 mg at 08:00")
    shown = await open_medicine(home.anna, "Aspirin")
    await home.anna.press("⏸ Pause", message=shown)
    await home.anna.sees("How long should I pause Aspirin?")
    await home.anna.send("22 November 2026")
    await home.anna.sees("A pause can only end on a later day.")
    await home.anna.send("banana")
    await home.anna.sees("I can't read a date in “banana”")
    await home.anna.send("until 26 November")
    await home.anna.sees("Aspirin is paused. It resumes on 26 November 2026.")
    shown = await open_medicine(home.ben, "Aspirin")
    assert "paused, resuming on Thursday 26 November" in shown.text
    assert "Next: Thursday 26 November 08:00" in shown.text
    await home.ben.press("▶️ Resume", message=shown)
    await home.ben.sees("Next: today 08:00", after=shown)
    assert await town.value("SELECT status FROM medications") == "active"


async def test_a_time_is_changed_and_todays_dose_is_not_asked_for_twice(
    home: Household, town: Town
) -> None:
    asked = await ask(town, home.anna, home.ben)
    await home.anna.press("Taken", message=asked.cards[0])
    await home.anna.sees("recorded by Anna", after=asked.cards[0])
    shown = await open_medicine(home.anna, "Aspirin")
    await home.anna.press("✏️ Change", message=shown)
    await home.anna.sees("What would you like to change about Mum's Aspirin?")
    await home.anna.press("When")
    await home.anna.sees("When should Aspirin be given from now on?\nNow: every day at")
    await home.anna.send("09:00")
    changed = await home.anna.sees("Changed: Aspirin 100 mg")
    assert "Next: tomorrow 09:00" in changed.text


async def test_the_same_medicine_twice_is_asked_about(home: Household, town: Town) -> None:
    await add_medicine(home.anna, "Levothyroxine 50 µg at 08:00")
    await home.anna.send("/addmed Levothyroxine 75 µg at 08:00")
    same = await home.anna.sees("Mum already takes this: Levothyroxine 50 µg, every day at 08:00.")
    assert same.labels == ("✅ Save the new one, too", "✏️ Change", "✖️ Cancel")
    assert await town.count("medications") == 1
    await home.anna.press("Save the new one, too", message=same)
    await home.anna.sees("Saved: Levothyroxine 75 µg")
    assert await town.count("medications") == 2


@pytest.mark.parametrize(
    ("line", "first"),
    [
        ("Aspirin 100 mg every 8 hours from 06:00", "every 8 hours: 06:00, 14:00 and 22:00"),
        ("Aspirin 100 mg every 2 days at 09:00", "every 2 days at 09:00"),
        ("Aspirin 100 mg on the 1st and 15th at 09:00", "on the 1st and 15th of the month"),
        ("Aspirin 100 mg every 2 weeks on monday 09:00", "every 2 weeks on Mon at 09:00"),
        ("Aspirin 100 mg 21 days on 7 off 09:00", "21 days on, 7 days off at 09:00"),
        ("Aspirin 100 mg as needed, max 4 a day", "as needed, at most 4 doses in 24 hours"),
    ],
)
async def test_every_rhythm_is_saved_on_one_line(home: Household, line: str, first: str) -> None:
    saved = await add_medicine(home.anna, line)
    assert first in saved.text


@pytest.mark.parametrize(
    ("line", "understood"),
    [
        (
            "Warfarin 1 tablet at 08:00 and ½ at 22:00",
            "1 tablet at 08:00 and ½ tablet at 22:00",
        ),
        (
            "Prednisolone 20 mg for 5 days, then 10 mg for 5 days at 09:00",
            "20 mg at 09:00, from 23 November 2026, last day 27 November 2026, then 10 mg at 09:00",
        ),
    ],
)
async def test_amounts_that_differ_are_shown_before_they_are_saved(
    home: Household, line: str, understood: str
) -> None:
    await home.anna.send(f"/addmed {line}")
    asked = await home.anna.sees("I understood:")
    assert understood in asked.text
    await home.anna.press("Save", message=asked)
    await home.anna.sees("Saved:")


async def test_a_rhythm_is_entered_step_by_step(home: Household) -> None:
    anna = home.anna
    await anna.send("/addmed")
    await anna.sees("What is the medicine called?")
    await anna.send("Warfarin")
    await anna.sees("How much Warfarin each time?")
    await anna.send("5 mg")
    await anna.sees("When is Warfarin due?")
    await anna.send("1 tablet in the morning, ½ at night")
    asked = await anna.sees("I'd use 08:00 and 22:00")
    await anna.press("Use these", message=asked)
    asked = await anna.sees("I understood:")
    assert "1 tablet in the morning (08:00) and ½ tablet at bedtime (22:00)" in asked.text
    await anna.press("Save", message=asked)
    await anna.sees("Saved: Warfarin 5 mg")


async def test_a_rhythm_may_be_begun_anew(home: Household) -> None:
    anna = home.anna
    await anna.send("/addmed Warfarin 1 in the morning, ½ at night")
    await anna.sees("“1 in the morning” of what?")
    await anna.sees("How much Warfarin each time?")
    await anna.send("1 tablet")
    await anna.sees("When is Warfarin due?")
    await anna.send("every day")
    await anna.sees("“every day”: at what time?")
    await anna.send("every 8 hours from 06:00")
    await anna.sees("every 8 hours: 06:00, 14:00 and 22:00, from 23 November 2026 14:00")


async def test_people_are_renamed_and_moved(home: Household, town: Town) -> None:
    await add_medicine(home.anna, "Aspirin 100 mg at 20:00")
    await home.anna.send("/people")
    listed = await home.anna.sees("Mum, London time (now 07:3")
    await home.anna.press("✏️ Rename", message=listed)
    await home.anna.sees("What should I call Mum from now on?")
    await home.anna.send("Mother")
    await home.anna.sees("Renamed to Mother.")
    await home.anna.send("/people")
    listed = await home.anna.sees("Mother, London time")
    await home.anna.press("🌍 Change city", message=listed)
    await home.anna.sees("Which city does Mother live in?")
    await home.anna.send("Tokyo")
    await home.anna.sees("is now on Tokyo time")
    due = await town.value("SELECT min(due_at) FROM doses WHERE status = 'pending'")
    assert f"{due:%d %H:%M}" == "23 11:00"


async def test_a_list_that_was_kept_is_never_an_old_one(home: Household, town: Town) -> None:
    await add_medicine(home.anna, "Aspirin 100 mg at 08:00")
    hits = MEDICATIONS_CACHE.labels("hit")._value
    before = hits.get()
    for _ in range(3):
        await home.anna.send("/meds")
        listed = await home.anna.sees("• Aspirin 100 mg: every day at 08:00")
    assert hits.get() - before >= 1
    await home.anna.press("Aspirin", message=listed)
    shown = await home.anna.sees("Last given")
    await home.anna.press("⏹ Stop", message=shown)
    await home.anna.sees("Stopped: I won't remind you about it.")
    await home.anna.send("/meds")
    await home.anna.sees("⏹ Aspirin 100 mg: every day at 08:00 (stopped)")


async def test_give_now_records_only_what_is_shown_above_it(home: Household, town: Town) -> None:
    await add_medicine(home.anna, "Buscopan 10 mg as needed")
    await home.anna.send("/meds")
    await home.anna.press("Buscopan", message=await home.anna.sees("Medicines, family"))
    page = await home.anna.sees("💊 Buscopan 10 mg")
    await home.ben.send("/meds")
    await home.ben.press("Buscopan", message=await home.ben.sees("Medicines, family"))
    await home.ben.press("Change", message=await home.ben.sees("💊 Buscopan 10 mg"))
    await home.ben.press("How much", message=await home.ben.sees("to change about Mum's Buscopan"))
    await home.ben.sees("How much Buscopan should Mum get each time from now on?")
    await home.ben.send("5 mg")
    await home.ben.sees("Changed: Buscopan 5 mg")
    toast = await home.anna.press("Record a dose", message=page)
    assert toast is not None
    assert toast.text.startswith("Buscopan has changed since this was shown.")
    assert await town.count("medication_logs") == 0
    now = await home.anna.sees("💊 Buscopan 5 mg")
    await home.anna.press("Record a dose", message=now)
    await home.anna.sees("✅ Buscopan 5 mg, given today")
    assert await town.count("medication_logs") == 1
