"""What each member hears, and when: levels, digests, quiet hours, their clock, hidden names.

Revision ID: 0014
Revises: 0013
Created: 2026-12-01

Checked by hand against domain/models.
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

KINDS_BEFORE = (
    "'slot_card', 'missed', 'not_asked', 'joined', 'refill', 'appointment',"
    " 'record_changed', 'pause_ends', 'calendar', 'changes', 'alarm', 'unreachable',"
    " 'asked_first', 'test'"
)
KINDS = f"{KINDS_BEFORE}, 'digest'"
WORK_BEFORE = "'dose', 'appointment', 'stock', 'pause', 'expansion', 'series'"
WORK = f"{WORK_BEFORE}, 'digest'"
_TIMES = ("morning_at", "evening_at", "quiet_from", "quiet_until")
_CHECKS = {
    "digests_differ": "morning_at <> evening_at",
    "quiet_hours_end": (
        "(quiet_from IS NULL) = (quiet_until IS NULL) AND quiet_from <> quiet_until"
    ),
    "digest_timer_is_a_minute": "digest_at = date_trunc('minute', digest_at, 'UTC')",
}
_GRANTS = (
    "SELECT (id, digest_at) ON family_members",
    "SELECT (hears) ON care_assignments",
)


def upgrade() -> None:
    op.add_column("users", sa.Column("hour_cycle", sa.Text(), server_default="h23", nullable=False))
    op.create_check_constraint(op.f("ck_users_hour_cycle"), "users", "hour_cycle IN ('h12', 'h23')")
    for name in _TIMES:
        op.add_column("family_members", sa.Column(name, sa.Time()))
    op.add_column("family_members", sa.Column("digest_at", sa.DateTime(timezone=True)))
    op.add_column(
        "family_members",
        sa.Column("hides_names", sa.Boolean(), server_default="false", nullable=False),
    )
    for name, condition in _CHECKS.items():
        op.create_check_constraint(op.f(f"ck_family_members_{name}"), "family_members", condition)
    op.create_index(
        "ix_family_members_digest_timer",
        "family_members",
        ["digest_at"],
        postgresql_where=sa.text("digest_at IS NOT NULL"),
    )
    op.alter_column("care_assignments", "asked_first", server_default="false")
    op.add_column(
        "care_assignments",
        sa.Column("hears", sa.Text(), server_default="everything", nullable=False),
    )
    op.create_check_constraint(
        op.f("ck_care_assignments_hears"),
        "care_assignments",
        "hears IN ('everything', 'missed', 'digest', 'emergencies')",
    )
    _replace_check("notifications", KINDS)
    _replace_check("set_asides", WORK)
    for grant in _GRANTS:
        op.execute(f"GRANT {grant} TO carecircle_dispatch")


def _replace_check(table: str, kinds: str) -> None:
    name = op.f(f"ck_{table}_kind")
    op.drop_constraint(name, table)
    op.create_check_constraint(name, table, f"kind IN ({kinds})")


def downgrade() -> None:
    """Everybody hears everything again, by a clock of 24 hours, and the window is the usual one."""
    for grant in _GRANTS:
        op.execute(f"REVOKE {grant} FROM carecircle_dispatch")
    for table in ("families", "notifications", "set_asides"):
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    op.execute("UPDATE families SET settings = settings - 'window_minutes'")
    op.execute("DELETE FROM notifications WHERE kind = 'digest'")
    op.execute("DELETE FROM set_asides WHERE kind = 'digest'")
    for table in ("families", "notifications", "set_asides"):
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    _replace_check("set_asides", WORK_BEFORE)
    _replace_check("notifications", KINDS_BEFORE)
    op.drop_constraint(op.f("ck_care_assignments_hears"), "care_assignments")
    op.drop_column("care_assignments", "hears")
    op.alter_column("care_assignments", "asked_first", server_default=None)
    op.drop_index("ix_family_members_digest_timer", "family_members")
    for name in _CHECKS:
        op.drop_constraint(op.f(f"ck_family_members_{name}"), "family_members")
    for name in ("hides_names", "digest_at", *_TIMES):
        op.drop_column("family_members", name)
    op.drop_constraint(op.f("ck_users_hour_cycle"), "users")
    op.drop_column("users", "hour_cycle")
