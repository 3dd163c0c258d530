"""Lists of appointments: upcoming, past, of one series, of one day."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Date, Select, case, cast, func, literal_column, select
from sqlalchemy.dialects.postgresql import distinct_on

from domain.access import Action
from domain.appointments.occurrences.facts import OccurrenceFacts, OccurrencePage
from domain.appointments.occurrences.selection import (
    IS_THERE,
    SELECT_OCCURRENCES,
    fetch_occurrences,
)
from domain.database.scope import Scope
from domain.errors import NotFound
from domain.models import Appointment, AppointmentOccurrence, CareRecipient
from domain.models.appointments import OccurrenceStatus

_LONGEST = timedelta(days=60)  # of an appointment
_LONGEST_SEEN = _LONGEST + timedelta(hours=2)  # a local day may have 25 hours
PAGE_SIZE = 10
_LONGEST_DAY = timedelta(hours=50)  # from its first hour to its last, across all time zones

_STARTS = AppointmentOccurrence.starts_at
_EVER: Any = literal_column("'-infinity'::timestamptz")
_LOCAL_DAY = cast(func.timezone(Appointment.timezone, _STARTS), Date)


async def list_upcoming(scope: Scope, *, page: int = 0, size: int = PAGE_SIZE) -> OccurrencePage:
    """Upcoming occurrences, next first: ordered by the local day at their place, then by instant.
    Individually cancelled ones stay in the list. A series appears once, with its next occurrence,
    preferably one that takes place. One statement.
    """
    conditions = _upcoming_conditions(scope)
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
    return await _fetch_page(scope, statement, page=page, size=size)


async def list_series(scope: Scope, appointment_id: UUID, *, page: int = 0) -> OccurrencePage:
    """The upcoming dates of a series, including individually cancelled ones. Falls back to the
    first page if *page* doesn't exist. Raises NotFound if there are none.
    """
    statement = SELECT_OCCURRENCES.where(
        *_upcoming_conditions(scope), AppointmentOccurrence.appointment_id == appointment_id
    ).order_by(_STARTS, AppointmentOccurrence.id)
    found = await _fetch_page(scope, statement, page=page)
    if page and not found.items:
        found = await _fetch_page(scope, statement, page=0)
    if not found.items:
        raise NotFound
    return found


async def list_past(scope: Scope, *, page: int = 0) -> OccurrencePage:
    """Past occurrences, latest first; ordered as in :func:`list_upcoming`. One statement."""
    conditions = (*_listed_conditions(scope), AppointmentOccurrence.ends_at <= func.clock_now())
    # Only rows that the page can reach are sorted by day: the index returns them by instant.
    reached = (
        select(_STARTS)
        .join(Appointment, Appointment.id == AppointmentOccurrence.appointment_id)
        .join(CareRecipient, CareRecipient.id == AppointmentOccurrence.care_recipient_id)
        .where(*conditions)
        .order_by(_STARTS.desc())
        .offset((page + 1) * PAGE_SIZE)
        .limit(1)
        .correlate(None)
        .scalar_subquery()
    )
    is_near = func.coalesce(reached - _LONGEST_DAY, _EVER) <= _STARTS
    statement = SELECT_OCCURRENCES.where(*conditions, is_near).order_by(
        _LOCAL_DAY.desc(), _STARTS.desc(), AppointmentOccurrence.id
    )
    return await _fetch_page(scope, statement, page=page, is_past=True)


async def list_day(
    scope: Scope, days: Mapping[UUID, date]
) -> Mapping[UUID, Sequence[OccurrenceFacts]]:
    """What is planned on a given local day for each person (by id), including what began earlier
    and hasn't ended. One statement.
    """
    if not days:
        return {}
    first = datetime.combine(min(days.values()), time.min, UTC) - timedelta(hours=15)
    last = datetime.combine(max(days.values()), time.min, UTC) + timedelta(hours=40)
    found = await fetch_occurrences(
        scope,
        SELECT_OCCURRENCES.where(
            AppointmentOccurrence.care_recipient_id.in_(days),
            AppointmentOccurrence.family_id == scope.family_id,
            AppointmentOccurrence.status == OccurrenceStatus.PLANNED,
            IS_THERE,
            # No appointment is longer; this lets the index bound the search.
            AppointmentOccurrence.starts_at.between(first - _LONGEST_SEEN, last),
            AppointmentOccurrence.ends_at > first,
        ).order_by(AppointmentOccurrence.starts_at, AppointmentOccurrence.id),
    )
    return {
        person_id: [
            facts for facts in found if facts.person_id == person_id and _takes_place_on(facts, day)
        ]
        for person_id, day in days.items()
    }


def _takes_place_on(facts: OccurrenceFacts, day: date) -> bool:
    first, last = facts.days_at_home
    return first <= day <= last


def _listed_conditions(scope: Scope) -> Sequence[Any]:
    """Conditions for occurrences that lists show. Raises NotAllowed."""
    member = scope.require(Action.READ)
    return (
        AppointmentOccurrence.family_id == member.family_id,
        AppointmentOccurrence.status != OccurrenceStatus.CUT,
        IS_THERE,
    )


def _upcoming_conditions(scope: Scope) -> Sequence[Any]:
    return (*_listed_conditions(scope), AppointmentOccurrence.ends_at > func.clock_now())


async def _fetch_page(
    scope: Scope,
    statement: Select[*tuple[Any, ...]],
    *,
    page: int,
    size: int = PAGE_SIZE,
    is_past: bool = False,
) -> OccurrencePage:
    found = await fetch_occurrences(scope, statement.offset(page * size).limit(size + 1))
    return OccurrencePage(found[:size], page, len(found) > size, is_past)
