"""`/addcontact`: asks for the name, the person, who that is and the phone number; or takes a shared
contact.
"""

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
    take_person,
    to_persons,
)
from bot.features.contacts.flows.contact_screens import placed_contact
from bot.features.contacts.flows.phones import LONGEST_NOTE, as_note, read_number
from bot.features.contacts.views import contacts as views
from bot.features.contacts.views import doctors as shared
from bot.grammar.commands.contacts import PartialContact, means_everybody, understand_contact
from bot.grammar.commands.doctors import is_skipped
from bot.grammar.names import LONGEST_NAME, parse_name
from bot.grammar.people import Person
from bot.grammar.problems import Misunderstood
from bot.grammar.remarks import parse_text
from bot.intake.request import Request
from bot.redis.conversations import Conversation
from bot.ui import conversations
from bot.ui.answer import Answer, Screen
from bot.ui.misunderstandings import misunderstood
from domain.access import Action
from domain.contacts.emergency_contacts import NewContact, add_contact, get_contact
from domain.contacts.errors import SimilarContact
from domain.errors import NotFound

LONGEST_RELATION = 80
_SKIP = "skip"
_EVERYBODY = "all"


@dataclass(frozen=True)
class Draft:
    """What is known so far; stored in Redis between two questions. Without a `person`, they're for
    everybody once `has_person` says that this is settled. `phones` are candidates for a number that
    was typed without a country code; `beside` the contacts that this one is said to be different
    from.
    """

    people: People
    person: int | None = None
    has_person: bool = False
    name: str | None = None
    relation: str | None = None
    has_relation: bool = False
    phone: str | None = None
    phones: tuple[str, ...] = ()
    note: str | None = None
    same: str = ""
    same_id: str = ""
    beside: tuple[str, ...] = ()

    @classmethod
    def read(cls, stored: Data) -> Self:
        data: dict[str, Any] = dict(stored)
        for name in ("beside", "phones"):
            data[name] = tuple(data[name])
        return cls(**{**data, "people": read_people(data["people"])})

    def write(self) -> Data:
        return asdict(self)

    @property
    def persons(self) -> Sequence[Person]:
        return to_persons(self.people)

    @property
    def zone(self) -> ZoneInfo | None:
        """Whose country a number without one is read by."""
        if not self.people:
            return None
        return ZoneInfo(self.people[self.person or 0][2])

    @property
    def step(self) -> str:
        """The first question that is still open."""
        if self.name is None:
            return "name"
        if not self.has_person:
            return "person"
        if self.phones:
            return "country"
        if self.relation is None and not self.has_relation:
            return "relation"
        if self.phone is None:
            return "phone"
        return "same" if self.same else "save"


async def begin(request: Request) -> Answer:
    """`/addcontact [NAME[, RELATION][, PHONE] [for PERSON]]`"""
    draft = await _new(request)
    if not request.text:
        return await _next(request, None, draft)
    draft, problem = await _with_line(request, draft, request.text)
    # A one-line command leaves out what it doesn't mention.
    draft = replace(draft, has_relation=draft.phone is not None or bool(draft.phones))
    return await _next(request, None, draft, problem=problem)


async def on_contact(request: Request, running: Conversation) -> Answer:
    """A shared contact, as the answer to a question of this conversation."""
    if request.contact is None:
        raise NotFound
    draft = Draft.read(running.data)
    name = draft.name or parse_name(request.contact.name[:LONGEST_NAME])
    draft, problem = replace(draft, name=name), None
    try:
        draft = await _with_phone(request, draft, request.contact.phone)
    except Misunderstood as wrong:
        problem = wrong
    return await _next(request, running, draft, problem=problem)


async def _with_line(
    request: Request, draft: Draft, text: str
) -> tuple[Draft, Misunderstood | None]:
    """A copy with all that a line said, and what is wrong with its number."""
    zone = None
    if draft.has_person and draft.person is not None:
        zone = draft.persons[draft.person].zone
    typed = understand_contact(text, people=draft.persons, zone=zone)
    line = typed.line
    draft = replace(
        draft,
        name=line.name or draft.name,
        relation=_relation(typed) or draft.relation,
        note=as_note(line.address or "", draft.note),
    )
    if line.person is not None:
        draft = replace(draft, person=index_of(draft.people, line.person), has_person=True)
    elif typed.is_for_everybody:
        draft = replace(draft, person=None, has_person=True)
    said = shared.phone_note(line.extension, line.other_phones)
    draft = replace(draft, note=as_note(said, draft.note))
    if not line.phone_words:
        return draft, line.problem
    try:
        return await _with_phone(request, draft, line.phone_words), line.problem
    except Misunderstood as problem:
        return draft, problem


def _relation(typed: PartialContact) -> str | None:
    words = typed.line.specialty
    return parse_text(words, longest=LONGEST_RELATION) if words else None


async def _with_phone(request: Request, draft: Draft, typed: str) -> Draft:
    found = await read_number(request, typed, zone=draft.zone)
    note = as_note(found.said, draft.note)
    return replace(draft, note=note, phone=found.phone, phones=found.phones)


def _ask_name(_data: Data, _choice: Choice) -> Screen:
    return views.ask_name()


