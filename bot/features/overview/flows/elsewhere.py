"""Offers another family of the same member if a name is known there but not here.

Commands that name a medicine or a person are wrapped: if the name isn't known here, the member's
other families are searched. A tap runs the same command there, once: membership is checked when
that family is opened, and the current family stays the same.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any
from uuid import UUID

from bot.conversation.engine import AbandonPolicy, Choice, Data, Flow, Reply, Step, finished
from bot.features.medicines.flows.named_medicines import name_medicine
from bot.features.overview.views import elsewhere as views
from bot.grammar.commands.intakes import LONGEST_LINE
from bot.grammar.known_medicines import names_begun_with
from bot.grammar.people import Person, find_person, find_unknown_person
from bot.grammar.problems import Misunderstood, Problem
from bot.grammar.tokens import Line, tokenize
from bot.intake.conversation import to_end
from bot.intake.request import Handler, Request
from bot.redis.conversations import Conversation
from bot.ui import conversations
from bot.ui.answer import Answer, Screen
from bot.ui.conversations import Unfinished
from bot.ui.distinct_labels import family_labels
from bot.ui.misunderstandings import misunderstood
from domain.access import Action, Role, may
from domain.errors import NotFound
from domain.family.people import list_people
from domain.medicines.facts import MedicineLine
from domain.overview.elsewhere import FamilyNames, list_names

_UNKNOWN = (
    Problem.UNKNOWN_MEDICINE,
    Problem.UNKNOWN_PERSON,
    Problem.NOTHING_OF_THAT_NAME,
)


@dataclass(frozen=True)
class Naming:
    """What a command's line names, and which permissions the command needs (any of `actions`)."""

    handler: Handler
    actions: tuple[Action, ...]
    medicine: bool = False  # the line starts with the name of a medicine
    person: bool = False  # or with the name of a person


@dataclass(frozen=True)
class Offer:
    """Another family that knows what was typed: `sentence` says so (HTML), and `text` is the
    command line to run there.
    """

    family_id: str
    family: str
    sentence: str
    text: str
    is_allowed: bool


class Elsewhere:
    """The commands that name something, and the conversation that offers another family."""

    def __init__(self, commands: Mapping[str, Naming]) -> None:
        self._commands = commands
        self.flow = Flow(
            "elsewhere",
            {"offer": Step(self._ask, self._take, self._refresh, has_own_exit=True)},
            abandon_policy=AbandonPolicy("family", Unfinished.NOT_CHANGED),
        )

    def handlers(self) -> dict[str, Handler]:
        """The commands, each wrapped to search other families."""
        return {name: self._wrap(name) for name in self._commands}

    def may_run(self, name: str, role: Role) -> bool:
        """Whether that role has what the command needs. Commands that are not here only show."""
        naming = self._commands.get(name)
        return naming is None or any(may(role, action) for action in naming.actions)

    def _wrap(self, name: str) -> Handler:
        naming = self._commands[name]

        async def handler(request: Request) -> Answer:
            member = request.scope.member
            if not request.text or member is None or not member.has_other_families:
                return await naming.handler(request)
            if await _names_unknown_person(request):
                offers = await self._find_offers(request, name, request.text)
                if any(offer.is_allowed for offer in offers):
                    return self._offer(request, name, offers)
            try:
                return await naming.handler(request)
            except Misunderstood as problem:
                if problem.problem not in _UNKNOWN:
                    raise
                offers = await self._find_offers(
                    request, name, request.text, here=problem.suggestions
                )
                if not offers:
                    raise
                if not any(offer.is_allowed for offer in offers):
                    sentences = [views.read_only_there(offer.sentence) for offer in offers]
                    return views.not_allowed_there(misunderstood(problem), sentences)
                return self._offer(request, name, offers)

        return handler

    def _offer(self, request: Request, name: str, offers: Sequence[Offer]) -> Answer:
        here = request.scope.require(Action.READ).family_name
        data = {"command": name, "text": request.text, "here": here, "offers": _stored(offers)}
        return self.flow.begin(request, "offer", data)

    async def _find_offers(
        self, request: Request, name: str, text: str, *, here: Sequence[str] = ()
    ) -> Sequence[Offer]:
        """The other families that know what *text* names. *here* are similar names in this family:
        if what was typed abbreviates one of them, that one is meant.
        """
        naming = self._commands[name]
        if len(text) > LONGEST_LINE:
            return []
        families = await list_names(request.scope)
        labels = family_labels([names.family for names in families])
        found = []
        for names, label in zip(families, labels, strict=True):
            await asyncio.sleep(
                0
            )  # parsing a family's names takes time, so let others run in between
            known = _find(naming, text, names, label, here=here)
            if known is not None:
                sentence, typed = known
                is_allowed = self.may_run(name, names.role)
                found.append(Offer(str(names.family.id), label, sentence, typed, is_allowed))
        return found

    def _ask(self, data: Data, choice: Choice) -> Screen:
        offers = [Offer(**offer) for offer in data["offers"]]
        allowed = [offer for offer in offers if offer.is_allowed]
        buttons = [
            choice(
                views.there_label(
                    data["command"], family=offer.family if len(allowed) > 1 else None
                ),
                str(number),
            )
            for number, offer in enumerate(offers)
            if offer.is_allowed
        ]
        sentences = [
            offer.sentence if offer.is_allowed else views.read_only_there(offer.sentence)
            for offer in offers
        ]
        return views.offer(
            sentences,
            typed=f"/{data['command']} {data['text']}",
            buttons=[*buttons, choice(views.here_label(data["command"]), "stay")],
        )

    async def _refresh(self, request: Request, data: Data) -> Data:
        offers = await self._find_offers(request, data["command"], data["text"])
        if not offers:
            raise NotFound
        return {**data, "offers": _stored(offers)}

    async def _take(self, request: Request, running: Conversation, reply: Reply) -> Answer:
        data: Data = running.data
        naming = self._commands[data["command"]]
        if reply.choice is None:
            return conversations.tap_a_button(reply.text or "").and_ask(self.flow.question(running))
        if reply.choice == "stay":
            return await _run(request, running, naming.handler, data["text"])
        offer = Offer(**data["offers"][int(reply.choice)])
        if await request.scope.enter_family(UUID(offer.family_id)) is None:
            return finished(running, views.has_left(offer.family))
        answer = await _run(request, running, naming.handler, offer.text)
        first, *others = answer.send
        has_ended = answer.conversation == to_end(running.flow_id)
        said = views.from_there(
            first,
            is_done=has_ended and data["command"] != "history",
            family=offer.family,
            here=data["here"],
        )
        return replace(answer, send=(said, *others))


