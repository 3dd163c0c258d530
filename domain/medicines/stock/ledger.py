"""The ledger of a stock: movements, with the stock as their sum.

Recording a dose takes from the stock in the same transaction. A stock that nobody has counted stays
unknown, and if nobody has said how much of the stock a dose is, nothing is taken. The stock may go
below zero if more was given than was counted, so that an undo or a correction gives back exactly
what was taken. A count says what is in the box: what becomes of records made before it changes the
stock no more.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert

from domain import audit
from domain.database.scope import Scope
from domain.errors import NotFound
from domain.medicines.stock.measures import Measure, measure_of, stock_use_sql
from domain.models import Medication, StockMovement, new_id
from domain.models.medicines import MovementReason

#: In the audit: what was said is all that is there, and not what was added or lost.
IS_COUNT = "is_count"

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
               {stock_use_sql("g.amount", "g.unit", doses="g.doses", medication="m")} AS amount
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

#: When the stock of the medicine of dose `:dose_id` was counted last, unless that was undone.
_COUNTED_AT = f"""(
    SELECT coalesce(max(e.created_at), '-infinity') FROM audit_events e
    WHERE e.subject_id = (SELECT medication_id FROM doses WHERE id = :dose_id)
      AND e.action = 'stock.counted' AND e.after ->> '{IS_COUNT}' = 'true'
      AND NOT EXISTS (SELECT FROM audit_events u
                      WHERE u.subject_id = e.subject_id AND u.undoes_id = e.id))"""  # noqa: S608
_GIVE_BACK = text(f"""
    WITH moved AS (
        INSERT INTO stock_movements
               (id, family_id, medication_id, dose_id, change, reason, recorded_by_id)
        SELECT :id, family_id, medication_id, dose_id, -sum(change), 'given_back', :user_id
        FROM stock_movements WHERE dose_id = :dose_id AND created_at > {_COUNTED_AT}
        GROUP BY family_id, medication_id, dose_id HAVING sum(change) <> 0
        RETURNING medication_id, change
    )
    UPDATE medications m SET stock = m.stock + moved.change
    FROM moved WHERE m.id = moved.medication_id
""")  # noqa: S608 - constants of our own


@dataclass(frozen=True)
class LockedStock:
    """A medicine's stock as in its row, locked until the transaction ends."""

    medication_id: UUID
    stock: Decimal | None
    stock_unit: str | None
    stock_per_dose: Decimal | None
    stock_dose_amount: Decimal | None
    stock_dose_unit: str | None
    stock_check_at: datetime | None
    refill_promised_by_id: UUID | None
    refill_promised_at: datetime | None

    @property
    def measure(self) -> Measure | None:
        return measure_of(self.stock_per_dose, self.stock_dose_amount, self.stock_dose_unit)


async def take_from_stock(
    scope: Scope, dose_id: UUID, *, amount: object = None, unit: object = None
) -> None:
    """Take what a dose uses from the stock: its planned amount, or *amount* of *unit*."""
    await scope.execute(
        _TAKE,
        {
            "id": new_id(),
            "dose_id": dose_id,
            "amount": amount,
            "unit": unit,
            "user_id": scope.actor_id,
        },
    )


_TAKES = text(f"""
    WITH first AS (
        SELECT medication_id, recorded_at FROM medication_logs
        WHERE dose_id = :dose_id ORDER BY sequence LIMIT 1
    ), counted AS (SELECT {_COUNTED_AT} AS at)
    SELECT EXISTS (SELECT 1 FROM stock_movements, counted
                   WHERE dose_id = :dose_id AND created_at > counted.at)
        OR EXISTS (SELECT 1 FROM first JOIN stock_movements s USING (medication_id)
                   WHERE s.created_at <= first.recorded_at
                     AND first.recorded_at > (SELECT at FROM counted))
""")  # noqa: S608 - constants of our own


async def takes_from_stock(scope: Scope, dose_id: UUID) -> bool:
    """Whether correcting a dose's record affects the stock. What was recorded before somebody
    counted was out of the box then: taking it from the count would make that too small.
    """
    return bool(await scope.connection.scalar(_TAKES, {"dose_id": dose_id}))


async def give_back(scope: Scope, dose_id: UUID) -> None:
    """Give back exactly what was taken for a dose since the last count. The dose must be locked."""
    await scope.execute(_GIVE_BACK, {"id": new_id(), "dose_id": dose_id, "user_id": scope.actor_id})


async def record_change(
    scope: Scope,
    before: LockedStock,
    *,
    action: str,
    changed: Mapping[str, Any],
    is_count: bool = False,
    undoes_id: UUID | None = None,
) -> None:
    """Audit what *changed*, so that each value can be restored. *is_count*: all was counted."""
    await audit.record(
        scope,
        f"stock.{action}",
        subject_type="medication",
        subject_id=before.medication_id,
        before={name: _json(getattr(before, name)) for name in changed},
        after={
            **{name: _json(value) for name, value in changed.items()},
            **({IS_COUNT: True} if is_count else {}),
        },
        undoes_id=undoes_id,
    )


def _json(value: Any) -> str | None:
    if isinstance(value, datetime):
        return value.isoformat()
    return None if value is None else str(value)


async def lock_stock(scope: Scope, medication_id: UUID) -> LockedStock:
    """Raises NotFound."""
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
    return LockedStock(
        medication_id,
        stock=row.stock,
        stock_unit=row.stock_unit,
        stock_per_dose=row.stock_per_dose,
        stock_dose_amount=row.stock_dose_amount,
        stock_dose_unit=row.stock_dose_unit,
        stock_check_at=row.stock_check_at,
        refill_promised_by_id=row.refill_promised_by_id,
        refill_promised_at=row.refill_promised_at,
    )


async def move_stock(
    scope: Scope, medication_id: UUID, *, change: Decimal, reason: MovementReason
) -> None:
    if change:
        await scope.execute(
            insert(StockMovement).values(
                family_id=scope.family_id,
                medication_id=medication_id,
                change=change,
                reason=reason,
                recorded_by_id=scope.actor_id,
            )
        )
