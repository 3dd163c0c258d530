"""The family is told that somebody needs help.

Revision ID: 0010
Revises: 0009
Created: 2026-11-30

Checked by hand against domain/models.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

KINDS_BEFORE = (
    "'slot_card', 'missed', 'not_asked', 'joined', 'refill', 'appointment',"
    " 'record_changed', 'pause_ends', 'calendar', 'changes'"
)
KINDS = f"{KINDS_BEFORE}, 'alarm'"


def upgrade() -> None:
    _replace_kinds(KINDS)


def downgrade() -> None:
    """What was told stays in the chats; that it was is forgotten."""
    with _seeing_all_rows("notifications"):
        op.execute("DELETE FROM notifications WHERE kind = 'alarm'")
    _replace_kinds(KINDS_BEFORE)


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
