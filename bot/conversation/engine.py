"""The engine of guided conversations: pure steps over a small state.

A step asks a question (`ask`) and takes the reply (`take`), typed or tapped. The new state is
stored with the answer, so each step is taken once, whatever crashes in between. Buttons carry the
number of their question, so buttons of earlier questions no longer answer anything. A conversation
that nobody answers in time says so, and can be continued for a day.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias
from uuid import UUID, uuid4

from bot.grammar.problems import Misunderstood
from bot.intake.conversation import in_place_of, to_continue, to_end
from bot.intake.request import Request
from bot.redis.conversations import Conversation
from bot.ui import conversations as views
from bot.ui.answer import Answer, Button, Screen
from bot.ui.conversations import Unfinished
from bot.ui.misunderstandings import misunderstood
from bot.ui.presses.arguments import Pick
from bot.ui.presses.conversation import Choose
from bot.ui.presses.press import NOWHERE

CANCEL = "quit"  # the key of every Cancel button
OLD_CANCEL = "cancel"  # its key in older versions, whose buttons are still on phones

Data: TypeAlias = Mapping[str, Any]
Choice: TypeAlias = Callable[[str, str], Button]
"""Makes a button of the question: its label, and the `choice` (≤ 7 characters) for `take`."""


def cancel_button(choice: Choice) -> Button:
    """The Cancel button, for a question that places it itself."""
    return choice(views.cancel_label(), CANCEL)


@dataclass(frozen=True)
class Reply:
    """The reply to a question: `text` that was typed, or the `choice` of a button."""

    text: str | None = None
    choice: str | None = None


@dataclass(frozen=True)
class Step:
    """One question. If `take` raises Misunderstood, it is asked again with that explanation first.

    `refresh` reloads the data that the question shows whenever it is shown again. With
    `has_own_exit` one of its own buttons leaves everything as it is, so it gets no Cancel button;
    this suits questions asked after something was saved. With `keeps_words`, any words are an
    answer: a note, a reason.
    """

    ask: Callable[[Data, Choice], Screen]
    take: Callable[[Request, Conversation, Reply], Awaitable[Answer]]
    refresh: Callable[[Request, Data], Awaitable[Data]] | None = None
    has_own_exit: bool = False
    keeps_words: bool = False


async def _as_it_was(_: Request, data: Data) -> Data:
    return data


def _unnamed(_: Data) -> str | None:
    return None


def _never(_: Request) -> bool:
    return False


@dataclass(frozen=True)
class AbandonPolicy:
    """What to do about a conversation that nobody finished: `command` starts a new one, and
    `unfinished` describes its state.

    To continue it, `renew` reloads the data that no step refreshes. It raises NotFound if the
    subject has been deleted and NotAllowed if the permission is gone. Then `resume` asks, possibly
    a different question. `describe_draft` names (without HTML) what would have been added, if that
    deserves a message of its own. With `yields_to_commands`, any command ends the conversation;
    where it `is_moot`, one that has settled it.
    """

    command: str = "help"
    unfinished: Unfinished = Unfinished.NOT_SAVED
    renew: Callable[[Request, Data], Awaitable[Data]] = _as_it_was
    resume: Callable[[Request, Conversation], Awaitable[Answer]] | None = None
    describe_draft: Callable[[Data], str | None] = _unnamed
    yields_to_commands: bool = False
    is_moot: Callable[[Request], bool] = _never


@dataclass(frozen=True)
class Flow:
    """A conversation: its stored name and its steps. Redis keeps the names across updates of the
    program, so they never change. `abandon_policy` applies if nobody finishes it. `shown_before` is
    the screen whose button started it, for those that ask in its place: Cancel returns to it.
    `misread` remembers an answer that was not understood.
    """

    name: str
    steps: Mapping[str, Step]
    abandon_policy: AbandonPolicy = field(kw_only=True)
    shown_before: Callable[[Request, Data], Awaitable[Screen]] | None = None
    misread: Callable[[Data, str], Data] | None = None

    def begin_in_place(self, request: Request, step: str, data: Data) -> Answer:
        """Start with the question of *step*, which replaces the pressed message."""
        return replace(self.begin(request, step, data), closes=True).in_place()

    def begin(
        self, request: Request, step: str, data: Data, *, first: Screen | None = None
    ) -> Answer:
        """Start with the question of *step*, and end any conversation that was running."""
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

    def advance(
        self,
        request: Request,
        conversation: Conversation,
        step: str,
        data: Data,
        *,
        first: Screen | None = None,
    ) -> Answer:
        """Ask the question of *step*, after the message *first*."""
        return self._asking(_next(request, conversation, step, data), first, closes=True)

    def ask(
        self,
        request: Request,
        running: Conversation | None,
        step: str,
        data: Data,
        *,
        first: Screen | None = None,
    ) -> Answer:
        """Ask the question of *step*: the next one of the *running* conversation, or the first one
        (None).
        """
        if running is None:
            return self.begin(request, step, data, first=first)
        return self.advance(request, running, step, data, first=first)

    def redraw(self, request: Request, conversation: Conversation, data: Data) -> Answer:
        """Show the same question with other buttons, replacing the pressed message."""
        following = _next(request, conversation, conversation.step, data)
        question = self._question(following, number=following.version + 1)
        return Answer(edit=question, conversation=to_continue(following))

    async def ask_again(
        self, request: Request, conversation: Conversation, *, first: Screen | None = None
    ) -> Answer:
        """Ask the open question again with current data, after the message *first*."""
        data = await self.refreshed(request, conversation)
        return self.advance(request, conversation, conversation.step, data, first=first)

    async def refreshed(self, request: Request, conversation: Conversation) -> Data:
        """The data that the open question shows, reloaded."""
        refresh = self.steps[conversation.step].refresh
        return conversation.data if refresh is None else await refresh(request, conversation.data)

    def question(self, conversation: Conversation) -> Screen:
        """The open question of a stored conversation."""
        return self._question(conversation, number=conversation.version)

    def is_to_confirm(self, conversation: Conversation) -> bool:
        """Whether the open question is a confirmation with a Yes button."""
        rows = self.question(conversation).keyboard
        return any(button.label.startswith("✅") for row in rows for button in row)

    def _asking(self, conversation: Conversation, first: Screen | None, *, closes: bool) -> Answer:
        question = self._question(conversation, number=conversation.version + 1)
        return Answer(
            send=question.after(first) if first else (question,),
            closes=closes,
            conversation=to_continue(conversation),
        )

    def _question(self, conversation: Conversation, *, number: int) -> Screen:
        keys = set()

        def choice(label: str, key: str) -> Button:
            keys.add(key)
            return Button(label, _press(conversation, number, key).encode())

        step = self.steps[conversation.step]
        question = step.ask(conversation.data, choice)
        if step.has_own_exit or CANCEL in keys:
            return question
        return replace(question, keyboard=(*question.keyboard, (cancel_button(choice),)))

    async def not_understood(
        self, request: Request, conversation: Conversation, reply: Reply, problem: Misunderstood
    ) -> Answer:
        """Ask the open question again, after a reply that was no answer to it."""
        if self.misread is not None and reply.text is not None:
            data = self.misread(conversation.data, reply.text)
            conversation = replace(conversation, data=data)
        return await self.ask_again(request, conversation, first=Screen(misunderstood(problem)))

    async def take(self, request: Request, conversation: Conversation, reply: Reply) -> Answer:
        """Take a reply to the open question. Raises Misunderstood."""
        answer = await self.steps[conversation.step].take(request, conversation, reply)
        if reply.choice is not None:
            answer = answer.in_place()
        if answer.conversation is None:
            return answer
        # If the reply started another conversation, this one was answered, not abandoned.
        return replace(answer, conversation=in_place_of(conversation, answer.conversation))

    async def cancel(self, request: Request, conversation: Conversation) -> Answer:
        """The Cancel button of the open question."""
        if self.shown_before is None:
            return cancelled(conversation.flow_id).in_place()
        screen = await self.shown_before(request, conversation.data)
        return views.left_as_it_is(screen, conversation=to_end(conversation.flow_id))


def cancelled(flow_id: UUID) -> Answer:
    """End a conversation that changed nothing."""
    return replace(views.cancelled(), conversation=to_end(flow_id), closes=True)


def finished(conversation: Conversation | None, answer: Answer) -> Answer:
    """*answer*, which also ends the conversation, if there was one (None if nothing had to be
    asked).
    """
    if conversation is None:
        return answer
    return replace(answer, conversation=to_end(conversation.flow_id), closes=True)


def _next(request: Request, running: Conversation, step: str, data: Data) -> Conversation:
    return replace(running, step=step, data=data, last_update_id=request.update_id)


def _press(conversation: Conversation, number: int, key: str) -> Choose:
    return Choose(
        family_id=conversation.family_id or NOWHERE,
        flow_id=conversation.flow_id,
        pick=Pick(number, key),
    )
