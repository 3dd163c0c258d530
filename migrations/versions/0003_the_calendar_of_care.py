"""The calendar of care: doctors, appointments, their occurrences, and where members are.

Revision ID: 0003
Revises: 0002
Created: 2026-11-24

Checked by hand against domain/models.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

# Frozen as of this revision; domain/models/walls.py is what holds today.
APP_ROLE = "carecircle_app"
DISPATCH_ROLE = "carecircle_dispatch"
IN_FAMILY = "family_id = (nullif(current_setting('app.family_id', true), ''))::uuid"
IS_DISPATCH = f"current_user = '{DISPATCH_ROLE}'"

KINDS_BEFORE = "'slot_card', 'missed', 'not_asked', 'joined', 'refill'"

GRANTS = {
    "doctors": {APP_ROLE: "SELECT, INSERT, UPDATE"},
    "appointments": {
        APP_ROLE: "SELECT, INSERT, UPDATE",
        DISPATCH_ROLE: "SELECT (id, family_id, timezone, remind_before, expanded_until)",
    },
    "appointment_occurrences": {
        APP_ROLE: "SELECT, INSERT, UPDATE",
        DISPATCH_ROLE: (
            "SELECT (id, family_id, appointment_id, care_recipient_id, starts_at, ends_at, status,"
            " driver_id, ladder_step, next_action_at),"
            " UPDATE (ladder_step, next_action_at, told_at)"
        ),
    },
}
DISPATCH_POLICIES = {
    "doctors": (),
    "appointments": (("dispatch", "SELECT", None),),
    "appointment_occurrences": (
        ("dispatch_reads", "SELECT", None),
        ("dispatch_moves", "UPDATE", IS_DISPATCH),
    ),
}


def upgrade() -> None:
    op.add_column("users", sa.Column("timezone", sa.Text()))
    _replace_kinds(f"{KINDS_BEFORE}, 'appointment'")
    _create_doctors()
    _create_appointments()
    _create_occurrences()
    for table in GRANTS:
        _wall(table)


def downgrade() -> None:
    """Doctors and appointments are gone with their tables."""
    for table in reversed(GRANTS):
        op.drop_table(table)
    with _seeing_all_rows("notifications"):
        op.execute("DELETE FROM notifications WHERE kind = 'appointment'")
    _replace_kinds(KINDS_BEFORE)
    op.drop_column("users", "timezone")


def _create_doctors() -> None:
    op.create_table(
        "doctors",
        *_of_a_person(),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("specialty", sa.Text()),
        sa.Column("phone", sa.Text()),
        sa.Column("address", sa.Text()),
        sa.Column("note", sa.Text()),
        *_made_by_a_member(),
        _check("doctors", "phone_is_e164", "phone ~ '^[+][0-9]{4,15}$'"),
        _check("doctors", "note_is_short", "length(note) <= 500"),
        *_keys_of_a_person("doctors"),
        *_keys_of_what_is_made("doctors"),
    )
    op.create_index("ix_doctors_care_recipient_id", "doctors", ["care_recipient_id"])
    op.create_index("ix_doctors_created_by_id", "doctors", ["created_by_id"])


def _create_appointments() -> None:
    op.create_table(
        "appointments",
        *_of_a_person(),
        sa.Column("title", sa.Text(), nullable=False),
        _instant("scheduled_at", nullable=False),
        sa.Column("timezone", sa.Text(), nullable=False),
        sa.Column("duration_minutes", sa.SmallInteger(), server_default="60", nullable=False),
        sa.Column("recurrence", sa.Text()),
        _instant("cancelled_from"),
        sa.Column("doctor_id", sa.Uuid()),
        sa.Column("doctor_name", sa.Text()),
        sa.Column("place", sa.Text()),
        sa.Column("bring", sa.Text()),
        sa.Column("note", sa.Text()),
        sa.Column(
            "remind_before",
            postgresql.ARRAY(sa.Integer()),
            server_default=sa.text("'{1440,60}'"),
            nullable=False,
        ),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("sequence", sa.Integer(), server_default="0", nullable=False),
        _instant("expanded_until"),
        *_made_by_a_member(),
        _check("appointments", "duration", "duration_minutes BETWEEN 1 AND 1440"),
        _check("appointments", "few_reminders", "cardinality(remind_before) <= 6"),
        _check("appointments", "note_is_short", "length(note) <= 500"),
        *_keys_of_a_person("appointments"),
        *_keys_of_what_is_made("appointments"),
        sa.ForeignKeyConstraint(
            ["family_id", "doctor_id"],
            ["doctors.family_id", "doctors.id"],
            name="fk_appointments_family_id_doctor_id",
        ),
    )
    op.create_index(
        "ix_appointments_family_id_scheduled_at", "appointments", ["family_id", "scheduled_at"]
    )
    for column in ("care_recipient_id", "doctor_id", "created_by_id"):
        op.create_index(f"ix_appointments_{column}", "appointments", [column])
    op.create_index(
        "ix_appointments_to_expand",
        "appointments",
        ["expanded_until"],
        postgresql_where=sa.text("expanded_until IS NOT NULL"),
    )


def _create_occurrences() -> None:
    table = "appointment_occurrences"
    op.create_table(
        table,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("family_id", sa.Uuid(), nullable=False),
        sa.Column("appointment_id", sa.Uuid(), nullable=False),
        sa.Column("care_recipient_id", sa.Uuid(), nullable=False),
        sa.Column("occurrence_key", sa.Text(), nullable=False),
        _instant("starts_at", nullable=False),
        _instant("ends_at", nullable=False),
        sa.Column("status", sa.Text(), server_default="planned", nullable=False),
        sa.Column("driver_id", sa.Uuid()),
        sa.Column("outcome", sa.Text()),
        sa.Column("outcome_by_id", sa.Uuid()),
        _instant("outcome_at"),
        sa.Column("ladder_step", sa.Text()),
        _instant("next_action_at"),
        _instant("told_at"),
        _now("created_at"),
        _check(table, "status", "status IN ('planned', 'cancelled', 'cut')"),
        _check(table, "ends_after_its_start", "ends_at > starts_at"),
        _check(
            table,
            "timer_is_a_minute",
            "next_action_at = date_trunc('minute', next_action_at, 'UTC')",
        ),
        _check(table, "timer_has_a_step", "(next_action_at IS NULL) = (ladder_step IS NULL)"),
        _check(table, "outcome_is_short", "length(outcome) <= 500"),
        *_keys_of_a_person(table),
        sa.ForeignKeyConstraint(
            ["family_id", "appointment_id"],
            ["appointments.family_id", "appointments.id"],
            name=f"fk_{table}_family_id_appointment_id",
        ),
        _member_key(table, "driver_id"),
        _member_key(table, "outcome_by_id"),
        sa.UniqueConstraint(
            "appointment_id", "occurrence_key", name=f"uq_{table}_appointment_id_occurrence_key"
        ),
    )
    for column in ("family_id", "care_recipient_id", "driver_id"):
        op.create_index(f"ix_{table}_{column}_starts_at", table, [column, "starts_at"])
    op.create_index(f"ix_{table}_outcome_by_id", table, ["outcome_by_id"])
    op.create_index(
        f"ix_{table}_timer",
        table,
        ["next_action_at"],
        postgresql_where=sa.text("next_action_at IS NOT NULL"),
    )


def _of_a_person() -> tuple[sa.Column[Any], ...]:
    return (
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("family_id", sa.Uuid(), nullable=False),
        sa.Column("care_recipient_id", sa.Uuid(), nullable=False),
    )


def _made_by_a_member() -> tuple[sa.Column[Any], ...]:
    return (
        sa.Column("created_by_id", sa.Uuid(), nullable=False),
        sa.Column("flow_id", sa.Uuid()),
        _now("created_at"),
        _instant("deleted_at"),
    )


def _keys_of_a_person(table: str) -> tuple[sa.Constraint, ...]:
    return (
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
        sa.ForeignKeyConstraint(["family_id"], ["families.id"], name=f"fk_{table}_family_id"),
        sa.ForeignKeyConstraint(
            ["family_id", "care_recipient_id"],
            ["care_recipients.family_id", "care_recipients.id"],
            name=f"fk_{table}_family_id_care_recipient_id",
        ),
    )


def _keys_of_what_is_made(table: str) -> tuple[sa.Constraint, ...]:
    return (
        sa.UniqueConstraint("family_id", "id", name=f"uq_{table}_family_id_id"),
        sa.UniqueConstraint("flow_id", name=f"uq_{table}_flow_id"),
        _member_key(table, "created_by_id"),
    )


def _member_key(table: str, column: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["family_id", column],
        ["family_members.family_id", "family_members.user_id"],
        name=f"fk_{table}_family_id_{column}",
    )


def _instant(name: str, *, nullable: bool = True) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _now(name: str) -> sa.Column[Any]:
    return sa.Column(
        name, sa.DateTime(timezone=True), server_default=sa.text("clock_now()"), nullable=False
    )


def _check(table: str, name: str, condition: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(condition, name=op.f(f"ck_{table}_{name}"))


def _wall(table: str) -> None:
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(
        f"CREATE POLICY family ON {table} FOR ALL TO {APP_ROLE}"
        f" USING ({IN_FAMILY}) WITH CHECK ({IN_FAMILY})"
    )
    for name, command, check in DISPATCH_POLICIES[table]:
        op.execute(
            f"CREATE POLICY {name} ON {table} FOR {command} TO {DISPATCH_ROLE}"
            f" USING ({IS_DISPATCH})" + (f" WITH CHECK ({check})" if check else "")
        )
    for role, privileges in GRANTS[table].items():
        op.execute(f"GRANT {privileges} ON {table} TO {role}")


def _replace_kinds(kinds: str) -> None:
    op.drop_constraint(op.f("ck_notifications_kind"), "notifications")
    op.create_check_constraint(op.f("ck_notifications_kind"), "notifications", f"kind IN ({kinds})")


@contextmanager
def _seeing_all_rows(table: str) -> Iterator[None]:
    """Row security is forced on the owner too: lift it inside this revision's transaction."""
    op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    yield
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
