"""What is left of a medicine: a ledger of movements, and the stock as their sum.

A dose takes from the stock in the transaction that records it, and never more than is there: a
stock that nobody has counted stays unknown, and none goes below zero.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Row, func, select, text, update
from sqlalchemy.dialects.postgresql import insert

from domain import audit
from domain.access import ASKED_FIRST, Action
from domain.database import Scope
from domain.dosages import Dosage
from domain.errors import NotFound, PerDoseUnknown, StockUnitDiffers
from domain.events import NotificationsOwed, TimerSet
from domain.medications import get_medication, read_medicines
from domain.medicines import MedicineFacts, MedicineStatus
from domain.models import (
    AuditEvent,
    CareRecipient,
    Dose,
    FamilyMember,
    Medication,
    Notification,
    StockMovement,
    User,
    new_id,
)
from domain.notifications import Kind, Lane
from domain.projection import USED_OVER, runs_out_as_needed, runs_out_at
from domain.schedules import AsNeeded, Schedule, resolve_local, schedule_from_json

CHECK_AT = time(10)  # local: an hour at which shops are open and nobody sleeps
NOTICE_LIVES = timedelta(days=14)


def use_of(amount: str, unit: str, *, medication: str) -> str:
    """SQL: how much of its stock *amount* of *unit* is; null where nobody has said.

    The arguments are SQL too: expressions of a dose, and the alias of its row of medications.
    """
    m = medication
    return f"""
        CASE WHEN {unit} = {m}.stock_unit THEN {amount}
             WHEN {unit} = {m}.dosage_unit
             THEN round({m}.stock_per_dose * {amount} / {m}.dosage_amount, 4)
             ELSE {m}.stock_per_dose END
    """


# Locked first: what is taken must not be more than is there, whoever else takes of it now.
_TAKE = text(f"""
    WITH medicine AS MATERIALIZED (
        SELECT m.* FROM medications m
        WHERE m.id = (SELECT medication_id FROM doses WHERE id = :dose_id)
          AND m.stock IS NOT NULL
        FOR UPDATE
    ), taken AS (
        SELECT m.id AS medication_id, m.family_id,
               least(m.stock, {
    use_of(
        "coalesce(CAST(:amount AS numeric), d.amount)",
        "coalesce(CAST(:unit AS text), d.unit)",
        medication="m",
    )
}) AS amount
        FROM medicine m, doses d WHERE d.id = :dose_id
    ), moved AS (
        INSERT INTO stock_movements
               (id, family_id, medication_id, dose_id, change, reason, recorded_by_id)
        SELECT :id, family_id, medication_id, :dose_id, -amount, 'taken', :user_id
        FROM taken WHERE amount > 0
        RETURNING medication_id, change
    )
    UPDATE medications m SET stock = m.stock + moved.change
    FROM moved WHERE m.id = moved.medication_id
""")  # noqa: S608 - constants of our own

_GIVE_BACK = text("""
    WITH moved AS (
        INSERT INTO stock_movements
               (id, family_id, medication_id, dose_id, change, reason, recorded_by_id)
        SELECT :id, family_id, medication_id, dose_id, -sum(change), 'given_back', :user_id
        FROM stock_movements WHERE dose_id = :dose_id
        GROUP BY family_id, medication_id, dose_id HAVING sum(change) <> 0
        RETURNING medication_id, change
    )
    UPDATE medications m SET stock = m.stock + moved.change
    FROM moved WHERE m.id = moved.medication_id
