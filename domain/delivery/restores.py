"""Noticing that the database was restored from a backup.

What a backup owes to people was sent long ago, and what has happened since isn't in it. So nothing
is sent from a restored database until an operator says so. A database is another one if its server
or its number there differs; a snapshot that is put back in its place can't be told from it.
"""

from sqlalchemy import func, select, text, update
from sqlalchemy.dialects.postgresql import insert

from domain.database.scope import Scope
from domain.models.delivery import Installation

_ONE = 1  # the only row
_NUMBER = text("SELECT oid FROM pg_database WHERE datname = current_database()")
_SERVER = text("SELECT system_identifier FROM pg_control_system()")
# A hosting company may keep its server to itself; that must not hold back a reminder.
_TELLS_SERVER = text("SELECT has_function_privilege('pg_control_system()', 'execute')")


async def is_restored(scope: Scope) -> bool:
    """Whether messages were last sent from another database than this one. The first database ever
    is remembered. Runs as the dispatcher.
    """
    identity = await _identity(scope)
    await scope.execute(
        insert(Installation)
        .values(id=_ONE, database_identity=identity)
        .on_conflict_do_nothing(index_elements=[Installation.id])
    )
    sends_from = await scope.connection.scalar(select(Installation.database_identity))
    return bool(sends_from != identity)


async def resume(scope: Scope) -> bool:
    """Send from this database from now on. Returns whether it was held back. Runs as the
    dispatcher.
    """
    was_held = await is_restored(scope)
    if was_held:
        await scope.execute(
            update(Installation).values(
                database_identity=await _identity(scope), resumed_at=func.clock_now()
            )
        )
    return was_held


async def _identity(scope: Scope) -> str:
    tells = await scope.connection.scalar(_TELLS_SERVER)
    server = await scope.connection.scalar(_SERVER) if tells else "unknown"
    return f"{server}/{await scope.connection.scalar(_NUMBER)}"
