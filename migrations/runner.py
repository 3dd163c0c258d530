"""Runs Alembic against a database, and makes the roles that revisions grant to.

Roles belong to the whole cluster, so they cannot live in revisions: a second database of the same
server would find them there already. Every function takes SQLAlchemy asyncpg URLs and raises
:class:`MigrationError` with one plain sentence.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

from domain.models.row_security import DISPATCH_ROLE, ROLES

# Any number that nobody else locks: two replicas that start together migrate one after the other.
MIGRATION_LOCK = 0x_CA2E_C12C
LOCK_TIMEOUT = "10s"  # a revision that waits for a lock makes everybody behind it wait too
STATEMENT_TIMEOUT = "15min"

ROLE_EXISTS = text("SELECT true FROM pg_roles WHERE rolname = :role")
MAY_TAKE = text("SELECT pg_has_role(:login, :role, 'MEMBER')")


class MigrationError(Exception):
    """A migration could not be done. ``str()`` is one plain sentence."""


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    config.attributes["connection"] = connection
    return config


@asynccontextmanager
async def _connect(url: str) -> AsyncIterator[AsyncConnection]:
    engine = create_async_engine(url, poolclass=NullPool)
    connection = engine.connect()
    try:
        await connection.start()
    except DBAPIError as error:
        raise MigrationError(f"The database cannot be reached: {error.orig}") from error
    except OSError as error:
        raise MigrationError(f"The database cannot be reached: {error}") from error
    try:
        yield connection
    finally:
        await connection.close()
        await engine.dispose()


async def _run(url: str, action: Callable[[Config], object]) -> None:
    async with _connect(url) as connection:
        # Before there are timeouts: whoever migrates now may take longer than they allow.
        await connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": MIGRATION_LOCK})
        await connection.execute(
            text("SELECT set_config('lock_timeout', :t, false)"), {"t": LOCK_TIMEOUT}
        )
        await connection.execute(
            text("SELECT set_config('statement_timeout', :t, false)"), {"t": STATEMENT_TIMEOUT}
        )
        await connection.commit()
        try:
            await connection.run_sync(lambda sync: action(_config(sync)))
        except CommandError as error:
            raise MigrationError(f"{error}") from error
        except DBAPIError as error:
            await connection.rollback()
            raise MigrationError(f"The database refused a revision: {error.orig}") from error
        finally:
            # The lock goes with the session, which ends with this connection.
            await connection.commit()


async def create_roles(owner_url: str, *, serving_url: str) -> None:
    """Make the roles of the walls where they are missing; let the serving login take them."""
    serving_login = make_url(serving_url).username
    async with _connect(owner_url) as connection:
        quote = connection.dialect.identifier_preparer.quote_identifier
        for role in ROLES:
            await _create_role(connection, role)
            for login in {serving_login, make_url(owner_url).username} - {None}:
                # Since PostgreSQL 16 making a role does not include the right to take it.
                try:
                    async with connection.begin_nested():
                        await connection.execute(text(f"GRANT {role} TO {quote(str(login))}"))
                except DBAPIError as error:
                    # Somebody else made the role; all is well where they let us take it.
                    if not await connection.scalar(MAY_TAKE, {"login": login, "role": role}):
                        raise MigrationError(
                            f"Ask the database's administrator for: GRANT {role} TO {login}"
                        ) from error
        await connection.commit()


async def _create_role(connection: AsyncConnection, role: str) -> None:
    """Asked for first, since a login that may not make roles is told so even of one that exists."""
    if await connection.scalar(ROLE_EXISTS, {"role": role}):
        return
    try:
        # Two databases of one server may get here at the same time.
        await connection.execute(
            text(
                f"DO $$ BEGIN CREATE ROLE {role} NOLOGIN NOSUPERUSER NOBYPASSRLS;"
                " EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$"
            )
        )
    except DBAPIError as error:
        raise MigrationError(
            f"Ask the database's administrator for: CREATE ROLE {role} NOLOGIN"
        ) from error


async def upgrade(owner_url: str, *, serving_url: str, revision: str = "head") -> None:
    """Create the roles, then run every revision up to *revision*."""
    await create_roles(owner_url, serving_url=serving_url)
    await _run(owner_url, lambda config: command.upgrade(config, revision))


async def downgrade(owner_url: str, *, revision: str = "-1") -> None:
    """Run revisions backwards to *revision* (``-1``: one, ``base``: all)."""
    await _run(owner_url, lambda config: command.downgrade(config, revision))


async def holds_families(url: str) -> bool:
    """Whether anybody's data are in this database. *url* must be a login that may take our roles:
    the owner itself sees nothing through the walls.
    """
    async with _connect(url) as connection:
        try:
            await connection.execute(text(f"SET LOCAL ROLE {DISPATCH_ROLE}"))
            return bool(await connection.scalar(text("SELECT EXISTS (SELECT FROM family_members)")))
        except DBAPIError:
            return False  # no such role or table: nothing was ever in it


async def revision(owner_url: str, *, message: str) -> None:
    """Write a new revision file from what the models have and the database has not."""
    await _run(
        owner_url, lambda config: command.revision(config, message=message, autogenerate=True)
    )


async def check(owner_url: str) -> None:
    """Raise MigrationError unless the models hold nothing that no revision makes."""
    await _run(owner_url, command.check)


async def reset(owner_url: str, *, serving_url: str) -> None:
    """Delete everything and build the schema anew."""
    await downgrade(owner_url, revision="base")
    await upgrade(owner_url, serving_url=serving_url)


def head() -> str | None:
    """The newest revision this program carries."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    return ScriptDirectory.from_config(config).get_current_head()


async def current(url: str) -> str | None:
    """The revision the database is at; None before the first."""
    async with _connect(url) as connection:
        return await connection.run_sync(
            lambda sync: MigrationContext.configure(sync).get_current_revision()
        )