async def _run(request: Request, running: Conversation, handler: Handler, text: str) -> Answer:
    """Run the command as if it had just been typed, and end the offer."""
    try:
        answer = await handler(replace(request, text=text, press=None, conversation=None))
    except Misunderstood as problem:
        answer = Answer(send=(Screen(misunderstood(problem)),))
    if answer.conversation is not None:  # the command asks a question of its own
        return replace(answer, closes=True)
    return finished(running, answer)


async def _names_unknown_person(request: Request) -> bool:
    """Whether the line is "for" a person that this family doesn't know."""
    text = request.text or ""
    if len(text) > LONGEST_LINE:
        return False
    line = tokenize(text)
    if find_unknown_person(line.tokens) is None:
        return False
    here = [Person(person.name, person.zone) for person in await list_people(request.scope)]
    try:
        return find_person(line, here) is None
    except Misunderstood:  # it names several people
        return False


def _find(
    naming: Naming, text: str, names: FamilyNames, family: str, *, here: Sequence[str]
) -> tuple[str, str] | None:
    """What *text* names in another family: a sentence about it, and the line to run there."""
    people = [Person(person.name, person.zone, person.id) for person in names.people]
    if naming.medicine:
        found = _find_medicine(text, names.medicines, here=here)
        if found is not None:
            medicines, typed = found
            owners = list(dict.fromkeys(medicine.person for medicine in medicines))
            return (
                views.medicine_there(medicines[0].name, people=owners, family=family),
                typed,
            )
    if naming.person:
        person = _find_person(tokenize(f"for {text}"), people)
        if person is not None:
            return views.person_there(person, family=family), text
    if not naming.medicine:
        person = _find_person(tokenize(text), people)
        if person is not None:
            return views.person_there(person, family=family), text
    return None


def _find_medicine(
    text: str, lines: Sequence[MedicineLine], *, here: Sequence[str]
) -> tuple[Sequence[MedicineLine], str] | None:
    """The medicines that *text* names or abbreviates, and the line with the full name."""
    try:
        named = name_medicine(text, lines)
    except Misunderstood:
        return _find_shortened(text, lines, here=here)
    ids = {medicine.id for medicine in named.medicines}
    return [line for line in lines if line.id in ids], text


def _find_shortened(
    text: str, lines: Sequence[MedicineLine], *, here: Sequence[str]
) -> tuple[Sequence[MedicineLine], str] | None:
    line = tokenize(text)
    if not line.tokens or names_begun_with(line.tokens[0].raw, here):
        return None
    names = set(names_begun_with(line.tokens[0].raw, (each.name for each in lines)))
    name = names.pop() if len(names) == 1 else None
    if name is None or '"' in name:
        return None
    whole = f'"{name}" {line.typed(line.tokens[1:])}'.strip()
    return _find_medicine(whole, lines, here=here) if whole != text else None


def _find_person(line: Line, people: Sequence[Person]) -> str | None:
    try:
        named = find_person(line, people)
    except Misunderstood:
        return None
    return named.person.name if named else None


def _stored(offers: Sequence[Offer]) -> list[dict[str, Any]]:
    return [asdict(offer) for offer in offers]
