"""One update: who is this, one transaction, commit, answer.

A handler runs inside the transaction of its effect. Its answer is stored with the effect, so that
what took effect is answered also after a crash, and never takes effect again.
"""

import asyncio
import logging
import re
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import Any, TypeAlias
from uuid import UUID

from telegram import Chat, Update, User
from telegram import Contact as TelegramContact
from telegram.ext import ContextTypes

from bot.grammar.problems import Misunderstood
from bot.intake import conversation as conversations
from bot.intake.identity import Identities
from bot.intake.menus import bound_to
from bot.intake.owed_answers import OwedAnswers
from bot.intake.replies import Place, Saying
from bot.intake.request import Contact, Handler, Request
from bot.redis.conversation_store import ConversationStore, ConversationsUnavailable
from bot.redis.conversations import Conversation, Draft, Expired
from bot.redis.medications_cache import CachedMedicines, MedicationsCache
from bot.redis.rate_limit import RateLimiter, Verdict
from bot.ui import conversations as conversation_views
from bot.ui import refusals
from bot.ui.answer import Answer
from bot.ui.callbacks import NOWHERE, Callback, UnreadableCallback, Verb, decode
from bot.ui.wording import speaking
from domain.database import Database, Scope, ScopeRequest, as_dispatch, as_person
from domain.delivery import inbox
from domain.delivery.inbox import EditedMessage
from domain.errors import AlreadyApplied, CareCircleError, NoFamily, NotAllowed, NotFound
from domain.family import users
from domain.medicines.doses.doses import CardMessage

PtbCallback: TypeAlias = Callable[[Update, ContextTypes.DEFAULT_TYPE], Coroutine[Any, Any, None]]
Recall: TypeAlias = Callable[[Request, Conversation], Awaitable[Answer]]

log = logging.getLogger(__name__)

NOTHING = Answer()
LISTS_MEDICINES = ("meds", Verb.MEDICINES)  # the command and the button that show the whole list
REMEMBERED = 10_000
_COMMAND = re.compile(r"/(\w{1,32})(?:@\w+)?", re.ASCII)
MESSAGE = "message"  # what is no command is counted under this name
EDIT = "edit"  # and so is an edited message that is not read anew
EDITS_READ = timedelta(hours=48)  # as long as Undo reaches, and as people can edit
OF_FLOWS = (Verb.FLOW, Verb.CONTINUE, Verb.FORGET)  # buttons whose subject is a conversation


@dataclass(frozen=True)
class Parts:
    """The services that serving an update takes. *recall* renders a conversation's open question;
    *on_done* is told when an update took effect and has no answer. *room* bounds how many take
    effect at the same time: more would only wait for a database connection.
    """

    database: Database
    identities: Identities
    conversations: ConversationStore
    rate_limiter: RateLimiter
    answers: OwedAnswers
    medications: MedicationsCache
    recall: Recall
    on_done: Callable[[int], None]
    room: asyncio.Semaphore
    bot_username: str


@dataclass(frozen=True)
class Reading:
    """What answers an edited message: what would answer it, were it sent now; *known* where an
    earlier version had an effect, with the command that it is by now (None: it is none); *unknown*
    where it is too old, or nobody knows what it did.
    """

    commands: Mapping[str, Handler]
    unknown_command: Handler
    message: Handler
    known: Callable[[EditedMessage, str | None, Request], Awaitable[Answer]]
    unknown: Handler


