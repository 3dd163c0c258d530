"""How did it go? A note, and then buttons to change medicines."""

from uuid import UUID

from bot.conversation.engine import (
    AbandonPolicy,
    Choice,
    Data,
    Flow,
    Reply,
    Step,
    cancel_button,
    finished,
)
from bot.features.appointments.flows.renewal import renew_occurrence
from bot.features.appointments.views import attendance_questions
from bot.grammar.commands.intakes import parse_remark
from bot.intake.request import Request
from bot.redis.conversations import Conversation
from bot.ui.answer import Answer, Screen
from bot.ui.conversations import Unfinished
from bot.ui.presses.appointments import WriteOutcome
from domain.access import Action
from domain.appointments.attendance import record_outcome
from domain.appointments.occurrences.facts import OccurrenceFacts
from domain.appointments.occurrences.lookups import get_occurrence


async def begin(request: Request) -> Answer:
    """The Write a note button."""
    request.scope.require(Action.CHANGE_APPOINTMENTS)
    facts = await get_occurrence(request.scope, request.pressed(WriteOutcome).occurrence_id)
    data = {"id": str(facts.id), "title": facts.details.title, "person": facts.person}
    return FLOW.begin(request, "note", data)


async def begin_said(request: Request, facts: OccurrenceFacts) -> Answer:
    """Show the note that somebody wrote in reply to "How did it go?", before it is saved."""
    request.scope.require(Action.CHANGE_APPOINTMENTS)
    note = parse_remark(request.text or "")
    data = {
        "id": str(facts.id),
        "title": facts.details.title,
        "person": facts.person,
        "note": note,
    }
    return FLOW.begin(request, "sure", data)


def _ask_whether(data: Data, choice: Choice) -> Screen:
    buttons = [choice(attendance_questions.save_label(), "yes"), cancel_button(choice)]
    return attendance_questions.ask_whether(
        data["title"], data["person"], data["note"], buttons=buttons
    )


async def _take_yes(request: Request, running: Conversation, reply: Reply) -> Answer:
    """Whatever is typed instead is the note."""
    words = running.data["note"] if reply.choice is not None else reply.text
    return await _take_note(request, running, Reply(text=str(words)))


def _ask_note(data: Data, _choice: Choice) -> Screen:
    return attendance_questions.ask_outcome(data["title"], data["person"])


async def _take_note(request: Request, running: Conversation, reply: Reply) -> Answer:
    note = parse_remark(reply.text or "")
    facts = await record_outcome(request.scope, UUID(str(running.data["id"])), note)
    member = request.scope.require(Action.CHANGE_APPOINTMENTS)
    return finished(
        running, Answer(send=(attendance_questions.outcome_saved(facts, member=member),))
    )


FLOW = Flow(
    "outcome",
    {
        "note": Step(_ask_note, _take_note, keeps_words=True),
        "sure": Step(_ask_whether, _take_yes, keeps_words=True),
    },
    abandon_policy=AbandonPolicy("appts", Unfinished.NOT_RECORDED, renew=renew_occurrence),
)
