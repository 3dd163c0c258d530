"""An entry of a pasted list, and what the list has to know of appointments and of medicines."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Generic, Self, TypeAlias, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from bot.conversation.engine import Choice, Data, Reply
from bot.conversation.whose import People, ask_whose, index_of, take_whose, to_persons
from bot.features.appointments.flows.appointment_draft import Draft, is_asked_again
from bot.features.appointments.flows.draft_answers import answer, read_line, turned
from bot.features.appointments.flows.known_doctors import list_known_doctors
from bot.features.appointments.flows.open_questions import ASK
from bot.features.appointments.flows.ready_drafts import in_words, ready, stamped
from bot.features.appointments.flows.when_questions import to_problem
from bot.features.appointments.views.calendar_files import calendar_file
from bot.features.medicines.flows.new_schedules import PRESETS, read_schedule
from bot.features.medicines.views import medicines as medicine_views
from bot.features.overview.views import add_list as views
from bot.grammar.commands.medicines import understand_medicine
from bot.grammar.dosages import parse_dosage
from bot.grammar.names import parse_name
from bot.grammar.problems import Misunderstood, Problem
from bot.intake.request import Request
from bot.ui.answer import Screen
from domain.access import Action
from domain.appointments.adding import add_appointment
from domain.appointments.calendars import get_entries
from domain.appointments.errors import AppointmentInPast, TimeDoesNotExist
from domain.appointments.occurrences.facts import OccurrenceFacts
from domain.medicines.dosages import Dosage
from domain.medicines.errors import SameMedicine
from domain.medicines.facts import MedicineFacts, NewMedicine
from domain.medicines.medications import add_medication
from domain.medicines.schedules.schedules import schedule_from_json

Saved = TypeVar("Saved")
Reader: TypeAlias = Callable[[str, int], "Entry"]
"""Makes an entry of a line and its key."""


_Stored: TypeAlias = tuple[str, str, tuple[str, ...]]


@dataclass(frozen=True)
class Entry:
    """One of the list, as it goes to Redis and back. `key` is its own for good, `line` what was
    typed. `problem` (name, words, suggestions) keeps it from being saved until it is changed;
    `doubt`, alike, until its question is answered;
    `same` (`same_id`) is what is there already of that name, or one alike, until somebody wants
    both; `beside` are those that it is another than.
    """

    key: int
    line: str
    draft: Data
    problem: _Stored | None = None
    doubt: _Stored | None = None
    same: str | None = None
    same_id: str = ""
    beside: tuple[str, ...] = ()

    @classmethod
    def read(cls, stored: Data) -> Self:
        data: dict[str, Any] = dict(stored)
        for why in ("problem", "doubt"):
            if data.get(why) is not None:
                name, words, suggestions = data[why]
                data[why] = (name, words, tuple(suggestions))
        data["beside"] = tuple(data["beside"])
        return cls(**data)

    @property
    def reason(self) -> Misunderstood | None:
        """What is wrong with it, whether a question of its own can settle that or not."""
        why = self.problem or self.doubt
        if why is None:
            return None
        name, words, suggestions = why
        return Misunderstood(Problem[name], words, suggestions=suggestions)

    def refused(self, problem: Misunderstood | None) -> "Entry":
        return replace(self, problem=_stored(problem))

    def doubted(self, problem: Misunderstood | None) -> "Entry":
        return replace(self, doubt=_stored(problem))


def _stored(problem: Misunderstood | None) -> _Stored | None:
    if problem is None:
        return None
    return (problem.problem.name, problem.words, problem.suggestions)


class NotSaved(Exception):
    """An entry could not be saved; `entry` says why."""

    def __init__(self, entry: Entry) -> None:
        super().__init__(entry.key)
        self.entry = entry


class Kind(ABC, Generic[Saved]):
    """What the entries of a list are."""

    name: str
    action: Action

    @abstractmethod
    async def reader(self, request: Request, people: People) -> Reader:
        """What reads a line; whatever it takes of the tables is read once."""

    @abstractmethod
    def is_whole(self, entry: Entry) -> bool:
        """Whether nothing is missing and nothing is wrong."""

    @abstractmethod
    def is_rest(self, entry: Entry) -> bool:
        """Whether it can only go on with another entry."""

    @abstractmethod
    def question(self, entry: Entry) -> str | None:
        """What has to be asked of an entry before it can be saved."""

    @abstractmethod
    def ask(self, entry: Entry, people: People, choice: Choice) -> Screen: ...

    @abstractmethod
    async def take(
        self, request: Request, people: People, entry: Entry, reply: Reply
    ) -> tuple[Entry, Misunderstood | None]:
        """An answer to its question. Raises Misunderstood for what is none."""

    @abstractmethod
    def turned(self, people: People, entry: Entry, reply: Reply) -> Entry | None:
        """With other buttons below its question; None if *reply* did not ask for them."""

    @abstractmethod
    def refreshed(self, people: People, entry: Entry, *, now: datetime) -> Entry:
        """As it is to be shown at *now*."""

    @abstractmethod
    def words(self, entry: Entry, people: People) -> str: ...

    @abstractmethod
    async def save(self, request: Request, people: People, entry: Entry, *, flow_id: UUID) -> Saved:
        """Raises NotSaved."""

    @abstractmethod
    async def saved(self, request: Request, found: Sequence[Saved]) -> Sequence[Screen]:
        """What is said of those that were saved."""


class Appointments(Kind[OccurrenceFacts]):
    name = "appt"
    action = Action.CHANGE_APPOINTMENTS

    async def reader(self, request: Request, people: People) -> Reader:
        doctors, now = await list_known_doctors(request.scope), request.scope.clock.now()

        def read(line: str, key: int) -> Entry:
            draft = Draft(people=people, line=line, person=0 if len(people) == 1 else None)
            try:
                typed = read_line(draft, line, doctors=doctors, now=now)
            except Misunderstood as problem:
                return Entry(key, line, _without_people(draft)).refused(problem)
            entry = Entry(key, line, _without_people(draft.understood(typed)))
            return self._checked(people, entry, typed.problem, now=now)

        return read

    def _checked(
        self, people: People, entry: Entry, problem: Misunderstood | None, *, now: datetime
    ) -> Entry:
        """With the problem, and whether a question of its own can settle it."""
        draft, doubt = self._draft(entry, people), None
        if problem is not None and is_asked_again(problem):
            problem, doubt = None, problem
        if draft.step == "confirm":
            found = ready(draft, now=now)
            draft, problem = found.draft, problem or found.problem
        entry = replace(entry, draft=_without_people(stamped(draft, now=now)))
        return entry.refused(problem).doubted(doubt if draft.step != "confirm" else None)

    def is_whole(self, entry: Entry) -> bool:
        return entry.problem is None and self.question(entry) in (None, "person", "doctor")

    def is_rest(self, entry: Entry) -> bool:
        return entry.draft["title"] is None

    def question(self, entry: Entry) -> str | None:
        if entry.problem is not None:
            return None
        step = self._draft(entry, ((str(UUID(int=0)), "", "UTC"),)).step
        return None if step == "confirm" else step

    def ask(self, entry: Entry, people: People, choice: Choice) -> Screen:
        draft = self._draft(entry, people)
        return ASK[draft.step](draft.write(), choice)

    async def take(
        self, request: Request, people: People, entry: Entry, reply: Reply
    ) -> tuple[Entry, Misunderstood | None]:
        draft = self._draft(entry, people)
        found = await answer(request, draft, draft.step, reply)
        changed = replace(entry, draft=_without_people(found.draft))
        now = request.scope.clock.now()
        return self._checked(people, changed, found.problem, now=now), found.problem

    def turned(self, people: People, entry: Entry, reply: Reply) -> Entry | None:
        draft = self._draft(entry, people)
        other = turned(draft, reply) if draft.step == "day" else None
        return None if other is None else replace(entry, draft=_without_people(other))

    def refreshed(self, people: People, entry: Entry, *, now: datetime) -> Entry:
        draft = stamped(self._draft(entry, people), now=now)
        return replace(entry, draft=_without_people(draft))

    def words(self, entry: Entry, people: People) -> str:
        draft = self._draft(entry, people)
        when, reminder, is_usual = in_words(draft)
        person = people[draft.person or 0][1]
        said = None if is_usual else reminder
        return views.appointment_words(draft.details, person=person, when=when, reminder=said)

    async def save(
        self, request: Request, people: People, entry: Entry, *, flow_id: UUID
    ) -> OccurrenceFacts:
        draft = self._draft(entry, people)
        try:
            new = draft.to_new(now=request.scope.clock.now())
            return await add_appointment(request.scope, new, flow_id=flow_id)
        except (AppointmentInPast, TimeDoesNotExist) as error:
            raise NotSaved(entry.refused(to_problem(error))) from error
        except Misunderstood as problem:
            raise NotSaved(entry.refused(problem)) from problem

    async def saved(self, request: Request, found: Sequence[OccurrenceFacts]) -> Sequence[Screen]:
        member, now = request.scope.require(self.action), request.scope.clock.now()
        entries = [
            entry
            for facts in found
            for entry in await get_entries(request.scope, facts.appointment_id)
        ]
        calendar = calendar_file(entries, name="appointments", now=now)
        return [views.saved_appointments(found, member=member, now=now), calendar]

    @staticmethod
    def _draft(entry: Entry, people: People) -> Draft:
        return Draft.read({**entry.draft, "people": people})


class Medicines(Kind[MedicineFacts]):
    name = "med"
    action = Action.CHANGE_MEDICINES

    async def reader(self, request: Request, people: People) -> Reader:
        now = request.scope.clock.now()

        def read(line: str, key: int) -> Entry:
            try:
                typed = understand_medicine(line, people=to_persons(people), now=now)
            except Misunderstood as refused:
                return Entry(key, line, _NO_MEDICINE).refused(refused)
            draft = {
                "person": index_of(people, typed.person),
                "name": typed.name,
                "dosage": typed.dosage.to_json() if typed.dosage else None,
                "schedule": typed.schedule.to_json() if typed.schedule else None,
                "so_far": typed.schedule_so_far if typed.schedule is None else "",
            }
            problem = typed.problem
            is_missing = problem is not None and problem.problem.is_missing
            return Entry(key, line, draft).refused(None if is_missing else problem)

        return read

    def is_whole(self, entry: Entry) -> bool:
        return entry.problem is None and self.question(entry) in (None, "person")

    def is_rest(self, entry: Entry) -> bool:
        return entry.draft["name"] is None

    def question(self, entry: Entry) -> str | None:
        if entry.problem is not None:
            return None
        for part in ("person", "name", "dosage", "schedule"):
            if entry.draft[part] is None:
                return part
        return None

    def ask(self, entry: Entry, people: People, choice: Choice) -> Screen:
        draft = entry.draft
        match self.question(entry):
            case "person":
                return ask_whose({"people": people}, choice)
            case "name":
                return medicine_views.ask_medicine_name()
            case "dosage":
                return medicine_views.ask_dosage(draft["name"])
            case _:
                labels = {} if draft["so_far"] else medicine_views.schedule_presets()
                buttons = [choice(label, key) for key, label in labels.items()]
                return medicine_views.ask_schedule(draft["name"], buttons, so_far=draft["so_far"])

    async def take(
        self, request: Request, people: People, entry: Entry, reply: Reply
    ) -> tuple[Entry, Misunderstood | None]:
        draft, text = dict(entry.draft), reply.text or ""
        match self.question(entry):
            case "person":
                return await self._for(request, people, entry, take_whose(people, reply))
            case "name":
                draft["name"] = parse_name(text)
            case "dosage":
                draft["dosage"] = parse_dosage(text).to_json()
            case _:
                zone = ZoneInfo(people[draft["person"]][2])
                words = PRESETS[reply.choice] if reply.choice else text
                now = request.scope.clock.now()
                found = read_schedule(words, so_far=draft["so_far"], zone=zone, now=now)
                if isinstance(found, str):
                    draft["so_far"] = found
                else:
                    draft |= {"schedule": found.to_json(), "so_far": ""}
        return replace(entry, draft=draft), None

    async def _for(
        self, request: Request, people: People, entry: Entry, number: int
    ) -> tuple[Entry, Misunderstood | None]:
        """The line once more, by the day of that person."""
        read = await self.reader(request, (people[number],))
        only = read(entry.line, entry.key)
        is_settled = only.reason is not None and only.reason.problem is Problem.UNKNOWN_PERSON
        found = replace(only, draft={**only.draft, "person": number})
        return (found.refused(None) if is_settled else found), None

    def turned(self, _people: People, _entry: Entry, _reply: Reply) -> Entry | None:
        return None

    def refreshed(self, _people: People, entry: Entry, *, now: datetime) -> Entry:  # noqa: ARG002 - says nothing of now
        return entry

    def words(self, entry: Entry, people: People) -> str:
        new = _new_medicine(entry, people)
        _key, person, zone = people[entry.draft["person"]]
        return views.medicine_words(new, person=person, zone=ZoneInfo(zone))

    async def save(
        self, request: Request, people: People, entry: Entry, *, flow_id: UUID
    ) -> MedicineFacts:
        new = _new_medicine(entry, people)
        try:
            return await add_medication(
                request.scope, new, flow_id=flow_id, beside=[UUID(key) for key in entry.beside]
            )
        except SameMedicine as error:
            existing = error.existing
            same = medicine_views.in_short(existing)
            raise NotSaved(replace(entry, same=same, same_id=str(existing.id))) from error

    async def saved(self, request: Request, found: Sequence[MedicineFacts]) -> Sequence[Screen]:
        member, now = request.scope.require(self.action), request.scope.clock.now()
        return [views.saved_medicines(found, member=member, now=now)]


_NO_MEDICINE: Data = dict.fromkeys(("person", "name", "dosage", "schedule")) | {"so_far": ""}
KINDS: Mapping[str, Kind[Any]] = {kind.name: kind for kind in (Appointments(), Medicines())}


def _new_medicine(entry: Entry, people: People) -> NewMedicine:
    draft = entry.draft
    return NewMedicine(
        person_id=UUID(people[draft["person"]][0]),
        name=draft["name"],
        dosage=Dosage.from_json(draft["dosage"]),
        schedule=schedule_from_json(draft["schedule"]),
    )


def _without_people(draft: Draft) -> Data:
    """A draft without what the list keeps once for all of them."""
    return {key: value for key, value in draft.write().items() if key != "people"}
