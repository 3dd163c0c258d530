"""Re-expansion: adjusting doses to a schedule, a zone or an intake that has changed."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from domain.database.scope import Scope
from domain.delivery import dose_messages
from domain.events import NotificationsQueued, TimerSet
from domain.medicines.expansion.counted_intakes import (
    INTAKE_MATCH_RANGE,
    Counted,
    RevivedDose,
    count_intakes,
    match_distance,
)
from domain.medicines.expansion.expandable import (
    EXPANDABLE,
    Expandable,
    fetch_expandables,
)
from domain.medicines.expansion.horizon import EXPANSION_HORIZON, dose_rows, save_expanded_until
from domain.medicines.schedules.occurrences import Occurrence
from domain.models import Dose, Medication
from domain.models.medicines import DoseStatus, MedicineStatus
from domain.timers import Step, ceil_minute

# The furthest that a wall-clock time shifts when a person moves: across the date line. Doses due
# within this range may be due again, or still.
_WIDEST_MOVE = timedelta(hours=27)


@dataclass(frozen=True)
class _DoseRow:
    """A dose row, as far as it decides what becomes of it."""

    id: UUID
    occurrence_key: str
    due_at: datetime
    window_ends_at: datetime
    status: str
    ladder_step: str | None
    ask_no: int
    snoozed_by_id: UUID | None
    taken_at: datetime | None
    resolved_at: datetime | None


async def re_expand(
    scope: Scope, medication: Expandable, *, called_off: Collection[UUID] = ()
) -> Counted:
    """Adjust a medicine's doses to a schedule, a zone or an intake that has changed.

    Only future doses that nobody was asked for are moved, cancelled or made. Cancelled doses that
    the schedule has (again) are revived: asked for at once if their window is still open, and
    counted as taken if they were given meanwhile; returns those intakes. When something is undone,
    *called_off* are the doses it cancelled: they are revived even if another schedule or zone had
    left them open. The medication's doses must be locked; see :func:`lock_doses`.
    """
    now = scope.clock.now()
    until = now + EXPANSION_HORIZON
    wanted = {o.key: o for o in medication.occurrences(now - _WIDEST_MOVE, until + _WIDEST_MOVE)}
    existing = {
        row.occurrence_key: _DoseRow(**row._asdict())
        for row in await scope.rows(
            select(
                Dose.id,
                Dose.occurrence_key,
                Dose.due_at,
                Dose.window_ends_at,
                Dose.status,
                Dose.ladder_step,
                Dose.ask_no,
                Dose.snoozed_by_id,
                Dose.taken_at,
                Dose.resolved_at,
            ).where(
                Dose.medication_id == medication.medication_id,
                Dose.is_scheduled,
                or_(Dose.due_at > now - _WIDEST_MOVE, Dose.occurrence_key.in_(wanted or [""])),
            )
        )
    }
    wanted |= {
        key: Occurrence(key, row.due_at)
        for key, row in existing.items()
        if row.id in called_off and row.status == DoseStatus.CANCELLED and row.due_at <= now
    }
    ahead = [o for o in wanted.values() if _should_make(o, existing.get(o.key), now, until)]
    await _cancel(
        scope,
        [row.id for key, row in existing.items() if _is_untouched(row, now) and key not in wanted],
    )
    # A dose that was given under an edit in between counts instead of them.
    instead = [row.taken_at for key, row in existing.items() if row.taken_at and key not in wanted]
    back = [
        row
        for key, row in existing.items()
        if row.status == DoseStatus.CANCELLED
        and row.due_at <= now < row.window_ends_at
        and key in wanted
        and all(match_distance(wanted[key], at, schedule=wanted.values()) is None for at in instead)
    ]
    await _revive_open(scope, back)
    await _revive_ahead(
        scope,
        [
            row
            for key, row in existing.items()
            if row.id in called_off
            and row.status == DoseStatus.CANCELLED
            and row.due_at > now
            and key in wanted
            and wanted[key].due_at <= now
        ],
    )
    made: Mapping[str, UUID] = {}
    if ahead:
        due = sorted(ahead, key=lambda o: o.due_at)
        made = await _upsert(scope, dose_rows(scope, medication, due))
    counted = await count_intakes(
        scope,
        medication.medication_id,
        [RevivedDose(row.id, wanted[row.occurrence_key], row.resolved_at) for row in back]
        + _list_revived(ahead, existing, made),
        schedule=list(wanted.values()),
    )
    await dose_messages.refresh_cards(
        scope, {(medication.care_recipient_id, row.due_at) for row in back}
    )
    if back:
        scope.publish(NotificationsQueued())
    await save_expanded_until(scope, medication, until)
    return counted


def _list_revived(
    ahead: Iterable[Occurrence], existing: Mapping[str, _DoseRow], made: Mapping[str, UUID]
) -> list[RevivedDose]:
    """Those of the doses *ahead* that were cancelled, or had no row. A dose that was open all along
    could have been answered, so an intake beside it was an extra.
    """
    found = []
    for occurrence in ahead:
        row = existing.get(occurrence.key)
        if row is None:
            found.append(RevivedDose(made[occurrence.key], occurrence, None))
        elif row.status == DoseStatus.CANCELLED:
            found.append(RevivedDose(row.id, occurrence, row.resolved_at))
    return found


async def lock_doses(scope: Scope, medication_ids: Collection[UUID]) -> None:
    """Lock the pending doses of these medications, and recent intakes outside their schedules that
    may count as a dose. In the order of ids; doses are locked before medications everywhere.
    """
    is_recent = Dose.taken_at > scope.clock.now() - _WIDEST_MOVE - INTAKE_MATCH_RANGE
    await scope.execute(
        select(Dose.id)
        .where(
            Dose.medication_id.in_(medication_ids),
            or_(Dose.status == DoseStatus.PENDING, ~Dose.is_scheduled & is_recent),
        )
        .order_by(Dose.id)
        .with_for_update()
    )


def _is_untouched(row: _DoseRow, now: datetime) -> bool:
    """Whether it's in the future and nobody was asked for it or has snoozed it."""
    return (
        row.status == DoseStatus.PENDING
        and row.due_at > now
        and row.ladder_step == Step.ASK
        and row.ask_no == 0
        and row.snoozed_by_id is None
    )


