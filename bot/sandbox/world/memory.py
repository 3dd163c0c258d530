"""The sandbox's memory: the bot, people, chats, queries and files, stored at every change."""

import secrets
from typing import Any

from bot.sandbox.errors import Json
from bot.sandbox.world.changes import Change, Listener
from bot.sandbox.world.records import Account, Bubble, Group, Query, StoredFile
from bot.sandbox.world.store import Store
from bot.sandbox.world.updates import UpdateQueue
from domain.clock import Clock

# Numbers in a fresh folder start here (ten for each second since the summer of 2025), because the
# bot's database may remember a sandbox whose folder was deleted: a new Anna must not be the old
# one, and a new update not one already handled.
_NUMBERS_BEGAN_AT = 1_750_000_000


ANONYMOUS: Json = {
    "id": 1087968824,
    "is_bot": True,
    "first_name": "Group",
    "username": "GroupAnonymousBot",
}
"""Who writes for an admin who stays anonymous (https://core.telegram.org/bots/api#message)."""


class Memory:
    """Accounts, chats and files, in memory and in *store*; notifies listeners of every change."""

    def __init__(
        self, store: Store, clock: Clock, *, bot_username: str, token: str | None = None
    ) -> None:
        self.store = store
        self.clock = clock
        self.bot_username = bot_username
        # By chat, because there may be thousands of people; None gets everything.
        self._listeners: dict[int | None, set[Listener]] = {None: set()}
        self.revision = 0
        first = int((clock.now().timestamp() - _NUMBERS_BEGAN_AT) * 10)
        counters: dict[str, int] = dict(store.load("counter"))
        self._next_message_id = counters.get("message", 1)
        self._next_account_id = counters.get("account", first)
        self.updates = UpdateQueue(store, clock, first_id=first)
        self.accounts: dict[int, Account] = {}
        self.groups: dict[int, Group] = {}
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
        for _, value in self.store.load("group"):
            group = Group(**value)
            self.groups[group.id] = group
            self.chats[group.id] = {}
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
        """End a :meth:`listen` for everything."""
        self._listeners[None].discard(listener)

    # The bot itself.

    def set_profile(self, name: str, value: Any) -> None:
        """Store one fact about the bot: its name, its commands, …"""
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

    def find_bubble(self, chat_id: int, message_id: int) -> Bubble | None:
        return self.chats.get(chat_id, {}).get(message_id)

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

    # As the Bot API represents it.

    def message(self, bubble: Bubble) -> Json:
        body = bubble.body() | self._origin(bubble)
        if bubble.is_forwarded:
            body["forward_origin"] = {
                "type": "hidden_user",
                "date": bubble.date,
                "sender_user_name": "Somebody",
            }
        if bubble.reply_to is not None:
            answered = self.find_bubble(bubble.chat_id, bubble.reply_to)
            if answered is not None:
                body["reply_to_message"] = {
                    **answered.body(),
                    **self._origin(answered),
                }
        return body

    def _origin(self, bubble: Bubble) -> Json:
        """The chat and the sender of a message."""
        group = self.groups.get(bubble.chat_id)
        if group is None:
            account = self.accounts[bubble.chat_id]
            sender = self.bot_user() if bubble.from_bot else account.as_user()
            return {"chat": account.as_chat(), "from": sender}
        chat = group.as_chat()
        if bubble.from_bot or bubble.sender_id is None:
            return {"chat": chat, "from": self.bot_user()}
        if bubble.is_anonymous:
            return {"chat": chat, "from": ANONYMOUS, "sender_chat": chat}
        return {"chat": chat, "from": self.accounts[bubble.sender_id].as_user()}

    # Storage.

    def _now(self) -> int:
        return int(self.clock.now().timestamp())

    def _take_message_id(self) -> int:
        taken = self._next_message_id
        self._next_message_id += 1
        self.store.put("counter", "message", self._next_message_id)
        return taken

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

    def _remove(self, bubble: Bubble) -> None:
        del self.chats[bubble.chat_id][bubble.message_id]
        self.store.remove("message", _key(bubble))
        self.store.commit()
        self.revision += 1
        self._tell(Change("deleted", bubble.chat_id, message_id=bubble.message_id))

    def _keep_account(self, account: Account) -> None:
        self.store.put("account", account.id, account)
        self.store.commit()
        self._tell(Change("account", account.id))

    def _keep_group(self, group: Group) -> None:
        self.store.put("group", group.id, group)
        self.store.commit()
        self._tell(Change("group", group.id))

    def _tell(self, change: Change) -> None:
        for key in (change.chat_id, None):
            for listener in tuple(self._listeners.get(key, ())):
                listener(change)


def _key(bubble: Bubble) -> str:
    return f"{bubble.chat_id}:{bubble.message_id}"
