"""The family's group: binding it, cards in it, and who may answer there."""

from dataclasses import dataclass
from datetime import timedelta

import pytest_asyncio

from bot.sandbox import GroupRoom, Message, Person
from bot.ui.presses.family import FamilySettings, Invite
from domain.access import Role
from tests.town import (
    Household,
    Town,
    add_medicine,
    clock_in_london,
    found_family,
    join,
    move_mum,
)


@dataclass(frozen=True)
class Gathering:
    """Anna, an admin, Ben, a caregiver, Cleo, a viewer, and Eve, a stranger, in one group."""

    anna: Person
    ben: Person
    cleo: Person
    eve: Person
    room: GroupRoom


@pytest_asyncio.fixture
async def four(home: Household, town: Town) -> Gathering:
    cleo, eve = town.person("Cleo"), town.person("Eve")
    await join(home.anna, cleo, role="viewer")
    room = town.group("Smiths", home.anna, home.ben, cleo, eve)
    await room.sees("type /start here")
    return Gathering(home.anna, home.ben, cleo, eve, room)


async def bind(room: GroupRoom, admin: Person, *, use: str = "here and in private") -> Message:
    await room.send(admin, "/start")
    question = await room.sees("Use this group for")
    await room.press(admin, use)
    return await room.sees("I'll post the reminders", after=question)


async def due(
    town: Town, by: Person, room: GroupRoom, *, medicine: str = "Aspirin 100 mg"
) -> tuple[str, Message]:
    """Enter a medicine for the minute after next, and go there; returns what its cards are called,
    and the one in the group.
    """
    minute = town.minute(ahead=2)
    await add_medicine(by, f"{medicine} at {clock_in_london(minute)}")
    town.jump_to(minute - timedelta(seconds=1))
    card = f"Mum · {clock_in_london(minute)}"
    in_group = await room.sees(card)
    await town.settled()
    return card, in_group


async def test_an_admin_binds_the_group_and_a_card_goes_there_beside_private_ones(
    four: Gathering, town: Town
) -> None:
    await four.room.send(four.anna, "/start")
    question = await four.room.sees("Use this group for Mum's helpers?")
    assert "Everybody in this group would see who it's for, what is due and when" in question.text
    assert question.labels == (
        "✅ Yes, here and in private",
        "✅ Yes, here instead of in private",
        "🙈 Without names of medicines",
        "✖️ Not in this group",
    )
    refused = await four.room.press(four.ben, "here and in private")
    assert refused.text == "Only an admin of the family can do that. Please ask one."
    stranger = await four.room.press(four.eve, "here and in private")
    assert stranger.text.startswith("Only members of the family can answer here.")
    await four.room.press(four.anna, "here and in private")
    bound = await four.room.sees("I'll post the reminders of Mum's helpers here")
    assert (bound.id, bound.labels) == (question.id, ())
    assert "too (family Mum's helpers)" in (await four.ben.sees("Anna has set")).text

    card, in_group = await due(town, four.anna, four.room)
    assert in_group.labels == ("✅ Taken", "⋯ More")
    [private] = [message for message in four.ben.messages if card in message.text]
    for stranger_or_viewer in (four.eve, four.cleo):
        toast = await four.room.press(stranger_or_viewer, "Taken", message=in_group)
        assert toast.alert
    assert await town.count("medication_logs") == 0
    toast = await four.room.press(four.ben, "Taken", message=in_group)
    assert toast.text == "Taken: Aspirin 100 mg"
    done = await four.room.sees("recorded by Ben", after=in_group)
    assert done.id == in_group.id
    await four.ben.sees("recorded by Ben", after=private)
    await four.room.press(four.anna, "Undo", message=done)
    again = await four.room.sees("Aspirin", after=done)
    assert again.labels == ("✅ Taken", "⋯ More")
    await town.settled()


