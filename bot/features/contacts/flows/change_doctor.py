"""Change, on a doctor: name, specialty, phone, address, note."""

from collections.abc import Awaitable, Callable, Mapping
from uuid import UUID
from zoneinfo import ZoneInfo

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
from bot.features.contacts.flows.phones import as_note, read_number
from bot.features.contacts.views import doctors as views
from bot.grammar.commands.doctors import is_skipped
from bot.grammar.names import parse_name
from bot.grammar.remarks import parse_text
from bot.grammar.tokens import fold_spaces
from bot.intake.request import Request
from bot.redis.conversations import Conversation
from bot.ui import conversations
from bot.ui.answer import Answer, Screen
from bot.ui.conversations import Unfinished
from bot.ui.presses.contacts import ChangeDoctor
from domain.access import Action
from domain.contacts.doctors import edit_doctor, get_doctor
from domain.contacts.errors import SimilarDoctor

_LEAVE_OUT = "none"
_PARTS = ("name", "specialty", "phone", "address", "note")


async def begin(request: Request) -> Answer:
    """The Change button."""
    request.scope.require(Action.CHANGE_APPOINTMENTS)
    doctor = await get_doctor(request.scope, request.pressed(ChangeDoctor).doctor_id)
    data = {"id": str(doctor.id), "name": doctor.name, "zone": doctor.zone.key}
    return FLOW.begin_in_place(request, "what", data)


async def begin_said(request: Request, doctor_id: UUID, typed: str) -> Answer:
    """Show the new number that somebody says the doctor has, before it is saved."""
    request.scope.require(Action.CHANGE_APPOINTMENTS)
    doctor = await get_doctor(request.scope, doctor_id)
    found = await read_number(request, typed, zone=doctor.zone)
    data: Data = {"id": str(doctor.id), "name": doctor.name, "zone": doctor.zone.key}
    if found.phone is None:
        return FLOW.begin(request, "country", {**data, "phones": list(found.phones)})
    return FLOW.begin(request, "said", {**data, "old": doctor.phone, "phone": found.phone})


def _ask_said(data: Data, choice: Choice) -> Screen:
    rows = ((choice(conversations.save_label(), "save"),), (cancel_button(choice),))
    return views.ask_new_phone(data["name"], data["old"], data["phone"], rows)


async def _take_said(request: Request, running: Conversation, reply: Reply) -> Answer:
    if reply.choice is None:
        return conversations.tap_a_button(reply.text or "").and_ask(FLOW.question(running))
    return await _save_phone(request, running, str(running.data["phone"]), None)


async def _shown_before(request: Request, data: Data) -> Screen:
    doctor = await get_doctor(request.scope, UUID(str(data["id"])))
    return views.doctor_screen(doctor, member=request.scope.require(Action.READ))


def _ask_what(data: Data, choice: Choice) -> Screen:
    buttons = [choice(words, key[:7]) for key, words in views.part_labels().items()]
    buttons.append(cancel_button(choice))
    return views.ask_what_to_change(data["name"], buttons)


async def _take_what(request: Request, running: Conversation, reply: Reply) -> Answer:
    for part in _PARTS:
        if reply.choice == part[:7]:
            return FLOW.advance(request, running, part, running.data)
    # "phone 213 425 678" names both the part and its new value.
    named, _space, value = fold_spaces(reply.text or "").partition(" ")
    part = named.rstrip(":").casefold()
    if part in _PARTS and value:
        return await _take(part)(request, running, Reply(text=value))
    return conversations.tap_a_button(reply.text or "").and_ask(FLOW.question(running))


def _ask(part: str) -> Callable[[Data, Choice], Screen]:
    def ask(data: Data, choice: Choice) -> Screen:
        leave_out = None if part == "name" else choice(views.leave_out_label(), _LEAVE_OUT)
        return views.ask_part(part, data["name"], leave_out)

    return ask


