"""`/start`, `/help`, what is no command, and who is spoken to in which language."""

from bot.features.family.views.start import command_menu
from bot.sandbox import Call
from tests.town import Household, Town, found_family
from tests.waiting import until


async def test_whoever_is_new_is_welcomed_and_shown_the_first_step(town: Town) -> None:
    anna = town.person("Anna <b & Co")
    await anna.start()
    welcome = await anna.sees("Hello Anna <b & Co!")
    assert "not a medical device" in welcome.text
    await anna.press("Create a family")
    await anna.sees("What would you like to call the family?")


async def test_whoever_is_known_is_greeted_with_their_family(home: Household) -> None:
    await home.ben.start()
    greeting = await home.ben.sees("You're in the family Mum's helpers")
    assert set(greeting.labels) == {
        "💊 Today",
        "📋 Medicines",
        "➕ Add a medicine",
        "📜 History",
        "📅 Appointments",
        "👩‍⚕️ Doctors",
        "👪 Family",
        "✉️ Invite",
    }
    await home.ben.press("Family")
    await home.ben.sees("Anna, admin")


async def test_a_link_that_is_no_invitation_is_told_so(town: Town) -> None:
    anna = town.person("Anna")
    await anna.start("no-such-invitation")
    await anna.sees("I don't know this invitation")
    assert await town.count("family_members") == 0


async def test_help_names_every_command_of_the_menu(home: Household) -> None:
    await home.anna.send("/help")
    text = (await home.anna.sees("What I can do")).text
    for command, _about in command_menu():
        assert command == "help" or f"/{command}" in text
    assert "second alarm" in text


async def test_without_a_family_help_names_only_how_to_come_by_one(town: Town) -> None:
    anna = town.person("Anna")
    await anna.start()
    await anna.sees("Hello")
    await anna.send("/help")
    shown = await anna.sees("What I can do")
    assert "/newfamily" in shown.text
    assert "second alarm" in shown.text
    assert "/addmed" not in shown.text
    assert shown.labels == ("Create a family",)


async def test_the_menu_of_commands_is_set(town: Town) -> None:
    def calls() -> list[Call]:
        return [call for call in town.sandbox.calls if call.method == "setMyCommands"]

    await until(lambda: bool(calls()))
    [call] = calls()
    assert call.error is None
    assert {"today", "addmed", "help"} <= {one["command"] for one in call.params["commands"]}


async def test_what_is_no_command_is_answered_in_one_sentence(town: Town) -> None:
    anna = town.person("Anna")
    await anna.start()
    await anna.sees("Hello")
    for typed, answer in (
        ("/nosuchthing", "I don't know that command."),
        ("lorem ipsum", "I'm not sure what that's about."),
        ("/help@carecircle_sandbox_bot", "What I can do"),
    ):
        await anna.send(typed)
        await anna.sees(answer)
    await anna.send_voice()
    await anna.sees("I'm not sure what that's about.")


async def test_without_a_family_each_command_says_what_to_do_first(town: Town) -> None:
    anna = town.person("Anna")
    await anna.start()
    await anna.sees("Hello")
    for command in ("/family", "/invite", "/addperson Mum in London", "/today", "/undo", "/addmed"):
        await anna.send(command)
        await anna.sees("You aren't in a family yet. Type /newfamily NAME")
    await town.settled()
    assert await town.count("care_recipients") == 0


async def test_a_language_that_nobody_has_translated_is_answered_in_english(town: Town) -> None:
    for code in ("xx", "zh-hant", "", "../../etc"):
        guest = town.person("Guest", language_code=code)
        await guest.start()
        await guest.sees("Hello Guest!")


async def test_a_message_that_is_edited_does_nothing_again(town: Town) -> None:
    anna = town.person("Anna")
    await found_family(anna, "Smith")
    mistyped = await anna.send("/newfamily Smyth")
    await anna.sees("You've created the family Smyth")
    await anna.edit(mistyped, "/newfamily Smith")
    await anna.send("/family")
    await anna.sees("👪 Smyth")
    assert await town.count("families") == 2
