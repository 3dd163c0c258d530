"""`/addmed`: for whom, what, how much, when; then saved, or shown first where it is not certain."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any, Self
from uuid import UUID
from zoneinfo import ZoneInfo

from bot.conversation.engine import Choice, Data, Flow, Reply, Step, cancelled, finished
from bot.conversation.whose import (
    People,
    ask_whose,
    index_of,
    load_people,
    named_for,
    read_people,
    take_whose,
    to_persons,
)
from bot.features.medicines.flows import content_changes as parts
from bot.features.medicines.flows.content_changes import Ground
from bot.features.medicines.flows.new_schedules import PRESETS, read_schedule
from bot.features.medicines.views import medicines as views
from bot.features.overview.flows import add_list
from bot.grammar.commands.medicines import PartialMedicine, understand_medicine
from bot.grammar.dosages import parse_dosage
from bot.grammar.names import parse_name
from bot.grammar.people import Person, find_person
from bot.grammar.problems import Misunderstood, Problem
from bot.grammar.schedules.parsing import LONGEST_SCHEDULE, parse_schedule
from bot.grammar.tokens import tokenize
from bot.intake.request import Request
from bot.redis.conversations import Conversation
from bot.ui import conversations
from bot.ui.answer import Answer, Screen
from bot.ui.misunderstandings import misunderstood
from domain.access import Action
from domain.family.errors import NobodyCaredFor
from domain.medicines.dosages import Dosage
from domain.medicines.errors import SameMedicine
from domain.medicines.facts import Content, MedicineFacts, NewMedicine
from domain.medicines.medications import add_medication
from domain.medicines.schedules.changes import Change
from domain.medicines.schedules.schedules import schedule_from_json

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

_OFFERED = frozenset({Problem.WHICH_NIGHT, Problem.HOUR_IS_OVER})


@dataclass(frozen=True)
class Draft:
    """What is known of the medicine so far; goes to Redis and back between two questions.

    `line` is what was typed at first, while it is not known for whom: it is read again then, since
    their zone says what "today" is. `same`: what they take already, of that name or one alike
    (`same_name`, `same_id`); `beside`: those that the new one is another than. `guard` says what of
    as needed was asked already: how far apart, how often. `change` is one that is not made yet,
    since it is asked what was meant (`question`); `times` are those that fit `schedule_so_far`.
    `offered` are schedules, as one would type them, of which one was likely meant.
    """

    people: People
    line: str = ""
    person: int | None = None
    name: str | None = None
    dosage: Mapping[str, Any] | None = None
    schedule: Mapping[str, Any] | None = None
    schedule_so_far: str = ""
    same: str | None = None
    same_name: str = ""
    same_id: str = ""
    beside: tuple[str, ...] = ()
    guard: str = ""
    change: Mapping[str, Any] | None = None
    question: Mapping[str, Any] | None = None
    times: Sequence[str] = ()
    offered: Sequence[str] = ()

    @classmethod
    def read(cls, conversation: Conversation) -> Self:
        data: dict[str, Any] = dict(conversation.data)
        data.pop("is_another", None)  # of the version before
        beside = tuple(data.get("beside", ()))
        return cls(**{**data, "people": read_people(data["people"]), "beside": beside})

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
        if self.question is not None:
            return str(self.question["step"])
        if self.guard != "done" and parts.needs_guard(self.content):
            return self.guard or "interval"
        if self.guard == "most":
            return "most"
        return "same" if self.same else "confirm"

    @property
    def content(self) -> Content:
        """What is known by then: name, dosage and schedule."""
        if not (self.name and self.dosage and self.schedule):
            raise Misunderstood(Problem.SCHEDULE_MISSING)
        dosage, schedule = Dosage.from_json(self.dosage), schedule_from_json(self.schedule)
        return Content(self.name, dosage, schedule)

    def changed(self, content: Content) -> "Draft":
        """With another content; what was asked about the one before is settled."""
        return replace(
            self,
            name=content.name,
            dosage=content.dosage.to_json(),
            schedule=content.schedule.to_json(),
            change=None,
            question=None,
            same=None,
        )

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
    # Whoever is in a hurry is not asked how often "as needed" may be; the answer says what is open.
    is_whole = replace(draft, guard="done").step == "confirm"
    if typed.problem is None and typed.is_certain and is_whole:
        try:
            return await _save(request, draft)
        except SameMedicine as same:
            draft = _beside(draft, same.existing)
    draft = _with_times(_offering(draft, typed.problem), request.scope.clock.now())
    return FLOW.begin(request, draft.step, draft.write(), first=_sentence(typed.problem))


async def _take_person(request: Request, running: Conversation, reply: Reply) -> Answer:
    draft = Draft.read(running)
    try:
        number = take_whose(draft.people, reply)
    except Misunderstood:
        # What was typed at the question whose it is may be the rest of it.
        text = reply.text or ""
        with_line = replace(draft, line=f"/addmed {text}")
        early = None if draft.line else _more(request, running, with_line, text)
        if early is None:
            raise
        return early
    draft = replace(draft, person=number)
    if not draft.line:
        return _next(request, running, draft)
    person = draft.persons[number]
    typed = understand_medicine(draft.line, people=[person], now=request.scope.clock.now())
    draft = replace(draft.understood(typed), person=number, line="")
    # Whom it is for is settled by now, whatever name the line gave.
    is_settled = typed.problem is not None and typed.problem.problem is Problem.UNKNOWN_PERSON
    first = None if is_settled else _sentence(typed.problem)
    return _next(request, running, _offering(draft, typed.problem), first=first)


def _ask_name(_data: Data, _choice: Choice) -> Screen:
    return views.ask_medicine_name()


async def _take_name(request: Request, running: Conversation, reply: Reply) -> Answer:
    """A name alone, or all of it at once, or a list."""
    draft, text = Draft.read(running), reply.text or ""
    if add_list.is_list(text):
        return await add_list.begin(replace(request, text=text), "med")
    return _more(request, running, draft, text) or _next(
        request, running, replace(draft, name=parse_name(text))
    )


def _ask_dosage(data: Data, _choice: Choice) -> Screen:
    return views.ask_dosage(data["name"])


async def _take_dosage(request: Request, running: Conversation, reply: Reply) -> Answer:
    """How much, and perhaps when."""
    draft, text = Draft.read(running), reply.text or ""
    try:
        dosage = parse_dosage(text)
    except Misunderstood:
        more = _more(request, running, draft, f'"{draft.name}" {text}')
        if more is None:
            raise
        return more
    return _next(request, running, replace(draft, dosage=dosage.to_json()))


def _more(request: Request, running: Conversation, draft: Draft, text: str) -> Answer | None:
    """The next question, after what says more than a name; None where it does not."""
    people = [draft.persons[draft.person]] if draft.person is not None else draft.persons
    typed = understand_medicine(f"/addmed {text}", people=people, now=request.scope.clock.now())
    if typed.name is None or not (typed.dosage or typed.schedule):
        return None
    understood = draft.understood(typed)
    understood = replace(
        understood,
        person=draft.person if typed.person is None else understood.person,
        dosage=understood.dosage or draft.dosage,
        schedule=understood.schedule or draft.schedule,
    )
    problem = typed.problem
    first = None if problem is None or problem.problem.is_missing else _sentence(problem)
    return _next(request, running, _offering(understood, problem), first=first)


def _offering(draft: Draft, problem: Misunderstood | None) -> Draft:
    """With what can be tapped instead of a time at which the one dose cannot be, or of midnight."""
    is_of_time = problem is not None and problem.problem in _OFFERED
    return replace(draft, offered=problem.suggestions if problem and is_of_time else ())


def _ask_schedule(data: Data, choice: Choice) -> Screen:
    so_far = data["schedule_so_far"]
    if so_far:
        buttons = [
            choice(words, f"t{number}") for number, words in enumerate(data.get("times", ()))
        ]
    elif data.get("offered"):
        buttons = [choice(words, f"o{number}") for number, words in enumerate(data["offered"])]
    else:
        buttons = [choice(label, key) for key, label in views.schedule_presets().items()]
    return views.ask_schedule(data["name"], buttons, so_far=so_far)


async def _take_schedule(request: Request, running: Conversation, reply: Reply) -> Answer:
    draft = Draft.read(running)
    if draft.chosen is None:
        return _next(request, running, draft)
    words = reply.text or ""
    if reply.choice is not None:
        words = _tapped(draft, reply.choice)
    zone, now = draft.chosen.zone, request.scope.clock.now()
    try:
        found = read_schedule(words, so_far=draft.schedule_so_far, zone=zone, now=now)
    except Misunderstood as problem:
        if problem.problem not in _OFFERED:
            raise
        draft = _offering(replace(draft, schedule_so_far=""), problem)
        return _next(request, running, draft, first=_sentence(problem))
    draft = replace(draft, offered=())
    if isinstance(found, str):
        return _next(request, running, replace(draft, schedule_so_far=found))
    draft = replace(draft, schedule=found.to_json(), schedule_so_far="", guard="")
    return _next(request, running, draft)


def _tapped(draft: Draft, choice: str) -> str:
    """What a button of the question when it is due says, as one would type it."""
    match choice[:1], choice[1:]:
        case "t", number if number.isdecimal():
            return draft.times[int(number)]
        case "o", number if number.isdecimal():
            return draft.offered[int(number)]
        case _:
            return PRESETS[choice]


async def _take_interval(request: Request, running: Conversation, reply: Reply) -> Answer:
    draft = Draft.read(running)
    change = parts.take_interval(reply, _ground(request, draft))
    guard = "most" if change is None or change.max_per_day is None else "done"
    return _changed(request, running, replace(draft, guard=guard), change)


async def _take_most(request: Request, running: Conversation, reply: Reply) -> Answer:
    draft = Draft.read(running)
    change = parts.take_most(reply, _ground(request, draft))
    return _changed(request, running, replace(draft, guard="done"), change)


def _ground(request: Request, draft: Draft) -> Ground:
    if draft.chosen is None:
        raise Misunderstood(Problem.WHICH_PERSON)
    return Ground(draft.content, draft.chosen.zone, request.scope.clock.now())


def _changed(
    request: Request, running: Conversation, draft: Draft, change: Change | None, *, words: str = ""
) -> Answer:
    """The draft with a change of it, or the question what it means; then the draft is shown again.

    Raises Misunderstood.
    """
    if change is None:
        return _next(request, running, draft)
    found = _ground(request, draft).apply([change], words=words)
    if isinstance(found, Content):
        return _next(request, running, draft.changed(found))
    step, needed = parts.data_of_question(found)
    question = {"step": step, **needed}
    return _next(request, running, replace(draft, change=change.to_json(), question=question))


async def _take_words(request: Request, running: Conversation, reply: Reply) -> Answer:
    """What is typed under a draft changes it: "at 19:00", "4 hours apart, max 4", "for Dad"."""
    draft, text = Draft.read(running), reply.text or ""
    line = tokenize(text[:LONGEST_SCHEDULE])
    named = find_person(line, draft.persons)
    if named is not None:
        draft = replace(draft, person=draft.persons.index(named.person), same=None)
        text = line.typed(line.tokens[: named.start] + line.tokens[named.end :])
        if not text:
            return _next(request, running, draft)
    change = _ground(request, draft).read(text)
    return _changed(request, running, draft, change, words=text)


async def _take_new_dosage(request: Request, running: Conversation, reply: Reply) -> Answer:
    draft, text = Draft.read(running), reply.text or ""
    change = _ground(request, draft).read_dosage(text)
    return _changed(request, running, draft, change, words=text)


async def _take_new_schedule(request: Request, running: Conversation, reply: Reply) -> Answer:
    draft = Draft.read(running)
    ground = _ground(request, draft)
    words = parts.words_of_when(reply, ground)
    change = ground.read_schedule(words)
    return _changed(request, running, replace(draft, guard=""), change, words=words)


async def _take_answer(request: Request, running: Conversation, reply: Reply) -> Answer:
    """The answer to what a change of the draft means."""
    draft = Draft.read(running)
    question, change = draft.question or {}, Change.from_json(draft.change or {})
    ground = _ground(request, draft)
    change = parts.take_answer(running.step, question, reply, change, ground)
    return _changed(request, running, draft, change, words=reply.text or "")


def _of_question(ask: Callable[[Data, Choice], Screen]) -> Callable[[Data, Choice], Screen]:
    def ask_it(data: Data, choice: Choice) -> Screen:
        return ask({"name": data["name"], **data["question"]}, choice)

    return ask_it


def _ask_most(data: Data, choice: Choice) -> Screen:
    content = Content(
        data["name"], Dosage.from_json(data["dosage"]), schedule_from_json(data["schedule"])
    )
    return parts.ask_most({**data, "most_choices": parts.most_choices(content)}, choice)


def _ask_new_dosage(data: Data, _choice: Choice) -> Screen:
    zone = ZoneInfo(data["people"][data["person"]][2])
    schedule = schedule_from_json(data["schedule"])
    now = views.amount_now(Dosage.from_json(data["dosage"]), schedule, zone=zone)
    return views.ask_new_dosage(data["name"], now)


def _ask_new_schedule(data: Data, choice: Choice) -> Screen:
    zone = ZoneInfo(data["people"][data["person"]][2])
    schedule = schedule_from_json(data["schedule"])
    return parts.ask_when({"name": data["name"], **parts.data_of_when(schedule, zone)}, choice)


def _ask_confirm(data: Data, choice: Choice) -> Screen:
    return views.confirm(
        name=data["name"],
        dosage=Dosage.from_json(data["dosage"]),
        schedule=schedule_from_json(data["schedule"]),
        person=data["people"][data["person"]][1],
        zone=ZoneInfo(data["people"][data["person"]][2]),
        buttons=(
            choice(conversations.save_label(), "save"),
            choice(conversations.change_label(), "change"),
            choice(conversations.cancel_label(), "cancel"),
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
            return await _take_words(request, running, reply)


async def _save_in(request: Request, running: Conversation, draft: Draft) -> Answer:
    """The end of the conversation, unless they take one of that name, or of one alike, already."""
    try:
        return finished(running, await _save(request, draft, flow_id=running.flow_id))
    except SameMedicine as same:
        return _next(request, running, _beside(draft, same.existing))


def _ask_same(data: Data, choice: Choice) -> Screen:
    return views.ask_same(
        data["same"],
        name=data["name"],
        existing_name=data.get("same_name") or data["name"],
        person=data["people"][data["person"]][1],
        both=choice(views.both_label(), "both"),
        change=choice(conversations.change_label(), "change"),
        cancel=choice(conversations.cancel_label(), "cancel"),
    )


async def _take_same(request: Request, running: Conversation, reply: Reply) -> Answer:
    draft = Draft.read(running)
    match reply.choice:
        case "both":
            both = replace(draft, same=None, beside=(*draft.beside, draft.same_id))
            return await _save_in(request, running, both)
        case "change":
            return FLOW.go_on(request, running, "change", replace(draft, same=None).write())
        case "cancel":
            return cancelled(running.flow_id)
        case _:
            return await _take_words(request, running, reply)


def _ask_change(data: Data, choice: Choice) -> Screen:
    parts = views.part_labels()
    if len(data["people"]) == 1:
        parts.pop("person")
    buttons = [choice(label, key) for key, label in parts.items()]
    return views.ask_what_to_change(
        data["name"], [*buttons, choice(conversations.cancel_label(), "cancel")]
    )


async def _take_change(request: Request, running: Conversation, reply: Reply) -> Answer:
    draft = Draft.read(running)
    match reply.choice:
        case "name":
            draft = replace(draft, name=None)
        case "dosage":
            return FLOW.go_on(request, running, "much", draft.write())
        case "schedule":
            return FLOW.go_on(request, running, "when", draft.write())
        case "person":
            draft = replace(draft, person=None)
        case "cancel":
            return cancelled(running.flow_id)
        case _:
            return await _take_words(request, running, reply)
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
        "much": Step(_ask_new_dosage, _take_new_dosage),
        "when": Step(_ask_new_schedule, _take_new_schedule),
        "times": Step(_of_question(parts.ask_times), _take_answer),
        "which": Step(_of_question(parts.ask_which), _take_answer),
        "each": Step(_of_question(parts.ask_each), _take_answer),
        "interval": Step(parts.ask_interval, _take_interval),
        "most": Step(_ask_most, _take_most),
    },
)


def _with_times(draft: Draft, now: datetime) -> Draft:
    """With the times of day that complete what was said so far, to be offered as buttons."""
    so_far, person = draft.schedule_so_far, draft.chosen
    if not so_far or person is None:
        return replace(draft, times=())
    fitting = []
    for times in parts.times_choices():
        with suppress(Misunderstood):
            parse_schedule(f"{so_far} {times}", zone=person.zone, now=now)
            fitting.append(times)
    return replace(draft, times=fitting)


def _next(
    request: Request, running: Conversation, draft: Draft, *, first: Screen | None = None
) -> Answer:
    draft = _with_times(draft, request.scope.clock.now())
    return FLOW.go_on(request, running, draft.step, draft.write(), first=first)


async def _save(request: Request, draft: Draft, *, flow_id: UUID | None = None) -> Answer:
    medicine = await add_medication(
        request.scope,
        _medicine(draft),
        flow_id=flow_id,
        beside=[UUID(key) for key in draft.beside if key],
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
    return replace(
        draft,
        same=views.in_short(existing),
        same_name=existing.name,
        same_id=str(existing.id),
    )


def _sentence(problem: Misunderstood | None) -> Screen | None:
    if problem is None or problem.problem in _ASKED_FOR:
        return None
    return Screen(misunderstood(problem))