""")


async def take_for(
    scope: Scope, dose_id: UUID, *, amount: object = None, unit: object = None
) -> None:
    """Take from the stock what a dose uses: its planned amount, or *amount* of *unit*."""
    await scope.execute(
        _TAKE,
        {
            "id": new_id(),
            "dose_id": dose_id,
            "amount": amount,
            "unit": unit,
            "user_id": scope.person_id,
        },
    )


async def give_back(scope: Scope, dose_id: UUID) -> None:
    """Put back exactly what was taken for a dose. The dose must be locked."""
    await scope.execute(
        _GIVE_BACK, {"id": new_id(), "dose_id": dose_id, "user_id": scope.person_id}
    )


@dataclass(frozen=True)
class Stock:
    """What is left of a medicine.

    `amount` of `unit` (null: nobody has counted), of which the medicine's dosage takes `per_dose`
    (null: it is in the same unit). `runs_out_at` is UTC, None if that is not to be foreseen.
    `promised_by` has said that they will get more.
    """

    amount: Decimal | None
    unit: str | None
    per_dose: Decimal | None
    refill_days: int
    runs_out_at: datetime | None
    promised_by: str | None

    def days_left(self, zone: ZoneInfo, *, now: datetime) -> int | None:
        """Whole local days until it runs out; 0 is today."""
        if self.runs_out_at is None:
            return None
        return (self.runs_out_at.astimezone(zone).date() - now.astimezone(zone).date()).days


@dataclass(frozen=True)
class Refilled:
    medicine: MedicineFacts
    stock: Stock


async def get_stock(scope: Scope, medicine: MedicineFacts) -> Stock:
    """One statement."""
    row = (await scope.rows(_STOCK.where(Medication.id == medicine.id)))[0]
    return _stock(row, medicine, scope.clock.now())


async def list_stocks(
    scope: Scope, medication_ids: Sequence[UUID]
) -> Sequence[tuple[MedicineFacts, Stock]]:
    """As the family, whoever acts. What was removed is left out. Two statements."""
    medicines = await read_medicines(scope, medication_ids)
    rows = await scope.rows(
        _STOCK.add_columns(Medication.id).where(Medication.id.in_([m.id for m in medicines]))
    )
    stocks = {row.id: row for row in rows}
    now = scope.clock.now()
    return [(medicine, _stock(stocks[medicine.id], medicine, now)) for medicine in medicines]


async def refill(
    scope: Scope,
    medication_id: UUID,
    amount: Decimal,
    *,
    unit: str,
    per_dose: Decimal | None = None,
    is_count: bool = False,
) -> Refilled:
    """Add *amount* of *unit* to the stock, or with *is_count* say that this is what is there.

    *per_dose* of it is what the medicine's dosage takes; without, its dosage is in the same unit.
    Raises NotFound, StockUnitDiffers (the stock is counted in another unit) or PerDoseUnknown.
    """
    scope.require(Action.CHANGE_MEDICINES)
    medicine = await get_medication(scope, medication_id)
    before = await _lock_stock(scope, medication_id)
    if before.stock_unit not in {None, unit}:
        raise StockUnitDiffers(before.stock_unit)
    per_dose = per_dose or before.stock_per_dose
    if unit != medicine.dosage.unit and per_dose is None:
        raise PerDoseUnknown(medicine, unit)
    had = before.stock or Decimal(0)
    after = amount if is_count else had + amount
    reason = "counted" if is_count else "refilled"
    await _move(scope, medication_id, after - had, reason)
    check_at = _next_check(medicine.zone, scope.clock.now())
    scope.publish(TimerSet(check_at))
    await scope.execute(
        update(Medication)
        .where(Medication.id == medication_id)
        .values(
            stock=after,
            stock_unit=unit,
            stock_per_dose=None if unit == medicine.dosage.unit else per_dose,
            stock_check_at=check_at,
            refill_promised_by_id=None,
            refill_promised_at=None,
        )
    )
    await audit.record(
        scope,
        f"stock.{reason}",
        subject_type="medication",
        subject_id=medication_id,
        before={"stock": None if before.stock is None else str(before.stock)},
        after={"stock": str(after)},
    )
    await _show_notices_again(scope, medication_id)
    return Refilled(medicine, await get_stock(scope, medicine))


async def undo_change(scope: Scope, event_id: UUID) -> None:
    """Take back a refill or a count, which the audit knows as *event_id*. Raises NotFound.

    What was taken since stays taken, and a stock that nobody had counted is unknown again.
    """
    scope.require(Action.CHANGE_MEDICINES)
    event = await scope.row(
        select(AuditEvent.subject_id, AuditEvent.before, AuditEvent.after).where(
            AuditEvent.id == event_id, AuditEvent.family_id == scope.family_id
        )
    )
    if event is None:
        raise NotFound
    now = await _lock_stock(scope, event.subject_id)
    if now.stock is None:
        raise NotFound
    was_unknown = event.before["stock"] is None
    change = Decimal(event.before["stock"] or 0) - Decimal(event.after["stock"])
    change = -now.stock if was_unknown else max(change, -now.stock)
    await _move(scope, event.subject_id, change, "counted")
    left = now.stock + change
    await scope.execute(
        update(Medication)
        .where(Medication.id == event.subject_id)
        .values(
            stock=None if was_unknown else left,
            stock_unit=None if was_unknown else now.stock_unit,
            stock_check_at=None if was_unknown else now.stock_check_at,
        )
    )
    await audit.record(
        scope,
        "stock.put_back",
        subject_type="medication",
        subject_id=event.subject_id,
        before={"stock": str(now.stock)},
        after={"stock": None if was_unknown else str(left)},
        undoes_id=event_id,
    )
    await _show_notices_again(scope, event.subject_id)


async def set_refill_days(scope: Scope, medication_id: UUID, days: int) -> Refilled:
    """Remind *days* before the stock runs out. Raises NotFound."""
    scope.require(Action.CHANGE_MEDICINES)
    medicine = await get_medication(scope, medication_id)
    await scope.execute(
        update(Medication)
        .where(Medication.id == medication_id, Medication.family_id == scope.family_id)
        .values(refill_days=days)
    )
    return Refilled(medicine, await get_stock(scope, medicine))


async def promise_refill(scope: Scope, medication_id: UUID) -> Refilled:
    """ "I'll get it": nobody is reminded of it any more until it is refilled. Raises NotFound."""
    member = scope.require(Action.RECORD_DOSE)
    medicine = await get_medication(scope, medication_id)
    await scope.execute(
        update(Medication)
        .where(
            Medication.id == medication_id,
            Medication.family_id == member.family_id,
            Medication.refill_promised_by_id.is_(None),
        )
        .values(refill_promised_by_id=member.user_id, refill_promised_at=func.clock_now())
    )
    await audit.record(scope, "stock.promised", subject_type="medication", subject_id=medication_id)
    await _show_notices_again(scope, medication_id)
    return Refilled(medicine, await get_stock(scope, medicine))


async def families_to_check(scope: Scope, *, most: int) -> Sequence[UUID]:
    """Families with a stock whose check is due. As the dispatcher."""
    rows = await scope.rows(
        select(Medication.family_id)
        .where(Medication.stock_check_at <= func.clock_now())
        .distinct()
        .limit(most)
    )
    return [row.family_id for row in rows]


async def check_family(scope: Scope) -> int:
    """Remind of what runs out, in the scope's family; returns how many medicines were checked.

    One message for each person cared for and each member who is asked first.
    """
    rows = await scope.rows(
        select(Medication.id, Medication.stock_check_at)
        .where(
            Medication.family_id == scope.family_id,
            Medication.stock_check_at <= func.clock_now(),
        )
        .order_by(Medication.id)
        .with_for_update(skip_locked=True)
    )
    now = scope.clock.now()
    low: dict[UUID, list[UUID]] = defaultdict(list)
    for row in rows:
        checked = await _check(scope, row.id, now)
        if checked is not None:
            low[checked].append(row.id)
    for care_recipient_id, medication_ids in low.items():
        await _owe_notices(scope, care_recipient_id, medication_ids, now)
    return len(rows)


async def _check(scope: Scope, medication_id: UUID, now: datetime) -> UUID | None:
    """Set the timer anew; whose medicine it is, if they are to be reminded of it."""
    row = await scope.row(
        _STOCK.add_columns(
            Medication.care_recipient_id,
            Medication.name,
            Medication.status,
            Medication.schedule,
            Medication.deleted_at,
            CareRecipient.timezone,
        )
        .join(CareRecipient, CareRecipient.id == Medication.care_recipient_id)
        .where(Medication.id == medication_id)
    )
    if row is None or row.deleted_at is not None or row.stock is None:
        await _set_timer(scope, medication_id, None)
        return None
    zone = ZoneInfo(row.timezone)
    at = _next_check(zone, now)
    await _set_timer(scope, medication_id, at)
    scope.publish(TimerSet(at))
    if row.status != "active" or row.refill_promised_by_id is not None:
        return None
    runs_out = _runs_out_at(row, schedule_from_json(row.schedule), zone, now)
    stock = _to_stock(row, runs_out)
    left = stock.days_left(zone, now=now)
    is_low = row.stock == 0 or (left is not None and left <= row.refill_days)
    care_recipient_id: UUID = row.care_recipient_id
    return care_recipient_id if is_low else None


async def _set_timer(scope: Scope, medication_id: UUID, at: datetime | None) -> None:
    await scope.execute(
        update(Medication).where(Medication.id == medication_id).values(stock_check_at=at)
    )


async def _owe_notices(
    scope: Scope, care_recipient_id: UUID, medication_ids: Sequence[UUID], now: datetime
) -> None:
    members = await scope.rows(
        select(FamilyMember.user_id).where(
            FamilyMember.family_id == scope.family_id,
            FamilyMember.left_at.is_(None),
            FamilyMember.role.in_(ASKED_FIRST),
        )
    )
    minute = now.replace(second=0, microsecond=0)
    await scope.connection.execute(
        insert(Notification).on_conflict_do_nothing(constraint="uq_notifications_card"),
        [
            {
                "id": new_id(),
                "family_id": scope.family_id,
                "user_id": member.user_id,
                "care_recipient_id": care_recipient_id,
                "kind": Kind.REFILL,
                "slot_at": minute,
                "lane": Lane.DIGESTS,
                "deadline_at": minute,
                "facts": {"medication_ids": [str(each) for each in medication_ids]},
            }
            for member in members
        ],
    )
    scope.publish(NotificationsOwed())


async def _show_notices_again(scope: Scope, medication_id: UUID) -> None:
    """Have every message edited that told of this medicine's stock in the last days."""
    await scope.execute(
        update(Notification)
        .where(
            Notification.family_id == scope.family_id,
            Notification.kind == Kind.REFILL,
            Notification.slot_at > func.clock_now() - NOTICE_LIVES,
            Notification.facts.contains({"medication_ids": [str(medication_id)]}),
        )
        .values(wanted_version=Notification.wanted_version + 1)
    )
    scope.publish(NotificationsOwed())