class Serving:
    """Turns handlers into PTB callbacks."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._verdicts: dict[int, Verdict] = {}
        # Only a hint of whose list to look for: the transaction finds out whether it was right.
        self._last_family: OrderedDict[UUID, UUID] = OrderedDict()

    def command(self, name: str, handler: Handler) -> PtbCallback:
        """A typed command; the request's text is what follows it."""

        async def callback(update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
            words = _text(update).split(maxsplit=1)
            await self._serve(
                handler, update, limited_as=name, text=words[1] if len(words) > 1 else ""
            )

        return callback

    def message(self, handler: Handler) -> PtbCallback:
        """Anything else that was sent; the request's text is None where it was no text."""

        async def callback(update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
            message = update.effective_message
            text = message.text if message else None
            await self._serve(handler, update, limited_as=MESSAGE, text=text)

        return callback

    def edited(self, reading: "Reading") -> PtbCallback:
        """A message that was changed in place. What it did when it was sent is not done again; one
        that did nothing is read as if it were sent now.
        """

        async def callback(update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
            message = update.edited_message
            text = message.text if message else None
            if message is None or text is None or message.chat.type != Chat.PRIVATE:
                # Telegram also tells so of a live location that moves on, say.
                await self._serve(_ignore, update)
                return
            known = await self._parts.database.run(
                lambda scope: inbox.find_edited(scope, update.update_id), as_dispatch()
            )
            age = self._parts.database.clock.now() - message.date
            name, words = _command_of(text)
            if known is not None and known.is_unchanged:
                await self._serve(_ignore, update)
            elif known is None or age > EDITS_READ:
                await self._serve(reading.unknown, update, limited_as=EDIT)
            elif known.acts or known.was_answer:
                handler = partial(reading.known, known, name)
                await self._serve(handler, update, limited_as=EDIT, text=words)
            elif name is not None:
                fresh = reading.commands.get(name, reading.unknown_command)
                limited_as = name if name in reading.commands else "unknown"
                await self._serve(fresh, update, limited_as=limited_as, text=words)
            else:
                await self._serve(reading.message, update, limited_as=MESSAGE, text=text)

        return callback

    def press(self, handlers: dict[Verb, Handler]) -> PtbCallback:
        """A pressed button, by its verb. Never limited: it may be a dose."""

        async def callback(update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
            query = update.callback_query
            try:
                press = decode(query.data or "" if query else "")
            except UnreadableCallback:
                await self._serve(_old_button, update)
            else:
                await self._serve(handlers[press.verb], update, press=press)

        return callback

    def event(self, handler: Handler) -> PtbCallback:
        """Something that happened to the chat and is not answered."""

        async def callback(update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
            await self._serve(handler, update)

        return callback

    async def finish(self, update: Update, answer: Answer) -> None:
        """Say what is owed for an update that took effect, at once or as soon as Telegram takes it.

        The conversation is in line when this returns: the next update depends on it.
        """
        self._verdicts.pop(update.update_id, None)
        place, user = Place.of(update), update.effective_user
        if place is None:
            self._parts.on_done(update.update_id)
            return
        with speaking(user.language_code if user else None):
            if answer.conversation is not None and user is not None:
                answer = await self._bring_into_line(answer, chat=place.chat_id, user=user)
        change = answer.conversation
        await self._parts.answers.say(
            Saying(answer, place),
            update_id=update.update_id,
            afterwards=partial(self._note_message, change, chat=place.chat_id, user=user.id)
            if change is not None and user is not None
            else None,
        )

    async def apologise(self, place: Place, update_id: int, *, incident: str) -> None:
        """Tell the person, once, that their update was set aside."""
        self._verdicts.pop(update_id, None)
        await self._parts.answers.say(Saying(refusals.apology(incident), place), update_id=None)

    def wave_aside(self, press_id: str) -> None:
        """Let the button of a needless tap stop spinning."""
        self._parts.answers.wave_aside(press_id)

    async def _serve(
        self,
        handler: Handler,
        update: Update,
        *,
        limited_as: str | None = None,
        text: str | None = None,
        press: Callback | None = None,
    ) -> None:
        user, chat = update.effective_user, update.effective_chat
        if user is None or user.is_bot or chat is None:
            self._parts.on_done(update.update_id)
            return
        async with self._parts.room:
            answer = await self._take_effect(
                handler, update, user=user, chat=chat, limited_as=limited_as, text=text, press=press
            )
        await self.finish(update, answer)

    async def _take_effect(
        self,
        handler: Handler,
        update: Update,
        *,
        user: User,
        chat: Chat,
        limited_as: str | None,
        text: str | None,
        press: Callback | None,
    ) -> Answer:
        user_id = await self._parts.identities.identify(user, chat=chat)
        is_command = limited_as is not None and limited_as != MESSAGE
        with speaking(user.language_code):
            running: Conversation | Expired | None = None
            draft: Draft | None = None
            recalls = is_command
            if limited_as is not None:
                verdict = await self._judge(update, user_id=user.id, command=limited_as)
                if verdict is not Verdict.ALLOWED:
                    handler = _slow_down if verdict is Verdict.REFUSED_FIRST else _ignore
                    recalls = False
                elif chat.type != Chat.PRIVATE:
                    handler = _in_private if is_command else _ignore
                    recalls = False
            if limited_as is not None or (press is not None and press.verb in OF_FLOWS):
                try:
                    running = await self._parts.conversations.load(chat.id, user.id)
                    draft = await self._find_draft(running, press, chat=chat.id, user=user.id)
                except ConversationsUnavailable:
                    if not is_command and handler is not _ignore and handler is not _slow_down:
                        handler = _forgetful
            cached = None
            if limited_as in LISTS_MEDICINES or (press and press.verb in LISTS_MEDICINES):
                family_id = press.family_id if press else self._last_family.get(user_id)
                cached = await self._parts.medications.get(family_id)
            incoming = _Incoming(
                update,
                user_id,
                cached_medicines=cached,
                text=text,
                press=press,
                running=running,
                draft=draft,
                command=limited_as if is_command else None,
                recalls=recalls,
            )
            return await self._apply(handler, incoming)

    async def _find_draft(
        self,
        running: Conversation | Expired | None,
        press: Callback | None,
        *,
        chat: int,
        user: int,
    ) -> Draft | None:
        """That of the pressed question, or of what expired; none where it is running. Raises
        ConversationsUnavailable.
        """
        if press is None:
            flow_id = running.flow_id if isinstance(running, Expired) else None
        elif isinstance(running, Conversation) and running.flow_id == press.subject_id:
            flow_id = None
        else:
            flow_id = press.subject_id
        if flow_id is None:
            return None
        return await self._parts.conversations.find_draft(chat, user, flow_id)

    async def _judge(self, update: Update, *, user_id: int, command: str) -> Verdict:
        """Whether this person asks too much. Each update counts once, however often it is tried:
        while the database is away, our own attempts are not theirs.
        """
        verdict = self._verdicts.get(update.update_id)
        if verdict is None:
            verdict = await self._parts.rate_limiter.check(user_id, command)
            self._verdicts[update.update_id] = verdict
        return verdict

    async def _apply(self, handler: Handler, incoming: "_Incoming") -> Answer:
        """Run the handler and store its answer, or that of its refusal, in one transaction."""
        update_id = incoming.update.update_id

        async def effect(scope: Scope) -> Answer:
            await _enter_family(scope, incoming)
            if scope.family_id is not None:
                self._remember(incoming.user_id, scope.family_id)
            request = incoming.to_request(scope, bot_username=self._parts.bot_username)
            answer = await handler(request)
            if scope.family_id is not None:
                answer = bound_to(answer, scope.family_id, scope.acts)
            answer = await self._and_the_open_question(answer, request, incoming)
            await inbox.mark_applied(scope, update_id, answer=answer.to_json())
            if incoming.press is None:
                await _note_effect(scope, incoming, answer)
            return answer

        person = as_person(incoming.user_id, update_id=update_id)
        try:
            return await self._parts.database.run(effect, person)
        except AlreadyApplied:
            return await self._stored_answer(person, update_id)
        except (CareCircleError, Misunderstood) as error:
            refused = refusals.refuse(error, is_press=incoming.press is not None)
            leads_nowhere = incoming.resumes or isinstance(error, (NotFound, NotAllowed, NoFamily))
            if leads_nowhere and incoming.flow_id is not None:
                # What it was about has gone, or their right to it: asking on would lead nowhere.
                if isinstance(error, NotFound) and incoming.resumes:
                    refused = Answer(edit=conversation_views.cannot_continue())
                ended = conversations.to_end(incoming.flow_id)
                refused = replace(refused, closes=True, conversation=ended)

        async def refusal(scope: Scope) -> Answer:
            request = incoming.to_request(scope, bot_username=self._parts.bot_username)
            answer = await self._and_the_open_question(refused, request, incoming)
            await inbox.mark_applied(scope, update_id, answer=answer.to_json())
            return answer

        try:
            return await self._parts.database.run(refusal, person)
        except AlreadyApplied:  # what it did the first time is why it is refused the second
            return await self._stored_answer(person, update_id)

    def _remember(self, user_id: UUID, family_id: UUID) -> None:
        self._last_family[user_id] = family_id
        self._last_family.move_to_end(user_id)
        if len(self._last_family) > REMEMBERED:
            self._last_family.popitem(last=False)

    async def _and_the_open_question(
        self, answer: Answer, request: Request, incoming: "_Incoming"
    ) -> Answer:
        """A command in the middle of a conversation: it is answered, and the question stays, as
        the tables are now. If what it was about is gone, so is the question.
        """
        running, scope = incoming.running, request.scope
        if not (incoming.recalls and isinstance(running, Conversation)) or answer.conversation:
            return answer
        try:
            if running.family_id not in (None, scope.family_id):
                await scope.enter_family(running.family_id)
            again = await self._parts.recall(request, running)
        except CareCircleError as error:
            ended = conversations.to_end(running.flow_id)
            again = replace(refusals.refuse(error, is_press=False), conversation=ended)
        return replace(answer.and_send(*again.send), conversation=again.conversation)

    async def _stored_answer(self, person: ScopeRequest, update_id: int) -> Answer:
        stored = await self._parts.database.run(
            lambda scope: inbox.get_answer(scope, update_id), person
        )
        return Answer.from_json(stored) if stored is not None else NOTHING

    async def _bring_into_line(self, answer: Answer, *, chat: int, user: User) -> Answer:
        """Save or end the conversation; what to say if that is not possible."""
        change = answer.conversation or {}
        try:
            outcome = await conversations.apply(
                self._parts.conversations,
                change,
                chat_id=chat,
                user_id=user.id,
                language=user.language_code,
            )
        except ConversationsUnavailable:
            # What is over stays said; a question whose answer nobody would understand is not asked.
            return refusals.forgetful() if "continue" in change else answer
        match outcome:
            case conversations.Outcome.IN_LINE:
                return answer
            case conversations.Outcome.MOVED_ON:
                return NOTHING  # an old question would only confuse
            case conversations.Outcome.EXPIRED:
                return conversation_views.expired()

    async def _note_message(
        self, change: dict[str, Any], message_id: int, *, chat: int, user: int
    ) -> None:
        try:
            await conversations.note_message(
                self._parts.conversations, change, message_id, chat_id=chat, user_id=user
            )
        except ConversationsUnavailable:
            # Without Redis there is nothing to continue either.
            log.warning("the message with a question was not noted: Redis is away")


@dataclass(frozen=True)
class _Incoming:
    """A request before its transaction is open. `command`: its name, if it is one; `recalls`: the
    open question is put once more.
    """

    update: Update
    user_id: UUID
    cached_medicines: CachedMedicines | None
    text: str | None
    press: Callback | None
    running: Conversation | Expired | None
    draft: Draft | None
    command: str | None
    recalls: bool

    @property
    def resumes(self) -> bool:
        return self.press is not None and self.press.verb is Verb.CONTINUE

    @property
    def flow_id(self) -> UUID | None:
        """The conversation that this update replies to or goes on with, if any."""
        if self.continues is not None:
            return self.continues.flow_id
        is_about_draft = self.press is not None and self.draft is not None
        return self.draft.conversation.flow_id if is_about_draft and self.draft else None

    @property
    def continues(self) -> Conversation | None:
        """The conversation that this update replies to, if any."""
        if self.command is not None or not isinstance(self.running, Conversation):
            return None
        is_its_own = self.press is None or self.press.subject_id == self.running.flow_id
        return self.running if is_its_own else None

    def was_answer(self, answer: Answer) -> bool:
        """Whether the question that this update replies to went on with it, or is over."""
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
        return Request(
            scope=scope,
            update_id=self.update.update_id,
            bot_username=bot_username,
            name=user.first_name if user else "",
            text=self.text,
            contact=_contact(shared) if shared else None,
            press=self.press,
            message=CardMessage(pressed.chat.id, pressed.message_id) if pressed else None,
            conversation=self.running,
            draft=self.draft,
            cached_medicines=self.cached_medicines,
        )


async def _note_effect(scope: Scope, incoming: _Incoming, answer: Answer) -> None:
    """What an edit of this message would have to be held against, if there is anything."""
    acts, was_answer = [act.id for act in scope.acts], incoming.was_answer(answer)
    if acts or was_answer:
        await inbox.note_effect(scope, incoming.update.update_id, acts=acts, was_answer=was_answer)


async def _enter_family(scope: Scope, incoming: _Incoming) -> None:
    """The family of the button, of the conversation, or the person's current one.

    Raises NotFound if they are no member of the family that the button or the reply is about.
    """
    family_id = None
    if incoming.press is not None and incoming.press.family_id != NOWHERE:
        family_id = incoming.press.family_id
    elif incoming.continues is not None:
        family_id = incoming.continues.family_id
    member = await scope.enter_family(family_id)
    if member is None and family_id is not None:
        raise NotFound
    chat = incoming.update.effective_chat
    if member is not None and member.has_blocked and chat and chat.type == Chat.PRIVATE:
        # Telegram may not have told us that they let the bot write again, but here they are.
        await users.set_blocked(scope, blocked=False)


def _contact(shared: TelegramContact) -> Contact:
    names = (shared.first_name, shared.last_name or "")
    return Contact(" ".join(filter(None, names)), shared.phone_number)


def _text(update: Update) -> str:
    return (update.effective_message and update.effective_message.text) or ""


def _command_of(text: str) -> tuple[str | None, str]:
    """The command that a message is (None: it is none), and what follows it."""
    first, *rest = text.split(maxsplit=1)
    following = rest[0] if rest else ""
    match = _COMMAND.fullmatch(first)
    return (match[1].lower(), following) if match else (None, text)


async def _ignore(_: Request) -> Answer:
    return NOTHING


async def _slow_down(_: Request) -> Answer:
    return refusals.slow_down()


async def _in_private(request: Request) -> Answer:
    return refusals.in_private(request.bot_username)


async def _forgetful(_: Request) -> Answer:
    return refusals.forgetful()


async def _old_button(_: Request) -> Answer:
    return refusals.old_button()
