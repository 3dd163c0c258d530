"""Every regimen: versions, pauses, intakes outside of schedules, corrections, stock.

Revision ID: 0002
Revises: 0001
Created: 2026-11-24

Checked by hand against domain/models. Doses that were recorded before get the time of the record as
the time of the intake: nobody could say another one yet.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# Frozen as of this revision; domain/models/walls.py is what holds today.
APP_ROLE = "carecircle_app"
DISPATCH_ROLE = "carecircle_dispatch"
IN_FAMILY = "family_id = (nullif(current_setting('app.family_id', true), ''))::uuid"

TO_EXPAND = "(status = 'active' OR resumes_at IS NOT NULL) AND deleted_at IS NULL"
TO_EXPAND_BEFORE = "status = 'active' AND deleted_at IS NULL"


def _medication_columns() -> tuple[sa.Column[Any], ...]:
    return (
        sa.Column("dosage_amount", sa.Numeric()),
        sa.Column("dosage_unit", sa.Text()),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("resumes_at", sa.DateTime(timezone=True)),
        sa.Column("doses_from", sa.DateTime(timezone=True)),
        sa.Column("stock", sa.Numeric()),
        sa.Column("stock_unit", sa.Text()),
        sa.Column("stock_per_dose", sa.Numeric()),
        sa.Column("stock_check_at", sa.DateTime(timezone=True)),
        sa.Column("refill_days", sa.SmallInteger(), server_default="7", nullable=False),
        sa.Column("refill_promised_by_id", sa.Uuid()),
        sa.Column("refill_promised_at", sa.DateTime(timezone=True)),
    )


MEDICATION_CHECKS = {
    "amount_has_a_unit": "(dosage_amount IS NULL) = (dosage_unit IS NULL)",
    "dosage_is_positive": "dosage_amount > 0",
    "stock_is_not_negative": "stock >= 0",
    "stock_has_a_unit": "(stock IS NULL) = (stock_unit IS NULL)",
    "stock_per_dose_is_positive": "stock_per_dose > 0",
    "refill_days": "refill_days BETWEEN 1 AND 60",
    "only_what_is_paused_resumes": "resumes_at IS NULL OR status = 'paused'",
    "stock_timer_is_a_minute": "stock_check_at = date_trunc('minute', stock_check_at, 'UTC')",
}


def _dose_columns() -> tuple[sa.Column[Any], ...]:
    return (
        sa.Column("is_scheduled", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("amount", sa.Numeric()),
        sa.Column("unit", sa.Text()),
        sa.Column("taken_at", sa.DateTime(timezone=True)),
        sa.Column("given", sa.Text()),
        sa.Column("note", sa.Text()),
    )


DOSE_CHECKS = {
    "amount_has_a_unit": "(amount IS NULL) = (unit IS NULL)",
    "what_is_taken_has_a_time": "(taken_at IS NULL) = (status <> 'taken')",
}


def _log_columns() -> tuple[sa.Column[Any], ...]:
    return (
        sa.Column("corrects_id", sa.Uuid()),
        sa.Column("given", sa.Text()),
        sa.Column("unit", sa.Text()),
    )


LOG_CHECKS = {
    "amount_has_a_unit": "(amount IS NULL) = (unit IS NULL)",
    "note_is_short": "length(note) <= 500",
}


def upgrade() -> None:
    op.add_column(
        "families",
        sa.Column("medications_version", sa.Integer(), server_default="1", nullable=False),
    )
    _widen("medications", _medication_columns(), MEDICATION_CHECKS)
    op.create_foreign_key(
        "fk_medications_family_id_refill_promised_by_id",
        "medications",
        "family_members",
        ["family_id", "refill_promised_by_id"],
        ["family_id", "user_id"],
    )
    op.create_index(
        "ix_medications_stock_timer",
        "medications",
        ["stock_check_at"],
        postgresql_where=sa.text("stock_check_at IS NOT NULL"),
    )
    _replace_index_to_expand(TO_EXPAND)
    op.execute(f"GRANT SELECT (resumes_at, stock_check_at) ON medications TO {DISPATCH_ROLE}")

    for column in _dose_columns():
        op.add_column("doses", column)
    with _seeing_all_rows("doses"):
        op.execute("UPDATE doses SET taken_at = resolved_at WHERE status = 'taken'")
    _check("doses", DOSE_CHECKS)
    op.create_index(
        "ix_doses_taken",
        "doses",
        ["medication_id", "taken_at"],
        postgresql_where=sa.text("taken_at IS NOT NULL"),
    )

    _widen("medication_logs", _log_columns(), LOG_CHECKS)
    op.create_unique_constraint(
        "uq_medication_logs_family_id_id", "medication_logs", ["family_id", "id"]
    )
    op.drop_index("ix_medication_logs_family_id", "medication_logs")
    op.create_foreign_key(
        "fk_medication_logs_family_id_corrects_id",
        "medication_logs",
        "medication_logs",
        ["family_id", "corrects_id"],
        ["family_id", "id"],
    )
    op.create_index("ix_medication_logs_corrects_id", "medication_logs", ["corrects_id"])

    _replace_kinds("'slot_card', 'missed', 'not_asked', 'joined', 'refill'")
    _create_stock_movements()


def downgrade() -> None:
    """What the version before cannot read goes: intakes outside of schedules, and other medicines
    than those of every day or of weekdays, which are deleted softly.
    """
    op.drop_table("stock_movements")
    with _seeing_all_rows("notifications"):
        op.execute("DELETE FROM notifications WHERE kind = 'refill'")
    _replace_kinds("'slot_card', 'missed', 'not_asked', 'joined'")

    with _seeing_all_rows("medication_logs"), _seeing_all_rows("doses"):
        op.drop_constraint("fk_medication_logs_family_id_corrects_id", "medication_logs")
        op.execute(
            "DELETE FROM medication_logs WHERE dose_id IN"
            " (SELECT id FROM doses WHERE NOT is_scheduled)"
        )
        op.execute("DELETE FROM doses WHERE NOT is_scheduled")
    op.drop_constraint("uq_medication_logs_family_id_id", "medication_logs")
    op.create_index("ix_medication_logs_family_id", "medication_logs", ["family_id"])
    _narrow("medication_logs", _log_columns(), LOG_CHECKS)
    _narrow("doses", _dose_columns(), DOSE_CHECKS)

    with _seeing_all_rows("medications"):
        op.execute(SCHEDULES_OF_VERSION_1)
        op.execute(
            "UPDATE medications SET status = 'stopped', deleted_at = coalesce(deleted_at, now())"
            " WHERE schedule ->> 'version' <> '1'"
        )
    _replace_index_to_expand(TO_EXPAND_BEFORE)
    _narrow("medications", _medication_columns(), MEDICATION_CHECKS)
    op.drop_column("families", "medications_version")


SCHEDULES_OF_VERSION_1 = """
    UPDATE medications SET schedule = jsonb_build_object(
        'version', 1, 'kind', 'wall_clock', 'times', schedule -> 'times',
        'starts_on', schedule -> 'starts_on', 'ends_on', schedule -> 'ends_on',
        'weekdays', coalesce(schedule -> 'days' -> 'weekdays', 'null'))
    WHERE schedule ->> 'version' = '2' AND schedule ->> 'kind' = 'wall_clock'
      AND schedule -> 'dosages' = 'null'
      AND schedule -> 'days' ->> 'pattern' IN ('daily', 'weekly')
      AND schedule -> 'days' ->> 'every' = '1'
