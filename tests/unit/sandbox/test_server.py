"""The local Bot API over HTTP, asked by hand and by python-telegram-bot."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import aiohttp
import pytest
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.error import BadRequest, Conflict, Forbidden, InvalidToken, NetworkError, RetryAfter

from bot.sandbox import Drop, Limits, Person, Sandbox
from domain.clock import Clock
from tests.waiting import until


@pytest.fixture(autouse=True)
def _retry_after_is_a_timedelta(monkeypatch: pytest.MonkeyPatch) -> None:
    """python-telegram-bot warns about every RetryAfter of the older kind."""
    monkeypatch.setenv("PTB_TIMEDELTA", "true")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def sandbox(clock: Clock) -> AsyncIterator[Sandbox]:
    async with Sandbox(clock=clock) as sandbox:
        yield sandbox


@pytest.fixture
async def bot(sandbox: Sandbox) -> AsyncIterator[Bot]:
    async with Bot(
        sandbox.token,
        base_url=f"{sandbox.api_url}/bot",
        base_file_url=f"{sandbox.api_url}/file/bot",
    ) as bot:
        yield bot


@pytest.fixture
async def anna(sandbox: Sandbox) -> Person:
    """Has pressed Start; the bot has fetched that."""
    anna = sandbox.add_person("Anna", language_code="de")
    await anna.start()
    return anna


async def ask(sandbox: Sandbox, method: str, **options: Any) -> tuple[int, dict[str, Any]]:
    """One call by hand: status and body."""
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{sandbox.api_url}/bot{sandbox.token}/{method}", **options) as response,
    ):
        return response.status, await response.json()


async def updates(bot: Bot) -> list[Update]:
    """What waits, confirmed at once."""
    waiting = list(await bot.get_updates())
    if waiting:
        await bot.get_updates(offset=waiting[-1].update_id + 1, timeout=0)
    return waiting


def keys(*labels: str) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup([[InlineKeyboardButton(one, callback_data=one)] for one in labels])


# Parameters and addresses.


async def test_parameters_come_as_json_form_multipart_or_query(
    sandbox: Sandbox, anna: Person
) -> None:
    given = {"chat_id": str(anna.id), "text": "Mum & co"}
    multipart = aiohttp.FormData(given, default_to_multipart=True)
    for options in ({"json": given}, {"data": given}, {"data": multipart}, {"params": given}):
        status, body = await ask(sandbox, "sendMessage", **options)
        assert (status, body["result"]["text"]) == (200, "Mum & co")
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"{sandbox.api_url}/bot{sandbox.token}/getMe") as response,
    ):
        assert (await response.json())["result"]["username"] == sandbox.bot_username


async def test_a_wrong_token_is_401_and_a_malformed_one_404(sandbox: Sandbox) -> None:
    async with aiohttp.ClientSession() as session:
        for token, status in (("123:abc", 401), ("nonsense", 404)):
            async with session.get(f"{sandbox.api_url}/bot{token}/getMe") as response:
                assert (response.status, (await response.json())["error_code"]) == (status, status)


async def test_unknown_methods_and_parameters_are_refused(sandbox: Sandbox) -> None:
    assert await ask(sandbox, "sendMesage") == (
        404,
        {"ok": False, "error_code": 404, "description": "Not Found"},
    )
    status, body = await ask(sandbox, "getMe", json={"verbose": True})
    assert (status, body["description"]) == (
        400,
        'Bad Request: unknown parameter "verbose" of getMe',
    )


async def test_a_broken_body_is_refused(sandbox: Sandbox) -> None:
    headers = {"Content-Type": "application/json"}
    for broken in ("{", "[]", '"x"'):
        status, body = await ask(sandbox, "getMe", data=broken, headers=headers)
        assert (status, body["ok"]) == (400, False)


async def test_what_is_not_utf8_is_refused(sandbox: Sandbox, anna: Person) -> None:
    headers = {"Content-Type": "application/json"}
    half = json.dumps({"chat_id": anna.id, "text": "\ud83d"})
    for broken in (b'{"text": "\xff"}', half.encode()):
        status, body = await ask(sandbox, "sendMessage", data=broken, headers=headers)
        assert status == 400
        assert "strings must be encoded in UTF-8" in body["description"]


async def test_too_large_a_request_is_413(sandbox: Sandbox, anna: Person) -> None:
    # Only announced: a server that waited for all of it would not answer.
    host, port = sandbox.api_url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(
        f"POST /bot{sandbox.token}/sendDocument HTTP/1.1\r\nHost: {host}\r\n"
        f"Content-Length: {60 * 1024 * 1024}\r\n\r\n".encode()
    )
    assert b" 413 " in await reader.readline()
    writer.close()


async def test_methods_that_the_sandbox_does_not_carry_out_say_so(bot: Bot, anna: Person) -> None:
    with pytest.raises(BadRequest, match=r"(?i)the sandbox does not carry out sendDice"):
        await bot.send_dice(anna.id)


# Messages.


async def test_a_message_comes_back_as_telegram_returns_it(bot: Bot, anna: Person) -> None:
    sent = await bot.send_message(
        anna.id, "💊 <b>Aspirin</b> /today", parse_mode="HTML", reply_markup=keys("Taken")
    )
    assert sent.text == "💊 Aspirin /today"
    assert [sent.parse_entity(one) for one in sent.entities] == ["Aspirin", "/today"]
    assert sent.from_user is not None
    assert (sent.from_user.id, sent.chat.id) == (bot.id, anna.id)
    assert sent.reply_markup == keys("Taken")
    assert anna.last.html == "💊 <b>Aspirin</b> /today"


async def test_silent_messages_and_replies(bot: Bot, anna: Person) -> None:
    asked = anna.last
    sent = await bot.send_message(
        anna.id, "Hush", disable_notification=True, reply_to_message_id=asked.id
    )
    assert anna.last.silent
    assert sent.reply_to_message is not None
    assert sent.reply_to_message.text == "/start"
    with pytest.raises(BadRequest, match="Message to be replied not found"):
        await bot.send_message(anna.id, "Hush", reply_to_message_id=4711)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (" \n ", "Message text is empty"),
        ("<b></b>", "Message text is empty"),
        ("a" * 4097, "Message is too long"),
        ("Vitamin <b", "Can't parse entities: unclosed start tag at byte offset 8"),
    ],
)
async def test_texts_that_telegram_refuses(bot: Bot, anna: Person, text: str, reason: str) -> None:
    with pytest.raises(BadRequest) as refused:
        await bot.send_message(anna.id, text, parse_mode="HTML")
    assert refused.value.message.lower() == reason.lower()
    assert not [message for message in anna.messages if message.from_bot]


@pytest.mark.parametrize(
    ("button", "reason"),
    [
        ({"text": "x", "callback_data": "é" * 33}, "BUTTON_DATA_INVALID"),
        ({"text": "x", "callback_data": ""}, "BUTTON_DATA_INVALID"),
        ({"text": "x"}, "Text buttons are unallowed in the inline keyboard"),
        ({"text": " ", "callback_data": "x"}, "Button text must be non-empty"),
        ({"text": "x", "callback_data": "x", "url": "https://x.org"}, "exactly one"),
        ({"text": "x", "url": "http://localhost/x"}, "is invalid: Wrong HTTP URL"),
    ],
)
async def test_buttons_that_telegram_refuses(
    sandbox: Sandbox, anna: Person, button: dict[str, str], reason: str
) -> None:
    given = {
        "chat_id": anna.id,
        "text": "x",
        "reply_markup": {"inline_keyboard": [[button]]},
    }
    status, body = await ask(sandbox, "sendMessage", json=given)
    assert status == 400
    assert reason in body["description"]


async def test_64_bytes_of_callback_data_pass(bot: Bot, anna: Person) -> None:
    await bot.send_message(anna.id, "x", reply_markup=keys("é" * 32))


async def test_an_edit_shows_and_loses_the_keyboard_it_does_not_repeat(
    bot: Bot, anna: Person
) -> None:
    sent = await bot.send_message(anna.id, "Due", reply_markup=keys("Taken"))
    edited = await bot.edit_message_text("Taken by Anna", anna.id, sent.message_id)
    assert not isinstance(edited, bool)
    assert (edited.text, edited.reply_markup) == ("Taken by Anna", None)
    assert edited.edit_date is not None
    assert (anna.last.text, anna.last.edited, anna.last.buttons) == ("Taken by Anna", True, ())


async def test_an_edit_that_changes_nothing_is_refused(bot: Bot, anna: Person) -> None:
    sent = await bot.send_message(anna.id, "<b>Due</b>", parse_mode="HTML", reply_markup=keys("x"))
    chat, message = anna.id, sent.message_id
    with pytest.raises(BadRequest, match="Message is not modified: specified new message content"):
        await bot.edit_message_text(
            " <b>Due</b>", chat, message, parse_mode="HTML", reply_markup=keys("x")
        )
    with pytest.raises(BadRequest, match="Message is not modified"):
        await bot.edit_message_reply_markup(chat, message, reply_markup=keys("x"))
    await bot.edit_message_text("Due", chat, message, reply_markup=keys("x"))
    await bot.edit_message_reply_markup(chat, message, reply_markup=keys("y"))
    assert anna.last.labels == ("y",)


async def test_only_own_messages_that_are_there_can_be_edited(bot: Bot, anna: Person) -> None:
    with pytest.raises(BadRequest, match="Message can't be edited"):
        await bot.edit_message_text("x", anna.id, anna.last.id)
    with pytest.raises(BadRequest, match="Message to edit not found"):
        await bot.edit_message_text("x", anna.id, 4711)


async def test_a_deleted_message_is_gone_for_good(bot: Bot, anna: Person) -> None:
    sent = await bot.send_message(anna.id, "x")
    await bot.delete_message(anna.id, sent.message_id)
    assert "x" not in [message.text for message in anna.messages]
    with pytest.raises(BadRequest, match="Message to delete not found"):
        await bot.delete_message(anna.id, sent.message_id)
    assert (await bot.send_message(anna.id, "y")).message_id > sent.message_id


async def test_whom_a_bot_cannot_reach(sandbox: Sandbox, bot: Bot, anna: Person) -> None:
    with pytest.raises(BadRequest, match="Chat not found"):
        await bot.send_message(4711, "x")
    with pytest.raises(BadRequest, match="Chat not found"):
        await bot.send_message("@somebody", "x")
    stranger = sandbox.add_person("Ben")
    with pytest.raises(Forbidden, match="bot can't initiate conversation with a user"):
        await bot.send_message(stranger.id, "x")
    sent = await bot.send_message(anna.id, "x")
    anna.block()
    for attempt in (
        bot.send_message(anna.id, "x"),
        bot.edit_message_text("y", anna.id, sent.message_id),
    ):
        with pytest.raises(Forbidden, match="bot was blocked by the user"):
            await attempt
    anna.unblock()
    await bot.send_message(anna.id, "x")


# Presses.


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


# Updates.


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


# Files, and the bot's own page.


async def test_a_document_travels_both_ways(bot: Bot, anna: Person) -> None:
    await updates(bot)
    sent = await bot.send_document(
        anna.id, b"a,b\n", filename="export é.csv", caption="<b>All</b>", parse_mode="HTML"
    )
    assert sent.document is not None
    assert (sent.document.file_name, sent.caption) == ("export é.csv", "All")
    again = await bot.send_document(anna.id, sent.document.file_id)
    assert again.document == sent.document
    await anna.send_document("letter.txt", b"Dear doctor")
    [update] = await updates(bot)
    assert update.message is not None
    assert update.message.document is not None
    file = await update.message.document.get_file()
    assert await file.download_as_bytearray() == b"Dear doctor"
    with pytest.raises(BadRequest, match="Wrong file identifier"):
        await bot.send_document(anna.id, "https://example.org/x.pdf")
    with pytest.raises(BadRequest, match="Invalid file_id"):
        await bot.get_file("../../etc/passwd")


async def test_voice_photo_sticker_and_contact_reach_the_bot(bot: Bot, anna: Person) -> None:
    await updates(bot)
    await anna.send_voice(seconds=4)
    await anna.send_photo()
    await anna.send_sticker()
    await anna.send_contact("Dr Who", "+15550100")
    messages = [update.message for update in await updates(bot)]
    assert [
        kind
        for message in messages
        for kind in ("voice", "photo", "sticker", "contact")
        if message and getattr(message, kind)
    ] == ["voice", "photo", "sticker", "contact"]


async def test_commands_are_kept_by_scope_and_language(bot: Bot) -> None:
    await bot.set_my_commands([("today", "What is due")])
    await bot.set_my_commands([("today", "Was ansteht")], language_code="de")
    assert [one.description for one in await bot.get_my_commands()] == ["What is due"]
    assert [one.description for one in await bot.get_my_commands(language_code="de")] == [
        "Was ansteht"
    ]
    await bot.delete_my_commands(language_code="de")
    assert await bot.get_my_commands(language_code="de") == ()
    with pytest.raises(BadRequest, match=r"(?i)bot_command_invalid"):
        await bot.set_my_commands([("Add-Med", "x")])


async def test_the_bot_introduces_itself(bot: Bot, anna: Person) -> None:
    await bot.set_my_name("Care")
    await bot.set_my_description("Looks after Mum")
    await bot.set_my_short_description("For families")
    assert (await bot.get_me()).first_name == "Care"
    assert (await bot.get_my_name()).name == "Care"
    assert (await bot.get_my_description(language_code="fr")).description == "Looks after Mum"
    assert (await bot.get_my_short_description()).short_description == "For families"
    assert (await bot.get_chat(anna.id)).first_name == "Anna"
    await bot.send_chat_action(anna.id, "typing")


# Limits and faults.


async def test_more_than_the_limit_waits_retry_after(clock: Clock) -> None:
    limits = Limits(chat_per_second=0.01, chat_burst=2)
    async with (
        Sandbox(clock=clock, limits=limits) as sandbox,
        Bot(sandbox.token, base_url=f"{sandbox.api_url}/bot") as bot,
    ):
        anna, ben = sandbox.add_person("Anna"), sandbox.add_person("Ben")
        await anna.start()
        await ben.start()
        await bot.send_message(anna.id, "1")
        await bot.send_message(anna.id, "2")
        with pytest.raises(RetryAfter) as refused:
            await bot.send_message(anna.id, "3")
        assert 1 < refused.value.retry_after.total_seconds() <= 100  # type: ignore[union-attr]
        assert [message.text for message in anna.messages] == ["/start", "1", "2"]
        await bot.send_message(ben.id, "another chat is not held up")
        await bot.get_chat(anna.id)


async def test_a_whole_bot_has_its_limit_too() -> None:
    async with (
        Sandbox(limits=Limits(per_second=0.01, burst=3)) as sandbox,
        Bot(sandbox.token, base_url=f"{sandbox.api_url}/bot") as bot,
    ):
        people = [sandbox.add_person(f"Person {number}") for number in range(4)]
        for person in people:
            await person.start()
        for person in people[:3]:
            await bot.send_message(person.id, "x")
        with pytest.raises(RetryAfter):
            await bot.send_message(people[3].id, "x")


async def test_without_limits_everything_passes() -> None:
    async with (
        Sandbox(limits=None) as sandbox,
        Bot(sandbox.token, base_url=f"{sandbox.api_url}/bot") as bot,
    ):
        anna = sandbox.add_person("Anna")
        await anna.start()
        for number in range(60):
            await bot.send_message(anna.id, str(number))
        assert anna.last.text == "59"


async def test_planned_errors_strike_as_often_as_asked(
    sandbox: Sandbox, bot: Bot, anna: Person
) -> None:
    sandbox.fail_next("sendMessage", status=500, times=2)
    sandbox.fail_next("sendMessage", status=429, retry_after=7)
    for error in (NetworkError, NetworkError, RetryAfter):
        with pytest.raises(error):
            await bot.send_message(anna.id, "x")
    await bot.get_me()
    await bot.send_message(anna.id, "x")
    assert sandbox.faults_struck("sendMessage") == 3
    assert [message.text for message in anna.messages] == ["/start", "x"]


async def test_a_connection_breaks_before_or_after_the_effect(
    sandbox: Sandbox, bot: Bot, anna: Person
) -> None:
    sandbox.fail_next("sendMessage", drop=Drop.BEFORE)
    with pytest.raises(NetworkError):
        await bot.send_message(anna.id, "lost")
    sandbox.fail_next("sendMessage", drop=Drop.AFTER)
    with pytest.raises(NetworkError):
        await bot.send_message(anna.id, "arrived")
    assert [message.text for message in anna.messages] == ["/start", "arrived"]


async def test_a_server_that_knows_only_some_methods(
    sandbox: Sandbox, bot: Bot, anna: Person
) -> None:
    sandbox.only({"getMe", "sendMessage"})
    await bot.get_me()
    await bot.send_message(anna.id, "x")
    with pytest.raises(BadRequest):
        await bot.set_my_commands([("today", "What is due")])
    sandbox.heal()
    await bot.set_my_commands([("today", "What is due")])


async def test_calls_are_recorded_with_what_became_of_them(
    sandbox: Sandbox, bot: Bot, anna: Person
) -> None:
    await bot.send_message(anna.id, "x")
    with pytest.raises(BadRequest):
        await bot.send_message(4711, "y")
    with pytest.raises(InvalidToken):
        await ask_with_other_token(sandbox)
    sent, refused = [call for call in sandbox.calls if call.method == "sendMessage"]
    assert (sent.params["text"], sent.result["text"], sent.error) == ("x", "x", None)
    assert (refused.params["chat_id"], refused.result) == (4711, None)
    assert refused.error is not None
    assert refused.error.description == "Bad Request: chat not found"
    assert json.dumps(sent.result)


async def ask_with_other_token(sandbox: Sandbox) -> None:
    async with Bot("123:abc", base_url=f"{sandbox.api_url}/bot"):
        pass


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
