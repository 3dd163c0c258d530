"""What Telegram's refusal of a message to a group means for the group.

The Bot API has no codes for these, only descriptions; what isn't listed concerns the message alone.
"""

from enum import Enum, auto

from telegram.error import ChatMigrated, Forbidden, TelegramError


class GroupRefusal(Enum):
    MOVED = auto()  # it's a supergroup by now
    REMOVED = auto()  # the bot isn't in it any more, or it's gone
    NO_RIGHT = auto()  # the bot may not write there
    NO_TOPIC = auto()  # its topic is closed or deleted
    OTHER = auto()


_GONE = ("chat not found", "group chat was deactivated", "group_deactivated", "peer_id_invalid")
_NO_RIGHT = (
    "not enough rights",
    "have no rights to send",
    "chat_write_forbidden",
    "chat_restricted",
    "user_banned_in_channel",
    "need administrator rights",
)
_NO_TOPIC = ("message thread not found", "topic_closed", "topic_deleted")


def refusal_of(error: TelegramError) -> GroupRefusal:
    """What that refusal of a message to a group means."""
    words = error.message.lower()
    if isinstance(error, ChatMigrated):
        return GroupRefusal.MOVED
    if any(each in words for each in _NO_TOPIC):
        return GroupRefusal.NO_TOPIC
    if any(each in words for each in _NO_RIGHT):
        return GroupRefusal.NO_RIGHT
    if isinstance(error, Forbidden) or any(each in words for each in _GONE):
        return GroupRefusal.REMOVED
    return GroupRefusal.OTHER
