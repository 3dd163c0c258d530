"""A medicine is called by its looks, too: "the white one".

Revision ID: 0011
Revises: 0010
Created: 2026-11-30

Checked by hand against domain/models.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "medications",
        sa.Column("nicknames", ARRAY(sa.Text()), server_default="{}", nullable=False),
    )
    check = "cardinality(nicknames) <= 5"
    op.create_check_constraint(op.f("ck_medications_nicknames_are_few"), "medications", check)


def downgrade() -> None:
    """What a medicine was called by its looks is forgotten; it is asked again."""
    op.drop_constraint(op.f("ck_medications_nicknames_are_few"), "medications")
    op.drop_column("medications", "nicknames")
