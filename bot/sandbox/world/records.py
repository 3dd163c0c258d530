"""The sandbox's records: people, groups, messages, callback queries, files."""

from dataclasses import dataclass, field

from bot.sandbox.errors import Json


@dataclass(slots=True)
class Account:
    """A person with a phone. Their private chat with the bot has the same id, as in Telegram."""

    id: int
    first_name: str
    language_code: str
    # True once they pressed Start: a bot can't write first.
    started: bool = False
    # Has blocked the bot.
    blocked: bool = False

    def as_user(self) -> Json:
        return {
            "id": self.id,
            "is_bot": False,
            "first_name": self.first_name,
            "language_code": self.language_code,
        }

    def as_chat(self) -> Json:
        return {"id": self.id, "type": "private", "first_name": self.first_name}


@dataclass(slots=True)
class Group:
    """A chat of several people. A supergroup with `topics` (names by id, as text) is a forum."""

    id: int
    title: str
    members: list[int]
    is_supergroup: bool = False
    topics: dict[str, str] = field(default_factory=dict)
    closed_topics: list[int] = field(default_factory=list)
    # A status of ChatMember: "left" until the bot is added.
    bot_status: str = "left"
    is_deleted: bool = False
    moved_to: int | None = None

    def as_chat(self) -> Json:
        kind = "supergroup" if self.is_supergroup else "group"
        chat: Json = {"id": self.id, "type": kind, "title": self.title}
        return chat | {"is_forum": True} if self.topics else chat


@dataclass(slots=True)
class Bubble:
    """One message as it is shown in a chat."""

    chat_id: int
    message_id: int
    # Unix time.
    date: int
    from_bot: bool
    text: str = ""
    entities: list[Json] = field(default_factory=list)
    # The HTML that a bot sent; None for plain text.
    source: str | None = None
    # Inline keyboard: rows of buttons.
    keyboard: list[list[Json]] = field(default_factory=list)
    # Any other reply markup: a keyboard under the composer, its removal, a forced reply.
    composer: Json | None = None
    # {"voice": {…}}, {"document": {…}}, …; then the text is its caption.
    attachment: Json = field(default_factory=dict)
    edited_at: int | None = None
    silent: bool = False
    reply_to: int | None = None
    is_forwarded: bool = False
    # In a group: who wrote it, whether as an anonymous admin, and in which topic.
    sender_id: int | None = None
    is_anonymous: bool = False
    thread_id: int | None = None
    # Increases with every change anywhere, so that changes since then can be found.
    revision: int = 0

    def body(self) -> Json:
        """The fields of the Bot API's Message, apart from sender, chat and date."""
        body: Json = {"message_id": self.message_id, "date": self.date}
        if self.thread_id is not None:
            body |= {"message_thread_id": self.thread_id, "is_topic_message": True}
        if self.edited_at is not None:
            body["edit_date"] = self.edited_at
        text, entities = (
            ("caption", "caption_entities") if self.attachment else ("text", "entities")
        )
        if self.text:
            body[text] = self.text
        if self.entities:
            body[entities] = self.entities
        if self.keyboard:
            body["reply_markup"] = {"inline_keyboard": self.keyboard}
        return body | self.attachment


@dataclass(slots=True)
class Query:
    """A press that the bot has not answered yet."""

    id: str
    account_id: int
    message_id: int
    # Unix time.
    asked_at: float


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file that a bot or a person sent."""

    id: str
    name: str
    content_type: str
    content: bytes

    @property
    def path(self) -> str:
        """``file_path`` of the Bot API, never built from anything typed."""
        return f"files/{self.id}"
