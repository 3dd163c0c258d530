"""``carecircle db …``: manages the schema, and opens a shell on the data."""

import os
import shutil
import signal
import subprocess
from pathlib import Path

from sqlalchemy.engine import URL, make_url

from bot.commands.servers import reach_servers
from bot.embedded import EmbeddedError, find_psql
from bot.settings import Settings
from migrations import runner

PSQL_NOTICE = """\
Tables are read-only here, until you say: SET default_transaction_read_only = off;
Families are walled off, also from the owner of the tables. To look into one:
    SET ROLE carecircle_app;
    SELECT set_config('app.family_id', 'ID OF THE FAMILY', false);
"""


async def upgrade(settings: Settings, *, revision: str) -> str:
    """Migrate the schema to *revision*; returns the text to print."""
    async with reach_servers(settings) as addresses:
        await runner.upgrade(addresses.owner, serving_url=addresses.serving, revision=revision)
        return await _where(addresses.owner)


async def downgrade(settings: Settings, *, revision: str, may_lose_data: bool) -> str:
    """Migrate the schema back to *revision*. Refused while a bot runs on embedded servers, and if
    families would lose what they entered, unless *may_lose_data*.
    """
    async with reach_servers(settings, alone=True) as addresses:
        if not may_lose_data and await runner.holds_families(addresses.serving):
            raise runner.MigrationError(
                "There are families in this database, and downgrading deletes what they entered."
                " If that's what you want, add --yes."
            )
        await runner.downgrade(addresses.owner, revision=revision)
        return await _where(addresses.owner)


async def new_revision(settings: Settings, *, message: str) -> str:
    """Write a revision file from the difference between models and database."""
    async with reach_servers(settings) as addresses:
        await runner.revision(addresses.owner, message=message)
    return "A new revision is in migrations/versions: read it before you commit it."


async def check(settings: Settings) -> str:
    """Raises MigrationError if the models contain anything that no revision creates."""
    async with reach_servers(settings) as addresses:
        await runner.check(addresses.owner)
    return "Models and revisions agree."


async def reset(settings: Settings) -> str:
    """Delete all data and rebuild the schema; refused while a bot runs on embedded servers."""
    async with reach_servers(settings, alone=True) as addresses:
        await runner.reset(addresses.owner, serving_url=addresses.serving)
        return f"All data has been deleted. {await _where(addresses.owner)}"


async def studio(settings: Settings) -> int:
    """Open psql on the owner's database and wait for it; returns its exit code."""
    async with reach_servers(settings) as addresses:
        url = make_url(addresses.owner)
        program = shutil.which("psql") or _bundled_psql()
        if program is None:
            print(
                "psql is not installed. Any PostgreSQL client can open"
                f" {url.set(drivername='postgresql').render_as_string(hide_password=True)}"
            )
            return 1
        print(PSQL_NOTICE)
        return _wait_for(program, url)


async def _where(owner_url: str) -> str:
    found = await runner.current(owner_url)
    return f"The schema is at revision {found}." if found else "The schema is empty."


def _bundled_psql() -> str | None:
    try:
        return str(find_psql())
    except EmbeddedError:
        return None


def _wait_for(program: str, url: URL) -> int:
    # Ctrl-C cancels a query in psql; it must not stop us, and the servers, underneath it.
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        return subprocess.run([program], env=_psql_environment(url), check=False).returncode
    finally:
        signal.signal(signal.SIGINT, before)


def _psql_environment(url: URL) -> dict[str, str]:
    """The address as libpq's variables: everybody on the machine can read arguments."""
    host = url.host or url.query.get("host")
    named = {
        "PGHOST": host if isinstance(host, str) else None,
        "PGPORT": str(url.port) if url.port else None,
        "PGUSER": url.username,
        "PGPASSWORD": url.password,
        "PGDATABASE": url.database,
        "PGSSLMODE": url.query.get("ssl"),
        "PGOPTIONS": "-c default_transaction_read_only=on",
        "PSQL_HISTORY": str(Path(os.devnull)),
    }
    return os.environ | {name: value for name, value in named.items() if isinstance(value, str)}
