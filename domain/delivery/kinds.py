"""Kinds of messages: how to read their facts, when they become obsolete, whether they make a sound.

Each area defines its own kinds; :mod:`domain.overview.kinds` collects them.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto
from typing import Any, Generic, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from domain.access import Role
from domain.database.scope import Scope
from domain.models.delivery import Kind
from domain.models.family import HourCycle

FactsT = TypeVar("FactsT")


@dataclass(frozen=True)
class Receiver:
    """The member who gets a message. `chat_id` is their private chat with the bot; `zone` is their
    own, if they have told us. `is_quiet`: it's in their quiet hours now. `has_left`: the family, or
    they may not see any more whom the message is about. `people` are those whom they see, if they
    are restricted.

    Or the group that gets a card, as the member who bound it: then `group_id` is set, `chat_id` is
    the group, `thread_id` its topic, and it `has_left` once it isn't the family's any more.
    """

    user_id: UUID
    chat_id: int
    name: str
    language_code: str | None
    role: Role
    zone: ZoneInfo | None
    hour_cycle: HourCycle
    is_quiet: bool
    hides_names: bool
    has_big_cards: bool
    hears_of_changes: bool
    has_left: bool
    has_started: bool
    has_blocked: bool
    people: frozenset[UUID] | None = None
    group_id: UUID | None = None
    thread_id: int | None = None

    @property
    def may_record(self) -> bool:
        """Whether the message has buttons to record doses. In a group, who presses is asked."""
        return self.group_id is not None or self.role is not Role.VIEWER


@dataclass(frozen=True)
class Subject:
    """The person a message is about. `zone` is where they live."""

    id: UUID
    name: str
    zone: ZoneInfo


@dataclass(frozen=True)
class MessageHeader:
    """What we know of a message before its kind reads the rest, as of `now` (UTC).

    `facts` has the ids of what it is about. `subject` raises LookupError if it's about no person,
    `minute` if it's about no particular minute.
    """

    id: UUID
    family_id: UUID
    kind: Kind
    receiver: Receiver
    facts: Mapping[str, Any]
    now: datetime
    sent_at: datetime | None
    maybe_sent: bool
    person: Subject | None
    slot_at: datetime | None
    ask_no: int
    part: int
    menu_dose_id: UUID | None
    is_asked_again: bool

    @property
    def subject(self) -> Subject:
        if self.person is None:
            raise LookupError("the message is about nobody")
        return self.person

    @property
    def minute(self) -> datetime:
        if self.slot_at is None:
            raise LookupError("the message is about no minute")
        return self.slot_at

    @property
    def shown_at(self) -> datetime:
        """When it was sent, or now if it hasn't been."""
        return self.sent_at or self.now


def never_obsolete(_: object) -> str | None:
    """For messages that never become obsolete."""
    return None


def never_silent(_: object) -> bool:
    return False


def always_silent(_: object) -> bool:
    """For messages that nobody has to act on."""
    return True


def shows_no_doses(_: object) -> Sequence[UUID]:
    return ()


class QuietHoursRule(Enum):
    """What becomes of a message's sound in the receiver's quiet hours."""

    SILENT = auto()
    SOUNDS_FOR_THE_LAST = auto()  # who is awake and gets the same hears it; else everybody does
    SOUNDS = auto()


@dataclass(frozen=True)
class MessageKind(Generic[FactsT]):
    """How to handle messages of one kind.

    `read` reads the facts of several messages of one family at once, in that family's scope, right
    before they are sent or edited. `find_obsolete` returns why a message needn't be sent any more.
    `list_shown_doses` returns the doses that a message asks for, `in_quiet_hours` what becomes of
    its sound. `tells_of_departure`: whoever its facts name as `user_id` gets it though they have
    left.
    """

    kind: Kind
    read: Callable[[Scope, Sequence[MessageHeader]], Awaitable[Mapping[UUID, FactsT]]]
    find_obsolete: Callable[[FactsT], str | None] = never_obsolete
    is_silent: Callable[[FactsT], bool] = never_silent
    list_shown_doses: Callable[[FactsT], Sequence[UUID]] = shows_no_doses
    in_quiet_hours: QuietHoursRule = QuietHoursRule.SILENT
    tells_of_departure: bool = False


def read_one_by_one(
    read: Callable[[Scope, MessageHeader], Awaitable[FactsT]],
) -> Callable[[Scope, Sequence[MessageHeader]], Awaitable[Mapping[UUID, FactsT]]]:
    """Read each message separately: there are seldom two of such a kind."""

    async def read_each(scope: Scope, headers: Sequence[MessageHeader]) -> Mapping[UUID, FactsT]:
        return {each.id: await read(scope, each) for each in headers}

    return read_each
