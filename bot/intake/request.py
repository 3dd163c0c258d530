"""The request that a handler gets."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias, TypeVar

from bot.redis.conversations import Conversation, Draft, Expired
from bot.redis.medications_cache import CachedMedicines
from bot.ui.answer import Answer
from bot.ui.presses.press import Press
from domain.database.scope import Scope
from domain.family.group.reading import GroupChat
from domain.medicines.records.presses import CardMessage

P = TypeVar("P", bound=Press)


@dataclass(frozen=True)
class Contact:
    """An entry of somebody's address book that they shared."""

    name: str
    phone: str


@dataclass(frozen=True)
class Replied:
    """A message of the bot that somebody replies to, with the buttons that it shows."""

    message: CardMessage
    buttons: Sequence[tuple[str, Press]]


@dataclass(frozen=True)
class Request:
    """One update, parsed, inside the open transaction of its effect.

    `text` is what was typed, without the command; None if it wasn't text (a voice message, a
    photo, or where it `is_sticker`). `sent_message_id` is the message they sent, `press` the button
    they pressed, and `message` the message it belongs to. The scope's family is that of the button,
    that of the running conversation, or the person's current one, in this order, and membership has
    been checked. `draft` is the latest state of the pressed question or the expired conversation;
    None while that is running. `replied` is the message of ours that they reply to.
    `cached_medicines` was read before the transaction, if it can be used.

    `spoken` are the ids of what they have spoken of in the last minutes. What `is_forwarded` is
    somebody else's word. What `is_said` in own words is shown as understood, and saved only after
    a yes.

    `chat` is the group that it comes from, None for a private chat.
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
    replied: Replied | None = None
    spoken: Mapping[str, str] = field(default_factory=dict)
    cached_medicines: CachedMedicines | None = None
    is_said: bool = False
    is_sticker: bool = False
    is_forwarded: bool = False
    chat: GroupChat | None = None

    def pressed(self, kind: type[P]) -> P:
        """The pressed button. Only for handlers of presses of that *kind*."""
        if not isinstance(self.press, kind):
            raise RuntimeError(f"this update is not a press of {kind.__name__}")
        return self.press


Handler: TypeAlias = Callable[[Request], Awaitable[Answer]]
