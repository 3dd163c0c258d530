"""Leaving a family, removing a member, giving them another role, and choosing whom they see."""

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
from bot.features.family.views import members as views
from bot.intake.request import Request
from bot.redis.conversations import Conversation
from bot.ui.answer import Answer, Screen
from bot.ui.conversations import Unfinished, tap_a_button
from bot.ui.length import MAX_ROWS
from bot.ui.presses.family import RemoveMember, SetRole, SetSight
from domain.access import Action, Role
from domain.errors import NotFound
from domain.family.errors import LastAdmin
from domain.family.membership.pages import MemberFacts, PersonSeen, get_member
from domain.overview.leaving import departures

_YES = "yes"
_SAVE = "save"


async def begin_leave(request: Request) -> Answer:
    """`/leave`, or its button."""
    request.scope.require(Action.READ)
    return await _begin_departure(request, request.scope.actor_id)


async def begin_remove(request: Request) -> Answer:
    request.scope.require(Action.MANAGE_MEMBERS)
    return await _begin_departure(request, request.pressed(RemoveMember).user_id)


async def _begin_departure(request: Request, user_id: UUID) -> Answer:
    member = await get_member(request.scope, user_id)
    if member.is_last_admin:
        raise LastAdmin(request.scope.require(Action.READ).family_name)
    flow = LEAVING if member.is_reader else REMOVING
    return flow.begin(request, "confirm", await _departure_data(request, {"user": str(user_id)}))


async def _departure_data(request: Request, data: Data) -> Data:
    """The question as it is drawn from the tables now."""
    departure = await departures.preview_departure(request.scope, UUID(data["user"]))
    now = request.scope.clock.now()
    if departure.member.is_reader:
        return {**data, "asks": views.ask_leave(departure, now=now).text}
    return {**data, "asks": views.ask_remove(departure, now=now).text}


def _ask_leave(data: Data, choice: Choice) -> Screen:
    return _yes_or_no(data["asks"], views.leave_label(), choice)


def _ask_remove(data: Data, choice: Choice) -> Screen:
    return _yes_or_no(data["asks"], views.remove_label(), choice)


def _yes_or_no(words: str, yes: str, choice: Choice) -> Screen:
    return Screen(words, ((choice(yes, _YES),), (cancel_button(choice),)))


async def _take_departure(request: Request, running: Conversation, reply: Reply) -> Answer:
    flow = LEAVING if running.flow == LEAVING.name else REMOVING
    data: Data = running.data
    if reply.choice != _YES:
        return tap_a_button(reply.text or "").and_ask(flow.question(running))
    now = await _departure_data(request, data)
    if now != data:  # they have promised something since
        return flow.advance(request, running, "confirm", now)
    departure = await departures.depart(request.scope, UUID(data["user"]))
    done = views.left(departure) if departure.member.is_reader else views.removed(departure)
    return finished(running, Answer(send=(done,)))


async def begin_role(request: Request) -> Answer:
    request.scope.require(Action.MANAGE_MEMBERS)
    press = request.pressed(SetRole)
    member = await get_member(request.scope, press.user_id)
    if member.is_last_admin:
        raise LastAdmin(request.scope.require(Action.READ).family_name)
    data: Data = {"user": str(press.user_id), "role": press.role, "person": None}
    if press.role is not Role.RECIPIENT:
        return ROLES.begin(request, "confirm", await _role_data(request, data))
    people = [[str(each.id), each.name] for each in member.people[:MAX_ROWS]]
    if not people:
        raise NotFound
    data = {**data, "name": member.name, "people": people}
    if len(people) == 1:
        data = {**data, "person": people[0][0]}
        return ROLES.begin(request, "confirm", await _role_data(request, data))
    return ROLES.begin(request, "person", data)


async def _role_data(request: Request, data: Data) -> Data:
    departure = await departures.preview_departure(request.scope, UUID(data["user"]))
    person = next(
        (each for each in departure.member.people if str(each.id) == data["person"]), None
    )
    if data["person"] is not None and person is None:
        raise NotFound
    asked = views.ask_role(
        departure,
        Role(data["role"]),
        person.name if person else None,
        now=request.scope.clock.now(),
    )
    return {**data, "asks": asked.text}


