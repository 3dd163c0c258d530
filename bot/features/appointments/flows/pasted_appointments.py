"""How a pasted list handles appointments."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from bot.conversation.engine import Choice, Data, Reply
from bot.conversation.list_entries import Entry, Kind, NotSaved, Reader
from bot.conversation.people import People, StoredPerson
from bot.features.appointments.flows.appointment_draft import Draft, is_asked_again
from bot.features.appointments.flows.draft_answers import answer, read_line, redrawn
from bot.features.appointments.flows.known_doctors import list_known_doctors
from bot.features.appointments.flows.open_questions import ASK
from bot.features.appointments.flows.ready_drafts import in_words, ready, stamped
from bot.features.appointments.flows.when_questions import to_problem
from bot.features.appointments.views import pasted_appointments as views
from bot.features.appointments.views.calendar_files import calendar_file
from bot.grammar.problems import Misunderstood
from bot.intake.request import Request
from bot.ui.answer import Screen
from domain.access import Action
from domain.appointments.adding import add_appointment
from domain.appointments.calendars import get_entries
from domain.appointments.errors import AppointmentInPast, TimeDoesNotExist
from domain.appointments.occurrences.facts import OccurrenceFacts


class PastedAppointments(Kind[OccurrenceFacts]):
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
            draft = draft.with_line(typed).asked_about(typed.problem, line=line, is_whole=True)
            entry = Entry(key, line, _without_people(draft))
            return self._checked(people, entry, typed.problem, now=now)

        return read

    def _checked(
        self, people: People, entry: Entry, problem: Misunderstood | None, *, now: datetime
    ) -> Entry:
        """*entry* with its problem, and whether one of its questions can resolve it."""
        draft, doubt = self._draft(entry, people), None
        if problem is not None and is_asked_again(problem):
            problem, doubt = None, problem
        if draft.step == "confirm":
            found = ready(draft, now=now)
            draft, problem = found.draft, problem or found.problem
        entry = replace(entry, draft=_without_people(stamped(draft, now=now)))
        return entry.refused(problem).doubted(doubt if draft.step != "confirm" else None)

    def is_complete(self, entry: Entry) -> bool:
        return entry.problem is None and self.question(entry) in (None, "person", "doctor")

    def is_continuation(self, entry: Entry) -> bool:
        return entry.draft["title"] is None

    def question(self, entry: Entry) -> str | None:
        if entry.problem is not None:
            return None
        step = self._draft(entry, (StoredPerson(str(UUID(int=0)), "", "UTC"),)).step
        return None if step == "confirm" else step

    def open_words(self, question: str) -> str:
        return views.open_words(question)

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

    def redrawn(self, people: People, entry: Entry, reply: Reply) -> Entry | None:
        draft = self._draft(entry, people)
        other = redrawn(draft, reply) if draft.step == "day" else None
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


def _without_people(draft: Draft) -> Data:
    """The draft without `people`, which the list stores once for all entries."""
    return {key: value for key, value in draft.write().items() if key != "people"}


PASTED_APPOINTMENTS = PastedAppointments()
