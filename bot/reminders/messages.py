"""Screens as Telegram's messages: sending one, editing one."""

from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions
from telegram.constants import ParseMode
from telegram.error import RetryAfter

from bot.views.answer import Keyboard, Screen

NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
NOT_MODIFIED = "not modified"  # what Telegram says of an edit that changes nothing: it is done


async def send_screen(bot: Bot, screen: Screen, *, chat_id: int, is_silent: bool = False) -> int:
    """Send a message; returns its id. Raises what PTB raises."""
    if screen.document is not None:
        sent = await bot.send_document(
            chat_id,
            screen.document.content.encode(),
            filename=screen.document.name,
            caption=screen.text,
            parse_mode=ParseMode.HTML,
            reply_markup=_markup(screen.keyboard),
            disable_notification=is_silent or None,
        )
        return sent.message_id
    message = await bot.send_message(
        chat_id,
        screen.text,
        parse_mode=ParseMode.HTML,
        reply_markup=_markup(screen.keyboard),
        link_preview_options=NO_PREVIEW,
        disable_notification=is_silent or None,
    )
    return message.message_id


async def edit_screen(bot: Bot, screen: Screen, *, chat_id: int, message_id: int) -> None:
    """Put *screen* in the place of a message. Raises what PTB raises."""
    await bot.edit_message_text(
        screen.text,
        chat_id=chat_id,
        message_id=message_id,
        parse_mode=ParseMode.HTML,
        reply_markup=_markup(screen.keyboard),
        link_preview_options=NO_PREVIEW,
    )


def seconds_to_wait(error: RetryAfter) -> float:
    """How long Telegram asked to wait."""
    wait = error.retry_after
    return wait if isinstance(wait, int | float) else wait.total_seconds()


def _markup(keyboard: Keyboard) -> InlineKeyboardMarkup | None:
    if not keyboard:
        return None
    return InlineKeyboardMarkup(
        [
            [InlineKeyboardButton(b.label, callback_data=b.data, url=b.url) for b in row]
            for row in keyboard
        ]
    )
