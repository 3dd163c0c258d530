"""Emergency contacts: whom to call, and whom first.

Revision ID: 0023
Revises: 0022
Created: 2026-12-01

Checked by hand against domain/models.
"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

_TABLE = "emergency_contacts"
_FAMILY = "(nullif(current_setting('app.family_id', true), ''))::uuid"
_PEOPLE = "nullif(current_setting('app.people', true), '')"
_ABOUT = (
    f"family_id = {_FAMILY} AND (care_recipient_id IS NULL OR {_PEOPLE} IS NULL"
    f" OR care_recipient_id = ANY (({_PEOPLE})::uuid[]))"
)
_IS_PURGED = (
    f"(SELECT current_user = 'carecircle_dispatch') AND family_id = {_FAMILY}"
    f" AND EXISTS (SELECT 1 FROM families f WHERE f.id = {_FAMILY}"
    " AND f.purge_at <= clock_now() AND f.deleted_at IS NOT NULL)"
)


def upgrade() -> None:
    op.create_table(
        _TABLE,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("family_id", sa.Uuid(), nullable=False),
        sa.Column("care_recipient_id", sa.Uuid()),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("relation", sa.Text()),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("note", sa.Text()),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("created_by_id", sa.Uuid(), nullable=False),
        sa.Column("flow_id", sa.Uuid()),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_now()"),
            nullable=False,
        ),
        sa.Column("deleted_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint(
            "phone ~ '^[+][0-9]{4,15}$'", name=op.f("ck_emergency_contacts_phone_is_e164")
        ),
        sa.CheckConstraint("length(note) <= 500", name=op.f("ck_emergency_contacts_note_is_short")),
        sa.CheckConstraint("position >= 0", name=op.f("ck_emergency_contacts_position")),
        sa.ForeignKeyConstraint(
            ["family_id"], ["families.id"], name=op.f("fk_emergency_contacts_family_id")
        ),
        sa.ForeignKeyConstraint(
            ["family_id", "care_recipient_id"],
            ["care_recipients.family_id", "care_recipients.id"],
            name=op.f("fk_emergency_contacts_family_id_care_recipient_id"),
        ),
        sa.ForeignKeyConstraint(
            ["family_id", "created_by_id"],
            ["family_members.family_id", "family_members.user_id"],
            name=op.f("fk_emergency_contacts_family_id_created_by_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_emergency_contacts")),
        sa.UniqueConstraint("family_id", "id", name=op.f("uq_emergency_contacts_family_id_id")),
        sa.UniqueConstraint("flow_id", name=op.f("uq_emergency_contacts_flow_id")),
    )
    op.create_index(
        op.f("ix_emergency_contacts_family_id_position"), _TABLE, ["family_id", "position"]
    )
    for column in ("care_recipient_id", "created_by_id"):
        op.create_index(op.f(f"ix_emergency_contacts_{column}"), _TABLE, [column])
    op.execute(f"ALTER TABLE {_TABLE} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {_TABLE} FORCE ROW LEVEL SECURITY")
    op.execute(
        f"CREATE POLICY family ON {_TABLE} FOR ALL TO carecircle_app"
        f" USING ({_ABOUT}) WITH CHECK ({_ABOUT})"
    )
    for name, command in (("purge", "DELETE"), ("purge_reads", "SELECT")):
        op.execute(
            f"CREATE POLICY {name} ON {_TABLE} FOR {command} TO carecircle_dispatch"
            f" USING ({_IS_PURGED})"
        )
    op.execute(f"GRANT SELECT, INSERT, UPDATE ON {_TABLE} TO carecircle_app")
    op.execute(f"GRANT SELECT (id, family_id), DELETE ON {_TABLE} TO carecircle_dispatch")


def downgrade() -> None:
    """The contacts are gone with their table."""
    op.drop_table(_TABLE)
