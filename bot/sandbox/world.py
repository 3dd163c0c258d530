"""The little world behind the sandbox: one bot, people with phones, chats between them.

Everything here is plain and synchronous: an operation happens at once, is stored at once, and then
tells whoever listens. What HTTP needs is in ``server`` and ``page_routes``.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bot.sandbox.errors import Json, bad_request, forbidden
from bot.sandbox.formatting import FormattedText, split_typed, typed_text
from bot.sandbox.links import START_PAYLOAD, start_payload
from bot.sandbox.records import Account, Bubble, Query, StoredFile
from bot.sandbox.store import Store
from bot.sandbox.updates import ANSWER_WITHIN, UpdateQueue
from domain.clock import Clock

_STALE_QUERY = "query is too old and response timeout expired or query ID is invalid"
_NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same "
    "as a current content and reply markup of the message"
)

# Numbers of a fresh folder begin here (ten for each second since the summer of 2025), because the
# bot's database may remember a sandbox whose folder was thrown away: a new Anna must not be the old
# one, a new update not one that was handled already.
_NUMBERS_BEGAN_AT = 1_750_000_000


@dataclass(frozen=True, slots=True)
class Toast:
    """The answer to a press, as the phone of whoever pressed shows it."""

    text: str
    # Must be tapped away, instead of fading.
    alert: bool
    url: str | None
    query_id: str


@dataclass(frozen=True, slots=True)
class Change:
    """Something that a phone shows now.

    *kind*: ``message`` (new or edited), ``deleted``, ``toast``, ``account``, ``typing`` or ``bot``
    (the menu or the name, for everybody; *chat_id* is 0).
    """

    kind: str
    chat_id: int
    message: Bubble | None = None
    message_id: int = 0
    toast: Toast | None = None


Listener = Callable[[Change], None]


class World:
    """State and rules. All methods are to be called on one event loop."""

    def __init__(
        self, store: Store, clock: Clock, *, bot_username: str, token: str | None = None
    ) -> None:
        self.store = store
        self.clock = clock
        self.bot_username = bot_username
        # By chat, because there may be thousands of people; None hears everything.
        self._listeners: dict[int | None, set[Listener]] = {None: set()}
        self.revision = 0
        first = int((clock.now().timestamp() - _NUMBERS_BEGAN_AT) * 10)
        counters: dict[str, int] = dict(store.load("counter"))
        self._next_message_id = counters.get("message", 1)
        self._next_account_id = counters.get("account", first)
        self.updates = UpdateQueue(store, clock, first_id=first)
        self.accounts: dict[int, Account] = {}
        self.chats: dict[int, dict[int, Bubble]] = {}
        self.queries: dict[str, Query] = {}
        self.profile: dict[str, Any] = dict(store.load("profile"))
        self._files: dict[str, StoredFile] = {}
        self._load()
        if token is None:
            token = self.profile.get("token") or f"7000000001:{secrets.token_urlsafe(26)}"
        self.token = token
        self.bot_id = int(token.partition(":")[0])
        self.set_profile("token", token)

    def _load(self) -> None:
        for _, value in self.store.load("account"):
            account = Account(**value)
            self.accounts[account.id] = account
            self.chats[account.id] = {}
        self.accounts = dict(sorted(self.accounts.items()))
        bubbles = [Bubble(**value) for _, value in self.store.load("message")]
        for bubble in sorted(bubbles, key=lambda bubble: bubble.message_id):
            self.chats[bubble.chat_id][bubble.message_id] = bubble
            self.revision = max(self.revision, bubble.revision)
        queries = [Query(**value) for _, value in self.store.load("query")]
        for query in sorted(queries, key=lambda query: query.asked_at):
            self.queries[query.id] = query

    def listen(self, listener: Listener, *, chat_id: int | None = None) -> None:
        """Call *listener* with every change from now on, or with those of one chat."""
        self._listeners.setdefault(chat_id, set()).add(listener)

    def ignore(self, listener: Listener) -> None:
        """End what :meth:`listen` began for everything."""
        self._listeners[None].discard(listener)

    # The bot itself.

    def set_profile(self, name: str, value: Any) -> None:
        """Remember one fact about the bot: its name, its commands, …"""
        if self.profile.get(name) != value:
            self.profile[name] = value
            self.store.put("profile", name, value)
            self.store.commit()
            self._tell(Change("bot", 0))

    def bot_user(self) -> Json:
        return {
            "id": self.bot_id,
            "is_bot": True,
            "first_name": self.profile.get("name:", "CareCircle"),
            "username": self.bot_username,
        }

    # What the bot may do.

    def chat(self, chat_id: int | str) -> Account:
        """The person behind a private chat. Raises 400 when the bot cannot know it."""
        account = self.accounts.get(chat_id) if isinstance(chat_id, int) else None
        if account is None:
            raise bad_request("chat not found")
        return account

    def writable_chat(self, chat_id: int | str) -> Account:
        """As :meth:`chat`; raises 403 where the person has not started or has blocked the bot."""
        account = self.chat(chat_id)
        if account.blocked:
            raise forbidden("bot was blocked by the user")
        if not account.started:
            raise forbidden("bot can't initiate conversation with a user")
        return account

    def find_bubble(self, chat_id: int, message_id: int) -> Bubble | None:
        return self.chats.get(chat_id, {}).get(message_id)

    def bot_sends(
        self,
        account: Account,
        formatted: FormattedText,
        *,
        source: str | None = None,
        keyboard: list[list[Json]] | None = None,
        composer: Json | None = None,
        attachment: Json | None = None,
        silent: bool = False,
        reply_to: int | None = None,
    ) -> Bubble:
        return self._add(
            Bubble(
                chat_id=account.id,
                message_id=self._take_message_id(),
                date=self._now(),
                from_bot=True,
                text=formatted.text,
                entities=formatted.entities,
                source=source,
                keyboard=keyboard or [],
                composer=composer,
                attachment=attachment or {},
                silent=silent,
                reply_to=reply_to,
            )
        )

    def bot_edits(
        self,
        bubble: Bubble,
        formatted: FormattedText,
        *,
        source: str | None,
        keyboard: list[list[Json]],
    ) -> None:
        """Raises 400 when nothing would change."""
        same_words = formatted.text == bubble.text and formatted.entities == bubble.entities
        if same_words and keyboard == bubble.keyboard:
            raise bad_request(_NOT_MODIFIED)
        bubble.text = formatted.text
        bubble.entities = formatted.entities
        bubble.source = source
        bubble.keyboard = keyboard
        bubble.edited_at = self._now()
        self._keep(bubble)

    def bot_changes_keyboard(self, bubble: Bubble, keyboard: list[list[Json]]) -> None:
        """As :meth:`bot_edits`, for the keyboard alone."""
        if keyboard == bubble.keyboard:
            raise bad_request(_NOT_MODIFIED)
        bubble.keyboard = keyboard
        bubble.edited_at = self._now()
        self._keep(bubble)

    def bot_deletes(self, bubble: Bubble) -> None:
        del self.chats[bubble.chat_id][bubble.message_id]
        self.store.remove("message", _key(bubble))
        self.store.commit()
        self.revision += 1
        self._tell(Change("deleted", bubble.chat_id, message_id=bubble.message_id))

    def bot_answers(self, query_id: str, *, text: str, alert: bool, url: str | None) -> None:
        """Answer a press. Raises 400 for an unknown, answered or too old one."""
        query = self.queries.pop(query_id, None)
        if query is None:
            raise bad_request(_STALE_QUERY)
        self.store.remove("query", query_id)
        self.store.commit()
        if self.clock.now().timestamp() - query.asked_at > ANSWER_WITHIN:
            raise bad_request(_STALE_QUERY)
        toast = Toast(text=text, alert=alert, url=url, query_id=query_id)
        self._tell(Change("toast", query.account_id, toast=toast))

    def bot_types(self, account: Account) -> None:
        self._tell(Change("typing", account.id))

    # What people do.

    def add_account(self, first_name: str, *, language_code: str) -> Account:
        account = Account(self._next_account_id, first_name, language_code)
        self._next_account_id += 1
        self.store.put("counter", "account", self._next_account_id)
        self.accounts[account.id] = account
        self.chats[account.id] = {}
        self._keep_account(account)
        return account

    def says(self, account: Account, text: str) -> list[Bubble]:
        """A person sends text; what is too long for one message goes in several, as apps do."""
        self._require_unblocked(account)
        parts = split_typed(text)
        if not parts:
            raise ValueError("an app does not send an empty message")
        return [self._person_sends(account, typed_text(part)) for part in parts]

    def sends(self, account: Account, attachment: Json, *, caption: str = "") -> Bubble:
        """A person sends something that is not text: {"voice": {…}}, {"contact": {…}}, …"""
        self._require_unblocked(account)
        return self._person_sends(account, typed_text(caption), attachment)

    def rewrites(self, account: Account, bubble: Bubble, text: str) -> None:
        """A person edits their own message. Raises ValueError for what an app does not let them
        edit, or would not send.
        """
        self._require_unblocked(account)
        if bubble.from_bot or bubble.chat_id != account.id:
            raise ValueError("that is not their own message")
        parts = split_typed(text)
        if len(parts) > 1 or not (parts or bubble.attachment):
            raise ValueError("an app does not send an empty message, or one that is too long")
        formatted = typed_text(parts[0] if parts else "")
        bubble.text = formatted.text
        bubble.entities = formatted.entities
        bubble.edited_at = self._now()
        self.updates.put("edited_message", self.message(bubble))
        self._keep(bubble)

    def starts(self, account: Account, payload: str = "") -> Bubble:
        """A person presses Start, or opens the bot by a link that carries *payload*."""
        if payload and not START_PAYLOAD.fullmatch(payload):
            raise ValueError("a start payload is 1-64 letters, digits, - and _")
        return self.says(account, f"/start {payload}".rstrip())[0]

    def follows(self, account: Account, url: str) -> Bubble:
        """A person opens a link to the bot. Raises ValueError for any other link."""
        payload = start_payload(url, self.bot_username)
        if payload is None:
            raise ValueError("that link does not lead to this bot")
        return self.starts(account, payload)

    def presses(self, account: Account, bubble: Bubble, data: str) -> Query:
        """A person presses a callback button; the bot gets a query that it must answer.

        Raises ValueError when the message does not carry such a button (any more).
        """
        here = self.find_bubble(account.id, bubble.message_id)
        carried = [button.get("callback_data") for row in bubble.keyboard for button in row]
        if here is not bubble or data not in carried:
            raise ValueError("the message does not carry that button (any more)")
        self._require_unblocked(account)
        return self.asks(account, bubble, data)

    def asks(self, account: Account, bubble: Bubble, data: str) -> Query:
        """Queue a callback query with any *data*: an altered app could send what it likes."""
        now = self.clock.now().timestamp()
        self._forget_queries(now)
        query = Query(secrets.token_hex(9), account.id, bubble.message_id, now)
        self.queries[query.id] = query
        self.store.put("query", query.id, query)
        self.updates.put(
            "callback_query",
            {
                "id": query.id,
                "from": account.as_user(),
                "message": self.message(bubble),
                "chat_instance": str(account.id * 7919),
                "data": data,
            },
        )
        self.store.commit()
        return query

    def blocks(self, account: Account, *, blocked: bool) -> None:
        if account.blocked == blocked:
            return
        old, new = ("member", "kicked") if blocked else ("kicked", "member")
        account.blocked = blocked
        self.updates.put(
            "my_chat_member",
            {
                "chat": account.as_chat(),
                "from": account.as_user(),
                "date": self._now(),
                "old_chat_member": self._membership(old),
                "new_chat_member": self._membership(new),
            },
        )
        self._keep_account(account)

    # Files.

    def keep_file(self, *, name: str, content_type: str, content: bytes) -> StoredFile:
        file = StoredFile(secrets.token_urlsafe(24), name, content_type, content)
        self._files[file.id] = file
        self.store.put_file(file.id, {"name": name, "content_type": content_type}, content)
        self.store.commit()
        return file

    def file(self, file_id: str) -> StoredFile | None:
        if file_id not in self._files and (content := self.store.load_file(file_id)) is not None:
            meta = dict(self.store.load("file"))[file_id]
            self._files[file_id] = StoredFile(file_id, meta["name"], meta["content_type"], content)
        return self._files.get(file_id)

    # As the Bot API says it.

    def message(self, bubble: Bubble) -> Json:
        account = self.accounts[bubble.chat_id]
        body = bubble.body()
        body["chat"] = account.as_chat()
        body["from"] = self.bot_user() if bubble.from_bot else account.as_user()
        if bubble.reply_to is not None:
            answered = self.find_bubble(bubble.chat_id, bubble.reply_to)
            if answered is not None:
                body["reply_to_message"] = {
                    **answered.body(),
                    "chat": body["chat"],
                    "from": self.bot_user() if answered.from_bot else account.as_user(),
                }
        return body

    def _membership(self, status: str) -> Json:
        member: Json = {"status": status, "user": self.bot_user()}
        return member | {"until_date": 0} if status == "kicked" else member

    # Inside.

    def _now(self) -> int:
        return int(self.clock.now().timestamp())

    def _take_message_id(self) -> int:
        taken = self._next_message_id
        self._next_message_id += 1
        self.store.put("counter", "message", self._next_message_id)
        return taken

    def _require_unblocked(self, account: Account) -> None:
        if account.blocked:
            raise ValueError(f"{account.first_name} has blocked the bot")

    def _person_sends(
        self, account: Account, formatted: FormattedText, attachment: Json | None = None
    ) -> Bubble:
        bubble = Bubble(
            chat_id=account.id,
            message_id=self._take_message_id(),
            date=self._now(),
            from_bot=False,
            text=formatted.text,
            entities=formatted.entities,
            attachment=attachment or {},
        )
        if not account.started:
            account.started = True
            self._keep_account(account)
        self.updates.put("message", self.message(bubble))
        return self._add(bubble)

    def _add(self, bubble: Bubble) -> Bubble:
        self.chats[bubble.chat_id][bubble.message_id] = bubble
        self._keep(bubble)
        return bubble

    def _keep(self, bubble: Bubble) -> None:
        self.revision += 1
        bubble.revision = self.revision
        self.store.put("message", _key(bubble), bubble)
        self.store.commit()
        self._tell(Change("message", bubble.chat_id, message=bubble))

    def _keep_account(self, account: Account) -> None:
        self.store.put("account", account.id, account)
        self.store.commit()
        self._tell(Change("account", account.id))

    def _forget_queries(self, now: float) -> None:
        # Oldest first: a dictionary keeps the order in which they were asked.
        for query in list(self.queries.values()):
            if now - query.asked_at <= ANSWER_WITHIN:
                break
            del self.queries[query.id]
            self.store.remove("query", query.id)

    def _tell(self, change: Change) -> None:
        for key in (change.chat_id, None):
            for listener in tuple(self._listeners.get(key, ())):
                listener(change)


def _key(bubble: Bubble) -> str:
    return f"{bubble.chat_id}:{bubble.message_id}"
