"""What is said without a command: read, and answered by the screens that commands have.

Nothing here writes anything: what is said to have happened, or is to be, is shown by the flow that
does it.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from bot.features.appointments.flows.screens import occurrence_screen
from bot.features.contacts.views import doctors as doctor_views
from bot.features.medicines.flows.medicine_choices import list_not_stopped
from bot.features.medicines.flows.screens import medicine_screen
from bot.features.overview.flows.family_reader import load_reader
from bot.features.overview.flows.parts_of_day import holds
from bot.features.overview.flows.said import answer_bare, answer_said
from bot.features.overview.views import danger as danger_views
from bot.features.overview.views import own_words as views
from bot.grammar.intents.kinds import (
    AboutMedicine,
    Asked,
    AsksAdvice,
    CatchUp,
    Danger,
    Gave,
    GaveDue,
    Intent,
    ListOfMedicines,
    MayBeGiven,
    NoRecord,
    OffTopic,
    RunsCommand,
    SaysDanger,
    Skipped,
    SmallTalk,
    Span,
    Talk,
    Unsaid,
    WasItGiven,
    WhatIsDue,
    WhatIsPlanned,
    WhoIs,
    WhoIsInFamily,
)
from bot.grammar.intents.known import Known
from bot.grammar.intents.nearest import Nearest, list_nearest
from bot.grammar.intents.reading import is_asked, read_intents, without_reasons
from bot.grammar.intents.replies import Said, read_short
from bot.grammar.phones import country_of
from bot.intake.request import Handler, Request
from bot.ui.answer import Answer, Screen
from bot.ui.distinct_labels import medicine_labels
from domain.access import Action, Role
from domain.appointments.occurrences.lists import list_upcoming
from domain.contacts.doctors import list_doctors
from domain.family import alarms
from domain.family.people import list_people
from domain.medicines.doses.asked_members import list_asked
from domain.medicines.doses.facts import DoseFacts
from domain.medicines.doses.today import list_day
from domain.medicines.expansion.planned import PlannedDose, list_planned
from domain.medicines.records.history import list_history
from domain.models.medicines import DoseStatus

_MOST_SCREENS = 3
_DAYS_OF_A_WEEK = 7
_AHEAD = timedelta(days=8)
_ALWAYS_COMMANDS = [(RunsCommand(command),) for command in ("cancel", "help", "undo")]


class OwnWords:
    """Answers sentences by the handlers of *commands*; *may_run* says which role may run which."""

    def __init__(
        self, commands: Mapping[str, Handler], *, may_run: Callable[[str, Role], bool]
    ) -> None:
        self._commands = commands
        self._may_run = may_run

    async def on_message(self, request: Request, *, with_talk: bool = True) -> Answer | None:
        """The answer to a sentence; None if it can't be read."""
        text = request.text or ""
        is_member = request.scope.member is not None
        short = read_short(text) if is_member and with_talk else None
        if short is not None and short.is_time:
            short = None  # it says when, but not what
        if short is not None and short.said is Said.WHO:
            return await self._run(request, "history")
        if short is not None:
            return await answer_bare(request, short)
        reader = await load_reader(request.scope)
        intent = reader.read(text)
        if intent is None:
            return None
        if request.is_forwarded and isinstance(intent, Gave | GaveDue | Skipped):
            intent = NoRecord(Unsaid.QUOTED)
        if not with_talk and isinstance(intent, SmallTalk | OffTopic):
            return None
        if not is_member and not isinstance(intent, SaysDanger | SmallTalk | OffTopic | AsksAdvice):
            return await self._run(request, "help") if intent == RunsCommand("help") else None
        return await self._answer(request, intent, reader.known)

    async def list_nearest(self, request: Request) -> Sequence[Nearest]:
        """The nearest things that a member may have meant, and may do."""
        member, reader = request.scope.require(Action.READ), await load_reader(request.scope)
        nearest = list_nearest(request.text or "", reader.known)
        return [each for each in nearest if self._may_run(each.command, member.role)]

    async def aside(self, request: Request) -> Answer | None:
        """The answer to what is a question by its form, while another question is open, and to the
        words of a command that nothing is called.
        """
        text = request.text or ""
        if not is_asked(text) and read_intents(text, Known()).intents not in _ALWAYS_COMMANDS:
            return None
        return await self.on_message(request)

    async def otherwise(self, request: Request) -> Answer | None:
        """The answer to what was no answer to the open question; small talk is none, either."""
        return await self.on_message(request, with_talk=False)

    async def warning(self, request: Request) -> Screen | None:
        """Whom to call, where an answer to an open question has words of danger, which are no note:
        "as needed for chest pain". None otherwise.
        """
        intents = read_intents(without_reasons(request.text or ""), Known()).intents
        if not intents or not isinstance(intents[0], SaysDanger):
            return None
        return (await _danger(request, intents[0].danger)).send[0]

    async def _answer(self, request: Request, intent: Intent, known: Known) -> Answer | None:
        match intent:
            case RunsCommand(command):
                return await self._run(request, command)
            case WhatIsDue(span=span):
                return await self._due(request, span)
            case WasItGiven():
                return await _given(request, intent, known)
            case MayBeGiven(medicine_ids=ids):
                return await _pages(request, ids, of_facts=True)
            case AboutMedicine(medicine_ids=ids):
                return await _pages(request, ids)
            case ListOfMedicines():
                return await self._run(request, "meds")
            case WhatIsPlanned():
                return await self._planned(request, intent)
            case WhoIs(doctor_ids=ids):
                return await self._doctors(request, ids)
            case WhoIsInFamily():
                return await self._run(request, "family")
            case CatchUp():
                return await self._run(request, "today")
            case SaysDanger(danger=danger):
                return await _danger(request, danger)
            case AsksAdvice():
                return await _advice(request)
            case SmallTalk(talk=talk):
                return small_talk(talk, request)
            case OffTopic():
                return views.off_topic()
            case NoRecord():
                return await _no_record(request, intent, known)
            case _:
                return await answer_said(request, intent, self._commands)

    async def _run(self, request: Request, command: str) -> Answer | None:
        handler = self._commands.get(command)
        return None if handler is None else await handler(replace(request, text=""))

    async def _due(self, request: Request, span: Span) -> Answer | None:
        if span not in {Span.TOMORROW, Span.WEEK, Span.NEXT}:
            return await self._run(request, "today")
        now = request.scope.clock.now()
        planned = await list_planned(request.scope, until=now + _AHEAD)
        if span is Span.NEXT:
            planned = [dose for dose in planned if dose.due_at == planned[0].due_at]
        elif span is Span.TOMORROW:
            planned = [dose for dose in planned if _days_ahead(dose, now) == 1]
        else:
            planned = [dose for dose in planned if _days_ahead(dose, now) < _DAYS_OF_A_WEEK]
        return Answer(send=(views.ahead(planned, span=span, now=now),))

    async def _planned(self, request: Request, intent: WhatIsPlanned) -> Answer | None:
        if not intent.appointment_ids:
            return await self._run(request, "appts")
        found = await list_upcoming(request.scope)
        shown = [each for each in found.items if each.id in intent.appointment_ids]
        if not shown:
            return await self._run(request, "appts")
        screens = [occurrence_screen(request, each) for each in shown[:_MOST_SCREENS]]
        return Answer(send=tuple(screens))

    async def _doctors(self, request: Request, ids: Collection[UUID]) -> Answer | None:
        found = [each for each in await list_doctors(request.scope) if each.id in ids]
        if not found:
            return await self._run(request, "doctors")
        member = request.scope.require(Action.READ)
        screens = [doctor_views.doctor_screen(each, member=member) for each in found]
        return Answer(send=tuple(screens[:_MOST_SCREENS]))


