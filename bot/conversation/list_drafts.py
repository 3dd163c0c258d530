"""A pasted list as far as it is known, and what of it can be saved."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from bot.conversation.engine import Data
from bot.conversation.list_entries import Entry, Kind
from bot.conversation.people import People, read_people
from bot.conversation.views import pasted_lists as views
from bot.ui.misunderstandings import misunderstood

_MAX_PEOPLE = 4  # more are asked about one by one


@dataclass(frozen=True)
class Listed:
    """The list as far as it is known; `at` is the entry that is asked about or typed anew."""

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
        """Those that one message holds: the others come when these are saved or dropped."""
        shown = []
        for entry in self.entries:
            reason = self._reason(entry)
            words = "" if reason else self.kind.words(entry, self.people)
            shown.append(views.Shown(entry.line, words, reason, entry.same))
        return shown[: views.count_fitting(shown)]

    def _reason(self, entry: Entry) -> str | None:
        """Why it cannot be saved as it is (HTML)."""
        if entry.reason is not None:
            return misunderstood(entry.reason)
        question = self.kind.question(entry)
        return None if question is None else self.kind.open_words(question)

    @property
    def asks_person(self) -> bool:
        """Whether several of them are for somebody who is still to be named."""
        asked = sum(self.kind.question(entry) == "person" for entry in self.entries)
        return asked > 1 and len(self.people) <= _MAX_PEOPLE

    @property
    def savable(self) -> Sequence[Entry]:
        """What the list shows as understood, and what may be saved beside what is there."""
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
        """As it is to be shown at *now*."""
        entries = [self.kind.refreshed(self.people, each, now=now) for each in self.entries]
        return replace(self, entries=tuple(entries))
