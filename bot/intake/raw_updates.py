"""Updates as Telegram sends them, before they are parsed.

What orders an update and what answers it are read defensively here, since the rest may be of a kind
that this version of the library doesn't know.
"""

from collections.abc import Mapping
from typing import Any, TypeAlias

from telegram import Bot, Update

RawUpdate: TypeAlias = Mapping[str, Any]
#: The id of a press, the data of its button, and the id of its message.
RawPress: TypeAlias = tuple[str, str, int]

_LARGEST = 2**63 - 1  # the largest value of PostgreSQL's bigint


class UnreadableUpdate(Exception):
    """The library can't parse this update."""


def update_id_of(raw: Any) -> int | None:
    """None if it isn't an update, or its id is out of range."""
    return _number(raw.get("update_id"), least=0) if isinstance(raw, Mapping) else None


def chat_id_of(raw: RawUpdate) -> int:
    """The key that an update is ordered by: its chat, otherwise its sender; 0 if it has neither."""
    for about in raw.values():
        if not isinstance(about, Mapping):
            continue
        for place in (_part(about, "message", "chat"), _part(about, "chat"), _part(about, "from")):
            found = _number(place.get("id"), least=-_LARGEST)
            if found is not None:
                return found
    return 0


def message_of(raw: RawUpdate) -> tuple[int | None, str | None]:
    """The id and text of a message, new or edited; None for what is missing."""
    message = _part(raw, "message") or _part(raw, "edited_message")
    text = message.get("text")
    return _number(message.get("message_id"), least=1), text if isinstance(text, str) else None


def press_of(raw: RawUpdate) -> RawPress | None:
    """What identifies a press; None if it isn't one."""
    query = _part(raw, "callback_query")
    press_id, data = query.get("id"), query.get("data")
    message_id = _part(query, "message").get("message_id")
    if isinstance(press_id, str) and isinstance(data, str) and isinstance(message_id, int):
        return press_id, data, message_id
    return None


def read_update(raw: RawUpdate, bot: Bot) -> Update:
    """Raises UnreadableUpdate."""
    try:
        return Update.de_json(dict(raw), bot)
    except Exception as error:
        # The error's text may quote what somebody wrote.
        raise UnreadableUpdate(type(error).__name__) from None


def _part(value: Mapping[str, Any], *names: str) -> Mapping[str, Any]:
    for name in names:
        found = value.get(name)
        if not isinstance(found, Mapping):
            return {}
        value = found
    return value


def _number(value: Any, *, least: int) -> int | None:
    is_number = isinstance(value, int) and not isinstance(value, bool)
    return value if is_number and least <= value <= _LARGEST else None
