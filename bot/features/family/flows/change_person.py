"""Renaming a person, and moving them to another time zone, with or without their appointments."""

from dataclasses import replace
from uuid import UUID
from zoneinfo import ZoneInfo

from bot.conversation.engine import AbandonPolicy, Choice, Data, Flow, Reply, Step, finished
from bot.features.family.flows.add_person import ask_alike
from bot.features.family.flows.place_answers import nearest_buttons, offering_nearest, take_place
from bot.features.family.views import appointments_left as left
from bot.features.family.views import people as views
from bot.grammar.names import parse_name
from bot.grammar.problems import Misunderstood
from bot.intake.request import Request
from bot.redis.conversations import Conversation
from bot.ui.answer import Answer, Screen
from bot.ui.conversations import Unfinished, tap_a_button
from bot.ui.misunderstandings import misunderstood
from bot.ui.presses.subjects import OfPerson
from domain.access import Action
from domain.appointments.changes.clocks import list_in_other_zones, move_to_home_zone
from domain.errors import SimilarName
from domain.family.people import get_person, rename_person
from domain.medicines.changes.moving import move_person


async def begin_rename(request: Request) -> Answer:
    return await _begin(request, "name")


async def begin_move(request: Request) -> Answer:
    return await _begin(request, "place")


async def _begin(request: Request, step: str) -> Answer:
    request.scope.require(Action.ADD_PERSON)
    person = await get_person(request.scope, request.pressed(OfPerson).person_id)
    return FLOW.begin(request, step, {"id": str(person.id), "name": person.name})


def _ask_name(data: Data, _choice: Choice) -> Screen:
    return views.ask_new_name(data["name"])


async def _take_name(request: Request, running: Conversation, reply: Reply) -> Answer:
    return await _rename(request, running, parse_name(reply.text or ""))


async def _rename(request: Request, running: Conversation, name: str) -> Answer:
    data: Data = running.data
    beside = list(data.get("beside", ()))
    try:
        person = await rename_person(request.scope, UUID(data["id"]), name, acknowledged=beside)
    except SimilarName as alike:
        asked = {**data, "new_name": name, "beside": [*beside, alike.existing]}
        return FLOW.advance(request, running, "alike", asked)
    return finished(running, views.renamed(person))


def _ask_alike(data: Data, choice: Choice) -> Screen:
    return ask_alike(data["new_name"], data["beside"][-1], choice)


async def _take_alike(request: Request, running: Conversation, reply: Reply) -> Answer:
    data: Data = running.data
    match reply.choice:
        case "both":
            return await _rename(request, running, data["new_name"])
        case "change":
            return FLOW.advance(request, running, "name", {"id": data["id"], "name": data["name"]})
        case _:
            return tap_a_button(reply.text or "").and_ask(FLOW.question(running))


def _ask_place(data: Data, choice: Choice) -> Screen:
    return views.ask_place(data["name"], nearest_buttons(data, choice))


async def _take_place(request: Request, running: Conversation, reply: Reply) -> Answer:
    data: Data = running.data
    try:
        place = take_place(data, reply)
    except Misunderstood as problem:
        again, first = offering_nearest(data, problem), Screen(misunderstood(problem))
        return FLOW.advance(request, running, "place", again, first=first)
    person = await move_person(request.scope, UUID(data["id"]), place.zone)
    moved = views.moved(person, now=request.scope.clock.now())
    asked = await _with_appointments(request, {"id": data["id"], "name": person.name})
    if not asked["appointments"]:
        return finished(running, moved)
    return FLOW.advance(request, running, "appts", asked, first=moved.send[0])


async def _with_appointments(request: Request, data: Data) -> Data:
    """With the appointments that are still in another time zone than the person's new one."""
    person = await get_person(request.scope, UUID(data["id"]))
    found = await list_in_other_zones(request.scope, person.id)
    member, now = request.scope.require(Action.READ), request.scope.clock.now()
    return {
        **data,
        "zone": person.zone.key,
        "appointments": [str(facts.appointment_id) for facts in found],
        "places": left.places(found),
        "lines": left.lines(found, member=member, now=now),
    }


def _ask_appointments(data: Data, choice: Choice) -> Screen:
    zone = ZoneInfo(data["zone"])
    if not data["appointments"]:  # they have taken place, or somebody moved them
        return replace(left.none_left(), keyboard=((choice(left.none_left_label(), "none"),),))
    return left.ask(
        data["name"],
        count=len(data["appointments"]),
        place=data["places"],
        zone=zone,
        shown=data["lines"],
        buttons=(
            choice(left.stay_label(data["places"]), "stay"),
            choice(left.follow_label(zone), "follow"),
        ),
    )


async def _take_appointments(request: Request, running: Conversation, reply: Reply) -> Answer:
    data: Data = running.data
    match reply.choice:
        case "stay":
            return finished(running, Answer(send=(left.stay(data["places"]),)))
        case "none":
            return finished(running, Answer(send=(left.none_left(),)))
        case "follow":
            return finished(running, await _follow(request, data))
        case _:
            return tap_a_button(reply.text or "").and_ask(FLOW.question(running))


async def _follow(request: Request, data: Data) -> Answer:
    scope, now = request.scope, request.scope.clock.now()
    member = scope.require(Action.CHANGE_APPOINTMENTS)
    person = await get_person(scope, UUID(data["id"]))
    shown = {UUID(key) for key in data["appointments"]}
    found = await move_to_home_zone(scope, person.id, appointment_ids=shown)
    screen = left.followed(found, zone=person.zone, member=member, now=now)
    return Answer(send=(screen,))


async def _renew(request: Request, data: Data) -> Data:
    request.scope.require(Action.ADD_PERSON)
    return {**data, "name": (await get_person(request.scope, UUID(data["id"]))).name}


FLOW = Flow(
    "changeperson",
    {
        "name": Step(_ask_name, _take_name),
        "place": Step(_ask_place, _take_place),
        "alike": Step(_ask_alike, _take_alike),
        "appts": Step(_ask_appointments, _take_appointments, _with_appointments, has_own_exit=True),
    },
    abandon_policy=AbandonPolicy("people", Unfinished.NOT_CHANGED, renew=_renew),
)
