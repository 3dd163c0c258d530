"""The daily check for stocks that run low."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import func, select, update

from domain.clock import SQL_NOW
from domain.database.scope import Scope
from domain.events import TimerSet
from domain.local_time import resolve_local
from domain.medicines.stock.levels import SELECT_STOCK, StockColumns, stock_of
from domain.medicines.stock.notices import queue_refill_notices
from domain.models import CareRecipient, Medication
from domain.models.medicines import MedicineStatus
from domain.set_asides import Subject, Work, is_free

CHECK_AT = time(10)  # local; shops are open and everybody is awake


async def find_due(scope: Scope, limit: int) -> Sequence[Subject]:
    """Medicines whose stock check is due. Runs as the dispatcher."""
    rows = await scope.rows(
        select(Medication.family_id, Medication.id)
        .where(Medication.stock_check_at <= SQL_NOW, is_free(Work.STOCK, Medication.id))
        .order_by(Medication.stock_check_at)
        .limit(limit)
    )
    return [Subject(row.family_id, row.id) for row in rows]


async def check_stocks(scope: Scope, medication_ids: Sequence[UUID]) -> int:
    """Queue reminders for those of these medicines, in the scope's family, that run low; returns
    how many were checked.

    One message per person cared for and member who is asked first.
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
    # Not before the due time by PostgreSQL's clock, or the same check would be due again.
    now = max([scope.clock.now(), *(row.stock_check_at for row in rows)])
    low: dict[UUID, list[UUID]] = defaultdict(list)
    for row in rows:
        checked = await _check(scope, row.id, now)
        if checked is not None:
            low[checked].append(row.id)
    for care_recipient_id, medication_ids in low.items():
        await queue_refill_notices(scope, care_recipient_id, medication_ids=medication_ids, now=now)
    return len(rows)


async def _check(scope: Scope, medication_id: UUID, now: datetime) -> UUID | None:
    """Set the next timer; returns the care recipient if the family has to be reminded."""
    row = await scope.row(
        SELECT_STOCK.add_columns(
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
    at = next_check(zone, now)
    await _set_timer(scope, medication_id, at)
    scope.publish(TimerSet(at))
    if row.status != MedicineStatus.ACTIVE or row.refill_promised_by_id is not None:
        return None
    care_recipient_id: UUID = row.care_recipient_id
    columns = StockColumns._make(row[: len(StockColumns._fields)])
    stock = stock_of(columns, MedicineStatus.ACTIVE, zone, now)
    return care_recipient_id if stock.is_low else None


async def _set_timer(scope: Scope, medication_id: UUID, at: datetime | None) -> None:
    await scope.execute(
        update(Medication).where(Medication.id == medication_id).values(stock_check_at=at)
    )


def next_check(zone: ZoneInfo, now: datetime) -> datetime:
    """The next 10:00 where the person lives."""
    day = now.astimezone(zone).date()
    today = resolve_local(datetime.combine(day, CHECK_AT), zone)
    if today > now:
        return today
    return resolve_local(datetime.combine(day + timedelta(days=1), CHECK_AT), zone)
