"""Messages and files that a bot sends, edits and deletes."""

import pytest
from telegram import Bot
from telegram.error import BadRequest, Forbidden

from bot.sandbox import Person, Sandbox
from tests.unit.sandbox.bot_api.calls import ask, keys, updates


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
