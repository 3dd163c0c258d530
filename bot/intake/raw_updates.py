"""Updates as they come, before anybody has made sense of them.

What orders an update and what answers it are read here with care, since the rest of it may be of a
kind that this version of the library does not know.
"""

from collections.abc import Mapping
from typing import Any, TypeAlias

from telegram import Bot, Update

RawUpdate: TypeAlias = Mapping[str, Any]
#: The id of a press, what the button carries, and the id of its message.
RawPress: TypeAlias = tuple[str, str, int]

_LARGEST = 2**63 - 1  # what PostgreSQL's bigint holds


class UnreadableUpdate(Exception):
    """The library cannot make sense of this update."""


def update_id_of(raw: Any) -> int | None:
    """None where it is no update at all, or numbered as none is."""
    return _number(raw.get("update_id"), least=0) if isinstance(raw, Mapping) else None


def chat_id_of(raw: RawUpdate) -> int:
    """What an update is ordered by: its chat, else its person; 0 where it names neither."""
    for about in raw.values():
        if not isinstance(about, Mapping):
            continue
        for place in (_part(about, "message", "chat"), _part(about, "chat"), _part(about, "from")):
            found = _number(place.get("id"), least=-_LARGEST)
            if found is not None:
                return found
    return 0


def message_of(raw: RawUpdate) -> tuple[int | None, str | None]:
    """The id and the text of a message, new or edited; None for what is none, or has none."""
    message = _part(raw, "message") or _part(raw, "edited_message")
    text = message.get("text")
    return _number(message.get("message_id"), least=1), text if isinstance(text, str) else None


def press_of(raw: RawUpdate) -> RawPress | None:
    """What identifies a pressed button; None where it is none."""
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
        # Its text may quote what somebody wrote.
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
