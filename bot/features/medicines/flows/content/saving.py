"""Saves a new medicine as the question showed it, however long that has stood there."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from bot.features.medicines.flows.content.medicine_draft import Draft
from bot.features.medicines.views.content import new_medicines
from bot.intake.request import Request
from bot.ui.answer import Answer, Screen
from domain.access import Action
from domain.medicines.changes.adding import add_medication, is_only_medicine
from domain.medicines.schedules.kinds import Schedule, schedule_from_json
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
    shown_at = datetime.fromisoformat(draft.shown_at)
    schedule, missed = without_first_missed(schedule, zone, shown_at=shown_at, now=now)
    if missed:
        person = draft.chosen.name
        return draft, new_medicines.due_meanwhile(missed, person=person, zone=zone, now=now)
    return replace(draft, schedule=schedule.to_json()), None


def without_first_missed(
    schedule: Schedule, zone: ZoneInfo, *, shown_at: datetime, now: datetime
) -> tuple[Schedule, Sequence[datetime]]:
    """The schedule with a single first dose that became due since *shown_at* due at once; and when
    other doses became due meanwhile.
    """
    missed = occurrences_between(schedule, zone, shown_at, now)
    soon = due_at_once(schedule, zone, missed=missed[0], now=now) if missed else None
    if soon is not None:
        return soon, ()
    return schedule, [occurrence.due_at for occurrence in missed]


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
    answer = new_medicines.saved(
        medicine,
        now=request.scope.clock.now(),
        member=member,
        is_first=await is_only_medicine(request.scope, medicine.id),
    )
    spoken = {"medicine_id": str(medicine.id), "person_id": str(medicine.person_id)}
    return replace(answer, spoken=spoken)
