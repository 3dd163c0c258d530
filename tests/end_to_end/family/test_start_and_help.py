"""`/start`, `/help`, what is no command, and who is spoken to in which language."""

from bot.features.family.views.start import command_menu
from bot.sandbox import Call
from tests.town import Household, Town, found_family, invite
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
    }
    await home.anna.start()
    assert "✉️ Invite" in (await home.anna.sees("You're in the family")).labels
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


async def test_what_is_no_command_is_answered_in_one_sentence(home: Household) -> None:
    for typed, answer in (
        ("/nosuchthing", "I don't know that command."),
        ("/help@carecircle_sandbox_bot", "What I can do"),
        ("lorem ipsum", "I'm not sure what you mean by “lorem ipsum”"),
    ):
        await home.anna.send(typed)
        await home.anna.sees(answer)
    await home.ben.send_voice()
    await home.ben.sees("I can only read text")
    await home.ben.send_sticker()
    await home.ben.sees("Hello Ben!")


async def test_without_a_family_each_command_leads_to_one_first(town: Town) -> None:
    for command in ("/family", "/invite", "/today", "/undo", "/addmed", "/addmed Zinc 5 mg 9am"):
        guest = town.person("Guest")
        await guest.send(command)
        await guest.sees("whom do you look after?")
        await guest.send(command)
        await guest.sees("I only need a name to begin with")
    await town.settled()
    assert await town.count("care_recipients") == 0


async def test_whoever_says_for_whom_and_where_is_asked_nothing_more(town: Town) -> None:
    anna = town.person("Anna")
    await anna.send("/addperson Mum in London")
    await anna.sees("You've created the family Mum's family, for Mum in London, United Kingdom")
    assert await town.count("care_recipients") == 1


async def test_an_invitation_may_be_pasted(home: Household, town: Town) -> None:
    link = await invite(home.anna)
    cara = town.person("Cara")
    await cara.send("Zinc 5 mg every day at 9am")
    await cara.sees("tap its link, or paste it here")
    await cara.send(link)
    await cara.sees("Welcome to the family Mum's helpers")
    await cara.press("✅ Save", message=await cara.sees("Zinc 5 mg"))
    await cara.sees("Saved: Zinc 5 mg")
    assert await town.count("family_members") == 3


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
