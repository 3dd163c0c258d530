"""People that tests move, in front of a bot made of two handlers."""

from collections.abc import AsyncIterator

import pytest
from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.ext import (
    Application,
    CallbackQueryHandler,
    CommandHandler,
    ContextTypes,
)

from bot.sandbox import Person, Sandbox


async def _start(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    assert update.message is not None
    keyboard = [
        [InlineKeyboardButton("✅ All taken", callback_data="all")],
        [InlineKeyboardButton("Taken", callback_data="one")],
        [InlineKeyboardButton("Join", url="https://t.me/carecircle_sandbox_bot?start=join")],
    ]
    await update.message.reply_html(
        f"Hello {' '.join(context.args or ())}\n"
        'https://t.me/carecircle_sandbox_bot?start=abc or <a href="https://example.org">there</a>',
        reply_markup=InlineKeyboardMarkup(keyboard),
    )


async def _press(update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
    assert update.callback_query is not None
    await update.callback_query.answer(f"got {update.callback_query.data}", show_alert=True)
    await update.callback_query.edit_message_text(f"Done: {update.callback_query.data}")


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox() as sandbox:
        app = (
            Application.builder()
            .token(sandbox.token)
            .base_url(f"{sandbox.api_url}/bot")
            .job_queue(None)
            .build()
        )
        app.add_handler(CommandHandler("start", _start))
        app.add_handler(CallbackQueryHandler(_press))
        assert app.updater is not None
        async with app:
            await app.start()
            await app.updater.start_polling()
            yield sandbox
            await app.updater.stop()
            await app.stop()


@pytest.fixture
async def anna(sandbox: Sandbox) -> Person:
    anna = sandbox.add_person("Anna")
    await anna.start()
    await anna.sees("Hello")
    return anna


async def test_a_person_talks_to_a_real_application(anna: Person) -> None:
    assert [message.from_bot for message in anna.messages] == [False, True]
    assert anna.last.labels == ("✅ All taken", "Taken", "Join")
    assert anna.last.links == (
        "https://t.me/carecircle_sandbox_bot?start=abc",
        "https://example.org",
    )


async def test_a_press_prefers_the_exact_label_and_returns_the_answer(anna: Person) -> None:
    toast = await anna.press("Taken")
    assert (toast.text, toast.alert) == ("got one", True)
    edited = await anna.sees("Done: one")
    assert edited.edited
    assert edited.buttons == ()


async def test_a_label_may_be_a_part(anna: Person) -> None:
    await anna.press("All")
    await anna.sees("Done: all")


async def test_a_button_that_is_gone_cannot_be_pressed(anna: Person) -> None:
    shown = anna.last
    await anna.press("Taken", message=shown)
    await anna.sees("Done")
    with pytest.raises(LookupError, match="no button “Taken” on Anna's phone"):
        await anna.press("Taken", message=shown)


async def test_an_altered_app_may_send_any_data(anna: Person) -> None:
    assert (await anna.press_altered("another family's")).text == "got another family's"


async def test_a_link_to_the_bot_starts_it_with_its_payload(sandbox: Sandbox) -> None:
    ben = sandbox.add_person("Ben")
    for link in (
        "https://t.me/carecircle_sandbox_bot?start=abc",
        "t.me/CareCircle_Sandbox_Bot?start=abc",
        "tg://resolve?domain=carecircle_sandbox_bot&start=abc",
    ):
        opened = await ben.open_link(link)
        assert opened.text == "/start abc"
    assert (await ben.open_link("https://t.me/carecircle_sandbox_bot")).text == "/start"
    with pytest.raises(ValueError, match="does not lead to this bot"):
        await ben.open_link("https://t.me/somebody_else?start=abc")


async def test_a_link_button_opens_its_link(anna: Person) -> None:
    toast = await anna.press("Join")
    assert toast.url == "https://t.me/carecircle_sandbox_bot?start=join"
    await anna.sees("Hello join")


async def test_what_was_seen_before_does_not_count_again(anna: Person) -> None:
    seen = await anna.sees("Hello")
    with pytest.raises(TimeoutError, match=r"(?s)did not see “Hello” within 0.05 s but:.*Hello"):
        await anna.sees("Hello", after=seen, timeout=0.05)
    await anna.send("nothing that the bot knows")
    with pytest.raises(TimeoutError):
        await anna.sees("Hello", timeout=0.05)


async def test_who_has_blocked_the_bot_cannot_write_to_it(anna: Person) -> None:
    anna.block()
    with pytest.raises(ValueError, match="Anna has blocked the bot"):
        await anna.send("hello")
    anna.unblock()
    await anna.start("again")
    await anna.sees("Hello again")


async def test_a_long_text_arrives_in_several_messages(sandbox: Sandbox) -> None:
    ben = sandbox.add_person("Ben")
    await ben.send("x" * 5000)
    assert [len(message.text) for message in ben.messages] == [4096, 904]


async def test_an_empty_text_cannot_be_sent(sandbox: Sandbox) -> None:
    ben = sandbox.add_person("Ben")
    with pytest.raises(ValueError, match="does not send an empty message"):
        await ben.send(" \n\u202e")
    assert ben.messages == []


async def test_people_change_what_they_wrote(sandbox: Sandbox) -> None:
    ben = sandbox.add_person("Ben")
    edited = await ben.edit(await ben.send("Asprin"), "Aspirin")
    assert (edited.text, edited.edited) == ("Aspirin", True)
    assert [(one.text, one.edited) for one in ben.messages] == [("Aspirin", True)]