def _should_make(
    occurrence: Occurrence, row: _DoseRow | None, now: datetime, until: datetime
) -> bool:
    """Whether to make, move or revive a dose for *occurrence*.

    A future dose that is in the past in another zone stays due when it was.
    """
    if occurrence.due_at <= now:
        return False
    if row is None:
        return occurrence.due_at <= until
    return _is_untouched(row, now) or row.status == DoseStatus.CANCELLED


async def _cancel(scope: Scope, dose_ids: Sequence[UUID]) -> None:
    if dose_ids:
        await scope.execute(
            update(Dose)
            .where(Dose.id.in_(dose_ids), Dose.status == DoseStatus.PENDING)
            .values(
                status=DoseStatus.CANCELLED,
                next_action_at=None,
                ladder_step=None,
                resolved_at=func.clock_now(),
            )
        )


async def _revive_open(scope: Scope, rows: Iterable[_DoseRow]) -> None:
    """Ask again for doses that were cancelled while their window was open."""
    dose_ids = [row.id for row in rows]
    if not dose_ids:
        return
    at = ceil_minute(scope.clock.now())
    await scope.execute(
        update(Dose)
        .where(Dose.id.in_(dose_ids), Dose.status == DoseStatus.CANCELLED)
        .values(
            status=DoseStatus.PENDING,
            ladder_step=Step.ASK,
            next_action_at=at,
            resolved_at=None,
            snoozed_by_id=None,
            rung=0,
            held_by_id=None,
            held_until=None,
        )
    )
    scope.publish(TimerSet(at))


async def _revive_ahead(scope: Scope, rows: Sequence[_DoseRow]) -> None:
    """Revive future doses at their old time."""
    if not rows:
        return
    await scope.execute(
        update(Dose)
        .where(Dose.id.in_([row.id for row in rows]), Dose.status == DoseStatus.CANCELLED)
        .values(
            status=DoseStatus.PENDING,
            ladder_step=Step.ASK,
            next_action_at=Dose.due_at,
            resolved_at=None,
            rung=0,
        )
    )
    for row in rows:
        scope.publish(TimerSet(row.due_at))


async def _upsert(scope: Scope, doses: Sequence[dict[str, Any]]) -> Mapping[str, UUID]:
    """Insert doses, or update those with the same key that are pending or cancelled. Returns the
    ids of the inserted ones by key.
    """
    made = insert(Dose)
    await scope.connection.execute(
        made.on_conflict_do_update(
            index_elements=[Dose.medication_id, Dose.occurrence_key],
            set_={
                "due_at": made.excluded.due_at,
                "timezone": made.excluded.timezone,
                "window_ends_at": made.excluded.window_ends_at,
                "medication_name": made.excluded.medication_name,
                "dosage": made.excluded.dosage,
                "amount": made.excluded.amount,
                "unit": made.excluded.unit,
                "most": made.excluded.most,
                "moment": made.excluded.moment,
                "status": DoseStatus.PENDING,
                "ladder_step": made.excluded.ladder_step,
                "next_action_at": made.excluded.next_action_at,
                "resolved_at": None,
                "snoozed_by_id": None,
                "rung": 0,
            },
            where=or_(Dose.status == DoseStatus.PENDING, Dose.status == DoseStatus.CANCELLED),
        ),
        doses,
    )
    for dose in doses:
        scope.publish(TimerSet(dose["next_action_at"]))
    return {dose["occurrence_key"]: dose["id"] for dose in doses}


async def follow_intakes(scope: Scope, medication_ids: Sequence[UUID]) -> None:
    """Adjust medicines that count from the last intake to what was just recorded.

    This includes paused ones: the doses after their pause exist already.
    """
    goes_on = or_(
        Medication.status == MedicineStatus.ACTIVE, Medication.resumes_at > func.clock_now()
    )
    statement = EXPANDABLE.where(Medication.id.in_(medication_ids), goes_on)
    for medicine in await fetch_expandables(scope, statement.with_for_update(of=Medication)):
        await re_expand(scope, medicine)
