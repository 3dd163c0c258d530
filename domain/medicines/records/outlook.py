"""The outlook of an intake: neighbouring intakes, limits, and when the next one is allowed."""

import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ScalarSelect, func, or_, select

from domain.database.scope import Scope
from domain.medicines.dosages import Dosage
from domain.medicines.doses.facts import ONE_DOSE, OPEN, SELECT_DOSES, DoseFacts, fetch_doses
from domain.medicines.expansion.counted_intakes import INTAKE_MATCH_RANGE
from domain.medicines.facts import MedicineFacts
from domain.medicines.reading import get_medication
from domain.medicines.records.spacing import SHARE_OF_INTERVAL
from domain.medicines.schedules.kinds import AsNeeded, Elapsed
from domain.models import Dose
from domain.models.medicines import DoseStatus
from domain.timers import floor_minute

DAY = timedelta(hours=24)
_AROUND = timedelta(days=3)


class Doubt(StrEnum):
    """Why we ask before an intake is recorded."""

    TOO_SOON = "too soon"  # less than the interval after the previous or before the next intake
    TOO_MANY = "too many"
    GIVEN_TODAY = "given today"  # as needed, and not the first in 24 hours
    EXTRA = "extra"  # not a dose of the schedule
    OTHER_AMOUNT = "other amount"
    CROSSES = "crosses"  # a correction moves it past another intake
    BEFORE_ADDED = "before it was added"
    BEFORE_START = "before it starts"
    AFTER_END = "after its end"
    PAUSED = "paused"
    MOVED = "moved"  # the person lives by another clock than when the time was asked for


@dataclass(frozen=True)
class Intake:
    """An intake of a medicine, at `at` (UTC) in `zone`: `count` doses as set.

    Times are whole minutes, as people read them: "next from 12:00" includes 12:00 itself.
    """

    id: UUID
    at: datetime
    zone: ZoneInfo
    by: str | None
    what: str
    count: Decimal


@dataclass(frozen=True)
class Outlook:
    """What to know before a medicine is given at `at` (UTC).

    `last` and `following` are the neighbouring intakes. `others` is how many doses as set are in
    the fullest 24 hours that would include this one; `next_at` is when interval and limit allow the
    next one. `count` is how many doses as set this one is. `seen` is a fingerprint: it changes when
    somebody records something.
    """

    medicine: MedicineFacts
    at: datetime
    last: Intake | None
    following: Intake | None
    others: Decimal
    limit: int | None
    interval: timedelta | None
    next_at: datetime | None
    candidates: Sequence[DoseFacts]
    intakes: Sequence[Intake]
    doubts: frozenset[Doubt]
    seen: int
    added_at: datetime | None = None
    given: Dosage | None = None
    usual: Dosage | None = None
    count: Decimal = ONE_DOSE
    counts_for: DoseFacts | None = None

    @property
    def is_too_soon_after(self) -> bool:
        """Whether it's too soon after the previous intake."""
        return _is_closer(self.last, self.minute, self.interval)

    @property
    def is_too_soon_before(self) -> bool:
        """Whether it's too soon before the next intake."""
        return _is_closer(self.following, self.minute, self.interval)

    @property
    def minute(self) -> datetime:
        """`at` as a clock shows it."""
        return floor_minute(self.at)


def _is_closer(intake: Intake | None, at: datetime, interval: timedelta | None) -> bool:
    return intake is not None and interval is not None and abs(intake.at - at) < interval


async def get_outlook(scope: Scope, medication_id: UUID) -> Outlook:
    """What to know before a medicine is given now. Raises NotFound."""
    return await get_outlook_at(scope, medication_id, scope.clock.now())


async def get_outlook_at(
    scope: Scope, medication_id: UUID, at: datetime, *, without: UUID | None = None
) -> Outlook:
    """Two statements. *without* is an intake that is about to be recorded again."""
    medicine = await get_medication(scope, medication_id)
    doses = await fetch_doses(
        scope,
        SELECT_DOSES.where(
            Dose.medication_id == medication_id,
            Dose.status != DoseStatus.CANCELLED,
            or_(
                Dose.due_at.between(at - _AROUND, at + _AROUND),
                Dose.taken_at.between(at - _AROUND, at + _AROUND),
                Dose.taken_at == _last_before(medication_id, at, without=without),
            ),
        ),
    )
    given = [(dose.taken_at, dose) for dose in doses if dose.taken_at and dose.id != without]
    # Sorted by exact time, which also orders intakes within one minute.
    intakes = [_intake(dose) for _, dose in sorted(given, key=lambda each: each[0])]
    interval, limit = _limits(medicine)
    minute = floor_minute(at)
    before = [intake for intake in intakes if intake.at <= minute]
    after = [intake for intake in intakes if intake.at > minute]
    last = before[-1] if before else None
    return with_fingerprint(
        Outlook(
            medicine=medicine,
            at=at,
            last=last,
            following=after[0] if after else None,
            others=_most_in_a_day(intakes, minute),
            limit=limit,
            interval=interval,
            next_at=_next_at(before, interval=interval, limit=limit),
            candidates=_candidates([dose for dose in doses if dose.is_scheduled], at),
            intakes=intakes,
            doubts=frozenset(),
            seen=0,
        )
    )


