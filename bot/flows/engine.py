"""How a guided conversation goes on: pure steps over a small state.

A step asks a question (`ask`) and takes what comes back (`take`), typed or tapped. Its state goes
with the stored answer, so a step is taken once, whatever dies in between. Buttons carry the number
of their question: one of an earlier question answers nothing any more.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeAlias
from uuid import UUID, uuid4

from bot.grammar.problems import Misunderstood
from bot.intake.conversation import to_continue, to_end
from bot.intake.request import Request
from bot.redis.conversations import Conversation, Expired
from bot.views import conversations as views
from bot.views.answer import Answer, Button, Screen
from bot.views.callbacks import NOWHERE, Callback, Verb, decode, to_base36
from bot.views.misunderstandings import misunderstood

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
            message_id=None,
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
            return await self.steps[conversation.step].take(request, conversation, reply)
        except Misunderstood as problem:
            return await self.ask_again(request, conversation, first=Screen(misunderstood(problem)))


class Flows:
    """All flows, and what happens to texts and taps that reach them."""

    def __init__(self, *flows: Flow) -> None:
        self._flows = {flow.name: flow for flow in flows}

    async def recall(self, request: Request, conversation: Conversation) -> Answer:
        """The open question again, after something else was answered in between."""
        flow = self._flows.get(conversation.flow)
        if flow is None or conversation.step not in flow.steps:
            return Answer(send=(views.expired_screen(),))
        if flow.steps[conversation.step].refresh is None:
            return Answer(send=(flow.question(conversation),))
        return replace(await flow.ask_again(request, conversation), closes=False)

    async def on_message(self, request: Request) -> Answer:
        """A message that is no command."""
        match request.conversation:
            case None:
                return views.unexpected()
            case Expired(flow_id=flow_id):
                return replace(views.expired(), conversation=to_end(flow_id))
            case Conversation() as running:
                flow = self._flows.get(running.flow)
                if flow is None or running.step not in flow.steps:
                    return replace(views.expired(), conversation=to_end(running.flow_id))
                if request.text is None:
                    return views.please_type().and_send(flow.question(running))
                return await flow.take(request, running, Reply(text=request.text))

    async def on_press(self, request: Request) -> Answer:
        """A button of a question."""
        press, running = request.pressed, request.conversation
        if isinstance(running, Expired) and running.flow_id == press.subject_id:
            return replace(views.expired_button(), conversation=to_end(running.flow_id))
        if not isinstance(running, Conversation) or running.flow_id != press.subject_id:
            return views.answered_before()
        flow = self._flows.get(running.flow)
        if flow is None or running.step not in flow.steps:
            return views.answered_before()
        if not _offers(flow.question(running), press):
            return views.answered_before()
        _number, _dot, key = press.argument.partition(".")
        return await flow.take(request, running, Reply(choice=key))

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
