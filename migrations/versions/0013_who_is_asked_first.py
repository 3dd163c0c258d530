"""Who is asked first about a person's doses, by which ladder, and who can't be reached.

Revision ID: 0013
Revises: 0012
Created: 2026-11-30

Checked by hand against domain/models.
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

KINDS_BEFORE = (
    "'slot_card', 'missed', 'not_asked', 'joined', 'refill', 'appointment',"
    " 'record_changed', 'pause_ends', 'calendar', 'changes', 'alarm'"
)
KINDS = f"{KINDS_BEFORE}, 'unreachable', 'asked_first', 'test'"
_FAMILY = "family_id = (nullif(current_setting('app.family_id', true), ''))::uuid"
_IS_DISPATCH = "current_user = 'carecircle_dispatch'"
_GRANTS = (
    "SELECT (id, settings) ON families",
    "SELECT (ladder) ON medications",
    "SELECT (medication_id) ON doses",
)


def upgrade() -> None:
    op.add_column("medications", sa.Column("ladder", sa.Text()))
    op.create_check_constraint(
        op.f("ck_medications_ladder"), "medications", "ladder IN ('usual', 'steep', 'once')"
    )
    _create_assignments()
    _replace_kinds(KINDS)
    op.execute(
        f"CREATE POLICY dispatch ON families FOR SELECT TO carecircle_dispatch"
        f" USING ({_IS_DISPATCH})"
    )
    for grant in _GRANTS:
        op.execute(f"GRANT {grant} TO carecircle_dispatch")


def _replace_kinds(kinds: str) -> None:
    name = op.f("ck_notifications_kind")
    op.drop_constraint(name, "notifications")
    op.create_check_constraint(name, "notifications", f"kind IN ({kinds})")


def _create_assignments() -> None:
    op.create_table(
        "care_assignments",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("family_id", sa.Uuid(), nullable=False),
        sa.Column("care_recipient_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("asked_first", sa.Boolean(), nullable=False),
        sa.Column("created_by_id", sa.Uuid(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_now()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_care_assignments")),
        sa.UniqueConstraint(
            "care_recipient_id",
            "user_id",
            name=op.f("uq_care_assignments_care_recipient_id_user_id"),
        ),
        sa.ForeignKeyConstraint(
            ["family_id"], ["families.id"], name=op.f("fk_care_assignments_family_id")
        ),
        sa.ForeignKeyConstraint(
            ["family_id", "care_recipient_id"],
            ["care_recipients.family_id", "care_recipients.id"],
            name=op.f("fk_care_assignments_family_id_care_recipient_id"),
        ),
        sa.ForeignKeyConstraint(
            ["family_id", "user_id"],
            ["family_members.family_id", "family_members.user_id"],
            name=op.f("fk_care_assignments_family_id_user_id"),
        ),
        sa.ForeignKeyConstraint(
            ["family_id", "created_by_id"],
            ["family_members.family_id", "family_members.user_id"],
            name=op.f("fk_care_assignments_family_id_created_by_id"),
        ),
    )
    op.create_index(
        op.f("ix_care_assignments_family_id_user_id"), "care_assignments", ["family_id", "user_id"]
    )
    op.create_index(
        op.f("ix_care_assignments_created_by_id"), "care_assignments", ["created_by_id"]
    )
    op.execute("ALTER TABLE care_assignments ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE care_assignments FORCE ROW LEVEL SECURITY")
    op.execute(
        f"CREATE POLICY family ON care_assignments FOR ALL TO carecircle_app"
        f" USING ({_FAMILY}) WITH CHECK ({_FAMILY})"
    )
    op.execute(
        f"CREATE POLICY dispatch ON care_assignments FOR SELECT TO carecircle_dispatch"
        f" USING ({_IS_DISPATCH})"
    )
    op.execute("GRANT SELECT, INSERT, UPDATE ON care_assignments TO carecircle_app")
    op.execute(
        "GRANT SELECT (family_id, care_recipient_id, user_id, asked_first) ON care_assignments"
        " TO carecircle_dispatch"
    )


def downgrade() -> None:
    """Who is asked first and how often is forgotten: every admin and caregiver is, as usual."""
    for grant in _GRANTS:
        op.execute(f"REVOKE {grant} FROM carecircle_dispatch")
    op.execute("DROP POLICY dispatch ON families")
    op.drop_table("care_assignments")
    for table in ("families", "notifications"):
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    op.execute("UPDATE families SET settings = settings - 'ladder'")
    op.execute("DELETE FROM notifications WHERE kind IN ('unreachable', 'asked_first', 'test')")
    for table in ("families", "notifications"):
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    _replace_kinds(KINDS_BEFORE)
    op.drop_constraint(op.f("ck_medications_ladder"), "medications")
    op.drop_column("medications", "ladder")
