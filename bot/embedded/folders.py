"""The data folder: who may have it, and where its sockets go."""

import fcntl
import hashlib
import os
import stat
import sys
from pathlib import Path

from bot.embedded.account import Account
from bot.embedded.errors import DataInUse, EmbeddedError

# The address of a Unix socket holds 107 bytes on Linux and 103 on macOS.
SOCKET_BYTES = 103
LONGEST_NAME = ".s.PGSQL.5432.lock"


class FolderLock:
    """The right to a data folder, held while open. The kernel ends it with the process."""

    def __init__(self, data: Path, account: Account) -> None:
        """Take the folder. Raises DataInUse if another bot has it."""
        path = data / "lock"
        try:
            self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        except OSError as error:
            raise EmbeddedError(f"{path} cannot be opened ({error.strerror}).") from error
        # Root must not lock the folder's owner out.
        account.take_ownership(path)
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(self._descriptor)
            raise DataInUse.of(data) from None

    def release(self) -> None:
        os.close(self._descriptor)


def open_data_folder(data: Path) -> Path:
    """*data*, made if missing, closed to others if made here, with every link resolved."""
    try:
        data = data.expanduser()
        data.parent.mkdir(parents=True, exist_ok=True)
        data.mkdir(mode=0o700, exist_ok=True)
        return data.resolve(strict=True)
    except OSError as error:
        raise EmbeddedError(f"CARECIRCLE_DATA: {data} can't be used ({error.strerror}).") from error


def marker_for(data: Path) -> str:
    """What the command lines of this folder's servers carry, and those of no other."""
    return f"carecircle-{hashlib.sha256(os.fsencode(data)).hexdigest()[:16]}"


def open_sockets_folder(data: Path, account: Account) -> Path:
    """A folder that only *account* enters, with a path short enough for a socket's address.

    The same one for the same data, so that servers left behind are found again.
    """
    if account.uid is not None:
        # Only root writes to /run, so nobody can have put something there before us.
        parent = Path("/run" if sys.platform == "linux" else "/var/run")
        folder = parent / marker_for(data)
    elif len(os.fsencode(data / "sockets" / LONGEST_NAME)) < SOCKET_BYTES:
        folder = data / "sockets"
    else:
        folder = Path("/tmp") / marker_for(data)  # noqa: S108 -- short everywhere; checked below
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid not in {os.geteuid(), account.uid}:
            raise EmbeddedError(f"{folder} belongs to somebody else: remove it and start again.")
        folder.chmod(0o700)
        account.take_ownership(folder)
    except OSError as error:
        raise EmbeddedError(f"{folder} cannot be used ({error.strerror}).") from error
    return folder
