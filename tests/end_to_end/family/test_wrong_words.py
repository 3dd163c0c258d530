"""Wrong words around joining, leaving and taking one's data: a clear sentence, and nothing lost."""

import pytest

from tests.end_to_end.family.test_members import open_member
from tests.town import Household, Town


@pytest.mark.parametrize(
    "typed", ["emperor", "caregiver Ben", "Ben as a caregiver", "admin, viewer", "@ben", "<b>"]
)
async def test_a_role_that_is_not_one_is_asked_for_at_once(
    home: Household, town: Town, typed: str
) -> None:
    await home.anna.send(f"/invite {typed}")
    asked = await home.anna.sees(f"I don't know a role called “{typed}”.")
    before = await town.count("invitations")
    await home.anna.press("Viewer", message=asked)
    await home.anna.sees("works once")
    assert await town.count("invitations") == before + 1


@pytest.mark.parametrize(
    ("line", "left_out", "shown"),
    [
        ("/leave Smiths", "Smiths", "Leave the family Mum's helpers?"),
        ("/leave now", "now", "Leave the family Mum's helpers?"),
        ("/family Smiths", "Smiths", "👪 Mum's helpers"),
        ("/removed Aspirin", "Aspirin", "🗑 Removed"),
        ("/deleteme yes", "yes", "Deleting your account"),
        ("/export pdf", "pdf", "I can't use"),
    ],
)
async def test_words_that_a_command_has_no_use_for_are_named(
    home: Household, line: str, left_out: str, shown: str
) -> None:
    await home.ben.send(line)
    answer = await home.ben.sees(f"I can't use “{left_out}” after {line.split(maxsplit=1)[0]}")
    assert shown in answer.text


async def test_what_was_meant_is_not_called_left_out(home: Household, town: Town) -> None:
    for line in ("/leave Mum's helpers", "/leave", "leave the family", "/history changes"):
        await home.anna.send(line)
        await town.settled()
        assert "I can't use" not in home.anna.last.text, line
    await home.anna.send("/history changes Ben")
    shown = await home.anna.sees("I can't use “Ben” after /history changes")
    assert "🧾 Changes" in shown.text


async def test_a_link_that_was_cut_off_is_a_wrong_invitation(town: Town) -> None:
    guest = town.person("Guest")
    for link in ("https://t.me/carecircle_bot?start=abc", "t.me/carecircle_bot?start=x7"):
        await guest.send(link)
        await town.settled()
        assert guest.last.text == "I don't know this invitation. Please ask for a new one."
    assert await town.count("families") == 0


async def test_a_question_that_is_answered_in_words_is_asked_again(
    home: Household, town: Town
) -> None:
    await home.anna.press("Remove from the family", message=await open_member(home.anna, "Ben"))
    asked = await home.anna.sees("Remove Ben from the family")
    for typed in ("maybe", "yes", "remove him"):
        await home.anna.send(typed)
        asked = await home.anna.sees(f"I can't use “{typed}” here", after=asked)
        assert "Remove Ben from the family" in asked.text
    await home.anna.press("Yes, remove", message=asked)
    await home.anna.sees("isn't in the family")
