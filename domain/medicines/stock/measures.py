"""How much of its stock a dose uses: in SQL for the ledger, in Python for the forecast.

A dose in the unit of the stock uses its amount. In any other unit, somebody has to have said how
much of the stock it is, and of which dosage they said so: "½ tablet is 50 mg" holds for 25 mg, too,
and says nothing of 5 ml. So a change of the dosage never makes a measure wrong; at most it leaves
a medicine without one, and then nothing is taken until somebody has said.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from domain.medicines.dosages import Dosage
from domain.medicines.schedules.amounts import own_dosages
from domain.medicines.schedules.kinds import Schedule

_PLACES = 4


@dataclass(frozen=True)
class Measure:
    """`per_dose` of the stock's unit make `amount` of `unit`.

    What cannot be counted ("a thin layer") is 1 of its own words.
    """

    per_dose: Decimal
    amount: Decimal
    unit: str

    @classmethod
    def of(cls, dosage: Dosage, per_dose: Decimal) -> "Measure":
        return cls(per_dose, dosage.amount or Decimal(1), dosage.unit or dosage.words)


def use(dosage: Dosage, stock_unit: str, measure: Measure | None) -> Decimal | None:
    """How much of a stock in *stock_unit* a dose of *dosage* takes; None where nobody has said."""
    if dosage.unit == stock_unit:
        return dosage.amount
    if measure is None or measure.unit != (dosage.unit or dosage.words):
        return None
    return round(measure.per_dose * (dosage.amount or Decimal(1)) / measure.amount, _PLACES)


def find_unmeasured(
    dosage: Dosage, schedule: Schedule, stock_unit: str, measure: Measure | None
) -> Dosage | None:
    """The first dosage that will be given and of which nobody has said how much of the stock it
    takes; None if all is known.
    """
    given = own_dosages(schedule) or [dosage]
    return next((each for each in given if use(each, stock_unit, measure) is None), None)


def use_of(amount: str, unit: str, *, doses: str, medication: str) -> str:
    """SQL of :func:`use`, for *amount* of *unit* (or 1 of the words of what cannot be counted).

    Where that measure says nothing of the unit, it is so many *doses* as the medicine is set; null
    where that is not known either. The arguments are SQL, too; *medication* is the alias of its
    row.
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
    """As the columns have it (see :func:`measure_columns`), all of them or none."""
    if per_dose is None or amount is None or unit is None:
        return None
    return Measure(per_dose, amount, unit)


def measure_columns(measure: Measure | None) -> dict[str, Any]:
    return {
        "stock_per_dose": measure.per_dose if measure else None,
        "stock_dose_amount": measure.amount if measure else None,
        "stock_dose_unit": measure.unit if measure else None,
    }
