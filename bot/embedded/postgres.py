"""An embedded PostgreSQL: its own cluster, a Unix socket, and a single login."""

import asyncio
import os
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import asyncpg
import psutil
from sqlalchemy.engine import URL

from bot.embedded.account import Account
from bot.embedded.errors import EmbeddedError
from bot.embedded.processes import ENVIRONMENT, POLL_SECONDS, ServerProcess, last_line, read_pid
from bot.embedded.programs import POSTGRES, POSTGRES_MAJOR

LOGIN = "carecircle"
SOCKET = ".s.PGSQL.5432"
UNUSED_PID = 2**22 + 1  # beyond the range of Linux and macOS
START_SECONDS = 60  # recovery after a power failure replays everything since the last checkpoint
ADOPT_SECONDS = 10
LOG_SECONDS = 6 * 86_400

# Only this login gets in, and only with its password; not even the superuser does.
HBA = f"local all {LOGIN} scram-sha-256\n"

SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "timezone": "UTC",
    "max_connections": "60",
    "max_wal_size": "256MB",
    "logging_collector": "on",
    "log_directory": "log",
    "log_file_mode": "0600",
    # One file per weekday, overwritten a week later.
    "log_filename": "postgresql-%a.log",
    "log_rotation_age": "1d",
    "log_rotation_size": "0",
    "log_truncate_on_rotation": "on",
    "log_checkpoints": "off",
    "log_timezone": "UTC",
    # Statements and error details contain names and drugs.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}
