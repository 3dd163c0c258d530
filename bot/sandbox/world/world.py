"""The rules of the sandbox: what the bot may do, and what people can do.

Everything here is synchronous: an operation takes effect at once, is stored, and then listeners are
notified. HTTP is in ``bot_api.server`` and ``page.routes``.
"""

import secrets

from bot.sandbox.errors import Json, bad_request, forbidden
from bot.sandbox.formatting import FormattedText, split_typed, typed_text
from bot.sandbox.world.changes import Change, Toast
from bot.sandbox.world.groups import Chat, GroupRules
from bot.sandbox.world.links import START_PAYLOAD, start_payload
from bot.sandbox.world.records import Account, Bubble, Group, Query
from bot.sandbox.world.updates import ANSWER_WITHIN

_STALE_QUERY = "query is too old and response timeout expired or query ID is invalid"
_NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same "
    "as a current content and reply markup of the message"
)


class World(GroupRules):
    """The rules. All methods must be called on the same event loop."""

    # What the bot may do.

    def chat(self, chat_id: int | str) -> Chat:
        """The person behind a private chat, or the group. Raises 400 if the bot can't know it."""
        chat: Chat | None = None
        if isinstance(chat_id, int):
            chat = self.accounts.get(chat_id) or self.groups.get(chat_id)
        if chat is None:
            raise bad_request("chat not found")
        return chat

    def writable_chat(self, chat_id: int | str, *, thread_id: int | None = None) -> Chat:
        """Like :meth:`chat`; raises 403 if the person has not started the bot, or has
        blocked it, and whatever keeps the bot from writing to the group, or into its topic.
        """
        account = self.chat(chat_id)
        if isinstance(account, Group):
            return self.writable_group(account, thread_id)
        if account.blocked:
            raise forbidden("bot was blocked by the user")
        if not account.started:
            raise forbidden("bot can't initiate conversation with a user")
        return account

    def bot_sends(
        self,
        account: Chat,
        formatted: FormattedText,
        *,
        source: str | None = None,
        keyboard: list[list[Json]] | None = None,
        composer: Json | None = None,
        attachment: Json | None = None,
        silent: bool = False,
        reply_to: int | None = None,
        thread_id: int | None = None,
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
                thread_id=thread_id,
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
        """Like :meth:`bot_edits`, for the keyboard alone."""
        if keyboard == bubble.keyboard:
            raise bad_request(_NOT_MODIFIED)
        bubble.keyboard = keyboard
        bubble.edited_at = self._now()
        self._keep(bubble)

    def bot_deletes(self, bubble: Bubble) -> None:
        self._remove(bubble)

    def bot_answers(self, query_id: str, *, text: str, alert: bool, url: str | None) -> None:
        """Answer a press. Raises 400 for one that is unknown, answered or too old."""
        query = self.queries.pop(query_id, None)
        if query is None:
            raise bad_request(_STALE_QUERY)
        self.store.remove("query", query_id)
        self.store.commit()
        if self.clock.now().timestamp() - query.asked_at > ANSWER_WITHIN:
            raise bad_request(_STALE_QUERY)
        toast = Toast(text=text, alert=alert, url=url, query_id=query_id)
        self._tell(Change("toast", query.account_id, toast=toast))

    def bot_types(self, account: Chat) -> None:
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

    def says(self, account: Account, text: str, *, reply_to: Bubble | None = None) -> list[Bubble]:
        """A person sends text; if it is too long for one message it is split, as apps do. It may
        reply to a message of the chat.
        """
        self._require_unblocked(account)
        parts = split_typed(text)
        if not parts:
            raise ValueError("an app does not send an empty message")
        about = reply_to.message_id if reply_to is not None else None
        return [self._person_sends(account, typed_text(part), reply_to=about) for part in parts]

    def forwards(self, account: Account, text: str) -> Bubble:
        """A person passes on what somebody else wrote, who hides who they are."""
        self._require_unblocked(account)
        return self._person_sends(account, typed_text(text), is_forwarded=True)

    def sends(self, account: Account, attachment: Json, *, caption: str = "") -> Bubble:
        """A person sends something that is not text: {"voice": {…}}, {"contact": {…}}, …"""
        self._require_unblocked(account)
        return self._person_sends(account, typed_text(caption), attachment)

    def rewrites(self, account: Account, bubble: Bubble, text: str) -> None:
        """A person edits their own message. Raises ValueError for anything that an app doesn't let
        them edit, or wouldn't send.
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
        """A person presses Start, or opens the bot with a link that has a *payload*."""
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
        """A person presses a callback button; the bot gets a query that it has to answer.

        Raises ValueError if the message doesn't have such a button, or no longer does.
        """
        here = self.find_bubble(bubble.chat_id, bubble.message_id)
        group = self.groups.get(bubble.chat_id)
        if group is not None:
            self._require_member(group, account)
        elif bubble.chat_id != account.id:
            raise ValueError("that message is on another phone")
        carried = [button.get("callback_data") for row in bubble.keyboard for button in row]
        if here is not bubble or data not in carried:
            raise ValueError("the message does not carry that button (any more)")
        if group is None:
            self._require_unblocked(account)
        return self.asks(account, bubble, data)

    def asks(self, account: Account, bubble: Bubble, data: str) -> Query:
        """Queue a callback query with any *data*: a modified app could send anything."""
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
                "chat_instance": str(bubble.chat_id * 7919),
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
                "old_chat_member": self.bot_membership(old),
                "new_chat_member": self.bot_membership(new),
            },
        )
        self._keep_account(account)

    def _require_unblocked(self, account: Account) -> None:
        if account.blocked:
            raise ValueError(f"{account.first_name} has blocked the bot")

    def _person_sends(
        self,
        account: Account,
        formatted: FormattedText,
        attachment: Json | None = None,
        *,
        reply_to: int | None = None,
        is_forwarded: bool = False,
    ) -> Bubble:
        bubble = Bubble(
            chat_id=account.id,
            message_id=self._take_message_id(),
            date=self._now(),
            from_bot=False,
            text=formatted.text,
            entities=formatted.entities,
            attachment=attachment or {},
            reply_to=reply_to,
            is_forwarded=is_forwarded,
        )
        if not account.started:
            account.started = True
            self._keep_account(account)
        self.updates.put("message", self.message(bubble))
        return self._add(bubble)

    def _forget_queries(self, now: float) -> None:
        # Oldest first, since a dictionary keeps its insertion order.
        for query in list(self.queries.values()):
            if now - query.asked_at <= ANSWER_WITHIN:
                break
            del self.queries[query.id]
            self.store.remove("query", query.id)
