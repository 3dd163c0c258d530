"""The effect of one update: its handler and its stored answer, in one transaction."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TypeAlias
from uuid import UUID

from telegram import Chat

from bot.grammar.problems import Misunderstood
from bot.intake import conversation as conversations
from bot.intake.button_binding import bind_buttons
from bot.intake.identity import AccountForgotten
from bot.intake.incoming import Incoming
from bot.intake.request import Handler, Request
from bot.redis.conversations import Conversation
from bot.ui import conversations as conversation_views
from bot.ui import in_groups, refusals, turned_away
from bot.ui.answer import Answer
from bot.ui.presses.press import NOWHERE
from bot.ui.wording import count_hours
from domain.database.requests import ScopeRequest, as_user
from domain.database.scope import Member, Scope
from domain.database.unit_of_work import Database
from domain.delivery import inbox
from domain.errors import (
    AlreadyApplied,
    CareCircleError,
    LeftFamily,
    NoFamily,
    NotAllowed,
    NotFound,
    NotInFamily,
)
from domain.family import unreachable, users
from domain.models.delivery import Origin

MentionOpenQuestion: TypeAlias = Callable[[Request, Conversation, str], Awaitable[Answer]]
"""What is said of an open question after a command, by its name, was answered."""


class Effects:
    """Makes sure that each update takes effect once. *mention_open_question* mentions an open
    question; *on_family* is called with the family that an update concerns.
    """

    def __init__(
        self,
        database: Database,
        *,
        mention_open_question: MentionOpenQuestion,
        on_family: Callable[[UUID, UUID], None],
        bot_username: str,
    ) -> None:
        self._database = database
        self._mention_open_question = mention_open_question
        self._on_family = on_family
        self._bot_username = bot_username

    async def apply(self, handler: Handler, incoming: Incoming) -> Answer:
        """Run the handler and store its answer, or that of its refusal, in one transaction."""
        update_id = incoming.update.update_id
        member: Member | None = None

        async def effect(scope: Scope) -> Answer:
            nonlocal member
            await _enter_family(scope, incoming)
            member = scope.member
            if scope.family_id is not None:
                self._on_family(incoming.user_id, scope.family_id)
            request = incoming.to_request(scope, bot_username=self._bot_username)
            answer = await handler(request)
            if scope.family_id is not None:
                answer = bind_buttons(answer, scope.family_id, scope.acts)
            if incoming.press is not None and request.chat is not None:
                answer = _with_rest_in_private(answer, request)
            answer = await self._with_open_question(answer, request, incoming)
            await inbox.mark_applied(scope, update_id, answer=answer.to_json())
            if incoming.press is None:
                await _note_effect(scope, incoming, answer)
            return answer

        person = as_user(incoming.user_id, update_id=update_id, origin=_origin(incoming))
        try:
            return await self._database.run(effect, person)
        except AlreadyApplied:
            return await self._stored_answer(person, update_id)
        except (CareCircleError, Misunderstood) as error:
            refused = refusals.refuse(error, is_press=incoming.press is not None)
            if isinstance(error, NotFound) and not incoming.arrival.is_private:
                # Others see it there: "no longer there" would be plainly wrong.
                refused = replace(refused, toast=in_groups.not_yours_or_gone())
            refused = _of_stale_message(error, member, incoming) or refused
            leads_nowhere = incoming.resumes or isinstance(error, (NotFound, NotAllowed, NoFamily))
            if leads_nowhere and incoming.flow_id is not None:
                # The subject or the permission is gone, so there is nothing left to ask.
                if isinstance(error, NotFound) and incoming.resumes:
                    refused = Answer(edit=conversation_views.cannot_continue())
                ended = conversations.to_end(incoming.flow_id)
                refused = replace(refused, closes=True, conversation=ended)

        async def refusal(scope: Scope) -> Answer:
            request = incoming.to_request(scope, bot_username=self._bot_username)
            answer = await self._with_open_question(refused, request, incoming)
            await inbox.mark_applied(scope, update_id, answer=answer.to_json())
            return answer

        try:
            return await self._database.run(refusal, person)
        except AlreadyApplied:  # it was refused because its first run had already taken effect
            return await self._stored_answer(person, update_id)

    async def _with_open_question(
        self, answer: Answer, request: Request, incoming: Incoming
    ) -> Answer:
        """Answer a command in the middle of a conversation. The question stays open unless the
        command replaces it.
        """
        running, command, scope = incoming.running, incoming.arrival.command, request.scope
        if command is None or not isinstance(running, Conversation) or answer.conversation:
            return answer
        try:
            if running.family_id not in (None, scope.family_id):
                await scope.enter_family(running.family_id)
            mention = await self._mention_open_question(request, running, command)
        except CareCircleError as error:
            # The subject or the permission is gone, so there is nothing left to ask.
            ended = conversations.to_end(running.flow_id)
            mention = replace(refusals.refuse(error, is_press=False), conversation=ended)
        return replace(
            answer.and_send(*mention.send),
            conversation=mention.conversation,
        )

    async def _stored_answer(self, person: ScopeRequest, update_id: int) -> Answer:
        stored = await self._database.run(lambda scope: inbox.get_answer(scope, update_id), person)
        return Answer.from_json(stored) if stored is not None else Answer()


def _origin(incoming: Incoming) -> Origin | None:
    """The kind of chat that the update came from."""
    chat = incoming.update.effective_chat
    if chat is None:
        return None
    return Origin.PRIVATE if chat.type == Chat.PRIVATE else Origin.GROUP


async def _note_effect(scope: Scope, incoming: Incoming, answer: Answer) -> None:
    """Store what a later edit of this message has to be compared with, if anything."""
    acts, was_answer = [act.id for act in scope.acts], incoming.was_answer(answer)
    if acts or was_answer:
        await inbox.record_effect(
            scope, incoming.update.update_id, acts=acts, was_answer=was_answer
        )


def _of_stale_message(error: Exception, member: Member | None, incoming: Incoming) -> Answer | None:
    """What a press leads to if its message, on a phone of theirs, may be about what they don't see
    any more: they have left the family, or see only some of it. In a group, it's there for others.
    """
    if incoming.press is None or _origin(incoming) is not Origin.PRIVATE:
        return None
    if isinstance(error, LeftFamily):
        return turned_away.left_family()
    if isinstance(error, NotFound) and member is not None and member.is_restricted:
        return turned_away.out_of_sight()
    return None


def _with_rest_in_private(answer: Answer, request: Request) -> Answer:
    """What a press in a group leads to beyond its toast goes to the presser's private chat, and the
    toast says so.
    """
    if not answer.send:
        return answer
    member = request.scope.member
    if member is not None and member.has_blocked:
        # Nothing has been recorded that isn't in the toast: they have to press again.
        alone = replace(answer, send=(), conversation=None)
        return replace(
            alone, toast=in_groups.cannot_ask_in_private(request.bot_username), alert=True
        )
    if answer.toast is not None:
        return answer
    return replace(answer, toast=in_groups.see_private_chat(), alert=True)


async def _enter_family(scope: Scope, incoming: Incoming) -> None:
    """Enter the family of the button or the conversation, otherwise the person's current one.

    Raises NotFound if they aren't a member of the family that the button or the reply belongs to,
    and AccountForgotten if they were erased.
    """
    family_id = None
    if incoming.press is not None and incoming.press.family_id != NOWHERE:
        family_id = incoming.press.family_id
    elif incoming.continues is not None:
        family_id = incoming.continues.family_id
    member = await scope.enter_family(family_id)
    chat = incoming.update.effective_chat
    is_private = chat is not None and chat.type == Chat.PRIVATE
    if member is None and await users.was_erased(scope):
        raise AccountForgotten
    if member is None and family_id is not None:
        if not is_private:
            raise NotInFamily
        raise LeftFamily if await users.has_left(scope, family_id) else NotFound
    if member is not None:
        count_hours(member.hour_cycle)
    if member is not None and member.has_blocked and is_private:
        # They have unblocked the bot, even if Telegram hasn't told us.
        await users.set_blocked(scope, blocked=False)
        await unreachable.tell_that_reachable_again(scope)
