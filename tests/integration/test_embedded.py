"""Embedded servers: started, kept private, found again, taken over from a bot that was killed."""

import asyncio
import os
import signal
import socket
import stat
import subprocess
import sys
import textwrap
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import psutil
import pytest
from redis.asyncio import Redis

from bot.embedded import DataInUse, EmbeddedError, EmbeddedServers, start_embedded


@asynccontextmanager
async def running(data: Path, *, postgres: bool = True) -> AsyncIterator[EmbeddedServers]:
    servers = await start_embedded(data, postgres=postgres, redis=True, durable=False)
    try:
        yield servers
    finally:
        await servers.stop()


@asynccontextmanager
async def logged_in(servers: EmbeddedServers) -> AsyncIterator["asyncpg.Connection"]:
    connection = await asyncpg.connect(servers.database_url.replace("+asyncpg", ""))
    try:
        yield connection
    finally:
        await connection.close()


def bot(data: Path, *, then: str = "await asyncio.sleep(600)") -> subprocess.Popen[str]:
    """A process of its own that starts servers, says so, and does *then*."""
    program = f"""
        import asyncio, sys
        from pathlib import Path
        from bot.embedded import start_embedded

        async def main():
            servers = await start_embedded(
                Path(sys.argv[1]), postgres=True, redis=True, durable=False
            )
            print(servers.postgres_pid, servers.redis_pid, flush=True)
            {then}

        asyncio.run(main())
    """
    return subprocess.Popen(  # noqa: S603 -- this test's own program
        [sys.executable, "-c", textwrap.dedent(program), str(data)],
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])},
    )


async def kill(process: subprocess.Popen[str]) -> None:
    process.kill()
    await asyncio.to_thread(process.communicate)


async def wait_for_start(process: subprocess.Popen[str]) -> tuple[int, int]:
    assert process.stdout is not None
    postgres, redis = (await asyncio.to_thread(process.stdout.readline)).split()
    return int(postgres), int(redis)


def has_ended(pid: int) -> bool:
    return (
        not psutil.pid_exists(pid)
        or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE  # orphans, without a real init
    )


async def test_data_outlive_the_bot(tmp_path: Path) -> None:
    async with running(tmp_path / "data") as servers:
        pids = servers.postgres_pid, servers.redis_pid
        async with logged_in(servers) as connection:
            await connection.execute("CREATE TABLE kept (word text)")
            await connection.execute("INSERT INTO kept VALUES ('här')")
    assert all(pid and has_ended(pid) for pid in pids)
    durable = await start_embedded(tmp_path / "data", postgres=True, redis=True)
    try:
        async with logged_in(durable) as connection:
            assert await connection.fetchval("SELECT word FROM kept") == "här"
            assert await connection.fetchval("SHOW fsync") == "on"
        async with Redis.from_url(durable.redis_url) as redis:
            await redis.set("kept", "yes")
    finally:
        await durable.stop()
    again = await start_embedded(tmp_path / "data", postgres=False, redis=True)
    try:
        async with Redis.from_url(again.redis_url) as redis:
            assert await redis.get("kept") == b"yes"
        assert again.database_url == ""
    finally:
        await again.stop()


async def test_servers_of_a_killed_bot_are_taken_over_and_stopped_in_the_end(
    tmp_path: Path,
) -> None:
    killed = bot(tmp_path / "data")
    pids = await wait_for_start(killed)
    await kill(killed)
    async with running(tmp_path / "data") as servers:
        assert (servers.postgres_pid, servers.redis_pid) == pids
        async with logged_in(servers) as connection:
            assert await connection.fetchval("SELECT 1") == 1
    assert all(has_ended(pid) for pid in pids)


@pytest.mark.parametrize("after", [0.3, 0.6, 0.9, 1.2])
async def test_a_first_start_killed_half_way_is_begun_again(tmp_path: Path, after: float) -> None:
    killed = bot(tmp_path / "data")
    await asyncio.sleep(after)
    await kill(killed)
    async with running(tmp_path / "data") as servers, logged_in(servers) as connection:
        assert await connection.fetchval("SELECT current_database()") == "carecircle"


async def test_servers_that_crashed_are_replaced(tmp_path: Path) -> None:
    killed = bot(tmp_path / "data")
    postgres, redis = await wait_for_start(killed)
    await kill(killed)
    os.kill(postgres, signal.SIGKILL)
    os.kill(redis, signal.SIGKILL)
    async with running(tmp_path / "data") as servers, logged_in(servers) as connection:
        assert await connection.fetchval("SELECT 1") == 1
        assert servers.postgres_pid != postgres


