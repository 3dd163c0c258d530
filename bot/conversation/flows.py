"""All flows together: routes messages and taps, and handles conversations left open."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Protocol
from uuid import UUID

from bot.conversation.engine import CANCEL, OLD_CANCEL, AbandonPolicy, Flow, Reply, cancelled
from bot.grammar.known_medicines import names_begun_with
from bot.grammar.problems import Misunderstood
from bot.grammar.tokens import tokenize
from bot.grammar.yes_or_no import is_yes_or_no
from bot.intake.abandoned_drafts import AbandonedScreens
from bot.intake.conversation import (
    in_place_of,
    to_end,
    to_leave,
    to_mention,
    to_offer,
    to_repeat,
    to_resume,
    without_notice,
)
from bot.intake.request import Handler, Request
from bot.redis.conversations import Conversation, Draft, Expired
from bot.redis.spoken import PROMISED
from bot.ui import conversations as views
from bot.ui.answer import Answer, Button, Screen
from bot.ui.conversations import tap_a_button
from bot.ui.presses.conversation import Choose, Continue, Discard
from bot.ui.presses.press import ARGUMENT_LENGTH, NOWHERE, Press
from bot.ui.presses.registry import decode

_LONGEST_NAME = 100


class OwnWordsBeside(Protocol):
    """What people say in own words while a question is open."""

    async def warning(self, request: Request) -> Screen | None:
        """What comes first about words of danger, which are no answer."""

    async def beside_danger(self, request: Request) -> Answer | None:
        """The answer to words of danger beside which something was done; None to others."""

    async def aside(self, request: Request) -> Answer | None:
        """The answer to what is a question by its form; None for anything else."""

    async def instead(self, request: Request) -> Answer | None:
        """The answer to what says something by itself, while no question is open."""

    async def otherwise(self, request: Request) -> Answer | None:
        """The answer to what was no answer to the open question; None if it can't be read."""

    async def go_on(self, request: Request, flow_id: UUID) -> Answer | None:
        """The answer to what else was said beside what a question that is over now was about."""


