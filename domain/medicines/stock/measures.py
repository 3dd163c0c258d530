"""How much of its stock a dose uses: in SQL for the ledger, in Python for the forecast.

A dose in the unit of the stock uses its amount. For any other unit somebody has to say how much of
the stock it is, and for which dosage: "½ tablet is 50 mg" applies to 25 mg too, but not to 5 ml. So
changing the dosage never makes a measure wrong; at most the medicine has none, and then nothing is
taken until somebody says.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from domain.medicines.dosages import Dosage
from domain.medicines.schedule_changes.amounts import own_dosages
from domain.medicines.schedules.kinds import Schedule

_PLACES = 4


@dataclass(frozen=True)
class Measure:
    """`per_dose` of the stock's unit make `amount` of `unit`.

    Uncountable dosages ("a thin layer") are 1 of their own words.
    """

    per_dose: Decimal
    amount: Decimal
    unit: str

    @classmethod
    def of(cls, dosage: Dosage, per_dose: Decimal) -> "Measure":
        return cls(per_dose, dosage.amount or Decimal(1), dosage.unit or dosage.words)


def stock_use(dosage: Dosage, stock_unit: str, measure: Measure | None) -> Decimal | None:
    """How much of a stock in *stock_unit* a dose of *dosage* takes; None if nobody has said."""
    if dosage.unit == stock_unit:
        return dosage.amount
    if measure is None or measure.unit != (dosage.unit or dosage.words):
        return None
    return round(measure.per_dose * (dosage.amount or Decimal(1)) / measure.amount, _PLACES)


def find_unmeasured(
    dosage: Dosage, schedule: Schedule, stock_unit: str, measure: Measure | None
) -> Dosage | None:
    """The first dosage whose use of the stock nobody has said; None if all are known."""
    given = own_dosages(schedule) or [dosage]
    return next((each for each in given if stock_use(each, stock_unit, measure) is None), None)


def stock_use_sql(amount: str, unit: str, *, doses: str, medication: str) -> str:
    """SQL of :func:`stock_use`, for *amount* of *unit* (or 1 of the words of an uncountable
    dosage).

    If the measure doesn't cover the unit, it counts as *doses* doses as the medicine is set; null
    if that's unknown too. The arguments are SQL as well; *medication* is the alias of its row.
    """
    m = medication

    def measured(of: str) -> str:
        return f"round({m}.stock_per_dose * {of} / {m}.stock_dose_amount, {_PLACES})"

    return f"""
        CASE WHEN {unit} = {m}.stock_unit THEN {amount}
             WHEN {unit} = {m}.stock_dose_unit THEN {measured(amount)}
             ELSE {doses} *
                  CASE WHEN {m}.dosage_unit = {m}.stock_unit THEN {m}.dosage_amount
                       WHEN coalesce({m}.dosage_unit, {m}.dosage) = {m}.stock_dose_unit
                       THEN {measured(f"coalesce({m}.dosage_amount, 1)")} END
        END
    """


def measure_of(
    per_dose: Decimal | None, amount: Decimal | None, unit: str | None
) -> Measure | None:
    """From the columns of :func:`measure_columns`, which are either all set or all null."""
    if per_dose is None or amount is None or unit is None:
        return None
    return Measure(per_dose, amount, unit)


def measure_columns(measure: Measure | None) -> dict[str, Any]:
    return {
        "stock_per_dose": measure.per_dose if measure else None,
        "stock_dose_amount": measure.amount if measure else None,
        "stock_dose_unit": measure.unit if measure else None,
    }