async def _lock_stock(scope: Scope, medication_id: UUID) -> Row[Any]:
    row = await scope.row(
        select(
            Medication.stock,
            Medication.stock_unit,
            Medication.stock_per_dose,
            Medication.stock_check_at,
        )
        .where(
            Medication.id == medication_id,
            Medication.family_id == scope.family_id,
            Medication.deleted_at.is_(None),
        )
        .with_for_update()
    )
    if row is None:
        raise NotFound
    return row


async def _move(scope: Scope, medication_id: UUID, change: Decimal, reason: str) -> None:
    if change:
        await scope.execute(
            insert(StockMovement).values(
                family_id=scope.family_id,
                medication_id=medication_id,
                change=change,
                reason=reason,
                recorded_by_id=scope.person_id,
            )
        )


_USED = (
    select(-func.sum(StockMovement.change))
    .where(
        StockMovement.medication_id == Medication.id,
        StockMovement.reason.in_(("taken", "given_back")),
        StockMovement.created_at > func.clock_now() - USED_OVER,
    )
    .scalar_subquery()
)
_LAST_INTAKE = (
    select(func.max(Dose.taken_at))
    .where(Dose.medication_id == Medication.id, Dose.taken_at.is_not(None))
    .scalar_subquery()
)
_STOCK = select(
    Medication.stock,
    Medication.stock_unit,
    Medication.stock_per_dose,
    Medication.dosage,
    Medication.dosage_amount,
    Medication.dosage_unit,
    Medication.refill_days,
    Medication.refill_promised_by_id,
    User.name.label("promised_by"),
    _USED.label("used"),
    _LAST_INTAKE.label("last_intake_at"),
).outerjoin(User, User.id == Medication.refill_promised_by_id)


