"""What the label says: how something is taken and what for, amounts that are a range, parts of a
person's day.

Revision ID: 0009
Revises: 0008
Created: 2026-11-29

Checked by hand against domain/models.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

COLUMNS: dict[str, list[sa.Column[Any]]] = {
    "care_recipients": [sa.Column("day_times", JSONB())],
    "medications": [
        sa.Column("dosage_most", sa.Numeric()),
        sa.Column("instructions", sa.Text()),
        sa.Column("reason", sa.Text()),
    ],
    "doses": [sa.Column("most", sa.Numeric()), sa.Column("moment", JSONB())],
}
CHECKS = {
    "medications": {
        "range_goes_up": "dosage_most > dosage_amount",
        "range_has_a_start": "dosage_most IS NULL OR dosage_amount IS NOT NULL",
        "instructions_are_short": "length(instructions) BETWEEN 1 AND 300",
        "reason_is_short": "length(reason) BETWEEN 1 AND 100",
    },
    "doses": {
        "range_goes_up": "most > amount",
        "range_has_a_start": "most IS NULL OR amount IS NOT NULL",
    },
}

# Only what else is newer makes it unreadable: a last dose within a day, days left out, months.
MOMENTS_AS_CLOCK_TIMES = """
    UPDATE medications SET schedule = jsonb_set(schedule - 'moments', '{version}', '2')
    WHERE schedule ->> 'kind' = 'wall_clock' AND schedule ->> 'version' = '3'
      AND NOT schedule ?| ARRAY['last_at', 'except_on']
      AND schedule -> 'days' ->> 'pattern' IN ('daily', 'weekly', 'monthly', 'cycle')
      AND NOT (schedule -> 'days' ->> 'pattern' = 'monthly' AND schedule -> 'days' ? 'every')
"""


def upgrade() -> None:
    for table, columns in COLUMNS.items():
        for column in columns:
            op.add_column(table, column)
    for table, checks in CHECKS.items():
        for name, check in checks.items():
            op.create_check_constraint(op.f(f"ck_{table}_{name}"), table, check)


def downgrade() -> None:
    """What was noted beside a medicine is lost, and so are the times of a person's day: a schedule
    that hangs on them keeps the times that it has. A medicine whose schedule the older program
    can't read is stopped and deleted softly, since that program would fail on the whole list: no
    dose of it is made wrongly, and its doses to come are called off.
    """
    with _seeing_all_rows("medications", "doses"):
        op.execute(MOMENTS_AS_CLOCK_TIMES)
        newer = "(schedule ->> 'version')::int > 2"
        op.execute(
            "UPDATE doses SET status = 'cancelled', next_action_at = NULL, ladder_step = NULL"
            " WHERE status = 'pending'"
            f" AND medication_id IN (SELECT id FROM medications WHERE {newer})"
        )
        op.execute(
            "UPDATE medications SET status = 'stopped', resumes_at = NULL,"
            " is_paused_with_person = false, stock_check_at = NULL,"
            f" deleted_at = coalesce(deleted_at, now()) WHERE {newer}"
        )
    for table, checks in CHECKS.items():
        for name in checks:
            op.drop_constraint(op.f(f"ck_{table}_{name}"), table)
    for table, columns in COLUMNS.items():
        for column in reversed(columns):
            op.drop_column(table, column.name)


@contextmanager
def _seeing_all_rows(*tables: str) -> Iterator[None]:
    """Row security is forced on the owner too: lift it inside this revision's transaction."""
    for table in tables:
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    yield
    for table in tables:
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
