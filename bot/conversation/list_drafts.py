"""A pasted list as understood so far, and which of its entries can be saved."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from bot.conversation.engine import Data
from bot.conversation.list_entries import Entry, Kind
from bot.conversation.people import People, read_people
from bot.conversation.views import pasted_lists as views
from bot.ui.misunderstandings import misunderstood

_MAX_PEOPLE = 4  # with more, each entry is asked about separately


@dataclass(frozen=True)
class Listed:
    """The list as understood so far; `at` is the entry being asked about or retyped."""

    kind: Kind[Any]
    people: People
    entries: tuple[Entry, ...]
    at: int = 0

    @classmethod
    def read(cls, stored: Data, kind: Kind[Any]) -> "Listed":
        entries = tuple(Entry.read(entry) for entry in stored["entries"])
        return cls(kind, read_people(stored["people"]), entries, stored["at"])

    def write(self) -> Data:
        entries = tuple(asdict(entry) for entry in self.entries)
        return {"kind": self.kind.name, "people": self.people, "entries": entries, "at": self.at}

    @property
    def entry(self) -> Entry:
        return self.entries[self.at]

    @property
    def shown(self) -> Sequence[views.Shown]:
        """The entries that fit into one message; the others follow once these are saved or
        dropped.
        """
        shown = []
        for entry in self.entries:
            reason = self._reason(entry)
            words = "" if reason else self.kind.words(entry, self.people)
            shown.append(views.Shown(entry.line, words, reason, entry.same))
        return shown[: views.count_fitting(shown)]

    def _reason(self, entry: Entry) -> str | None:
        """Why it can't be saved as it is (HTML)."""
        if entry.reason is not None:
            return misunderstood(entry.reason)
        question = self.kind.question(entry)
        return None if question is None else self.kind.open_words(question)

    @property
    def asks_person(self) -> bool:
        """Whether several entries don't say which person they are for."""
        asked = sum(self.kind.question(entry) == "person" for entry in self.entries)
        return asked > 1 and len(self.people) <= _MAX_PEOPLE

    @property
    def savable(self) -> Sequence[Entry]:
        """The entries that are shown as understood and don't clash with existing ones."""
        return [
            entry
            for entry in self.entries[: len(self.shown)]
            if entry.problem is None and entry.same is None and self.kind.question(entry) is None
        ]

    def with_entry(self, entry: Entry) -> "Listed":
        entries = tuple(entry if each.key == entry.key else each for each in self.entries)
        return replace(self, entries=entries)

    def without(self, number: int) -> "Listed":
        entries = (*self.entries[:number], *self.entries[number + 1 :])
        return replace(self, entries=entries, at=0)

    def refreshed(self, now: datetime) -> "Listed":
        """The list as it looks at *now*."""
        entries = [self.kind.refreshed(self.people, each, now=now) for each in self.entries]
        return replace(self, entries=tuple(entries))
