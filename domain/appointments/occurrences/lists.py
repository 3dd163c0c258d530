"""The lists of appointments: what comes, what was, and what is on a day."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Date, cast, func, literal_column, select

from domain.access import Action
from domain.appointments.occurrences.facts import OccurrenceFacts, OccurrencePage
from domain.appointments.occurrences.selection import IS_THERE, SELECT_OCCURRENCES, occurrence_facts
from domain.database.scope import Scope
from domain.models import Appointment, AppointmentOccurrence, CareRecipient
from domain.models.appointments import OccurrenceStatus

_LONGEST = timedelta(days=60)  # an appointment; whole days may have an hour more than 24
_LONGEST_SEEN = _LONGEST + timedelta(hours=2)
PAGE = 10
_LONGEST_DAY = timedelta(hours=50)  # from its first hour to its last, all over the world

_STARTS = AppointmentOccurrence.starts_at
_NEVER: Sequence[Any] = (
    literal_column("'-infinity'::timestamptz"),
    literal_column("'infinity'::timestamptz"),
)
_LOCAL_DAY = cast(func.timezone(Appointment.timezone, _STARTS), Date)


async def list_upcoming(scope: Scope, *, page: int = 0) -> OccurrencePage:
    """What lies ahead, the next first: by the day that it is on by the clock of its own place, and
    by instant within that day. What was called off by itself stays in its place.
    """
    return await _page(
        scope,
        AppointmentOccurrence.ends_at > func.clock_now(),
        page=page,
        is_past=False,
    )


async def list_past(scope: Scope, *, page: int = 0) -> OccurrencePage:
    """What is over, the last first; days as in :func:`list_upcoming`."""
    return await _page(
        scope,
        AppointmentOccurrence.ends_at <= func.clock_now(),
        page=page,
        is_past=True,
    )


async def list_day(
    scope: Scope, days: Mapping[UUID, date]
) -> Mapping[UUID, Sequence[OccurrenceFacts]]:
    """What is planned on a local day of each person (by id), also what began before it and goes
    on. One statement.
    """
    if not days:
        return {}
    first = datetime.combine(min(days.values()), time.min, UTC) - timedelta(hours=15)
    last = datetime.combine(max(days.values()), time.min, UTC) + timedelta(hours=40)
    rows = await scope.rows(
        SELECT_OCCURRENCES.where(
            AppointmentOccurrence.care_recipient_id.in_(days),
            AppointmentOccurrence.family_id == scope.family_id,
            AppointmentOccurrence.status == OccurrenceStatus.PLANNED,
            IS_THERE,
            # Nothing takes longer: this keeps the search within the index.
            AppointmentOccurrence.starts_at.between(first - _LONGEST_SEEN, last),
            AppointmentOccurrence.ends_at > first,
        ).order_by(AppointmentOccurrence.starts_at, AppointmentOccurrence.id)
    )
    found = [occurrence_facts(row) for row in rows]
    return {
        person_id: [
            facts for facts in found if facts.person_id == person_id and _takes_place_on(facts, day)
        ]
        for person_id, day in days.items()
    }


def _takes_place_on(facts: OccurrenceFacts, day: date) -> bool:
    first, last = facts.days_at_home
    return first <= day <= last


async def _page(scope: Scope, condition: Any, *, page: int, is_past: bool) -> OccurrencePage:
    member = scope.require(Action.READ)
    conditions = (
        AppointmentOccurrence.family_id == member.family_id,
        AppointmentOccurrence.status != OccurrenceStatus.CUT,
        IS_THERE,
        condition,
    )
    # Days are sorted as far as the page can reach only: the index gives the rows by instant.
    reached = (
        select(_STARTS)
        .join(Appointment, Appointment.id == AppointmentOccurrence.appointment_id)
        .join(CareRecipient, CareRecipient.id == AppointmentOccurrence.care_recipient_id)
        .where(*conditions)
        .order_by(_STARTS.desc() if is_past else _STARTS)
        .offset((page + 1) * PAGE)
        .limit(1)
        .correlate(None)
        .scalar_subquery()
    )
    order: tuple[Any, ...]
    if is_past:
        is_near = func.coalesce(reached - _LONGEST_DAY, _NEVER[0]) <= _STARTS
        order = (_LOCAL_DAY.desc(), _STARTS.desc())
    else:
        is_near = func.coalesce(reached + _LONGEST_DAY, _NEVER[1]) >= _STARTS
        order = (_LOCAL_DAY.asc(), _STARTS.asc())
    rows = await scope.rows(
        SELECT_OCCURRENCES.where(*conditions, is_near)
        .order_by(*order, AppointmentOccurrence.id)
        .offset(page * PAGE)
        .limit(PAGE + 1)
    )
    return OccurrencePage(
        [occurrence_facts(row) for row in rows[:PAGE]], page, len(rows) > PAGE, is_past
    )