async def _pages(request: Request, ids: Sequence[UUID], *, of_facts: bool = False) -> Answer:
    """The page of the medicine; if several fit, which one."""
    if len(ids) > 1:
        lines = [line for line in await list_not_stopped(request.scope) if line.id in ids]
        labels = medicine_labels(lines, with_person=True, now=request.scope.clock.now())
        member = request.scope.require(Action.READ)
        choices = [(line.id, words) for line, words in zip(lines, labels, strict=True)]
        return Answer(send=(views.which_medicine(choices, member=member),))
    page = await medicine_screen(request, ids[0])
    return Answer(send=(views.may_be_given(page) if of_facts else page,))


async def _given(request: Request, intent: WasItGiven, known: Known) -> Answer:
    member, now = request.scope.require(Action.READ), request.scope.clock.now()
    facts = await _facts(request, intent, known)
    return Answer(send=(views.given(facts, member=member, now=now),))


async def _facts(request: Request, intent: WasItGiven, known: Known) -> views.GivenFacts:
    scope = request.scope
    days = await list_day(scope, days_ago=intent.days_ago)
    doses = [dose for day in days for dose in day.doses if _fits(dose, intent)]
    if intent.days_ago:
        # Those of before that nobody has answered are among them, and only today's are dated.
        doses = [dose for dose in doses if _age(dose, scope.clock.now()) == intent.days_ago]
    names = {pill.id: pill.name for pill in known.pills}
    last: list[DoseFacts] = []
    is_answered = any(dose.status is DoseStatus.TAKEN for dose in doses)
    if intent.asked is not Asked.WHETHER or not is_answered:
        for medicine_id in intent.medicine_ids[:_MOST_SCREENS]:
            page = await list_history(scope, medication_id=medicine_id)
            taken = (each.dose for each in page.entries if each.dose.status is DoseStatus.TAKEN)
            last += [dose for dose in [next(taken, None)] if dose is not None]
    shown = {dose.id for dose in doses}
    return views.GivenFacts(
        doses=doses,
        asked=await list_asked(scope, [dose.id for dose in doses]),
        last=[dose for dose in last if dose.id not in shown],
        names=[names[each] for each in intent.medicine_ids if each in names],
        days_ago=intent.days_ago,
        names_people=len(known.people) > 1,
    )


