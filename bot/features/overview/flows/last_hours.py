"""What was given in the last hours or days. Nothing here writes anything."""

from datetime import timedelta

from bot.features.medicines.flows.medicine_choices import list_not_stopped
from bot.features.overview.views import given_since as views
from bot.grammar.intents.questions import WasItGiven
from bot.intake.request import Request
from bot.ui.answer import Answer
from domain.access import Action
from domain.family.people import list_people
from domain.medicines.doses.facts import DoseFacts
from domain.medicines.records.history import list_history
from domain.medicines.schedules.kinds import AsNeeded
from domain.models.medicines import DoseStatus

_MOST_PAGES = 6
_DAY = timedelta(days=1)


async def answer(request: Request, intent: WasItGiven) -> Answer:
    """Each dose that was given within so many hours up to now, and the maximum that was set."""
    scope, now = request.scope, request.scope.clock.now()
    since = now - timedelta(hours=intent.hours)
    taken, is_complete = await _taken(request, intent)
    lines = [each for each in await list_not_stopped(scope) if each.id in intent.medicine_ids[:1]]
    schedule = lines[0].schedule if len(intent.medicine_ids) == 1 and lines else None
    is_day = timedelta(hours=intent.hours) == _DAY
    people = await list_people(scope)
    shown = views.given_since(
        [dose for dose in taken if (dose.taken_at or dose.due_at) >= since],
        names=[each.name for each in lines],
        person=next((each.name for each in people if each.id == intent.person_id), ""),
        hours=intent.hours,
        most=schedule.max_per_day if isinstance(schedule, AsNeeded) and is_day else None,
        is_complete=is_complete,
        names_people=len(people) > 1,
        member=scope.require(Action.READ),
        now=now,
    )
    return Answer(send=(shown,))


async def _taken(request: Request, intent: WasItGiven) -> tuple[list[DoseFacts], bool]:
    """Those that were given, newest first, and whether all of that time are among them."""
    since = request.scope.clock.now() - timedelta(hours=intent.hours)
    found: list[DoseFacts] = []
    for number in range(_MOST_PAGES):
        page = await list_history(
            request.scope,
            medication_id=intent.medicine_ids[0] if len(intent.medicine_ids) == 1 else None,
            care_recipient_id=None if intent.medicine_ids else intent.person_id,
            page=number,
        )
        doses = [each.dose for each in page.entries]
        found += [dose for dose in doses if dose.status is DoseStatus.TAKEN]
        is_over = any((dose.taken_at or dose.due_at) < since for dose in doses)
        if is_over or not page.has_older:
            named = [
                dose
                for dose in found
                if not intent.medicine_ids or dose.medication_id in intent.medicine_ids
            ]
            return named, True
    return found, False
