"""What is left of a medicine, and how long it lasts, as people read it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import case, func, select

from domain.database.scope import Scope
from domain.medicines.dosages import Dosage
from domain.medicines.doses.upcoming import UPCOMING_COLUMNS, to_upcoming_doses
from domain.medicines.facts import MedicineFacts
from domain.medicines.reading import read_medicines
from domain.medicines.schedules.days import LONGEST_CYCLE
from domain.medicines.schedules.kinds import AsNeeded, schedule_from_json
from domain.medicines.stock.measures import Measure, find_unmeasured, measure_of, stock_use
from domain.medicines.stock.projection import (
    FORECAST_HORIZON,
    NOT_COMPUTED,
    USAGE_PERIOD,
    Forecast,
    Lasts,
    forecast,
    forecast_as_needed,
)
from domain.models import Dose, Medication, StockMovement, User
from domain.models.medicines import MedicineStatus, MovementReason

_BEYOND = timedelta(days=2 * LONGEST_CYCLE)  # every schedule without end has a dose in this time


@dataclass(frozen=True)
class Stock:
    """What is left of a medicine: `amount` of `unit` (null: nobody has counted).

    The amount is negative if more was given than was counted. `measure` says how much of it makes a
    dose if the units differ; `unmeasured` is a dosage for which nobody has said that. `promised_by`
    has promised to get more.
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
        """Whether to remind the family. Never if no more doses are to come."""
        if self.amount is None or self.forecast.kind is Lasts.NOTHING_TO_COME:
            return False
        days = self.forecast.days
        return self.amount <= 0 or (days is not None and days <= self.refill_days)


@dataclass(frozen=True)
class Refilled:
    """A medicine whose stock was changed; `before` is the previous amount (None: unknown)."""

    medicine: MedicineFacts
    stock: Stock
    before: Decimal | None = None


async def get_stock(scope: Scope, medicine: MedicineFacts) -> Stock:
    """One statement."""
    row = (await scope.rows(SELECT_STOCK.where(Medication.id == medicine.id)))[0]
    return stock_of(StockColumns._make(row), medicine.status, medicine.zone, scope.clock.now())


async def list_stocks(
    scope: Scope, medication_ids: Sequence[UUID]
) -> Sequence[tuple[MedicineFacts, Stock]]:
    """Needs no member. Removed medicines are left out. Two statements."""
    medicines = await read_medicines(scope, medication_ids)
    rows = await scope.rows(
        SELECT_STOCK.add_columns(Medication.id).where(Medication.id.in_([m.id for m in medicines]))
    )
    stocks = {row.id: StockColumns._make(row[:-1]) for row in rows}
    now = scope.clock.now()
    return [(m, stock_of(stocks[m.id], m.status, m.zone, now)) for m in medicines]


_IS_AS_NEEDED = Medication.schedule["kind"].as_string() == "as_needed"
_USED = (
    select(-func.sum(StockMovement.change))
    .where(
        StockMovement.medication_id == Medication.id,
        StockMovement.reason.in_((MovementReason.TAKEN, MovementReason.GIVEN_BACK)),
        StockMovement.created_at > func.clock_now() - USAGE_PERIOD,
    )
    .correlate(Medication)
    .scalar_subquery()
)
_USED_SINCE = (
    select(func.min(StockMovement.created_at))
    .join(Dose, Dose.id == StockMovement.dose_id)
    .where(
        StockMovement.medication_id == Medication.id,
        StockMovement.reason == MovementReason.TAKEN,
        Dose.taken_at.is_not(None),
    )
    .correlate(Medication)
    .scalar_subquery()
)
SELECT_STOCK = select(
    Medication.stock,
    Medication.stock_unit,
    Medication.stock_per_dose,
    Medication.stock_dose_amount,
    Medication.stock_dose_unit,
    Medication.dosage,
    Medication.dosage_amount,
    Medication.dosage_unit,
    Medication.dosage_most,
    Medication.refill_days,
    Medication.refill_promised_by_id,
    User.name.label("promised_by"),
    case((_IS_AS_NEEDED, _USED)).label("used"),
    case((_IS_AS_NEEDED, _USED_SINCE)).label("used_since"),
    *UPCOMING_COLUMNS,
).outerjoin(User, User.id == Medication.refill_promised_by_id)


class StockColumns(NamedTuple):
    """A row of :data:`SELECT_STOCK`, in its order."""

    stock: Decimal | None
    stock_unit: str | None
    stock_per_dose: Decimal | None
    stock_dose_amount: Decimal | None
    stock_dose_unit: str | None
    dosage: str
    dosage_amount: Decimal | None
    dosage_unit: str | None
    dosage_most: Decimal | None
    refill_days: int
    refill_promised_by_id: UUID | None
    promised_by: str | None
    used: Decimal | None
    used_since: datetime | None
    schedule: dict[str, Any]
    doses_from: datetime | None
    resumes_at: datetime | None
    expanded_until: datetime
    made: list[dict[str, Any]] | None
    last_intake_at: datetime | None

    @property
    def measure(self) -> Measure | None:
        return measure_of(self.stock_per_dose, self.stock_dose_amount, self.stock_dose_unit)

    @property
    def usual(self) -> Dosage:
        return Dosage(self.dosage, self.dosage_amount, self.dosage_unit, self.dosage_most)


def stock_of(columns: StockColumns, status: MedicineStatus, zone: ZoneInfo, now: datetime) -> Stock:
    """The stock of a medicine with this *status*, whose person lives in *zone*."""
    stock, unit = columns.stock, columns.stock_unit
    unmeasured, lasts = None, NOT_COMPUTED
    if stock is not None and unit is not None:
        unmeasured = find_unmeasured(
            columns.usual, schedule_from_json(columns.schedule), unit, columns.measure
        )
        if status is MedicineStatus.ACTIVE:
            lasts = _forecast(columns, zone, now, stock=stock, unit=unit)
    return Stock(
        amount=stock,
        unit=unit,
        measure=columns.measure,
        unmeasured=unmeasured,
        refill_days=columns.refill_days,
        forecast=lasts,
        promised_by=columns.promised_by,
    )


def _forecast(
    columns: StockColumns, zone: ZoneInfo, now: datetime, *, stock: Decimal, unit: str
) -> Forecast:
    coming = to_upcoming_doses(
        zone,
        schedule=columns.schedule,
        doses_from=columns.doses_from,
        resumes_at=columns.resumes_at,
        expanded_until=columns.expanded_until,
        made=columns.made,
        last_intake_at=columns.last_intake_at,
        now=now,
    )
    if isinstance(coming.schedule, AsNeeded):
        return forecast_as_needed(
            stock=stock,
            used=columns.used or Decimal(0),
            used_since=columns.used_since,
            ends_on=coming.schedule.ends_on,
            zone=zone,
            now=now,
        )
    usual, measure = columns.usual, columns.measure
    # A range counts as its end: a family that is reminded early loses nothing, and one that is
    # reminded late has nothing to give.
    doses = (
        (due_at, stock_use((dosage or usual).largest, unit, measure))
        for due_at, dosage in coming.in_order(now + FORECAST_HORIZON + _BEYOND)
    )
    return forecast(doses, stock=stock, zone=zone, now=now)
