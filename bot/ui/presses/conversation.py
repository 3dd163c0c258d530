"""Buttons of guided conversations: answers, and resuming one."""

from dataclasses import dataclass
from uuid import UUID

from bot.ui.presses.arguments import Picked, Word
from bot.ui.presses.press import NOWHERE, Press


@dataclass(frozen=True, kw_only=True)
class OfFlow(Press):
    """A button of a conversation, which need not belong to a family yet."""

    family_id: UUID = NOWHERE
    flow_id: UUID


@dataclass(frozen=True, kw_only=True)
class Choose(OfFlow):
    """An answer to a question."""

    verb = "fl"

    pick: Picked


@dataclass(frozen=True, kw_only=True)
class Continue(OfFlow):
    """Resumes a conversation that nobody answered in time; *flow* is a prefix of its name."""

    verb = "ct"

    flow: Word


@dataclass(frozen=True, kw_only=True)
class Discard(OfFlow):
    verb = "fd"

    flow: Word
