"""How a guided conversation goes on: pure steps over a small state.

A step asks a question (`ask`) and takes what comes back (`take`), typed or tapped. Its state goes
with the stored answer, so a step is taken once, whatever dies in between. Buttons carry the number
of their question: one of an earlier question answers nothing any more. A conversation that nobody
answers in time says so, and can be continued for a day.
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

CANCEL = "quit"  # what every Cancel button carries
OLD_CANCEL = "cancel"  # what some of them carried in older versions: they are still on phones

Data: TypeAlias = Mapping[str, Any]
Choice: TypeAlias = Callable[[str, str], Button]
"""Makes a button of the question: its label, and the `choice` (≤ 7 characters) for `take`."""


def cancel_button(choice: Choice) -> Button:
    """The Cancel button, for a question that has its own place for it."""
    return choice(views.cancel_label(), CANCEL)


@dataclass(frozen=True)
class Reply:
    """What came back to a question: `text` typed, or the `choice` of a button."""

    text: str | None = None
    choice: str | None = None


@dataclass(frozen=True)
class Step:
    """One question. `take` raises Misunderstood to have it asked again, with a sentence first.

    `refresh` reads from the tables what the question shows of them, whenever it is shown again.
    `has_own_exit`: one of its own buttons leaves everything as it is, so it needs no Cancel; say
    where something was saved before it was asked.
    """

    ask: Callable[[Data, Choice], Screen]
    take: Callable[[Request, Conversation, Reply], Awaitable[Answer]]
    refresh: Callable[[Request, Data], Awaitable[Data]] | None = None
    has_own_exit: bool = False


async def _as_it_was(_: Request, data: Data) -> Data:
    return data


def _unnamed(_: Data) -> str | None:
    return None


@dataclass(frozen=True)
class AbandonPolicy:
    """How to treat a conversation that nobody finished: `command` starts it again, and `unfinished`
    describes it ("The medicine isn't saved yet").

    To continue, `renew` reloads those parts of its data that no step refreshes; it raises NotFound
    where the subject has gone and NotAllowed where the actor may no longer do this. Then `resume`
    asks, and may ask a different question. `describe_draft` names (without HTML) what would have
    been added, if that deserves a message of its own. Any command ends a conversation that
    `yields_to_commands`.
    """

    command: str = "help"
    unfinished: Unfinished = Unfinished.NOT_SAVED
    renew: Callable[[Request, Data], Awaitable[Data]] = _as_it_was
    resume: Callable[[Request, Conversation], Awaitable[Answer]] | None = None
    describe_draft: Callable[[Data], str | None] = _unnamed
    yields_to_commands: bool = False


@dataclass(frozen=True)
class Flow:
    """A conversation: its name as stored, and its steps. Both are found in Redis after an update
    of the program, so they stay. `abandon_policy` is what is said where nobody finishes it.
    """

    name: str
    steps: Mapping[str, Step]
    abandon_policy: AbandonPolicy = field(kw_only=True)

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

    def advance(
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

    def ask(
        self,
        request: Request,
        running: Conversation | None,
        step: str,
        data: Data,
        *,
        first: Screen | None = None,
    ) -> Answer:
        """The question of *step*: the next one of what is *running*, or (None) the one it begins
        with.
        """
        if running is None:
            return self.begin(request, step, data, first=first)
        return self.advance(request, running, step, data, first=first)

    def redraw(self, request: Request, conversation: Conversation, data: Data) -> Answer:
        """The same question with other buttons, in the place of the pressed message."""
        following = _next(request, conversation, conversation.step, data)
        question = self._question(following, number=following.version + 1)
        return Answer(edit=question, conversation=to_continue(following))

    async def ask_again(
        self, request: Request, conversation: Conversation, *, first: Screen | None = None
    ) -> Answer:
        """The open question once more, as the tables are now, after a message that goes *first*."""
        data = await self.refreshed(request, conversation)
        return self.advance(request, conversation, conversation.step, data, first=first)

    async def refreshed(self, request: Request, conversation: Conversation) -> Data:
        """What the open question shows, as the tables are now."""
        refresh = self.steps[conversation.step].refresh
        return conversation.data if refresh is None else await refresh(request, conversation.data)

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


def cancelled(flow_id: UUID) -> Answer:
    """The end of a conversation that led to nothing."""
    return replace(views.cancelled(), conversation=to_end(flow_id), closes=True)


def finished(conversation: Conversation | None, answer: Answer) -> Answer:
    """*answer*, and the conversation is over; of none (nothing had to be asked), *answer* alone."""
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
