"""The family's group: where its cards go, and the groups that the bot is in.

Revision ID: 0018
Revises: 0017
Created: 2026-12-01

Checked by hand against domain/models.
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

KINDS_BEFORE = (
    "'slot_card', 'missed', 'not_asked', 'joined', 'refill', 'appointment',"
    " 'record_changed', 'pause_ends', 'calendar', 'changes', 'alarm', 'unreachable',"
    " 'asked_first', 'test', 'digest', 'membership'"
)
KINDS = f"{KINDS_BEFORE}, 'group'"

_FAMILY = "(nullif(current_setting('app.family_id', true), ''))::uuid"
_IS_DISPATCH = "current_user = 'carecircle_dispatch'"
_WALLS = (
    "ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
)
_POLICIES = (
    (
        f"CREATE POLICY family ON family_groups FOR ALL TO carecircle_app"
        f" USING (family_id = {_FAMILY}) WITH CHECK (family_id = {_FAMILY})"
    ),
    (
        f"CREATE POLICY dispatch ON family_groups FOR SELECT TO carecircle_dispatch"
        f" USING ({_IS_DISPATCH})"
    ),
    (
        f"CREATE POLICY dispatch ON group_stays FOR ALL TO carecircle_dispatch"
        f" USING ({_IS_DISPATCH}) WITH CHECK ({_IS_DISPATCH})"
    ),
)
_GRANTS = (
    "GRANT SELECT, INSERT, UPDATE ON family_groups TO carecircle_app",
    (
        "GRANT SELECT (id, family_id, chat_id, receives, unbound_at) ON family_groups"
        " TO carecircle_dispatch"
    ),
    "GRANT SELECT, INSERT, UPDATE, DELETE ON group_stays TO carecircle_dispatch",
)


def upgrade() -> None:
    _create_family_groups()
    op.create_table(
        "group_stays",
        sa.Column("chat_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("language_code", sa.Text()),
        sa.Column(
            "joined_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_now()"),
            nullable=False,
        ),
        sa.Column("leave_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("chat_id", name=op.f("pk_group_stays")),
    )
    op.create_index(op.f("ix_group_stays_leave_at"), "group_stays", ["leave_at"])
    for table in ("family_groups", "group_stays"):
        for statement in _WALLS:
            op.execute(statement.format(table=table))
    for statement in (*_POLICIES, *_GRANTS):
        op.execute(statement)
    op.add_column("notifications", sa.Column("group_id", sa.Uuid()))
    op.alter_column("notifications", "user_id", nullable=True)
    op.create_foreign_key(
        op.f("fk_notifications_family_id_group_id"),
        "notifications",
        "family_groups",
        ["family_id", "group_id"],
        ["family_id", "id"],
    )
    for name, condition in (
        ("has_one_receiver", "num_nonnulls(user_id, group_id) = 1"),
        ("groups_get_cards", "group_id IS NULL OR kind = 'slot_card'"),
    ):
        op.create_check_constraint(op.f(f"ck_notifications_{name}"), "notifications", condition)
    op.create_index(
        "uq_notifications_group_card",
        "notifications",
        ["group_id", "care_recipient_id", "slot_at", "ask_no", "part"],
        unique=True,
        postgresql_where=sa.text("group_id IS NOT NULL"),
    )
    _replace_kinds(KINDS)


def _create_family_groups() -> None:
    op.create_table(
        "family_groups",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("family_id", sa.Uuid(), nullable=False),
        sa.Column("chat_id", sa.BigInteger(), nullable=False),
        sa.Column("message_thread_id", sa.BigInteger()),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("receives", sa.Text(), nullable=False),
        sa.Column("hides_names", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("language_code", sa.Text()),
        sa.Column("bound_by_id", sa.Uuid(), nullable=False),
        sa.Column(
            "bound_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_now()"),
            nullable=False,
        ),
        sa.Column("unbound_at", sa.DateTime(timezone=True)),
        sa.Column("why", sa.Text()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_family_groups")),
        sa.UniqueConstraint("family_id", "id", name=op.f("uq_family_groups_family_id_id")),
        sa.ForeignKeyConstraint(
            ["family_id"], ["families.id"], name=op.f("fk_family_groups_family_id")
        ),
        sa.ForeignKeyConstraint(
            ["family_id", "bound_by_id"],
            ["family_members.family_id", "family_members.user_id"],
            name=op.f("fk_family_groups_family_id_bound_by_id"),
        ),
        sa.CheckConstraint(
            "receives IN ('beside', 'instead')", name=op.f("ck_family_groups_receives")
        ),
        sa.CheckConstraint(
            "why IN ('admin', 'replaced', 'removed', 'no_right')",
            name=op.f("ck_family_groups_why"),
        ),
        sa.CheckConstraint(
            "(unbound_at IS NULL) = (why IS NULL)", name=op.f("ck_family_groups_unbound_says_why")
        ),
    )
    op.create_index(
        op.f("ix_family_groups_family_id_bound_by_id"),
        "family_groups",
        ["family_id", "bound_by_id"],
    )
    for name, column in (("chat", "chat_id"), ("family", "family_id")):
        op.create_index(
            f"uq_family_groups_bound_{name}",
            "family_groups",
            [column],
            unique=True,
            postgresql_where=sa.text("unbound_at IS NULL"),
        )


def _replace_kinds(kinds: str) -> None:
    name = op.f("ck_notifications_kind")
    op.drop_constraint(name, "notifications")
    op.create_check_constraint(name, "notifications", f"kind IN ({kinds})")


def downgrade() -> None:
    """Cards of groups, and what was told of groups, are gone; the next cards are private."""
    op.execute("ALTER TABLE notifications NO FORCE ROW LEVEL SECURITY")
    op.execute("DELETE FROM notifications WHERE group_id IS NOT NULL OR kind = 'group'")
    op.execute("ALTER TABLE notifications FORCE ROW LEVEL SECURITY")
    _replace_kinds(KINDS_BEFORE)
    op.drop_index("uq_notifications_group_card", "notifications")
    for name in ("has_one_receiver", "groups_get_cards"):
        op.drop_constraint(op.f(f"ck_notifications_{name}"), "notifications")
    op.drop_constraint(op.f("fk_notifications_family_id_group_id"), "notifications")
    op.alter_column("notifications", "user_id", nullable=False)
    op.drop_column("notifications", "group_id")
    op.drop_table("group_stays")
    op.drop_table("family_groups")
