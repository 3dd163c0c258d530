"""Buttons of guided conversations: of a question, and where one was left."""

from dataclasses import dataclass
from uuid import UUID

from bot.ui.presses.arguments import Picked, Word
from bot.ui.presses.press import NOWHERE, Press


@dataclass(frozen=True, kw_only=True)
class OfFlow(Press):
    """Of a conversation; it may be about no family yet."""

    family_id: UUID = NOWHERE
    flow_id: UUID


@dataclass(frozen=True, kw_only=True)
class Choose(OfFlow):
    """An answer to a question."""

    verb = "fl"

    pick: Picked


@dataclass(frozen=True, kw_only=True)
class Continue(OfFlow):
    """A conversation that nobody answered in time; *flow*: how its name begins."""

    verb = "ct"

    flow: Word


@dataclass(frozen=True, kw_only=True)
class Discard(OfFlow):
    verb = "fd"

    flow: Word
