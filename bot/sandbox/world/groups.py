"""The rules of groups: who is in them, their topics, and what may become of them and of the bot."""

from typing import TypeAlias

from bot.sandbox.errors import ApiError, Json, bad_request, forbidden
from bot.sandbox.formatting import FormattedText
from bot.sandbox.world.memory import Memory
from bot.sandbox.world.records import Account, Bubble, Group

Chat: TypeAlias = Account | Group

_FIRST_GROUP, _FIRST_SUPERGROUP = -4_000_000, -1_002_000_000_000

_RIGHTS = (
    "can_send_messages",
    "can_send_audios",
    "can_send_documents",
    "can_send_photos",
    "can_send_videos",
    "can_send_video_notes",
    "can_send_voice_notes",
    "can_send_polls",
    "can_send_other_messages",
    "can_add_web_page_previews",
    "can_react_to_messages",
    "can_edit_tag",
    "can_change_info",
    "can_invite_users",
    "can_pin_messages",
    "can_manage_topics",
)


class GroupRules(Memory):
    """What happens in groups, on top of the sandbox's memory."""

    # What the bot may do.

    def writable_group(self, group: Group, thread_id: int | None) -> Group:
        """Raises 403 or 400, worded as Telegram words it, if the bot can't write there."""
        kind = "supergroup" if group.is_supergroup else "group"
        if group.is_deleted:
            raise forbidden("the group chat was deleted")
        if group.moved_to is not None:
            raise ApiError(
                400,
                "Bad Request: group chat was upgraded to a supergroup chat",
                migrate_to_chat_id=group.moved_to,
            )
        if group.bot_status == "kicked":
            raise forbidden(f"bot was kicked from the {kind} chat")
        if group.bot_status == "left":
            raise forbidden(f"bot is not a member of the {kind} chat")
        if group.bot_status == "restricted":
            raise bad_request("not enough rights to send text messages to the chat")
        if thread_id is not None and str(thread_id) not in group.topics:
            raise bad_request("message thread not found")
        if thread_id is not None and thread_id in group.closed_topics:
            raise bad_request("TOPIC_CLOSED")
        return group

    def bot_leaves(self, group: Group) -> None:
        """Raises 403 where the bot isn't any more."""
        if group.bot_status in ("left", "kicked"):
            raise forbidden("bot is not a member of the group chat")
        self._set_bot_status(group, "left", by=self.bot_user())

    # What people do.

    def create_group(
        self, title: str, members: list[Account], *, topics: tuple[str, ...] = ()
    ) -> Group:
        """The first of *members* founds a group and adds the bot. With *topics* it's a forum."""
        is_forum = bool(topics)
        first = _FIRST_SUPERGROUP if is_forum else _FIRST_GROUP
        group = Group(
            id=first - self._take_message_id(),
            title=title,
            members=[account.id for account in members],
            is_supergroup=is_forum,
            topics={str(self._take_message_id()): name for name in topics},
        )
        self.groups[group.id] = group
        self.chats[group.id] = {}
        self._keep_group(group)
        self._set_bot_status(group, "member", by=members[0].as_user())
        return group

    def says_in_group(
        self,
        group: Group,
        account: Account,
        formatted: FormattedText,
        *,
        thread_id: int | None = None,
        reply_to: int | None = None,
        is_anonymous: bool = False,
    ) -> Bubble:
        """A member writes, as themselves or as an anonymous admin."""
        self._require_member(group, account)
        bubble = Bubble(
            chat_id=group.id,
            message_id=self._take_message_id(),
            date=self._now(),
            from_bot=False,
            text=formatted.text,
            entities=formatted.entities,
            reply_to=reply_to,
            sender_id=account.id,
            is_anonymous=is_anonymous,
            thread_id=thread_id,
        )
        if group.bot_status in ("member", "restricted"):
            self.updates.put("message", self.message(bubble))
        return self._add(bubble)

    def joins_group(self, group: Group, account: Account) -> None:
        group.members.append(account.id)
        self._keep_group(group)

    def removes_bot(self, group: Group, by: Account) -> None:
        self._set_bot_status(group, "kicked", by=by.as_user())

    def adds_bot(self, group: Group, by: Account) -> None:
        self._set_bot_status(group, "member", by=by.as_user())

    def silences_bot(self, group: Group, by: Account, *, is_told: bool = True) -> None:
        """The bot may not write any more. If that is so for all members, the bot isn't told."""
        if is_told:
            self._set_bot_status(group, "restricted", by=by.as_user())
        else:
            group.bot_status = "restricted"
            self._keep_group(group)

    def deletes_group(self, group: Group) -> None:
        """Nobody is told: the bot finds out when it writes."""
        group.is_deleted = True
        self._keep_group(group)

    def closes_topic(self, group: Group, thread_id: int) -> None:
        group.closed_topics.append(thread_id)
        self._keep_group(group)

    def upgrades_group(self, group: Group, by: Account, *, is_told: bool = True) -> Group:
        """The group becomes a supergroup, and gets another id. Both chats say so, if the bot
        *is_told*.
        """
        new = Group(
            id=_FIRST_SUPERGROUP - self._take_message_id(),
            title=group.title,
            members=list(group.members),
            is_supergroup=True,
            bot_status=group.bot_status,
        )
        self.groups[new.id] = new
        self.chats[new.id] = {}
        group.moved_to = new.id
        self._keep_group(group)
        self._keep_group(new)
        for chat, said in (
            (group, {"migrate_to_chat_id": new.id}),
            (new, {"migrate_from_chat_id": group.id}),
        ):
            bubble = Bubble(
                chat_id=chat.id,
                message_id=self._take_message_id(),
                date=self._now(),
                from_bot=False,
                attachment=said,
                sender_id=by.id,
            )
            if is_told:
                self.updates.put("message", self.message(bubble))
        return new

    # Inside.

    def _require_member(self, group: Group, account: Account) -> None:
        if account.id not in group.members:
            raise ValueError(f"{account.first_name} isn't in the group {group.title}")
        if group.is_deleted or group.moved_to is not None:
            raise ValueError(f"the group {group.title} is gone")

    def _set_bot_status(self, group: Group, status: str, *, by: Json) -> None:
        old, group.bot_status = group.bot_status, status
        self._keep_group(group)
        self.updates.put(
            "my_chat_member",
            {
                "chat": group.as_chat(),
                "from": by,
                "date": self._now(),
                "old_chat_member": self.bot_membership(old),
                "new_chat_member": self.bot_membership(status),
            },
        )
        self.store.commit()

    def bot_membership(self, status: str) -> Json:
        """The bot as a ChatMember."""
        member: Json = {"status": status, "user": self.bot_user()}
        if status == "kicked":
            return member | {"until_date": 0}
        if status == "restricted":
            rights = dict.fromkeys(_RIGHTS, False)
            return member | {"is_member": True, **rights, "until_date": 0}
        return member
