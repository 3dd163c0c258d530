"""The main journey: a family, a second person, a medicine, a reminder, a tap."""

from datetime import timedelta

from tests.town import Town, clock_in_london


async def test_a_dose_is_asked_about_taken_and_undone(town: Town) -> None:
    await live_the_first_day(town)


async def test_a_bot_api_that_can_do_little_else_is_enough(town: Town) -> None:
    town.sandbox.only(
        ["getMe", "getUpdates", "sendMessage", "editMessageText", "answerCallbackQuery"]
    )
    await town.restart_bot()
    await live_the_first_day(town)


async def live_the_first_day(town: Town) -> None:
    anna, ben = town.person("Anna"), town.person("Ben")
    await anna.start()
    await anna.sees("Hello Anna")
    await anna.send("/newfamily Mum's helpers")
    await anna.sees("You've created the family")
    await anna.send("/invite caregiver")
    invitation = await anna.sees("works once")
    await ben.open_link(invitation.links[0])
    await ben.sees("Welcome to the family Mum's helpers")
    await anna.sees("Ben has joined")
    await anna.send("/addperson Mum in Europe/London")
    await anna.sees("Mum is in the family")

    minute = town.minute(ahead=2)
    at = clock_in_london(minute)
    await anna.send(f"/addmed Aspirin 100 mg at {at}")
    saved = await anna.sees("Saved: Aspirin 100 mg")
    assert f"First: today {at} Mum's time" in saved.text
    assert "family Mum's helpers" in saved.text

    town.jump_to(minute - timedelta(seconds=1))
    cards = [await phone.sees(f"Mum · {at}") for phone in (anna, ben)]
    assert all("Aspirin 100 mg" in card.text for card in cards)

    toast = await anna.press("Taken", message=cards[0])
    assert toast.text == "Taken: Aspirin 100 mg"
    for phone in (anna, ben):
        taken = await phone.sees("recorded by Anna", after=cards[1])
        assert taken.labels == ("✏️ Correct", "↩️ Undo")

    late = await ben.press_altered(cards[1].buttons[0][0].data or "", message=cards[1])
    assert late.alert
    assert "Anna" in late.text

    await ben.press("Undo")
    for phone in (anna, ben):
        again = await phone.sees("• Aspirin 100 mg", after=taken)
        assert "✅ Taken" in again.labels
