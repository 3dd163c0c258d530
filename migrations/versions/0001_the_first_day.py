"""The first day: families, medicines, doses, reminders, and the walls between families.

Revision ID: 0001
Revises:
Created: 2026-11-23

Checked by hand against domain/models. Roles are made by migrations.runner, since they belong to the
cluster; what they may do is said here. A new table without row security would be open to every
family, so each table is walled in the revision that creates it.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

CLOCK_FUNCTION = """
CREATE FUNCTION clock_now() RETURNS timestamptz LANGUAGE sql STABLE PARALLEL SAFE
RETURN statement_timestamp()
     + coalesce(nullif(current_setting('app.clock_offset', true), ''), '0')::interval
"""

TABLES = (
    "medication_logs",
    "notifications",
    "doses",
    "medications",
    "invitations",
    "care_recipients",
    "audit_events",
    "family_members",
    "families",
    "users",
    "inbound_updates",
)

# These look into family_members, so they go before it does.
CROSS_TABLE_POLICIES = (("self_or_family", "users"), ("own", "families"))

# Frozen as of this revision; domain/models/walls.py is what holds today.
APP_ROLE = "carecircle_app"
DISPATCH_ROLE = "carecircle_dispatch"


def _setting(name: str, cast: str) -> str:
    return f"(nullif(current_setting('app.{name}', true), ''))::{cast}"


FAMILY = _setting("family_id", "uuid")
USER = _setting("user_id", "uuid")
TELEGRAM_USER = _setting("telegram_id", "bigint")
UPDATE = _setting("update_id", "bigint")
INVITATION = "decode(nullif(current_setting('app.invitation', true), ''), 'hex')"

IN_FAMILY = f"family_id = {FAMILY}"
OWN_MEMBERSHIP = f"user_id = {USER}"
IS_SELF = f"id = {USER} OR telegram_id = {TELEGRAM_USER}"
SHARES_FAMILY = (
    f"EXISTS (SELECT 1 FROM family_members m WHERE m.user_id = users.id AND m.family_id = {FAMILY})"
)
IS_DISPATCH = f"current_user = '{DISPATCH_ROLE}'"
OWN_FAMILY = (
    f"id = {FAMILY} OR EXISTS (SELECT 1 FROM family_members m"
    f" WHERE m.family_id = families.id AND m.user_id = {USER} AND m.left_at IS NULL)"
)

# table → (policy name, command, role, USING, WITH CHECK)
POLICIES = {
    "users": (
        ("self_or_family", "SELECT", APP_ROLE, f"{IS_SELF} OR {SHARES_FAMILY}", None),
        ("arrives", "INSERT", APP_ROLE, None, f"telegram_id = {TELEGRAM_USER}"),
        ("self", "UPDATE", APP_ROLE, IS_SELF, IS_SELF),
        ("dispatch", "SELECT", DISPATCH_ROLE, IS_DISPATCH, None),
    ),
    "families": (
        ("own", "SELECT", APP_ROLE, OWN_FAMILY, None),
        ("founds", "INSERT", APP_ROLE, None, f"id = {FAMILY} AND created_by_id = {USER}"),
        ("current", "UPDATE", APP_ROLE, f"id = {FAMILY}", f"id = {FAMILY}"),
    ),
    "family_members": (
        ("family_or_self", "SELECT", APP_ROLE, f"{IN_FAMILY} OR {OWN_MEMBERSHIP}", None),
        ("joins", "INSERT", APP_ROLE, None, IN_FAMILY),
        ("family", "UPDATE", APP_ROLE, IN_FAMILY, IN_FAMILY),
        ("dispatch", "SELECT", DISPATCH_ROLE, IS_DISPATCH, None),
    ),
    "invitations": (
        ("family", "ALL", APP_ROLE, IN_FAMILY, IN_FAMILY),
        ("bearer", "SELECT", APP_ROLE, f"token_hash = {INVITATION}", None),
    ),
    "care_recipients": (
        ("family", "ALL", APP_ROLE, IN_FAMILY, IN_FAMILY),
        ("dispatch", "SELECT", DISPATCH_ROLE, IS_DISPATCH, None),
    ),
    "medications": (
        ("family", "ALL", APP_ROLE, IN_FAMILY, IN_FAMILY),
        ("dispatch", "SELECT", DISPATCH_ROLE, IS_DISPATCH, None),
    ),
    "doses": (
        ("family", "ALL", APP_ROLE, IN_FAMILY, IN_FAMILY),
        ("dispatch_reads", "SELECT", DISPATCH_ROLE, IS_DISPATCH, None),
        ("dispatch_moves", "UPDATE", DISPATCH_ROLE, IS_DISPATCH, IS_DISPATCH),
    ),
    "medication_logs": (("family", "ALL", APP_ROLE, IN_FAMILY, IN_FAMILY),),
    "notifications": (
        ("family", "ALL", APP_ROLE, IN_FAMILY, IN_FAMILY),
        ("dispatch", "ALL", DISPATCH_ROLE, IS_DISPATCH, IS_DISPATCH),
    ),
    "audit_events": (
        ("family", "ALL", APP_ROLE, IN_FAMILY, IN_FAMILY),
        ("dispatch", "INSERT", DISPATCH_ROLE, None, IS_DISPATCH),
    ),
    "inbound_updates": (
        (
            "own",
            "ALL",
            APP_ROLE,
            f"update_id = {UPDATE}",
            f"update_id = {UPDATE}",
        ),
        ("dispatch", "ALL", DISPATCH_ROLE, IS_DISPATCH, IS_DISPATCH),
    ),
}

# table → role → privileges. Append-only tables simply have no UPDATE and no DELETE.
GRANTS = {
    "users": {
        APP_ROLE: "SELECT, INSERT, UPDATE",
        DISPATCH_ROLE: "SELECT (id, telegram_id)",
    },
    "families": {APP_ROLE: "SELECT, INSERT, UPDATE"},
    "family_members": {
        APP_ROLE: "SELECT, INSERT, UPDATE",
        DISPATCH_ROLE: "SELECT (family_id, user_id, role, left_at)",
    },
    "invitations": {APP_ROLE: "SELECT, INSERT, UPDATE"},
    "care_recipients": {
        APP_ROLE: "SELECT, INSERT, UPDATE",
        DISPATCH_ROLE: "SELECT (id, family_id, user_id, deleted_at)",
    },
    "medications": {
        APP_ROLE: "SELECT, INSERT, UPDATE",
        DISPATCH_ROLE: "SELECT (id, family_id, status, expanded_until, deleted_at)",
    },
    "doses": {
        APP_ROLE: "SELECT, INSERT, UPDATE",
        DISPATCH_ROLE: (
            "SELECT (id, family_id, care_recipient_id, due_at, window_ends_at, status,"
            " ladder_step, ask_no, next_action_at, snoozed_by_id),"
            " UPDATE (status, ladder_step, ask_no, next_action_at, resolved_at)"
        ),
    },
    "medication_logs": {APP_ROLE: "SELECT, INSERT"},
    "notifications": {
        APP_ROLE: "SELECT, INSERT, UPDATE",
        DISPATCH_ROLE: "SELECT, INSERT, UPDATE",
    },
    "audit_events": {APP_ROLE: "SELECT, INSERT", DISPATCH_ROLE: "INSERT"},
    "inbound_updates": {
        APP_ROLE: "SELECT, UPDATE",
        DISPATCH_ROLE: "SELECT, INSERT, UPDATE, DELETE",
    },
}


def upgrade() -> None:
    op.execute(CLOCK_FUNCTION)
    op.create_table(
        "inbound_updates",
        sa.Column("update_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("chat_id", sa.BigInteger(), nullable=False),
        sa.Column("payload", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("answer", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("status", sa.Text(), server_default="open", nullable=False),
        sa.Column("attempts", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("leased_by", sa.Uuid(), nullable=True),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column(
            "received_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_now()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "status IN ('open', 'applied') OR (payload IS NULL AND answer IS NULL)",
            name=op.f("ck_inbound_updates_finished_updates_keep_no_content"),
        ),
        sa.CheckConstraint(
            "status IN ('open', 'applied', 'done', 'set_aside')",
            name=op.f("ck_inbound_updates_status"),
        ),
        sa.PrimaryKeyConstraint("update_id", name="pk_inbound_updates"),
    )
    op.create_index("ix_inbound_updates_received_at", "inbound_updates", ["received_at"])
    op.create_index(
        "ix_inbound_updates_unfinished",
        "inbound_updates",
        ["chat_id", "update_id"],
        postgresql_where=sa.text("status IN ('open', 'applied')"),
    )
    op.create_table(
        "users",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("telegram_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("language_code", sa.Text(), nullable=True),
        sa.Column("current_family_id", sa.Uuid(), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("blocked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_now()"),
            nullable=False,
        ),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_users"),
        sa.UniqueConstraint("telegram_id", name="uq_users_telegram_id"),
    )
    op.create_table(
        "families",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column(
            "settings", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False
        ),
        sa.Column("created_by_id", sa.Uuid(), nullable=False),
        sa.Column("flow_id", sa.Uuid(), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_now()"),
            nullable=False,
        ),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["created_by_id"], ["users.id"], name="fk_families_created_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_families"),
        sa.UniqueConstraint("flow_id", name="uq_families_flow_id"),
    )
    op.create_index("ix_families_created_by_id", "families", ["created_by_id"])
    # Users and families refer to each other: this key had to wait for both.
    op.create_foreign_key(
        "fk_users_current_family_id", "users", "families", ["current_family_id"], ["id"]
    )
    op.create_table(
        "family_members",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("family_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column(
            "joined_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_now()"),
            nullable=False,
        ),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "role IN ('admin', 'caregiver', 'viewer', 'recipient')",
            name=op.f("ck_family_members_role"),
        ),
        sa.ForeignKeyConstraint(["family_id"], ["families.id"], name="fk_family_members_family_id"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_family_members_user_id"),
        sa.PrimaryKeyConstraint("id", name="pk_family_members"),
        sa.UniqueConstraint("family_id", "user_id", name="uq_family_members_family_id_user_id"),
    )
    op.create_index("ix_family_members_user_id", "family_members", ["user_id"])
    op.create_table(
        "audit_events",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("family_id", sa.Uuid(), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("subject_type", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("before", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("after", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["family_id", "actor_id"],
            ["family_members.family_id", "family_members.user_id"],
            name="fk_audit_events_family_id_actor_id",
        ),
        sa.ForeignKeyConstraint(["family_id"], ["families.id"], name="fk_audit_events_family_id"),
        sa.PrimaryKeyConstraint("id", name="pk_audit_events"),
    )
    op.create_index(
        "ix_audit_events_family_id_created_at", "audit_events", ["family_id", "created_at"]
    )
    op.create_index("ix_audit_events_subject_id", "audit_events", ["subject_id"])
    op.create_table(
        "care_recipients",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("family_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("timezone", sa.Text(), nullable=False),
        sa.Column(
            "medical_info",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default="{}",
            nullable=False,
        ),
        sa.Column("created_by_id", sa.Uuid(), nullable=False),
        sa.Column("flow_id", sa.Uuid(), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_now()"),
            nullable=False,
        ),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["family_id", "created_by_id"],
            ["family_members.family_id", "family_members.user_id"],
            name="fk_care_recipients_family_id_created_by_id",
        ),
        sa.ForeignKeyConstraint(
            ["family_id", "user_id"],
            ["family_members.family_id", "family_members.user_id"],
            name="fk_care_recipients_family_id_user_id",
        ),
        sa.ForeignKeyConstraint(
            ["family_id"], ["families.id"], name="fk_care_recipients_family_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_care_recipients"),
        sa.UniqueConstraint("family_id", "id", name="uq_care_recipients_family_id_id"),
        sa.UniqueConstraint("flow_id", name="uq_care_recipients_flow_id"),
    )
    op.create_index("ix_care_recipients_created_by_id", "care_recipients", ["created_by_id"])
    op.create_index("ix_care_recipients_user_id", "care_recipients", ["user_id"])
    op.create_index(
        "uq_care_recipients_name",
        "care_recipients",
        ["family_id", sa.literal_column("lower(name)")],
        unique=True,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_table(
        "invitations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("family_id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("care_recipient_id", sa.Uuid(), nullable=True),
        sa.Column("created_by_id", sa.Uuid(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_now()"),
            nullable=False,
        ),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("redeemed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("redeemed_by_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "role IN ('admin', 'caregiver', 'viewer', 'recipient')",
            name=op.f("ck_invitations_role"),
        ),
        sa.CheckConstraint(
            "octet_length(token_hash) = 32", name=op.f("ck_invitations_token_hash_is_sha256")
        ),
        sa.ForeignKeyConstraint(
            ["family_id", "care_recipient_id"],
            ["care_recipients.family_id", "care_recipients.id"],
            name="fk_invitations_family_id_care_recipient_id",
        ),
        sa.ForeignKeyConstraint(
            ["family_id", "created_by_id"],
            ["family_members.family_id", "family_members.user_id"],
            name="fk_invitations_family_id_created_by_id",
        ),
        sa.ForeignKeyConstraint(["family_id"], ["families.id"], name="fk_invitations_family_id"),
        sa.ForeignKeyConstraint(
            ["redeemed_by_id"], ["users.id"], name="fk_invitations_redeemed_by_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_invitations"),
        sa.UniqueConstraint("token_hash", name="uq_invitations_token_hash"),
    )
    op.create_index(
        "ix_invitations_family_id_created_by_id", "invitations", ["family_id", "created_by_id"]
    )
    op.create_index("ix_invitations_care_recipient_id", "invitations", ["care_recipient_id"])
    op.create_table(
        "medications",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("family_id", sa.Uuid(), nullable=False),
        sa.Column("care_recipient_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("dosage", sa.Text(), nullable=False),
        sa.Column("schedule", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("status", sa.Text(), server_default="active", nullable=False),
        sa.Column("expanded_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_logged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by_id", sa.Uuid(), nullable=False),
        sa.Column("flow_id", sa.Uuid(), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_now()"),
            nullable=False,
        ),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "status IN ('active', 'paused', 'stopped')", name=op.f("ck_medications_status")
        ),
        sa.ForeignKeyConstraint(
            ["family_id", "care_recipient_id"],
            ["care_recipients.family_id", "care_recipients.id"],
            name="fk_medications_family_id_care_recipient_id",
        ),
        sa.ForeignKeyConstraint(
            ["family_id", "created_by_id"],
            ["family_members.family_id", "family_members.user_id"],
            name="fk_medications_family_id_created_by_id",
        ),
        sa.ForeignKeyConstraint(["family_id"], ["families.id"], name="fk_medications_family_id"),
        sa.PrimaryKeyConstraint("id", name="pk_medications"),
        sa.UniqueConstraint("family_id", "id", name="uq_medications_family_id_id"),
        sa.UniqueConstraint("flow_id", name="uq_medications_flow_id"),
    )
    op.create_index(
        "ix_medications_care_recipient_id_status", "medications", ["care_recipient_id", "status"]
    )
    op.create_index(
        "ix_medications_created_by_id_created_at", "medications", ["created_by_id", "created_at"]
    )
    op.create_index(
        "ix_medications_to_expand",
        "medications",
        ["expanded_until"],
        postgresql_where=sa.text("status = 'active' AND deleted_at IS NULL"),
    )
    op.create_table(
        "doses",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("family_id", sa.Uuid(), nullable=False),
        sa.Column("medication_id", sa.Uuid(), nullable=False),
        sa.Column("care_recipient_id", sa.Uuid(), nullable=False),
        sa.Column("occurrence_key", sa.Text(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("window_ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("medication_name", sa.Text(), nullable=False),
        sa.Column("dosage", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), server_default="pending", nullable=False),
        sa.Column("ladder_step", sa.Text(), server_default="ask", nullable=True),
        sa.Column("ask_no", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("next_action_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("snoozed_by_id", sa.Uuid(), nullable=True),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resolved_by_id", sa.Uuid(), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_now()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "next_action_at = date_trunc('minute', next_action_at, 'UTC')",
            name=op.f("ck_doses_timer_is_a_minute"),
        ),
        sa.CheckConstraint(
            "next_action_at IS NULL OR status = 'pending'",
            name=op.f("ck_doses_only_pending_doses_have_a_timer"),
        ),
        sa.CheckConstraint(
            "status IN ('pending', 'taken', 'skipped', 'missed', 'not_asked', 'cancelled')",
            name=op.f("ck_doses_status"),
        ),
        sa.ForeignKeyConstraint(
            ["family_id", "care_recipient_id"],
            ["care_recipients.family_id", "care_recipients.id"],
            name="fk_doses_family_id_care_recipient_id",
        ),
        sa.ForeignKeyConstraint(
            ["family_id", "medication_id"],
            ["medications.family_id", "medications.id"],
            name="fk_doses_family_id_medication_id",
        ),
        sa.ForeignKeyConstraint(
            ["family_id", "resolved_by_id"],
            ["family_members.family_id", "family_members.user_id"],
            name="fk_doses_family_id_resolved_by_id",
        ),
        sa.ForeignKeyConstraint(
            ["family_id", "snoozed_by_id"],
            ["family_members.family_id", "family_members.user_id"],
            name="fk_doses_family_id_snoozed_by_id",
        ),
        sa.ForeignKeyConstraint(["family_id"], ["families.id"], name="fk_doses_family_id"),
        sa.PrimaryKeyConstraint("id", name="pk_doses"),
        sa.UniqueConstraint("family_id", "id", name="uq_doses_family_id_id"),
        sa.UniqueConstraint(
            "medication_id", "occurrence_key", name="uq_doses_medication_id_occurrence_key"
        ),
    )
    op.create_index("ix_doses_care_recipient_id_due_at", "doses", ["care_recipient_id", "due_at"])
    op.create_index(
        "ix_doses_timer",
        "doses",
        ["next_action_at"],
        postgresql_where=sa.text("next_action_at IS NOT NULL"),
    )
    op.create_table(
        "notifications",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("family_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("care_recipient_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("slot_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ask_no", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("lane", sa.SmallInteger(), nullable=False),
        sa.Column("deadline_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "facts", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False
        ),
        sa.Column("status", sa.Text(), server_default="pending", nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=True),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("maybe_sent", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("wanted_version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("shown_version", sa.Integer(), server_default="0", nullable=False),
        sa.Column("shown_dose_ids", postgresql.ARRAY(sa.Uuid()), nullable=True),
        sa.Column("menu_dose_id", sa.Uuid(), nullable=True),
        sa.Column("chat_id", sa.BigInteger(), nullable=True),
        sa.Column("message_id", sa.BigInteger(), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_now()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "kind IN ('slot_card', 'missed', 'not_asked', 'joined')",
            name=op.f("ck_notifications_kind"),
        ),
        sa.CheckConstraint(
            "status <> 'sent' OR (chat_id IS NOT NULL AND message_id IS NOT NULL)",
            name=op.f("ck_notifications_sent_is_recorded"),
        ),
        sa.CheckConstraint(
            "status IN ('pending', 'sent', 'unreachable', 'obsolete', 'failed')",
            name=op.f("ck_notifications_status"),
        ),
        sa.ForeignKeyConstraint(
            ["family_id", "menu_dose_id"],
            ["doses.family_id", "doses.id"],
            name="fk_notifications_family_id_menu_dose_id",
        ),
        sa.ForeignKeyConstraint(
            ["family_id", "care_recipient_id"],
            ["care_recipients.family_id", "care_recipients.id"],
            name="fk_notifications_family_id_care_recipient_id",
        ),
        sa.ForeignKeyConstraint(
            ["family_id", "user_id"],
            ["family_members.family_id", "family_members.user_id"],
            name="fk_notifications_family_id_user_id",
        ),
        sa.ForeignKeyConstraint(["family_id"], ["families.id"], name="fk_notifications_family_id"),
        sa.PrimaryKeyConstraint("id", name="pk_notifications"),
        sa.UniqueConstraint(
            "care_recipient_id",
            "slot_at",
            "user_id",
            "kind",
            "ask_no",
            name="uq_notifications_card",
        ),
    )
    op.create_index("ix_notifications_family_id_user_id", "notifications", ["family_id", "user_id"])
    op.create_index(
        "ix_notifications_open",
        "notifications",
        ["lane", "deadline_at"],
        postgresql_where=sa.text("status = 'pending' OR shown_version < wanted_version"),
    )
    op.create_index("ix_notifications_user_id", "notifications", ["user_id"])
    op.create_table(
        "medication_logs",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("family_id", sa.Uuid(), nullable=False),
        sa.Column("medication_id", sa.Uuid(), nullable=False),
        sa.Column("dose_id", sa.Uuid(), nullable=True),
        sa.Column("action_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("timestamp", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_now()"),
            nullable=False,
        ),
        sa.Column("recorded_by_id", sa.Uuid(), nullable=False),
        sa.Column("amount", sa.Numeric(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "status IN ('taken', 'skipped', 'undone')", name=op.f("ck_medication_logs_status")
        ),
        sa.CheckConstraint("amount > 0", name=op.f("ck_medication_logs_amount_is_positive")),
        sa.ForeignKeyConstraint(
            ["family_id", "dose_id"],
            ["doses.family_id", "doses.id"],
            name="fk_medication_logs_family_id_dose_id",
        ),
        sa.ForeignKeyConstraint(
            ["family_id", "medication_id"],
            ["medications.family_id", "medications.id"],
            name="fk_medication_logs_family_id_medication_id",
        ),
        sa.ForeignKeyConstraint(
            ["family_id", "recorded_by_id"],
            ["family_members.family_id", "family_members.user_id"],
            name="fk_medication_logs_family_id_recorded_by_id",
        ),
        sa.ForeignKeyConstraint(
            ["family_id"], ["families.id"], name="fk_medication_logs_family_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_medication_logs"),
    )
    op.create_index("ix_medication_logs_dose_id", "medication_logs", ["dose_id"])
    op.create_index("ix_medication_logs_family_id", "medication_logs", ["family_id"])
    op.create_index(
        "ix_medication_logs_medication_id_timestamp",
        "medication_logs",
        ["medication_id", "timestamp"],
    )
    op.create_index(
        "ix_medication_logs_recorded_by_id_recorded_at",
        "medication_logs",
        ["recorded_by_id", "recorded_at"],
    )
    for table, policies in POLICIES.items():
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        for name, command, role, using, check in policies:
            op.execute(
                f"CREATE POLICY {name} ON {table} FOR {command} TO {role}"
                + (f" USING ({using})" if using else "")
                + (f" WITH CHECK ({check})" if check else "")
            )
        for role, privileges in GRANTS[table].items():
            op.execute(f"GRANT {privileges} ON {table} TO {role}")


def downgrade() -> None:
    op.drop_constraint("fk_users_current_family_id", "users", type_="foreignkey")
    for policy, table in CROSS_TABLE_POLICIES:
        op.execute(f"DROP POLICY {policy} ON {table}")
    for table in TABLES:
        op.drop_table(table)
    op.execute("DROP FUNCTION clock_now()")
