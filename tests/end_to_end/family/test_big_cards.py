"""Big, simple reminders: one card, large words, one button, and nothing else to get lost in."""

from datetime import timedelta
from typing import Any

from bot.sandbox import Call, Message, Person
from domain.medicines.doses.ladder import WINDOW
from tests.end_to_end.family.test_members import make, open_member
from tests.end_to_end.leaving.test_erasure import erase
from tests.town import Household, Town, add_medicine, clock_in_london, found_family
from tests.waiting import until


async def make_big(home: Household) -> None:
    """Ben is Mum, and gets big cards."""
    await make(home.anna, "Ben", "They're somebody we care for")
    await home.anna.press("Save", message=await home.anna.sees("the same as Mum"))
    await home.anna.sees("Is Mum, and records their own doses")
    page = await open_member(home.anna, "Ben")
    await home.anna.press("Big, simple reminders", message=page)
    await home.ben.sees("From now on your reminders are big and simple (Anna).")


def menus(town: Town, person: Person) -> list[Any]:
    """The menus that were shown to that person, in turn: the names of its commands, or None for
    everybody's.
    """

    def of(call: Call) -> Any:
        if call.method == "deleteMyCommands":
            return None
        return [one["command"] for one in call.params["commands"]]

    chat = {"type": "chat", "chat_id": person.id}
    return [of(call) for call in town.sandbox.calls if call.params.get("scope") == chat]


async def test_the_menu_is_short_while_the_cards_are_big(home: Household, town: Town) -> None:
    await make_big(home)
    await until(lambda: menus(town, home.ben)[-1:] == [["today", "help"]])
    await home.ben.send("/help")
    shown = await home.ben.sees("I write to you")
    assert shown.labels == ("💊 Today",)
    assert "/addmed" not in shown.text
    await home.anna.press("Usual reminders", message=await open_member(home.anna, "Ben"))
    await home.ben.sees("your reminders are as usual")
    await until(lambda: menus(town, home.ben)[-1] is None)
    await home.ben.send("/help")
    await home.ben.sees("Just tell me")
    assert menus(town, home.anna) == []


async def test_who_is_somebody_else_in_another_family_needs_the_whole_menu(
    home: Household, town: Town
) -> None:
    await make_big(home)
    await until(lambda: menus(town, home.ben)[-1:] == [["today", "help"]])
    await found_family(home.ben, "Ben's own")
    await until(lambda: menus(town, home.ben)[-1] is None)


async def test_who_has_left_or_was_erased_finds_the_whole_menu_again(
    home: Household, town: Town
) -> None:
    await make_big(home)
    await until(lambda: menus(town, home.ben)[-1:] == [["today", "help"]])
    await erase(home.ben)
    await until(lambda: menus(town, home.ben)[-1] is None)


async def test_a_menu_that_telegram_refused_is_set_again_by_help(
    home: Household, town: Town
) -> None:
    town.sandbox.fail_next("setMyCommands", status=500)
    await make_big(home)
    await town.settled()
    await home.ben.send("/help")
    await home.ben.sees("I write to you")
    await until(lambda: menus(town, home.ben)[-1:] == [["today", "help"]])


async def due(home: Household, town: Town, *medicines: str) -> Message:
    """Big cards, and these are due; returns Ben's card."""
    await make_big(home)
    minute = town.minute(ahead=2)
    for medicine in medicines:
        await add_medicine(home.anna, f"{medicine} at {clock_in_london(minute)}")
    town.jump_to(minute - timedelta(seconds=1))
    return await home.ben.sees(f"⏰ {clock_in_london(minute)}")


async def test_what_nobody_recorded_is_one_plain_question(home: Household, town: Town) -> None:
    card = await due(home, town, "Aspirin 100 mg", "Senna 2 tablets")
    await town.settled()
    town.clock.advance(WINDOW)
    summary = await home.ben.sees("Did you take this?", after=card)
    assert summary.labels == ("✅ Taken",)
    assert "nobody recorded" not in summary.text
    assert (await home.anna.sees("nobody recorded")).labels != ()
    await town.settled()
    # What is over asks nothing more: there's one button in sight.
    asked = [message for message in home.ben.messages if message.id >= card.id and message.labels]
    assert [message.id for message in asked] == [summary.id]
    assert "This time is over." in next(m for m in home.ben.messages if m.id == card.id).text
    await home.ben.press("Taken", message=summary)
    when = await home.ben.sees("When")
    await home.ben.press("Just now", message=when)
    await home.ben.sees("👍 Done. Thank you!", after=summary)
    assert await town.count("medication_logs") == 2
