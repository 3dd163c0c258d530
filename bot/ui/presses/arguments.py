"""Encodings for the arguments of buttons (pages, moments, slots, choices), in ten characters."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Annotated, TypeVar

from bot.ui.presses.press import ARGUMENT_LENGTH, Argument, UnreadableCallback
from domain.medicines.doses.choices import DIGEST_LENGTH, Choice
from domain.medicines.records.corrections import RecordedWithin

E = TypeVar("E", bound=StrEnum)

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_BASE_36 = re.compile("[0-9a-z]+")
_DECIMAL = re.compile("0|[1-9][0-9]*")
_EPOCH, _MINUTE_LONG = datetime.fromtimestamp(0, UTC), timedelta(minutes=1)
_MOMENT_LONG, _MOMENT_LENGTH = timedelta(milliseconds=1), 8
_DIGEST_LENGTH = 4
_PART_AND_DIGEST = 1 + _DIGEST_LENGTH


def to_base36(number: int) -> str:
    if number < 0:
        raise ValueError("a button can't carry a negative number")
    digits = ""
    while True:
        number, digit = divmod(number, 36)
        digits = _DIGITS[digit] + digits
        if not number:
            return digits


def from_base36(text: str) -> int:
    """Raises :class:`UnreadableCallback`."""
    if not _BASE_36.fullmatch(text):
        raise UnreadableCallback
    return int(text, 36)


def _from_decimal(text: str) -> int:
    if not _DECIMAL.fullmatch(text):
        raise UnreadableCallback
    return int(text)


Whole = Annotated[int, Argument(str, _from_decimal)]


MaybeWhole = Annotated[
    int | None,
    Argument(
        lambda value: "" if value is None else str(value),
        lambda text: _from_decimal(text) if text else None,
    ),
]


def one_of(numbers: Collection[int]) -> Argument[int]:
    """Accepts only one of *numbers*."""

    def check(number: int) -> int:
        if number not in numbers:
            raise UnreadableCallback
        return number

    return Argument(lambda number: str(check(number)), lambda text: check(_from_decimal(text)))


# Older page buttons wrote the first page as "0".
Page = Annotated[
    int,
    Argument[int](
        lambda page: str(page) if page else "",
        lambda text: _from_decimal(text) if text else 0,
        old=frozenset({"0"}),
    ),
]
"""From 0 on."""

TurnedPage = Annotated[
    int | None,
    Argument[int | None](
        lambda page: "" if page is None else str(page),
        lambda text: _from_decimal(text) if text else None,
    ),
]
"""None is the first one, as a message of its own."""

Count = Annotated[
    int,
    Argument[int](
        lambda count: str(count) if count > 1 else "",
        lambda text: _from_decimal(text) if text else 1,
    ),
]
"""From 1 on."""


def flag(letter: str) -> Argument[bool]:
    """*letter* for true, empty for false."""

    def read(text: str) -> bool:
        if text not in ("", letter):
            raise UnreadableCallback
        return bool(text)

    return Argument(lambda value: letter if value else "", read)


YesOrNo = Annotated[
    bool, Argument[bool](lambda value: "y" if value else "n", lambda text: text == "y")
]


def beginning_of(kind: type[E]) -> Argument[E]:
    """A member of *kind*, as much of it as fits."""
    members = {member.value[:ARGUMENT_LENGTH]: member for member in kind}

    def read(text: str) -> E:
        if text not in members:
            raise UnreadableCallback
        return members[text]

    return Argument(lambda member: member.value[:ARGUMENT_LENGTH], read)


def member_of(kind: type[E]) -> Argument[E]:
    return Argument(lambda value: value.value, kind)


def maybe_member_of(kind: type[E]) -> Argument[E | None]:
    return Argument(
        lambda value: "" if value is None else value.value,
        lambda text: kind(text) if text else None,
    )


Word = Annotated[str, Argument(str, str)]


def write_minute(instant: datetime) -> str:
    """A whole minute (UTC) in base 36."""
    return to_base36((instant - _EPOCH) // _MINUTE_LONG)


def read_minute(text: str) -> datetime:
    return datetime.fromtimestamp(from_base36(text) * 60, UTC)


Minute = Annotated[datetime, Argument(write_minute, read_minute)]


def recorded_at(instant: datetime | None) -> RecordedWithin | None:
    """Identifies the record made at *instant*, even if there are two within a minute."""
    if instant is None:
        return None
    return RecordedWithin(_EPOCH + (instant - _EPOCH) // _MOMENT_LONG * _MOMENT_LONG, _MOMENT_LONG)


def _write_record(record: RecordedWithin | None) -> str:
    if record is None:
        return ""
    if record.length == _MINUTE_LONG:
        return write_minute(record.start)
    text = to_base36((record.start - _EPOCH) // _MOMENT_LONG)
    if record.length != _MOMENT_LONG or len(text) < _MOMENT_LENGTH:
        raise ValueError("a record is identified to the millisecond")
    return text


def _read_record(text: str) -> RecordedWithin | None:
    if not text:
        return None
    if len(text) < _MOMENT_LENGTH:
        return RecordedWithin(read_minute(text), _MINUTE_LONG)
    return RecordedWithin(_EPOCH + from_base36(text) * _MOMENT_LONG, _MOMENT_LONG)


Record = Annotated[RecordedWithin | None, Argument(_write_record, _read_record)]
"""A whole millisecond in base 36; older buttons name a minute, or nothing (None)."""


@dataclass(frozen=True)
class CardOfSlot:
    """The minute (UTC) of a slot, and the number of the card, from 0."""

    at: datetime
    part: int = 0


def _write_part(part: int) -> str:
    text = to_base36(part)
    if len(text) > 1:
        raise ValueError("a slot can't have more cards than there are letters")
    return text


def _write_card(card: CardOfSlot) -> str:
    return write_minute(card.at) + (f".{_write_part(card.part)}" if card.part else "")


def _read_card(text: str) -> CardOfSlot:
    minute, dot, part = text.partition(".")
    return CardOfSlot(read_minute(minute), from_base36(part) if dot else 0)


Card = Annotated[CardOfSlot, Argument(_write_card, _read_card)]


@dataclass(frozen=True)
class NamedDoses:
    """The doses of a slot's card that a message has named, by their `digest`; None on older
    buttons, which name the slot.
    """

    at: datetime
    part: int = 0
    digest: str | None = None


def _write_named(named: NamedDoses) -> str:
    minute = write_minute(named.at)
    if named.digest is None:
        if named.part or len(minute) >= ARGUMENT_LENGTH:
            raise ValueError("without a digest, only the first card can be named")
        return minute
    text = f"{minute}{_write_part(named.part)}{named.digest}"
    if len(text) != ARGUMENT_LENGTH or len(named.digest) != _DIGEST_LENGTH:
        raise ValueError("the digest of a slot's doses has ten letters")
    return text


def _read_named(text: str) -> NamedDoses:
    if len(text) < ARGUMENT_LENGTH:
        return NamedDoses(read_minute(text))
    minute, rest = text[:-_PART_AND_DIGEST], text[-_PART_AND_DIGEST:]
    return NamedDoses(read_minute(minute), from_base36(rest[0]), rest[1:])


Named = Annotated[NamedDoses, Argument(_write_named, _read_named)]


def write_choice(choice: Choice) -> str:
    number = to_base36(choice.number)
    if len(number) > 1 or len(choice.digest) != DIGEST_LENGTH:
        raise ValueError("a choice of an amount has five letters")
    return number + choice.digest


def read_choice(text: str) -> Choice:
    return Choice(from_base36(text[:1]), text[1:])


MaybeChoice = Annotated[
    Choice | None,
    Argument[Choice | None](
        lambda choice: "" if choice is None else write_choice(choice),
        lambda text: read_choice(text) if text else None,
    ),
]
"""One of the amounts of a range; None for a dose that has no range, and on older buttons."""


@dataclass(frozen=True)
class Pick:
    """The number of a question in its conversation, and which of its answers was picked."""

    question: int
    key: str


def _write_pick(pick: Pick) -> str:
    return f"{to_base36(pick.question)}.{pick.key}"


def _read_pick(text: str) -> Pick:
    number, _dot, key = text.partition(".")
    return Pick(from_base36(number), key)


Picked = Annotated[Pick, Argument(_write_pick, _read_pick)]