def _intake(dose: DoseFacts) -> Intake:
    return Intake(
        id=dose.id,
        at=floor_minute(dose.taken_at or dose.due_at),
        zone=dose.taken_zone or dose.zone,
        by=dose.resolved_by,
        what=dose.given or dose.dosage,
        count=dose.dose_count,
    )


def with_fingerprint(outlook: Outlook) -> Outlook:
    """The outlook with its fingerprint: of intakes, open doses and settings."""
    facts = (
        [(intake.id, intake.at, intake.count) for intake in outlook.intakes],
        [(dose.id, dose.status) for dose in outlook.candidates],
        outlook.medicine.version,
        outlook.medicine.status,
        outlook.medicine.zone.key,
        sorted(outlook.doubts - {Doubt.MOVED}),  # once it was shown, the question has the new zone
        outlook.count,
    )
    return replace(outlook, seen=zlib.crc32(repr(facts).encode()))


def _last_before(medication_id: UUID, at: datetime, *, without: UUID | None) -> ScalarSelect[Any]:
    """When it was last taken, however long ago."""
    return (
        select(func.max(Dose.taken_at))
        .where(
            Dose.medication_id == medication_id,
            Dose.taken_at <= at,
            Dose.id.is_distinct_from(without),
        )
        .scalar_subquery()
    )


def _limits(medicine: MedicineFacts) -> tuple[timedelta | None, int | None]:
    """The minimum interval between two intakes, and the maximum in 24 hours; None: no limit."""
    match medicine.schedule:
        case AsNeeded(min_interval=interval, max_per_day=most):
            return interval, most
        case Elapsed(every=every):
            return every * SHARE_OF_INTERVAL.numerator / SHARE_OF_INTERVAL.denominator, None
        case _:
            return None, None


def _most_in_a_day(intakes: Sequence[Intake], at: datetime) -> Decimal:
    """How many doses as set are in the fullest 24 hours that would include this one."""
    ends = [at, *(intake.at for intake in intakes if at < intake.at < at + DAY)]
    return max(_count(intakes, end - DAY, end) for end in ends)


def _count(intakes: Iterable[Intake], after: datetime, until: datetime) -> Decimal:
    return sum((i.count for i in intakes if after < i.at <= until), Decimal(0))


def _next_at(
    before: Sequence[Intake], *, interval: timedelta | None, limit: int | None
) -> datetime | None:
    """When one more dose as set respects interval and limit; None if it may be given now."""
    if not before:
        return None
    starts = [before[-1].at + interval] if interval is not None else []
    if limit is not None:
        # There's room for one more as soon as enough of the previous ones are a day old.
        leaving = (intake.at + DAY for intake in before)
        fits = (at for at in leaving if _count(before, at - DAY, at) + ONE_DOSE <= limit)
        if _count(before, before[-1].at - DAY, before[-1].at) + ONE_DOSE > limit:
            starts.append(next(fits, before[-1].at + DAY))
    return max(starts, default=None)


def _candidates(scheduled: Sequence[DoseFacts], at: datetime) -> Sequence[DoseFacts]:
    """The open doses that an intake at *at* could be: within half the gap to the dose's neighbour,
    and within four hours. Only the nearest, or both if two are equally near.
    """
    by_time = sorted(scheduled, key=lambda dose: dose.due_at)
    gaps = [later.due_at - earlier.due_at for earlier, later in pairwise(by_time)]
    near: list[tuple[timedelta, DoseFacts]] = []
    for index, dose in enumerate(by_time):
        distance = abs(at - dose.due_at)
        side = index - 1 if at < dose.due_at else index
        gap = gaps[side] if 0 <= side < len(gaps) else 2 * INTAKE_MATCH_RANGE
        if dose.status in OPEN and distance <= min(gap / 2, INTAKE_MATCH_RANGE):
            near.append((distance, dose))
    nearest = min((distance for distance, _dose in near), default=None)
    return [dose for distance, dose in near if distance == nearest]
