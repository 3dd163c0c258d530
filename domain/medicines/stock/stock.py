"""What is left of a medicine: a ledger of movements, and the stock as their sum.

A dose takes from the stock in the transaction that records it. A stock that nobody has counted
stays unknown, and of a dose of which nobody has said how much of the stock it is, nothing is taken.
The ledger is not cut off at zero where more was given than was counted: whatever is undone or
corrected comes back exactly.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Row, case, func, select, text, update
from sqlalchemy.dialects.postgresql import insert

from domain import audit
from domain.access import ASKED_FIRST, Action
from domain.database import Scope
from domain.errors import NotFound
from domain.events import NotificationsOwed, TimerSet
from domain.local_time import resolve_local
from domain.medicines.dosages import Dosage
from domain.medicines.doses.coming import COMING, to_coming
from domain.medicines.errors import ChangedMeanwhile, LessLeft, PerDoseUnknown, StockUnitDiffers
from domain.medicines.facts import MedicineFacts
from domain.medicines.medications import get_medication, read_medicines
from domain.medicines.schedules.days import LONGEST_CYCLE
from domain.medicines.schedules.kinds import AsNeeded, schedule_from_json
from domain.medicines.stock.measures import Measure, find_unmeasured, use, use_of
from domain.medicines.stock.projection import (
    FARTHEST,
    NOT_RECKONED,
    USED_OVER,
    Forecast,
    Lasts,
    forecast,
    forecast_as_needed,
)
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
from domain.models.delivery import Kind, Lane
from domain.models.medicines import MedicineStatus
from domain.set_asides import Subject, Work, is_free

CHECK_AT = time(10)  # local: an hour at which shops are open and nobody sleeps
PROMISED = "stock.promised"  # in the audit
NOTICE_LIVES = timedelta(days=14)
_BEYOND = timedelta(days=2 * LONGEST_CYCLE)  # a schedule that goes on has a dose in this time


_TAKE = text(f"""
    WITH medicine AS MATERIALIZED (
        SELECT m.* FROM medications m
        WHERE m.id = (SELECT medication_id FROM doses WHERE id = :dose_id)
          AND m.stock IS NOT NULL
        FOR UPDATE
    ), given AS (
        SELECT coalesce(CAST(:amount AS numeric), d.amount, 1) AS amount,
               coalesce(CAST(:unit AS text), d.unit, d.dosage) AS unit,
               CASE WHEN CAST(:unit AS text) IS NOT NULL OR NOT d.is_scheduled
                    THEN d.dose_count END AS doses
        FROM doses d WHERE d.id = :dose_id
    ), taken AS (
        SELECT m.id AS medication_id, m.family_id,
               {use_of("g.amount", "g.unit", doses="g.doses", medication="m")} AS amount
        FROM medicine m, given g
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


# For a stock that becomes unknown again: an undo of its doses must find nothing to give back.
_GIVE_ALL_BACK = text("""
    INSERT INTO stock_movements
           (id, family_id, medication_id, dose_id, change, reason, recorded_by_id)
    SELECT gen_random_uuid(), family_id, medication_id, dose_id, -sum(change), 'given_back',
           :user_id
    FROM stock_movements WHERE medication_id = :medication_id AND dose_id IS NOT NULL
    GROUP BY family_id, medication_id, dose_id HAVING sum(change) <> 0
    RETURNING change
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
    """What is left of a medicine: `amount` of `unit` (null: nobody has counted).

    The amount is below zero where more was given than was counted. `measure` says how much of it
    makes a dose where the units differ; `unmeasured` is a dosage of which nobody has said it.
    `promised_by` has said that they will get more.
    """

    amount: Decimal | None
    unit: str | None
    measure: Measure | None
    unmeasured: Dosage | None
    refill_days: int
    forecast: Forecast
    promised_by: str | None

    @property
    def is_low(self) -> bool:
        """Whether it is to be reminded of: never where nothing more of it is to be given."""
        if self.amount is None or self.forecast.kind is Lasts.NOTHING_TO_COME:
            return False
        days = self.forecast.days
        return self.amount <= 0 or (days is not None and days <= self.refill_days)


@dataclass(frozen=True)
class Refilled:
    """A medicine whose stock was changed; `before` is what was there (None: nobody knew)."""

    medicine: MedicineFacts
    stock: Stock
    before: Decimal | None = None


async def get_stock(scope: Scope, medicine: MedicineFacts) -> Stock:
    """One statement."""
    row = (await scope.rows(_STOCK.where(Medication.id == medicine.id)))[0]
    return _stock(row, medicine.status, medicine.zone, scope.clock.now())


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
    return [(m, _stock(stocks[m.id], m.status, m.zone, now)) for m in medicines]


async def refill(
    scope: Scope,
    medication_id: UUID,
    amount: Decimal,
    *,
    unit: str,
    measure: Measure | None = None,
    is_count: bool = False,
) -> Refilled:
    """Add *amount* of *unit* to the stock (below zero: so much was lost), or with *is_count* say
    that this is what is there.

    *measure* says how much of it makes a dose, where nobody has said it. Raises NotFound,
    StockUnitDiffers (the stock is counted in another unit), PerDoseUnknown, ChangedMeanwhile
    (somebody has said another measure) or LessLeft (more was lost than is there by the ledger).
    """
    scope.require(Action.CHANGE_MEDICINES)
    medicine = await get_medication(scope, medication_id)
    before = await _lock_stock(scope, medication_id)
    if before.stock_unit not in {None, unit}:
        raise StockUnitDiffers(before.stock_unit)
    said = _measure(before)
    known = measure or said
    unmeasured = find_unmeasured(medicine.dosage, medicine.schedule, unit, known)
    if unmeasured is not None:
        raise PerDoseUnknown(unmeasured, unit)
    is_said = find_unmeasured(medicine.dosage, medicine.schedule, unit, said) is None
    if is_said and known != said:
        raise ChangedMeanwhile(medicine)
    had = before.stock or Decimal(0)
    if amount < 0 and had + amount < 0:
        raise LessLeft(before.stock, unit)
    after = amount if is_count else had + amount
    is_counted = is_count or amount < 0
    await _move(scope, medication_id, after - had, "counted" if is_counted else "refilled")
    check_at = _next_check(medicine.zone, scope.clock.now())
    scope.publish(TimerSet(check_at))
    changed = {
        "stock": after,
        "stock_unit": unit,
        "refill_promised_by_id": None,
        "refill_promised_at": None,
        **_measure_columns(known),
    }
    await scope.execute(
        update(Medication)
        .where(Medication.id == medication_id)
        .values(**changed, stock_check_at=check_at)
    )
    await _record(scope, "counted" if is_counted else "refilled", medication_id, before, changed)
    await _show_notices_again(scope, medication_id)
    return Refilled(medicine, await get_stock(scope, medicine), before.stock)


async def set_per_dose(
    scope: Scope,
    medication_id: UUID,
    per_dose: Decimal,
    *,
    dosage: Dosage,
    unit: str,
    seen: Measure | None,
) -> Refilled:
    """Say that *per_dose* of *unit*, in which the stock is counted, make one *dosage*.

    It stays true of that dosage, whatever the medicine's is by now. *seen* is what had been said
    when the member was asked. Raises ChangedMeanwhile if somebody has said another one since, and
    NotFound, also where the stock is not counted in *unit* any more.
    """
    scope.require(Action.CHANGE_MEDICINES)
    medicine = await get_medication(scope, medication_id)
    before = await _lock_stock(scope, medication_id)
    if before.stock_unit != unit:
        raise NotFound
    if _measure(before) != seen:
        raise ChangedMeanwhile(medicine)
    changed = _measure_columns(Measure.of(dosage, per_dose))
    await scope.execute(update(Medication).where(Medication.id == medication_id).values(**changed))
    await _record(scope, "measured", medication_id, before, changed)
    await _show_notices_again(scope, medication_id)
    return Refilled(medicine, await get_stock(scope, medicine), before.stock)


async def undo_change(scope: Scope, event_id: UUID) -> None:
    """Take back a refill, a count or a measure, which the audit knows as *event_id*.

    What was taken since stays taken, and a stock that nobody had counted is unknown again. Raises
    NotFound.
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
    changed = {**_put_back_measure(event, now), **_put_back_promise(event, now)}
    if "stock" in event.before:
        changed |= await _put_back_stock(scope, event, now)
    if changed:
        await scope.execute(
            update(Medication).where(Medication.id == event.subject_id).values(**changed)
        )
    await _record(scope, "put_back", event.subject_id, now, changed, undoes_id=event_id)
    await _show_notices_again(scope, event.subject_id)


async def _put_back_stock(scope: Scope, event: Row[Any], now: Row[Any]) -> dict[str, Any]:
    """Move back what *event* has moved; returns the columns to set."""
    if event.before["stock"] is None:
        back = await scope.rows(
            _GIVE_ALL_BACK, {"medication_id": event.subject_id, "user_id": scope.person_id}
        )
        returned = sum((row.change for row in back), Decimal(0))
        await _move(scope, event.subject_id, -now.stock - returned, "counted")
        return {"stock": None, "stock_unit": None, "stock_check_at": None}
    change = Decimal(event.before["stock"]) - Decimal(event.after["stock"])
    await _move(scope, event.subject_id, change, "counted")
    return {"stock": now.stock + change}


def _put_back_measure(event: Row[Any], now: Row[Any]) -> dict[str, Any]:
    """As it was before, unless somebody has said another one since."""
    if "stock_per_dose" not in event.before or _read_measure(event.after) != _measure(now):
        return {}
    return _measure_columns(_read_measure(event.before))


def _read_measure(audited: Mapping[str, Any]) -> Measure | None:
    if audited["stock_per_dose"] is None:
        return None
    return Measure(
        Decimal(audited["stock_per_dose"]),
        Decimal(audited["stock_dose_amount"]),
        audited["stock_dose_unit"],
    )


def _put_back_promise(event: Row[Any], now: Row[Any]) -> dict[str, Any]:
    """Whoever had said that they would get more still does."""
    promised_by = event.before.get("refill_promised_by_id")
    if promised_by is None or now.refill_promised_by_id is not None:
        return {}
    return {
        "refill_promised_by_id": UUID(promised_by),
        "refill_promised_at": datetime.fromisoformat(event.before["refill_promised_at"]),
    }


def _measure(row: Row[Any]) -> Measure | None:
    if row.stock_per_dose is None:
        return None
    return Measure(row.stock_per_dose, row.stock_dose_amount, row.stock_dose_unit)


def _measure_columns(measure: Measure | None) -> dict[str, Any]:
    return {
        "stock_per_dose": measure.per_dose if measure else None,
        "stock_dose_amount": measure.amount if measure else None,
        "stock_dose_unit": measure.unit if measure else None,
    }


async def _record(
    scope: Scope,
    action: str,
    medication_id: UUID,
    before: Row[Any],
    changed: Mapping[str, Any],
    *,
    undoes_id: UUID | None = None,
) -> None:
    """Audit what *changed* of the stock, so that each of it can be put back."""
    await audit.record(
        scope,
        f"stock.{action}",
        subject_type="medication",
        subject_id=medication_id,
        before=_as_json(before, changed),
        after={name: _json(value) for name, value in changed.items()},
        undoes_id=undoes_id,
    )


def _as_json(row: Row[Any], names: Iterable[str]) -> dict[str, str | None]:
    return {name: _json(getattr(row, name)) for name in names}


def _json(value: Any) -> str | None:
    if isinstance(value, datetime):
        return value.isoformat()
    return None if value is None else str(value)


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
    await audit.record(scope, PROMISED, subject_type="medication", subject_id=medication_id)
    await _show_notices_again(scope, medication_id)
    return Refilled(medicine, await get_stock(scope, medicine))


async def find_due(scope: Scope, most: int) -> Sequence[Subject]:
    """Medicines with a stock whose check is due. As the dispatcher."""
    rows = await scope.rows(
        select(Medication.family_id, Medication.id)
        .where(Medication.stock_check_at <= func.clock_now(), is_free(Work.STOCK, Medication.id))
        .order_by(Medication.stock_check_at)
        .limit(most)
    )
    return [Subject(row.family_id, row.id) for row in rows]


async def check(scope: Scope, medication_ids: Sequence[UUID]) -> int:
    """Remind of what runs out of these, in the scope's family; returns how many were checked.

    One message for each person cared for and each member who is asked first.
    """
    rows = await scope.rows(
        select(Medication.id, Medication.stock_check_at)
        .where(
            Medication.id.in_(medication_ids),
            Medication.family_id == scope.family_id,
            Medication.stock_check_at <= func.clock_now(),
        )
        .order_by(Medication.id)
        .with_for_update(skip_locked=True)
    )
    # Never before what PostgreSQL says has come: the same check would be due again at once.
    now = max([scope.clock.now(), *(row.stock_check_at for row in rows)])
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
            Medication.status,
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
    if row.status != MedicineStatus.ACTIVE or row.refill_promised_by_id is not None:
        return None
    care_recipient_id: UUID = row.care_recipient_id
    return care_recipient_id if _stock(row, MedicineStatus.ACTIVE, zone, now).is_low else None


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
            Medication.stock_dose_amount,
            Medication.stock_dose_unit,
            Medication.stock_check_at,
            Medication.refill_promised_by_id,
            Medication.refill_promised_at,
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


_IS_AS_NEEDED = Medication.schedule["kind"].as_string() == "as_needed"
_USED = (
    select(-func.sum(StockMovement.change))
    .where(
        StockMovement.medication_id == Medication.id,
        StockMovement.reason.in_(("taken", "given_back")),
        StockMovement.created_at > func.clock_now() - USED_OVER,
    )
    .correlate(Medication)
    .scalar_subquery()
)
_USED_SINCE = (
    select(func.min(StockMovement.created_at))
    .join(Dose, Dose.id == StockMovement.dose_id)
    .where(
        StockMovement.medication_id == Medication.id,
        StockMovement.reason == "taken",
        Dose.taken_at.is_not(None),
    )
    .correlate(Medication)
    .scalar_subquery()
)
_STOCK = select(
    Medication.stock,
    Medication.stock_unit,
    Medication.stock_per_dose,
    Medication.stock_dose_amount,
    Medication.stock_dose_unit,
    Medication.dosage,
    Medication.dosage_amount,
    Medication.dosage_unit,
    Medication.refill_days,
    Medication.refill_promised_by_id,
    User.name.label("promised_by"),
    case((_IS_AS_NEEDED, _USED)).label("used"),
    case((_IS_AS_NEEDED, _USED_SINCE)).label("used_since"),
    *COMING,
).outerjoin(User, User.id == Medication.refill_promised_by_id)


def _stock(row: Row[Any], status: MedicineStatus, zone: ZoneInfo, now: datetime) -> Stock:
    is_reckoned = status is MedicineStatus.ACTIVE and row.stock is not None
    unmeasured = None
    if row.stock is not None:
        unmeasured = find_unmeasured(
            _dosage(row), schedule_from_json(row.schedule), row.stock_unit, _measure(row)
        )
    return Stock(
        amount=row.stock,
        unit=row.stock_unit,
        measure=_measure(row),
        unmeasured=unmeasured,
        refill_days=row.refill_days,
        forecast=_forecast(row, zone, now) if is_reckoned else NOT_RECKONED,
        promised_by=row.promised_by,
    )


def _forecast(row: Row[Any], zone: ZoneInfo, now: datetime) -> Forecast:
    coming = to_coming(row, zone, now=now)
    if isinstance(coming.schedule, AsNeeded):
        return forecast_as_needed(
            stock=row.stock,
            used=row.used or Decimal(0),
            used_since=row.used_since,
            ends_on=coming.schedule.ends_on,
            zone=zone,
            now=now,
        )
    usual, measure = _dosage(row), _measure(row)
    doses = (
        (due_at, use(dosage or usual, row.stock_unit, measure))
        for due_at, dosage in coming.in_order(now + FARTHEST + _BEYOND)
    )
    return forecast(doses, stock=row.stock, zone=zone, now=now)


def _dosage(row: Row[Any]) -> Dosage:
    return Dosage(row.dosage, row.dosage_amount, row.dosage_unit)


def _next_check(zone: ZoneInfo, now: datetime) -> datetime:
    """The next ten in the morning where the person lives."""
    day = now.astimezone(zone).date()
    today = resolve_local(datetime.combine(day, CHECK_AT), zone)
    if today > now:
        return today
    return resolve_local(datetime.combine(day + timedelta(days=1), CHECK_AT), zone)