async def test_instead_the_card_of_who_is_asked_first_is_in_the_group_alone(
    four: Gathering, town: Town
) -> None:
    await bind(four.room, four.anna, use="instead of in private")
    assert "instead of private chats" in (await four.ben.sees("Anna has set")).text
    card, first = await due(town, four.anna, four.room)
    await town.settled()
    assert not [m for who in (four.anna, four.ben) for m in who.messages if card in m.text]
    # Nobody answers: it is asked again there, and after half an hour everybody hears in private.
    town.jump_by(minutes=10)
    second = await four.room.sees("I'm asking again", after=first)
    assert second.id != first.id
    await four.room.sees("I've asked again below.", after=first)
    town.jump_by(minutes=10)
    await four.room.sees("I'm asking again", after=second)
    town.jump_by(minutes=10)
    told = await four.ben.sees("Could you see to it?")
    await four.ben.press("Taken", message=told)
    await four.room.sees("recorded by Ben")
    await town.settled()


async def test_a_cared_for_person_still_gets_their_own_card(four: Gathering, town: Town) -> None:
    mum = town.person("Mum")
    await four.anna.send("/invite recipient")
    await mum.open_link((await four.anna.sees("works once")).links[0])
    await mum.sees("Welcome to the family")
    await bind(four.room, four.anna, use="instead of in private")
    card, in_group = await due(town, four.anna, four.room)
    own = await mum.sees(card)
    await mum.press("Taken", message=own)
    await four.room.sees("recorded by Mum", after=in_group)


async def test_without_names_the_group_sees_no_medicine(four: Gathering, town: Town) -> None:
    await four.room.send(four.anna, "/start")
    await four.room.sees("Use this group for")
    await four.room.press(four.anna, "Without names")
    question = await four.room.sees("They wouldn't see which medicine it is.")
    await four.room.press(four.anna, "here and in private", message=question)
    await four.room.sees("don't say which medicine")
    card, in_group = await due(town, four.anna, four.room)
    assert "Aspirin" not in in_group.text
    assert any("Aspirin" in m.text for m in four.anna.messages if card in m.text)
    shown = await four.room.press(four.ben, "What is it?", message=in_group)
    assert "Aspirin 100 mg" in shown.text
    refused = await four.room.press(four.eve, "What is it?", message=in_group)
    assert "Aspirin" not in refused.text
    await town.settled()
    assert not any("Aspirin" in message.text for message in four.room.messages)


async def test_the_settings_change_what_the_group_gets_and_end_it(
    four: Gathering, town: Town
) -> None:
    await bind(four.room, four.anna)
    _card, in_group = await due(town, four.anna, four.room)
    await four.anna.send("/settings")
    await four.anna.press("For the family", message=await four.anna.sees("Settings for you"))
    screen = await four.anna.sees("reminders go to “Smiths”, and to private chats as well")
    toast = await four.anna.press("No names in the group", message=screen)
    assert toast.text == "The group doesn't see which medicines are due any more."
    hidden = await four.room.sees("Medicine A", after=in_group)
    screen = await four.anna.sees("but not which medicine it is", after=screen)
    await four.anna.press("Only in the group", message=screen)
    screen = await four.anna.sees("instead of private chats", after=screen)
    await four.anna.press("Stop using the group", message=screen)
    after = await four.anna.sees("Group: none", after=screen)
    closed = await four.room.sees("doesn't use this group", after=hidden)
    assert (closed.id, closed.labels) == (in_group.id, ())
    # An old button of the settings, and an old one of the card.
    old = next(b.data or "" for row in screen.buttons for b in row if "Stop using" in b.text)
    gone = await four.anna.press_altered(old, message=after)
    assert gone.alert
    assert await four.ben.sees("Anna has ended reminders in the group “Smiths”")
    toast = await four.room.press_altered(
        four.ben, in_group.buttons[0][0].data or "", message=closed
    )
    assert toast.text == "Taken: Aspirin 100 mg"  # what happened is recorded all the same
    await town.settled()
    assert await town.count("medication_logs") == 1


