"""Buttons of doses: on cards, below their records, and below messages about them."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from bot.ui.presses.arguments import Card, Minute, Named, Record, flag, member_of, one_of
from bot.ui.presses.press import Press, Style
from bot.ui.presses.subjects import OfDose, OfPerson
from domain.medicines.doses.ladder import SNOOZE_MINUTES


class Below(StrEnum):
    """What Taken stands below."""

    QUESTION = ""  # which is over with it
    ENTRY = "e"  # of the history, which it draws anew
    NOTICE = "n"  # a message that only delivery edits


@dataclass(frozen=True, kw_only=True)
class Take(OfDose):
    """On a card."""

    verb = "tk"
    style = Style.GREEN


@dataclass(frozen=True, kw_only=True)
class TakeExactly(OfDose):
    """Its day and time are named."""

    verb = "tx"
    style = Style.GREEN

    below: Annotated[Below, member_of(Below)] = Below.QUESTION


@dataclass(frozen=True, kw_only=True)
class TakeAll(OfPerson):
    """What a card shows."""

    verb = "ta"
    style = Style.GREEN

    card: Card


@dataclass(frozen=True, kw_only=True)
class TakeNamedDoses(OfPerson):
    """The doses of an earlier day that the message has named."""

    verb = "ts"

    named: Named


@dataclass(frozen=True, kw_only=True)
class TakeAllInSummary(Press):
    """What a message about doses shows whose time was over."""

    verb = "tl"
    style = Style.GREEN

    notification_id: UUID


@dataclass(frozen=True, kw_only=True)
class OpenMenu(OfDose):
    """⋯ on a card."""

    verb = "mo"
    is_read_only = True


@dataclass(frozen=True, kw_only=True)
class CloseMenu(OfDose):
    verb = "bk"
    is_read_only = True


@dataclass(frozen=True, kw_only=True)
class Skip(OfDose):
    verb = "sk"

    is_in_entry: Annotated[bool, flag("e")] = False


@dataclass(frozen=True, kw_only=True)
class Snooze(OfDose):
    verb = "sz"

    minutes: Annotated[int, one_of(SNOOZE_MINUTES)]


@dataclass(frozen=True, kw_only=True)
class UndoRecord(OfDose):
    """Below a record; on old cards, too."""

    verb = "un"

    record: Record = None


@dataclass(frozen=True, kw_only=True)
class UndoOnCard(OfDose):
    """Below a card, which shows what it led to by itself."""

    verb = "uc"

    record: Record = None


@dataclass(frozen=True, kw_only=True)
class ShowRecord(OfDose):
    """Only tells who answered for it."""

    verb = "sh"
    is_read_only = True


@dataclass(frozen=True, kw_only=True)
class Correct(OfDose):
    verb = "co"


@dataclass(frozen=True, kw_only=True)
class CorrectToMyClock(OfDose):
    """The presser meant *at* by their own clock."""

    verb = "mc"

    at: Minute
