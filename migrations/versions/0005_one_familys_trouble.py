"""One family's trouble is nobody else's: work set aside row by row, messages that are closed.

Revision ID: 0005
Revises: 0004
Created: 2026-11-28

Checked by hand against domain/models.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

# Frozen as of this revision; domain/models/walls.py is what holds today.
APP_ROLE = "carecircle_app"
DISPATCH_ROLE = "carecircle_dispatch"
IN_FAMILY = "family_id = (nullif(current_setting('app.family_id', true), ''))::uuid"
IS_DISPATCH = f"current_user = '{DISPATCH_ROLE}'"
STATUSES_BEFORE = "'pending', 'sent', 'unreachable', 'obsolete', 'failed'"
STATUSES = "'pending', 'sent', 'closed', 'unreachable', 'obsolete', 'failed'"


def upgrade() -> None:
    op.create_table(
        "set_asides",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("family_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("failures", sa.SmallInteger(), server_default="1", nullable=False),
        sa.Column(
            "failed_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_now()"),
            nullable=False,
        ),
        sa.Column("retry_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint(
            "kind IN ('dose', 'appointment', 'stock', 'pause', 'expansion', 'series')",
            name=op.f("ck_set_asides_kind"),
        ),
        sa.CheckConstraint("failures > 0", name=op.f("ck_set_asides_has_failed")),
        sa.ForeignKeyConstraint(
            ["family_id"], ["families.id"], name=op.f("fk_set_asides_family_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_set_asides")),
        sa.UniqueConstraint("kind", "subject_id", name=op.f("uq_set_asides_kind_subject_id")),
    )
    op.create_index(op.f("ix_set_asides_family_id"), "set_asides", ["family_id"])
    for statement in (
        "ALTER TABLE set_asides ENABLE ROW LEVEL SECURITY",
        "ALTER TABLE set_asides FORCE ROW LEVEL SECURITY",
        f"CREATE POLICY family ON set_asides FOR SELECT TO {APP_ROLE} USING ({IN_FAMILY})",
        (
            f"CREATE POLICY dispatch ON set_asides FOR ALL TO {DISPATCH_ROLE}"
            f" USING ({IS_DISPATCH}) WITH CHECK ({IS_DISPATCH})"
        ),
        f"GRANT SELECT ON set_asides TO {APP_ROLE}",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON set_asides TO {DISPATCH_ROLE}",
    ):
        op.execute(statement)

    op.add_column("notifications", sa.Column("leased_by", sa.Uuid()))
    _replace_check("notifications", "status", f"status IN ({STATUSES})")
    _replace_check(
        "notifications",
        "sent_is_recorded",
        "status <> 'sent' OR (chat_id IS NOT NULL AND sent_at IS NOT NULL)",
    )
    op.drop_constraint(
        op.f("ck_inbound_updates_finished_updates_keep_no_content"), "inbound_updates"
    )
    _check(
        "inbound_updates",
        "done_updates_keep_no_content",
        "status <> 'done' OR (payload IS NULL AND answer IS NULL)",
    )


def downgrade() -> None:
    """What was set aside is tried again. Messages that were closed, or whose ids nobody knows, are
    not edited any more.
    """
    op.drop_table("set_asides")
    with _seeing_all_rows("notifications", "inbound_updates"):
        op.execute(
            "UPDATE notifications SET status = 'obsolete', shown_version = wanted_version"
            " WHERE status = 'closed' OR (status = 'sent' AND message_id IS NULL)"
        )
        op.execute(
            "UPDATE inbound_updates SET payload = NULL, answer = NULL WHERE status = 'set_aside'"
        )
    op.drop_column("notifications", "leased_by")
    _replace_check("notifications", "status", f"status IN ({STATUSES_BEFORE})")
    _replace_check(
        "notifications",
        "sent_is_recorded",
        "status <> 'sent' OR (chat_id IS NOT NULL AND message_id IS NOT NULL)",
    )
    op.drop_constraint(op.f("ck_inbound_updates_done_updates_keep_no_content"), "inbound_updates")
    _check(
        "inbound_updates",
        "finished_updates_keep_no_content",
        "status IN ('open', 'applied') OR (payload IS NULL AND answer IS NULL)",
    )


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