async def test_the_menu_of_a_card_opens_for_the_whole_group_and_on_no_phone(
    four: Gathering, town: Town
) -> None:
    await bind(four.room, four.anna)
    _card, in_group = await due(town, four.anna, four.room)
    await four.room.press(four.ben, "More", message=in_group)
    menu = await four.room.sees("Aspirin", after=in_group)
    assert "⏰ Snooze 10 min" in menu.labels
    toast = await four.room.press(four.anna, "Snooze 10 min", message=menu)
    assert toast.text.startswith("I'll ask everyone again at")
    await four.room.sees("Snoozed until", after=menu)
    await town.settled()
    assert not any("Snooze" in "".join(m.labels) for m in four.ben.messages)


async def test_what_there_is_to_ask_is_asked_in_private(four: Gathering, town: Town) -> None:
    await bind(four.room, four.anna)
    _, in_group = await due(town, four.anna, four.room)
    town.jump_by(hours=3)
    missed = await four.room.sees("Missed", after=in_group)
    await town.settled()
    said = len(four.room.messages)
    toast = await four.room.press(four.ben, "Taken after all", message=missed)
    assert (toast.text, toast.alert) == ("I've sent you the rest in our private chat.", True)
    question = await four.ben.sees("When")
    await four.ben.press("At ", message=question)
    await four.room.sees("recorded by Ben", after=missed)
    town.jump_by(minutes=1)
    await four.room.press(four.ben, "Correct")
    entry = await four.ben.sees("Aspirin 100 mg")
    await four.ben.press("Correct", message=entry)
    await town.settled()
    assert len(four.room.messages) == said


async def test_nothing_private_is_shown_in_the_group(four: Gathering, town: Town) -> None:
    await bind(four.room, four.anna)
    for command in ("/settings", "/today", "/invite", "/family", "/meds", "/start@other_bot"):
        before = four.room.messages[-1]
        await four.room.send(four.anna, command)
        if "@" not in command:
            refused = await four.room.sees("in our private chat", after=before)
            assert refused.text.startswith("Please ask me that in our private chat: https://")
    family_id = await town.value("SELECT id FROM families")
    last = four.room.messages[-2]
    for press in (
        FamilySettings(family_id=family_id),
        Invite(family_id=family_id, role=Role.ADMIN),
    ):
        toast = await four.room.press_altered(four.anna, press.encode(), message=last)
        assert toast.text.startswith("Please do that in our private chat")
    await four.room.send(four.anna, "Mum's settings are fine, aren't they?")
    await town.settled()
    shown = "\n".join(message.text for message in four.room.messages if message.from_bot)
    assert "Settings" not in shown
    assert "works once" not in shown
    # What people say to each other isn't read: Eve has typed, and the bot doesn't know her.
    await four.room.send(four.eve, "hello everybody")
    await town.settled()
    assert await town.value("SELECT count(*) FROM users WHERE name = 'Eve'") == 0


async def test_an_anonymous_admin_is_asked_to_show_themselves_once(
    four: Gathering, town: Town
) -> None:
    await four.room.send(four.anna, "/start", is_anonymous=True)
    await four.room.sees("I can't see who you are while you write anonymously.")
    await four.room.send(four.anna, "/start", is_anonymous=True)
    await town.settled()
    said = [m for m in four.room.messages if m.from_bot and "anonymously" in m.text]
    assert len(said) == 1
    assert await town.value("SELECT count(*) FROM users WHERE name LIKE 'Group%'") == 0
    assert await town.count("family_groups") == 0


async def test_who_is_no_admin_cannot_bind(four: Gathering, town: Town) -> None:
    for who in (four.ben, four.cleo, four.eve):
        before = four.room.messages[-1]
        await four.room.send(who, "/start")
        await four.room.sees("Only an admin of a family", after=before)
    assert await town.count("family_groups") == 0


async def test_an_invitation_typed_into_a_group_is_not_redeemed(
    four: Gathering, town: Town
) -> None:
    await four.anna.send("/invite")
    await four.anna.press("Caregiver", message=await four.anna.sees("What should the new member"))
    link = (await four.anna.sees("works once")).links[0]
    await four.room.send(four.eve, f"/start {link.partition('start=')[2]}")
    await four.room.sees("Only an admin of a family")
    assert await town.value("SELECT count(*) FROM invitations WHERE redeemed_at IS NULL") == 1