class Flows:
    """All flows and the texts and taps that reach them. *starting_commands* are the commands that
    start one; *on_unexpected_message* answers a message while no question is open, and *own_words*
    what is no answer to the open one.
    """

    def __init__(
        self,
        *flows: Flow,
        starting_commands: Collection[str] = (),
        on_unexpected_message: Handler,
        own_words: OwnWordsBeside,
    ) -> None:
        self._flows = {flow.name: flow for flow in flows}
        self._starting_commands = frozenset(starting_commands)
        self._on_unexpected_message = on_unexpected_message
        self._own_words = own_words

    @property
    def flows(self) -> Mapping[str, Flow]:
        return self._flows

    @property
    def names(self) -> frozenset[str]:
        return frozenset(self._flows)

    @property
    def abandon_policies(self) -> Mapping[str, AbandonPolicy]:
        """By the name of the flow."""
        return {name: flow.abandon_policy for name, flow in self._flows.items()}

    def abandon_policy(self, name: str) -> AbandonPolicy:
        """For the flow named *name*, which a button may have cut short."""
        for known, policy in self.abandon_policies.items():
            if known[:ARGUMENT_LENGTH] == name[:ARGUMENT_LENGTH]:
                return policy
        return AbandonPolicy()

    async def mention_open_question(
        self, request: Request, conversation: Conversation, command: str
    ) -> Answer:
        """What to say about the open question after *command* was answered. A command that starts
        the same kind of conversation replaces it; any other leaves it open, which is mentioned
        once.
        """
        flow = self._find(conversation)
        if flow is None:
            change = to_end(conversation.flow_id)
            return Answer(send=(views.expired_screen(),), conversation=change)
        policy = flow.abandon_policy
        if policy.yields_to_commands or policy.is_moot(request):
            return Answer(conversation=to_end(conversation.flow_id))
        is_of_its_kind = command in self._starting_commands and command == policy.command
        change = to_leave(conversation.flow_id) if is_of_its_kind else to_mention(conversation)
        if self._repeats_draft(request, conversation):
            change = without_notice(change)  # they know that this draft is unfinished
        if is_of_its_kind or conversation.is_mentioned:
            return Answer(conversation=change)
        as_of_now = replace(conversation, data=await flow.refreshed(request, conversation))
        still_open = views.still_open(
            flow.question(as_of_now),
            policy.describe_draft(conversation.data),
            continue_button=_continue_button(conversation),
            stop_button=_draft_button(conversation, Discard, views.discard_label()),
        )
        return Answer(send=(still_open,), conversation=change)

    async def recall(self, request: Request, conversation: Conversation) -> Answer:
        """Show the open question again, with current data."""
        flow = self._find(conversation)
        if flow is None:
            return Answer(send=(views.expired_screen(),))
        question = flow.question(conversation)
        as_of_now = replace(conversation, data=await flow.refreshed(request, conversation))
        if flow.question(as_of_now) == question:
            # The same question: the messages that show it are still followed.
            return Answer(send=(question,), conversation=to_repeat(conversation.flow_id))
        return replace(await flow.ask_again(request, conversation), closes=False)

    def _repeats_draft(self, request: Request, conversation: Conversation) -> bool:
        """Whether the command answered in between names what the draft is about."""
        named = self.abandon_policy(conversation.flow).describe_draft(conversation.data)
        typed = tokenize((request.text or "")[:_LONGEST_NAME]).tokens
        return bool(named and typed and names_begun_with(typed[0].raw, [named]))

    async def on_message(self, request: Request) -> Answer:
        """A message that isn't a command."""
        match request.conversation:
            case None:
                return await self._on_unexpected_message(request)
            case Expired(flow_id=flow_id):
                if request.text and (said := await self._own_words.instead(request)):
                    return said  # it says something by itself
                draft = request.draft
                if draft is not None and self._only_offered(draft):
                    return await self._on_unexpected_message(request)
                if draft is None or not self._may_continue(request, draft):
                    return replace(views.expired(), conversation=to_end(flow_id))
                answer = views.expired(continue_button=_continue_button(draft.conversation))
                return replace(answer, conversation=to_offer(flow_id))
            case Conversation() as running:
                flow = self._find(running)
                if flow is None:
                    return replace(views.expired(), conversation=to_end(running.flow_id))
                if request.text is None:
                    answer = views.please_type().and_ask(flow.question(running))
                    return replace(answer, conversation=to_repeat(running.flow_id))
                if is_yes_or_no(request.text) and flow.is_to_confirm(running):
                    tap = tap_a_button(request.text).send[0]
                    return await flow.ask_again(request, running, first=tap)
                # "Cancel" is no note, either.
                is_cancel = request.text.strip(" .!").casefold() == OLD_CANCEL
                if is_cancel or not flow.steps[running.step].keeps_words:
                    if warning := await self._own_words.warning(request):
                        if said := await self._own_words.beside_danger(request):
                            return await self._beside(request, running, said)
                        return await flow.ask_again(request, running, first=warning)
                    if aside := await self._own_words.aside(request):
                        return await self._beside(request, running, aside)
                answer = await self._take(request, flow, running, Reply(text=request.text))
                return await self._go_on(request, running, answer)

    async def on_press(self, request: Request) -> Answer:
        """A press on a question's button."""
        press, running = request.pressed(Choose), request.conversation
        if not isinstance(running, Conversation) or running.flow_id != press.flow_id:
            return self._on_stale_press(request, press)
        flow = self._find(running)
        press = _with_current_cancel(press)
        if flow is None or not _offers(flow.question(running), press):
            return views.already_answered()
        if press.pick.key == CANCEL:
            return await self._go_on(request, running, await flow.cancel(request, running))
        answer = await self._take(request, flow, running, Reply(choice=press.pick.key))
        return await self._go_on(request, running, answer)

    async def _go_on(self, request: Request, running: Conversation, answer: Answer) -> Answer:
        """*answer*, and once the question is over what else was said beside it."""
        if answer.conversation != to_end(running.flow_id):
            return _postponed(request, running, answer)
        further = await self._own_words.go_on(request, running.flow_id)
        if further is None:
            return answer
        change = further.conversation
        return replace(
            answer.and_send(*further.send),
            conversation=in_place_of(running, change) if change else answer.conversation,
            spoken=further.spoken or {},
        )

    def _on_stale_press(self, request: Request, press: Choose) -> Answer:
        """A press on a question that no longer expects an answer."""
        draft, running = request.draft, request.conversation
        if draft is not None and self._may_continue(request, draft):
            instead = self.render_abandoned(draft.conversation).question
            change = to_offer(draft.conversation.flow_id)
            return replace(views.expired_button(instead=instead), conversation=change)
        if isinstance(running, Expired) and running.flow_id == press.flow_id:
            return replace(views.expired_button(), conversation=to_end(running.flow_id))
        return views.already_answered()

    async def on_continue(self, request: Request) -> Answer:
        """Continue, on an expired question: asks it again with current data."""
        press = request.pressed(Continue)
        running, draft = request.conversation, request.draft
        if isinstance(running, Conversation) and running.flow_id == press.flow_id:
            return replace(await self.recall(request, running), edit=views.continued())
        if draft is not None and draft.is_over:
            return views.already_answered()
        if draft is None or not self._may_continue(request, draft):
            instead = views.too_old(self.abandon_policy(press.flow).command)
            return Answer(edit=instead, conversation=to_end(press.flow_id))
        conversation = draft.conversation
        policy, flow = (
            self.abandon_policy(conversation.flow),
            self._flows[conversation.flow],
        )
        data = await policy.renew(request, conversation.data)
        conversation = replace(conversation, data=data)
        if policy.resume is not None:
            answer = await policy.resume(request, conversation)
        else:
            answer = await flow.ask_again(request, conversation)
        change = answer.conversation or {}
        return replace(
            answer,
            edit=views.continued(),
            closes=False,
            conversation=to_resume(change) if "continue" in change else change,
        )

    async def on_discard(self, request: Request) -> Answer:
        """Discard, next to Continue."""
        press = request.pressed(Discard)
        running, draft = request.conversation, request.draft
        is_running = isinstance(running, Conversation) and running.flow_id == press.flow_id
        if not is_running and (draft is None or draft.is_over):
            return views.already_answered()
        unfinished = self.abandon_policy(press.flow).unfinished
        change = to_end(press.flow_id)
        return Answer(edit=views.discarded(unfinished), conversation=change)

    def render_abandoned(self, conversation: Conversation) -> AbandonedScreens:
        """What replaces an abandoned conversation. Raises LookupError if no flow knows it."""
        policy, flow = (
            self.abandon_policy(conversation.flow),
            self._flows[conversation.flow],
        )
        continue_button = _continue_button(conversation)
        discard_button = _draft_button(conversation, Discard, views.discard_label())
        named = policy.describe_draft(conversation.data)
        return AbandonedScreens(
            question=views.abandoned(
                flow.question(conversation), policy.unfinished, continue_button
            ),
            notice=views.abandoned_notice(
                named, continue_button=continue_button, discard_button=discard_button
            )
            if named
            else None,
            continued=views.continued(),
            over=views.discarded(policy.unfinished),
        )

    async def _take(
        self, request: Request, flow: Flow, running: Conversation, reply: Reply
    ) -> Answer:
        problem: Misunderstood | None = None
        try:
            answer = await flow.take(request, running, reply)
        except Misunderstood as wrong:
            problem, answer = wrong, Answer()
        if problem is not None or _needs_a_tap(answer, reply):
            said = None if reply.text is None else await self._own_words.otherwise(request)
            if said is not None:
                return await self._beside(request, running, said)
        if problem is not None:
            answer = await flow.not_understood(request, running, reply, problem)
        asks = [screen.keyboard for screen in answer.send[-1:]]
        if answer.conversation is None and asks == [flow.question(running).keyboard]:
            return replace(answer, conversation=to_repeat(running.flow_id))
        return answer

    async def _beside(self, request: Request, running: Conversation, said: Answer) -> Answer:
        """The answer to what is no answer to the open question, which stays open. If it asks a
        question of its own, the other one can be continued.
        """
        if said.conversation:
            return said
        mention = await self.mention_open_question(request, running, "")
        return replace(said.and_send(*mention.send), conversation=mention.conversation)

    def _find(self, conversation: Conversation) -> Flow | None:
        flow = self._flows.get(conversation.flow)
        return flow if flow is not None and conversation.step in flow.steps else None

    def _only_offered(self, draft: Draft) -> bool:
        """Whether nothing had been begun: a guess at what was meant."""
        return self.abandon_policy(draft.conversation.flow).yields_to_commands

    def _may_continue(self, request: Request, draft: Draft) -> bool:
        """False if the draft is too old, or if an older version of the bot asked different
        questions.
        """
        if not draft.may_continue(now=request.scope.clock.now()):
            return False
        try:
            self.render_abandoned(draft.conversation)
        except (LookupError, TypeError, ValueError, AttributeError):
            return False
        return True

    async def on_cancel(self, request: Request) -> Answer:
        """`/cancel`."""
        match request.conversation:
            case None:
                return views.nothing_to_cancel()
            case Expired(flow_id=flow_id):
                return cancelled(flow_id)
            case Conversation() as running:
                return await self._go_on(request, running, cancelled(running.flow_id))


