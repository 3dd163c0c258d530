"""The data folder: its lock, and the folder for its sockets."""

import fcntl
import hashlib
import os
import stat
import sys
from pathlib import Path

from bot.embedded.account import Account
from bot.embedded.errors import DataInUse, EmbeddedError

# A Unix socket's address has 107 bytes on Linux and 103 on macOS.
SOCKET_BYTES = 103
LONGEST_NAME = ".s.PGSQL.5432.lock"


class FolderLock:
    """The lock on a data folder, held while it is open. The kernel releases it with the process."""

    def __init__(self, data: Path, account: Account) -> None:
        """Take the lock. Raises DataInUse if another bot has it."""
        path = data / "lock"
        try:
            self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        except OSError as error:
            raise EmbeddedError(f"{path} cannot be opened ({error.strerror}).") from error
        # Otherwise root would lock the folder's owner out.
        account.take_ownership(path)
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(self._descriptor)
            raise DataInUse.of(data) from None

    def release(self) -> None:
        os.close(self._descriptor)


def open_data_folder(data: Path) -> Path:
    """*data*, created if missing and then private, with all links resolved."""
    try:
        data = data.expanduser()
        data.parent.mkdir(parents=True, exist_ok=True)
        data.mkdir(mode=0o700, exist_ok=True)
        return data.resolve(strict=True)
    except OSError as error:
        raise EmbeddedError(f"CARECIRCLE_DATA: {data} can't be used ({error.strerror}).") from error


def marker_for(data: Path) -> str:
    """A string that the command lines of this folder's servers contain, and no others."""
    return f"carecircle-{hashlib.sha256(os.fsencode(data)).hexdigest()[:16]}"


def open_sockets_folder(data: Path, account: Account) -> Path:
    """A folder that only *account* can enter, with a path short enough for a socket's address.

    It is the same for the same data, so that servers left behind can be found again.
    """
    if account.uid is not None:
        # Only root can write to /run, so nobody can have created it before us.
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
