"""The lists of appointments: what comes, the dates of a series, what was, and what is on a day."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Date, Select, case, cast, func, literal_column, select
from sqlalchemy.dialects.postgresql import distinct_on

from domain.access import Action
from domain.appointments.occurrences.facts import OccurrenceFacts, OccurrencePage
from domain.appointments.occurrences.selection import IS_THERE, SELECT_OCCURRENCES, occurrence_facts
from domain.database.scope import Scope
from domain.errors import NotFound
from domain.models import Appointment, AppointmentOccurrence, CareRecipient
from domain.models.appointments import OccurrenceStatus

_LONGEST = timedelta(days=60)  # an appointment; whole days may have an hour more than 24
_LONGEST_SEEN = _LONGEST + timedelta(hours=2)
PAGE = 10
_LONGEST_DAY = timedelta(hours=50)  # from its first hour to its last, all over the world

_STARTS = AppointmentOccurrence.starts_at
_EVER: Any = literal_column("'-infinity'::timestamptz")
_LOCAL_DAY = cast(func.timezone(Appointment.timezone, _STARTS), Date)


async def list_upcoming(scope: Scope, *, page: int = 0) -> OccurrencePage:
    """What lies ahead, the next first: by the day that it is on by the clock of its own place, and
    by instant within that day. What was called off by itself stays in its place; of a series there
    is its next time only, which is one that takes place if there is any. One statement.
    """
    conditions = _ahead(scope)
    is_one_of_series = Appointment.recurrence.is_not(None)
    subject = case((is_one_of_series, Appointment.id), else_=AppointmentOccurrence.id)
    shown = (
        select(AppointmentOccurrence.id)
        .join(Appointment, Appointment.id == AppointmentOccurrence.appointment_id)
        .join(CareRecipient, CareRecipient.id == AppointmentOccurrence.care_recipient_id)
        .where(*conditions)
        .ext(distinct_on(subject))
        .order_by(
            subject,
            AppointmentOccurrence.status == OccurrenceStatus.CANCELLED,
            _STARTS,
            AppointmentOccurrence.id,
        )
    )
    statement = SELECT_OCCURRENCES.where(
        AppointmentOccurrence.family_id == scope.family_id, AppointmentOccurrence.id.in_(shown)
    ).order_by(_LOCAL_DAY, _STARTS, AppointmentOccurrence.id)
    return await _page_of(scope, statement, page=page)


async def list_series(scope: Scope, appointment_id: UUID, *, page: int = 0) -> OccurrencePage:
    """The dates that lie ahead of a series, also those that were called off by themselves; the
    first page where there are not so many. Raises NotFound where none is left.
    """
    statement = SELECT_OCCURRENCES.where(
        *_ahead(scope), AppointmentOccurrence.appointment_id == appointment_id
    ).order_by(_STARTS, AppointmentOccurrence.id)
    found = await _page_of(scope, statement, page=page)
    if page and not found.items:
        found = await _page_of(scope, statement, page=0)
    if not found.items:
        raise NotFound
    return found


async def list_past(scope: Scope, *, page: int = 0) -> OccurrencePage:
    """What is over, the last first; days as in :func:`list_upcoming`. One statement."""
    conditions = (*_is_seen(scope), AppointmentOccurrence.ends_at <= func.clock_now())
    # Days are sorted as far as the page can reach only: the index gives the rows by instant.
    reached = (
        select(_STARTS)
        .join(Appointment, Appointment.id == AppointmentOccurrence.appointment_id)
        .join(CareRecipient, CareRecipient.id == AppointmentOccurrence.care_recipient_id)
        .where(*conditions)
        .order_by(_STARTS.desc())
        .offset((page + 1) * PAGE)
        .limit(1)
        .correlate(None)
        .scalar_subquery()
    )
    is_near = func.coalesce(reached - _LONGEST_DAY, _EVER) <= _STARTS
    statement = SELECT_OCCURRENCES.where(*conditions, is_near).order_by(
        _LOCAL_DAY.desc(), _STARTS.desc(), AppointmentOccurrence.id
    )
    return await _page_of(scope, statement, page=page, is_past=True)


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


def _is_seen(scope: Scope) -> Sequence[Any]:
    """What is shown in lists. Raises NotAllowed."""
    member = scope.require(Action.READ)
    return (
        AppointmentOccurrence.family_id == member.family_id,
        AppointmentOccurrence.status != OccurrenceStatus.CUT,
        IS_THERE,
    )


def _ahead(scope: Scope) -> Sequence[Any]:
    return (*_is_seen(scope), AppointmentOccurrence.ends_at > func.clock_now())


async def _page_of(
    scope: Scope, statement: Select[*tuple[Any, ...]], *, page: int, is_past: bool = False
) -> OccurrencePage:
    rows = await scope.rows(statement.offset(page * PAGE).limit(PAGE + 1))
    found = [occurrence_facts(row) for row in rows[:PAGE]]
    return OccurrencePage(found, page, len(rows) > PAGE, is_past)
