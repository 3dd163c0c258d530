"""A dose that nobody records is asked about again, and then the others are told.

Revision ID: 0012
Revises: 0011
Created: 2026-11-30

Checked by hand against domain/models.
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_GRANTS = "SELECT (rung), UPDATE (rung, held_by_id, held_until)"


def upgrade() -> None:
    op.add_column("doses", sa.Column("rung", sa.SmallInteger(), server_default="0", nullable=False))
    op.add_column("doses", sa.Column("held_by_id", sa.Uuid()))
    op.add_column("doses", sa.Column("held_until", sa.DateTime(timezone=True)))
    op.create_foreign_key(
        op.f("fk_doses_family_id_held_by_id"),
        "doses",
        "family_members",
        ["family_id", "held_by_id"],
        ["family_id", "user_id"],
    )
    op.create_check_constraint(op.f("ck_doses_rung_counts_up"), "doses", "rung >= 0")
    check = "(held_until IS NULL) = (held_by_id IS NULL)"
    op.create_check_constraint(op.f("ck_doses_who_is_on_it"), "doses", check)
    op.execute(f"GRANT {_GRANTS} ON doses TO carecircle_dispatch")


def downgrade() -> None:
    """Whoever is on it is forgotten; a dose that waits for its next step is missed at the end of
    its window.
    """
    op.execute("ALTER TABLE doses NO FORCE ROW LEVEL SECURITY")
    op.execute(
        "UPDATE doses SET ladder_step = 'miss', next_action_at = date_trunc('minute',"
        " window_ends_at + interval '59 seconds', 'UTC') WHERE ladder_step IN ('again', 'others')"
    )
    op.execute("ALTER TABLE doses FORCE ROW LEVEL SECURITY")
    op.execute(f"REVOKE {_GRANTS} ON doses FROM carecircle_dispatch")
    op.drop_constraint(op.f("ck_doses_who_is_on_it"), "doses")
    op.drop_constraint(op.f("ck_doses_rung_counts_up"), "doses")
    op.drop_constraint(op.f("fk_doses_family_id_held_by_id"), "doses")
    op.drop_column("doses", "held_until")
    op.drop_column("doses", "held_by_id")
    op.drop_column("doses", "rung")
