"""Screens as Telegram messages: sending, editing, and toasts."""

import logging
from typing import Any

from telegram.error import BadRequest, RetryAfter

from bot.telegram_api.calls import TelegramApi, reason
from bot.telegram_api.qr_codes import qr_code
from bot.telegram_api.transport import File
from bot.ui.answer import Keyboard, Screen
from bot.ui.length import plain
from bot.ui.presses.registry import style_of

log = logging.getLogger(__name__)

NOT_MODIFIED = "not modified"  # Telegram's error for an edit that changes nothing: it is done

_UNREADABLE = "can't parse entities"
_HTML = {"parse_mode": "HTML"}
_NO_PREVIEW = {"link_preview_options": {"is_disabled": True}}


async def send_screen(
    api: TelegramApi,
    screen: Screen,
    *,
    chat_id: int,
    thread_id: int | None = None,
    is_silent: bool = False,
) -> int | None:
    """Send a message, into the topic *thread_id* of a group with topics; returns its id, or None if
    the response lacks it, although it was sent. Raises whatever the call raises.
    """
    body: dict[str, Any] = {"chat_id": chat_id, **_markup(screen.keyboard)}
    if thread_id is not None:
        body["message_thread_id"] = thread_id
    if is_silent:
        body["disable_notification"] = True
    if screen.document is not None:
        document = File("document", screen.document.name, screen.document.content.encode())
        return _message_id(
            await _call(api, "sendDocument", body, caption=screen.text, file=document)
        )
    if screen.qr_code is not None:
        picture = File("photo", "link.png", qr_code(screen.qr_code), mime_type="image/png")
        try:
            return _message_id(
                await _call(api, "sendPhoto", body, caption=screen.text, file=picture)
            )
        except BadRequest as error:
            # The words hold the link, too.
            log.warning("picture rejected, sending its words only: %s", reason(error))
    return _message_id(await _call(api, "sendMessage", body | _NO_PREVIEW, text=screen.text))


async def edit_screen(api: TelegramApi, screen: Screen, *, chat_id: int, message_id: int) -> None:
    """Replace a message by *screen*. Raises whatever the call raises."""
    body = {"chat_id": chat_id, "message_id": message_id, **_markup(screen.keyboard)}
    await _call(api, "editMessageText", body | _NO_PREVIEW, text=screen.text)


async def _call(
    api: TelegramApi, method: str, body: dict[str, Any], *, file: File | None = None, **text: str
) -> Any:
    """Call *method* with *text* (text= or caption=) as HTML; as plain words where a server can't
    read the markup, since an older one may not know a tag, and a reminder must arrive all the same.
    """
    try:
        return await api.call(method, {**body, **text, **_HTML}, file=file)
    except BadRequest as error:
        if _UNREADABLE not in error.message.lower():
            raise
        log.warning("message markup rejected, sending plain text: %s", reason(error))
    return await api.call(method, body | {k: plain(v) for k, v in text.items()}, file=file)


async def show_toast(
    api: TelegramApi, press_id: str, text: str | None = None, *, is_alert: bool = False
) -> None:
    """Stop the pressed button from spinning, and show *text*. Raises whatever the call raises."""
    body: dict[str, Any] = {"callback_query_id": press_id}
    if text:
        body |= {"text": text, "show_alert": is_alert}
    await api.call("answerCallbackQuery", body)


def seconds_to_wait(error: RetryAfter) -> float:
    """How long Telegram asked to wait."""
    wait = error.retry_after
    return wait if isinstance(wait, int | float) else wait.total_seconds()


def _message_id(result: Any) -> int | None:
    found = result.get("message_id") if isinstance(result, dict) else None
    return found if isinstance(found, int) and not isinstance(found, bool) else None


def _markup(keyboard: Keyboard) -> dict[str, Any]:
    if not keyboard:
        return {}
    rows = [[_button(b.label, b.data, b.url) for b in row] for row in keyboard]
    return {"reply_markup": {"inline_keyboard": rows}}


def _button(label: str, data: str | None, url: str | None) -> dict[str, str]:
    button = {"text": label}
    if data is not None:
        button["callback_data"] = data
        style = style_of(data)
        if style is not None:
            button["style"] = style
    if url is not None:
        button["url"] = url
    return button