def _postponed(request: Request, running: Conversation, answer: Answer) -> Answer:
    """*answer*, after whose question comes what was to come after that of *running*, if it asks
    another one in its place.
    """
    words = request.spoken.get(f"{PROMISED}{running.flow_id}")
    following = (answer.conversation or {}).get("continue", {}).get("flow_id", "")
    if words is None or following in {"", str(running.flow_id)}:
        return answer
    kept = {key: each for key, each in request.spoken.items() if not key.startswith(PROMISED)}
    spoken = {**(kept if answer.spoken is None else answer.spoken)}
    return replace(answer, spoken={**spoken, f"{PROMISED}{following}": words})


def _needs_a_tap(answer: Answer, reply: Reply) -> bool:
    """Whether only a button answers the question, and something was typed."""
    asks = tap_a_button(reply.text).send[0].text if reply.text else None
    return bool(answer.send) and answer.send[0].text == asks


def _continue_button(conversation: Conversation) -> Button:
    return _draft_button(conversation, Continue, views.continue_label())


def _draft_button(conversation: Conversation, kind: type[Continue | Discard], label: str) -> Button:
    family_id = conversation.family_id or NOWHERE
    flow = conversation.flow[:ARGUMENT_LENGTH]
    return Button(
        label, kind(family_id=family_id, flow_id=conversation.flow_id, flow=flow).encode()
    )


def _with_current_cancel(press: Choose) -> Choose:
    """Turn a press on an older version's Cancel into one on the current button."""
    if press.pick.key != OLD_CANCEL:
        return press
    return replace(press, pick=replace(press.pick, key=CANCEL))


def _offers(question: Screen, press: Press) -> bool:
    """Whether the open question has this button, rather than an earlier question or a
    forged press.
    """
    buttons = (button for row in question.keyboard for button in row)
    return any(decode(button.data) == press for button in buttons if button.data)
