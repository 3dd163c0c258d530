"""Undoing a change of a stock."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import select, text, update

from domain.access import Action
from domain.database.scope import Scope
from domain.errors import NotFound
from domain.medicines.stock.ledger import LockedStock, lock_stock, move_stock, record_change
from domain.medicines.stock.measures import Measure, measure_columns
from domain.medicines.stock.notices import refresh_refill_notices
from domain.models import AuditEvent, Medication
from domain.models.medicines import MovementReason

# For a stock that becomes unknown again, undoing its doses must find nothing to give back. Where
# the stock of before a count holds again, doses whose record was undone since are given back.
_GIVE_BACK = text("""
    INSERT INTO stock_movements
           (id, family_id, medication_id, dose_id, change, reason, recorded_by_id)
    SELECT gen_random_uuid(), family_id, medication_id, dose_id, -sum(change), 'given_back',
           :user_id
    FROM stock_movements s WHERE medication_id = :medication_id AND dose_id IS NOT NULL
      AND (:all OR EXISTS (SELECT FROM doses d WHERE d.id = s.dose_id AND d.status <> 'taken'))
    GROUP BY family_id, medication_id, dose_id HAVING sum(change) <> 0
    RETURNING change
""")


@dataclass(frozen=True)
class _StockEvent:
    """An audit event about a stock, with the values before and after."""

    subject_id: UUID
    before: Mapping[str, Any]
    after: Mapping[str, Any]


async def undo_stock_change(scope: Scope, event_id: UUID) -> None:
    """Undo a refill, a count or a measure (the audit event *event_id*).

    What was taken since stays taken, and a stock that nobody had counted is unknown again. Raises
    NotFound.
    """
    scope.require(Action.CHANGE_MEDICINES)
    row = await scope.row(
        select(AuditEvent.subject_id, AuditEvent.before, AuditEvent.after).where(
            AuditEvent.id == event_id, AuditEvent.family_id == scope.family_id
        )
    )
    if row is None:
        raise NotFound
    event = _StockEvent(row.subject_id, row.before, row.after)
    now = await lock_stock(scope, event.subject_id)
    if now.stock is None:
        raise NotFound
    changed = {**_restore_measure(event, now), **_restore_promise(event, now)}
    if "stock" in event.before:
        changed |= await _restore_stock(scope, event, left=now.stock)
    if changed:
        await scope.execute(
            update(Medication).where(Medication.id == event.subject_id).values(**changed)
        )
    await record_change(scope, now, action="put_back", changed=changed, undoes_id=event_id)
    await refresh_refill_notices(scope, event.subject_id)


async def _restore_stock(scope: Scope, event: _StockEvent, *, left: Decimal) -> dict[str, Any]:
    """Reverse the movements of *event*; returns the columns to set."""
    is_unknown = event.before["stock"] is None
    back = await scope.rows(
        _GIVE_BACK,
        {"medication_id": event.subject_id, "user_id": scope.actor_id, "all": is_unknown},
    )
    left += sum((row.change for row in back), Decimal(0))
    change = -left
    if not is_unknown:
        change = Decimal(event.before["stock"]) - Decimal(event.after["stock"])
    await move_stock(scope, event.subject_id, change=change, reason=MovementReason.COUNTED)
    if is_unknown:
        return {"stock": None, "stock_unit": None, "stock_check_at": None}
    return {"stock": left + change}


def _restore_measure(event: _StockEvent, now: LockedStock) -> dict[str, Any]:
    """The previous measure, unless somebody has set another one since."""
    if "stock_per_dose" not in event.before or _read_measure(event.after) != now.measure:
        return {}
    return measure_columns(_read_measure(event.before))


def _read_measure(audited: Mapping[str, Any]) -> Measure | None:
    if audited["stock_per_dose"] is None:
        return None
    return Measure(
        Decimal(audited["stock_per_dose"]),
        Decimal(audited["stock_dose_amount"]),
        audited["stock_dose_unit"],
    )


def _restore_promise(event: _StockEvent, now: LockedStock) -> dict[str, Any]:
    """The previous promise to get more, unless there's a new one."""
    promised_by = event.before.get("refill_promised_by_id")
    if promised_by is None or now.refill_promised_by_id is not None:
        return {}
    return {
        "refill_promised_by_id": UUID(promised_by),
        "refill_promised_at": datetime.fromisoformat(event.before["refill_promised_at"]),
    }
