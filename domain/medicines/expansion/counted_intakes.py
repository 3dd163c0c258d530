"""An intake that was recorded while a dose was cancelled counts as that dose when it is revived.

*Pause* at 08:00, the tablet recorded as an extra, *Resume*: nobody must be asked for a second
tablet. The intake becomes the dose: its row takes the dose's place in the schedule and keeps its
own records, stock movements, actor and time. So nothing counts twice, and undoing the intake
reopens the dose. The dose's previous row is kept, cancelled, under a key with the id of the intake.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any, TypeAlias
from uuid import UUID

from sqlalchemy import select, text

from domain.database.scope import Scope
from domain.delivery import dose_messages
from domain.events import NotificationsQueued
from domain.medicines.schedules.occurrences import Occurrence
from domain.models import Dose
from domain.models.medicines import DoseStatus

Counted: TypeAlias = Mapping[str, Mapping[str, Any]]
"""By the id of an intake that now counts as a dose: its previous values (JSON)."""

COUNTED = "counted"  # the key in an audit event

INTAKE_MATCH_RANGE = timedelta(hours=4)  # an intake further from a dose isn't that dose


@dataclass(frozen=True)
class RevivedDose:
    """A dose that is revived or newly made. `cancelled_at` is when it was cancelled, if known."""

    dose_id: UUID
    occurrence: Occurrence
    cancelled_at: datetime | None


@dataclass(frozen=True)
class _Intake:
    """A recorded intake outside the schedule, with the values that counting it replaces."""

    id: UUID
    taken_at: datetime
    created_at: datetime
    occurrence_key: str
    due_at: datetime
    timezone: str
    window_ends_at: datetime
    ask_no: int


def match_distance(
    occurrence: Occurrence, at: datetime, *, schedule: Iterable[Occurrence]
) -> timedelta | None:
    """The distance between a dose and an intake at *at* that could be that dose; None if it
    couldn't. It has to be within half the gap to the dose's neighbour, and within four hours.
    """
    distance = abs(at - occurrence.due_at)
    if distance > INTAKE_MATCH_RANGE:
        return None
    times = sorted({o.due_at for o in schedule} | {occurrence.due_at})
    for earlier, later in pairwise(times):
        is_between = earlier <= at <= later and occurrence.due_at in (earlier, later)
        if is_between and distance > (later - earlier) / 2:
            return None
    return distance


async def count_intakes(
    scope: Scope,
    medication_id: UUID,
    back: Sequence[RevivedDose],
    *,
    schedule: Sequence[Occurrence],
) -> Counted:
    """Match revived doses with intakes recorded meanwhile, which then count as those doses; returns
    the intakes' previous values.

    The medication and its intakes must be locked.
    """
    if not back:
        return {}
    rows = await scope.rows(
        select(
            Dose.id,
            Dose.taken_at,
            Dose.created_at,
            Dose.occurrence_key,
            Dose.due_at,
            Dose.timezone,
            Dose.window_ends_at,
            Dose.ask_no,
        ).where(
            Dose.medication_id == medication_id,
            ~Dose.is_scheduled,
            Dose.status == DoseStatus.TAKEN,
            Dose.taken_at >= min(each.occurrence.due_at for each in back) - INTAKE_MATCH_RANGE,
        )
    )
    intakes = [_Intake(**row._asdict()) for row in rows]
    pairs = _pair(back, intakes, schedule)
    for dose_id, intake_id in pairs.items():
        parameters = {"dose_id": dose_id, "intake_id": intake_id, "kept": _kept_key(intake_id)}
        key = (await scope.rows(_GIVE_UP_PLACE, parameters))[0].occurrence_key
        await scope.execute(_TAKE_PLACE, {**parameters, "key": key})
    were, doses = {intake.id: intake for intake in intakes}, {each.dose_id: each for each in back}
    return {
        str(intake_id): _to_json(were[intake_id], doses[dose_id])
        for dose_id, intake_id in pairs.items()
    }


async def uncount_intakes(scope: Scope, counted: Counted) -> None:
    """Undo *counted*: each intake is an extra again, and its dose is cancelled again. An intake
    that was undone in the meantime stays the dose.

    The medication and its intakes must be locked.
    """
    for key, was in counted.items():
        intake_id = UUID(key)
        found = await scope.rows(
            _LEAVE_PLACE,
            {
                "intake_id": intake_id,
                "kept": _kept_key(intake_id),
                "key": was["key"],
                "due_at": datetime.fromisoformat(was["due_at"]),
                "timezone": was["timezone"],
                "window_ends_at": datetime.fromisoformat(was["window_ends_at"]),
                "ask_no": was["ask_no"],
            },
        )
        for row in found:
            cancelled_at = datetime.fromisoformat(was["cancelled_at"])
            place = {"dose_id": row.planned_id, "key": row.place, "cancelled_at": cancelled_at}
            await scope.execute(_HAVE_PLACE_BACK, place)
            await dose_messages.refresh_cards(scope, {(row.care_recipient_id, row.due_at)})
            scope.publish(NotificationsQueued())


def _to_json(intake: _Intake, dose: RevivedDose) -> dict[str, Any]:
    # For a dose without a previous row use the intake's creation, so that it would match again.
    cancelled_at = dose.cancelled_at or intake.created_at
    return {
        "key": intake.occurrence_key,
        "due_at": intake.due_at.isoformat(),
        "timezone": intake.timezone,
        "window_ends_at": intake.window_ends_at.isoformat(),
        "ask_no": intake.ask_no,
        "cancelled_at": cancelled_at.isoformat(),
    }


async def restore_planned(scope: Scope, dose_id: UUID) -> None:
    """The intake that became this dose is undone: restore what was planned."""
    await scope.execute(_PLAN_AGAIN, {"dose_id": dose_id, "kept": _kept_key(dose_id)})


def _pair(
    back: Sequence[RevivedDose], intakes: Sequence[_Intake], schedule: Sequence[Occurrence]
) -> Mapping[UUID, UUID]:
    """Nearest first; each intake is at most one dose, and each dose at most one intake."""
    near = [
        (distance, each.dose_id, intake.id)
        for each in back
        for intake in intakes
        # An intake recorded while the dose was still open was meant as an extra.
        if each.cancelled_at is None or intake.created_at >= each.cancelled_at
        if (distance := match_distance(each.occurrence, intake.taken_at, schedule=schedule))
        is not None
    ]
    pairs: dict[UUID, UUID] = {}
    for _distance, dose_id, intake_id in sorted(near):
        if dose_id not in pairs and intake_id not in pairs.values():
            pairs[dose_id] = intake_id
    return pairs


def _kept_key(intake_id: UUID) -> str:
    return f"planned:{intake_id}"


# In two statements, because keys are unique.
_GIVE_UP_PLACE = text("""
    WITH place AS (SELECT id, occurrence_key FROM doses WHERE id = :dose_id)
    UPDATE doses d
    SET occurrence_key = :kept, is_scheduled = false, status = 'cancelled', ladder_step = NULL,
        next_action_at = NULL, resolved_at = clock_now()
    FROM place WHERE d.id = place.id
    RETURNING place.occurrence_key
