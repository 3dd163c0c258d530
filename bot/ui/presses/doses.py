"""Buttons for doses: on cards, below their records and below messages about them."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from bot.ui.presses.arguments import (
    Card,
    MaybeChoice,
    Minute,
    Named,
    Record,
    flag,
    member_of,
    one_of,
    read_choice,
    read_minute,
    write_choice,
    write_minute,
)
from bot.ui.presses.press import Argument, Press, Style
from bot.ui.presses.subjects import OfDose, OfPerson
from domain.medicines.doses.choices import DIGEST_LENGTH, Choice
from domain.medicines.doses.ladder import SNOOZE_MINUTES


class Below(StrEnum):
    """Which message a Taken button belongs to."""

    QUESTION = ""  # which its press settles
    ENTRY = "e"  # an entry of the history, which is redrawn
    NOTICE = "n"  # a message that only delivery edits


@dataclass(frozen=True)
class ChosenBelow:
    """One of the amounts of a range, and the message that offers it."""

    choice: Choice
    below: Below = Below.QUESTION


def _write_chosen(chosen: ChosenBelow) -> str:
    return write_choice(chosen.choice) + chosen.below.value


def _read_chosen(text: str) -> ChosenBelow:
    end = DIGEST_LENGTH + 1
    return ChosenBelow(read_choice(text[:end]), Below(text[end:]))


@dataclass(frozen=True, kw_only=True)
class Take(OfDose):
    """Taken, on a card; of a range, the amount on the button."""

    verb = "tk"
    is_for_groups = True
    style = Style.GREEN

    choice: MaybeChoice = None


@dataclass(frozen=True, kw_only=True)
class TakeExactly(OfDose):
    """Taken, with the dose's day and time on the button."""

    verb = "tx"
    style = Style.GREEN

    below: Annotated[Below, member_of(Below)] = Below.QUESTION


@dataclass(frozen=True, kw_only=True)
class TakeAmount(OfDose):
    """Taken, in the amount on the button, with the dose's day and time above it."""

    verb = "tm"
    style = Style.GREEN

    chosen: Annotated[ChosenBelow, Argument(_write_chosen, _read_chosen)]


@dataclass(frozen=True)
class SeenBefore:
    """The minute (UTC) of what was given last, as the message says, and one of the amounts of a
    range.
    """

    given_at: datetime
    choice: Choice | None = None


def _write_seen(seen: SeenBefore) -> str:
    chosen = "" if seen.choice is None else write_choice(seen.choice)
    return write_minute(seen.given_at) + chosen


def _read_seen(text: str) -> SeenBefore:
    minute, chosen = text[:_MINUTE_LENGTH], text[_MINUTE_LENGTH:]
    return SeenBefore(read_minute(minute), read_choice(chosen) if chosen else None)


_MINUTE_LENGTH = 5  # letters, until the year 2084


@dataclass(frozen=True, kw_only=True)
class TakeAsWell(OfDose):
    """Taken, too, although the medicine was given shortly before, as the message says."""

    verb = "tw"
    style = Style.GREEN

    seen: Annotated[SeenBefore, Argument(_write_seen, _read_seen)]


@dataclass(frozen=True, kw_only=True)
class TakeAll(OfPerson):
    """Takes all doses that a card shows."""

    verb = "ta"
    is_for_groups = True
    style = Style.GREEN

    card: Card


@dataclass(frozen=True, kw_only=True)
class TakeNamedDoses(OfPerson):
    """Takes the doses of an earlier day that the message named."""

    verb = "ts"

    named: Named


@dataclass(frozen=True, kw_only=True)
class TakeAllInSummary(Press):
    """Takes all doses in a summary of doses whose window has closed."""

    verb = "tl"
    style = Style.GREEN

    notification_id: UUID


@dataclass(frozen=True, kw_only=True)
class OpenMenu(OfDose):
    """The ⋯ button on a card."""

    verb = "mo"
    is_for_groups = True
    is_read_only = True


@dataclass(frozen=True, kw_only=True)
class CloseMenu(OfDose):
    verb = "bk"
    is_for_groups = True
    is_read_only = True


@dataclass(frozen=True, kw_only=True)
class Skip(OfDose):
    verb = "sk"
    is_for_groups = True

    is_in_entry: Annotated[bool, flag("e")] = False


@dataclass(frozen=True, kw_only=True)
class Snooze(OfDose):
    verb = "sz"
    is_for_groups = True

    minutes: Annotated[int, one_of(SNOOZE_MINUTES)]


@dataclass(frozen=True, kw_only=True)
class HoldSlot(OfPerson):
    """I'm on it, on a card."""

    verb = "ho"
    is_for_groups = True

    card: Card


@dataclass(frozen=True, kw_only=True)
class ShowNames(OfPerson):
    """What the doses of a card are, for whoever wants no names on it."""

    verb = "nm"
    is_for_groups = True

    card: Card


@dataclass(frozen=True, kw_only=True)
class UndoRecord(OfDose):
    """Undo below a record, and on old cards."""

    verb = "un"

    record: Record = None


@dataclass(frozen=True, kw_only=True)
class UndoOnCard(OfDose):
    """Undo below a card, which shows the result by itself."""

    verb = "uc"
    is_for_groups = True

    record: Record = None


@dataclass(frozen=True, kw_only=True)
class ShowRecord(OfDose):
    """Only shows who answered for the dose."""

    verb = "sh"
    is_for_groups = True
    is_read_only = True


@dataclass(frozen=True, kw_only=True)
class Correct(OfDose):
    verb = "co"


@dataclass(frozen=True, kw_only=True)
class CorrectToMyClock(OfDose):
    """The presser typed *at* by their own clock."""

    verb = "mc"

    at: Minute
