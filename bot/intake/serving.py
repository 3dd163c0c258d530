"""Serves one update: identify the sender, check, run one transaction, commit, answer.

A handler runs inside the transaction of its effect (:mod:`bot.intake.effects`). Its answer is
stored with the effect, so that even after a crash it is sent, and the effect never happens twice.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import Any, TypeAlias

from telegram import Chat, Update, User
from telegram.ext import ContextTypes

from bot.intake import conversation as conversations
from bot.intake.admission import Arrival, Decision, UpdateKind, admit, read_press
from bot.intake.answer_sender import OutgoingAnswer, Place
from bot.intake.effects import Effects, MentionOpenQuestion
from bot.intake.identity import AccountForgotten, Identities, LastFamilies
from bot.intake.incoming import (
    Incoming,
    command_of,
    is_among_others,
    is_anonymous,
    speaks_to,
    text_of,
)
from bot.intake.instead import INSTEAD, NOTHING, answer_stranger, ignore, old_button
from bot.intake.outgoing_answers import OutgoingAnswers
from bot.intake.rates import Rates
from bot.intake.request import Handler, Request
from bot.redis.conversation_store import ConversationStore, ConversationsUnavailable
from bot.redis.conversations import Conversation, Draft, Expired
from bot.redis.medications_cache import MedicationsCache
from bot.redis.rate_limit import RateLimiter
from bot.redis.spoken import SpokenOf
from bot.ui import conversations as conversation_views
from bot.ui import in_groups, refusals
from bot.ui.answer import Answer
from bot.ui.presses.conversation import OfFlow
from bot.ui.presses.medicines import MedicinesPage
from bot.ui.presses.press import Press
from bot.ui.wording import speaking
from domain.database.requests import as_dispatch
from domain.database.unit_of_work import Database
from domain.delivery import inbox
from domain.delivery.inbox import EditedMessage

PtbCallback: TypeAlias = Callable[[Update, ContextTypes.DEFAULT_TYPE], Coroutine[Any, Any, None]]

log = logging.getLogger(__name__)

MEDICINES_COMMAND = "meds"  # the command that shows the whole list, as a button also does
REMEMBERED = 10_000
MESSAGE = "message"  # the metric name of messages that aren't commands
UNKNOWN = "unknown"  # and of unknown commands
EDIT = "edit"  # and of edited messages that aren't handled again
EDITS_READ = timedelta(hours=48)  # the reach of Undo, and how long people can edit a message


@dataclass(frozen=True)
class Services:
    """The services used to serve an update. *mention_open_question* mentions an open question after
    a command. *on_done* is called when an update took effect and has no answer. *effect_slots*
    limits how many updates take effect at the same time: more would only wait for a database
    connection.
    """

    database: Database
    identities: Identities
    conversations: ConversationStore
    rate_limiter: RateLimiter
    spoken: SpokenOf
    answers: OutgoingAnswers
    medications: MedicationsCache
    mention_open_question: MentionOpenQuestion
    on_done: Callable[[int], None]
    effect_slots: asyncio.Semaphore
    bot_username: str


@dataclass(frozen=True)
class EditHandlers:
    """Handlers for an edited message: the one it would get if it were sent now; *known* if an
    earlier version had an effect, with the command it now is (None if it isn't one); *unknown* if
    it is too old or its effect wasn't recorded.
    """

    commands: Mapping[str, Handler]
    unknown_command: Handler
    message: Handler
    known: Callable[[EditedMessage, str | None, Request], Awaitable[Answer]]
    unknown: Handler


class Serving:
    """Turns handlers into PTB callbacks."""

    def __init__(self, services: Services) -> None:
        self._services = services
        # Only a hint for which list to look up, and whose limit counts: the transaction finds out
        # whether it was right.
        self._last_families = LastFamilies()
        self._rates = Rates(services.rate_limiter, self._last_families)
        self._effects = Effects(
            services.database,
            mention_open_question=services.mention_open_question,
            on_family=self._last_families.remember,
            bot_username=services.bot_username,
        )

    def command(self, name: str, handler: Handler) -> PtbCallback:
        """A typed command; the request's text is what follows it."""

        async def callback(update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
            words = text_of(update).split(maxsplit=1)
            text = words[1] if len(words) > 1 else ""
            await self._serve(handler, update, UpdateKind.COMMAND, name=name, text=text)

        return callback

    def unknown_command(self, handler: Handler) -> PtbCallback:
        """An unknown command; the request's text is the whole message."""

        async def callback(update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
            await self._serve(
                handler, update, UpdateKind.COMMAND, name=UNKNOWN, text=text_of(update)
            )

        return callback

    def message(self, handler: Handler) -> PtbCallback:
        """Any other message; the request's text is None if it wasn't text."""

        async def callback(update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
            message = update.effective_message
            text = message.text if message else None
            await self._serve(handler, update, UpdateKind.MESSAGE, name=MESSAGE, text=text)

        return callback

    def edited(self, handlers: EditHandlers) -> PtbCallback:
        """An edited message. Its earlier effect isn't repeated; if it had none, it is handled as if
        it were sent now.
        """

        async def callback(update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
            message = update.edited_message
            text = message.text if message else None
            if message is None or text is None or message.chat.type != Chat.PRIVATE:
                # Telegram also sends this when a live location moves, for example.
                await self._serve(ignore, update, UpdateKind.EVENT)
                return
            known = await self._services.database.run(
                lambda scope: inbox.find_edited(scope, update.update_id), as_dispatch()
            )
            age = self._services.database.clock.now() - message.date
            name, words = command_of(text)
            if known is not None and known.is_unchanged:
                await self._serve(ignore, update, UpdateKind.EVENT)
            elif known is None or age > EDITS_READ:
                await self._serve(handlers.unknown, update, UpdateKind.COMMAND, name=EDIT)
            elif known.acts or known.was_answer:
                handler = partial(handlers.known, known, name)
                await self._serve(handler, update, UpdateKind.COMMAND, name=EDIT, text=words)
            elif name is not None and name in handlers.commands:
                fresh = handlers.commands[name]
                await self._serve(fresh, update, UpdateKind.COMMAND, name=name, text=words)
            elif name is not None:
                unknown = handlers.unknown_command
                await self._serve(unknown, update, UpdateKind.COMMAND, name=UNKNOWN, text=text)
            else:
                await self._serve(
                    handlers.message, update, UpdateKind.MESSAGE, name=MESSAGE, text=text
                )

        return callback

    def press(self, handlers: Mapping[type[Press], Handler]) -> PtbCallback:
        """A pressed button, by its kind. Never rate-limited: it may record a dose."""

        async def callback(update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
            query = update.callback_query
            press = read_press(query.data if query else None)
            handler = old_button if press is None else handlers[type(press)]
            await self._serve(handler, update, UpdateKind.PRESS, press=press)

        return callback

    def event(self, handler: Handler) -> PtbCallback:
        """Something that happened to the chat and gets no answer."""

        async def callback(update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
            await self._serve(handler, update, UpdateKind.EVENT)

        return callback

    async def finish(self, update: Update, answer: Answer) -> None:
        """Send the answer to an update that took effect, at once or as soon as Telegram accepts
        it.

        The conversation is up to date when this returns: the next update depends on it.
        """
        self._rates.forget(update.update_id)
        place, user = Place.of(update), update.effective_user
        if place is None:
            self._services.on_done(update.update_id)
            return
        if answer.is_small_talk and user is not None:
            may_chat = await self._services.rate_limiter.may_chat(user.id)
            answer = answer if may_chat else NOTHING
        if answer.is_wrong_invitation and user is not None:
            answer = await self._rates.answer_guess(
                answer, telegram_user=user.id, language=user.language_code
            )
        if answer.spoken is not None and user is not None:
            await self._services.spoken.note(user.id, answer.spoken)
        with speaking(user.language_code if user else None):
            if answer.conversation is not None and user is not None:
                answer = await self._apply_conversation_change(
                    answer, chat=place.chat_id, user=user
                )
        change = answer.conversation
        await self._services.answers.send(
            OutgoingAnswer(answer, place),
            update_id=update.update_id,
            afterwards=partial(self._note_message, change, chat=place.chat_id, user=user.id)
            if change is not None and user is not None
            else None,
        )

    async def apologise(self, place: Place, update_id: int, *, incident: str) -> None:
        """Tell the person, once, that their update was set aside."""
        self._rates.forget(update_id)
        await self._services.answers.send(
            OutgoingAnswer(refusals.apology(incident), place), update_id=None
        )

    def acknowledge_press(self, press_id: str) -> None:
        """Stop the spinner of a redundant tap."""
        self._services.answers.acknowledge_press(press_id)

    async def _serve(
        self,
        handler: Handler,
        update: Update,
        kind: UpdateKind,
        *,
        name: str | None = None,
        text: str | None = None,
        press: Press | None = None,
    ) -> None:
        user, chat = update.effective_user, update.effective_chat
        if user is None or chat is None:
            self._services.on_done(update.update_id)
            return
        is_private = chat.type == Chat.PRIVATE
        is_to_us = not is_private and speaks_to(update, self._services.bot_username)
        arrival = Arrival(kind, is_private, name, text, press, is_to_us)
        if is_among_others(update, arrival, self._services.bot_username):
            self._services.on_done(update.update_id)
            return
        if user.is_bot or is_anonymous(update):
            await self._answer_nobody(update, arrival, chat_id=chat.id)
            return
        async with self._services.effect_slots:
            try:
                answer = await self._take_effect(handler, update, arrival, user=user, chat=chat)
            except AccountForgotten:
                # Another replica has erased them: whoever this is, they're a stranger now.
                self._services.identities.forget(user.id)
                answer = await self._take_effect(handler, update, arrival, user=user, chat=chat)
        await self.finish(update, answer)

    async def _answer_nobody(self, update: Update, arrival: Arrival, *, chat_id: int) -> None:
        """A bot, an anonymous admin of a group, or a channel: nobody whose membership could be
        checked. They are told once a minute at most.
        """
        message = update.message
        if message is None or message.sender_chat is None or arrival.name is None:
            self._services.on_done(update.update_id)
            return
        may_hear = await self._rates.may_hear_as_nobody(chat_id)
        answer = in_groups.anonymous() if may_hear else NOTHING
        await self.finish(update, answer)

    async def _take_effect(
        self, handler: Handler, update: Update, arrival: Arrival, *, user: User, chat: Chat
    ) -> Answer:
        is_arrival = arrival.kind in (UpdateKind.COMMAND, UpdateKind.MESSAGE)
        user_id = await self._services.identities.identify(user, chat=chat, is_arrival=is_arrival)
        with speaking(user.language_code):
            if user_id is None:
                return answer_stranger(arrival)
            verdict = await self._rates.judge(
                update.update_id, arrival, telegram_user=user.id, user_id=user_id
            )
            decision, incoming = admit(arrival, verdict), Incoming(update, arrival, user_id)
            if decision is Decision.HANDLE and arrival.concerns_conversations:
                try:
                    incoming = await self._with_conversation(incoming, chat=chat.id, user=user.id)
                except ConversationsUnavailable:
                    decision = admit(arrival, verdict, knows_questions=False)
            if decision is not Decision.HANDLE:
                return await self._effects.apply(INSTEAD[decision], incoming.without_conversation())
            return await self._effects.apply(handler, await self._with_cached_medicines(incoming))

    async def _with_conversation(self, incoming: Incoming, *, chat: int, user: int) -> Incoming:
        """Add the running conversation, and what was spoken of. Raises ConversationsUnavailable."""
        running = await self._services.conversations.load(chat, user)
        draft = await self._find_draft(running, incoming.press, chat=chat, user=user)
        spoken = await self._services.spoken.recall(user)
        return replace(incoming, running=running, draft=draft, spoken=spoken)

    async def _with_cached_medicines(self, incoming: Incoming) -> Incoming:
        """Add the list of medicines that it asks for, if that is cached."""
        press, command = incoming.press, incoming.arrival.command
        if not isinstance(press, MedicinesPage) and command != MEDICINES_COMMAND:
            return incoming
        family_id = press.family_id if press else self._last_families.find(incoming.user_id)
        return replace(incoming, cached_medicines=await self._services.medications.get(family_id))

    async def _find_draft(
        self,
        running: Conversation | Expired | None,
        press: Press | None,
        *,
        chat: int,
        user: int,
    ) -> Draft | None:
        """The draft of the pressed question or of the expired conversation; None while that is
        running. Raises ConversationsUnavailable.
        """
        if not isinstance(press, OfFlow):
            flow_id = running.flow_id if isinstance(running, Expired) else None
        elif isinstance(running, Conversation) and running.flow_id == press.flow_id:
            flow_id = None
        else:
            flow_id = press.flow_id
        if flow_id is None:
            return None
        return await self._services.conversations.find_draft(chat, user, flow_id)

    async def _apply_conversation_change(self, answer: Answer, *, chat: int, user: User) -> Answer:
        """Save or end the conversation; returns what to say instead if that isn't possible."""
        change = answer.conversation or {}
        try:
            outcome = await conversations.apply(
                self._services.conversations,
                change,
                chat_id=chat,
                user_id=user.id,
                language=user.language_code,
            )
        except ConversationsUnavailable:
            # An answer that ends the conversation is still sent; a question is not, as nobody would
            # understand the reply.
            return refusals.conversations_unavailable() if "continue" in change else answer
        match outcome:
            case conversations.Outcome.APPLIED:
                return answer
            case conversations.Outcome.MOVED_ON:
                return NOTHING  # a stale question would only confuse
            case conversations.Outcome.EXPIRED:
                return conversation_views.expired()

    async def _note_message(
        self, change: dict[str, Any], message_id: int, *, chat: int, user: int
    ) -> None:
        try:
            await conversations.note_message(
                self._services.conversations, change, message_id, chat_id=chat, user_id=user
            )
        except ConversationsUnavailable:
            # Without Redis there is nothing to continue anyway.
            log.warning("question message not stored: redis unavailable")
