"""Appointments of somebody who has moved: they stay in the time zone of their place or, if the
family says so, keep their hour in the person's new zone.

Past occurrences don't change. A series that has begun is split for this, so that its past keeps its
zone.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import distinct_on

from domain import audit
from domain.access import Action
from domain.appointments.changes.locking import Reach, lock_appointment
from domain.appointments.changes.splitting import save_rule, split_series
from domain.appointments.changes.undo import take_snapshot
from domain.appointments.news import announce_if_imminent
from domain.appointments.occurrences.facts import OccurrenceFacts
from domain.appointments.occurrences.lookups import get_next_or_last_occurrence, read_occurrences
from domain.appointments.series.occurrence_rows import find_first_upcoming
from domain.appointments.series.replanning import replan
from domain.appointments.series.series import Series
from domain.database.scope import Scope
from domain.errors import NotFound
from domain.family.people import get_person
from domain.local_time import clocks_differ, resolve_local, to_local
from domain.models import Appointment, AppointmentOccurrence
from domain.models.appointments import OccurrenceStatus

CLOCK_CHANGED = "appointment.clock_changed"
_HALF_A_YEAR = timedelta(days=182)  # zones may agree in winter and differ in summer


@dataclass(frozen=True)
class MovedToHomeZone:
    """Which appointments now go by the person's clock, each with its next time, and how many
    `stayed` because in that zone they would already be past.
    """

    moved: Sequence[OccurrenceFacts]
    stayed: int


async def list_in_other_zones(scope: Scope, person_id: UUID) -> Sequence[OccurrenceFacts]:
    """The next upcoming occurrence of each appointment in another time zone than the person's,
    earliest first. Three statements. Raises NotFound.
    """
    member = scope.require(Action.READ)
    home = (await get_person(scope, person_id)).zone
    rows = await scope.rows(
        select(AppointmentOccurrence.id)
        .ext(distinct_on(AppointmentOccurrence.appointment_id))
        .join(Appointment, Appointment.id == AppointmentOccurrence.appointment_id)
        .where(
            AppointmentOccurrence.family_id == member.family_id,
            AppointmentOccurrence.care_recipient_id == person_id,
            AppointmentOccurrence.status == OccurrenceStatus.PLANNED,
            AppointmentOccurrence.starts_at > func.clock_now(),
            Appointment.timezone != home.key,
            Appointment.deleted_at.is_(None),
        )
        .order_by(AppointmentOccurrence.appointment_id, AppointmentOccurrence.starts_at)
    )
    found = await read_occurrences(scope, [row.id for row in rows]) if rows else []
    return [facts for facts in found if _has_another_clock(facts)]


def _has_another_clock(facts: OccurrenceFacts) -> bool:
    ahead = [timedelta(0), _HALF_A_YEAR] if facts.recurrence else [timedelta(0)]
    return any(clocks_differ(facts.zone, facts.home, facts.starts_at + each) for each in ahead)


async def move_to_home_zone(
    scope: Scope, person_id: UUID, *, appointment_ids: Collection[UUID]
) -> MovedToHomeZone:
    """Move those of *appointment_ids* that are in another zone to the same hour in the person's
    own. Members who were told of an appointment are told again. Raises NotFound and NotAllowed.
    """
    scope.require(Action.CHANGE_APPOINTMENTS)
    home = (await get_person(scope, person_id)).zone
    shown = await list_in_other_zones(scope, person_id)
    asked = [facts.appointment_id for facts in shown if facts.appointment_id in appointment_ids]
    # In a fixed order, so that two members doing this at once don't deadlock.
    followed = {each: await _move_to_zone(scope, each, home) for each in sorted(asked)}
    new_ids = [new for each in asked if (new := followed[each]) is not None]
    moved = [await get_next_or_last_occurrence(scope, each) for each in new_ids]
    return MovedToHomeZone(
        sorted(moved, key=lambda facts: facts.starts_at), len(asked) - len(moved)
    )


async def _move_to_zone(scope: Scope, appointment_id: UUID, zone: ZoneInfo) -> UUID | None:
    """The appointment that is in *zone* from now on; None if it has no future there."""
    try:
        locked = await lock_appointment(scope, appointment_id)
    except NotFound:  # somebody has just removed it
        return None
    old = locked.series
    if old.zone.key == zone.key:  # or moved it
        return appointment_id
    begin = await _find_first_start_in(scope, old, zone)
    if begin is None:
        return None
    before = await take_snapshot(scope, appointment_id)
    since = old.cancelled_from
    off_from = None if since is None else _same_hour(since, old.zone, zone)
    new = replace(old, zone=zone, cancelled_from=off_from)
    if begin > old.first:
        new = await split_series(scope, locked, new, begin=begin)
    else:
        await save_rule(scope, new)
    await replan(scope, old, new, moved=(begin, begin))
    await audit.record(
        scope,
        CLOCK_CHANGED,
        subject_type="appointment",
        subject_id=new.id,
        before=await before.describe_change(
            scope, Reach.ALL, begun=None if new.id == old.id else new.id
        ),
        after={"timezone": zone.key},
    )
    await announce_if_imminent(scope, new.id)
    return new.id


async def _find_first_start_in(scope: Scope, series: Series, zone: ZoneInfo) -> datetime | None:
    """The first local start that is still in the future in *zone*, too."""
    now, ahead = scope.clock.now(), await find_first_upcoming(scope, series)
    if ahead is None:
        return None
    starts = (start for start in series.starts(now=now) if start >= ahead)
    return next((start for start in starts if resolve_local(start, zone) > now), None)


def _same_hour(at: datetime, old: ZoneInfo, new: ZoneInfo) -> datetime:
    return resolve_local(to_local(at, old), new)
