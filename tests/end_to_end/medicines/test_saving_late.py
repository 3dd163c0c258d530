"""A question that stands for a while: what it promised is saved, or it says what has passed."""

from datetime import timedelta

from tests.town import Household, Town, clock_in_london


async def test_a_first_dose_of_now_is_due_when_it_is_saved(home: Household, town: Town) -> None:
    anna = home.anna
    await anna.send("/addmed Clopidogrel 300 mg now, then 75 mg daily 8am")
    shown = await anna.sees("I understood:")
    town.jump_by(minutes=6)
    await anna.press("Save", message=shown)
    saved = await anna.sees("Saved: Clopidogrel")
    assert "First: today" in saved.text
    await town.until("SELECT count(*) > 0 FROM doses")
    first = await town.value("SELECT min(due_at) FROM doses")
    assert timedelta() <= first - town.clock.now() <= timedelta(minutes=2)
    assert clock_in_london(first) in saved.text


async def test_a_dose_that_has_passed_meanwhile_is_said_before_it_is_saved(
    home: Household, town: Town
) -> None:
    anna = home.anna
    soon = town.minute(ahead=2)
    at = clock_in_london(soon)
    await anna.send(f"/addmed Prednisolone 20 mg for 3 days, then 10 mg for 3 days at {at}")
    shown = await anna.sees("6 doses")
    town.jump_by(minutes=5)
    await anna.press("Save", message=shown)
    asked = await anna.sees("has passed meanwhile")
    assert f"today {at}" in asked.text
    assert "5 doses" in asked.text
    assert await town.count("medications") == 0
    await anna.press("Save", message=asked)
    await anna.sees("Saved: Prednisolone")


async def test_steps_of_different_frequency_are_completed_step_by_step(home: Household) -> None:
    anna = home.anna
    await anna.send("/addmed Amoxicillin 500 mg bd for 3 days then od")
    asked = await anna.sees("at what time?")
    assert "08:00, 18:00, then 18:00" in asked.labels
    await anna.send("08:00 and 20:00")
    await anna.sees("in which step?")
    await anna.send("08:00 and 20:00, then 20:00")
    shown = await anna.sees("I understood:")
    assert "500 mg at 08:00 and 20:00" in shown.text
    assert "then 500 mg at 20:00" in shown.text


async def test_a_first_dose_of_now_in_a_pasted_list_is_due_when_it_is_saved(
    home: Household, town: Town
) -> None:
    anna = home.anna
    await anna.send("/addmed Clopidogrel 300 mg now, then 75 mg daily 8am\nAspirin 75 mg at 9am")
    shown = await anna.sees("Clopidogrel")
    town.jump_by(minutes=6)
    await anna.press("Save", message=shown)
    await anna.sees("First: today")
    await town.until("SELECT count(*) > 0 FROM doses")
    first = await town.value("SELECT min(due_at) FROM doses")
    assert timedelta() <= first - town.clock.now() <= timedelta(minutes=2)
