"""Carries out words that were kept, or taken over by a button, as if they had just been typed."""

from dataclasses import replace

from bot.conversation.engine import finished
from bot.grammar.problems import Misunderstood
from bot.intake.request import Handler, Request
from bot.redis.conversations import Conversation
from bot.ui import refusals
from bot.ui.answer import Answer
from domain.database.scope import Scope
from domain.errors import CareCircleError
from domain.savepoints import run_in_savepoint


async def run_as_typed(
    request: Request, handler: Handler, text: str, *, is_said: bool = False
) -> Answer:
    """What *handler* answers to *text*: if it refuses, the refusal, and nothing is written."""
    asked = replace(
        request, text=text, press=None, message=None, conversation=None, is_said=is_said
    )

    async def work(_: Scope) -> Answer:
        return await handler(asked)

    try:
        return await run_in_savepoint(request.scope, work)
    except (CareCircleError, Misunderstood) as error:
        return refusals.refuse(error, is_press=False)


def in_place_of_question(running: Conversation | None, answer: Answer) -> Answer:
    """*answer* ends the question, if there was one, unless it asks one of its own."""
    if answer.conversation is not None:
        return replace(answer, closes=True)
    return finished(running, answer)
