"""Choosing who is asked first about a person's doses."""

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
from bot.features.family.views import family_settings as views
from bot.intake.request import Request
from bot.redis.conversations import Conversation
from bot.ui.answer import Answer, Screen
from bot.ui.conversations import Unfinished, tap_a_button
from bot.ui.length import MAX_ROWS
from bot.ui.presses.family import AskFirst
from domain.access import Action
from domain.errors import NotFound
from domain.family.settings.asked_first import list_asked_first
from domain.family.settings.naming import set_asked_first

_SAVE = "save"


async def begin(request: Request) -> Answer:
    """The button of /settings for one person."""
    request.scope.require(Action.MANAGE_FAMILY)
    person_id = request.pressed(AskFirst).person_id
    for asked in await list_asked_first(request.scope):
        if asked.person_id == person_id:
            members = [
                [str(each.user_id), each.name, each.is_named, each.is_reachable]
                for each in asked.candidates[:MAX_ROWS]
            ]
            data = {"person_id": str(person_id), "person": asked.person, "members": members}
            return FLOW.begin(request, "who", data)
    raise NotFound


def _ask(data: Data, choice: Choice) -> Screen:
    members = data["members"]
    buttons = [
        choice(views.member_label(name, is_chosen=is_chosen), str(at))
        for at, (_id, name, is_chosen, _is_reachable) in enumerate(members)
    ]
    return views.ask_who(
        data["person"],
        [name for _id, name, is_chosen, _is_reachable in members if is_chosen],
        buttons=[*buttons, choice(views.save_label(), _SAVE), cancel_button(choice)],
        unreachable=[
            name for _id, name, is_chosen, is_there in members if is_chosen and not is_there
        ],
    )


async def _take(request: Request, running: Conversation, reply: Reply) -> Answer:
    data: Data = running.data
    if reply.choice is None:
        return tap_a_button(reply.text or "").and_ask(FLOW.question(running))
    if reply.choice != _SAVE:
        changed = [
            [*each[:2], each[2] != (str(at) == reply.choice), each[3]]
            for at, each in enumerate(data["members"])
        ]
        return FLOW.redraw(request, running, {**data, "members": changed})
    chosen = [UUID(each[0]) for each in data["members"] if each[2]]
    asked = await set_asked_first(request.scope, UUID(data["person_id"]), chosen)
    return finished(running, Answer(send=(views.asked_first_set(asked),)))


FLOW = Flow(
    "askedfirst",
    {"who": Step(_ask, _take)},
    abandon_policy=AbandonPolicy("settings", Unfinished.NOT_CHANGED),
)