async def _take_name(request: Request, running: Conversation, reply: Reply) -> Answer:
    draft = Draft.read(running.data)
    text = reply.text or ""
    draft, problem = await _with_line(request, draft, text)
    if draft.name is None:
        draft = replace(draft, name=parse_name(text))
    return await _next(request, running, draft, problem=problem)


def _ask_person(data: Data, choice: Choice) -> Screen:
    screen = ask_person(data, choice)
    everybody = choice(views.everybody_label(), _EVERYBODY)
    return replace(screen, keyboard=(*screen.keyboard, (everybody,)))


async def _take_person(request: Request, running: Conversation, reply: Reply) -> Answer:
    draft = replace(Draft.read(running.data), has_person=True)
    if reply.choice == _EVERYBODY or means_everybody(reply.text or ""):
        return await _next(request, running, replace(draft, person=None))
    person = take_person(draft.people, reply)
    return await _next(request, running, replace(draft, person=person))


def _ask_relation(data: Data, choice: Choice) -> Screen:
    return views.ask_relation(data["name"], choice(shared.skip_label(), _SKIP))


async def _take_relation(request: Request, running: Conversation, reply: Reply) -> Answer:
    draft = replace(Draft.read(running.data), has_relation=True)
    if reply.choice != _SKIP and not is_skipped(reply.text or ""):
        words = parse_text(reply.text or "", longest=LONGEST_RELATION)
        draft = replace(draft, relation=words)
    return await _next(request, running, draft)


def _ask_phone(data: Data, _choice: Choice) -> Screen:
    return views.ask_phone(data["name"])


async def _take_phone(request: Request, running: Conversation, reply: Reply) -> Answer:
    draft = await _with_phone(request, Draft.read(running.data), reply.text or "")
    return await _next(request, running, draft)


def _ask_country(data: Data, choice: Choice) -> Screen:
    typed = [choice(shared.phone_label(phone), str(n)) for n, phone in enumerate(data["phones"])]
    return views.ask_country(data["name"], typed)


async def _take_country(request: Request, running: Conversation, reply: Reply) -> Answer:
    draft = Draft.read(running.data)
    if reply.choice is not None:
        draft = replace(draft, phone=draft.phones[int(reply.choice)], phones=())
    else:
        draft = await _with_phone(request, draft, reply.text or "")
    return await _next(request, running, draft)


def _ask_same(data: Data, choice: Choice) -> Screen:
    return views.ask_same(
        data["same"],
        name=data["name"],
        buttons=(
            choice(shared.both_label(), "both"),
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
            again = replace(draft, same="", name=None, phone=None, has_relation=True)
            return await _next(request, running, again)
        case _:
            return conversations.tap_a_button(reply.text or "").and_ask(FLOW.question(running))


async def _renew(request: Request, data: Data) -> Data:
    """Raises NotFound if the person has been removed."""
    request.scope.require(Action.CHANGE_CONTACTS)
    people = await load_people(request.scope)
    chosen = data["person"]
    if chosen is None:
        return {**data, "people": people}
    ids = [person.id for person in people]
    if data["people"][chosen][0] not in ids:
        raise NotFound
    return {**data, "people": people, "person": ids.index(data["people"][chosen][0])}


FLOW = Flow(
    "addcontact",
    {
        "name": Step(_ask_name, _take_name),
        "person": Step(_ask_person, _take_person),
        "relation": Step(_ask_relation, _take_relation),
        "phone": Step(_ask_phone, _take_phone),
        "country": Step(_ask_country, _take_country),
        "same": Step(_ask_same, _take_same),
    },
    abandon_policy=AbandonPolicy("addcontact", renew=_renew),
)


async def _new(request: Request) -> Draft:
    """Of one person it's theirs; where nobody is cared for yet, it's everybody's."""
    request.scope.require(Action.CHANGE_CONTACTS)
    people = await load_people(request.scope)
    only = 0 if len(people) == 1 else None
    return Draft(people, person=only, has_person=len(people) < 2)


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
        except SimilarContact as alike:
            existing = await get_contact(request.scope, alike.existing_id)
            draft = replace(draft, same=views.in_short(existing), same_id=str(existing.id))
    first = Screen(misunderstood(problem)) if problem else None
    if running is None:
        return FLOW.begin(request, draft.step, draft.write(), first=first)
    return FLOW.advance(request, running, draft.step, draft.write(), first=first)


async def _save(request: Request, draft: Draft, flow_id: UUID | None) -> Answer:
    if draft.name is None or draft.phone is None:
        raise RuntimeError("the steps before ask for both")
    new = NewContact(
        person_id=None if draft.person is None else UUID(draft.people[draft.person][0]),
        name=draft.name,
        phone=draft.phone,
        relation=draft.relation,
        note=None if draft.note is None else parse_text(draft.note, longest=LONGEST_NOTE),
    )
    beside = [UUID(key) for key in draft.beside]
    contact = await add_contact(request.scope, new, flow_id=flow_id, acknowledged=beside)
    member = request.scope.require(Action.CHANGE_CONTACTS)
    return Answer(
        send=(views.saved(await placed_contact(request.scope, contact.id), member=member),)
    )
