"""Registers the handlers of :mod:`bot.routes` with the Application."""

from typing import Any

from telegram import Chat, ChatMember, Update
from telegram.ext import (
    Application,
    CallbackQueryHandler,
    ChatMemberHandler,
    CommandHandler,
    ContextTypes,
    MessageHandler,
    TypeHandler,
    filters,
)

from bot.features.contacts.flows import add_contact, add_doctor
from bot.features.family.handlers import family, groups
from bot.features.overview.flows.replies import Replies
from bot.features.overview.views import edited as edited_views
from bot.intake.admission import START
from bot.intake.group_events import GroupEvents
from bot.intake.request import Handler, Request
from bot.intake.serving import EditHandlers, PtbCallback, Serving
from bot.press_routes import PRESSES
from bot.redis.conversations import Conversation
from bot.routes import COMMANDS, EDITED, FLOWS, GUESSED
from bot.ui import turned_away
from bot.ui.answer import Answer

REPLIES = Replies(PRESSES, GUESSED.own_words)


#: They take no words: what follows them isn't dropped without saying so.
WITHOUT_WORDS = frozenset({"family", "leave", "removed", "changes", "export", "deleteme"})


def _says_what_it_left_out(name: str, handler: Handler) -> Handler:
    async def handle(request: Request) -> Answer:
        typed, member = (request.text or "").strip(), request.scope.member
        answer = await handler(request)
        if not typed or member is None or typed.casefold() == member.family_name.casefold():
            return answer
        return turned_away.words_left_out(answer, typed, command=name)

    return handle


#: The commands as they are typed.
TYPED = {
    name: _says_what_it_left_out(name, handler) if name in WITHOUT_WORDS else handler
    for name, handler in COMMANDS.items()
}


async def _message(request: Request) -> Answer:
    """A message that isn't a command. A shared contact is a doctor, unless a question is open."""
    about_that = await REPLIES.on_message(request)
    if about_that is not None:
        return about_that
    running = request.conversation
    if request.contact is not None:
        flow = running.flow if isinstance(running, Conversation) else None
        if isinstance(running, Conversation) and flow == add_contact.FLOW.name:
            return await add_contact.on_contact(request, running)
        if flow in (None, add_doctor.FLOW.name):
            return await add_doctor.on_contact(request)
    return await FLOWS.on_message(request)


async def _unknown_edit(_: Request) -> Answer:
    return edited_views.unknown()


def register(
    application: "Application[Any, Any, Any, Any, Any, Any]",
    serving: Serving,
    events: GroupEvents,
) -> None:
    """Register handlers for everything that the bot answers."""
    fresh = filters.UpdateType.MESSAGE
    binding = serving.command(START, groups.start)
    application.add_handler(CommandHandler(START, binding, filters=fresh & filters.ChatType.GROUPS))
    application.add_handler(MessageHandler(filters.StatusUpdate.MIGRATE, events.on_migration))
    for name, handler in TYPED.items():
        application.add_handler(CommandHandler(name, serving.command(name, handler), filters=fresh))
    application.add_handler(CallbackQueryHandler(serving.press(PRESSES)))
    application.add_handler(
        MessageHandler(fresh & filters.COMMAND, serving.unknown_command(GUESSED.on_unknown_command))
    )
    application.add_handler(
        MessageHandler(fresh & ~filters.StatusUpdate.ALL, serving.message(_message))
    )
    handlers = EditHandlers(
        TYPED, GUESSED.on_unknown_command, _message, EDITED.begin, _unknown_edit
    )
    application.add_handler(
        MessageHandler(filters.UpdateType.EDITED_MESSAGE, serving.edited(handlers))
    )
    application.add_handler(
        ChatMemberHandler(_membership(serving, events), ChatMemberHandler.MY_CHAT_MEMBER)
    )
    application.add_handler(TypeHandler(Update, serving.event(_nothing)))


def _membership(serving: Serving, events: GroupEvents) -> PtbCallback:
    blocked, unblocked = serving.event(family.blocked), serving.event(family.unblocked)

    async def callback(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        change = update.my_chat_member
        if change is None or change.chat.type != Chat.PRIVATE:
            await events.on_membership(update, context)
        elif change.new_chat_member.status in (ChatMember.BANNED, ChatMember.LEFT):
            await blocked(update, context)
        else:
            await unblocked(update, context)

    return callback


async def _nothing(_: Request) -> Answer:
    return Answer()
