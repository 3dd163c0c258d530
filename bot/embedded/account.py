"""Which account the servers run under, and how they reach their folders.

PostgreSQL refuses to run as root. A bot that runs as root therefore runs its servers as the owner
of the data folder or, if that is root too, as a bare number: it needs no entry in /etc/passwd,
nobody can log in as it, and nothing else on the machine uses it.

That account usually can't traverse the path to the data (below /root, for example). Rather than
opening folders to everybody, a server is started *inside* its folder and told that the folder is
``/proc/self/cwd``, which the kernel resolves without traversing the path.
"""

import hashlib
import os
import pwd
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.embedded.errors import EmbeddedError

# systemd assigns these to services that need a number of their own while they run.
UNLISTED = range(61_184, 65_520)
HERE = Path("/proc/self/cwd")


@dataclass(frozen=True)
class Account:
    """The account that runs a server program. ``uid`` None means the bot's own."""

    uid: int | None = None
    gid: int | None = None

    @property
    def start_arguments(self) -> dict[str, Any]:
        """For `subprocess`: switches to this account before the program starts."""
        if self.uid is None:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def seen_from_inside(self, folder: Path) -> str:
        """The path of *folder* for a program that was started in it."""
        return str(folder if self.uid is None or not HERE.exists() else HERE)

    def take_ownership(self, path: Path) -> None:
        """Make *path* and its contents belong to this account. Links aren't followed."""
        if self.uid is None or self.gid is None or path.lstat().st_uid == self.uid:
            return
        try:
            # The top comes last, so that an interrupted walk starts over the next time.
            for parent, folders, files in os.walk(path, topdown=False):
                for name in folders + files:
                    os.chown(Path(parent) / name, self.uid, self.gid, follow_symlinks=False)
            os.chown(path, self.uid, self.gid, follow_symlinks=False)
        except PermissionError as error:
            raise EmbeddedError(
                f"This root can't give {path} to another account, and PostgreSQL refuses to run"
                " as root: start CareCircle as an ordinary user, or set DATABASE_URL and REDIS_URL."
            ) from error

    def with_login_name(self) -> "Account":
        """This account, or ``nobody`` if it is a bare number: initdb insists on a name."""
        if self.uid is None or _is_listed(self.uid):
            return self
        try:
            nobody = pwd.getpwnam("nobody")
        except KeyError:
            raise EmbeddedError(
                "The embedded PostgreSQL needs the account 'nobody' when it is started by root:"
                " start CareCircle as an ordinary user, or set DATABASE_URL."
            ) from None
        return Account(nobody.pw_uid, nobody.pw_gid)


def account_for(data: Path) -> Account:
    """The account for the servers with data in *data*: always the same one."""
    if os.geteuid() != 0:
        return Account()
    owner = data.stat()
    if owner.st_uid != 0:
        return Account(owner.st_uid, owner.st_gid)
    start = int.from_bytes(hashlib.sha256(os.fsencode(data)).digest()[:4]) % len(UNLISTED)
    for offset in range(len(UNLISTED)):
        number = UNLISTED[(start + offset) % len(UNLISTED)]
        if not _is_listed(number):
            return Account(number, number)
    raise EmbeddedError(f"{sys.platform} has no unused account number between 61184 and 65519.")


def _is_listed(uid: int) -> bool:
    try:
        pwd.getpwuid(uid)
    except KeyError:
        return False
    return True
