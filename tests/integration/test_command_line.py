"""The command line as people and scripts use it: as a program, by its exit codes and its words."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import asyncpg
import pytest
import pytest_asyncio

from bot.embedded import EmbeddedServers
from bot.sandbox import Sandbox
from bot.settings import Settings
from domain.clock import Clock
from domain.database.engine import make_engine
from domain.database.unit_of_work import Database
from tests import factories
from tests.databases import new_database

ROOT = Path(__file__).parents[2]


class Shell:
    """A folder and an environment in which CareCircle is called."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        ours = {name.upper() for name in Settings.model_fields}
        self.environment = {
            name: value for name, value in os.environ.items() if name.upper() not in ours
        } | {
            "PYTHONPATH": str(ROOT),
            "PYTHONWARNINGS": "error",
            "CARECIRCLE_DATA": str(folder / "data"),
        }

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(  # noqa: S603 -- our own program
            [sys.executable, "-m", "bot", *arguments],
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    async def call(self, *arguments: str, typed: str = "") -> tuple[int, str, str]:
        """Exit code, standard output, standard error."""
        process = self.start(*arguments)
        out, err = await asyncio.to_thread(process.communicate, typed, timeout=60)
        return process.returncode, out, err


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path)


@pytest_asyncio.fixture
async def empty_database(servers: EmbeddedServers, shell: Shell) -> AsyncIterator[str]:
    async with new_database(servers.database_url) as url:
        shell.environment["DATABASE_URL"] = url
        yield url


async def tables(url: str) -> set[str]:
    connection = await asyncpg.connect(url.replace("+asyncpg", ""))
    try:
        rows = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    finally:
        await connection.close()
    return {row["tablename"] for row in rows}


async def test_a_bad_setting_is_exit_code_2_and_one_sentence(shell: Shell) -> None:
    shell.environment["PORT"] = "http"
    for arguments in ([], ["sandbox"], ["doctor"], ["db", "upgrade"]):
        code, out, err = await shell.call(*arguments)
        assert (code, out) == (2, "")
        assert err.startswith("PORT: ")
        assert err.count("\n") == 1


@pytest.mark.parametrize("arguments", [["dance"], ["db"], ["sandbox", "--port", "0"]])
async def test_wrong_usage_is_exit_code_2(arguments: list[str], shell: Shell) -> None:
    code, _, err = await shell.call(*arguments)
    assert code == 2
    assert "usage: carecircle" in err


async def test_the_schema_goes_up_and_down(shell: Shell, empty_database: str) -> None:
    code, out, _ = await shell.call("db", "upgrade")
    assert (code, out) == (0, "The schema is at revision 0023.\n")
    assert "medications" in await tables(empty_database)
    assert (await shell.call("db", "check"))[0] == 0
    code, out, _ = await shell.call("db", "downgrade", "base")
    assert (code, out) == (0, "The schema is empty.\n")
    assert "medications" not in await tables(empty_database)
    code, _, err = await shell.call("db", "check")
    assert code == 1
    assert err.count("\n") == 1


async def test_a_schema_with_families_in_it_goes_down_only_when_told_yes(
    shell: Shell, empty_database: str
) -> None:
    await shell.call("db", "upgrade")
    database = Database(make_engine(empty_database), clock=Clock())
    await factories.family(database, await factories.user(database))
    await database.close()
    code, _, err = await shell.call("db", "downgrade")
    assert code == 1
    assert "--yes" in err
    assert "families" in await tables(empty_database)
    assert (await shell.call("db", "downgrade", "base", "--yes"))[0] == 0
    assert "families" not in await tables(empty_database)


async def test_reset_deletes_only_when_told_yes(shell: Shell, empty_database: str) -> None:
    await shell.call("db", "upgrade")
    connection = await asyncpg.connect(empty_database.replace("+asyncpg", ""))
    try:
        await connection.execute("ALTER TABLE families ADD COLUMN mark int")
        assert (await shell.call("db", "reset"))[0] == 2
        assert await connection.fetch("SELECT mark FROM families") == []
        code, out, _ = await shell.call("db", "reset", "--yes")
        assert code == 0
        assert "deleted" in out
        with pytest.raises(asyncpg.UndefinedColumnError):
            await connection.fetch("SELECT mark FROM families")
    finally:
        await connection.close()


async def test_a_database_that_is_not_there_is_exit_code_1_and_one_sentence(shell: Shell) -> None:
    shell.environment["DATABASE_URL"] = "postgresql://anna:s3cret@127.0.0.1:1/care"
    code, _, err = await shell.call("db", "upgrade")
    assert code == 1
    assert err.count("\n") == 1
    assert "s3cret" not in err


