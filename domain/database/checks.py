"""Checks of the server at start: the rights of the login, and its clock."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from domain.database.requests import as_dispatch, as_person
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
    """Why serving over this connection would be unsafe, in one sentence; None if it is not.

    Asked with the roles taken, as everything that serves asks: a superuser, a role that bypasses
    row security or the owner of the tables would see through the walls.
    """
    for request in (as_person(UUID(int=0)), as_dispatch()):
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

    # The second transaction has a connection already: what it measures is no round trips more.
    for _ in range(2):
        await database.run(nothing, as_dispatch())
    return database.clock.skew
