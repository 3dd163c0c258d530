"""What becomes of the family's group: removed, silenced, deleted, moved, left."""

from datetime import timedelta

import pytest
import pytest_asyncio

from bot.sandbox import GroupRoom, Message, Person
from tests.town import Household, Town, add_medicine, clock_in_london


@pytest_asyncio.fixture
async def room(home: Household, town: Town) -> GroupRoom:
    """Anna's and Ben's group, which has cards instead of private chats."""
    room = town.group("Smiths", home.anna, home.ben)
    await room.send(home.anna, "/start")
    await room.sees("Use this group for")
    await room.press(home.anna, "instead of in private")
    await room.sees("I'll post the reminders")
    await home.ben.sees("Anna has set")
    return room


async def due(town: Town, by: Person, room: GroupRoom | None) -> tuple[str, Message | None]:
    """A medicine for the minute after next: what its cards are called, and the group's."""
    minute = town.minute(ahead=2)
    at = clock_in_london(minute)
    await add_medicine(by, f"Aspirin 100 mg at {at}")
    town.jump_to(minute - timedelta(seconds=1))
    if room is None:
        return f"Mum · {at}", None
    card = await room.sees(f"Mum · {at}")
    await town.settled()
    return f"Mum · {at}", card


def cards_on(phone: Person, card: str) -> list[Message]:
    return [message for message in phone.messages if card in message.text]


async def test_removed_while_a_dose_is_open_everybody_is_asked_in_private_at_once(
    home: Household, town: Town, room: GroupRoom
) -> None:
    card, _ = await due(town, home.anna, room)
    assert not cards_on(home.anna, card)
    room.remove_bot(home.ben)
    for phone in home:
        private = await phone.sees(card)
        assert private.labels == ("✅ Taken", "⋯ More")
    told = await home.anna.sees("I'm no longer in the group “Smiths”")
    assert "Reminders come to your private chats from now on." in told.text
    await town.settled()
    assert not [m for m in home.ben.messages if "no longer in the group" in m.text]
    await home.ben.press("Taken", message=cards_on(home.ben, card)[0])
    await home.anna.sees("recorded by Ben")
    await town.settled()
    assert await town.count("group_stays") == 0
    # The next dose is asked about in private as if there had never been a group.
    await add_medicine(home.anna, f"Statin 20 mg at {clock_in_london(town.minute(ahead=2))}")
    town.jump_by(minutes=2)
    await home.ben.sees("Statin")


@pytest.mark.parametrize("fate", ["deleted", "silenced", "silenced for all"])
async def test_a_group_that_takes_no_card_is_lost_and_the_card_is_private(
    home: Household, town: Town, room: GroupRoom, fate: str
) -> None:
    if fate == "deleted":
        room.delete()
    else:
        room.silence_bot(home.anna, is_told=fate == "silenced")
    card, _ = await due(town, home.anna, None)
    for phone in home:
        await phone.sees(card)
    words = "I'm no longer in" if fate == "deleted" else "I'm not allowed to write in"
    await town.settled()
    assert [m for m in home.anna.messages if words in m.text]
    assert await town.value("SELECT count(*) FROM family_groups WHERE unbound_at IS NULL") == 0
    said = [m for m in home.anna.messages if "the group “Smiths”" in m.text]
    assert len(said) == 1


async def test_a_lost_group_can_be_bound_again(
    home: Household, town: Town, room: GroupRoom
) -> None:
    room.remove_bot(home.ben)
    await home.anna.sees("I'm no longer in the group")
    room.add_bot(home.ben)
    await room.sees("type /start here", after=room.messages[-1])
    await room.send(home.anna, "/start")
    question = await room.sees("Use this group for")
    await room.press(home.anna, "here and in private", message=question)
    await room.sees("I'll post the reminders", after=question)
    await due(town, home.anna, room)


@pytest.mark.parametrize("is_told", [True, False])
async def test_a_group_that_becomes_a_supergroup_stays_the_familys(
    home: Household, town: Town, room: GroupRoom, *, is_told: bool
) -> None:
    card, _ = await due(town, home.anna, room)
    new = room.upgrade(home.anna, is_told=is_told)
    if not is_told:
        town.jump_by(minutes=10)  # the bot finds out when it asks again
    again = await new.sees(card)
    await new.press(home.ben, "Taken", message=again)
    await new.sees("recorded by Ben", after=again)
    await town.settled()
    bound = await town.rows("SELECT chat_id FROM family_groups WHERE unbound_at IS NULL")
    assert [row.chat_id for row in bound] == [new.id]
    assert await town.value("SELECT chat_id FROM group_stays") == new.id
    assert not cards_on(home.ben, card)


async def test_a_removal_that_is_handled_twice_tells_once(
    home: Household, town: Town, room: GroupRoom
) -> None:
    room.remove_bot(home.ben)
    room.remove_bot(home.ben)
    await home.anna.sees("I'm no longer in the group")
    await town.settled()
    assert len([m for m in home.anna.messages if "no longer in the group" in m.text]) == 1
    assert await town.value("SELECT count(*) FROM audit_events WHERE action = 'group.unbound'") == 1


async def test_the_bot_leaves_a_group_that_nobody_bound_after_a_day_and_says_so(
    home: Household, town: Town
) -> None:
    stray = town.group("Chess", home.ben)
    await stray.sees("If nobody does, I'll leave tomorrow.")
    await town.restart_bot()  # the timer isn't in memory
    town.jump_by(hours=23)
    await town.settled()
    assert stray.has_bot
    town.jump_by(hours=1, minutes=1)
    await stray.sees("so I'm leaving now")
    await town.until("SELECT NOT EXISTS (SELECT FROM group_stays)")
    assert not stray.has_bot


async def test_a_bound_group_is_not_left_but_one_that_was_given_up_is(
    home: Household, town: Town, room: GroupRoom
) -> None:
    town.jump_by(days=1, minutes=1)
    await town.until(f"SELECT leave_at > '{town.clock.now()}' FROM group_stays")
    assert room.has_bot
    await home.anna.send("/settings")
    await home.anna.press("For the family", message=await home.anna.sees("Settings for you"))
    await home.anna.press("Stop using the group", message=await home.anna.sees("“Smiths”"))
    await home.anna.sees("Group: none")
    town.jump_by(hours=23, minutes=58)
    await town.settled()
    assert room.has_bot
    town.jump_by(days=1)
    await room.sees("so I'm leaving now")
