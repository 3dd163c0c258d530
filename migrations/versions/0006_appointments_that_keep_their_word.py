"""Appointments that keep their word: what is said of one occurrence only, and phones' calendars.

Revision ID: 0006
Revises: 0005
Created: 2026-11-28

Checked by hand against domain/models.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

# Frozen as of this revision; domain/models/walls.py is what holds today.
APP_ROLE = "carecircle_app"
DISPATCH_ROLE = "carecircle_dispatch"
IN_FAMILY = "family_id = (nullif(current_setting('app.family_id', true), ''))::uuid"
KINDS_BEFORE = (
    "'slot_card', 'missed', 'not_asked', 'joined', 'refill', 'appointment', 'record_changed',"
    " 'pause_ends'"
)


def upgrade() -> None:
    op.add_column("appointments", sa.Column("origin_id", sa.Uuid()))
    op.create_foreign_key(
        op.f("fk_appointments_family_id_origin_id"),
        "appointments",
        "appointments",
        ["family_id", "origin_id"],
        ["family_id", "id"],
    )
    op.create_index(op.f("ix_appointments_origin_id"), "appointments", ["origin_id"])
    op.add_column("appointment_occurrences", sa.Column("own_details", postgresql.JSONB()))
    op.add_column(
        "appointment_occurrences",
        sa.Column("own_remind_before", postgresql.ARRAY(sa.Integer())),
    )
    _check("appointment_occurrences", "few_reminders", "cardinality(own_remind_before) <= 6")
    op.create_index(
        "ix_appointment_occurrences_own",
        "appointment_occurrences",
        ["family_id"],
        postgresql_where=sa.text("own_details IS NOT NULL"),
    )
    op.create_table(
        "calendar_copies",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("family_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("appointment_id", sa.Uuid(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["family_id"], ["families.id"], name=op.f("fk_calendar_copies_family_id")
        ),
        sa.ForeignKeyConstraint(
            ["family_id", "user_id"],
            ["family_members.family_id", "family_members.user_id"],
            name=op.f("fk_calendar_copies_family_id_user_id"),
        ),
        sa.ForeignKeyConstraint(
            ["family_id", "appointment_id"],
            ["appointments.family_id", "appointments.id"],
            name=op.f("fk_calendar_copies_family_id_appointment_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_copies")),
        sa.UniqueConstraint(
            "appointment_id", "user_id", name=op.f("uq_calendar_copies_appointment_id_user_id")
        ),
    )
    op.create_index(
        op.f("ix_calendar_copies_family_id_user_id"), "calendar_copies", ["family_id", "user_id"]
    )
    for statement in (
        "ALTER TABLE calendar_copies ENABLE ROW LEVEL SECURITY",
        "ALTER TABLE calendar_copies FORCE ROW LEVEL SECURITY",
        (
            f"CREATE POLICY family ON calendar_copies FOR ALL TO {APP_ROLE}"
            f" USING ({IN_FAMILY}) WITH CHECK ({IN_FAMILY})"
        ),
        f"GRANT SELECT, INSERT ON calendar_copies TO {APP_ROLE}",
        f"GRANT SELECT (own_remind_before) ON appointment_occurrences TO {DISPATCH_ROLE}",
    ):
        op.execute(statement)
    _replace_check("notifications", "kind", f"kind IN ({KINDS_BEFORE}, 'calendar')")
    # Whoever added an appointment was sent its file.
    with _seeing_all_rows("appointments", "calendar_copies"):
        op.execute(
            "INSERT INTO calendar_copies (id, family_id, user_id, appointment_id)"
            " SELECT gen_random_uuid(), family_id, created_by_id, id FROM appointments"
            " WHERE deleted_at IS NULL"
        )


def downgrade() -> None:
    """What was said of one occurrence only is said of none; nobody's calendar is followed."""
    with _seeing_all_rows("notifications"):
        op.execute("DELETE FROM notifications WHERE kind = 'calendar'")
    _replace_check("notifications", "kind", f"kind IN ({KINDS_BEFORE})")
    op.drop_table("calendar_copies")
    op.drop_index("ix_appointment_occurrences_own", "appointment_occurrences")
    op.drop_constraint(op.f("ck_appointment_occurrences_few_reminders"), "appointment_occurrences")
    op.drop_column("appointment_occurrences", "own_remind_before")
    op.drop_column("appointment_occurrences", "own_details")
    op.drop_index(op.f("ix_appointments_origin_id"), "appointments")
    op.drop_constraint(op.f("fk_appointments_family_id_origin_id"), "appointments")
    op.drop_column("appointments", "origin_id")


def _check(table: str, name: str, condition: str) -> None:
    op.create_check_constraint(op.f(f"ck_{table}_{name}"), table, condition)


def _replace_check(table: str, name: str, condition: str) -> None:
    op.drop_constraint(op.f(f"ck_{table}_{name}"), table)
    _check(table, name, condition)


@contextmanager
def _seeing_all_rows(*tables: str) -> Iterator[None]:
    """Row security is forced on the owner too: lift it inside this revision's transaction."""
    for table in tables:
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    yield
    for table in tables:
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
