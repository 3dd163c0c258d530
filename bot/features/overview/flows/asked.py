"""What people ask in their own words, answered from the tables by the screens that commands have.

Nothing here writes anything.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from uuid import UUID

from bot.features.appointments.flows.screens import occurrence_screen
from bot.features.contacts.views import doctors as doctor_views
from bot.features.medicines.flows.giving import skip_said
from bot.features.medicines.flows.medicine_choices import list_not_stopped
from bot.features.medicines.flows.screens import entry_screen, medicine_screen
from bot.features.medicines.views.stock.overview import stocks
from bot.features.overview.flows import last_hours, part_of_today
from bot.features.overview.flows.family_reader import list_ahead
from bot.features.overview.flows.named_days import is_on_named_day, names_day
from bot.features.overview.flows.open_doses import age
from bot.features.overview.flows.own_person import as_asked_of_oneself
from bot.features.overview.flows.parts_of_day import holds, is_usually
from bot.features.overview.views import own_words as views
from bot.grammar.intents.kinds import AsksAdvice, Intent, NoRecord, OffTopic
from bot.grammar.intents.known import Known
from bot.grammar.intents.questions import (
    AboutAppointment,
    AboutMedicine,
    Asked,
    CatchUp,
    ListOfMedicines,
    MayBeGiven,
    Part,
    Span,
    Topic,
    WasItGiven,
    WhatIsDue,
    WhatIsPlanned,
    WhatRunsOut,
    WhoIs,
    WhoIsInFamily,
)
from bot.grammar.intents.reading import begins_like_question, is_asked, is_surely_to_come
from bot.intake.request import Handler, Request
from bot.ui.answer import Answer
from bot.ui.distinct_labels import medicine_labels
from bot.ui.length import MAX_SCREENS
from domain.access import Action, may
from domain.appointments.occurrences.facts import OccurrenceFacts
from domain.appointments.occurrences.lists import list_day as list_appointments
from domain.contacts.doctors import list_doctors
from domain.family.people import list_people
from domain.medicines.doses.asked_members import list_asked
from domain.medicines.doses.facts import OPEN, DoseFacts
from domain.medicines.doses.today import list_day
from domain.medicines.expansion.planned import PlannedDose, list_planned
from domain.medicines.records.history import list_history
from domain.medicines.schedules.kinds import AsNeeded
from domain.medicines.stock.levels import Stock, list_stocks
from domain.models.medicines import DoseStatus

_WEEK = 7  # days
_UNKNOWN_DAYS = 10**6  # of a stock: behind those that can be told
_AHEAD = timedelta(days=8)


async def answer_asked(
    request: Request, intent: Intent, known: Known, commands: Mapping[str, Handler]
) -> Answer | None:
    """None for what is no question, and where there is no such command."""

    async def run(command: str) -> Answer | None:
        handler = commands.get(command)
        return None if handler is None else await handler(replace(request, text=""))

    intent = await as_asked_of_oneself(request, intent)
    match intent:
        case WhatIsDue():
            shown = await _due(request, intent) or await part_of_today.show(request, intent)
            return shown or await run("today")
        case WasItGiven():
            return await _given(request, intent, known)
        case MayBeGiven(medicine_ids=ids):
            meant = ids or await _as_needed(request)
            return await _pages(request, meant, of_facts=True) if meant else await run("today")
        case AboutMedicine(medicine_ids=ids, topic=topic):
            return await _pages(request, ids, topic=topic)
        case WhatRunsOut(person_id=person_id):
            return await _stocks(request, person_id)
        case ListOfMedicines():
            return await run("meds")
        case WhatIsPlanned():
            return await _planned(request, intent) or await run("appts")
        case WhoIs():
            return await _doctors(request, intent) or await run("doctors")
        case WhoIsInFamily():
            return await run("family")
        case CatchUp():
            return await run("today")
        case AsksAdvice():
            return await _advice(request, intent)
        case OffTopic(is_of_health=True):
            return await _with_numbers(request, views.no_notes_yet)
        case NoRecord():
            return await _no_record(request, intent, known)
        case _:
            return None


async def _advice(request: Request, intent: AsksAdvice) -> Answer:
    """Whom to ask. Of what was spat out: what is recorded of it, with Correct and Undo, or whether
    it is to be recorded as skipped.
    """
    is_told = not begins_like_question(request.text or "")
    advice = await _with_numbers(request, partial(views.asks_advice, is_told=is_told))
    if not intent.is_spat or not is_told or len(intent.medicine_ids) != 1:
        return advice
    now = request.scope.clock.now()
    days = await list_day(request.scope, days_ago=0)
    doses = [dose for day in days for dose in day.doses if dose.due_at <= now]
    of_it = [dose for dose in doses if dose.medication_id in intent.medicine_ids]
    last = max(of_it, key=lambda dose: dose.due_at, default=None)
    if last is None:
        return advice
    if last.status not in OPEN:
        return replace(advice, send=(*advice.send, await entry_screen(request, last.id)))
    if not may(request.scope.require(Action.READ).role, Action.RECORD_DOSE):
        return advice
    said = replace(request, is_said=True)
    asked = await skip_said.begin(said, [last], (request.text or "").strip())
    return replace(asked, send=(*advice.send, *asked.send))


async def _as_needed(request: Request) -> Sequence[UUID]:
    """What may be given without being due: "can she have another?" """
    lines = await list_not_stopped(request.scope)
    return [line.id for line in lines if isinstance(line.schedule, AsNeeded)]


async def _due(request: Request, intent: WhatIsDue) -> Answer | None:
    """What is due on days to come; None for today."""
    span, weekday, now = intent.span, intent.weekday, request.scope.clock.now()
    if span not in {Span.TOMORROW, Span.WEEK, Span.NEXT, Span.USUAL}:
        return None
    planned = [
        dose
        for dose in await list_planned(request.scope, until=now + _AHEAD)
        if intent.person_id in {None, dose.person_id} and _days_ahead(dose, now) < _WEEK
    ]
    if span is Span.NEXT:
        planned = [dose for dose in planned if dose.due_at == planned[0].due_at]
        open_now = [dose for day in await list_day(request.scope, days_ago=0) for dose in day.doses]
        if any(dose.status in OPEN and dose.due_at <= now for dose in open_now):
            return None  # what is due already comes first
    elif span is Span.TOMORROW:
        planned = [dose for dose in planned if _days_ahead(dose, now) == 1]
    elif span is Span.USUAL:
        planned = list(_next_in_part(planned, intent.part))
    day = None
    if weekday is not None:
        planned = [dose for dose in planned if dose.local.weekday() == weekday]
        today = await _today(request)
        day = today + timedelta(days=(weekday - today.weekday()) % _WEEK)
    shown = views.ahead(planned, span=span, day=day, part=intent.part, now=now)
    return Answer(send=(shown,))


def _next_in_part(planned: Sequence[PlannedDose], part: Part | None) -> Sequence[PlannedDose]:
    """The next dose of each medicine at each of its hours in a *part* of the day."""
    found: dict[tuple[UUID, int, int], PlannedDose] = {}
    for dose in planned:
        if part is None or is_usually(part, dose.local.hour):
            found.setdefault((dose.medication_id, dose.local.hour, dose.local.minute), dose)
    return list(found.values())


def _days_ahead(dose: PlannedDose, now: datetime) -> int:
    return (dose.local.date() - now.astimezone(dose.zone).date()).days


async def _given(request: Request, intent: WasItGiven, known: Known) -> Answer:
    if intent.hours:
        return await last_hours.answer(request, intent)
    member, now = request.scope.require(Action.READ), request.scope.clock.now()
    facts = await _facts(request, intent, known)
    return Answer(send=(views.given(facts, member=member, now=now),))


async def _facts(request: Request, intent: WasItGiven, known: Known) -> views.GivenFacts:
    scope, now = request.scope, request.scope.clock.now()
    today = await _today(request)
    days_ago = _days_ago(intent, today)
    days = await list_day(scope, days_ago=days_ago)
    doses = [dose for day in days for dose in day.doses if _fits(dose, intent)]
    if days_ago:
        # Those of before that nobody has answered are among them, and only today's are dated.
        doses = [dose for dose in doses if age(dose, now) == days_ago]
    names = {pill.id: pill.name for pill in known.pills}
    last: list[DoseFacts] = []
    is_answered = any(dose.status is DoseStatus.TAKEN for dose in doses)
    if intent.asked is not Asked.WHETHER or not is_answered:
        for medicine_id in intent.medicine_ids[:MAX_SCREENS]:
            page = await list_history(scope, medication_id=medicine_id)
            taken = (each.dose for each in page.entries if each.dose.status is DoseStatus.TAKEN)
            last += [dose for dose in [next(taken, None)] if dose is not None]
    shown = {dose.id for dose in doses}
    return views.GivenFacts(
        doses=doses,
        asked=await list_asked(scope, [dose.id for dose in doses]),
        last=[dose for dose in last if dose.id not in shown],
        names=[names[each] for each in intent.medicine_ids if each in names],
        day=today - timedelta(days=days_ago),
        today=today,
        names_people=len(known.people) > 1,
        part=intent.part,
    )


async def _today(request: Request) -> date:
    """By the clock of the first person cared for."""
    people = await list_people(request.scope)
    return request.scope.clock.now().astimezone(people[0].zone if people else UTC).date()


def _days_ago(intent: WasItGiven, today: date) -> int:
    """On a Monday, "on Monday" was a week ago: today would have been called so."""
    if intent.weekday is None:
        return intent.days_ago
    return (today.weekday() - intent.weekday) % _WEEK or _WEEK


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
    if facts is not None and is_asked(request.text or ""):
        return Answer(send=(views.given(facts, member=member, now=now),))
    is_to_come = is_surely_to_come(request.text or "")
    return views.no_record(intent.why, facts, is_to_come=is_to_come, member=member, now=now)


async def _pages(
    request: Request, ids: Sequence[UUID], *, of_facts: bool = False, topic: Topic = Topic.HOW
) -> Answer:
    """The page of the medicine, which says what is noted of it; if several fit, which one."""
    if len(ids) > 1:
        lines = [line for line in await list_not_stopped(request.scope) if line.id in ids]
        labels = medicine_labels(lines, with_person=True, now=request.scope.clock.now())
        member = request.scope.require(Action.READ)
        choices = [(line.id, words) for line, words in zip(lines, labels, strict=True)]
        return Answer(send=(views.which_medicine(choices, member=member),))
    page = await medicine_screen(request, ids[0])
    if topic is Topic.PURPOSE:
        known = await list_not_stopped(request.scope)
        is_noted = any(line.id == ids[0] and line.reason for line in known)
        page = page if is_noted else views.no_purpose(page)
    return Answer(send=(views.may_be_given(page) if of_facts else page,))


async def _stocks(request: Request, person_id: UUID | None) -> Answer:
    lines = await list_not_stopped(request.scope)
    ids = [line.id for line in lines if person_id in {None, line.person_id}]
    found = await list_stocks(request.scope, ids)
    soonest = sorted(found, key=lambda each: _days_left(each[1]))
    member, now = request.scope.require(Action.READ), request.scope.clock.now()
    return Answer(send=(stocks(soonest, member=member, now=now),))


def _days_left(stock: Stock) -> int:
    if stock.amount is not None and stock.amount <= 0:
        return 0
    return _UNKNOWN_DAYS if stock.forecast.days is None else stock.forecast.days


async def _planned(request: Request, intent: WhatIsPlanned) -> Answer | None:
    """The appointments that were named, or those of the day; None if it's about all of them."""
    upcoming = await list_ahead(request.scope)
    named = [each for each in upcoming if each.id in intent.appointment_ids]
    if names_day(request.text or ""):
        then = [
            each
            for each in named or upcoming  # a date selects none but what is named
            if is_on_named_day(request.text or "", each.starts_at.astimezone(each.zone).date())
        ]
        if then:
            return _appointment_pages(request, then)
    on_day = await _planned_on_day(request, intent)
    series = {each.appointment_id for each in named}
    if named:
        # One of a series that takes place on that day; otherwise its page says when it is.
        then = [each for each in on_day or () if each.appointment_id in series]
        return _appointment_pages(request, then or named)
    if on_day is None:
        return await _planned_in_span(request, intent, upcoming)
    if intent.about in _ON_PAGES and 0 < len(on_day) <= MAX_SCREENS:
        return _appointment_pages(request, on_day)
    member, today = request.scope.require(Action.READ), await _today(request)
    day = _day_meant(intent, today) or today
    return Answer(send=(views.planned_on(day, on_day, member=member, today=today),))


