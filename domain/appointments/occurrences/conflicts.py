"""Conflicts: what else is planned at the same time as an appointment."""

from collections.abc import Sequence
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Integer, and_, cast, func, or_, select
from sqlalchemy.orm import aliased

from domain.appointments.occurrences.facts import Conflict
from domain.database.scope import Scope
from domain.models import Appointment, AppointmentOccurrence, CareRecipient, User
from domain.models.appointments import OccurrenceStatus

MAX_CONFLICTS = 3


async def find_conflicts(scope: Scope, appointment_id: UUID) -> Sequence[Conflict]:
    """Other appointments that overlap with an occurrence of this one: each listed once, with its
    first overlap.
    """
    own, other, any_time = (aliased(AppointmentOccurrence) for _ in range(3))
    any_of_them = aliased(Appointment)
    longest = func.greatest(
        select(func.max(any_of_them.duration_minutes))
        .where(any_of_them.family_id == scope.family_id)
        .scalar_subquery(),
        select(func.max(cast(any_time.own_details["duration_minutes"].astext, Integer)))
        .where(any_time.family_id == scope.family_id, any_time.own_details.is_not(None))
        .scalar_subquery(),
    )
    same_person = own.care_recipient_id == other.care_recipient_id
    both_at = func.greatest(own.starts_at, other.starts_at)
    in_order = (both_at, other.starts_at, other.id)
    at_once = (
        select(
            func.coalesce(other.own_details["title"].astext, Appointment.title).label("title"),
            Appointment.timezone,
            CareRecipient.name.label("person"),
            CareRecipient.timezone.label("home_timezone"),
            User.name.label("driver"),
            same_person.label("is_same_person"),
            Appointment.is_all_day,
            other.id,
            other.starts_at,
            other.ends_at,
            both_at.label("at"),
            func.row_number()
            .over(partition_by=other.appointment_id, order_by=in_order)
            .label("number"),
            func.max(other.starts_at).over(partition_by=other.appointment_id).label("last_at"),
        )
        .select_from(own)
        .join(
            other,
            and_(
                other.family_id == own.family_id,
                other.appointment_id != own.appointment_id,
                # No appointment is longer; this lets the index bound the search.
                other.starts_at
                > own.starts_at - func.make_interval(0, 0, 0, 0, 0, longest + 2 * 60),
                other.starts_at < own.ends_at,
                other.ends_at > own.starts_at,
                other.status == OccurrenceStatus.PLANNED,
                or_(same_person, own.driver_id == other.driver_id),
            ),
        )
        .join(Appointment, Appointment.id == other.appointment_id)
        .join(CareRecipient, CareRecipient.id == other.care_recipient_id)
        .outerjoin(User, and_(User.id == other.driver_id, own.driver_id == other.driver_id))
        .where(
            own.appointment_id == appointment_id,
            own.family_id == scope.family_id,
            own.status == OccurrenceStatus.PLANNED,
            own.ends_at > func.clock_now(),
            Appointment.deleted_at.is_(None),
        )
        .subquery()
    )
    rows = await scope.rows(
        select(at_once)
        .where(at_once.c.number == 1)
        .order_by(at_once.c.at, at_once.c.starts_at, at_once.c.id)
        .limit(MAX_CONFLICTS)
    )
    return [
        Conflict(
            title=row.title,
            person=row.person,
            zone=ZoneInfo(row.timezone),
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            is_all_day=row.is_all_day,
            driver=None if row.is_same_person else row.driver,
            home_zone=ZoneInfo(row.home_timezone),
            comes_again=row.last_at > row.starts_at,
        )
        for row in rows
    ]
