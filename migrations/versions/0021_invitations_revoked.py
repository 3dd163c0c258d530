"""Invitations can be revoked.

Revision ID: 0021
Revises: 0019
Created: 2026-12-01

Checked by hand against domain/models.
"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0019"
branch_labels = None
depends_on = None

_CHECK = "ck_invitations_used_or_revoked"


def upgrade() -> None:
    op.add_column("invitations", sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True))
    op.create_check_constraint(
        op.f(_CHECK), "invitations", "redeemed_at IS NULL OR revoked_at IS NULL"
    )


def downgrade() -> None:
    """A revoked invitation must not come alive again: it's over for the older version, too."""
    op.execute("ALTER TABLE invitations NO FORCE ROW LEVEL SECURITY")
    op.execute(
        "UPDATE invitations SET expires_at = least(expires_at, revoked_at)"
        " WHERE revoked_at IS NOT NULL"
    )
    op.execute("ALTER TABLE invitations FORCE ROW LEVEL SECURITY")
    op.drop_constraint(op.f(_CHECK), "invitations", type_="check")
    op.drop_column("invitations", "revoked_at")
