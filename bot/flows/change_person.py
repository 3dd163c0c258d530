"""Renaming somebody cared for, and moving them to another clock."""

from uuid import UUID

from bot.flows.engine import Choice, Data, Flow, Reply, Step, finished
from bot.grammar.names import parse_name
from bot.grammar.people import parse_place
from bot.grammar.problems import Misunderstood
from bot.intake.request import Request
from bot.redis.conversations import Conversation
from bot.views import people as views
from bot.views.answer import Answer, Screen
from bot.views.misunderstandings import misunderstood
from domain.access import Action
from domain.care_recipients import get_person, rename_person
from domain.medications import move_person


async def begin_rename(request: Request) -> Answer:
    return await _begin(request, "name")


async def begin_move(request: Request) -> Answer:
    return await _begin(request, "place")


async def _begin(request: Request, step: str) -> Answer:
    request.scope.require(Action.ADD_PERSON)
    person = await get_person(request.scope, request.subject_id)
    return FLOW.begin(request, step, {"id": str(person.id), "name": person.name})


def _ask_name(data: Data, _choice: Choice) -> Screen:
    return views.ask_new_name(data["name"])


async def _take_name(request: Request, running: Conversation, reply: Reply) -> Answer:
    data: Data = running.data
    person = await rename_person(request.scope, UUID(data["id"]), parse_name(reply.text or ""))
    return finished(running, views.renamed(person))


def _ask_place(data: Data, choice: Choice) -> Screen:
    nearest = data.get("nearest", [])
    return views.ask_place(
        data["name"], [choice(label, str(number)) for number, label in enumerate(nearest)]
    )


async def _take_place(request: Request, running: Conversation, reply: Reply) -> Answer:
    data: Data = running.data
    where = reply.text if reply.choice is None else data["nearest"][int(reply.choice)]
    try:
        place = parse_place(where or "")
    except Misunderstood as problem:
        asked = {**data, "nearest": list(problem.suggestions)}
        return FLOW.go_on(request, running, "place", asked, first=Screen(misunderstood(problem)))
    person = await move_person(request.scope, UUID(data["id"]), place.zone)
    return finished(running, views.moved(person, now=request.scope.clock.now()))


FLOW = Flow(
    "changeperson",
    {"name": Step(_ask_name, _take_name), "place": Step(_ask_place, _take_place)},
)