""")

_TAKE_PLACE = text("""
    UPDATE doses d
    SET occurrence_key = :key, is_scheduled = true, due_at = place.due_at,
        timezone = place.timezone, window_ends_at = place.window_ends_at, ask_no = place.ask_no
    FROM doses place WHERE place.id = :dose_id AND d.id = :intake_id
""")

# The reverse.
_LEAVE_PLACE = text("""
    WITH place AS (
        SELECT d.id, d.occurrence_key, d.due_at, d.care_recipient_id, planned.id AS planned_id
        FROM doses d JOIN doses planned ON planned.medication_id = d.medication_id
        WHERE d.id = :intake_id AND d.is_scheduled AND d.status = 'taken'
          AND planned.occurrence_key = :kept
    )
    UPDATE doses d
    SET occurrence_key = :key, is_scheduled = false, due_at = :due_at, timezone = :timezone,
        window_ends_at = :window_ends_at, ask_no = :ask_no
    FROM place WHERE d.id = place.id
    RETURNING place.planned_id, place.occurrence_key AS place, place.due_at, place.care_recipient_id
""")

_HAVE_PLACE_BACK = text("""
    UPDATE doses SET occurrence_key = :key, is_scheduled = true, resolved_at = :cancelled_at
    WHERE id = :dose_id
""")

_PLAN_AGAIN = text("""
    UPDATE doses d
    SET medication_name = planned.medication_name, dosage = planned.dosage,
        amount = planned.amount, unit = planned.unit, most = planned.most, moment = planned.moment
    FROM doses planned
    WHERE d.id = :dose_id AND planned.medication_id = d.medication_id
      AND planned.occurrence_key = :kept
""")
