"""How a guided conversation goes on: pure steps over a small state.

A step asks a question (`ask`) and takes what comes back (`take`), typed or tapped. Its state goes
with the stored answer, so a step is taken once, whatever dies in between. Buttons carry the number
of their question: one of an earlier question answers nothing any more. A conversation that nobody
answers in time says so, and can be continued for a day.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeAlias
from uuid import UUID, uuid4

from bot.grammar.known_medicines import names_begun_with
from bot.grammar.problems import Misunderstood
from bot.grammar.tokens import tokenize
from bot.grammar.yes_or_no import is_yes_or_no
from bot.intake.conversation import (
    in_place_of,
    quietly,
    to_continue,
    to_end,
    to_offer,
    to_repeat,
    to_resume,
)
from bot.intake.drafts import LeftScreens
from bot.intake.request import Request
from bot.redis.conversations import Conversation, Draft, Expired
from bot.ui import conversations as views
from bot.ui.answer import Answer, Button, Screen
from bot.ui.callbacks import ARGUMENT_LENGTH, NOWHERE, Callback, Verb, decode, to_base36
from bot.ui.conversations import Unfinished, tap_a_button
from bot.ui.misunderstandings import misunderstood

_LONGEST_NAME = 100

Data: TypeAlias = Mapping[str, Any]
Choice: TypeAlias = Callable[[str, str], Button]
"""Makes a button of the question: its label, and the `choice` (≤ 7 characters) for `take`."""


@dataclass(frozen=True)
class Reply:
    """What came back to a question: `text` typed, or the `choice` of a button."""

    text: str | None = None
    choice: str | None = None


@dataclass(frozen=True)
class Step:
    """One question. `take` raises Misunderstood to have it asked again, with a sentence first.

    `refresh` reads from the tables what the question shows of them, whenever it is shown again.
    """

    ask: Callable[[Data, Choice], Screen]
    take: Callable[[Request, Conversation, Reply], Awaitable[Answer]]
    refresh: Callable[[Request, Data], Awaitable[Data]] | None = None


@dataclass(frozen=True)
class Flow:
    """A conversation: its name as stored, and its steps. Both are found in Redis after an update
    of the program, so they stay.
    """

    name: str
    steps: Mapping[str, Step]

    def begin(
        self, request: Request, step: str, data: Data, *, first: Screen | None = None
    ) -> Answer:
        """Start with the question of *step*; a conversation that was running is over."""
        member = request.scope.member
        conversation = Conversation(
            flow=self.name,
            step=step,
            flow_id=uuid4(),
            data=data,
            version=0,
            last_update_id=request.update_id,
            family_id=member.family_id if member else None,
        )
        return self._asking(conversation, first, closes=False)

    def go_on(
        self,
        request: Request,
        conversation: Conversation,
        step: str,
        data: Data,
        *,
        first: Screen | None = None,
    ) -> Answer:
        """The question of *step*, after a message that goes *first*."""
        return self._asking(_next(request, conversation, step, data), first, closes=True)

    def turn(self, request: Request, conversation: Conversation, data: Data) -> Answer:
        """The same question with other buttons, in the place of the pressed message."""
        following = _next(request, conversation, conversation.step, data)
        question = self._question(following, number=following.version + 1)
        return Answer(edit=question, conversation=to_continue(following))

    async def ask_again(
        self, request: Request, conversation: Conversation, *, first: Screen | None = None
    ) -> Answer:
        """The open question once more, as the tables are now, after a message that goes *first*."""
        refresh, data = self.steps[conversation.step].refresh, conversation.data
        if refresh is not None:
            data = await refresh(request, data)
        return self.go_on(request, conversation, conversation.step, data, first=first)

    def question(self, conversation: Conversation) -> Screen:
        """The open question of a stored conversation."""
        return self._question(conversation, number=conversation.version)

    def is_to_confirm(self, conversation: Conversation) -> bool:
        """Whether the open question is answered with yes, by a button."""
        rows = self.question(conversation).keyboard
        return any(button.label.startswith("✅") for row in rows for button in row)

    def _asking(self, conversation: Conversation, first: Screen | None, *, closes: bool) -> Answer:
        question = self._question(conversation, number=conversation.version + 1)
        return Answer(
            send=(first, question) if first else (question,),
            closes=closes,
            conversation=to_continue(conversation),
        )

    def _question(self, conversation: Conversation, *, number: int) -> Screen:
        def choice(label: str, key: str) -> Button:
            return Button(label, _callback(conversation, number, key).encode())

        return self.steps[conversation.step].ask(conversation.data, choice)

    async def take(self, request: Request, conversation: Conversation, reply: Reply) -> Answer:
        """Take a reply to the open question, or ask it again."""
        try:
            answer = await self.steps[conversation.step].take(request, conversation, reply)
        except Misunderstood as problem:
            return await self.ask_again(request, conversation, first=Screen(misunderstood(problem)))
        if answer.conversation is None:
            return answer
        # Where the reply led on to another conversation, this one was answered, not left.
        return replace(answer, conversation=in_place_of(conversation, answer.conversation))


async def _as_it_was(_: Request, data: Data) -> Data:
    return data


def _unnamed(_: Data) -> str | None:
    return None


@dataclass(frozen=True)
class Leaving:
    """A conversation that nobody finished: `command` begins anew, `unfinished` is true of it.

    To go on, `renew` reads again what its data say of the tables, as far as no step refreshes it:
    raises NotFound where what it is about has gone, NotAllowed where the right to it has; then
    `resume` asks, where the question may be another one by now. `name_draft` says (no HTML) what
    was to be added, where that is worth a message of its own.
    """

    command: str = "help"
    unfinished: Unfinished = Unfinished.NOT_SAVED
    renew: Callable[[Request, Data], Awaitable[Data]] = _as_it_was
    resume: Callable[[Request, Conversation], Awaitable[Answer]] | None = None
    name_draft: Callable[[Data], str | None] = _unnamed


class Flows:
    """All flows, and what happens to texts and taps that reach them. *leavings* by flow's name."""

    def __init__(self, *flows: Flow, leavings: Mapping[str, Leaving] | None = None) -> None:
        self._flows = {flow.name: flow for flow in flows}
        self._leavings = leavings or {}

    @property
    def flows(self) -> Mapping[str, Flow]:
        return self._flows

    @property
    def names(self) -> frozenset[str]:
        return frozenset(self._flows)

    def leaving(self, name: str) -> Leaving:
        """Of the flow that is called *name*, or begins so where a button cut it short."""
        for known, leaving in self._leavings.items():
            if known[:ARGUMENT_LENGTH] == name[:ARGUMENT_LENGTH]:
                return leaving
        return Leaving()

    async def recall(self, request: Request, conversation: Conversation) -> Answer:
        """The open question again, after something else was answered in between."""
        flow = self._find(conversation)
        if flow is None:
            return Answer(send=(views.expired_screen(),))
        if flow.steps[conversation.step].refresh is None:
            change = to_repeat(conversation.flow_id)
            answer = Answer(send=(flow.question(conversation),), conversation=change)
        else:
            answer = replace(await flow.ask_again(request, conversation), closes=False)
        if answer.conversation is not None and self._is_said_anew(request, conversation):
            # That this draft is left then is no news to them.
            return replace(answer, conversation=quietly(answer.conversation))
        return answer

    def _is_said_anew(self, request: Request, conversation: Conversation) -> bool:
        """Whether the line that was answered in between names what the draft is about."""
        named = self.leaving(conversation.flow).name_draft(conversation.data)
        typed = tokenize((request.text or "")[:_LONGEST_NAME]).tokens
        return bool(named and typed and names_begun_with(typed[0].raw, [named]))

    async def on_message(self, request: Request) -> Answer:
        """A message that is no command."""
        match request.conversation:
            case None:
                return views.unexpected(request.text or "")
            case Expired(flow_id=flow_id):
                draft = request.draft
                if draft is None or not self._may_continue(request, draft):
                    return replace(views.expired(), conversation=to_end(flow_id))
                answer = views.expired(go_on=_go_on_button(draft.conversation))
                return replace(answer, conversation=to_offer(flow_id))
            case Conversation() as running:
                flow = self._find(running)
                if flow is None:
                    return replace(views.expired(), conversation=to_end(running.flow_id))
                if request.text is None:
                    answer = views.please_type().and_send(flow.question(running))
                    return replace(answer, conversation=to_repeat(running.flow_id))
                if is_yes_or_no(request.text) and flow.is_to_confirm(running):
                    tap = tap_a_button(request.text).send[0]
                    return await flow.ask_again(request, running, first=tap)
                return await self._take(request, flow, running, Reply(text=request.text))

    async def on_press(self, request: Request) -> Answer:
        """A button of a question."""
        press, running = request.pressed, request.conversation
        if not isinstance(running, Conversation) or running.flow_id != press.subject_id:
            return self._on_left(request)
        flow = self._find(running)
        if flow is None or not _offers(flow.question(running), press):
            return views.answered_before()
        _number, _dot, key = press.argument.partition(".")
        return await self._take(request, flow, running, Reply(choice=key))

    def _on_left(self, request: Request) -> Answer:
        """A button of a question that does not wait for an answer any more."""
        draft, running = request.draft, request.conversation
        if draft is not None and self._may_continue(request, draft):
            instead = self.left(draft.conversation).question
            change = to_offer(draft.conversation.flow_id)
            return replace(views.expired_button(instead=instead), conversation=change)
        if isinstance(running, Expired) and running.flow_id == request.subject_id:
            return replace(views.expired_button(), conversation=to_end(running.flow_id))
        return views.answered_before()

    async def on_continue(self, request: Request) -> Answer:
        """Continue, on a question that expired: it is asked again, as the tables are now."""
        running, draft = request.conversation, request.draft
        if isinstance(running, Conversation) and running.flow_id == request.subject_id:
            return replace(await self.recall(request, running), edit=views.continued())
        if draft is not None and draft.is_over:
            return views.answered_before()
        if draft is None or not self._may_continue(request, draft):
            instead = views.too_old(self.leaving(request.pressed.argument).command)
            return Answer(edit=instead, conversation=to_end(request.subject_id))
        conversation = draft.conversation
        leaving, flow = self.leaving(conversation.flow), self._flows[conversation.flow]
        data = await leaving.renew(request, conversation.data)
        conversation = replace(conversation, data=data)
        if leaving.resume is not None:
            answer = await leaving.resume(request, conversation)
        else:
            answer = await flow.ask_again(request, conversation)
        change = answer.conversation or {}
        return replace(
            answer,
            edit=views.continued(),
            closes=False,
            conversation=to_resume(change) if "continue" in change else change,
        )

    async def on_forget(self, request: Request) -> Answer:
        """Forget it, beside Continue."""
        running, draft = request.conversation, request.draft
        is_running = isinstance(running, Conversation) and running.flow_id == request.subject_id
        if not is_running and (draft is None or draft.is_over):
            return views.answered_before()
        unfinished = self.leaving(request.pressed.argument).unfinished
        change = to_end(request.subject_id)
        return Answer(edit=views.forgotten(unfinished), conversation=change)

    def left(self, conversation: Conversation) -> LeftScreens:
        """What stands where *conversation* was left. Raises LookupError where no flow knows it."""
        leaving, flow = self.leaving(conversation.flow), self._flows[conversation.flow]
        go_on = _go_on_button(conversation)
        forget = _left_button(conversation, Verb.FORGET, views.forget_label())
        named = leaving.name_draft(conversation.data)
        return LeftScreens(
            question=views.left(flow.question(conversation), leaving.unfinished, go_on),
            notice=views.left_notice(named, go_on=go_on, forget=forget) if named else None,
            continued=views.continued(),
            over=views.forgotten(leaving.unfinished),
        )

    async def _take(
        self, request: Request, flow: Flow, running: Conversation, reply: Reply
    ) -> Answer:
        answer = await flow.take(request, running, reply)
        if answer.conversation is None and answer.send[-1:] == (flow.question(running),):
            return replace(answer, conversation=to_repeat(running.flow_id))
        return answer

    def _find(self, conversation: Conversation) -> Flow | None:
        flow = self._flows.get(conversation.flow)
        return flow if flow is not None and conversation.step in flow.steps else None

    def _may_continue(self, request: Request, draft: Draft) -> bool:
        """Not where it is too old, nor where an older version of the bot asked otherwise."""
        if not draft.may_continue(now=request.scope.clock.now()):
            return False
        try:
            self.left(draft.conversation)
        except (LookupError, TypeError, ValueError, AttributeError):
            return False
        return True

    async def on_cancel(self, request: Request) -> Answer:
        """`/cancel`."""
        match request.conversation:
            case None:
                return views.nothing_to_cancel()
            case Expired(flow_id=flow_id) | Conversation(flow_id=flow_id):
                return cancelled(flow_id)


