"""Change, on an emergency contact: name, relation, phone, note."""

from collections.abc import Awaitable, Callable, Mapping
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
from bot.features.contacts.flows.add_contact import LONGEST_RELATION
from bot.features.contacts.flows.contact_screens import placed_contact, screen_of
from bot.features.contacts.flows.phones import as_note, read_number
from bot.features.contacts.views import contacts as views
from bot.features.contacts.views import doctors as shared
from bot.grammar.commands.doctors import is_skipped
from bot.grammar.names import parse_name
from bot.grammar.remarks import parse_text
from bot.grammar.tokens import fold_spaces
from bot.intake.request import Request
from bot.redis.conversations import Conversation
from bot.ui import conversations
from bot.ui.answer import Answer, Screen
from bot.ui.conversations import Unfinished
from bot.ui.presses.contacts import ChangeContact
from domain.access import Action
from domain.contacts.emergency_contacts import edit_contact, get_contact
from domain.contacts.errors import SimilarContact
from domain.family.people import get_person

_LEAVE_OUT = "none"
_LONGEST_TYPED = 300
_PARTS = ("name", "relation", "phone", "note")
_NEEDED = ("name", "phone")


async def begin(request: Request) -> Answer:
    """The Change button."""
    request.scope.require(Action.CHANGE_CONTACTS)
    contact = await get_contact(request.scope, request.pressed(ChangeContact).contact_id)
    return FLOW.begin_in_place(request, "what", {"id": str(contact.id), "name": contact.name})


async def _shown_before(request: Request, data: Data) -> Screen:
    return await screen_of(request, UUID(str(data["id"])))


def _ask_what(data: Data, choice: Choice) -> Screen:
    buttons = [choice(words, key[:7]) for key, words in views.part_labels().items()]
    buttons.append(cancel_button(choice))
    return shared.ask_what_to_change(data["name"], buttons)


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
        leave_out = None if part in _NEEDED else choice(shared.leave_out_label(), _LEAVE_OUT)
        return views.ask_part(part, data["name"], leave_out)

    return ask


def _take(part: str) -> Callable[[Request, Conversation, Reply], Awaitable[Answer]]:
    async def take(request: Request, running: Conversation, reply: Reply) -> Answer:
        typed = reply.text or ""
        if part == "phone":
            return await _take_phone(request, running, typed)
        value: str | None
        if part == "name":
            value = parse_name(typed)
        elif reply.choice == _LEAVE_OUT or is_skipped(typed):
            value = None
        else:
            longest = LONGEST_RELATION if part == "relation" else _LONGEST_TYPED
            value = parse_text(typed, longest=longest)
        return await _save(request, running, {part: value})

    return take


async def _take_phone(request: Request, running: Conversation, typed: str) -> Answer:
    contact = await get_contact(request.scope, UUID(str(running.data["id"])))
    zone = None
    if contact.person_id is not None:
        zone = (await get_person(request.scope, contact.person_id)).zone
    found = await read_number(request, typed, zone=zone)
    if found.phone is None:
        data = {**running.data, "phones": list(found.phones), "said": found.said}
        return FLOW.advance(request, running, "country", data)
    return await _save_phone(request, running, found.phone, found.said)


def _ask_country(data: Data, choice: Choice) -> Screen:
    typed = [choice(shared.phone_label(phone), str(n)) for n, phone in enumerate(data["phones"])]
    return views.ask_country(data["name"], typed)


async def _take_country(request: Request, running: Conversation, reply: Reply) -> Answer:
    """Which of the numbers it is. Typed text is a different number."""
    if reply.choice is None:
        return await _take_phone(request, running, reply.text or "")
    data: Data = running.data
    return await _save_phone(
        request, running, data["phones"][int(reply.choice)], data.get("said", "")
    )


async def _save_phone(request: Request, running: Conversation, phone: str, said: str) -> Answer:
    """Save the number; what was *said* beside it is added to the note."""
    changes: dict[str, str | None] = {"phone": phone}
    if said:
        contact = await get_contact(request.scope, UUID(str(running.data["id"])))
        changes["note"] = as_note(said, contact.note)
    return await _save(request, running, changes)


async def _save(
    request: Request, running: Conversation, changes: Mapping[str, str | None]
) -> Answer:
    data: Data = running.data
    beside = [UUID(key) for key in data.get("beside", ())]
    try:
        contact = await edit_contact(request.scope, UUID(data["id"]), changes, acknowledged=beside)
    except SimilarContact as alike:
        existing = await get_contact(request.scope, alike.existing_id)
        asked = {
            "changes": dict(changes),
            "same": views.in_short(existing),
            "beside": [*data.get("beside", ()), str(existing.id)],
        }
        return FLOW.advance(request, running, "same", {**data, **asked})
    member = request.scope.require(Action.CHANGE_CONTACTS)
    placed = await placed_contact(request.scope, contact.id)
    return finished(running, Answer(send=(views.changed(placed, member=member),)))


def _ask_same(data: Data, choice: Choice) -> Screen:
    return views.ask_same(
        data["same"],
        name=data["changes"].get("name") or data["name"],
        buttons=(
            choice(shared.another_label(), "both"),
            choice(conversations.change_label(), "change"),
            cancel_button(choice),
        ),
    )


async def _take_same(request: Request, running: Conversation, reply: Reply) -> Answer:
    data: Data = running.data
    changes: Mapping[str, str | None] = data["changes"]
    match reply.choice:
        case "both":
            return await _save(request, running, changes)
        case "change":
            part = "name" if "name" in changes else "phone"
            return FLOW.advance(request, running, part, data)
        case _:
            return conversations.tap_a_button(reply.text or "").and_ask(FLOW.question(running))


async def _renew(request: Request, data: Data) -> Data:
    request.scope.require(Action.CHANGE_CONTACTS)
    return {**data, "name": (await get_contact(request.scope, UUID(data["id"]))).name}


FLOW = Flow(
    "changecontact",
    {
        "what": Step(_ask_what, _take_what),
        **{part: Step(_ask(part), _take(part)) for part in _PARTS},
        "country": Step(_ask_country, _take_country),
        "same": Step(_ask_same, _take_same),
    },
    abandon_policy=AbandonPolicy("contacts", Unfinished.NOT_CHANGED, renew=_renew),
    shown_before=_shown_before,
)
