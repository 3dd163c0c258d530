"""Saved schedules agree with the times of their person's day."""

from collections.abc import Mapping
from datetime import time
from uuid import UUID

from domain.database.scope import Scope
from domain.family.people import get_person
from domain.medicines.errors import DayTimesChanged, TimesOfDayClash
from domain.medicines.schedules.kinds import Schedule
from domain.medicines.schedules.moments import DayTimes, PartOfDay
from domain.medicines.schedules.moments_of_schedules import parts_of, retimed
from domain.medicines.schedules.problems import InvalidSchedule


async def check_moments(
    scope: Scope,
    person_id: UUID,
    schedule: Schedule,
    *,
    setting: Mapping[PartOfDay, time] | None = None,
) -> None:
    """Raises DayTimesChanged if the moments of a schedule that is about to be saved have other
    times than the person's day, with the times that are about to be set (*setting*).

    The person or a medicine of theirs must be locked: whoever changes the day locks both.
    """
    if not parts_of(schedule):
        return
    person = await get_person(scope, person_id)
    day = DayTimes.from_json(person.day_times)
    try:
        agrees = retimed(schedule, DayTimes({**day.named, **(setting or {})})) == schedule
    except InvalidSchedule:
        agrees = False
    if not agrees:
        raise DayTimesChanged(person)


async def follow_day(scope: Scope, person_id: UUID, schedule: Schedule, *, name: str) -> Schedule:
    """A schedule of earlier, with its moments at the person's times of now. Raises TimesOfDayClash
    with the medicine's *name*.
    """
    if not parts_of(schedule):
        return schedule
    person = await get_person(scope, person_id)
    try:
        return retimed(schedule, DayTimes.from_json(person.day_times))
    except InvalidSchedule as error:
        raise TimesOfDayClash(name, error.problem) from error
