"""Updates that a bot fetches: presses, commands, edits; each until it is confirmed."""

import asyncio
from datetime import timedelta

import pytest
from telegram import Bot
from telegram.error import BadRequest, Conflict

from bot.sandbox import Person, Sandbox
from domain.clock import Clock
from tests.unit.sandbox.bot_api.calls import keys, updates
from tests.waiting import until


async def test_a_press_carries_the_message_and_is_answered_once(
    sandbox: Sandbox, bot: Bot, anna: Person
) -> None:
    await updates(bot)
    sent = await bot.send_message(anna.id, "Due", reply_markup=keys("Taken"))
    anna.tap("Taken")
    [update] = await updates(bot)
    query = update.callback_query
    assert query is not None
    assert query.message is not None
    assert (query.data, query.message.message_id, query.from_user.id) == (
        "Taken",
        sent.message_id,
        anna.id,
    )
    assert query.from_user.language_code == "de"
    await query.answer("Recorded", show_alert=True)
    assert [(toast.text, toast.alert) for toast in anna.toasts] == [("Recorded", True)]
    with pytest.raises(BadRequest, match="Query is too old and response timeout expired or query"):
        await query.answer("Recorded")


async def test_a_press_can_be_answered_for_150_seconds(
    bot: Bot, anna: Person, clock: Clock
) -> None:
    await bot.send_message(anna.id, "Due", reply_markup=keys("Taken"))
    in_time, too_late = anna.tap("Taken"), anna.tap("Taken")
    clock.advance(timedelta(seconds=149))
    await bot.answer_callback_query(in_time)
    clock.advance(timedelta(seconds=2))
    with pytest.raises(BadRequest, match="Query is too old"):
        await bot.answer_callback_query(too_late)
    with pytest.raises(BadRequest, match="Query is too old"):
        await bot.answer_callback_query("4711")
    assert len(anna.toasts) == 1


async def test_unfetched_presses_are_dropped_after_150_seconds_and_messages_after_a_day(
    bot: Bot, anna: Person, clock: Clock
) -> None:
    await bot.send_message(anna.id, "Due", reply_markup=keys("Taken"))
    anna.tap("Taken")
    assert len(await bot.get_updates()) == 2
    clock.advance(timedelta(seconds=151))
    [update] = await bot.get_updates()
    assert update.message is not None
    clock.advance(timedelta(hours=24))
    assert await bot.get_updates() == ()


async def test_a_typed_command_is_marked_as_one(bot: Bot, anna: Person) -> None:
    await updates(bot)
    await anna.send("  /addmed Aspirin 100 mg at 08:00\n")
    [update] = await updates(bot)
    assert update.message is not None
    assert update.message.text == "/addmed Aspirin 100 mg at 08:00"
    [entity] = update.message.entities
    assert (entity.type, entity.offset, entity.length) == ("bot_command", 0, 7)


async def test_updates_come_again_until_an_offset_confirms_them(bot: Bot, anna: Person) -> None:
    await anna.send("one")
    await anna.send("two")
    first = await bot.get_updates(limit=2)
    assert [one.update_id for one in await bot.get_updates(limit=2)] == [
        one.update_id for one in first
    ]
    assert first[1].update_id == first[0].update_id + 1
    [rest] = await bot.get_updates(offset=first[1].update_id + 1)
    assert rest.message is not None
    assert rest.message.text == "two"
    [newest] = await bot.get_updates(offset=-1)
    assert newest == rest
    assert await bot.get_updates(offset=rest.update_id + 1) == ()


async def test_a_long_poll_returns_as_soon_as_something_happens(
    sandbox: Sandbox, bot: Bot, anna: Person
) -> None:
    await updates(bot)
    poll = asyncio.create_task(bot.get_updates(timeout=30))
    await until(lambda: sandbox._world.updates.is_polled)
    assert not poll.done()
    await anna.send("hello")
    [update] = await asyncio.wait_for(poll, 5)
    assert update.message is not None
    assert update.message.text == "hello"


async def test_a_second_poller_ends_the_first_one_with_409(
    sandbox: Sandbox, bot: Bot, anna: Person
) -> None:
    await updates(bot)
    first = asyncio.create_task(bot.get_updates(timeout=30))
    await until(lambda: sandbox._world.updates.is_polled)
    async with Bot(sandbox.token, base_url=f"{sandbox.api_url}/bot") as other:
        second = asyncio.create_task(other.get_updates(timeout=30))
        with pytest.raises(Conflict, match="terminated by other getUpdates request"):
            await asyncio.wait_for(first, 5)
        await anna.send("hello")
        assert len(await asyncio.wait_for(second, 5)) == 1


async def test_only_allowed_kinds_are_queued_once_they_were_named(bot: Bot, anna: Person) -> None:
    await updates(bot)
    await bot.get_updates(allowed_updates=["my_chat_member"])
    await anna.send("unheard")
    anna.block()
    [update] = await updates(bot)
    assert update.my_chat_member is not None
    assert update.my_chat_member.old_chat_member.status == "member"
    assert update.my_chat_member.new_chat_member.status == "kicked"
    await bot.get_updates(allowed_updates=[])
    anna.unblock()
    await anna.send("heard")
    [_, update] = await updates(bot)
    assert update.message is not None
    assert update.message.text == "heard"


async def test_webhooks_can_be_removed_but_not_set(
    sandbox: Sandbox, bot: Bot, anna: Person
) -> None:
    with pytest.raises(BadRequest, match=r"(?i)bad webhook: .* by getUpdates only"):
        await bot.set_webhook("https://example.org/hook")
    assert (await bot.get_webhook_info()).pending_update_count == 1
    await bot.delete_webhook(drop_pending_updates=True)
    assert sandbox.unconfirmed_updates == 0


async def test_an_edited_message_is_an_update_of_its_own(
    sandbox: Sandbox, bot: Bot, clock: Clock
) -> None:
    ben = sandbox.add_person("Ben")
    await bot.get_updates(allowed_updates=["message", "edited_message"], timeout=0)
    sent = await ben.send("at 21:00")
    clock.advance(timedelta(minutes=1))
    await ben.edit(sent, "at 22:00")
    first, edit = await bot.get_updates()
    assert (first.message is not None, edit.message) == (True, None)
    assert edit.edited_message is not None
    assert edit.edited_message.message_id == sent.id
    assert edit.edited_message.text == "at 22:00"
    assert edit.edited_message.from_user is not None
    assert edit.edited_message.from_user.id == ben.id
    assert edit.edited_message.edit_date is not None
    assert edit.edited_message.edit_date - edit.edited_message.date >= timedelta(minutes=1)
    # Whoever does not ask for them by name does not get them.
    await bot.get_updates(offset=edit.update_id + 1, allowed_updates=["message"], timeout=0)
    await ben.edit(sent, "at 23:00")
    assert await bot.get_updates(timeout=0) == ()


async def test_nobody_edits_what_the_bot_has_said(sandbox: Sandbox, bot: Bot, anna: Person) -> None:
    said = await bot.send_message(anna.id, "Taken")
    with pytest.raises(ValueError, match="not their own message"):
        await anna.edit(anna.last, "Skipped")
    assert anna.last.id == said.message_id
    assert anna.last.text == "Taken"
