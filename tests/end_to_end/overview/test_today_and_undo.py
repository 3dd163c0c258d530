"""`/today` and `/undo`."""

from datetime import timedelta

from tests.town import (
    Household,
    Town,
    add_medicine,
    add_person,
    ask,
    clock_in_london,
    found_family,
    undo,
)


async def test_today_without_anybody_cared_for_says_what_to_do(town: Town) -> None:
    anna = town.person("Anna")
    await found_family(anna)
    await anna.send("/today")
    await anna.sees("You haven't added anyone to care for yet. Type /addperson NAME in CITY.")


async def test_today_shows_each_person_by_their_own_calendar(home: Household, town: Town) -> None:
    # It is Monday 07:30 in London, 16:30 in Tokyo, and still Sunday, 21:30, in Honolulu.
    await add_person(home.anna, "Dad <3", "Asia/Tokyo")
    await add_person(home.anna, "Gran", "Honolulu")
    for line in (
        "Aspirin 100 mg at 08:00 and 20:00 for Mum",
        "Zinc & Co 5 mg at 17:00 for Dad <3",
        "Statin 20 mg at 06:00 for Dad <3",
        "Iron 1 tablet at 22:00 for Gran",
        "Magnesium 1 tablet at 09:00 for Gran",
    ):
        await home.anna.send(f"/addmed {line}")
        await home.anna.sees("Saved:")
    await home.anna.send("/today")
    today = await home.anna.sees("💊 Today, family Mum's helpers")
    assert today.text.splitlines()[2:] == [
        "Mum · Monday 23 November",
        "• 08:00 Aspirin 100 mg",
        "• 20:00 Aspirin 100 mg",
        "",
        "Dad <3 · Monday 23 November",
        "• 17:00 Zinc & Co 5 mg",
        "",
        "Gran · Sunday 22 November",
        "• 22:00 Iron 1 tablet",
    ]
    assert today.labels == ()


async def test_a_dose_is_recorded_from_the_list(home: Household, town: Town) -> None:
    asked = await ask(town, home.anna, home.ben)
    await home.ben.send("/today")
    today = await home.ben.sees("💊 Today")
    assert today.labels == (f"✅ Taken: {asked.at} Aspirin",)
    toast = await home.ben.press("Taken: ", message=today)
    assert toast.text == "Taken: Aspirin 100 mg"
    after = await home.ben.sees(
        f"✅ {asked.at} Aspirin 100 mg (taken {asked.at}, recorded by Ben", after=today
    )
    assert after.id == today.id
    assert after.labels == ()
    for phone, card in zip((home.anna, home.ben), asked.cards, strict=True):
        assert (await phone.sees(f"Taken {asked.at}, recorded", after=card)).id == card.id
    # Somebody whose list is older sees who was first, and the list as it is now.
    toast = await home.ben.press_altered(today.buttons[0][0].data or "", message=today)
    assert toast.alert
    assert "already recorded by Ben" in toast.text


async def test_a_viewer_sees_the_list_without_buttons(home: Household, town: Town) -> None:
    asked = await ask(town, home.anna, home.ben)
    await town.change("UPDATE family_members SET role = 'viewer' WHERE role = 'caregiver'")
    await home.ben.send("/today")
    today = await home.ben.sees(f"• {asked.at} Aspirin 100 mg")
    assert today.labels == ()


async def test_undo_takes_back_a_dose(home: Household, town: Town) -> None:
    asked = await ask(town, home.anna, home.ben)
    await home.anna.press("Taken", message=asked.cards[0])
    taken = await home.ben.sees("recorded by Anna", after=asked.cards[1])
    await undo(home.anna)
    await home.anna.sees("↩️ Undone: Aspirin 100 mg for Mum. Nothing is recorded for it now.")
    again = await home.ben.sees("• Aspirin 100 mg", after=taken)
    assert "✅ Taken" in again.labels
    assert [
        row.status
        for row in await town.rows("SELECT status FROM medication_logs ORDER BY recorded_at")
    ] == ["taken", "undone"]


async def test_undo_takes_back_all_taken_as_one_action(home: Household, town: Town) -> None:
    asked = await ask(town, home.anna, home.ben, medicines=("Aspirin 100 mg", "Statin 20 mg"))
    await home.anna.press("All taken", message=asked.cards[0])
    await home.ben.sees("recorded by Anna", after=asked.cards[1])
    await undo(home.anna)
    await home.anna.sees(
        "Undone: Aspirin 100 mg, Statin 20 mg for Mum. Nothing is recorded for them now."
    )
    await town.settled()
    pending = await town.value("SELECT count(*) FROM doses WHERE status = 'pending'")
    assert pending == await town.count("doses")


async def test_undo_takes_back_the_last_thing_first(home: Household, town: Town) -> None:
    asked = await ask(town, home.anna)
    await home.anna.press("Taken", message=asked.cards[0])
    await add_medicine(home.anna, "Zinc 5 mg at 12:00")
    await undo(home.anna)
    await home.anna.sees("Zinc 5 mg has been removed")
    await undo(home.anna)
    await home.anna.sees("Undone: Aspirin 100 mg for Mum. Nothing is recorded for it now.")
    await undo(home.anna)
    await home.anna.sees("Aspirin 100 mg has been removed")
    await home.anna.send("/undo")
    await home.anna.sees("You have nothing to undo from the last 48 hours.")


async def test_nobody_takes_back_what_others_did(home: Household, town: Town) -> None:
    asked = await ask(town, home.anna, home.ben)
    await home.anna.press("Taken", message=asked.cards[0])
    await home.ben.send("/undo")
    await home.ben.sees("You have nothing to undo")


async def test_after_48_hours_a_record_stays_as_it_is(home: Household, town: Town) -> None:
    asked = await ask(town, home.anna, medicines=("Aspirin 100 mg for 1 day",))
    await home.anna.press("Taken", message=asked.cards[0])
    taken = await home.anna.sees("recorded by Anna", after=asked.cards[0])
    town.jump_by(hours=48, minutes=5)
    await home.anna.send("/undo")
    await home.anna.sees("You have nothing to undo from the last 48 hours.")
    toast = await home.anna.press("Undo", message=taken)
    assert toast.alert
    assert "more than 48 hours ago" in toast.text


async def test_a_dose_undone_after_its_window_counts_as_missed(home: Household, town: Town) -> None:
    asked = await ask(town, home.anna, medicines=("Aspirin 100 mg",))
    await home.anna.press("Taken", message=asked.cards[0])
    taken = await home.anna.sees("recorded by Anna", after=asked.cards[0])
    town.jump_to(asked.minute + timedelta(hours=3))
    await home.anna.press("Undo", message=taken)
    card = await home.anna.sees("Missed: nobody recorded it in time", after=taken)
    assert card.labels == ("✅ Taken after all", "⏭ Skip")


async def test_today_counts_from_midnight_where_the_person_lives(
    home: Household, town: Town
) -> None:
    asked = await ask(town, home.anna)
    await home.anna.press("Taken", message=asked.cards[0])
    midnight = asked.minute.replace(hour=0, minute=0) + timedelta(days=1)
    assert clock_in_london(midnight) == "00:00"
    town.jump_to(midnight + timedelta(minutes=1))
    await home.anna.send("/today")
    await home.anna.sees(f"• {asked.at} Aspirin 100 mg")
