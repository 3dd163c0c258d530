"""Refilling and counting a stock, setting what makes a dose, promising to get more."""

from collections.abc import Sequence
from decimal import Decimal
from uuid import UUID

from sqlalchemy import case, func, select, update

from domain import audit
from domain.access import Action
from domain.database.scope import Scope
from domain.errors import NotFound
from domain.events import TimerSet
from domain.medicines.dosages import Dosage
from domain.medicines.errors import (
    MedicineChanged,
    NotEnoughStock,
    PerDoseUnknown,
    StockUnitDiffers,
)
from domain.medicines.reading import get_medication
from domain.medicines.stock.ledger import lock_stock, move_stock, record_change
from domain.medicines.stock.levels import Refilled, get_stock
from domain.medicines.stock.measures import Measure, find_unmeasured, measure_columns
from domain.medicines.stock.notices import refresh_refill_notices
from domain.medicines.stock.stock_checks import next_check
from domain.models import Medication
from domain.models.medicines import MovementReason
from domain.timers import ceil_minute

PROMISED = "stock.promised"  # in the audit
PROMISE_DROPPED = "stock.promise_dropped"


async def refill(
    scope: Scope,
    medication_id: UUID,
    amount: Decimal,
    *,
    unit: str,
    measure: Measure | None = None,
    is_count: bool = False,
) -> Refilled:
    """Add *amount* of *unit* to the stock (negative: that much was lost) or, with *is_count*, set
    the stock to it.

    *measure* says how much of it makes a dose, if nobody has said that yet. Raises NotFound,
    StockUnitDiffers (the stock is counted in another unit), PerDoseUnknown, MedicineChanged
    (somebody has set another measure) and NotEnoughStock (the loss is larger than the stock).
    """
    scope.require(Action.CHANGE_MEDICINES)
    medicine = await get_medication(scope, medication_id)
    before = await lock_stock(scope, medication_id)
    if before.stock_unit not in {None, unit}:
        raise StockUnitDiffers(before.stock_unit)
    said = before.measure
    known = measure or said
    unmeasured = find_unmeasured(medicine.dosage, medicine.schedule, unit, known)
    if unmeasured is not None:
        raise PerDoseUnknown(unmeasured, unit)
    is_said = find_unmeasured(medicine.dosage, medicine.schedule, unit, said) is None
    if is_said and known != said:
        raise MedicineChanged(medicine)
    had = before.stock or Decimal(0)
    if amount < 0 and had + amount < 0:
        raise NotEnoughStock(before.stock, unit)
    after = amount if is_count else had + amount
    is_counted = is_count or amount < 0
    await move_stock(
        scope,
        medication_id,
        change=after - had,
        reason=MovementReason.COUNTED if is_counted else MovementReason.REFILLED,
    )
    check_at = next_check(medicine.zone, scope.clock.now())
    scope.publish(TimerSet(check_at))
    changed = {
        "stock": after,
        "stock_unit": unit,
        "refill_promised_by_id": None,
        "refill_promised_at": None,
        **measure_columns(known),
    }
    await scope.execute(
        update(Medication)
        .where(Medication.id == medication_id)
        .values(**changed, stock_check_at=check_at)
    )
    await record_change(
        scope,
        before,
        action="counted" if is_counted else "refilled",
        changed=changed,
        is_count=is_count,
    )
    await refresh_refill_notices(scope, medication_id)
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
    """Set the measure: *per_dose* of *unit*, in which the stock is counted, make one *dosage*.

    That remains true for that dosage, even if the medicine's dosage has changed. *seen* is the
    measure that the member saw when we asked. Raises MedicineChanged if it has changed since, and
    NotFound, also if the stock isn't counted in *unit* any more.
    """
    scope.require(Action.CHANGE_MEDICINES)
    medicine = await get_medication(scope, medication_id)
    before = await lock_stock(scope, medication_id)
    if before.stock_unit != unit:
        raise NotFound
    if before.measure != seen:
        raise MedicineChanged(medicine)
    changed = measure_columns(Measure.of(dosage, per_dose))
    await scope.execute(update(Medication).where(Medication.id == medication_id).values(**changed))
    await record_change(scope, before, action="measured", changed=changed)
    await refresh_refill_notices(scope, medication_id)
    return Refilled(medicine, await get_stock(scope, medicine), before.stock)


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
    """ "I'll get it": no more reminders until it is refilled. Raises NotFound."""
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
    await refresh_refill_notices(scope, medication_id)
    return Refilled(medicine, await get_stock(scope, medicine))


async def list_refill_promises(scope: Scope, user_id: UUID) -> Sequence[UUID]:
    """The medicines in the scope's family of which *user_id* has promised to get more."""
    rows = await scope.rows(
        select(Medication.id)
        .where(
            Medication.family_id == scope.family_id,
            Medication.refill_promised_by_id == user_id,
            Medication.deleted_at.is_(None),
        )
        .order_by(Medication.id)
    )
    return [row.id for row in rows]


async def drop_refill_promises(scope: Scope, user_id: UUID) -> Sequence[UUID]:
    """*user_id* is going, and gets no refill any more. The stocks are checked at once, which
    reminds the others where one is low. Returns the medicines.
    """
    promised = await list_refill_promises(scope, user_id)
    at = ceil_minute(scope.clock.now())
    await scope.execute(
        update(Medication)
        .where(Medication.family_id == scope.family_id, Medication.refill_promised_by_id == user_id)
        .values(
            refill_promised_by_id=None,
            refill_promised_at=None,
            stock_check_at=case((Medication.stock.is_not(None), at)),
        )
    )
    for medication_id in promised:
        await audit.record(
            scope,
            PROMISE_DROPPED,
            subject_type="medication",
            subject_id=medication_id,
            is_own_act=False,
        )
        await refresh_refill_notices(scope, medication_id)
    if promised:
        scope.publish(TimerSet(at))
    return promised
