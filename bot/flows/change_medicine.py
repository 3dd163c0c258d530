"""Change on a medicine: its name, how much, or when; from now on."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from bot.flows import alike, per_dose
from bot.flows.add_medicine import ask_schedule, read_schedule_reply
from bot.flows.engine import Choice, Data, Flow, Reply, Step, cancelled, finished
from bot.grammar.dosages import parse_dosage
from bot.grammar.names import parse_name
from bot.intake.request import Request
from bot.redis.conversations import Conversation
from bot.views import medicines as views
from bot.views import meds as meds_views
from bot.views.answer import Answer, Screen
from domain.access import Action
from domain.errors import ChangedMeanwhile, SameMedicine
from domain.medications import edit_medication, get_medication


async def begin(request: Request) -> Answer:
    """The Change button."""
    request.scope.require(Action.CHANGE_MEDICINES)
    medicine = await get_medication(request.scope, request.subject_id)
    data = {
        "id": str(medicine.id),
        "version": medicine.version,
        "name": medicine.name,
        "zone": medicine.zone.key,
        "so_far": "",
    }
    return FLOW.begin(request, "what", data)


def _ask_what(data: Data, choice: Choice) -> Screen:
    parts = views.part_labels()
    parts.pop("person")
    buttons = [choice(label, key) for key, label in parts.items()]
    buttons.append(choice(views.cancel_label(), "cancel"))
    return views.ask_what_to_change(data["name"], buttons)


async def _take_what(request: Request, running: Conversation, reply: Reply) -> Answer:
    match reply.choice:
        case "name" | "dosage" | "schedule" as part:
            return FLOW.go_on(request, running, part, running.data)
        case "cancel":
            return cancelled(running.flow_id)
        case _:
            return views.tap_a_button().and_send(FLOW.question(running))


def _ask_name(_data: Data, _choice: Choice) -> Screen:
    return views.ask_medicine_name()


async def _take_name(request: Request, running: Conversation, reply: Reply) -> Answer:
    return await _save(request, running, name=parse_name(reply.text or ""))


async def _take_same(request: Request, running: Conversation, reply: Reply) -> Answer:
    match reply.choice:
        case "both":
            known = alike.known(running.data)
            return await _save(request, running, name=running.data["new_name"], beside=known)
        case "change":
            return FLOW.go_on(request, running, "name", running.data)
        case "cancel":
            return cancelled(running.flow_id)
        case _:
            return views.tap_a_button().and_send(FLOW.question(running))


def _ask_dosage(data: Data, _choice: Choice) -> Screen:
    return views.ask_dosage(data["name"])


async def _take_dosage(request: Request, running: Conversation, reply: Reply) -> Answer:
    return await _save(request, running, dosage=parse_dosage(reply.text or ""))


def _ask_schedule(data: Data, choice: Choice) -> Screen:
    return ask_schedule(data["name"], choice, so_far=data["so_far"])


async def _take_schedule(request: Request, running: Conversation, reply: Reply) -> Answer:
    data: Data = running.data
    found = read_schedule_reply(request, reply, so_far=data["so_far"], zone=ZoneInfo(data["zone"]))
    if isinstance(found, str):
        return FLOW.go_on(request, running, "schedule", {**data, "so_far": found})
    return await _save(request, running, schedule=found)


async def _save(request: Request, running: Conversation, **changed: Any) -> Answer:
    data: Mapping[str, Any] = running.data
    now = request.scope.clock.now()
    try:
        medicine = await edit_medication(
            request.scope, UUID(data["id"]), version=data["version"], **changed
        )
    except SameMedicine as same:
        return FLOW.go_on(request, running, "same", alike.beside(data, changed["name"], same))
    except ChangedMeanwhile as other:
        screen = meds_views.changed_meanwhile(other.medicine, now=now)
        return finished(running, Answer(send=(screen,)))
    answer = finished(running, meds_views.changed(medicine, now=now))
    return await per_dose.ask_after_change(request, medicine, answer)


FLOW = Flow(
    "changemed",
    {
        "what": Step(_ask_what, _take_what),
        "name": Step(_ask_name, _take_name),
        "dosage": Step(_ask_dosage, _take_dosage),
        "schedule": Step(_ask_schedule, _take_schedule),
        "same": Step(alike.ask, _take_same),
    },
)