NOT_DURABLE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class Postgres:
    """The PostgreSQL of one data folder."""

    def __init__(
        self, folder: Path, *, sockets: Path, account: Account, marker: str, durable: bool
    ) -> None:
        self.folder = folder
        self.cluster = folder / "cluster"
        self.sockets = sockets
        self.account = account
        self.marker = marker
        self.durable = durable
        self.server: ServerProcess | None = None

    @property
    def url(self) -> str:
        """For SQLAlchemy on asyncpg. Contains the password."""
        return URL.create(
            "postgresql+asyncpg",
            username=LOGIN,
            password=(self.folder / "password").read_text(),
            database=LOGIN,
            query={"host": str(self.sockets)},
        ).render_as_string(hide_password=False)

    @property
    def pid(self) -> int | None:
        return self.server.pid if self.server else None

    async def start(self) -> None:
        """Create the cluster if there is none, then start it, or adopt one that still runs."""
        if not self.folder.exists():
            await asyncio.to_thread(self._create)
        if await self._adopt():
            return
        self._check_version()
        self._clear_stale_pids()
        self._drop_old_logs()
        self.account.take_ownership(self.folder)
        programs = POSTGRES.for_account(self.account)
        settings = SETTINGS | ({} if self.durable else NOT_DURABLE)
        settings |= {"unix_socket_directories": str(self.sockets), "cluster_name": self.marker}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        self.server = ServerProcess.start(
            [
                str(programs / POSTGRES.main),
                "-D",
                self.account.seen_from_inside(self.cluster),
                *options,
            ],
            folder=self.cluster,
            account=self.account,
            output=self.folder / "start.log",
        )
        if not await self._is_ready_within(START_SECONDS):
            await self.stop()
            raise EmbeddedError(
                f"PostgreSQL did not start: {last_line(self.folder / 'start.log')}"
                f" (more in {self.cluster / 'log'})."
            )

    async def stop(self, *, patience: float = 30) -> None:
        """End every session, flush everything to disk, and stop."""
        if self.server is not None:
            # SIGINT is PostgreSQL's "fast" shutdown; after SIGQUIT it needs recovery.
            await self.server.stop(politely=signal.SIGINT, firmly=signal.SIGQUIT, patience=patience)
            self.server = None

    async def is_ready(self) -> bool:
        """Whether one can log in. Raises EmbeddedError if the login is refused for good."""
        try:
            connection = await asyncpg.connect(
                user=LOGIN,
                password=(self.folder / "password").read_text(),
                database=LOGIN,
                host=str(self.sockets),
                timeout=5,
            )
        except (
            asyncpg.InvalidAuthorizationSpecificationError,
            asyncpg.InvalidCatalogNameError,
        ) as error:
            raise EmbeddedError(
                f"PostgreSQL in {self.folder} refuses its own login: {error}."
            ) from error
        except (OSError, TimeoutError, asyncpg.PostgresError):  # starting, stopping, or crashing
            return False
        await connection.close()
        return True

    async def _is_ready_within(self, seconds: float) -> bool:
        deadline = asyncio.get_running_loop().time() + seconds
        while self.server is not None and self.server.is_running():
            if await self.is_ready():
                return True
            if asyncio.get_running_loop().time() >= deadline:
                return False
            await asyncio.sleep(POLL_SECONDS)
        return False

    async def _adopt(self) -> bool:
        """Take over the server of a bot that was killed, or stop it if it doesn't respond."""
        self.server = ServerProcess.find_left_behind(self._pid_file, marker=self.marker)
        if self.server is None:
            return False
        if await self._is_ready_within(ADOPT_SECONDS):
            return True
        await self.stop(patience=5)
        return False

    @property
    def _pid_file(self) -> Path:
        return self.cluster / "postmaster.pid"

    def _clear_stale_pids(self) -> None:
        """Clear what would make PostgreSQL mistake a process with a reused number, or an unreaped
        orphan, for a server on this data. Only called when there is none.
        """
        (self.sockets / f"{SOCKET}.lock").unlink(missing_ok=True)
        pid = read_pid(self._pid_file)
        if pid is None or not psutil.pid_exists(pid):
            return
        # The other lines stay: PostgreSQL uses them to tell whether a child of the dead server
        # still uses its memory.
        lines = self._pid_file.read_text().splitlines()
        self._pid_file.write_text("\n".join([str(UNUSED_PID), *lines[1:], ""]))

    def _drop_old_logs(self) -> None:
        """PostgreSQL overwrites a weekday's file at midnight, but only if it is running then."""
        for log in (self.cluster / "log").glob("*.log"):
            if time.time() - log.stat().st_mtime > LOG_SECONDS:
                log.unlink()

    def _check_version(self) -> None:
        major = (self.cluster / "PG_VERSION").read_text().strip()
        if major != str(POSTGRES_MAJOR):
            raise EmbeddedError(
                f"{self.folder} was written by PostgreSQL {major}, and this CareCircle includes"
                f" {POSTGRES_MAJOR}: dump it with the old version, or set DATABASE_URL."
            )

    def _create(self) -> None:
        """Create the cluster elsewhere and move it into place when it is complete.

        If the bot is killed halfway, the folder is unused and the next start removes it.
        """
        prefix = f"{self.folder.name}.new-"
        for unfinished in self.folder.parent.glob(f"{prefix}*"):
            shutil.rmtree(unfinished, ignore_errors=True)
        new = Path(tempfile.mkdtemp(prefix=prefix, dir=self.folder.parent))
        cluster = new / "cluster"
        cluster.mkdir(mode=0o700)
        # The folder briefly belongs to ``nobody``, who can't enter the one above it.
        creator = self.account.with_login_name()
        creator.take_ownership(cluster)
        programs = POSTGRES.for_account(creator) / POSTGRES.main.parent
        inside = creator.seen_from_inside(cluster)

        def run(program: str, *arguments: str, stdin: str = "") -> None:
            _run(
                [str(programs / program), *arguments], folder=cluster, account=creator, stdin=stdin
            )

        run(
            "initdb",
            *("--pgdata", inside, "--username", "postgres", "--auth", "reject"),
            *("--encoding", "UTF8", "--locale-provider", "builtin", "--builtin-locale", "C.UTF-8"),
            *("--locale", "C", "--set", "timezone=UTC"),
            *(() if self.durable else ("--no-sync",)),
        )
        password = secrets.token_urlsafe(32)
        # Single-user mode, so that the unfinished server can't be reached at any moment.
        run(
            "postgres",
            *("--single", "-D", inside, "-c", "exit_on_error=on", "-c", "log_checkpoints=off"),
            *(() if self.durable else ("-c", "fsync=off")),
            "postgres",
            stdin=f"CREATE ROLE {LOGIN} LOGIN CREATEDB CREATEROLE PASSWORD '{password}';\n"
            f"CREATE DATABASE {LOGIN} OWNER {LOGIN};\n",
        )
        (cluster / "pg_hba.conf").write_text(HBA)
        password_file = new / "password"
        password_file.touch(mode=0o600)
        password_file.write_text(password)
        self.account.take_ownership(new)
        new.rename(self.folder)
        if self.durable:
            _write_through(self.folder.parent)


def _run(command: list[str], *, folder: Path, account: Account, stdin: str) -> None:
    try:
        done = subprocess.run(
            command,
            check=False,
            cwd=folder,
            env=ENVIRONMENT,
            input=stdin.encode(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            umask=0o077,
            start_new_session=True,
            **account.start_arguments,
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise EmbeddedError(f"{Path(command[0]).name} could not be started: {error}.") from error
    if done.returncode != 0:
        said = done.stdout.decode(errors="replace").strip().splitlines() or ["it said nothing"]
        raise EmbeddedError(
            f"The embedded PostgreSQL could not be set up: {said[-1].strip()}"
            " (set DATABASE_URL to use another)."
        )


def _write_through(folder: Path) -> None:
    """Make a rename inside *folder* survive a power failure."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
