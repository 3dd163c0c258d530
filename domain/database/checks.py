"""Checks at startup: the rights of the database login, and the clock."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from domain.database.requests import as_dispatch, as_user
from domain.database.scope import Scope
from domain.database.unit_of_work import Database

_RIGHTS = text("""
    SELECT r.rolsuper, r.rolbypassrls,
           EXISTS (SELECT 1 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                   WHERE n.nspname = 'public' AND c.relkind = 'r' AND c.relowner = r.oid)
               AS is_owner
    FROM pg_roles r WHERE r.rolname = current_user
""")


async def find_unsafe_rights(database: Database) -> str | None:
    """Why it would be unsafe to serve over this connection, in one sentence; None if it's safe.

    Checked with each role taken, as in every transaction. A superuser, a role with BYPASSRLS or the
    owner of the tables can see through row security.
    """
    for request in (as_user(UUID(int=0)), as_dispatch()):
        try:
            rights = await database.run(lambda scope: scope.row(_RIGHTS), request)
        except ProgrammingError:
            return f"this login may not take the role {request.role}: run `carecircle db upgrade`."
        if rights is None or rights.rolsuper or rights.rolbypassrls or rights.is_owner:
            return f"the role {request.role} could read the data of other families."
    return None


async def measure_skew(database: Database) -> timedelta:
    """How far PostgreSQL's clock is ahead of ours, give or take a round trip."""

    async def nothing(_: Scope) -> None: ...

    # The first transaction also opens the connection; the second one measures just a round trip.
    for _ in range(2):
        await database.run(nothing, as_dispatch())
    return database.clock.skew