async def test_two_admins_at_once_bind_it_once(four: Gathering, town: Town) -> None:
    dora = town.person("Dora")
    await join(four.anna, dora, role="admin")
    room = town.group("Smiths and Dora", four.anna, dora)
    await room.send(four.anna, "/start")
    question = await room.sees("Use this group for")
    for admin in (four.anna, dora):
        room.tap(admin, "here and in private", message=question)
    await town.settled()
    assert await town.value("SELECT count(*) FROM family_groups WHERE unbound_at IS NULL") == 1
    await room.send(dora, "/start")
    await room.sees("I already post the reminders of Mum's helpers here.")


async def test_a_second_group_replaces_the_first(four: Gathering, town: Town) -> None:
    await bind(four.room, four.anna, use="instead of in private")
    card, old = await due(town, four.anna, four.room)
    second = town.group("Smiths, new", four.anna, four.ben)
    await second.send(four.anna, "/start")
    question = await second.sees("It would replace your group “Smiths”.")
    await second.press(four.anna, "instead of in private", message=question)
    await four.room.sees("doesn't use this group", after=old)
    await four.ben.sees(card)  # the open dose is asked about in private
    await town.settled()
    assert await town.value("SELECT count(*) FROM family_groups WHERE unbound_at IS NULL") == 1


async def test_another_family_cannot_take_a_group(four: Gathering, town: Town) -> None:
    await bind(four.room, four.anna)
    await found_family(four.eve, "Eve's own")
    await four.room.send(four.eve, "/start")
    question = await four.room.sees("Use this group for Eve's own?")
    toast = await four.room.press(four.eve, "here and in private", message=question)
    assert toast.text.startswith("Another family already uses this group.")


async def test_of_several_families_one_is_chosen(four: Gathering, town: Town) -> None:
    await four.anna.send("/newfamily Dad's helpers")
    await four.anna.sees("You've created the family")
    await four.room.send(four.anna, "/start")
    which = await four.room.sees("Which family should use this group?")
    assert which.labels == ("Dad's helpers", "Mum's helpers")
    await four.room.press(four.anna, "Mum's helpers", message=which)
    await four.room.sees("Use this group for Mum's helpers?", after=which)
    await four.room.press(four.anna, "Not in this group")
    await four.room.sees("OK, I won't post anything here.")
    assert await town.count("family_groups") == 0


async def test_cards_go_to_the_topic_the_group_was_bound_in(home: Household, town: Town) -> None:
    room = town.group("Smiths", home.anna, home.ben, topics=("Chatter", "Medicines"))
    await room.send(home.anna, "/start", topic="Medicines")
    question = await room.sees("Use this group for")
    assert question.thread_id == room.topic("Medicines")
    await room.press(home.anna, "instead of in private")
    await room.sees("I'll post the reminders")
    _card, first = await due(town, home.anna, room)
    assert first.thread_id == room.topic("Medicines")
    room.close_topic("Medicines")
    town.jump_by(minutes=10)
    second = await room.sees("I'm asking again", after=first)
    assert second.thread_id is None  # the general topic
    await room.press(home.ben, "Taken", message=second)
    await room.sees("recorded by Ben", after=second)
    await town.settled()


async def test_somebody_who_has_left_answers_no_more(four: Gathering, town: Town) -> None:
    await bind(four.room, four.anna)
    _card, in_group = await due(town, four.anna, four.room)
    await town.change(
        "UPDATE family_members SET left_at = now()"
        " WHERE user_id = (SELECT id FROM users WHERE name = 'Ben')"
    )
    toast = await four.room.press(four.ben, "Taken", message=in_group)
    assert toast.text.startswith("Only members of the family can answer here.")
    assert await town.count("medication_logs") == 0


async def test_times_in_the_group_follow_a_move(four: Gathering, town: Town) -> None:
    await bind(four.room, four.anna)
    _card, in_group = await due(town, four.anna, four.room)
    await move_mum(four.anna, "Rome")
    moved = await four.room.sees("London", after=in_group)
    assert moved.id == in_group.id
