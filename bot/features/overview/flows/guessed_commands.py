"""A misspelt command, or one without its slash: the bot asks whether it was meant, and runs it at a
tap.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from functools import partial

from bot.conversation.engine import AbandonPolicy, Choice, Data, Flow, Reply, Step
from bot.features.family.views import start
from bot.features.overview.flows.as_typed import in_place_of_question, run_as_typed
from bot.features.overview.flows.first_minute import FirstMinute
from bot.features.overview.flows.own_words import OwnWords, small_talk
from bot.features.overview.views import guesses as views
from bot.grammar.command_guesses import Guess, guess_command
from bot.grammar.intents.kinds import Talk
from bot.intake.conversation import in_place_of
from bot.intake.request import Handler, Request
from bot.redis.conversations import Conversation
from bot.ui import conversations
from bot.ui.answer import Answer, Screen
from bot.ui.conversations import Unfinished
from domain.access import Role
from domain.delivery.inbox import EditedMessage, record_effect

_WITHOUT_ARGUMENTS = frozenset(  # these take no arguments
    {
        *("start", "help", "cancel", "family", "meds", "people", "today", "appts", "doctors"),
        *("contacts", "settings", "undo", "leave", "removed", "changes"),
    }
)
_CANCEL_COMMAND = "cancel"  # meaningless unless a question is open


class GuessedCommands:
    """Answers a message that resembles one of *commands*, by name. Whoever is in no family is led
    to one first.
    """

    def __init__(
        self, commands: Mapping[str, Handler], *, may_run: Callable[[str, Role], bool]
    ) -> None:
        self._commands = commands
        self.first_minute = FirstMinute(commands, self.on_message)
        self._own_words = OwnWords(commands, may_run=may_run)
        self.flow = Flow(
            "guess",
            {"offer": Step(_ask, self._take), "nearest": Step(_ask_nearest, self._take)},
            abandon_policy=AbandonPolicy("help", Unfinished.NOT_CHANGED, yields_to_commands=True),
        )

    async def on_unknown_command(self, request: Request) -> Answer:
        """The request's text is the whole message. An open question stays open."""
        running = request.conversation
        if not isinstance(running, Conversation) or running.flow == self.flow.name:
            return self._offer(request) or start.unknown_command()
        guess = guess_command(request.text or "", self._commands, alone=_WITHOUT_ARGUMENTS)
        if guess is None:
            return start.unknown_command()
        has_button = guess.command != _CANCEL_COMMAND
        return views.suggest(guess.command, guess.text, has_button=has_button)

    async def on_message(self, request: Request) -> Answer:
        """A message that isn't a command, while no question is open."""
        if request.is_sticker:
            return small_talk(Talk.HELLO, request)
        if request.text is None:
            return conversations.please_type()
        if request.scope.member is None:
            warned = await self._own_words.otherwise(request)
            return warned or self._offer(request) or await self.first_minute.on_message(request)
        read = await self._own_words.on_message(request)
        return read or self._offer(request) or await self._offer_nearest(request)

    @property
    def nicknames(self) -> Flow:
        return self._own_words.nicknames.flow

    @property
    def own_words(self) -> OwnWords:
        return self._own_words

    async def _offer_nearest(self, request: Request) -> Answer:
        """The nearest things that the text could mean, which take its words over."""
        typed = (request.text or "").strip()
        offered = await self._own_words.list_nearest(request)
        data = {
            "offered": [asdict(each) for each in offered],
            "typed": typed,
            "message_id": request.sent_message_id,
        }
        return self.flow.begin(request, "nearest", data)

    def _offer(self, request: Request) -> Answer | None:
        """Ask whether a command was meant; None if no command resembles the text."""
        typed = request.text or ""
        guess = self._guess(typed)
        if guess is None:
            return None
        data = {
            "command": guess.command,
            "text": guess.text,
            "typed": typed,
            "message_id": request.sent_message_id,
        }
        answer = self.flow.begin(request, "offer", data)
        if not isinstance(request.conversation, Conversation):
            return answer
        change = in_place_of(request.conversation, answer.conversation or {})
        return replace(answer, conversation=change)

    def _guess(self, typed: str) -> Guess | None:
        commands = [name for name in self._commands if name != _CANCEL_COMMAND]
        return guess_command(typed, commands, alone=_WITHOUT_ARGUMENTS)

    async def _take(self, request: Request, running: Conversation, reply: Reply) -> Answer:
        if reply.choice is not None:
            return await self._run(request, running, reply.choice)
        typed = reply.text or ""
        asked = await self._own_words.on_message(request) or self._offer(request)
        if asked is None and "offered" in running.data:
            asked = await self._offer_nearest(request)
        if asked is not None:
            return replace(asked, closes=True)
        return conversations.tap_a_button(typed).and_ask(self.flow.question(running))

    async def _run(self, request: Request, running: Conversation, choice: str) -> Answer:
        """Run the command as if it had just been typed, and end the question."""
        data: Data = running.data
        meant = data["offered"][int(choice)] if "offered" in data else data
        handler, text = self._commands[meant["command"]], meant["text"]
        if meant.get("says"):  # conversations of an older version have none
            handler, text = partial(self._own_words.take_over, left=meant["left"]), meant["says"]
        answer = await run_as_typed(request, handler, text, is_said="offered" in data)
        acts = [act.id for act in request.scope.acts]
        if acts and data["message_id"] is not None:
            # Record the effect for the original message, in case that is edited later.
            sent = EditedMessage(data["message_id"], is_unchanged=False)
            await record_effect(
                request.scope, request.update_id, acts=acts, instead_of=sent, text=data["typed"]
            )
        return in_place_of_question(running, answer)


def _ask_nearest(data: Data, choice: Choice) -> Screen:
    buttons = [choice(_label_of(each), str(at)) for at, each in enumerate(data["offered"])]
    return views.ask_nearest(data["typed"], buttons=buttons)


def _label_of(each: Data) -> str:
    if each.get("kind"):
        return views.likely_label(each["kind"], each["about"], each["how"])
    return views.nearest_label(each["command"], each["about"])


def _ask(data: Data, choice: Choice) -> Screen:
    button = choice(views.yes_label(data["command"]), "yes")
    return views.ask(data["command"], typed=data["typed"], buttons=[button])
