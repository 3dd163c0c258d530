"""A member's own hours: when they get a digest, and when messages make no sound."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select, update

from domain.access import Action
from domain.database.scope import Scope
from domain.delivery.quiet_hours import QuietHours, clock_zone
from domain.events import TimerSet
from domain.family.errors import HoursClash
from domain.local_time import resolve_local
from domain.models import FamilyMember, User
from domain.models.family import HourCycle

_A_DAY = timedelta(days=1)


class DigestPart(StrEnum):
    """The digest of a day to come, and the summary of one that is nearly over."""

    MORNING = "morning"
    EVENING = "evening"


@dataclass(frozen=True)
class OwnHours:
    """By the member's own clock, in `zone`; that is their own if `is_own_zone`, or else that of the
    first person cared for. Without either there's no clock to go by, and `zone` is None.
    """

    morning_at: time | None
    evening_at: time | None
    quiet: QuietHours | None
    zone: ZoneInfo | None
    is_own_zone: bool
    hides_names: bool

    def at(self, part: DigestPart) -> time | None:
        return self.morning_at if part is DigestPart.MORNING else self.evening_at

    def next_digest(self, after: datetime) -> datetime | None:
        """When the next digest is due (UTC) after that instant (aware)."""
        return min((at for _, at in self._digests(after)), default=None)

    def part_due_at(self, at: datetime) -> DigestPart | None:
        """Which digest is due at *at* (aware); None if none is, since their clock is another."""
        due = self._digests(at - timedelta(minutes=1))
        return next((part for part, instant in due if instant == at), None)

    def _digests(self, after: datetime) -> list[tuple[DigestPart, datetime]]:
        """The next digest of each part after that instant."""
        if self.zone is None:
            return []
        today = after.astimezone(self.zone).date()
        found = []
        for part in DigestPart:
            at = self.at(part)
            if at is None:
                continue
            days = (today + number * _A_DAY for number in range(-1, 3))
            instants = (resolve_local(datetime.combine(day, at), self.zone) for day in days)
            found.append((part, next(instant for instant in instants if instant > after)))
        return found


HOURS = select(
    FamilyMember.id,
    FamilyMember.user_id,
    FamilyMember.morning_at,
    FamilyMember.evening_at,
    FamilyMember.quiet_from,
    FamilyMember.quiet_until,
    FamilyMember.hides_names,
    User.timezone,
    clock_zone().label("clock_zone"),
).join(User, User.id == FamilyMember.user_id)
"""Selects what :func:`hours_of` reads."""


def hours_of(row: Any) -> OwnHours:
    """The hours of a row of :data:`HOURS`."""
    quiet = None if row.quiet_from is None else QuietHours(row.quiet_from, row.quiet_until)
    return OwnHours(
        row.morning_at,
        row.evening_at,
        quiet,
        ZoneInfo(row.clock_zone) if row.clock_zone else None,
        row.timezone is not None,
        row.hides_names,
    )


async def get_hours(scope: Scope) -> OwnHours:
    """The actor's own, in the scope's family."""
    member = scope.require(Action.READ)
    row = await scope.row(
        HOURS.where(
            FamilyMember.family_id == member.family_id, FamilyMember.user_id == member.user_id
        )
    )
    return hours_of(row)


async def set_digest(scope: Scope, part: DigestPart, at: time | None) -> OwnHours:
    """Send the actor that digest every day at that time by their own clock; None: not any more.

    Raises HoursClash if the other one comes at that time.
    """
    other = DigestPart.EVENING if part is DigestPart.MORNING else DigestPart.MORNING
    if at is not None and (await get_hours(scope)).at(other) == at:
        raise HoursClash(at)
    column = FamilyMember.morning_at if part is DigestPart.MORNING else FamilyMember.evening_at
    await _change(scope, {column: at})
    return await set_timer(scope)


async def set_quiet(scope: Scope, quiet: QuietHours | None) -> OwnHours:
    """The actor's messages make no sound within these hours; None: they do at any time.

    Raises HoursClash if they never end.
    """
    if quiet is not None and quiet.starts == quiet.ends:
        raise HoursClash(quiet.starts)
    starts, ends = (None, None) if quiet is None else (quiet.starts, quiet.ends)
    await _change(scope, {FamilyMember.quiet_from: starts, FamilyMember.quiet_until: ends})
    return await get_hours(scope)


async def set_hides_names(scope: Scope, *, hidden: bool) -> None:
    """Leave out of the actor's reminders what is taken, or don't."""
    await _change(scope, {FamilyMember.hides_names: hidden})


async def set_hour_cycle(scope: Scope, cycle: HourCycle) -> None:
    """Show the actor times by a clock of so many hours, in all their families."""
    await scope.execute(update(User).where(User.id == scope.user_id).values(hour_cycle=cycle))


async def set_timer(scope: Scope) -> OwnHours:
    """Set the timer of the actor's next digest anew."""
    hours = await get_hours(scope)
    at = hours.next_digest(scope.clock.now())
    await _change(scope, {FamilyMember.digest_at: at})
    if at is not None:
        scope.publish(TimerSet(at))
    return hours


async def _change(scope: Scope, values: dict[Any, Any]) -> None:
    member = scope.require(Action.READ)
    await scope.execute(
        update(FamilyMember)
        .where(FamilyMember.family_id == member.family_id, FamilyMember.user_id == member.user_id)
        .values(values)
    )