def cancelled(flow_id: UUID) -> Answer:
    """The end of a conversation that led to nothing."""
    return replace(views.cancelled(), conversation=to_end(flow_id), closes=True)


def finished(conversation: Conversation, answer: Answer) -> Answer:
    """*answer*, and the conversation is over."""
    return replace(answer, conversation=to_end(conversation.flow_id), closes=True)


def _go_on_button(conversation: Conversation) -> Button:
    return _left_button(conversation, Verb.CONTINUE, views.go_on_label())


def _left_button(conversation: Conversation, verb: Verb, label: str) -> Button:
    family_id = conversation.family_id or NOWHERE
    kind = conversation.flow[:ARGUMENT_LENGTH]
    return Button(label, Callback(verb, family_id, conversation.flow_id, kind).encode())


def _next(request: Request, running: Conversation, step: str, data: Data) -> Conversation:
    return replace(running, step=step, data=data, last_update_id=request.update_id)


def _offers(question: Screen, press: Callback) -> bool:
    """Whether the open question has this button: not one of an earlier question, nor an altered
    one."""
    buttons = (button for row in question.keyboard for button in row)
    return any(decode(button.data) == press for button in buttons if button.data)


def _callback(conversation: Conversation, number: int, key: str) -> Callback:
    return Callback(
        Verb.FLOW,
        conversation.family_id or NOWHERE,
        conversation.flow_id,
        f"{to_base36(number)}.{key}",
    )
