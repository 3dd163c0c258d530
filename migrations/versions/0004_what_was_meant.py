"""What was meant: whose clock, how many doses, a stock's measure of which dosage, pauses.

Revision ID: 0004
Revises: 0003
Created: 2026-11-28

Checked by hand against domain/models. Doses and records from before get the clock that their
person lives by today: nobody kept another one. What was given counts as many doses as its amount
says where it is in the unit of the medicine, and else as one.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

# Frozen as of this revision; domain/models/walls.py is what holds today.
DISPATCH_ROLE = "carecircle_dispatch"
KINDS_BEFORE = "'slot_card', 'missed', 'not_asked', 'joined', 'refill', 'appointment'"
DISPATCHED = (
    ("care_recipients", "paused_at, paused_until, pause_silences_appointments, pause_ends_told_at"),
    ("appointments", "is_all_day"),
)
MEASURE_IS_WHOLE = (
    "(stock_per_dose IS NULL) = (stock_dose_amount IS NULL)"
    " AND (stock_per_dose IS NULL) = (stock_dose_unit IS NULL)"
)
UNDONE = ("audit_events", "medication_logs")
CARD = ["care_recipient_id", "slot_at", "user_id", "kind", "ask_no"]

CLOCKS = (
    """
    UPDATE doses d SET timezone = c.timezone,
           taken_timezone = CASE WHEN d.taken_at IS NOT NULL THEN c.timezone END
    FROM care_recipients c WHERE c.id = d.care_recipient_id
""",
    """
    UPDATE medication_logs l SET timezone = c.timezone
    FROM medications m JOIN care_recipients c ON c.id = m.care_recipient_id
    WHERE m.id = l.medication_id
""",
)
COUNTS = (
    """
    UPDATE medication_logs l SET dose_count = l.amount / m.dosage_amount
    FROM medications m
    WHERE m.id = l.medication_id AND l.unit = m.dosage_unit AND l.amount <> m.dosage_amount
""",
    """
    UPDATE doses d SET dose_count = l.dose_count
    FROM medication_logs l
    WHERE l.dose_id = d.id AND l.recorded_at = d.resolved_at AND l.status = d.status
      AND l.dose_count <> 1
""",
    """
    UPDATE doses d SET dose_count = d.amount / m.dosage_amount
    FROM medications m
    WHERE m.id = d.medication_id AND NOT d.is_scheduled AND d.given IS NULL
      AND d.unit = m.dosage_unit AND d.amount <> m.dosage_amount
""",
)
# What was said of a dose was said of the dosage of then; that of today is the nearest that is kept.
MEASURES = """
    UPDATE medications
    SET stock_dose_amount = coalesce(dosage_amount, 1),
        stock_dose_unit = coalesce(dosage_unit, dosage)
    WHERE stock_per_dose IS NOT NULL
"""
PER_DOSE = """
    UPDATE medications
    SET stock_per_dose = CASE WHEN coalesce(dosage_unit, dosage) = stock_dose_unit
        THEN nullif(round(stock_per_dose * coalesce(dosage_amount, 1) / stock_dose_amount, 4), 0)
        END
    WHERE stock_per_dose IS NOT NULL
"""
# A stock below zero is more than the version before can keep: the ledger says what was found then.
COUNT_UP = (
    """
    INSERT INTO stock_movements (id, family_id, medication_id, change, reason, recorded_by_id)
    SELECT gen_random_uuid(), family_id, id, -stock, 'counted', created_by_id
    FROM medications WHERE stock < 0
""",
    """
    UPDATE medications SET stock = 0 WHERE stock < 0
