"""Policies of the dispatcher ask once per statement who is asking.

``current_user = '…'`` in a policy is a filter on every row, of which PostgreSQL's planner assumes
that half a percent pass. A subquery is evaluated once, and the planner assumes a half.

Revision ID: 0022
Revises: 0021
Created: 2026-12-01

Checked by hand against domain/models.
"""

from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

_PER_ROW = "(CURRENT_USER = ''carecircle_dispatch''::name)"
_ONCE = "( SELECT (CURRENT_USER = ''carecircle_dispatch''::name))"

# pg_policies shows expressions as PostgreSQL writes them, which it reads again.
_REPLACE = """
DO $$
DECLARE
    policy record;
BEGIN
    FOR policy IN
        SELECT tablename, policyname,
               replace(qual, '{before}', '{after}') AS qual,
               replace(with_check, '{before}', '{after}') AS with_check
        FROM pg_policies
        WHERE schemaname = current_schema()
          AND strpos(concat(qual, with_check), '{before}') > 0
    LOOP
        EXECUTE format('ALTER POLICY %I ON %I', policy.policyname, policy.tablename)
            || coalesce(' USING (' || policy.qual || ')', '')
            || coalesce(' WITH CHECK (' || policy.with_check || ')', '');
    END LOOP;
END $$
"""


def upgrade() -> None:
    op.execute(_REPLACE.format(before=_PER_ROW, after=_ONCE))


def downgrade() -> None:
    op.execute(_REPLACE.format(before=_ONCE, after=_PER_ROW))
