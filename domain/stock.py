"""What is left of a medicine: a ledger of movements, and the stock as their sum.

A dose takes from the stock in the transaction that records it, and never more than is there: a
stock that nobody has counted stays unknown, and none goes below zero.
"""

from uuid import UUID

from sqlalchemy import text

from domain.database import Scope
from domain.models import new_id


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
