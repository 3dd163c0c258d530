"""Finds out which processes on this machine have died.

A running bot locks a file named after the id that it signs its leases with. The system releases the
lock however the process ends, so the next process in the same folder knows at once that those
leases have no holder, instead of waiting for them to run out.
"""

import fcntl
import logging
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import IO, Self
from uuid import UUID, uuid4

log = logging.getLogger(__name__)

_SUFFIX = ".lock"


class Process:
    """This process: its `id`, and the ids of earlier users of *folder* that are `gone`.

    Without a writable folder nobody can tell, and leases have to run out.
    """

    def __init__(self, folder: Path | None) -> None:
        self.id = uuid4()
        self.gone: Sequence[UUID] = ()
        self._folder = folder
        self._file: IO[bytes] | None = None

    def __enter__(self) -> Self:
        if self._folder is not None:
            try:
                self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
                self.gone = [UUID(path.stem) for path in self._files() if _is_unlocked(path)]
                self._file = self._path(self.id).open("wb")
                fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                log.warning("finding dead processes failed: %s", error.strerror)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._file is not None:
            self._path(self.id).unlink(missing_ok=True)
            self._file.close()

    def forget_gone(self) -> None:
        """Their leases have been released, so nobody has to check them again."""
        for each in self.gone:
            with suppress(OSError):
                self._path(each).unlink(missing_ok=True)

    def _files(self) -> Sequence[Path]:
        found = []
        for path in self._folder.glob(f"*{_SUFFIX}") if self._folder else ():
            with suppress(ValueError):
                UUID(path.stem)
                found.append(path)
        return found

    def _path(self, process: UUID) -> Path:
        if self._folder is None:
            raise RuntimeError("no folder is configured for this process")
        return self._folder / f"{process}{_SUFFIX}"


def _is_unlocked(path: Path) -> bool:
    """Whether nobody holds the lock any more."""
    with suppress(OSError), path.open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return True
    return False
