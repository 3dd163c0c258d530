"""Asking another member to drive: "can Ben take Thursday?". Nothing is sent before a tap."""

from collections.abc import Mapping, Sequence
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
from bot.features.appointments.views import attendance_questions as views
from bot.intake.request import Request
from bot.redis.conversations import Conversation
from bot.ui.answer import Answer, Screen
from bot.ui.conversations import Unfinished, tap_a_button
from bot.ui.length import MAX_ROWS
from domain.access import Action
from domain.appointments.notices.asked_drivers import ask_to_drive
from domain.appointments.occurrences.facts import OccurrenceFacts


def begin(
    request: Request, found: Sequence[OccurrenceFacts], members: Mapping[UUID, str]
) -> Answer:
    """Ask to which of the appointments *found* those *members*, with their names, are to be asked
    to drive.
    """
    request.scope.require(Action.DRIVE)
    now = request.scope.clock.now()
    offered = [[str(each.id), views.ask_label(each, now=now)] for each in found[:MAX_ROWS]]
    names = {str(each): name for each, name in members.items()}
    data = {"members": names, "offered": offered}
    return FLOW.begin(request, "which", data)


def _ask(data: Data, choice: Choice) -> Screen:
    buttons = [choice(words, str(at)) for at, (_id, words) in enumerate(data["offered"])]
    return views.ask_whom(list(_members(data).values()), buttons=[*buttons, cancel_button(choice)])


def _members(data: Data) -> Mapping[str, str]:
    """The names of those who are to be asked, by their ids. Before, there was only one."""
    found: Mapping[str, str] = data.get("members") or {data["user_id"]: data["name"]}
    return found


async def _take(request: Request, running: Conversation, reply: Reply) -> Answer:
    if reply.choice is None:
        return tap_a_button(reply.text or "").and_ask(FLOW.question(running))
    data: Data = running.data
    occurrence_id = UUID(data["offered"][int(reply.choice)][0])
    members = _members(data)
    ids = [UUID(each) for each in members]
    facts, asked = await ask_to_drive(request.scope, occurrence_id, ids)
    member, now = request.scope.require(Action.DRIVE), request.scope.clock.now()
    names = [members[str(each)] for each in asked]
    done = views.driver_asked(names, facts, member=member, now=now)
    return finished(running, Answer(send=(done,)))


FLOW = Flow(
    "askdriver",
    {"which": Step(_ask, _take)},
    abandon_policy=AbandonPolicy("appts", Unfinished.NOT_CHANGED),
)