""",
)


def upgrade() -> None:
    _keep_clocks_and_counts()
    op.drop_constraint(op.f("ck_medications_stock_is_not_negative"), "medications")
    _keep_measures()
    _pause_people()
    _part_cards()
    _name_what_is_undone()
    op.alter_column(
        "appointments", "duration_minutes", type_=sa.Integer(), server_default=sa.text("60")
    )
    _replace_check("appointments", "duration", "duration_minutes BETWEEN 1 AND 86400")
    op.add_column("appointments", _flag("is_all_day"))
    for table, columns in DISPATCHED:
        op.execute(f"GRANT SELECT ({columns}) ON {table} TO {DISPATCH_ROLE}")


def downgrade() -> None:
    """Appointments of several days end after one; a pause of a person goes on for each medicine."""
    with _seeing_all_rows("appointments"):
        op.execute("UPDATE appointments SET duration_minutes = least(duration_minutes, 1440)")
    op.drop_column("appointments", "is_all_day")
    _replace_check("appointments", "duration", "duration_minutes BETWEEN 1 AND 1440")
    op.alter_column(
        "appointments",
        "duration_minutes",
        type_=sa.SmallInteger(),
        server_default=sa.text("'60'::smallint"),
    )

    for table in UNDONE:
        op.drop_constraint(f"fk_{table}_family_id_undoes_id", table)
        op.drop_column(table, "undoes_id")
    op.drop_constraint("uq_audit_events_family_id_id", "audit_events")

    with _seeing_all_rows("notifications"):
        op.execute(
            "DELETE FROM notifications WHERE part > 0 OR kind IN ('record_changed', 'pause_ends')"
        )
    _replace_kinds(KINDS_BEFORE)
    op.drop_constraint("uq_notifications_card", "notifications")
    op.drop_column("notifications", "part")
    op.create_unique_constraint("uq_notifications_card", "notifications", CARD)

    op.drop_constraint(op.f("ck_medications_only_what_is_paused_is_so_with"), "medications")
    op.drop_column("medications", "is_paused_with_person")
    for name in ("only_a_pause_ends", "pause_timer_is_a_minute"):
        op.drop_constraint(op.f(f"ck_care_recipients_{name}"), "care_recipients")
    for column in _pause_columns():
        op.drop_column("care_recipients", column.name)

    op.drop_constraint(op.f("ck_medications_measure_is_whole"), "medications")
    op.drop_constraint(op.f("ck_medications_measure_is_positive"), "medications")
    with _seeing_all_rows("medications", "stock_movements"):
        for statement in (PER_DOSE, *COUNT_UP):
            op.execute(statement)
    for name in ("stock_dose_amount", "stock_dose_unit"):
        op.drop_column("medications", name)
    _check("medications", "stock_is_not_negative", "stock >= 0")

    op.drop_constraint(op.f("ck_doses_what_is_taken_has_a_clock"), "doses")
    for table in ("doses", "medication_logs"):
        op.drop_constraint(op.f(f"ck_{table}_dose_count_is_positive"), table)
        op.drop_column(table, "dose_count")
        op.drop_column(table, "timezone")
    op.drop_column("doses", "taken_timezone")


def _keep_clocks_and_counts() -> None:
    for table in ("doses", "medication_logs"):
        op.add_column(table, sa.Column("timezone", sa.Text()))
        op.add_column(
            table, sa.Column("dose_count", sa.Numeric(), server_default="1", nullable=False)
        )
    op.add_column("doses", sa.Column("taken_timezone", sa.Text()))
    with _seeing_all_rows("doses", "medication_logs", "medications", "care_recipients"):
        for statement in (*CLOCKS, *COUNTS):
            op.execute(statement)
    for table in ("doses", "medication_logs"):
        op.alter_column(table, "timezone", nullable=False)
        _check(table, "dose_count_is_positive", "dose_count > 0")
    _check("doses", "what_is_taken_has_a_clock", "(taken_timezone IS NULL) = (taken_at IS NULL)")


def _keep_measures() -> None:
    op.add_column("medications", sa.Column("stock_dose_amount", sa.Numeric()))
    op.add_column("medications", sa.Column("stock_dose_unit", sa.Text()))
    with _seeing_all_rows("medications"):
        op.execute(MEASURES)
    _check("medications", "measure_is_whole", MEASURE_IS_WHOLE)
    _check("medications", "measure_is_positive", "stock_dose_amount > 0")


def _pause_columns() -> tuple[sa.Column[Any], ...]:
    return (
        sa.Column("paused_at", sa.DateTime(timezone=True)),
        sa.Column("paused_until", sa.DateTime(timezone=True)),
        _flag("pause_silences_appointments"),
        sa.Column("pause_ends_told_at", sa.DateTime(timezone=True)),
    )


def _pause_people() -> None:
    for column in _pause_columns():
        op.add_column("care_recipients", column)
    _check(
        "care_recipients",
        "only_a_pause_ends",
        "paused_at IS NOT NULL OR (paused_until IS NULL AND pause_ends_told_at IS NULL)",
    )
    _check(
        "care_recipients",
        "pause_timer_is_a_minute",
        "pause_ends_told_at = date_trunc('minute', pause_ends_told_at, 'UTC')",
    )
    op.create_index(
        "ix_care_recipients_pause_timer",
        "care_recipients",
        ["pause_ends_told_at"],
        postgresql_where=sa.text("pause_ends_told_at IS NOT NULL"),
    )
    op.add_column("medications", _flag("is_paused_with_person"))
    _check(
        "medications",
        "only_what_is_paused_is_so_with",
        "status = 'paused' OR NOT is_paused_with_person",
    )


def _part_cards() -> None:
    op.add_column(
        "notifications",
        sa.Column("part", sa.SmallInteger(), server_default="0", nullable=False),
    )
    op.drop_constraint("uq_notifications_card", "notifications")
    op.create_unique_constraint("uq_notifications_card", "notifications", [*CARD, "part"])
    _replace_kinds(f"{KINDS_BEFORE}, 'record_changed', 'pause_ends'")


def _name_what_is_undone() -> None:
    op.create_unique_constraint("uq_audit_events_family_id_id", "audit_events", ["family_id", "id"])
    for table in UNDONE:
        op.add_column(table, sa.Column("undoes_id", sa.Uuid()))
        op.create_foreign_key(
            f"fk_{table}_family_id_undoes_id",
            table,
            table,
            ["family_id", "undoes_id"],
            ["family_id", "id"],
        )
        op.create_index(f"ix_{table}_undoes_id", table, ["undoes_id"])


def _flag(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Boolean(), server_default="false", nullable=False)


def _check(table: str, name: str, condition: str) -> None:
    op.create_check_constraint(op.f(f"ck_{table}_{name}"), table, condition)


def _replace_check(table: str, name: str, condition: str) -> None:
    op.drop_constraint(op.f(f"ck_{table}_{name}"), table)
    _check(table, name, condition)


def _replace_kinds(kinds: str) -> None:
    _replace_check("notifications", "kind", f"kind IN ({kinds})")


@contextmanager
def _seeing_all_rows(*tables: str) -> Iterator[None]:
    """Row security is forced on the owner too: lift it inside this revision's transaction."""
    with ExitStack() as lifted:
        for table in tables:
            op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
            lifted.callback(op.execute, f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        yield