def _stock(row: Row[Any], medicine: MedicineFacts, now: datetime) -> Stock:
    is_running = medicine.status is MedicineStatus.ACTIVE and row.stock is not None
    runs_out = _runs_out_at(row, medicine.schedule, medicine.zone, now) if is_running else None
    return _to_stock(row, runs_out)


def _to_stock(row: Row[Any], runs_out: datetime | None) -> Stock:
    return Stock(
        amount=row.stock,
        unit=row.stock_unit,
        per_dose=row.stock_per_dose,
        refill_days=row.refill_days,
        runs_out_at=runs_out,
        promised_by=row.promised_by,
    )


def _runs_out_at(
    row: Row[Any], schedule: Schedule, zone: ZoneInfo, now: datetime
) -> datetime | None:
    if isinstance(schedule, AsNeeded):
        return runs_out_as_needed(now=now, stock=row.stock, used=row.used or Decimal(0))
    usual = Dosage(row.dosage, row.dosage_amount, row.dosage_unit)
    return runs_out_at(
        schedule,
        zone,
        now=now,
        stock=row.stock,
        use=lambda dose: _use(dose.dosage or usual, row),
        last_intake_at=row.last_intake_at,
    )


def _use(dosage: Dosage, row: Row[Any]) -> Decimal | None:
    """What :func:`use_of` says in SQL."""
    per_dose: Decimal | None = row.stock_per_dose
    if dosage.amount is not None and dosage.unit == row.stock_unit:
        return dosage.amount
    if per_dose is not None and dosage.amount is not None and dosage.unit == row.dosage_unit:
        share: Decimal = round(per_dose * dosage.amount / row.dosage_amount, 4)
        return share
    return per_dose


def _next_check(zone: ZoneInfo, now: datetime) -> datetime:
    """The next ten in the morning where the person lives."""
    day = now.astimezone(zone).date()
    today = resolve_local(datetime.combine(day, CHECK_AT), zone)
    if today > now:
        return today
    return resolve_local(datetime.combine(day + timedelta(days=1), CHECK_AT), zone)
