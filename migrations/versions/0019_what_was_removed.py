"""Where changes were made, and what's deleted once its time is over.

Revision ID: 0019
Revises: 0018
Created: 2026-12-01

Checked by hand against domain/models.
"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

WORK_BEFORE = "'dose', 'appointment', 'stock', 'pause', 'expansion', 'series', 'digest'"
WORK = f"{WORK_BEFORE}, 'invitation', 'notification'"
DISPATCH = "carecircle_dispatch"
IS_DISPATCH = f"current_user = '{DISPATCH}'"
_POLICIES = {"dispatch_reads": "SELECT", "dispatch_deletes": "DELETE"}
_GRANTS = (
    "SELECT (id, family_id, expires_at) ON invitations",
    "DELETE ON invitations",
    "DELETE ON notifications",
)


def upgrade() -> None:
    op.add_column("audit_events", sa.Column("origin", sa.Text()))
    op.create_check_constraint(
        op.f("ck_audit_events_origin"), "audit_events", "origin IN ('private', 'group')"
    )
    _set_works(WORK)
    op.create_index(op.f("ix_invitations_expires_at"), "invitations", ["expires_at"])
    op.create_index(
        op.f("ix_notifications_created_at"),
        "notifications",
        ["created_at"],
        postgresql_using="brin",
    )
    for policy, command in _POLICIES.items():
        op.execute(
            f"CREATE POLICY {policy} ON invitations FOR {command} TO {DISPATCH}"
            f" USING ({IS_DISPATCH})"
        )
    for grant in _GRANTS:
        op.execute(f"GRANT {grant} TO {DISPATCH}")


def downgrade() -> None:
    """What was deleted stays so; where changes were made isn't known any more."""
    for grant in _GRANTS:
        op.execute(f"REVOKE {grant} FROM {DISPATCH}")
    for policy in _POLICIES:
        op.execute(f"DROP POLICY {policy} ON invitations")
    op.drop_index(op.f("ix_notifications_created_at"), "notifications")
    op.drop_index(op.f("ix_invitations_expires_at"), "invitations")
    op.execute("ALTER TABLE set_asides NO FORCE ROW LEVEL SECURITY")
    op.execute("DELETE FROM set_asides WHERE kind IN ('invitation', 'notification')")
    op.execute("ALTER TABLE set_asides FORCE ROW LEVEL SECURITY")
    _set_works(WORK_BEFORE)
    op.drop_constraint(op.f("ck_audit_events_origin"), "audit_events")
    op.drop_column("audit_events", "origin")


def _set_works(works: str) -> None:
    op.drop_constraint(op.f("ck_set_asides_kind"), "set_asides")
    op.create_check_constraint(op.f("ck_set_asides_kind"), "set_asides", f"kind IN ({works})")
