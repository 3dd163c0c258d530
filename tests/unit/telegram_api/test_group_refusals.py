"""What Telegram's refusals mean for a group, by the words that it uses."""

import pytest
from telegram.error import BadRequest, ChatMigrated, Forbidden, TelegramError

from bot.telegram_api.group_refusals import GroupRefusal, refusal_of


@pytest.mark.parametrize(
    ("error", "meaning"),
    [
        (ChatMigrated(-1002), GroupRefusal.MOVED),
        (Forbidden("Forbidden: bot was kicked from the group chat"), GroupRefusal.REMOVED),
        (Forbidden("Forbidden: bot is not a member of the supergroup chat"), GroupRefusal.REMOVED),
        (Forbidden("Forbidden: the group chat was deleted"), GroupRefusal.REMOVED),
        (BadRequest("Bad Request: chat not found"), GroupRefusal.REMOVED),
        (BadRequest("Bad Request: have no rights to send a message"), GroupRefusal.NO_RIGHT),
        (
            BadRequest("Bad Request: not enough rights to send text messages to the chat"),
            GroupRefusal.NO_RIGHT,
        ),
        (BadRequest("Bad Request: CHAT_WRITE_FORBIDDEN"), GroupRefusal.NO_RIGHT),
        (BadRequest("Bad Request: message thread not found"), GroupRefusal.NO_TOPIC),
        (BadRequest("Bad Request: TOPIC_CLOSED"), GroupRefusal.NO_TOPIC),
        (BadRequest("Bad Request: message is too long"), GroupRefusal.OTHER),
    ],
)
def test_a_refusal_is_known_by_its_words(error: TelegramError, meaning: GroupRefusal) -> None:
    assert refusal_of(error) is meaning
