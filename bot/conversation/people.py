"""Which person something is for: the people as conversations store them, and the question."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias
from uuid import UUID
from zoneinfo import ZoneInfo

from bot.conversation.engine import Choice, Data, Reply
from bot.grammar.people import Person, unknown_person, which_person
from bot.grammar.tokens import fold_spaces, matchable
from bot.intake.request import Request
from bot.ui import conversations
from bot.ui.answer import Screen
from domain.access import Action
from domain.database.scope import Scope
from domain.errors import NotFound
from domain.family.errors import NobodyCaredFor
from domain.family.people import Person as CaredFor
from domain.family.people import list_people
from domain.medicines.schedules.moments import DayTimes


class StoredPerson(NamedTuple):
    """A person as they go to Redis and back: `zone` by its name, `day` as the times that are set
    for parts of their day. Conversations that an older version began have no `day`.
    """

    id: str
    name: str
    zone: str
    day: Mapping[str, str] = {}


People: TypeAlias = tuple[StoredPerson, ...]


async def load_people(scope: Scope) -> People:
    return to_stored(await list_people(scope))


def to_stored(people: Sequence[CaredFor]) -> People:
    return tuple(
        StoredPerson(str(person.id), person.name, person.zone.key, person.day_times)
        for person in people
    )


def renewing_people(action: Action) -> Callable[[Request, Data], Awaitable[Data]]:
    """For an :class:`AbandonPolicy` of *action*: refreshes `people`, and `person` if one was
    chosen. Raises NotFound if that person has been removed.
    """

    async def renew(request: Request, data: Data) -> Data:
        request.scope.require(action)
        people = await load_people(request.scope)
        if not people:
            raise NobodyCaredFor
        chosen = data["person"]
        if chosen is None:
            return {**data, "people": people}
        key = data["people"][chosen][0]
        for number, person in enumerate(people):
            if person.id == key:
                return {**data, "people": people, "person": number}
        raise NotFound

    return renew


def read_people(stored: Any) -> People:
    return tuple(StoredPerson(*person) for person in stored)


def to_persons(people: People) -> Sequence[Person]:
    """As the grammar represents them."""
    return [
        Person(each.name, ZoneInfo(each.zone), UUID(each.id), DayTimes.from_json(each.day))
        for each in people
    ]


def index_of(people: People, person: Person | None) -> int | None:
    """The index in *people* of the person that the grammar found."""
    return None if person is None else [each.id for each in people].index(str(person.id))


def named_for(what: str, people: People, person: int | None) -> str:
    """*what* (no HTML), with the person if the family cares for several."""
    if person is None or len(people) < 2:
        return what
    return conversations.named_for(what, people[person][1])


def ask_person(data: Data, choice: Choice) -> Screen:
    """Ask which person it is for; the conversation has to carry `people`."""
    people = read_people(data["people"])
    buttons = [choice(person.name, str(number)) for number, person in enumerate(people)]
    return conversations.ask_person(buttons)


def take_person(people: People, reply: Reply) -> int:
    """The index of the person who was tapped or typed. Raises Misunderstood."""
    if reply.choice is not None:
        return int(reply.choice)
    typed = fold_spaces(reply.text or "")
    said = matchable(typed)
    for number, person in enumerate(people):
        if matchable(person.name) in (said, said.removeprefix("for ")):
            return number
    raise unknown_person(typed, to_persons(people)) if typed else which_person(to_persons(people))