def _take(part: str) -> Callable[[Request, Conversation, Reply], Awaitable[Answer]]:
    async def take(request: Request, running: Conversation, reply: Reply) -> Answer:
        zone, typed = ZoneInfo(str(running.data["zone"])), reply.text or ""
        value: str | None
        if part != "name" and (reply.choice == _LEAVE_OUT or is_skipped(typed)):
            value = None
        elif part == "name":
            value = parse_name(typed)
        elif part == "phone":
            found = await read_number(request, typed, zone=zone)
            if found.phone is None:
                data = {**running.data, "phones": list(found.phones), "said": found.said}
                return FLOW.advance(request, running, "country", data)
            return await _save_phone(request, running, found.phone, found.said)
        else:
            value = parse_text(typed, longest=80 if part == "specialty" else 300)
        return await _save(request, running, {part: value})

    return take


def _ask_country(data: Data, choice: Choice) -> Screen:
    typed = [choice(views.phone_label(phone), str(n)) for n, phone in enumerate(data["phones"])]
    return views.ask_country(data["name"], typed, choice(views.leave_out_label(), _LEAVE_OUT))


async def _take_country(request: Request, running: Conversation, reply: Reply) -> Answer:
    """Which of the numbers it is. Typed text is a different number."""
    if reply.choice is None or reply.choice == _LEAVE_OUT:
        return await _take("phone")(request, running, reply)
    data: Data = running.data
    phone = data["phones"][int(reply.choice)]
    return await _save_phone(request, running, phone, data.get("said"))


async def _save_phone(
    request: Request, running: Conversation, phone: str, said: str | None
) -> Answer:
    """Save the number; what was *said* beside it is added to the note."""
    changes: dict[str, str | None] = {"phone": phone}
    if said:
        doctor = await get_doctor(request.scope, UUID(str(running.data["id"])))
        changes["note"] = as_note(said, doctor.note)
    return await _save(request, running, changes)


async def _save(
    request: Request, running: Conversation, changes: Mapping[str, str | None]
) -> Answer:
    data: Data = running.data
    beside = [UUID(key) for key in data.get("beside", ())]
    try:
        doctor = await edit_doctor(request.scope, UUID(data["id"]), changes, acknowledged=beside)
    except SimilarDoctor as alike:
        existing = await get_doctor(request.scope, alike.existing_id)
        asked = {
            "new_name": changes["name"],
            "same": views.in_short(existing),
            "same_person": existing.person,
            "beside": [*data.get("beside", ()), str(existing.id)],
        }
        return FLOW.advance(request, running, "same", {**data, **asked})
    member = request.scope.require(Action.CHANGE_APPOINTMENTS)
    return finished(running, Answer(send=(views.changed(doctor, member=member),)))


def _ask_same(data: Data, choice: Choice) -> Screen:
    return views.ask_same(
        data["same"],
        name=data["new_name"],
        person=data["same_person"],
        buttons=(
            choice(views.another_label(), "both"),
            choice(conversations.change_label(), "change"),
            cancel_button(choice),
        ),
    )


async def _take_same(request: Request, running: Conversation, reply: Reply) -> Answer:
    match reply.choice:
        case "both":
            return await _save(request, running, {"name": str(running.data["new_name"])})
        case "change":
            return FLOW.advance(request, running, "name", running.data)
        case _:
            return conversations.tap_a_button(reply.text or "").and_ask(FLOW.question(running))


async def _renew(request: Request, data: Data) -> Data:
    request.scope.require(Action.CHANGE_APPOINTMENTS)
    return {**data, "name": (await get_doctor(request.scope, UUID(data["id"]))).name}


FLOW = Flow(
    "changedoctor",
    {
        "what": Step(_ask_what, _take_what),
        **{part: Step(_ask(part), _take(part)) for part in _PARTS},
        "country": Step(_ask_country, _take_country),
        "said": Step(_ask_said, _take_said),
        "same": Step(_ask_same, _take_same),
    },
    abandon_policy=AbandonPolicy("doctors", Unfinished.NOT_CHANGED, renew=_renew),
    shown_before=_shown_before,
)
