"""Members who see only some of the people cared for, and reminders with one big button.

Revision ID: 0017
Revises: 0016
Created: 2026-12-01

Checked by hand against domain/models.
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_KINDS_BEFORE = (
    "'slot_card', 'missed', 'not_asked', 'joined', 'refill', 'appointment',"
    " 'record_changed', 'pause_ends', 'calendar', 'changes', 'alarm', 'unreachable',"
    " 'asked_first', 'test', 'digest'"
)
_FAMILY = "family_id = (nullif(current_setting('app.family_id', true), ''))::uuid"
_PEOPLE = "nullif(current_setting('app.people', true), '')"
#: Tables whose rows are about one person, and the column that names them.
_ABOUT = {
    "care_recipients": "id",
    "medications": "care_recipient_id",
    "doses": "care_recipient_id",
    "doctors": "care_recipient_id",
    "appointments": "care_recipient_id",
    "appointment_occurrences": "care_recipient_id",
}


def upgrade() -> None:
    for table, column in (
        ("family_members", "is_restricted"),
        ("family_members", "has_big_cards"),
        ("care_assignments", "sees"),
    ):
        op.add_column(
            table,
            sa.Column(column, sa.Boolean(), server_default=sa.text("false"), nullable=False),
        )
    op.create_check_constraint(
        op.f("ck_family_members_admins_see_all"),
        "family_members",
        "NOT (is_restricted AND role = 'admin')",
    )
    op.execute(
        "CREATE POLICY self ON care_assignments FOR SELECT TO carecircle_app"
        " USING (user_id = (nullif(current_setting('app.user_id', true), ''))::uuid)"
    )
    op.execute("GRANT SELECT (is_restricted) ON family_members TO carecircle_dispatch")
    op.execute("GRANT SELECT (sees) ON care_assignments TO carecircle_dispatch")
    for table, column in _ABOUT.items():
        sees = f"({_PEOPLE} IS NULL OR {column} = ANY (({_PEOPLE})::uuid[]))"
        op.execute(
            f"ALTER POLICY family ON {table} USING ({_FAMILY} AND {sees})"
            f" WITH CHECK ({_FAMILY} AND {sees})"
        )
    _replace_kinds(f"{_KINDS_BEFORE}, 'membership'")


def _replace_kinds(kinds: str) -> None:
    name = op.f("ck_notifications_kind")
    op.drop_constraint(name, "notifications")
    op.create_check_constraint(name, "notifications", f"kind IN ({kinds})")


def downgrade() -> None:
    """Everybody sees everybody again, and what was told of members is forgotten."""
    op.execute("ALTER TABLE notifications NO FORCE ROW LEVEL SECURITY")
    op.execute("DELETE FROM notifications WHERE kind = 'membership'")
    op.execute("ALTER TABLE notifications FORCE ROW LEVEL SECURITY")
    _replace_kinds(_KINDS_BEFORE)
    for table in _ABOUT:
        op.execute(f"ALTER POLICY family ON {table} USING ({_FAMILY}) WITH CHECK ({_FAMILY})")
    op.execute("DROP POLICY self ON care_assignments")
    op.drop_constraint(op.f("ck_family_members_admins_see_all"), "family_members")
    for table, column in (
        ("care_assignments", "sees"),
        ("family_members", "has_big_cards"),
        ("family_members", "is_restricted"),
    ):
        op.drop_column(table, column)