_ON_PAGES = (AboutAppointment.DRIVING, AboutAppointment.BRINGING)


async def _planned_in_span(
    request: Request, intent: WhatIsPlanned, upcoming: Sequence[OccurrenceFacts]
) -> Answer | None:
    """What is to come in a week, or next, of whom it is asked; None where all of it is."""
    today = await _today(request)
    theirs = [each for each in upcoming if intent.person_id in {None, each.person_id}]
    days = _days_of(intent.span, today)
    then = [each for each in theirs if days is None or days[0] <= each.first_day <= days[1]]
    if then and intent.about in _ON_PAGES:
        return _appointment_pages(request, then)
    if then and intent.span is Span.NEXT and intent.person_id is not None:
        return _appointment_pages(request, then[:1])
    if days is None and intent.person_id is None:
        return None
    people = {each.id: each.name for each in await list_people(request.scope)}
    person = "" if intent.person_id is None else people.get(intent.person_id, "")
    member = request.scope.require(Action.READ)
    shown = views.planned_in(intent.span, then, person=person, member=member, today=today)
    return Answer(send=(shown,))


def _days_of(span: Span, today: date) -> tuple[date, date] | None:
    """The first and the last day: a week ends on its Sunday."""
    sunday = today + timedelta(days=_WEEK - 1 - today.weekday())
    match span:
        case Span.WEEK:
            return today, sunday
        case Span.WEEKEND:
            return max(today, sunday - timedelta(days=1)), sunday
        case Span.NEXT_WEEK:
            return sunday + timedelta(days=1), sunday + timedelta(days=_WEEK)
        case _:
            return None


