"""How a pasted list handles medicines."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from bot.conversation.engine import Choice, Data, Reply
from bot.conversation.list_entries import Entry, Kind, NotSaved, Reader
from bot.conversation.people import People, ask_person, index_of, take_person, to_persons
from bot.features.medicines.flows.content import persons_day
from bot.features.medicines.flows.content.new_schedules import PRESETS, named_lack, read_schedule
from bot.features.medicines.flows.content.saving import without_first_missed
from bot.features.medicines.views.content import new_medicines
from bot.features.medicines.views.content import pasted_medicines as views
from bot.grammar.commands.medicines import understand_medicine
from bot.grammar.dosages import parse_dosage
from bot.grammar.labels.beside_times import joined
from bot.grammar.names import parse_name
from bot.grammar.problems import Misunderstood, Problem
from bot.intake.request import Request
from bot.ui.answer import Screen
from domain.access import Action
from domain.medicines.changes.adding import add_medication
from domain.medicines.dosages import Dosage
from domain.medicines.errors import DayTimesChanged, SameMedicine
from domain.medicines.facts import MedicineFacts, NewMedicine
from domain.medicines.schedules.kinds import schedule_from_json
from domain.medicines.schedules.moments import DayTimes
from domain.medicines.schedules.moments_of_schedules import retimed
from domain.medicines.schedules.problems import InvalidSchedule


class PastedMedicines(Kind[MedicineFacts]):
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
                "lacks": typed.lacks.name if typed.lacks else "",
                "instructions": typed.instructions,
                "reason": typed.reason,
            }
            problem = typed.problem
            is_missing = problem is not None and problem.problem.is_missing
            return Entry(key, line, draft).refused(None if is_missing else problem)

        return read

    def is_complete(self, entry: Entry) -> bool:
        return entry.problem is None and self.question(entry) in (None, "person")

    def is_continuation(self, entry: Entry) -> bool:
        return entry.draft["name"] is None

    def question(self, entry: Entry) -> str | None:
        if entry.problem is not None:
            return None
        for part in ("person", "name", "dosage", "schedule"):
            if entry.draft[part] is None:
                return part
        return None

    def open_words(self, question: str) -> str:
        return views.open_words(question)

    def ask(self, entry: Entry, people: People, choice: Choice) -> Screen:
        draft = entry.draft
        match self.question(entry):
            case "person":
                return ask_person({"people": people}, choice)
            case "name":
                return new_medicines.ask_medicine_name()
            case "dosage":
                return new_medicines.ask_dosage(draft["name"])
            case _:
                labels = {} if draft["so_far"] else new_medicines.schedule_presets()
                buttons = [choice(label, key) for key, label in labels.items()]
                return new_medicines.ask_schedule(
                    draft["name"],
                    buttons,
                    so_far=draft["so_far"],
                    lacks=named_lack(draft.get("lacks", "")),
                )

    async def take(
        self, request: Request, people: People, entry: Entry, reply: Reply
    ) -> tuple[Entry, Misunderstood | None]:
        draft, text = dict(entry.draft), reply.text or ""
        match self.question(entry):
            case "person":
                return await self._for(request, people, entry, take_person(people, reply))
            case "name":
                draft["name"] = parse_name(text)
            case "dosage":
                draft["dosage"] = parse_dosage(text).to_json()
            case _:
                person = to_persons(people)[draft["person"]]
                typed = read_schedule(
                    PRESETS[reply.choice] if reply.choice else text,
                    so_far=draft["so_far"],
                    zone=person.zone,
                    now=request.scope.clock.now(),
                    day=person.day,
                    dosage=Dosage.from_json(draft["dosage"]),
                )
                draft |= {
                    "schedule": None if typed.schedule is None else typed.schedule.to_json(),
                    "so_far": typed.so_far,
                    "lacks": typed.lacks.name if typed.lacks else "",
                    "instructions": joined(draft.get("instructions"), typed.instructions),
                    "reason": typed.reason or draft.get("reason"),
                }
        return replace(entry, draft=draft), None

    async def _for(
        self, request: Request, people: People, entry: Entry, number: int
    ) -> tuple[Entry, Misunderstood | None]:
        """Read the line again, in that person's time zone."""
        read = await self.reader(request, (people[number],))
        only = read(entry.line, entry.key)
        is_settled = only.reason is not None and only.reason.problem is Problem.UNKNOWN_PERSON
        found = replace(only, draft={**only.draft, "person": number})
        return (found.refused(None) if is_settled else found), None

    def redrawn(self, _people: People, _entry: Entry, _reply: Reply) -> Entry | None:
        return None

    def refreshed(self, _people: People, entry: Entry, *, now: datetime) -> Entry:
        return replace(entry, draft={**entry.draft, "shown_at": now.isoformat()})

    def words(self, entry: Entry, people: People) -> str:
        new = _new_medicine(entry, people)
        person = people[entry.draft["person"]]
        return views.medicine_words(new, person=person.name, zone=ZoneInfo(person.zone))

    async def save(
        self, request: Request, people: People, entry: Entry, *, flow_id: UUID
    ) -> MedicineFacts:
        new = _due_as_shown(entry, people, now=request.scope.clock.now())
        try:
            return await add_medication(
                request.scope,
                new,
                flow_id=flow_id,
                acknowledged=[UUID(key) for key in entry.beside],
            )
        except SameMedicine as error:
            existing = error.existing
            same = new_medicines.in_short(existing)
            raise NotSaved(replace(entry, same=same, same_id=str(existing.id))) from error
        except DayTimesChanged as error:
            day = DayTimes.from_json(error.person.day_times)
            try:
                schedule = retimed(new.schedule, day)
            except InvalidSchedule:
                raise error from None
            # It's listed again, with the times that it has now.
            again = {**entry.draft, "schedule": schedule.to_json()}
            raise NotSaved(replace(entry, draft=again)) from error

    async def saved(self, request: Request, found: Sequence[MedicineFacts]) -> Sequence[Screen]:
        member, now = request.scope.require(self.action), request.scope.clock.now()
        listed = views.saved_medicines(found, member=member, now=now)
        schedules = [(medicine.person_id, medicine.schedule) for medicine in found]
        return [listed, *await persons_day.assumptions(request, schedules)]


_NO_MEDICINE: Data = dict.fromkeys(("person", "name", "dosage", "schedule")) | {"so_far": ""}


def _new_medicine(entry: Entry, people: People) -> NewMedicine:
    draft = entry.draft
    return NewMedicine(
        person_id=UUID(people[draft["person"]].id),
        name=draft["name"],
        dosage=Dosage.from_json(draft["dosage"]),
        schedule=schedule_from_json(draft["schedule"]),
        instructions=draft.get("instructions"),
        reason=draft.get("reason"),
    )


def _due_as_shown(entry: Entry, people: People, *, now: datetime) -> NewMedicine:
    """The medicine; a single first dose that has become due since it was shown is due at once."""
    new, shown_at = _new_medicine(entry, people), entry.draft.get("shown_at")
    if shown_at is None:
        return new
    zone, since = ZoneInfo(people[entry.draft["person"]].zone), datetime.fromisoformat(shown_at)
    schedule, _missed = without_first_missed(new.schedule, zone, shown_at=since, now=now)
    return replace(new, schedule=schedule)


PASTED_MEDICINES = PastedMedicines()
