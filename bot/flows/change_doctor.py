"""Change on a doctor: name, specialty, telephone, address, note."""

from collections.abc import Callable
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from bot.flows.engine import Choice, Data, Flow, Reply, Step, cancelled, finished
from bot.grammar.appointments import parse_text
from bot.grammar.doctors import is_skipped, parse_phone
from bot.grammar.names import parse_name
from bot.intake.request import Request
from bot.redis.conversations import Conversation
from bot.views import doctors as views
from bot.views import medicines as medicine_views
from bot.views.answer import Answer, Screen
from domain.access import Action
from domain.doctors import edit_doctor, get_doctor

_LEAVE_OUT = "none"
_PARTS = ("name", "specialty", "phone", "address", "note")


async def begin(request: Request) -> Answer:
    """The Change button."""
    request.scope.require(Action.CHANGE_APPOINTMENTS)
    doctor = await get_doctor(request.scope, request.subject_id)
    data = {"id": str(doctor.id), "name": doctor.name, "zone": doctor.zone.key}
    return FLOW.begin(request, "what", data)


def _ask_what(data: Data, choice: Choice) -> Screen:
    buttons = [choice(words, key[:7]) for key, words in views.part_labels().items()]
    buttons.append(choice(medicine_views.cancel_label(), "cancel"))
    return views.ask_what_to_change(data["name"], buttons)


async def _take_what(request: Request, running: Conversation, reply: Reply) -> Answer:
    if reply.choice == "cancel":
        return cancelled(running.flow_id)
    for part in _PARTS:
        if reply.choice == part[:7]:
            return FLOW.go_on(request, running, part, running.data)
    return medicine_views.tap_a_button().and_send(FLOW.question(running))


def _ask(part: str) -> Callable[[Data, Choice], Screen]:
    def ask(data: Data, choice: Choice) -> Screen:
        leave_out = None if part == "name" else choice(views.leave_out_label(), _LEAVE_OUT)
        return views.ask_part(part, data["name"], leave_out)

    return ask


def _take(part: str) -> Callable[[Request, Conversation, Reply], Any]:
    async def take(request: Request, running: Conversation, reply: Reply) -> Answer:
        zone, typed = ZoneInfo(str(running.data["zone"])), reply.text or ""
        value: str | None
        if part != "name" and (reply.choice == _LEAVE_OUT or is_skipped(typed)):
            value = None
        elif part == "name":
            value = parse_name(typed)
        elif part == "phone":
            value = parse_phone(typed, zone=zone)
        else:
            value = parse_text(typed, longest=80 if part == "specialty" else 300)
        doctor_id = UUID(str(running.data["id"]))
        doctor = await edit_doctor(request.scope, doctor_id, {part: value})
        member = request.scope.require(Action.CHANGE_APPOINTMENTS)
        return finished(running, Answer(send=(views.changed(doctor, member=member),)))

    return take


FLOW = Flow(
    "changedoctor",
    {
        "what": Step(_ask_what, _take_what),
        **{part: Step(_ask(part), _take(part)) for part in _PARTS},
    },
)