async def _planned_on_day(
    request: Request, intent: WhatIsPlanned
) -> Sequence[OccurrenceFacts] | None:
    """What takes place on the day that was asked about; None if it was about no day."""
    now, people = request.scope.clock.now(), await list_people(request.scope)
    days = {
        person.id: day
        for person in people
        if intent.person_id in {None, person.id}
        and (day := _day_meant(intent, now.astimezone(person.zone).date())) is not None
    }
    if not days:
        return None
    found = await list_appointments(request.scope, days)
    return sorted(
        (each for theirs in found.values() for each in theirs), key=lambda each: each.starts_at
    )


def _day_meant(intent: WhatIsPlanned, today: date) -> date | None:
    if intent.weekday is not None:
        return today + timedelta(days=(intent.weekday - today.weekday()) % _WEEK)
    if intent.span in {Span.TODAY, Span.TONIGHT, Span.NOW, Span.REST}:
        return today
    return today + timedelta(days=1) if intent.span is Span.TOMORROW else None


def _appointment_pages(request: Request, found: Sequence[OccurrenceFacts]) -> Answer:
    screens = [occurrence_screen(request, each) for each in found[:MAX_SCREENS]]
    return Answer(send=tuple(screens))


async def _doctors(request: Request, intent: WhoIs) -> Answer | None:
    """Those that are named, or, unless there are many, those of the person."""
    doctors, ids = await list_doctors(request.scope), intent.doctor_ids
    found = [each for each in doctors if each.id in ids]
    theirs = [each for each in doctors if not ids and each.person_id == intent.person_id]
    found = found or (theirs if len(theirs) <= MAX_SCREENS else [])
    member = request.scope.require(Action.READ)
    screens = [doctor_views.doctor_screen(each, member=member) for each in found]
    return Answer(send=tuple(screens[:MAX_SCREENS])) if screens else None


async def _with_numbers(request: Request, view: Callable[..., Answer]) -> Answer:
    """What is for a doctor, with the numbers of those that the family has."""
    if request.scope.member is None:
        return view((), has_doctors=False)
    doctors = await list_doctors(request.scope)
    numbers = [f"{each.name}: {each.phone}" for each in doctors if each.phone]
    return view(numbers[:MAX_SCREENS], has_doctors=bool(doctors))
