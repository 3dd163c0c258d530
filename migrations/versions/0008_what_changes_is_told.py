"""What changes is told: one message a minute for each reader, who may turn it off.

Revision ID: 0008
Revises: 0007
Created: 2026-11-28

Checked by hand against domain/models.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

KINDS_BEFORE = (
    "'slot_card', 'missed', 'not_asked', 'joined', 'refill', 'appointment',"
    " 'record_changed', 'pause_ends', 'calendar'"
)
KINDS = f"{KINDS_BEFORE}, 'changes'"


def upgrade() -> None:
    op.add_column(
        "family_members",
        sa.Column("hears_of_changes", sa.Boolean(), server_default="true", nullable=False),
    )
    _replace_kinds(KINDS)
    op.create_index(
        "uq_notifications_changes",
        "notifications",
        ["family_id", "user_id", "slot_at"],
        unique=True,
        postgresql_where=sa.text("kind = 'changes'"),
    )


def downgrade() -> None:
    """What was told stays in the chats; that it was is forgotten, and so is who wants none."""
    op.drop_index("uq_notifications_changes", "notifications")
    with _seeing_all_rows("notifications"):
        op.execute("DELETE FROM notifications WHERE kind = 'changes'")
    _replace_kinds(KINDS_BEFORE)
    op.drop_column("family_members", "hears_of_changes")


def _replace_kinds(kinds: str) -> None:
    name = op.f("ck_notifications_kind")
    op.drop_constraint(name, "notifications")
    op.create_check_constraint(name, "notifications", f"kind IN ({kinds})")


@contextmanager
def _seeing_all_rows(*tables: str) -> Iterator[None]:
    """Row security is forced on the owner too: lift it inside this revision's transaction."""
    for table in tables:
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    yield
    for table in tables:
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
