"""What is called by its looks: "the white one" is asked about once, and then it is its name."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from bot.conversation.engine import (
    AbandonPolicy,
    Choice,
    Data,
    Flow,
    Reply,
    Step,
    cancel_button,
)
from bot.features.medicines.flows.medicine_choices import choice_buttons, choices
from bot.features.medicines.views import nicknames as views
from bot.features.overview.flows.as_typed import in_place_of_question
from bot.intake.request import Handler, Request
from bot.redis.conversations import Conversation
from bot.ui.answer import Answer, Screen
from bot.ui.conversations import Unfinished, tap_a_button
from domain.access import Action
from domain.medicines.changes.nicknames import add_nickname
from domain.medicines.facts import MedicineLine


class Nicknames:
    """Asks which medicine is meant, and reads what was typed again by *on_message*."""

    def __init__(self, on_message: Handler) -> None:
        self._on_message = on_message
        self.flow = Flow(
            "nickname",
            {"which": Step(_ask, self._take)},
            abandon_policy=AbandonPolicy("meds", Unfinished.NOT_CHANGED, yields_to_commands=True),
        )

    def begin(self, request: Request, looks: str, lines: Sequence[MedicineLine]) -> Answer:
        """Ask which of *lines* the request's text calls by these *looks*."""
        request.scope.require(Action.CHANGE_MEDICINES)
        offered = choices(lines, now=request.scope.clock.now())
        data = {"looks": looks, "choices": offered, "text": request.text or ""}
        return self.flow.begin(request, "which", data)

    async def _take(self, request: Request, running: Conversation, reply: Reply) -> Answer:
        data: Data = running.data
        if reply.choice is None:
            return tap_a_button(reply.text or "").and_ask(self.flow.question(running))
        medicine_id, name = data["choices"][int(reply.choice)]
        await add_nickname(request.scope, UUID(medicine_id), data["looks"])
        learnt = views.learnt(data["looks"], name)
        said = replace(request, text=data["text"], press=None, message=None, conversation=None)
        answer = await self._on_message(replace(said, replied=None))
        answer = replace(answer, send=(learnt, *answer.send))
        return in_place_of_question(running, answer)


def _ask(data: Data, choice: Choice) -> Screen:
    buttons = [*choice_buttons(data, choice), cancel_button(choice)]
    return views.ask_which(data["looks"], buttons=buttons)
