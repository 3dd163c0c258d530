"""What is said of a pause: shown by the flow that pauses, before it does. Nothing here writes."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from bot.features.medicines.flows.medicine_choices import list_not_stopped
from bot.features.medicines.flows.pausing import pause
from bot.features.overview.flows.open_doses import doses_today
from bot.features.overview.flows.parts_of_day import holds
from bot.features.overview.views import said as views
from bot.grammar.intents.kinds import Pauses, Resumes
from bot.grammar.intents.questions import Part
from bot.intake.request import Request
from bot.ui.answer import Answer
from domain.access import Action
from domain.family.people import list_people
from domain.medicines.doses.facts import DoseFacts


async def begin(request: Request, intent: Pauses) -> Answer | None:
    request.scope.require(Action.CHANGE_MEDICINES)
    if intent.is_later:
        people = {each.id: each.name for each in await list_people(request.scope)}
        whom = intent.person_id or await _only_person(request) or next(iter(people), None)
        return views.pause_later(people.get(whom, "") if whom else "")
    if len(intent.medicine_ids) == 1:
        if intent.is_tonight and (sooner := await _due_before(request, intent.medicine_ids[0])):
            return views.pause_after(sooner, intent.end)
        return await pause.begin_said(request, "medicine", intent.medicine_ids[0], intent.end)
    person_id = intent.person_id or await _only_person(request)
    if intent.medicine_ids or person_id is None:
        return await pause.begin(replace(request, text=intent.end))
    return await pause.begin_said(request, "person", person_id, intent.end)


async def _due_before(request: Request, medicine_id: UUID) -> DoseFacts | None:
    """What is still to be given before the evening: a pause begins when it's saved."""

    def is_meant(dose: DoseFacts, now: datetime) -> bool:
        is_of_today = dose.local.date() == now.astimezone(dose.zone).date()
        is_sooner = not holds(Part.NIGHT, dose.local.hour) and not holds(
            Part.EVENING, dose.local.hour
        )
        return dose.medication_id == medicine_id and is_of_today and is_sooner

    doses = await doses_today(request, is_meant)
    return min(doses, key=lambda dose: dose.due_at, default=None)


async def resume(request: Request, intent: Resumes) -> Answer | None:
    """The pause that is running, with Resume; None if there is none."""
    for line in await list_not_stopped(request.scope):
        if line.id in intent.medicine_ids and line.resumes_at is not None:
            return await pause.begin_said(request, "medicine", line.id, "")
    person_id = intent.person_id or await _only_person(request)
    people = {person.id: person for person in await list_people(request.scope)}
    if person_id is None or person_id not in people or people[person_id].pause is None:
        return None
    return await pause.begin_said(request, "person", person_id, "")


async def _only_person(request: Request) -> UUID | None:
    people = await list_people(request.scope)
    return people[0].id if len(people) == 1 else None