def _age(dose: DoseFacts, now: datetime) -> int:
    """How many days ago it was due, by the clock of whoever takes it."""
    return (now.astimezone(dose.zone).date() - dose.local.date()).days


def _fits(dose: DoseFacts, intent: WasItGiven) -> bool:
    is_named = not intent.medicine_ids or dose.medication_id in intent.medicine_ids
    is_theirs = intent.person_id is None or dose.care_recipient_id == intent.person_id
    is_then = intent.part is None or holds(intent.part, dose.local.hour)
    return is_named and is_theirs and is_then


async def _no_record(request: Request, intent: NoRecord, known: Known) -> Answer:
    member, now = request.scope.require(Action.READ), request.scope.clock.now()
    facts = None
    if intent.medicine_ids:
        asked = WasItGiven(intent.medicine_ids, person_id=intent.person_id)
        facts = await _facts(request, asked, known)
    return views.no_record(intent.why, facts, member=member, now=now)


async def _advice(request: Request) -> Answer:
    if request.scope.member is None:
        return views.asks_advice((), has_doctors=False)
    doctors = await list_doctors(request.scope)
    numbers = [f"{each.name}: {each.phone}" for each in doctors if each.phone]
    return views.asks_advice(numbers[:_MOST_SCREENS], has_doctors=bool(doctors))


def small_talk(talk: Talk, request: Request) -> Answer:
    """One short line with the home buttons, at most once an hour."""
    answer = {
        Talk.HELLO: views.hello(request.name),
        Talk.THANKS: views.welcome(),
        Talk.GOOD_NIGHT: views.good_night(),
    }[talk]
    return replace(answer, is_small_talk=True)


async def _danger(request: Request, danger: Danger) -> Answer:
    member = request.scope.member
    return danger_views.danger(
        danger,
        countries=await _countries(request),
        family_id=member.family_id if member is not None else None,
    )


async def tell_family(request: Request) -> Answer:
    """The button below words of danger."""
    return replace(danger_views.told(await alarms.tell_family(request.scope)), closes=True)


async def _countries(request: Request) -> Sequence[str]:
    """Where the people live who are cared for."""
    if request.scope.member is None:
        return ()
    found = [country_of(person.zone) for person in await list_people(request.scope)]
    return list(dict.fromkeys(country for country in found if country))


def _days_ahead(dose: PlannedDose, now: datetime) -> int:
    return (dose.local.date() - now.astimezone(dose.zone).date()).days