async def test_studio_opens_psql_for_reading(shell: Shell, empty_database: str) -> None:
    await shell.call("db", "upgrade")
    code, out, err = await shell.call(
        "db",
        "studio",
        typed="SELECT version_num FROM alembic_version; DELETE FROM alembic_version;",
    )
    assert code == 0
    assert "0023" in out
    assert "read-only transaction" in err


async def test_doctor_finds_everything_well(
    shell: Shell, servers: EmbeddedServers, database_url: str
) -> None:
    sandbox = Sandbox(shell.folder / "sandbox")
    await sandbox.start(0)
    try:
        shell.environment |= {
            "DATABASE_URL": database_url,
            "REDIS_URL": servers.redis_url,
            "TELEGRAM_BOT_TOKEN": sandbox.token,
            "TELEGRAM_API_URL": sandbox.api_url,
        }
        code, out, _ = await shell.call("doctor")
        deep_code, deep, _ = await shell.call("doctor", "--deep")
    finally:
        await sandbox.stop()
    assert (code, deep_code) == (0, 0), deep
    assert deep.count("✓ Invariant ") > 20
    lines = out.splitlines()
    assert all(line.startswith("✓ ") for line in lines)
    subjects = [line.split()[1].rstrip(":") for line in lines]
    assert subjects == [
        *("Configuration", "PostgreSQL", "Schema", "Rights", "Clock", "Redis", "Telegram")
    ]


async def test_doctor_says_all_that_is_wrong_and_what_to_do(
    shell: Shell, empty_database: str
) -> None:
    shell.environment |= {
        "REDIS_URL": "redis://:s3cret@127.0.0.1:1/0",
        "TELEGRAM_BOT_TOKEN": "123456:s3cret",
        "TELEGRAM_API_URL": "http://127.0.0.1:1",
    }
    code, out, _ = await shell.call("doctor")
    assert code == 1
    wrong = [line for line in out.splitlines() if line.startswith("✗ ")]
    assert [line.split()[1] for line in wrong] == ["Schema:", "Redis:", "Telegram:"]
    assert "carecircle db upgrade" in wrong[0]
    assert "s3cret" not in out


async def test_without_a_token_it_says_so_and_runs_the_sandbox_until_told_to_stop(
    shell: Shell,
) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = shell.start("sandbox", "--port", str(port))
    try:
        assert process.stdout is not None
        line = await asyncio.to_thread(process.stdout.readline)
        assert f":{port}" in line
        async with aiohttp.ClientSession() as session, session.get(line.split()[4]) as page:
            assert page.status == 200
        # Meanwhile, the other commands use its servers, and a second bot is refused.
        assert (await shell.call("doctor"))[0] == 0
        code, out, err = await shell.call()
        assert code == 2
        assert out.startswith("TELEGRAM_BOT_TOKEN is not set")
        assert "CARECIRCLE_DATA" in err
        assert (await shell.call("db", "reset", "--yes"))[0] == 2
        process.send_signal(signal.SIGTERM)
        _, said = await asyncio.to_thread(process.communicate, timeout=30)
    finally:
        process.kill()
        process.wait()
    assert process.returncode == 0
    assert "Traceback" not in said
    assert not (shell.folder / "data" / "postgres" / "cluster" / "postmaster.pid").exists()


async def test_what_is_set_aside_is_listed_retried_and_dropped(
    shell: Shell, empty_database: str
) -> None:
    await shell.call("db", "upgrade")
    assert (await shell.call("set-aside")) == (0, "Nothing is set aside.\n", "")
    code, _, err = await shell.call("set-aside", "retry", "7")
    assert (code, err) == (1, "Nothing with the id 7 is set aside.\n")
    connection = await asyncpg.connect(empty_database.replace("+asyncpg", ""))
    try:
        for number in (7, 8):
            await connection.execute("ALTER TABLE inbound_updates NO FORCE ROW LEVEL SECURITY")
            await connection.execute(
                "INSERT INTO inbound_updates"
                " (update_id, chat_id, payload, status, reason, attempts)"
                " VALUES ($1, 1, '{}', 'set_aside', 'incident 42', 3)",
                number,
            )
        code, out, _ = await shell.call("set-aside")
        assert code == 0
        assert "update 7: incident 42 (3 failures" in out
        code, out, _ = await shell.call("doctor", "--deep")
        assert code == 1
        assert "Set aside: update 8: incident 42" in out
        assert "✗ Invariant" not in out  # what is set aside is known
        assert (await shell.call("set-aside", "retry", "7"))[0] == 0
        assert (await shell.call("set-aside", "drop", "all"))[0] == 0
        rows = await connection.fetch(
            "SELECT update_id, status, payload FROM inbound_updates ORDER BY update_id"
        )
    finally:
        await connection.close()
    assert [tuple(row) for row in rows] == [(7, "open", "{}"), (8, "set_aside", None)]
    assert (await shell.call("set-aside"))[1] == "Nothing is set aside.\n"
