"""`/give`: what was given, when, and whether it is meant after what others gave."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from bot.flows.engine import Choice, Data, Flow, Reply, Step, cancelled, finished
from bot.grammar.intakes import LONGEST_LINE, read_intake
from bot.grammar.known_medicines import KnownMedicine, NamedMedicine, read_medicine
from bot.grammar.people import Person, find_person
from bot.grammar.problems import Misunderstood, Problem
from bot.grammar.tokens import Line, tokenize
from bot.intake.request import Request
from bot.redis.conversations import Conversation
from bot.views import intakes as views
from bot.views import medicines as medicine_views
from bot.views.answer import Answer, Button, Screen
from bot.views.apart import medicine_labels
from domain.access import Action
from domain.database import Scope
from domain.dosages import Dosage
from domain.doses import Recorded
from domain.intakes import Confirm, Outlook, WhichOne, give
from domain.medications import list_medicines
from domain.medicines import MedicineLine, MedicineStatus

MOST_CHOICES = 30


async def begin(request: Request) -> Answer:
    """`/give [NAME [AMOUNT] [at TIME] [for PERSON]]`"""
    request.scope.require(Action.READ)
    lines = await _given_now(request.scope)
    if not lines and not request.text:
        return views.nothing_to_give()
    if not request.text:
        return FLOW.begin(request, "which", {"choices": choices(lines)})
    named = name_medicine(request.text, lines)
    rest = named.rest.typed(named.rest.tokens)
    if len(named.medicines) > 1:
        same = {medicine.id for medicine in named.medicines}
        found = [line for line in lines if line.id in same]
        return FLOW.begin(request, "which", {"choices": choices(found), "rest": rest})
    line = next(line for line in lines if line.id == named.medicines[0].id)
    return await _give(request, _typed(line, named.rest, request), None)


async def begin_button(request: Request) -> Answer:
    """Give now, on a medicine's screen."""
    return await _give(request, {"id": str(request.subject_id)}, None)


def name_medicine(text: str, lines: Sequence[MedicineLine]) -> NamedMedicine:
    """Which of the family's medicines a line begins with; "for PERSON" tells namesakes apart."""
    if len(text) > LONGEST_LINE:
        raise Misunderstood(Problem.TOO_LONG)
    typed = tokenize(text)
    people = {line.person_id: Person(line.person, line.zone, line.person_id) for line in lines}
    named = find_person(typed, list(people.values()))
    known = [KnownMedicine(line.id, line.name, line.person_id) for line in lines]
    if named is None:
        return read_medicine(typed, known)
    rest = typed.tokens[: named.start] + typed.tokens[named.end :]
    theirs = [medicine for medicine in known if medicine.person_id == named.person.id]
    return read_medicine(Line(typed.text, rest), theirs)


def choices(lines: Sequence[MedicineLine]) -> list[list[str]]:
    """Medicines as a conversation keeps them: id and label."""
    several = len({line.person_id for line in lines}) > 1
    shown = lines[:MOST_CHOICES]
    labels = medicine_labels(shown, with_person=several)
    return [[str(line.id), label] for line, label in zip(shown, labels, strict=True)]


async def _given_now(scope: Scope) -> Sequence[MedicineLine]:
    """Stopped ones are not offered: restore them first."""
    return [
        line for line in await list_medicines(scope) if line.status is not MedicineStatus.STOPPED
    ]


def _typed(line: MedicineLine, rest: Line, request: Request) -> dict[str, Any]:
    typed = read_intake(rest, zone=line.zone, now=request.scope.clock.now())
    return {
        "id": str(line.id),
        "given": typed.given.to_json() if typed.given else None,
        "at": typed.at.isoformat() if typed.at else None,
    }


def _ask_which(data: Data, choice: Choice) -> Screen:
    return views.ask_which(
        [choice(name, str(number)) for number, (_id, name) in enumerate(data["choices"])]
    )


