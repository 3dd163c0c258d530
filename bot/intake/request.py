"""What a handler gets, and what it is."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeAlias, TypeVar

from bot.redis.conversations import Conversation, Draft, Expired
from bot.redis.medications_cache import CachedMedicines
from bot.ui.answer import Answer
from bot.ui.presses.press import Press
from domain.database.scope import Scope
from domain.medicines.records.presses import CardMessage

P = TypeVar("P", bound=Press)


@dataclass(frozen=True)
class Contact:
    """An entry of somebody's phone book, as they shared it."""

    name: str
    phone: str


@dataclass(frozen=True)
class Request:
    """One update, parsed, inside the open transaction of its effect.

    `text` is what was typed, without the command; None where it was no text (a voice message, a
    photo). `sent_message_id` is the message that they sent,
    `press` the button that was pressed, `message` the one that it stands under. The
    scope's family is the person's current one, or that of the button, or that of the running
    conversation, whichever applies; membership is checked already. `draft` is what the pressed
    question, or the expired conversation, was last; None where that is running. `cached_medicines`
    was read before the transaction, where it may be of use.
    """

    scope: Scope
    update_id: int
    bot_username: str
    name: str
    text: str | None = None
    contact: Contact | None = None
    press: Press | None = None
    message: CardMessage | None = None
    sent_message_id: int | None = None
    conversation: Conversation | Expired | None = None
    draft: Draft | None = None
    cached_medicines: CachedMedicines | None = None

    def pressed(self, kind: type[P]) -> P:
        """The pressed button, which is of *kind*. Only for handlers of such presses."""
        if not isinstance(self.press, kind):
            raise RuntimeError(f"this update is no press of {kind.__name__}")
        return self.press


Handler: TypeAlias = Callable[[Request], Awaitable[Answer]]
