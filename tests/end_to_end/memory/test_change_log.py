"""`/history changes`: who changed what, as an admin reads it."""

from tests.end_to_end.appointments.plans import add
from tests.town import Household, Town, add_medicine


async def test_an_admin_reads_who_changed_what_into_what(home: Household, town: Town) -> None:
    saved = await add_medicine(home.ben, "Aspirin 100 mg at 20:00")
    await home.ben.press("Change", message=saved)
    await home.ben.sees("like to change")
    await home.ben.send("21:00")
    await home.ben.sees("✅ Changed")
    await home.ben.send("/people")
    listed = await home.ben.sees("People, family")
    await home.ben.press("Rename", message=listed)
    await home.ben.sees("What should I call Mum")
    await home.ben.send("Grandma")
    await home.ben.sees("Renamed to Grandma")
    booked = await add(home.anna, "Cardiologist friday 10:00")
    await home.anna.press("Move", message=booked)
    await home.anna.sees("which day?")
    await home.anna.send("thursday 08:30")
    await home.anna.sees("✅ Moved in the family")
    await home.anna.send("/history changes")
    read = await home.anna.sees("🧾 Changes, family Mum's helpers")
    assert "Ben changed Aspirin for Grandma" in read.text
    assert "every day at 20:00 → every day at 21:00" in read.text
    assert "Ben renamed Grandma\n   Mum → Grandma" in read.text
    assert "Anna moved Cardiologist for Grandma" in read.text
    assert "Friday 27 November, 10:00 → Thursday 26 November, 08:30" in read.text
    assert "Today, Monday 23 November" in read.text
    assert "in the group" not in read.text
    await home.anna.press("Older", message=read)
    older = await home.anna.sees("Anna created the family")
    await home.anna.press("Newer", message=older)
    await home.anna.sees("Anna moved Cardiologist")
    origins = await town.rows("SELECT DISTINCT origin FROM audit_events")
    assert [row.origin for row in origins] == ["private"]


async def test_whoever_is_no_admin_is_refused_and_the_words_do(home: Household) -> None:
    await home.ben.send("/history changes")
    await home.ben.sees("admin")
    await home.ben.send("/family")
    shown = await home.ben.sees("👪")
    assert not any("Who changed what" in label for label in shown.labels)
    await home.anna.send("who changed what?")
    await home.anna.sees("🧾 Changes, family Mum's helpers")
    await home.anna.send("/family")
    shown = await home.anna.sees("👪")
    await home.anna.press("Who changed what", message=shown)
    await home.anna.sees("🧾 Changes", after=shown)