async def _take_which(request: Request, running: Conversation, reply: Reply) -> Answer:
    data: Data = running.data
    lines = await _given_now(request.scope)
    if reply.choice is not None:
        chosen = data["choices"][int(reply.choice)][0]
        rest = tokenize(data.get("rest", ""))
    else:
        offered = {key for key, _name in data["choices"]}
        named = name_medicine(reply.text or "", [x for x in lines if str(x.id) in offered])
        if len(named.medicines) > 1:
            return views.tap_which().and_send(FLOW.question(running))
        chosen, rest = str(named.medicines[0].id), named.rest
    line = next((line for line in lines if str(line.id) == chosen), None)
    if line is None:
        return FLOW.go_on(request, running, "which", data)
    return await _give(request, _typed(line, rest, request), running)


async def _give(
    request: Request, data: dict[str, Any], running: Conversation | None, **answered: Any
) -> Answer:
    """Record it, or ask first what is to be asked."""
    now = request.scope.clock.now()
    outcome = await give(
        request.scope,
        UUID(data["id"]),
        at=datetime.fromisoformat(data["at"]) if data.get("at") else None,
        given=Dosage.from_json(data["given"]) if data.get("given") else None,
        **answered,
    )
    if isinstance(outcome, Recorded):
        member = request.scope.require(Action.READ)
        answer = views.given(outcome, member=member, now=now)
        return answer if running is None else finished(running, answer)
    # What it was when it was typed, however long the answer takes.
    data = {**data, "at": outcome.outlook.at.isoformat(), "seen": outcome.outlook.seen}
    return _ask_first(request, data, outcome, running, is_extra=answered.get("is_extra", False))


def _ask_first(
    request: Request,
    data: dict[str, Any],
    outcome: Confirm | WhichOne,
    running: Conversation | None,
    *,
    is_extra: bool,
) -> Answer:
    outlook, now = outcome.outlook, request.scope.clock.now()
    step = "dose" if isinstance(outcome, WhichOne) else "confirm"
    doses = [[str(d.id), views.dose_label(d, now=now)] for d in outlook.candidates]
    data = {**data, "doses": doses, "is_extra": is_extra, "text": _text(outcome, outlook, now)}
    if running is None:
        return FLOW.begin(request, step, data)
    return FLOW.go_on(request, running, step, data)


def _text(outcome: Confirm | WhichOne, outlook: Outlook, now: datetime) -> str:
    """The question as it was asked: what others record meanwhile is another question."""
    if isinstance(outcome, WhichOne):
        return views.which_one(outlook)
    return views.confirm(outlook, now=now)


def _ask_dose(data: Data, choice: Choice) -> Screen:
    buttons = [choice(words, str(number)) for number, (_id, words) in enumerate(data["doses"])]
    buttons.append(choice(views.extra_label(), "extra"))
    buttons.append(choice(medicine_views.cancel_label(), "cancel"))
    return _asked(data, buttons)


async def _take_dose(request: Request, running: Conversation, reply: Reply) -> Answer:
    data: dict[str, Any] = dict(running.data)
    match reply.choice:
        case "cancel":
            return cancelled(running.flow_id)
        case "extra":
            return await _give(request, data, running, is_extra=True)
        case str() as number:
            return await _give(request, data, running, dose_id=UUID(data["doses"][int(number)][0]))
        case None:
            return medicine_views.tap_a_button().and_send(FLOW.question(running))


def _ask_confirm(data: Data, choice: Choice) -> Screen:
    return _asked(
        data,
        [choice(views.record_label(), "yes"), choice(medicine_views.cancel_label(), "cancel")],
    )


async def _take_confirm(request: Request, running: Conversation, reply: Reply) -> Answer:
    data: dict[str, Any] = dict(running.data)
    match reply.choice:
        case "yes":
            return await _give(request, data, running, seen=data["seen"], is_extra=data["is_extra"])
        case "cancel":
            return cancelled(running.flow_id)
        case _:
            return medicine_views.tap_a_button().and_send(FLOW.question(running))


def _asked(data: Data, buttons: Sequence[Button]) -> Screen:
    return Screen(data["text"], tuple((button,) for button in buttons))


FLOW = Flow(
    "give",
    {
        "which": Step(_ask_which, _take_which),
        "dose": Step(_ask_dose, _take_dose),
        "confirm": Step(_ask_confirm, _take_confirm),
    },
)
