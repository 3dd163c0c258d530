"""Edited messages: which message an update was, and what was done for it, without its text.

Revision ID: 0007
Revises: 0006
Created: 2026-11-28

Checked by hand against domain/models.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("inbound_updates", sa.Column("message_id", sa.BigInteger()))
    op.add_column("inbound_updates", sa.Column("text_digest", sa.LargeBinary()))
    op.add_column("inbound_updates", sa.Column("acts", postgresql.ARRAY(sa.Uuid())))
    op.add_column("inbound_updates", sa.Column("acted_in", sa.Uuid()))
    op.add_column(
        "inbound_updates",
        sa.Column("was_answer", sa.Boolean(), server_default="false", nullable=False),
    )
    op.create_index(
        "ix_inbound_updates_message",
        "inbound_updates",
        ["chat_id", "message_id"],
        postgresql_where=sa.text("message_id IS NOT NULL"),
    )


def downgrade() -> None:
    """What was done for a message is forgotten: an edit of it is one of a message that nobody
    knows.
    """
    op.drop_index("ix_inbound_updates_message", "inbound_updates")
    for name in ("was_answer", "acted_in", "acts", "text_digest", "message_id"):
        op.drop_column("inbound_updates", name)
