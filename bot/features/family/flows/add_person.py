"""`/addperson`: asks for a name, then for a city or time zone."""

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
from bot.features.family.flows.place_answers import nearest_buttons, offering_nearest, take_place
from bot.features.family.views import people as views
from bot.grammar.people import parse_place, split_person_line
from bot.grammar.places import Place
from bot.grammar.problems import Misunderstood
from bot.intake.request import Request
from bot.redis.conversations import Conversation
from bot.ui.answer import Answer, Screen
from bot.ui.conversations import change_label, tap_a_button
from bot.ui.misunderstandings import misunderstood
from bot.ui.refusals import already_exists
from domain.access import Action
from domain.errors import AlreadyExists, SimilarName
from domain.family.people import add_person


async def begin(request: Request) -> Answer:
    """`/addperson [NAME [in ZONE OR CITY]]`"""
    request.scope.require(Action.ADD_PERSON)
    if not request.text:
        return FLOW.begin(request, "name", {})
    name, where = split_person_line(request.text)
    if where is None:
        return FLOW.begin(request, "place", {"name": name})
    try:
        place = parse_place(where)
    except Misunderstood as problem:
        return FLOW.begin(
            request,
            "place",
            {"name": name, "nearest": list(problem.suggestions)},
            first=Screen(misunderstood(problem)),
        )
    try:
        return views.added(await add_person(request.scope, name, zone=place.zone))
    except SimilarName as alike:
        asked = {"name": name, "where": place.label, "beside": [alike.existing]}
        return FLOW.begin(request, "alike", asked)


def _ask_name(_data: Data, _choice: Choice) -> Screen:
    return views.ask_person_name()


async def _take_name(request: Request, running: Conversation, reply: Reply) -> Answer:
    data: Data = running.data
    name, typed = split_person_line(reply.text or "")
    where = typed or data.get("where")
    if where is not None:
        return await _save(request, running, name, parse_place(where))
    return FLOW.advance(request, running, "place", {"name": name})


def _ask_place(data: Data, choice: Choice) -> Screen:
    return views.ask_place(data["name"], nearest_buttons(data, choice))


async def _take_place(request: Request, running: Conversation, reply: Reply) -> Answer:
    data: Data = running.data
    try:
        place = take_place(data, reply)
    except Misunderstood as problem:
        again, first = offering_nearest(data, problem), Screen(misunderstood(problem))
        return FLOW.advance(request, running, "place", again, first=first)
    return await _save(request, running, data["name"], place)


async def _save(request: Request, running: Conversation, name: str, place: Place) -> Answer:
    data: Data = running.data
    beside = list(data.get("beside", ()))
    try:
        added = await add_person(
            request.scope, name, zone=place.zone, flow_id=running.flow_id, acknowledged=beside
        )
    except SimilarName as alike:
        asked = {"name": name, "where": place.label, "beside": [*beside, alike.existing]}
        return FLOW.advance(request, running, "alike", asked)
    except AlreadyExists:
        # Ask only for the name again; we know where they live.
        first = Screen(already_exists(name))
        return FLOW.advance(request, running, "name", {"where": place.label}, first=first)
    return finished(running, views.added(added))


def _ask_alike(data: Data, choice: Choice) -> Screen:
    return ask_alike(data["name"], data["beside"][-1], choice)


async def _take_alike(request: Request, running: Conversation, reply: Reply) -> Answer:
    data: Data = running.data
    match reply.choice:
        case "both":
            return await _save(request, running, data["name"], parse_place(data["where"]))
        case "change":
            return FLOW.advance(request, running, "name", {"where": data["where"]})
        case _:
            return tap_a_button(reply.text or "").and_ask(FLOW.question(running))


def ask_alike(name: str, existing: str, choice: Choice) -> Screen:
    """Ask whether a person with a similar name is a different one."""
    return views.ask_alike(
        existing,
        name=name,
        buttons=(
            choice(views.another_label(), "both"),
            choice(change_label(), "change"),
            cancel_button(choice),
        ),
    )


async def _renew(request: Request, data: Data) -> Data:
    request.scope.require(Action.ADD_PERSON)
    return data


FLOW = Flow(
    "addperson",
    {
        "name": Step(_ask_name, _take_name),
        "place": Step(_ask_place, _take_place),
        "alike": Step(_ask_alike, _take_alike),
    },
    abandon_policy=AbandonPolicy("addperson", renew=_renew),
)
