"""Which database messages are sent from, so that a restored backup sends none by itself.

Revision ID: 0015
Revises: 0014
Created: 2026-12-01

Checked by hand against domain/models.
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_IS_DISPATCH = "current_user = 'carecircle_dispatch'"


def upgrade() -> None:
    op.create_table(
        "installations",
        sa.Column("id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("database_identity", sa.Text(), nullable=False),
        sa.Column(
            "resumed_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_now()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_installations")),
        sa.CheckConstraint("id = 1", name=op.f("ck_installations_is_one")),
    )
    op.execute("ALTER TABLE installations ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE installations FORCE ROW LEVEL SECURITY")
    op.execute(
        f"CREATE POLICY dispatch ON installations FOR ALL TO carecircle_dispatch"
        f" USING ({_IS_DISPATCH}) WITH CHECK ({_IS_DISPATCH})"
    )
    op.execute("GRANT SELECT, INSERT, UPDATE ON installations TO carecircle_dispatch")


def downgrade() -> None:
    """The next upgrade takes the database that it finds for the one that messages are sent from."""
    op.drop_table("installations")
