"""What happens to groups themselves: the bot is added or removed, loses the right to write, or the
group becomes a supergroup.

Nobody in particular does this: it is handled for the group, and needs no member of the family. All
of it is idempotent, so an update that is handled twice changes nothing more.
"""

import logging
from collections.abc import Callable

from telegram import Chat, ChatMember, ChatMemberRestricted, Update
from telegram.ext import ContextTypes

from bot.intake.serving import Serving
from bot.ui.answer import Answer
from bot.ui.wording import speaking
from domain.database.requests import as_dispatch, as_family
from domain.database.unit_of_work import Database
from domain.family.group import stays
from domain.models.groups import Unbound
from domain.reminders import family_group

log = logging.getLogger(__name__)

_AWAY = (ChatMember.BANNED, ChatMember.LEFT)


class GroupEvents:
    """Callbacks for the events of groups. *greet* is what the bot says where it was added."""

    def __init__(
        self, database: Database, serving: Serving, *, greet: Callable[[], Answer]
    ) -> None:
        self._database = database
        self._serving = serving
        self._greet = greet

    async def on_membership(self, update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
        """The bot itself was added, removed, or may do something else."""
        change = update.my_chat_member
        if change is None:
            return
        chat, member = change.chat, change.new_chat_member
        answer = Answer()
        if member.status in _AWAY or _is_outside(member):
            await self._run(chat.id, Unbound.REMOVED)
            await self._database.run(lambda scope: stays.end_stay(scope, chat.id), as_dispatch())
        elif isinstance(member, ChatMemberRestricted) and not member.can_send_messages:
            await self._run(chat.id, Unbound.NO_RIGHT)
        else:
            language = change.from_user.language_code
            is_new = await self._database.run(
                lambda scope: stays.begin_stay(scope, chat.id, language_code=language),
                as_dispatch(),
            )
            if is_new and chat.type != Chat.CHANNEL:
                with speaking(language):
                    answer = self._greet()
        await self._serving.finish(update, answer)

    async def on_migration(self, update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
        """The group has become a supergroup: both chats say so, in any order."""
        message = update.message
        if message is not None and message.migrate_to_chat_id is not None:
            await self._move(message.chat.id, message.migrate_to_chat_id)
        elif message is not None and message.migrate_from_chat_id is not None:
            await self._move(message.migrate_from_chat_id, message.chat.id)
        await self._serving.finish(update, Answer())

    async def _run(self, chat_id: int, why: Unbound) -> None:
        group = await self._database.run(
            lambda scope: stays.find_bound(scope, chat_id), as_dispatch()
        )
        if group is None:
            return
        log.warning("group lost: family=%s reason=%s", group.family_id, why)
        await self._database.run(
            lambda scope: family_group.lose_group(scope, group.id, why),
            as_family(group.family_id),
        )

    async def _move(self, chat_id: int, new_chat_id: int) -> None:
        await self._database.run(
            lambda scope: stays.move_stay(scope, chat_id, to=new_chat_id), as_dispatch()
        )
        group = await self._database.run(
            lambda scope: stays.find_bound(scope, chat_id), as_dispatch()
        )
        if group is not None:
            await self._database.run(
                lambda scope: family_group.move_group(scope, group.id, to=new_chat_id),
                as_family(group.family_id),
            )


def _is_outside(member: ChatMember) -> bool:
    return isinstance(member, ChatMemberRestricted) and not member.is_member
