"""An update on its way to its handler."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from uuid import UUID

from telegram import Chat, Message, Update
from telegram import Contact as TelegramContact

from bot.intake.admission import Arrival, UpdateKind, read_press
from bot.intake.request import Contact, Replied, Request
from bot.redis.conversations import Conversation, Draft, Expired
from bot.redis.medications_cache import CachedMedicines
from bot.ui.answer import Answer
from bot.ui.presses.conversation import Continue, OfFlow
from bot.ui.presses.press import Press
from domain.database.scope import Scope
from domain.family.group.reading import GroupChat
from domain.medicines.records.presses import CardMessage

_COMMAND = re.compile(r"/(\w{1,32})(?:@\w+)?", re.ASCII)
_ADDRESSED = re.compile(r"/\w{1,32}@(\w+)", re.ASCII)


@dataclass(frozen=True)
class Incoming:
    """An update and what is known before its transaction starts: the sender, the running
    conversation and the draft it is about.
    """

    update: Update
    arrival: Arrival
    user_id: UUID
    running: Conversation | Expired | None = None
    draft: Draft | None = None
    cached_medicines: CachedMedicines | None = None
    spoken: Mapping[str, str] = field(default_factory=dict)

    @property
    def press(self) -> Press | None:
        return self.arrival.press

    def without_conversation(self) -> "Incoming":
        """It concerns no conversation, so no question is added to its answer."""
        return replace(self, running=None, draft=None)

    @property
    def resumes(self) -> bool:
        return isinstance(self.press, Continue)

    @property
    def flow_id(self) -> UUID | None:
        """The conversation that this update replies to or resumes, if any."""
        if self.continues is not None:
            return self.continues.flow_id
        is_about_draft = self.press is not None and self.draft is not None
        return self.draft.conversation.flow_id if is_about_draft and self.draft else None

    @property
    def continues(self) -> Conversation | None:
        """The conversation that this update replies to, if any."""
        if self.arrival.command is not None or not isinstance(self.running, Conversation):
            return None
        if self.press is None:
            return self.running
        is_its_own = isinstance(self.press, OfFlow) and self.press.flow_id == self.running.flow_id
        return self.running if is_its_own else None

    def was_answer(self, answer: Answer) -> bool:
        """Whether the question that this update replies to moved on or ended with it."""
        running, change = self.continues, answer.conversation
        if running is None or change is None:
            return False
        flow_id = str(running.flow_id)
        if flow_id in (change.get("end"), change.get("ends")):
            return True
        stored = change.get("continue", {})
        return bool(stored.get("flow_id") == flow_id and stored["step"] != running.step)

    def to_request(self, scope: Scope, *, bot_username: str) -> Request:
        user, message = self.update.effective_user, self.update.message
        shared = message.contact if message else None
        query = self.update.callback_query
        pressed = query.message if query else None
        sent = self.update.effective_message if query is None else None
        return Request(
            scope=scope,
            update_id=self.update.update_id,
            bot_username=bot_username,
            name=user.first_name if user else "",
            text=self.arrival.text,
            contact=_contact(shared) if shared else None,
            press=self.press,
            message=CardMessage(pressed.chat.id, pressed.message_id) if pressed else None,
            sent_message_id=sent.message_id if sent else None,
            conversation=self.running,
            draft=self.draft,
            is_sticker=message is not None and message.sticker is not None,
            is_forwarded=message is not None and message.forward_origin is not None,
            replied=_replied(sent.reply_to_message) if sent else None,
            cached_medicines=self.cached_medicines,
            spoken=self.spoken,
            chat=_group_of(self.update),
        )


def _replied(message: Message | None) -> Replied | None:
    """None if it is none of ours, or has no button that we know."""
    if message is None or message.from_user is None or not message.from_user.is_bot:
        return None
    markup = message.reply_markup
    rows = markup.inline_keyboard if markup is not None else ()
    labelled = [(each.text, each.callback_data) for row in rows for each in row]
    buttons = [
        (words, press)
        for words, data in labelled
        if isinstance(data, str) and (press := read_press(data)) is not None
    ]
    if not buttons:
        return None
    return Replied(CardMessage(message.chat.id, message.message_id), buttons)


def _group_of(update: Update) -> GroupChat | None:
    """The group that it comes from, with its topic; None for a private chat."""
    chat = update.effective_chat
    if chat is None or chat.type == Chat.PRIVATE:
        return None
    return GroupChat(chat.id, chat.title or "", thread_of(update))


def thread_of(update: Update) -> int | None:
    """The topic of its message, in a group that has topics."""
    message = update.effective_message
    if not isinstance(message, Message) or not message.is_topic_message:
        return None
    return message.message_thread_id


def is_among_others(update: Update, arrival: Arrival, username: str) -> bool:
    """Whether it's what people in a group say to each other, or to another bot, or what happens
    among them: whoever says it isn't even noted as a user.
    """
    if arrival.is_private:
        return False
    match arrival.kind:
        case UpdateKind.PRESS:
            return False
        case UpdateKind.EVENT:
            return True
        case UpdateKind.MESSAGE:
            return not arrival.is_to_us
        case UpdateKind.COMMAND:
            named = _ADDRESSED.match(text_of(update))
            return named is not None and named[1].casefold() != username.casefold()


def is_anonymous(update: Update) -> bool:
    """Whether a message was written as a group or a channel. A press always has its presser."""
    return update.message is not None and update.message.sender_chat is not None


def _contact(shared: TelegramContact) -> Contact:
    names = (shared.first_name, shared.last_name or "")
    return Contact(" ".join(filter(None, names)), shared.phone_number)


def speaks_to(update: Update, username: str) -> bool:
    """Whether a message names the bot, or replies to it."""
    message = update.effective_message
    if message is None:
        return False
    replied = message.reply_to_message
    author = replied.from_user if replied is not None else None
    is_reply = author is not None and author.username == username
    return is_reply or f"@{username}".casefold() in (message.text or "").casefold()


def text_of(update: Update) -> str:
    return (update.effective_message and update.effective_message.text) or ""


def command_of(text: str) -> tuple[str | None, str]:
    """The command of a message (None if it isn't one), and the text after it."""
    first, *rest = text.split(maxsplit=1)
    following = rest[0] if rest else ""
    match = _COMMAND.fullmatch(first)
    return (match[1].lower(), following) if match else (None, text)
