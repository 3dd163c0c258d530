"""The page of phones in a real browser, in front of a bot made of two handlers."""

import shutil
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, Locator, Page, async_playwright, expect
from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.ext import (
    Application,
    CallbackQueryHandler,
    ContextTypes,
    MessageHandler,
    filters,
)

from bot.sandbox import Sandbox

BROWSER = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)

pytestmark = pytest.mark.skipif(
    BROWSER is None, reason="no chromium, chromium-browser or google-chrome in PATH"
)


async def _echo(update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
    """Answers with what was said, a button, and an invitation."""
    assert update.message is not None
    said = update.message.text_html if update.message.text else "something without words"
    await update.message.reply_html(
        f"You said: <b>{said}</b>\nhttps://t.me/carecircle_sandbox_bot?start=invitation",
        reply_markup=InlineKeyboardMarkup([[InlineKeyboardButton("✅ Taken", callback_data="t")]]),
    )


async def _press(update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
    query = update.callback_query
    assert query is not None
    await query.answer(f"Thank you, {query.from_user.first_name}")
    await query.edit_message_text(f"Taken by {query.from_user.first_name}")


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
        app.add_handler(MessageHandler(filters.ALL, _echo))
        app.add_handler(CallbackQueryHandler(_press))
        assert app.updater is not None
        async with app:
            await app.start()
            await app.bot.set_my_commands([("today", "What is due"), ("help", "How it works")])
            await app.updater.start_polling()
            yield sandbox
            await app.updater.stop()
            await app.stop()


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        # Chromium's own sandbox needs rights that a container does not give.
        browser = await playwright.chromium.launch(
            executable_path=BROWSER, args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        yield browser
        await browser.close()


@pytest.fixture
async def page(sandbox: Sandbox, browser: Browser) -> AsyncIterator[Page]:
    """The open page; whatever it complains about fails the test."""
    page = await browser.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "console",
        lambda said: complaints.append(said.text) if said.type in {"error", "warning"} else None,
    )
    await page.goto(sandbox.page_url)
    yield page
    assert complaints == []


async def add_person(page: Page, name: str) -> Locator:
    """Add somebody by the page's own form and press Start; returns their phone."""
    await page.get_by_role("button", name="Add a person").click()
    await page.get_by_label("Name", exact=True).fill(name)
    await page.get_by_role("button", name="Add", exact=True).click()
    phone = page.get_by_role("article", name=f"{name}'s phone")
    await phone.get_by_role("button", name="Start").click()
    await expect(phone.get_by_role("log")).to_contain_text("You said: /start")
    return phone


async def test_a_message_a_press_and_an_edit(page: Page) -> None:
    anna = await add_person(page, "Anna")
    await anna.get_by_label("Message from Anna").fill("Vitamin <b & co")
    await anna.get_by_role("button", name="Send", exact=True).click()
    answer = anna.locator(".message").last
    await expect(answer).to_contain_text("You said: Vitamin <b & co")
    await expect(answer.locator("b")).to_have_text("Vitamin <b & co")

    await answer.get_by_role("button", name="Taken").click()
    await expect(anna.locator(".toast")).to_have_text("Thank you, Anna")
    await expect(answer).to_contain_text("Taken by Anna")
    await expect(answer).to_contain_text("edited")
    await expect(answer.get_by_role("button")).to_have_count(1)  # Reply

    await answer.get_by_role("button", name="Reply").click()
    await anna.get_by_label("Message from Anna").fill("who was that?")
    await anna.get_by_role("button", name="Send", exact=True).click()
    await expect(anna.locator(".answered").last).to_contain_text("Taken by Anna")


async def test_an_invitation_opens_on_the_phone_of_a_new_person(page: Page) -> None:
    anna = await add_person(page, "Anna")
    await anna.get_by_role("link", name="start=invitation").click()
    await page.get_by_label("Name of the new person").fill("Ben")
    await page.get_by_role("button", name="Open", exact=True).click()
    ben = page.get_by_role("article", name="Ben's phone")
    await expect(ben.get_by_role("log")).to_contain_text("You said: /start invitation")
    await expect(anna.get_by_role("log")).not_to_contain_text("/start invitation")


async def test_an_invitation_opens_on_the_other_phone_on_the_table(page: Page) -> None:
    ben = await add_person(page, "Ben")
    anna = await add_person(page, "Anna")
    await anna.get_by_role("link", name="start=invitation").click()
    await expect(page.get_by_role("radio", name="Ben")).to_be_checked()
    await page.keyboard.press("Enter")
    await expect(ben.get_by_role("log")).to_contain_text("You said: /start invitation")


async def test_who_has_blocked_the_bot_hears_nothing_until_unblocking(
    page: Page, sandbox: Sandbox
) -> None:
    anna = await add_person(page, "Anna")
    await anna.get_by_role("switch", name="has blocked the bot").check()
    await expect(anna.get_by_label("Message from Anna")).to_be_hidden()
    await expect(anna.get_by_role("button", name="Unblock")).to_be_visible()
    await anna.get_by_role("button", name="Unblock").click()
    await expect(anna.get_by_role("switch")).not_to_be_checked()
    await anna.get_by_label("Message from Anna").fill("back again")
    await page.keyboard.press("Enter")
    await expect(anna.get_by_role("log")).to_contain_text("You said: back again")


async def test_the_menu_of_commands_works_from_the_keyboard(page: Page) -> None:
    anna = await add_person(page, "Anna")
    await anna.get_by_label("Message from Anna").press("/")
    await expect(anna.locator(".menu")).to_contain_text("What is due")
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await expect(anna.get_by_role("log")).to_contain_text("You said: /today")


async def test_a_voice_message_can_be_sent_where_text_was_asked(page: Page) -> None:
    anna = await add_person(page, "Anna")
    await anna.get_by_role("button", name="Send something other than text").click()
    await anna.get_by_role("button", name="Voice message").click()
    await expect(anna.get_by_role("log")).to_contain_text("something without words")


async def test_a_reload_shows_the_same_table(page: Page) -> None:
    anna = await add_person(page, "Anna")
    await page.reload()
    await expect(anna.get_by_role("log")).to_contain_text("You said: /start")
    await expect(anna.locator(".message")).to_have_count(2)


async def test_a_narrow_page_shows_one_phone_at_a_time(page: Page) -> None:
    anna = await add_person(page, "Anna")
    ben = await add_person(page, "Ben")
    await page.set_viewport_size({"width": 390, "height": 800})
    await page.get_by_role("navigation").get_by_role("button", name="Anna").click()
    await expect(anna.get_by_label("Message from Anna")).to_be_in_viewport(ratio=1)
    await expect(ben.get_by_label("Message from Ben")).not_to_be_in_viewport()
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")


async def test_people_edit_what_they_wrote(page: Page) -> None:
    anna = await add_person(page, "Anna")
    composer = anna.get_by_label("Message from Anna")
    await composer.fill("at 21:00")
    await anna.get_by_role("button", name="Send", exact=True).click()
    own = anna.locator(".message.mine").last
    await expect(own).to_contain_text("at 21:00")
    edit = own.get_by_role("button", name="Edit")
    await edit.click()
    await composer.press("Escape")
    await expect(composer).to_have_value("")
    await edit.click()
    await expect(composer).to_have_value("at 21:00")
    await composer.fill("at 22:00")
    await anna.get_by_role("button", name="Send", exact=True).click()
    await expect(own).to_contain_text("at 22:00")
    await expect(own).to_contain_text("edited")
    await expect(composer).to_have_value("")


async def test_members_of_a_group_share_one_screen_and_tap_for_themselves(page: Page) -> None:
    anna = await add_person(page, "Anna")
    ben = await add_person(page, "Ben")
    await page.get_by_role("button", name="Add a group").click()
    await page.get_by_label("Name of the group").fill("Smiths")
    await page.get_by_label("with topics").check()
    await page.get_by_role("button", name="Add", exact=True).click()
    group = page.get_by_role("article", name="The group Smiths")
    await group.get_by_label("Topic").select_option("Medicines")
    await group.get_by_label("Message from Smiths").fill("hello")
    await group.get_by_role("button", name="Send", exact=True).click()
    await expect(group.locator(".sender").first).to_have_text("Anna · #Medicines")
    answer = group.locator(".message").last
    await expect(answer).to_contain_text("You said: hello")
    await group.get_by_label("Who writes and taps").select_option("Ben")
    await answer.get_by_role("button", name="Taken").click()
    await expect(ben.locator(".toast")).to_have_text("Thank you, Ben")
    await expect(answer).to_contain_text("Taken by Ben")
    await expect(anna.get_by_role("log")).not_to_contain_text("Taken by Ben")
    await group.get_by_label("Who writes and taps").select_option("Anna, anonymously")
    await group.get_by_label("Message from Smiths").fill("who am I?")
    await group.get_by_role("button", name="Send", exact=True).click()
    await expect(group.get_by_text("Smiths (anonymous admin)")).to_be_visible()
    await page.reload()
    again = page.get_by_role("article", name="The group Smiths")
    await expect(again.get_by_role("log")).to_contain_text("who am I?")