async def test_a_pid_file_with_a_strangers_number_does_not_stop_the_start(tmp_path: Path) -> None:
    async with running(tmp_path / "data"):
        pass
    pid_file = tmp_path / "data" / "postgres" / "cluster" / "postmaster.pid"
    stranger = subprocess.Popen(["/bin/sleep", "600"])  # noqa: ASYNC220 -- returns at once
    try:
        pid_file.write_text(f"{stranger.pid}\n/nowhere\n1\n5432\n/nowhere\n\n1 1\nready\n")
        pid_file.chmod(0o600)
        owner = pid_file.parent.stat()
        os.chown(pid_file, owner.st_uid, owner.st_gid)
        (tmp_path / "data" / "redis" / "valkey.pid").write_text(f"{stranger.pid}\n")
        async with running(tmp_path / "data") as servers, logged_in(servers) as connection:
            assert await connection.fetchval("SELECT 1") == 1
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


async def test_a_second_bot_on_the_same_data_is_told_so(tmp_path: Path) -> None:
    async with running(tmp_path / "data") as first:
        with pytest.raises(DataInUse, match="CARECIRCLE_DATA"):
            await start_embedded(tmp_path / "data", postgres=True, redis=True)
        guest = await start_embedded(tmp_path / "data", postgres=True, redis=True, share=True)
        assert guest.database_url == first.database_url
        await guest.stop()
        assert await first.is_ready()


async def test_only_its_login_gets_in_and_that_is_no_superuser(tmp_path: Path) -> None:
    async with running(tmp_path / "data") as servers:
        async with logged_in(servers) as connection:
            row = await connection.fetchrow(
                "SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb FROM pg_roles"
                " WHERE rolname = current_user"
            )
            assert tuple(row) == (False, False, True, True)
            assert await connection.fetchval(
                "SELECT pg_get_userbyid(datdba) = current_user FROM pg_database"
                " WHERE datname = current_database()"
            )
            assert await connection.fetchval("SHOW timezone") == "UTC"
            assert await connection.fetchval("SHOW server_encoding") == "UTF8"
            assert await connection.fetchval("SELECT lower('ÀÉ')") == "àé"
        url = servers.database_url.replace("+asyncpg", "")
        password = url.split(":")[2].split("@")[0]
        with pytest.raises(asyncpg.InvalidPasswordError):
            await asyncpg.connect(url.replace(password, "guessed"))
        with pytest.raises(asyncpg.InvalidAuthorizationSpecificationError):
            await asyncpg.connect(url.replace("carecircle:", "postgres:"))


async def test_nothing_can_be_reached_by_others(tmp_path: Path) -> None:
    async with running(tmp_path / "data") as servers:
        for pid in servers.postgres_pid, servers.redis_pid:
            connections = psutil.Process(pid).net_connections(kind="inet")
            assert connections == []
        sockets = Path(servers.redis_url.removeprefix("unix://")).parent
        for found in [tmp_path / "data", sockets, *(tmp_path / "data").rglob("*")]:
            assert found.lstat().st_mode & (stat.S_IRWXG | stat.S_IRWXO) == 0, found
        if os.geteuid() == 0:
            for pid in servers.postgres_pid, servers.redis_pid:
                assert 0 not in psutil.Process(pid).uids()
    assert not sockets.exists()


async def test_deep_data_folder(tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 100) / ("e" * 100)
    async with running(deep / "data") as servers, logged_in(servers) as connection:
        assert await connection.fetchval("SELECT 1") == 1


async def test_redis_can_be_stopped_and_started_alone(tmp_path: Path) -> None:
    async with running(tmp_path / "data", postgres=False) as servers:
        await servers.stop_redis()
        with pytest.raises(OSError, match=r"."), socket.socket(socket.AF_UNIX) as client:
            client.connect(servers.redis_url.removeprefix("unix://"))
        await servers.start_redis()
        async with Redis.from_url(servers.redis_url) as redis:
            assert await redis.ping()


async def test_an_installation_without_servers_says_what_to_set() -> None:
    program = """
        import asyncio, sys
        sys.modules["psutil"] = None
        from pathlib import Path
        from bot.embedded import NotInstalled, start_embedded
        try:
            asyncio.run(start_embedded(Path("/nowhere"), postgres=True, redis=True))
        except NotInstalled as error:
            print(error)
    """
    said = await asyncio.to_thread(
        subprocess.check_output,
        [sys.executable, "-c", textwrap.dedent(program)],
        text=True,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])},
    )
    assert "DATABASE_URL" in said
    assert "REDIS_URL" in said
    assert "pip install" in said


async def test_a_data_folder_that_cannot_be_made_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(EmbeddedError, match="CARECIRCLE_DATA"):
        await start_embedded(tmp_path / "file" / "data", postgres=True, redis=True)
