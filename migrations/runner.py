"""Runs Alembic against a database, and creates the roles that revisions grant to.

Roles belong to the whole cluster, so revisions can't create them: in a second database on the same
server they would already exist. Every function takes SQLAlchemy asyncpg URLs and raises
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

# An arbitrary key, unique to us: two replicas that start together migrate one after the other.
MIGRATION_LOCK = 0x_CA2E_C12C
LOCK_TIMEOUT = "10s"  # everybody queues behind a revision that waits for a lock
STATEMENT_TIMEOUT = "15min"

ROLE_EXISTS = text("SELECT true FROM pg_roles WHERE rolname = :role")
MAY_TAKE = text("SELECT pg_has_role(:login, :role, 'MEMBER')")


class MigrationError(Exception):
    """A migration failed. ``str()`` is one plain sentence."""


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
        # Before the timeouts are set: another migration may take longer than they allow.
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
            # The lock is released with the session, when this connection closes.
            await connection.commit()


async def create_roles(owner_url: str, *, serving_url: str) -> None:
    """Create the roles that are missing, and let the serving login take them."""
    serving_login = make_url(serving_url).username
    async with _connect(owner_url) as connection:
        quote = connection.dialect.identifier_preparer.quote_identifier
        for role in ROLES:
            await _create_role(connection, role)
            for login in {serving_login, make_url(owner_url).username} - {None}:
                # Since PostgreSQL 16, creating a role doesn't include the right to take it.
                try:
                    async with connection.begin_nested():
                        await connection.execute(text(f"GRANT {role} TO {quote(str(login))}"))
                except DBAPIError as error:
                    # Somebody else created the role. That's fine as long as we may take it.
                    if not await connection.scalar(MAY_TAKE, {"login": login, "role": role}):
                        raise MigrationError(
                            f"Ask the database's administrator for: GRANT {role} TO {login}"
                        ) from error
        await connection.commit()


async def _create_role(connection: AsyncConnection, role: str) -> None:
    """Checks for the role first: without CREATEROLE, creating it fails even if it exists."""
    if await connection.scalar(ROLE_EXISTS, {"role": role}):
        return
    try:
        # Migrations of two databases on one server may get here at the same time.
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
    """Downgrade to *revision* (``-1``: by one, ``base``: all the way)."""
    await _run(owner_url, lambda config: command.downgrade(config, revision))


async def holds_families(url: str) -> bool:
    """Whether this database has anybody's data. *url* must be a login that may take our roles: row
    security hides everything from the owner.
    """
    async with _connect(url) as connection:
        try:
            await connection.execute(text(f"SET LOCAL ROLE {DISPATCH_ROLE}"))
            return bool(await connection.scalar(text("SELECT EXISTS (SELECT FROM family_members)")))
        except DBAPIError:
            return False  # no such role or table: the database was never used


async def revision(owner_url: str, *, message: str) -> None:
    """Write a new revision file from the differences between the models and the database."""
    await _run(
        owner_url, lambda config: command.revision(config, message=message, autogenerate=True)
    )


async def check(owner_url: str) -> None:
    """Raises MigrationError if the models have anything that no revision creates."""
    await _run(owner_url, command.check)


async def reset(owner_url: str, *, serving_url: str) -> None:
    """Delete everything and recreate the schema."""
    await downgrade(owner_url, revision="base")
    await upgrade(owner_url, serving_url=serving_url)


def head() -> str | None:
    """The newest revision in this program."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    return ScriptDirectory.from_config(config).get_current_head()


async def current(url: str) -> str | None:
    """The current revision of the database; None before the first one."""
    async with _connect(url) as connection:
        return await connection.run_sync(
            lambda sync: MigrationContext.configure(sync).get_current_revision()
        )
