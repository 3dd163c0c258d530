"""Finding the current record in a dose's log."""

from collections.abc import Sequence
from typing import Protocol, TypeVar
from uuid import UUID


class LogEntry(Protocol):
    """A row of a dose's log, with whatever else its reader needs."""

    @property
    def id(self) -> UUID: ...

    @property
    def undoes_id(self) -> UUID | None: ...


EntryT = TypeVar("EntryT", bound=LogEntry)


def find_current_entry(log: Sequence[EntryT]) -> EntryT:
    """The current record in the *log* of one dose (oldest first): the newest that isn't undone and
    isn't an undo itself. After a correction is undone, that's not the newest row, which only
    repeats what somebody else may have recorded.
    """
    undone = {entry.undoes_id for entry in log}
    standing = [entry for entry in log if entry.undoes_id is None and entry.id not in undone]
    return standing[-1]
