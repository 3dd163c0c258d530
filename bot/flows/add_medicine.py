"""`/addmed`: for whom, what, how much, when; then saved, or shown first where it is not certain."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any, Self
from uuid import UUID
from zoneinfo import ZoneInfo

from bot.flows.engine import Choice, Data, Flow, Reply, Step, cancelled, finished
from bot.flows.whose import (
    People,
    ask_whose,
    index_of,
    load_people,
    named_for,
    read_people,
    take_whose,
    to_persons,
)
from bot.grammar.dosages import parse_dosage
from bot.grammar.medicines import PartialMedicine, understand_medicine
from bot.grammar.names import parse_name
from bot.grammar.people import Person
from bot.grammar.problems import Misunderstood, Problem
from bot.grammar.schedules import parse_schedule
from bot.intake.request import Request
from bot.redis.conversations import Conversation
from bot.views import medicines as views
from bot.views.answer import Answer, Screen
from bot.views.misunderstandings import misunderstood
from domain.access import Action
from domain.dosages import Dosage
from domain.errors import NobodyCaredFor, SameMedicine
from domain.medications import add_medication
from domain.medicines import MedicineFacts, NewMedicine
from domain.schedules import Schedule, schedule_from_json

# What is merely missing is asked for; no sentence needs to say that it is missing.
_ASKED_FOR = frozenset(
    {
        Problem.NAME_MISSING,
        Problem.DOSAGE_MISSING,
        Problem.SCHEDULE_MISSING,
        Problem.TIMES_MISSING,
        Problem.WHICH_PERSON,
    }
)


@dataclass(frozen=True)
class Draft:
    """What is known of the medicine so far; goes to Redis and back between two questions.

    `line` is what was typed at first, while it is not known for whom: it is read again then, since
    their zone says what "today" is. `is_another`: they take one of that name already, and this one
    as well.
    """

    people: People
    line: str = ""
    person: int | None = None
    name: str | None = None
    dosage: Mapping[str, Any] | None = None
    schedule: Mapping[str, Any] | None = None
    schedule_so_far: str = ""
    same: str | None = None
    is_another: bool = False

    @classmethod
    def read(cls, conversation: Conversation) -> Self:
        data: Data = conversation.data
        return cls(**{**data, "people": read_people(data["people"])})

    def write(self) -> Data:
        return asdict(self)

    @property
    def persons(self) -> Sequence[Person]:
        return to_persons(self.people)

    @property
    def chosen(self) -> Person | None:
        return None if self.person is None else self.persons[self.person]

    @property
    def step(self) -> str:
        """The first thing that is still to be asked."""
        if self.person is None:
            return "person"
        if self.name is None:
            return "name"
        if self.dosage is None:
            return "dosage"
        if self.schedule is None:
            return "schedule"
        return "same" if self.same and not self.is_another else "confirm"

    def understood(self, typed: PartialMedicine) -> "Draft":
        """With what a line said."""
        return replace(
            self,
            person=index_of(self.people, typed.person),
            name=typed.name,
            dosage=typed.dosage.to_json() if typed.dosage else None,
            schedule=typed.schedule.to_json() if typed.schedule else None,
            schedule_so_far=typed.schedule_so_far if typed.schedule is None else "",
            line=self.line if typed.person is None else "",
        )


async def begin(request: Request) -> Answer:
    """`/addmed [NAME DOSAGE SCHEDULE [for PERSON]]`"""
    request.scope.require(Action.CHANGE_MEDICINES)
    # The command stays before the line: a name may look like one, and is to be refused as such.
    line = f"/addmed {request.text}" if request.text else ""
    draft = Draft(people=await load_people(request.scope), line=line)
    if not draft.people:
        raise NobodyCaredFor
    if not draft.line:
        only = 0 if len(draft.people) == 1 else None
        draft = replace(draft, person=only)
        return FLOW.begin(request, draft.step, draft.write())
    typed = understand_medicine(draft.line, people=draft.persons, now=request.scope.clock.now())
    draft = draft.understood(typed)
    if typed.problem is None and typed.is_certain and draft.step == "confirm":
        try:
            return await _save(request, draft)
        except SameMedicine as same:
            draft = _beside(draft, same.existing)
    return FLOW.begin(request, draft.step, draft.write(), first=_sentence(typed.problem))


async def _take_person(request: Request, running: Conversation, reply: Reply) -> Answer:
    draft = Draft.read(running)
    number = take_whose(draft.people, reply)
    draft = replace(draft, person=number)
    if not draft.line:
        return _next(request, running, draft)
    person = draft.persons[number]
    typed = understand_medicine(draft.line, people=[person], now=request.scope.clock.now())
    draft = replace(draft.understood(typed), person=number, line="")
    # Whom it is for is settled by now, whatever name the line gave.
    is_settled = typed.problem is not None and typed.problem.problem is Problem.UNKNOWN_PERSON
    first = None if is_settled else _sentence(typed.problem)
    return _next(request, running, draft, first=first)


def _ask_name(_data: Data, _choice: Choice) -> Screen:
    return views.ask_medicine_name()


async def _take_name(request: Request, running: Conversation, reply: Reply) -> Answer:
    draft = replace(Draft.read(running), name=parse_name(reply.text or ""))
    return _next(request, running, draft)


def _ask_dosage(data: Data, _choice: Choice) -> Screen:
    return views.ask_dosage(data["name"])


async def _take_dosage(request: Request, running: Conversation, reply: Reply) -> Answer:
    draft = replace(Draft.read(running), dosage=parse_dosage(reply.text or "").to_json())
    return _next(request, running, draft)


def _ask_schedule(data: Data, choice: Choice) -> Screen:
    return ask_schedule(data["name"], choice, so_far=data["schedule_so_far"])


async def _take_schedule(request: Request, running: Conversation, reply: Reply) -> Answer:
    draft = Draft.read(running)
    person = draft.chosen
    if person is None:
        return _next(request, running, draft)
    found = read_schedule_reply(request, reply, so_far=draft.schedule_so_far, zone=person.zone)
    if isinstance(found, str):
        return _next(request, running, replace(draft, schedule_so_far=found))
    draft = replace(draft, schedule=found.to_json(), schedule_so_far="")
    return _next(request, running, draft)


def _ask_confirm(data: Data, choice: Choice) -> Screen:
    return views.confirm(
        name=data["name"],
        dosage=Dosage.from_json(data["dosage"]),
        schedule=schedule_from_json(data["schedule"]),
        person=data["people"][data["person"]][1],
        zone=ZoneInfo(data["people"][data["person"]][2]),
        buttons=(
            choice(views.save_label(), "save"),
            choice(views.change_label(), "change"),
            choice(views.cancel_label(), "cancel"),
        ),
    )


async def _take_confirm(request: Request, running: Conversation, reply: Reply) -> Answer:
    draft = Draft.read(running)
    match reply.choice:
        case "save":
            return await _save_in(request, running, draft)
        case "change":
            return FLOW.go_on(request, running, "change", draft.write())
        case "cancel":
            return cancelled(running.flow_id)
        case _:
            return views.tap_a_button().and_send(FLOW.question(running))


async def _save_in(request: Request, running: Conversation, draft: Draft) -> Answer:
    """The end of the conversation, unless they take one of that name already."""
    try:
        return finished(running, await _save(request, draft, flow_id=running.flow_id))
    except SameMedicine as same:
        return _next(request, running, _beside(draft, same.existing))


def _ask_same(data: Data, choice: Choice) -> Screen:
    return views.ask_same(
        data["same"],
        person=data["people"][data["person"]][1],
        both=choice(views.both_label(), "both"),
        change=choice(views.change_label(), "change"),
        cancel=choice(views.cancel_label(), "cancel"),
    )


async def _take_same(request: Request, running: Conversation, reply: Reply) -> Answer:
    draft = Draft.read(running)
    match reply.choice:
        case "both":
            return await _save_in(request, running, replace(draft, is_another=True))
        case "change":
            return FLOW.go_on(request, running, "change", replace(draft, same=None).write())
        case "cancel":
            return cancelled(running.flow_id)
        case _:
            return views.tap_a_button().and_send(FLOW.question(running))


def _ask_change(data: Data, choice: Choice) -> Screen:
    parts = views.part_labels()
    if len(data["people"]) == 1:
        parts.pop("person")
    buttons = [choice(label, key) for key, label in parts.items()]
    return views.ask_what_to_change(
        data["name"], [*buttons, choice(views.cancel_label(), "cancel")]
    )


async def _take_change(request: Request, running: Conversation, reply: Reply) -> Answer:
    draft = Draft.read(running)
    match reply.choice:
        case "name":
            draft = replace(draft, name=None)
        case "dosage":
            draft = replace(draft, dosage=None)
        case "schedule":
            draft = replace(draft, schedule=None)
        case "person":
            draft = replace(draft, person=None)
        case "cancel":
            return cancelled(running.flow_id)
        case _:
            return views.tap_a_button().and_send(FLOW.question(running))
    return _next(request, running, draft)


def name_draft(data: Data) -> str | None:
    """What was to be added, as far as it was said; None where nothing was (no HTML)."""
    if not data["name"]:
        return None
    dosage = Dosage.from_json(data["dosage"]) if data["dosage"] else None
    schedule = schedule_from_json(data["schedule"]) if data["schedule"] else None
    what = views.draft_in_short(data["name"], dosage, schedule)
    return named_for(what, data["people"], data["person"])


FLOW = Flow(
    "addmed",
    {
        "person": Step(ask_whose, _take_person),
        "name": Step(_ask_name, _take_name),
        "dosage": Step(_ask_dosage, _take_dosage),
        "schedule": Step(_ask_schedule, _take_schedule),
        "same": Step(_ask_same, _take_same),
        "confirm": Step(_ask_confirm, _take_confirm),
        "change": Step(_ask_change, _take_change),
    },
)
PRESETS = {
    "m": "every day at 08:00",
    "me": "every day at 08:00 and 20:00",
    "mne": "every day at 08:00, 14:00 and 20:00",
    "e": "every day at 20:00",
    "wd": "weekdays",
    "d2": "every 2 days",
    "h8": "every 8 hours",
    "prn": "as needed",
}


def ask_schedule(name: str, choice: Choice, *, so_far: str) -> Screen:
    """The question when it is due: the usual ways as buttons, until one lacks its times."""
    presets = [choice(label, key) for key, label in views.schedule_presets().items()]
    return views.ask_schedule(name, presets, so_far=so_far)


def read_schedule_reply(
    request: Request, reply: Reply, *, so_far: str, zone: ZoneInfo
) -> Schedule | str:
    """What a reply to :func:`ask_schedule` says, together with what was said before; or, as long as
    it lacks its times, the words so far. Raises Misunderstood.
    """
    now = request.scope.clock.now()
    words = PRESETS[reply.choice] if reply.choice is not None else reply.text or ""
    try:
        return _schedule_or_words(f"{so_far} {words}".strip(), zone=zone, now=now)
    except Misunderstood:
        if not so_far:
            raise
    return _schedule_or_words(words, zone=zone, now=now)  # they began anew


def _schedule_or_words(words: str, *, zone: ZoneInfo, now: datetime) -> Schedule | str:
    try:
        return parse_schedule(words, zone=zone, now=now)
    except Misunderstood as problem:
        if problem.problem is Problem.TIMES_MISSING:
            return words
        raise


def _next(
    request: Request, running: Conversation, draft: Draft, *, first: Screen | None = None
) -> Answer:
    return FLOW.go_on(request, running, draft.step, draft.write(), first=first)


async def _save(request: Request, draft: Draft, *, flow_id: UUID | None = None) -> Answer:
    medicine = await add_medication(
        request.scope, _medicine(draft), flow_id=flow_id, is_another=draft.is_another
    )
    member = request.scope.require(Action.CHANGE_MEDICINES)
    return views.saved(medicine, now=request.scope.clock.now(), member=member)


def _medicine(draft: Draft) -> NewMedicine:
    person = draft.chosen
    if not (person and person.id and draft.name and draft.dosage and draft.schedule):
        raise Misunderstood(Problem.SCHEDULE_MISSING)
    return NewMedicine(
        person_id=person.id,
        name=draft.name,
        dosage=Dosage.from_json(draft.dosage),
        schedule=schedule_from_json(draft.schedule),
    )


def _beside(draft: Draft, existing: MedicineFacts) -> Draft:
    return replace(draft, same=views.in_short(existing))


def _sentence(problem: Misunderstood | None) -> Screen | None:
    if problem is None or problem.problem in _ASKED_FOR:
        return None
    return Screen(misunderstood(problem))
