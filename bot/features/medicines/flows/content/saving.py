"""Saves a new medicine as the question showed it, however long that has stood there."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from bot.features.medicines.flows.content.medicine_draft import Draft
from bot.features.medicines.views.content import new_medicines
from bot.intake.request import Request
from bot.ui.answer import Answer, Screen
from domain.access import Action
from domain.medicines.changes.adding import add_medication
from domain.medicines.schedules.kinds import schedule_from_json
from domain.medicines.schedules.occurrences import occurrences_between
from domain.medicines.schedules.single_doses import due_at_once


def caught_up(draft: Draft, now: datetime) -> tuple[Draft, Screen | None]:
    """The draft as it can be saved *now*, and what has to be said first, because saving it would
    leave out doses that the question promised. A single first dose ("300 mg now, then 75 mg daily")
    is due at once instead.
    """
    if not (draft.shown_at and draft.schedule and draft.chosen):
        return draft, None
    schedule, zone = schedule_from_json(draft.schedule), draft.chosen.zone
    missed = occurrences_between(schedule, zone, datetime.fromisoformat(draft.shown_at), now)
    if not missed:
        return draft, None
    soon = due_at_once(schedule, zone, missed=missed[0], now=now)
    if soon is not None:
        return replace(draft, schedule=soon.to_json()), None
    due = [occurrence.due_at for occurrence in missed]
    person = draft.chosen.name
    return draft, new_medicines.due_meanwhile(due, person=person, zone=zone, now=now)


async def save(request: Request, draft: Draft, *, flow_id: UUID | None = None) -> Answer:
    """Raises `SameMedicine`, `DayTimesChanged` and `TimesOfDayClash`."""
    medicine = await add_medication(
        request.scope,
        draft.to_new_medicine(),
        flow_id=flow_id,
        acknowledged=[UUID(key) for key in draft.beside if key],
        day_times=draft.said_times,
    )
    member = request.scope.require(Action.CHANGE_MEDICINES)
    return new_medicines.saved(medicine, now=request.scope.clock.now(), member=member)
