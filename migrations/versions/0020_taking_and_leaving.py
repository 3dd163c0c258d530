"""Taking one's data, and leaving: exports, users who were erased, families that are purged.

Revision ID: 0020
Revises: 0019
Created: 2026-12-01

Checked by hand against domain/models.
"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

KINDS_BEFORE = (
    "'slot_card', 'missed', 'not_asked', 'joined', 'refill', 'appointment',"
    " 'record_changed', 'pause_ends', 'calendar', 'changes', 'alarm', 'unreachable',"
    " 'asked_first', 'test', 'digest', 'membership', 'group'"
)
KINDS = f"{KINDS_BEFORE}, 'family_news'"

_FAMILY = "(nullif(current_setting('app.family_id', true), ''))::uuid"
_IS_DISPATCH = "current_user = 'carecircle_dispatch'"
_IS_PURGED = (
    f"{_IS_DISPATCH} AND family_id = {_FAMILY} AND EXISTS (SELECT 1 FROM families f"
    f" WHERE f.id = {_FAMILY} AND f.purge_at <= clock_now() AND f.deleted_at IS NOT NULL)"
)
#: Deleted with their family (as are invitations and notifications), and whether the dispatcher
#: could read their keys before.
_PURGED = {
    "family_members": True,
    "care_recipients": True,
    "care_assignments": True,
    "family_groups": True,
    "medications": True,
    "doses": True,
    "doctors": False,
    "appointments": True,
    "appointment_occurrences": True,
    "calendar_copies": False,
    "medication_logs": False,
    "stock_movements": False,
    "audit_events": False,
}
_GRANTS = (
    ("SELECT (current_family_id), UPDATE (current_family_id)", "users"),
    ("SELECT (dissolved_at, purge_at, deleted_at), UPDATE (purge_at, deleted_at)", "families"),
    ("SELECT (id)", "care_assignments"),
    ("SELECT (origin_id)", "appointments"),
    ("SELECT (id, family_id)", "doctors"),
    ("SELECT (id, family_id)", "calendar_copies"),
    ("SELECT (id, family_id, corrects_id, undoes_id)", "medication_logs"),
    ("SELECT (id, family_id)", "stock_movements"),
    ("SELECT (id, family_id, undoes_id)", "audit_events"),
    *(("DELETE", table) for table in ("families", *_PURGED)),
)
_OWN_GRANTS = ("care_assignments", "calendar_copies")


def upgrade() -> None:
    op.alter_column("users", "telegram_id", nullable=True)
    op.add_column("families", sa.Column("dissolved_at", sa.DateTime(timezone=True)))
    op.add_column("families", sa.Column("purge_at", sa.DateTime(timezone=True)))
    op.create_check_constraint(
        op.f("ck_families_what_is_dissolved_ends"),
        "families",
        "dissolved_at IS NULL OR purge_at IS NOT NULL",
    )
    op.create_index(
        "ix_families_purge",
        "families",
        ["purge_at"],
        postgresql_where=sa.text("purge_at IS NOT NULL"),
    )
    _replace_kinds(KINDS)
    _create_exports()
    op.execute(
        "CREATE POLICY purge ON users FOR UPDATE TO carecircle_dispatch"
        f" USING ({_IS_DISPATCH} AND current_family_id = {_FAMILY})"
        f" WITH CHECK ({_IS_DISPATCH} AND current_family_id IS NULL)"
    )
    op.execute(
        "CREATE POLICY dispatch_moves ON families FOR UPDATE TO carecircle_dispatch"
        f" USING ({_IS_DISPATCH}) WITH CHECK ({_IS_DISPATCH})"
    )
    op.execute(
        "CREATE POLICY purge ON families FOR DELETE TO carecircle_dispatch"
        f" USING ({_IS_DISPATCH} AND id = {_FAMILY} AND purge_at <= clock_now()"
        " AND deleted_at IS NOT NULL)"
    )
    for table, could_read in _PURGED.items():
        op.execute(
            f"CREATE POLICY purge ON {table} FOR DELETE TO carecircle_dispatch USING ({_IS_PURGED})"
        )
        if not could_read:
            op.execute(
                f"CREATE POLICY purge_reads ON {table} FOR SELECT TO carecircle_dispatch"
                f" USING ({_IS_PURGED})"
            )
    for privileges, table in _GRANTS:
        op.execute(f"GRANT {privileges} ON {table} TO carecircle_dispatch")
    for table in _OWN_GRANTS:
        op.execute(f"GRANT DELETE ON {table} TO carecircle_app")


def _create_exports() -> None:
    op.create_table(
        "exports",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("family_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.Text(), server_default="waiting", nullable=False),
        sa.Column("message_id", sa.BigInteger()),
        sa.Column("maybe_sent", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("attempts", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("leased_by", sa.Uuid()),
        sa.Column("leased_until", sa.DateTime(timezone=True)),
        sa.Column(
            "requested_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_now()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "status IN ('waiting', 'sent', 'failed')", name=op.f("ck_exports_status")
        ),
        sa.ForeignKeyConstraint(
            ["family_id", "user_id"],
            ["family_members.family_id", "family_members.user_id"],
            name=op.f("fk_exports_family_id_user_id"),
        ),
        sa.ForeignKeyConstraint(["family_id"], ["families.id"], name=op.f("fk_exports_family_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exports")),
    )
    op.create_index(op.f("ix_exports_family_id_user_id"), "exports", ["family_id", "user_id"])
    op.create_index(op.f("ix_exports_user_id_requested_at"), "exports", ["user_id", "requested_at"])
    op.create_index(
        "ix_exports_waiting",
        "exports",
        ["requested_at"],
        postgresql_where=sa.text("status = 'waiting'"),
    )
    op.execute("ALTER TABLE exports ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE exports FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY family ON exports FOR ALL TO carecircle_app"
        f" USING (family_id = {_FAMILY}) WITH CHECK (family_id = {_FAMILY})"
    )
    op.execute(
        "CREATE POLICY own ON exports FOR SELECT TO carecircle_app"
        " USING (user_id = (nullif(current_setting('app.user_id', true), ''))::uuid)"
    )
    op.execute(
        "CREATE POLICY dispatch ON exports FOR ALL TO carecircle_dispatch"
        f" USING ({_IS_DISPATCH}) WITH CHECK ({_IS_DISPATCH})"
    )
    op.execute("GRANT SELECT, INSERT ON exports TO carecircle_app")
    op.execute("GRANT SELECT, UPDATE, DELETE ON exports TO carecircle_dispatch")


def _replace_kinds(kinds: str) -> None:
    name = op.f("ck_notifications_kind")
    op.drop_constraint(name, "notifications")
    op.create_check_constraint(name, "notifications", f"kind IN ({kinds})")


def downgrade() -> None:
    """Families that were to end stay. Who was erased gets a number that no account has."""
    for table in _OWN_GRANTS:
        op.execute(f"REVOKE DELETE ON {table} FROM carecircle_app")
    for privileges, table in _GRANTS:
        op.execute(f"REVOKE {privileges} ON {table} FROM carecircle_dispatch")
    for table, could_read in _PURGED.items():
        op.execute(f"DROP POLICY purge ON {table}")
        if not could_read:
            op.execute(f"DROP POLICY purge_reads ON {table}")
    op.execute("DROP POLICY purge ON families")
    op.execute("DROP POLICY dispatch_moves ON families")
    op.execute("DROP POLICY purge ON users")
    op.drop_table("exports")
    for table in ("users", "notifications"):
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    op.execute("DELETE FROM notifications WHERE kind = 'family_news'")
    op.execute("""
        UPDATE users u SET telegram_id = -numbered.number
        FROM (SELECT id, row_number() OVER (ORDER BY id) AS number FROM users
              WHERE telegram_id IS NULL) AS numbered
        WHERE u.id = numbered.id
    """)
    for table in ("users", "notifications"):
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    _replace_kinds(KINDS_BEFORE)
    op.drop_index("ix_families_purge", "families")
    op.drop_constraint(op.f("ck_families_what_is_dissolved_ends"), "families")
    op.drop_column("families", "purge_at")
    op.drop_column("families", "dissolved_at")
    op.alter_column("users", "telegram_id", nullable=False)
