"""Cards: what they say, what their buttons do, who gets them, and what becomes of them."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import text

from bot.sandbox import Person
from domain.medicines.doses.ladder import WINDOW
from tests.town import (
    Asked,
    Household,
    Town,
    add_medicine,
    add_person,
    ask,
    clock_in_london,
    join,
    undo,
)

BOTH = ("Aspirin 100 mg", "Statin 20 mg")


async def test_two_medicines_at_one_minute_share_one_card(home: Household, town: Town) -> None:
    asked = await ask(town, home.anna, home.ben, medicines=BOTH)
    assert asked.cards[0].text.splitlines() == [
        f"💊 Mum · {asked.at}",
        "• Aspirin 100 mg",
        "• Statin 20 mg",
    ]
    assert asked.cards[0].labels == (
        "✅ All taken",
        *("✅ Taken: Aspirin", "⋯ More"),
        *("✅ Taken: Statin", "⋯ More"),
    )
    await home.anna.press("Taken: Statin", message=asked.cards[0])
    half = await home.ben.sees("recorded by Anna", after=asked.cards[1])
    assert half.labels == (
        "✅ Taken: the other one",
        "✅ Taken: Aspirin",
        "⋯ More",
        "✏️ Correct Statin",
        "↩️ Undo Statin",
    )
    toast = await home.ben.press_altered(asked.cards[1].buttons[0][0].data or "", message=half)
    assert toast.text == "Taken: Aspirin 100 mg"
    whole = await home.anna.sees("recorded by Ben", after=half)
    assert whole.labels == (
        "✓ All recorded",
        "✏️ Correct Aspirin",
        "↩️ Undo Aspirin",
        "✏️ Correct Statin",
        "↩️ Undo Statin",
    )
    assert await town.value("SELECT count(*) FROM medication_logs") == 2


async def test_all_taken_from_two_phones_at_once_is_recorded_once(
    home: Household, town: Town
) -> None:
    asked = await ask(town, home.anna, home.ben, medicines=BOTH)
    for phone, card in zip((home.anna, home.ben), asked.cards, strict=True):
        phone.tap("All taken", message=card)
    await town.settled()
    assert await town.value("SELECT count(*) FROM medication_logs") == 2
    [first, second] = [phone.toasts[-1] for phone in (home.anna, home.ben)]
    assert sorted([first.alert, second.alert]) == [False, True]


async def test_the_menu_of_a_dose_opens_and_closes_on_one_phone_only(
    home: Household, town: Town
) -> None:
    asked = await ask(town, home.anna, home.ben)
    await home.anna.press("⋯", message=asked.cards[0])
    menu = await home.anna.sees("Aspirin", after=asked.cards[0])
    assert menu.id == asked.cards[0].id
    assert menu.labels == (
        "◀ Back",
        "⏰ Snooze 10 min",
        "⏰ Snooze 30 min",
        "⏰ Snooze 60 min",
        "⏭ Skip Aspirin",
    )
    await home.anna.press("Back")
    closed = await home.anna.sees("Aspirin", after=menu)
    assert closed.labels == ("✅ Taken", "⋯ More")
    await town.settled()
    assert not [message for message in home.ben.messages if message.edited]


async def test_a_skipped_dose_says_who_skipped_it(home: Household, town: Town) -> None:
    asked = await ask(town, home.anna, home.ben)
    await home.anna.press("⋯", message=asked.cards[0])
    await home.anna.sees("Aspirin", after=asked.cards[0])
    toast = await home.anna.press("Skip")
    assert toast.text == "Skipped: Aspirin 100 mg"
    await home.ben.sees("Skipped, recorded by Anna", after=asked.cards[1])
    late = await home.ben.press_altered(
        asked.cards[1].buttons[0][0].data or "", message=asked.cards[1]
    )
    assert late.alert
    assert "skipped, already recorded by Anna, " in late.text


async def test_snooze_asks_everybody_again_and_shrinks_the_old_card(
    home: Household, town: Town
) -> None:
    asked = await ask(town, home.anna, home.ben)
    again_at = await snooze(home.anna, asked, phones=(home.anna, home.ben))
    town.jump_to(again_at - timedelta(seconds=1))
    for phone, card in zip((home.anna, home.ben), asked.cards, strict=True):
        new = await phone.sees("🔔 I'm asking again")
        assert new.id != card.id
        assert new.labels == ("✅ Taken", "⋯ More", "🙋 I'm on it")
        old = await phone.sees("I've asked again below.")
        assert old.id == card.id
        assert old.labels == ()


async def snooze(by: Person, asked: Asked, *, phones: tuple[Person, ...]) -> datetime:
    await by.press("⋯", message=asked.cards[0])
    await by.sees("", after=asked.cards[0])
    toast = await by.press("Snooze 10 min")
    again_at = asked.minute + timedelta(minutes=10)
    if clock_in_london(again_at) not in toast.text:  # pressed a moment into the next minute
        again_at += timedelta(minutes=1)
    assert toast.text == f"I'll ask everyone again at {clock_in_london(again_at)}."
    for phone in phones:
        await phone.sees(f"Snoozed until {clock_in_london(again_at)} by {by.name}")
    return again_at


async def test_two_snoozed_medicines_of_one_card_each_ring_anew(
    home: Household, town: Town
) -> None:
    asked = await ask(town, home.anna, medicines=BOTH)
    for row, minutes in ((1, 10), (2, 30)):
        await home.anna.press_altered(
            asked.cards[0].buttons[row][1].data or "", message=asked.cards[0]
        )
        await town.settled()
        await home.anna.press(f"Snooze {minutes} min")
        await town.settled()
    seen = asked.cards[0].id
    for minutes in (10, 30):
        town.jump_to(asked.minute + timedelta(minutes=minutes + 1))
        card = await home.anna.sees("🔔 I'm asking again", after=home.anna.last)
        assert card.id > seen
        seen = card.id
        await town.settled()


async def test_snooze_never_passes_the_window(home: Household, town: Town) -> None:
    asked = await ask(town, home.anna)
    town.jump_to(asked.minute + WINDOW - timedelta(minutes=30))
    card = await home.anna.sees("🔔 I'm asking again", after=asked.cards[0])
    await town.settled()
    await home.anna.press("⋯", message=card)
    await town.settled()
    toast = await home.anna.press("Snooze 60 min")
    assert toast.alert
    assert "Please record it before then." in toast.text


async def test_undo_is_for_the_card_that_says_so(home: Household, town: Town) -> None:
    asked = await ask(town, home.anna, home.ben)
    await home.anna.press("Taken", message=asked.cards[0])
    taken = await home.ben.sees("recorded by Anna", after=asked.cards[1])
    undo = taken.buttons[0][1].data or ""
    toast = await home.ben.press("Undo", message=taken)
    assert toast.text == "Undone: Aspirin 100 mg"
    toast = await home.ben.press_altered(undo, message=taken)
    assert toast.alert
    assert toast.text == "You undid the record of Aspirin 100 mg. Nothing is recorded for it now."


# Who gets it, and who may answer.


async def test_the_cared_for_person_confirms_their_own_dose(home: Household, town: Town) -> None:
    mum = town.person("Margaret")
    await join(home.anna, mum, "recipient")
    await add_person(home.anna, "Dad", "Paris")
    minute = town.minute(ahead=2)
    at = clock_in_london(minute)
    await add_medicine(home.anna, f"Aspirin 100 mg at {at} for Mum")
    await add_medicine(
        home.anna, f"Zinc 5 mg at {clock_in_london(minute + timedelta(hours=1))} for Dad"
    )
    town.jump_to(minute - timedelta(seconds=1))
    card = await mum.sees(f"Mum · {at}")
    others = await home.anna.sees("Dad · ")
    await mum.press("Taken", message=card)
    await home.anna.sees("recorded by Margaret")
    await town.settled()
    assert not [message for message in mum.messages if "Dad ·" in message.text]
    toast = await mum.press_altered(others.buttons[0][0].data or "", message=card)
    assert toast.alert
    assert (
        toast.text
        == "You can only record your own doses. Please ask a caregiver to record this one."
    )


async def test_a_viewer_is_not_asked_and_cannot_record(home: Household, town: Town) -> None:
    vera = town.person("Vera")
    await join(home.anna, vera, "viewer")
    asked = await ask(town, home.anna, home.ben)
    assert not [message for message in vera.messages if "💊 Mum ·" in message.text]
    for button in (asked.cards[0].buttons[0][0], asked.cards[0].buttons[0][1]):
        await vera.press_altered(button.data or "", message=vera.last)
    await town.settled()
    assert vera.toasts[0].alert
    assert (
        vera.toasts[0].text
        == "As a viewer, you can read but not record. Please ask a caregiver to record it."
    )
    assert await town.count("medication_logs") == 0


async def test_whoever_blocked_the_bot_is_left_out_and_the_others_are_asked(
    home: Household, town: Town
) -> None:
    home.ben.block()
    asked = await ask(town, home.anna)
    await town.settled()
    [row] = await town.rows(
        "SELECT n.status, n.reason FROM notifications n JOIN users u ON u.id = n.user_id"
        " WHERE u.name = 'Ben' AND n.kind = 'slot_card'"
    )
    assert tuple(row) == ("unreachable", "the person has blocked the bot")
    await home.anna.press("Taken", message=asked.cards[0])
    await home.anna.sees("recorded by Anna", after=asked.cards[0])


async def test_when_nobody_asked_first_can_be_reached_the_next_are_told(
    home: Household, town: Town
) -> None:
    vera = town.person("Vera")
    await join(home.anna, vera, "viewer")
    minute = town.minute(ahead=2)
    await add_medicine(home.anna, f"Aspirin 100 mg at {clock_in_london(minute)}")
    # Telegram has not told us that they block the bot: the very send finds out.
    town.sandbox.fail_next("sendMessage", status=403, times=2)
    town.jump_to(minute - timedelta(seconds=1))
    card = await vera.sees("📣 I couldn't reach the people I ask first. Please take care of it.")
    assert "Aspirin 100 mg" in card.text
    assert card.labels == ()
    await vera.send("/family")
    overview = await vera.sees("👪 Mum's helpers")
    assert overview.text.count("⚠️ has blocked me") == 2

    # Whoever writes to the bot does not block it, whatever Telegram said.
    await home.ben.send("/family")
    overview = await home.ben.sees("👪 Mum's helpers")
    assert "• Ben, caregiver\n" in overview.text
    assert overview.text.count("⚠️ has blocked me") == 1


async def test_whoever_left_is_asked_no_more(home: Household, town: Town) -> None:
    await town.change("UPDATE family_members SET left_at = clock_now() WHERE role = 'caregiver'")
    asked = await ask(town, home.anna)
    assert not [message for message in home.ben.messages if "💊" in message.text]
    toast = await home.ben.press_altered(asked.cards[0].buttons[0][0].data or "")
    assert toast.alert
    assert "not in this family any more" in toast.text
    assert await town.count("medication_logs") == 0


# Too late.


async def test_a_dose_that_nobody_answered_is_missed_at_the_end_of_its_window(
    home: Household, town: Town
) -> None:
    asked = await ask(town, home.anna, home.ben, medicines=BOTH)
    await home.anna.press("Taken: Statin", message=asked.cards[0])
    await home.ben.sees("recorded by Anna", after=asked.cards[1])
    town.jump_to(asked.minute + WINDOW - timedelta(seconds=1))
    for phone in (home.anna, home.ben):
        summary = await phone.sees("⚠️ Mum: nobody recorded this dose in time.")
        assert summary.text.splitlines()[1:] == [f"• {asked.minute:%A} {asked.at} Aspirin 100 mg"]
        assert summary.labels == ("✅ Taken after all", "⏭ Skip")
        await phone.sees("Missed: nobody recorded it in time")
        await town.settled()
        cards = [each for each in phone.messages if "Missed: nobody" in each.text and each.labels]
        assert len(cards) == 1  # those that were asked again have no buttons of their own
        assert cards[0].labels == (
            "✅ Taken: the other one",
            "✅ Taken: Aspirin",
            "⏭ Skip Aspirin",
            "✏️ Correct Statin",
            "↩️ Undo Statin",
        )
    await town.settled()
    assert await town.value("SELECT count(*) FROM notifications WHERE kind = 'missed'") == 2

    await home.ben.press("Taken: Aspirin")
    await home.ben.press("At its time", message=await home.ben.sees("When was it taken?"))
    await home.anna.sees("recorded by Ben")


async def test_taken_after_all(home: Household, town: Town) -> None:
    asked = await ask(town, home.anna)
    town.jump_to(asked.minute + WINDOW)
    card = await home.anna.sees("Missed: nobody recorded it in time")
    await home.anna.press("Taken after all", message=card)
    await home.anna.press("Just now", message=await home.anna.sees("When was it taken?"))
    await home.anna.sees("recorded by Anna", after=card)


async def test_after_a_short_outage_the_card_comes_late_and_says_so(
    home: Household, town: Town
) -> None:
    minute = town.minute(ahead=2)
    at = clock_in_london(minute)
    await add_medicine(home.anna, f"Aspirin 100 mg at {at}")
    await town.stop_bot()
    town.jump_to(minute + timedelta(minutes=20))
    await town.start_bot()
    card = await home.anna.sees(f"⏳ This reminder is late. The dose was due at {at}.")
    await home.anna.press("Taken", message=card)
    await home.anna.sees("recorded by Anna", after=card)


async def test_after_a_long_outage_nobody_is_blamed(home: Household, town: Town) -> None:
    minute = town.minute(ahead=2)
    at = clock_in_london(minute)
    await add_medicine(home.anna, f"Aspirin 100 mg at {at}")
    await town.stop_bot()
    # Two days: also the doses of tomorrow and of the day after were never asked about.
    town.jump_to(minute + timedelta(days=2, hours=3))
    await town.start_bot()
    await town.until("SELECT count(*) = 3 FROM doses WHERE status = 'not_asked'")
    await town.settled()
    [summary] = [message for message in home.anna.messages if "❔ Mum" in message.text]
    assert summary.text.splitlines()[1:4] == [
        f"• Monday {at} Aspirin 100 mg",
        f"• Tuesday {at} Aspirin 100 mg",
        f"• Wednesday {at} Aspirin 100 mg",
    ]
    await home.anna.send("/today")
    today = await home.anna.sees(f"❔ {at} Aspirin 100 mg (I couldn't ask anyone in time)")
    assert f"❔ yesterday {at} Aspirin 100 mg" in today.text
    await home.anna.press(f"✅ Taken: {at} Aspirin", message=today)
    await home.anna.press("Just now", message=await home.anna.sees("When was it taken?"))
    await home.anna.sees("Aspirin 100 mg, given today")
    await home.anna.send("/today")
    await home.anna.sees(f"✅ {at} Aspirin 100 mg (taken ", after=today)


# What people typed.


async def test_whatever_people_typed_is_shown_as_they_typed_it(town: Town) -> None:
    anna = town.person("<i>Anna & Söhne")
    await anna.start()
    await anna.sees("Hello <i>Anna & Söhne!")
    await anna.send("/newfamily <u>A & B</u>")
    await anna.sees("You've created the family <u>A & B</u>")
    await anna.send("/addperson <b>Mum & Dad in Europe/London")
    await anna.sees("<b>Mum & Dad is in the family <u>A & B</u>")
    minute = town.minute(ahead=2)
    at = clock_in_london(minute)
    await add_medicine(anna, f'&lt;Drug<b & 🙂 "1 <tsp> & ½" at {at}')
    town.jump_to(minute - timedelta(seconds=1))
    card = await anna.sees(f"<b>Mum & Dad · {at}")
    assert "• &lt;Drug<b & 🙂 1 <tsp> & ½" in card.text
    await anna.press("Taken", message=card)
    await anna.sees("recorded by <i>Anna & Söhne", after=card)
    await anna.send("/today")
    await anna.sees(f"✅ {at} &lt;Drug<b & 🙂 1 <tsp> & ½ (taken {at}, recorded by <i>Anna & Söhne")
    await undo(anna)
    await anna.sees(
        "Undone: &lt;Drug<b & 🙂 1 <tsp> & ½ for <b>Mum & Dad. Nothing is recorded for it now."
    )
    town.jump_to(minute + WINDOW)
    await anna.sees("⚠️ <b>Mum & Dad: nobody recorded this dose in time.")


@pytest.mark.parametrize("status", ["closed", "unreachable", "obsolete", "failed"])
async def test_what_is_over_is_not_claimed_for_ever_whatever_opened_it(
    status: str, town: Town, home: Household
) -> None:
    await ask(town, *home)
    async with town.tables.begin() as tables:
        await tables.execute(
            text("UPDATE notifications SET status = :status, wanted_version = wanted_version + 1"),
            {"status": status},
        )
    await home.anna.send("/today")
    await add_medicine(home.anna, "Zinc 10 mg at 21:00")  # queues, and so wakes the delivery
    town.jump_by(minutes=1)
    await town.settled()
