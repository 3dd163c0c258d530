"""The times of somebody's day: shown, changed at a tap or typed, and what hangs on them moves."""

import json

from bot.sandbox import Message, Person
from tests.town import Household, Town, add_medicine

BEFORE_BREAKFAST = {"part": "breakfast", "relation": "before", "minutes": None}
AT_BEDTIME = {"part": "bedtime", "relation": "at", "minutes": None}


async def hang(town: Town, name: str, *moments: dict[str, str | None] | None) -> None:
    """Have the times of a medicine stand for parts of the day."""
    newer = json.dumps({"version": 3, "moments": moments})
    await town.change(
        "UPDATE medications SET schedule = schedule || CAST(:newer AS jsonb) WHERE name = :name",
        newer=newer,
        name=name,
    )


async def open_day(by: Person) -> Message:
    await by.send("/people")
    await by.press("Times of day", message=await by.sees("People, family"))
    return await by.sees("Mum's day:")


async def times_of(town: Town, name: str) -> list[str]:
    found = await town.value("SELECT schedule -> 'times' FROM medications WHERE name = :n", n=name)
    return list(found)


async def day_of_mum(town: Town) -> dict[str, str] | None:
    found: dict[str, str] | None = await town.value("SELECT day_times FROM care_recipients")
    return found


async def test_breakfast_is_moved_at_a_tap_and_its_medicine_with_it(
    home: Household, town: Town
) -> None:
    await add_medicine(home.anna, "Levothyroxine 50 µg at 07:30")
    await hang(town, "Levothyroxine", BEFORE_BREAKFAST)
    day = await open_day(home.anna)
    assert "• breakfast 08:00 (assumed)" in day.text
    await home.anna.press("Breakfast 08:00", message=day)
    asked = await home.anna.sees(
        "When is breakfast for Mum? Nobody has told me, so I assume 08:00."
    )
    await home.anna.press("07:30", message=asked)
    confirm = await home.anna.sees("Levothyroxine moves from 07:30 to 07:00.")
    assert "breakfast 07:30 (before: 08:00)" in confirm.text
    assert (await day_of_mum(town), await times_of(town, "Levothyroxine")) == (None, ["07:30"])
    await home.anna.press("Save", message=confirm)
    saved = await home.anna.sees("Saved for Mum:")
    assert await day_of_mum(town) == {"breakfast": "07:30"}
    assert await times_of(town, "Levothyroxine") == ["07:00"]
    town.jump_by(minutes=1)
    news = await home.ben.sees("Anna changed the times of Mum's day:")
    assert "Breakfast 07:30" in news.text
    assert "The times of Levothyroxine have changed, too. /meds shows them." in news.text
    await home.anna.press("Undo", message=saved)
    asked = await home.anna.sees("you changed the times of Mum's day: breakfast 07:30")
    await home.anna.press("Undo", message=asked)
    await home.anna.sees("Mum: breakfast 08:00 (assumed)")
    assert (await day_of_mum(town), await times_of(town, "Levothyroxine")) == (None, ["07:30"])


async def test_several_are_typed_and_what_moves_nothing_is_saved_at_once(
    home: Household, town: Town
) -> None:
    await open_day(home.anna)
    await home.anna.send("breakfast 7:30, bedtime 11pm, dinner 6:30")
    saved = await home.anna.sees("Saved for Mum:")
    assert "dinner 18:30" in saved.text
    assert await day_of_mum(town) == {
        "breakfast": "07:30",
        "bedtime": "23:00",
        "dinner": "18:30",
    }
    await home.anna.press("Times of day", message=saved)
    again = await home.anna.sees("• breakfast 07:30\n")
    assert "• lunch 12:00 (assumed)" in again.text


async def test_nonsense_is_quoted_and_nothing_is_saved(home: Household, town: Town) -> None:
    await open_day(home.anna)
    for typed, answer in (
        ("whenever she likes", "I can't read times of the day in “whenever she likes”."),
        ("7:30", "I can't read times of the day in “7:30”."),
        ("breakfast 25:00", "“25:00” isn't a time of day."),
        ("evening 08:00", "“evening 08:00” can't be right."),
        ("bedtime 1am", "“bedtime 1am” is after midnight"),
        ("breakfast 7 breakfast 8", "You typed “breakfast” twice."),
    ):
        await home.anna.send(typed)
        await home.anna.sees(answer)
        await home.anna.sees("Mum's day:")
    assert await day_of_mum(town) is None


async def test_parts_that_would_change_places_are_asked_about(home: Household, town: Town) -> None:
    await open_day(home.anna)
    await home.anna.send("breakfast 12:30")
    asked = await home.anna.sees("Then breakfast wouldn't be before lunch. Is that right?")
    await home.anna.press("Cancel", message=asked)
    await town.settled()
    assert await day_of_mum(town) is None


async def test_a_medicine_that_cannot_follow_is_named(home: Household, town: Town) -> None:
    await add_medicine(home.anna, "Levothyroxine 50 µg at 07:30")
    await add_medicine(home.anna, "Zinc 10 mg at 07:00 and 07:30")
    await hang(town, "Levothyroxine", BEFORE_BREAKFAST)
    await hang(town, "Zinc", None, BEFORE_BREAKFAST)
    await open_day(home.anna)
    await home.anna.send("breakfast 7:30, bedtime 23:00")
    await home.anna.sees("two doses of Zinc would be due at the same minute")
    await home.anna.sees("• breakfast 08:00 (assumed)")
    assert await day_of_mum(town) is None
    assert await times_of(town, "Levothyroxine") == ["07:30"]


async def test_what_somebody_changed_meanwhile_is_shown_first(home: Household, town: Town) -> None:
    await add_medicine(home.anna, "Levothyroxine 50 µg at 07:30")
    await hang(town, "Levothyroxine", BEFORE_BREAKFAST)
    await open_day(home.anna)
    await home.anna.send("breakfast 7:00")
    seen = await home.anna.sees("Levothyroxine moves from 07:30 to 06:30.")
    await open_day(home.ben)
    await home.ben.send("breakfast 9:00")
    await home.ben.press("Save", message=await home.ben.sees("moves from 07:30 to 08:30."))
    await home.ben.sees("Saved for Mum:")
    await home.anna.press("Save", message=seen)
    anew = await home.anna.sees("Levothyroxine moves from 08:30 to 06:30.")
    assert "Somebody has changed Mum's day" in "".join(m.text for m in home.anna.messages)
    assert await times_of(town, "Levothyroxine") == ["08:30"]
    await home.anna.press("Save", message=anew)
    await home.anna.sees("Saved for Mum:")
    assert await times_of(town, "Levothyroxine") == ["06:30"]


async def test_a_viewer_reads_and_does_not_change(home: Household, town: Town) -> None:
    await home.ben.send("/people")
    shown = await home.ben.sees("People, family")
    await town.change("UPDATE family_members SET role = 'viewer' WHERE role = 'caregiver'")
    toast = await home.ben.press("Times of day", message=shown)
    assert toast is not None
    assert toast.text.startswith("As a viewer, you can read but not change anything.")
    await home.ben.send("/people")
    await town.settled()
    assert "Times of day" not in " ".join(home.ben.messages[-1].labels)
