"""`/adddoctor`: asks for the name, person, specialty and phone; or takes a shared contact."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Self
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
from bot.conversation.people import (
    People,
    ask_person,
    index_of,
    load_people,
    read_people,
    renewing_people,
    take_person,
    to_persons,
)
from bot.features.contacts.flows.phones import as_note, read_number
from bot.features.contacts.views import doctors as views
from bot.grammar.commands.doctors import PartialDoctor, is_skipped, understand_doctor
from bot.grammar.names import LONGEST_NAME, parse_name
from bot.grammar.people import Person
from bot.grammar.problems import Misunderstood
from bot.grammar.remarks import parse_text
from bot.intake.request import Request
from bot.redis.conversations import Conversation
from bot.ui import conversations
from bot.ui.answer import Answer, Screen
from bot.ui.misunderstandings import misunderstood
from bot.ui.presses.contacts import AddDoctor
from domain.access import Action
from domain.appointments.occurrences.lookups import get_occurrence
from domain.contacts.doctors import NewDoctor, add_doctor, get_doctor
from domain.contacts.errors import SimilarDoctor
from domain.errors import NotFound
from domain.family.errors import NobodyCaredFor

_SKIP = "skip"
_LONGEST_SPECIALTY = 80


@dataclass(frozen=True)
class Draft:
    """What is known so far; stored in Redis between two questions. `asked` are the parts that are
    settled, including those left out. `phones` are candidates for a number that was typed without a
    country code. The `note` has what belongs to the number and isn't part of it. What `is_said` in
    own words is shown before it is saved.
    """

    people: People
    person: int | None = None
    name: str | None = None
    specialty: str | None = None
    phone: str | None = None
    address: str | None = None
    asked: tuple[str, ...] = ()
    same: str = ""  # the person's doctor with this name, or a similar one
    same_id: str = ""
    beside: tuple[str, ...] = ()  # doctors that this one was said to be different from
    phones: tuple[str, ...] = ()
    note: str | None = None
    is_said: bool = False

    @classmethod
    def read(cls, stored: Data) -> Self:
        data: dict[str, Any] = dict(stored)
        data.pop("is_another", None)  # written by an older version
        for name in ("asked", "beside", "phones"):
            data[name] = tuple(data.get(name, ()))
        return cls(**{**data, "people": read_people(data["people"])})

    def write(self) -> Data:
        return asdict(self)

    @property
    def persons(self) -> Sequence[Person]:
        return to_persons(self.people)

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.people[self.person or 0][2])

    @property
    def step(self) -> str:
        """The first question that is still open."""
        if self.name is None:
            return "name"
        if self.person is None:
            return "person"
        if self.phones:
            return "country"
        for part in ("specialty", "phone"):
            if getattr(self, part) is None and part not in self.asked:
                return part
        if self.is_said:
            return "confirm"
        return "same" if self.same else "save"

    def settled(self, *parts: str) -> "Draft":
        return replace(self, asked=(*self.asked, *parts))


async def begin(request: Request) -> Answer:
    """`/adddoctor [NAME[, SPECIALTY][, PHONE] [for PERSON]]`"""
    draft = await _new(request)
    if not request.text:
        return await _next(request, None, draft)
    person = None if draft.person is None else draft.persons[draft.person]
    typed = understand_doctor(
        request.text, people=draft.persons, zone=person.zone if person else None
    )
    if typed.person is not None:
        draft = replace(draft, person=index_of(draft.people, typed.person))
    draft = replace(
        draft,
        name=typed.name,
        specialty=typed.specialty,
        address=typed.address,
    )
    draft, problem = await _with_phones(request, draft, typed)
    # A one-line command leaves out what it doesn't mention.
    draft = draft.settled(
        *(["specialty"] if typed.is_clear else []), *(["phone"] if problem is None else [])
    )
    return await _next(request, None, draft, problem=problem)


async def begin_named(request: Request) -> Answer:
    """Add the doctor who is only a name on an appointment."""
    facts = await get_occurrence(request.scope, request.pressed(AddDoctor).occurrence_id)
    draft = await _new(request)
    if facts.details.doctor is None:
        raise NotFound
    person = [each.id for each in draft.people].index(str(facts.person_id))
    return await _next(request, None, replace(draft, person=person, name=facts.details.doctor.name))


async def on_contact(request: Request) -> Answer:
    """A shared contact: a new doctor, or the answer to a question about one."""
    contact, running = request.contact, request.conversation
    if contact is None:
        raise NotFound
    is_ours = isinstance(running, Conversation) and running.flow == FLOW.name
    draft = Draft.read(running.data) if is_ours and isinstance(running, Conversation) else None
    draft = draft or await _new(request)
    name = draft.name or parse_name(contact.name[:LONGEST_NAME])
    problem = None
    draft = replace(draft, name=name)
    try:
        draft = await _with_phone(request, draft, contact.phone)
    except Misunderstood as wrong:
        problem = wrong
    conversation = running if is_ours and isinstance(running, Conversation) else None
    return await _next(request, conversation, draft, problem=problem)


def _ask_name(_data: Data, _choice: Choice) -> Screen:
    return views.ask_name()


async def _take_name(request: Request, running: Conversation, reply: Reply) -> Answer:
    draft = Draft.read(running.data)
    typed = understand_doctor(reply.text or "", people=draft.persons, zone=draft.zone)
    draft = replace(
        draft,
        name=typed.name or parse_name(reply.text or ""),
        specialty=typed.specialty or draft.specialty,
        address=typed.address or draft.address,
    )
    draft, problem = await _with_phones(request, draft, typed)
    return await _next(request, running, draft, problem=problem)


async def _take_person(request: Request, running: Conversation, reply: Reply) -> Answer:
    draft = Draft.read(running.data)
    person = take_person(draft.people, reply)
    return await _next(request, running, replace(draft, person=person))


def _ask_specialty(data: Data, choice: Choice) -> Screen:
    return views.ask_specialty(data["name"], choice(views.skip_label(), _SKIP))


async def _take_specialty(request: Request, running: Conversation, reply: Reply) -> Answer:
    draft = Draft.read(running.data).settled("specialty")
    if reply.choice != _SKIP and not is_skipped(reply.text or ""):
        specialty = parse_text(reply.text or "", longest=_LONGEST_SPECIALTY)
        draft = replace(draft, specialty=specialty)
    return await _next(request, running, draft)


def _ask_phone(data: Data, choice: Choice) -> Screen:
    return views.ask_phone(data["name"], choice(views.skip_label(), _SKIP))


async def _take_phone(request: Request, running: Conversation, reply: Reply) -> Answer:
    draft = Draft.read(running.data).settled("phone")
    if reply.choice != _SKIP and not is_skipped(reply.text or ""):
        draft = await _with_phone(request, draft, reply.text or "")
    return await _next(request, running, draft)


async def _with_phones(
    request: Request, draft: Draft, typed: PartialDoctor
) -> tuple[Draft, Misunderstood | None]:
    """A copy with the phone numbers of a line, and what is wrong with them."""
    said = views.phone_note(typed.extension, typed.other_phones)
    draft = replace(draft, note=as_note(said) or draft.note)
    if not typed.phone_words:
        return draft, typed.problem
    try:
        return await _with_phone(request, draft, typed.phone_words), typed.problem
    except Misunderstood as problem:
        return draft, problem


async def _with_phone(request: Request, draft: Draft, typed: str) -> Draft:
    """A copy with the *typed* phone number, if any. Without a country code it's a number of the
    person's country; if it isn't a valid one there, or is one of another country of the family,
    too, that is asked.
    """
    if not typed:
        return draft
    found = await read_number(request, typed, zone=draft.zone)
    note = as_note(found.said) or draft.note
    return replace(draft, note=note, phone=found.phone, phones=found.phones)


def _ask_country(data: Data, choice: Choice) -> Screen:
    typed = [choice(views.phone_label(phone), str(n)) for n, phone in enumerate(data["phones"])]
    return views.ask_country(data["name"], typed, choice(views.skip_label(), _SKIP))


async def _take_country(request: Request, running: Conversation, reply: Reply) -> Answer:
    draft = Draft.read(running.data)
    if reply.choice == _SKIP or is_skipped(reply.text or ""):
        draft = replace(draft, phones=())
    elif reply.choice is not None:
        draft = replace(draft, phone=draft.phones[int(reply.choice)], phones=())
    else:
        draft = await _with_phone(request, draft, reply.text or "")
    return await _next(request, running, draft.settled("phone"))


def _ask_confirm(data: Data, choice: Choice) -> Screen:
    person = data["people"][data["person"]][1]
    question = views.confirm(
        data["name"],
        specialty=data["specialty"],
        phone=data["phone"],
        address=data["address"],
        person=person,
    )
    save = (choice(conversations.save_label(), "save"),)
    return replace(question, keyboard=(save, (cancel_button(choice),)))


async def _take_confirm(request: Request, running: Conversation, reply: Reply) -> Answer:
    if reply.choice is None:
        return conversations.tap_a_button(reply.text or "").and_ask(FLOW.question(running))
    draft = replace(Draft.read(running.data), is_said=False)
    return await _next(request, running, draft)


def _ask_same(data: Data, choice: Choice) -> Screen:
    return views.ask_same(
        data["same"],
        name=data["name"],
        person=data["people"][data["person"]][1],
        buttons=(
            choice(views.both_label(), "both"),
            choice(conversations.change_label(), "change"),
            cancel_button(choice),
        ),
    )


async def _take_same(request: Request, running: Conversation, reply: Reply) -> Answer:
    draft = Draft.read(running.data)
    match reply.choice:
        case "both":
            both = replace(draft, same="", beside=(*draft.beside, draft.same_id))
            return await _next(request, running, both)
        case "change":
            return await _next(request, running, replace(draft, same="", name=None))
        case _:
            return conversations.tap_a_button(reply.text or "").and_ask(FLOW.question(running))


FLOW = Flow(
    "adddoctor",
    {
        "name": Step(_ask_name, _take_name),
        "person": Step(ask_person, _take_person),
        "specialty": Step(_ask_specialty, _take_specialty),
        "phone": Step(_ask_phone, _take_phone),
        "country": Step(_ask_country, _take_country),
        "confirm": Step(_ask_confirm, _take_confirm),
        "same": Step(_ask_same, _take_same),
    },
    abandon_policy=AbandonPolicy("adddoctor", renew=renewing_people(Action.CHANGE_APPOINTMENTS)),
)


async def _new(request: Request) -> Draft:
    request.scope.require(Action.CHANGE_APPOINTMENTS)
    people = await load_people(request.scope)
    if not people:
        raise NobodyCaredFor
    only = 0 if len(people) == 1 else None
    return Draft(people, person=only, is_said=request.is_said)


async def _next(
    request: Request,
    running: Conversation | None,
    draft: Draft,
    *,
    problem: Misunderstood | None = None,
) -> Answer:
    if draft.step == "save":
        try:
            answer = await _save(request, draft, running.flow_id if running else None)
            return answer if running is None else finished(running, answer)
        except SimilarDoctor as alike:
            existing = await get_doctor(request.scope, alike.existing_id)
            draft = replace(draft, same=views.in_short(existing), same_id=str(existing.id))
    first = Screen(misunderstood(problem)) if problem else None
    if running is None:
        return FLOW.begin(request, draft.step, draft.write(), first=first)
    return FLOW.advance(request, running, draft.step, draft.write(), first=first)


async def _save(request: Request, draft: Draft, flow_id: UUID | None) -> Answer:
    if draft.person is None or draft.name is None:
        raise RuntimeError("the steps before ask for both")
    new = NewDoctor(
        person_id=UUID(draft.people[draft.person][0]),
        name=draft.name,
        specialty=draft.specialty,
        phone=draft.phone,
        address=draft.address,
        note=draft.note,
    )
    beside = [UUID(key) for key in draft.beside]
    doctor = await add_doctor(request.scope, new, flow_id=flow_id, acknowledged=beside)
    member = request.scope.require(Action.CHANGE_APPOINTMENTS)
    return Answer(send=(views.saved(doctor, member=member),))
