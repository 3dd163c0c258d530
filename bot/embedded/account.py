"""Under which account the servers run, and how they reach their folders from there.

PostgreSQL refuses to run as root. A bot that runs as root therefore gives its servers to the owner
of the data folder or, where that is root too, to a bare number: no entry in /etc/passwd is made,
nobody can log in as it, and nothing else on the machine runs under it.

That account usually cannot walk down to the data (below /root, say). Rather than opening folders
to everybody, a server is started *inside* its folder and told that the folder is
``/proc/self/cwd``, which the kernel resolves without walking.
"""

import hashlib
import os
import pwd
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.embedded.errors import EmbeddedError

# systemd hands these out to services that need a number of their own for as long as they run.
UNLISTED = range(61_184, 65_520)
HERE = Path("/proc/self/cwd")


@dataclass(frozen=True)
class Account:
    """Who runs a server program. ``uid`` None: whoever runs the bot."""

    uid: int | None = None
    gid: int | None = None

    @property
    def start_arguments(self) -> dict[str, Any]:
        """For `subprocess`: become this account before the program starts."""
        if self.uid is None:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def seen_from_inside(self, folder: Path) -> str:
        """How a program that was started in *folder* has to call that folder."""
        return str(folder if self.uid is None or not HERE.exists() else HERE)

    def take_ownership(self, path: Path) -> None:
        """Make *path*, and what is in it, belong to this account. Links are not followed."""
        if self.uid is None or self.gid is None or path.lstat().st_uid == self.uid:
            return
        try:
            # The top last: an interrupted walk is begun again the next time.
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
        """This account or, if it is a bare number, ``nobody``: initdb insists on a name."""
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
    """Who runs the servers whose data are in *data*: the same whenever it is asked."""
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