def _ask_person(data: Data, choice: Choice) -> Screen:
    buttons = [choice(name, str(at)) for at, (_id, name) in enumerate(data["people"])]
    return views.ask_which_person(data["name"], buttons=[*buttons, cancel_button(choice)])


async def _take_person(request: Request, running: Conversation, reply: Reply) -> Answer:
    data: Data = running.data
    names = [name.lower() for _id, name in data["people"]]
    typed = (reply.text or "").strip().lower()
    at = names.index(typed) if typed in names else -1
    if reply.choice is not None:
        at = int(reply.choice)
    if at < 0:
        return tap_a_button(reply.text or "").and_ask(ROLES.question(running))
    chosen = {**data, "person": data["people"][at][0]}
    return ROLES.advance(request, running, "confirm", await _role_data(request, chosen))


def _ask_role(data: Data, choice: Choice) -> Screen:
    return _yes_or_no(data["asks"], views.save_label(), choice)


async def _take_role(request: Request, running: Conversation, reply: Reply) -> Answer:
    data: Data = running.data
    if reply.choice != _YES:
        return tap_a_button(reply.text or "").and_ask(ROLES.question(running))
    now = await _role_data(request, data)
    if now != data:
        return ROLES.advance(request, running, "confirm", now)
    done = await departures.change_role(
        request.scope,
        UUID(data["user"]),
        Role(data["role"]),
        care_recipient_id=UUID(data["person"]) if data["person"] else None,
    )
    screen = views.role_set(done, member=request.scope.require(Action.READ))
    return finished(running, Answer(send=(screen,)))


async def begin_sight(request: Request) -> Answer:
    request.scope.require(Action.MANAGE_MEMBERS)
    member = await get_member(request.scope, request.pressed(SetSight).user_id)
    return SIGHT.begin(request, "who", _sight_data(member))


def _sight_data(member: MemberFacts) -> Data:
    people = [[str(each.id), each.name, each.is_seen] for each in member.people[:MAX_ROWS]]
    return {"user": str(member.user_id), "name": member.name, "people": people}


def _ask_sight(data: Data, choice: Choice) -> Screen:
    people = [
        PersonSeen(UUID(each), name, is_seen, is_self=False)
        for each, name, is_seen in data["people"]
    ]
    buttons = [choice(views.person_label(each), str(at)) for at, each in enumerate(people)]
    return views.ask_sight(
        data["name"],
        people,
        buttons=[*buttons, choice(views.save_label(), _SAVE), cancel_button(choice)],
    )


async def _take_sight(request: Request, running: Conversation, reply: Reply) -> Answer:
    data: Data = running.data
    if reply.choice is None:
        return tap_a_button(reply.text or "").and_ask(SIGHT.question(running))
    if reply.choice != _SAVE:
        people = [
            [person_id, name, is_seen != (str(at) == reply.choice)]
            for at, (person_id, name, is_seen) in enumerate(data["people"])
        ]
        return SIGHT.redraw(request, running, {**data, "people": people})
    seen = [UUID(person_id) for person_id, _name, is_seen in data["people"] if is_seen]
    everybody = len(seen) == len(data["people"])
    facts = await departures.limit_sight(
        request.scope, UUID(data["user"]), None if everybody else seen
    )
    screen = views.member_page(facts, member=request.scope.require(Action.READ))
    return finished(running, Answer(send=(screen,)))


_ABANDONED = AbandonPolicy("family", Unfinished.NOT_CHANGED, yields_to_commands=True)
LEAVING = Flow(
    "leavefamily",
    {"confirm": Step(_ask_leave, _take_departure, refresh=_departure_data)},
    abandon_policy=_ABANDONED,
)
REMOVING = Flow(
    "removemember",
    {"confirm": Step(_ask_remove, _take_departure, refresh=_departure_data)},
    abandon_policy=_ABANDONED,
)
ROLES = Flow(
    "setrole",
    {
        "person": Step(_ask_person, _take_person),
        "confirm": Step(_ask_role, _take_role, refresh=_role_data),
    },
    abandon_policy=_ABANDONED,
)
SIGHT = Flow(
    "sight",
    {"who": Step(_ask_sight, _take_sight)},
    abandon_policy=AbandonPolicy("family", Unfinished.NOT_CHANGED),
)