"""


def _widen(table: str, columns: Iterable[sa.Column[Any]], checks: Mapping[str, str]) -> None:
    for column in columns:
        op.add_column(table, column)
    _check(table, checks)


def _check(table: str, checks: Mapping[str, str]) -> None:
    for name, condition in checks.items():
        op.create_check_constraint(op.f(f"ck_{table}_{name}"), table, condition)


def _narrow(table: str, columns: Iterable[sa.Column[Any]], checks: Mapping[str, str]) -> None:
    for name in checks:
        op.drop_constraint(op.f(f"ck_{table}_{name}"), table)
    for column in columns:
        op.drop_column(table, column.name)  # and what stands on it: keys, indexes, grants


def _replace_index_to_expand(condition: str) -> None:
    op.drop_index("ix_medications_to_expand", "medications")
    op.create_index(
        "ix_medications_to_expand",
        "medications",
        ["expanded_until"],
        postgresql_where=sa.text(condition),
    )


def _replace_kinds(kinds: str) -> None:
    op.drop_constraint(op.f("ck_notifications_kind"), "notifications")
    op.create_check_constraint(op.f("ck_notifications_kind"), "notifications", f"kind IN ({kinds})")


def _create_stock_movements() -> None:
    op.create_table(
        "stock_movements",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("family_id", sa.Uuid(), nullable=False),
        sa.Column("medication_id", sa.Uuid(), nullable=False),
        sa.Column("dose_id", sa.Uuid()),
        sa.Column("change", sa.Numeric(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("recorded_by_id", sa.Uuid(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_now()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "reason IN ('refilled', 'counted', 'taken', 'given_back')",
            name=op.f("ck_stock_movements_reason"),
        ),
        sa.CheckConstraint(
            "(dose_id IS NULL) = (reason IN ('refilled', 'counted'))",
            name=op.f("ck_stock_movements_doses_take_and_give"),
        ),
        sa.ForeignKeyConstraint(
            ["family_id"], ["families.id"], name="fk_stock_movements_family_id"
        ),
        sa.ForeignKeyConstraint(
            ["family_id", "medication_id"],
            ["medications.family_id", "medications.id"],
            name="fk_stock_movements_family_id_medication_id",
        ),
        sa.ForeignKeyConstraint(
            ["family_id", "dose_id"],
            ["doses.family_id", "doses.id"],
            name="fk_stock_movements_family_id_dose_id",
        ),
        sa.ForeignKeyConstraint(
            ["family_id", "recorded_by_id"],
            ["family_members.family_id", "family_members.user_id"],
            name="fk_stock_movements_family_id_recorded_by_id",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_stock_movements"),
    )
    for column in ("family_id", "medication_id", "dose_id", "recorded_by_id"):
        op.create_index(f"ix_stock_movements_{column}", "stock_movements", [column])
    op.execute("ALTER TABLE stock_movements ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE stock_movements FORCE ROW LEVEL SECURITY")
    op.execute(
        f"CREATE POLICY family ON stock_movements FOR ALL TO {APP_ROLE}"
        f" USING ({IN_FAMILY}) WITH CHECK ({IN_FAMILY})"
    )
    op.execute(f"GRANT SELECT, INSERT ON stock_movements TO {APP_ROLE}")


@contextmanager
def _seeing_all_rows(table: str) -> Iterator[None]:
    """Row security is forced on the owner too: lift it inside this revision's transaction."""
    op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    yield
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
