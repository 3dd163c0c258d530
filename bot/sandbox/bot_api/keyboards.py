"""Reply markup as the Bot API accepts it."""

from urllib.parse import urlsplit

from bot.sandbox.errors import Json, bad_request

_MAX_DATA = 64
"""Bytes."""
_MAX_BUTTONS = 100
_STYLES = {"danger", "success", "primary"}

# A button needs exactly one of these.
_KINDS = {
    "url",
    "callback_data",
    "web_app",
    "login_url",
    "switch_inline_query",
    "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat",
    "copy_text",
    "callback_game",
    "pay",
}


def inline_keyboard(markup: Json | None) -> list[list[Json]]:
    """The rows of an inline keyboard, without empty ones. Raises 400 in Telegram's words."""
    if markup is None or "inline_keyboard" not in markup:
        return []
    rows: list[list[Json]] = markup["inline_keyboard"]
    for row in rows:
        for button in row:
            _check(button)
    if sum(map(len, rows)) > _MAX_BUTTONS:
        raise bad_request("reply markup is too long")
    return [list(row) for row in rows if row]


def _check(button: Json) -> None:
    if not button["text"].strip():
        raise bad_request("can't parse inline keyboard button: Button text must be non-empty")
    kinds = _KINDS & button.keys()
    if not kinds:
        raise bad_request(
            "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"
        )
    if len(kinds) > 1:
        raise bad_request(
            "can't parse inline keyboard button: exactly one of the optional fields must be used"
        )
    if button.get("style", "primary") not in _STYLES:
        raise bad_request("can't parse inline keyboard button: invalid button style specified")
    if "callback_data" in button and not 1 <= len(button["callback_data"].encode()) <= _MAX_DATA:
        raise bad_request("BUTTON_DATA_INVALID")
    if "url" in button and not _is_link(button["url"]):
        raise bad_request(
            f"inline keyboard button URL '{button['url']}' is invalid: Wrong HTTP URL"
        )


def _is_link(url: str) -> bool:
    parts = urlsplit(url if "://" in url else f"http://{url}")
    if parts.scheme in {"tg", "ton"}:
        return True
    # Telegram requires a public name: it refuses localhost and hosts without a dot.
    return parts.scheme in {"http", "https"} and "." in (parts.hostname or "")
