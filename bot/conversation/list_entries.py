"""An entry of a pasted list, and what a list needs to know about its kind of entries."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Generic, Self, TypeAlias, TypeVar
from uuid import UUID

from bot.conversation.engine import Choice, Data, Reply
from bot.conversation.people import People
from bot.grammar.commands.entry_lists import to_entries
from bot.grammar.problems import Misunderstood, Problem
from bot.intake.request import Request
from bot.ui.answer import Screen
from domain.access import Action

Saved = TypeVar("Saved")
Reader: TypeAlias = Callable[[str, int], "Entry"]
"""Makes an entry of a line and its key."""


_Stored: TypeAlias = tuple[str, str, tuple[str, ...]]


@dataclass(frozen=True)
class Entry:
    """One entry, as Redis stores it. `key` never changes, and `line` is what was typed. A `problem`
    (name, words, suggestions) keeps it from being saved until it is changed; a `doubt`, stored the
    same way, until its question is answered.

    `same` (`same_id`) is an existing item with the same or a similar name, until somebody says they
    want both; `beside` holds items it was confirmed to differ from.
    """

    key: int
    line: str
    draft: Data
    problem: _Stored | None = None
    doubt: _Stored | None = None
    same: str | None = None
    same_id: str = ""
    beside: tuple[str, ...] = ()

    @classmethod
    def read(cls, stored: Data) -> Self:
        data: dict[str, Any] = dict(stored)
        for why in ("problem", "doubt"):
            if data.get(why) is not None:
                name, words, suggestions = data[why]
                data[why] = (name, words, tuple(suggestions))
        data["beside"] = tuple(data["beside"])
        return cls(**data)

    @property
    def reason(self) -> Misunderstood | None:
        """What is wrong with it, whether or not a question of its own can settle that."""
        why = self.problem or self.doubt
        if why is None:
            return None
        name, words, suggestions = why
        return Misunderstood(Problem[name], words, suggestions=suggestions)

    def refused(self, problem: Misunderstood | None) -> "Entry":
        return replace(self, problem=_stored(problem))

    def doubted(self, problem: Misunderstood | None) -> "Entry":
        return replace(self, doubt=_stored(problem))


def _stored(problem: Misunderstood | None) -> _Stored | None:
    if problem is None:
        return None
    return (problem.problem.name, problem.words, problem.suggestions)


class NotSaved(Exception):
    """An entry couldn't be saved; `entry` says why."""

    def __init__(self, entry: Entry) -> None:
        super().__init__(entry.key)
        self.entry = entry


class Kind(ABC, Generic[Saved]):
    """The kind of a list's entries; each area defines its own. `name` is stored with the list."""

    name: str
    action: Action

    @abstractmethod
    async def reader(self, request: Request, people: People) -> Reader:
        """A function that parses a line; it loads what it needs from the database once."""

    @abstractmethod
    def is_complete(self, entry: Entry) -> bool:
        """Whether nothing is missing or wrong."""

    @abstractmethod
    def is_continuation(self, entry: Entry) -> bool:
        """Whether it only makes sense together with another entry."""

    @abstractmethod
    def question(self, entry: Entry) -> str | None:
        """The question that has to be answered before the entry can be saved."""

    @abstractmethod
    def open_words(self, question: str) -> str:
        """What a line leaves open, by the key of the question that will ask it."""

    @abstractmethod
    def ask(self, entry: Entry, people: People, choice: Choice) -> Screen: ...

    @abstractmethod
    async def take(
        self, request: Request, people: People, entry: Entry, reply: Reply
    ) -> tuple[Entry, Misunderstood | None]:
        """Take an answer to its question. Raises Misunderstood for anything else."""

    @abstractmethod
    def redrawn(self, people: People, entry: Entry, reply: Reply) -> Entry | None:
        """The entry with other buttons below its question; None unless *reply* asked for that."""

    @abstractmethod
    def refreshed(self, people: People, entry: Entry, *, now: datetime) -> Entry:
        """The entry as it looks at *now*."""

    @abstractmethod
    def words(self, entry: Entry, people: People) -> str: ...

    @abstractmethod
    async def save(self, request: Request, people: People, entry: Entry, *, flow_id: UUID) -> Saved:
        """Raises NotSaved."""

    @abstractmethod
    async def saved(self, request: Request, found: Sequence[Saved]) -> Sequence[Screen]:
        """The messages about the entries that were saved."""


async def read_entries(lines: Sequence[str], kind: Kind[Any], read: Reader) -> Sequence[Entry]:
    """The entries that *lines* make. Parsing each line, alone and together with its neighbours,
    takes time, so other work gets a turn in between.
    """
    known: dict[str, Entry] = {}

    def entry(line: str) -> Entry:
        if line not in known:
            raise _NotRead(line)
        return known[line]

    while True:
        try:
            texts = to_entries(
                lines,
                is_complete=lambda line: kind.is_complete(entry(line)),
                is_continuation=lambda line: kind.is_continuation(entry(line)),
            )
            return [entry(text) for text in texts]
        except _NotRead as unread:
            known[unread.line] = read(unread.line, 0)
            await asyncio.sleep(0)


class _NotRead(Exception):
    """*line* has to be parsed before it is clear which lines belong together."""

    def __init__(self, line: str) -> None:
        super().__init__()
        self.line = line
