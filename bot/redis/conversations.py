"""The stored form of a guided conversation, and the outcomes of storing it.

Each conversation has a draft (:mod:`bot.redis.drafts`) that outlives it by a day, so that an
unfinished conversation can say so once it expires, and be continued.
"""

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias
from uuid import UUID

from bot.redis import keys

logger = logging.getLogger(__name__)

JSON: TypeAlias = "bool | int | float | str | Sequence[JSON] | Mapping[str, JSON] | None"

_DAY = timedelta(seconds=keys.DRAFT_TTL)


@dataclass(frozen=True)
class Conversation:
    """A person's position in a flow.

    ``version`` is 0 before the first save and increases with each; ``last_update_id`` is the update
    that led here; ``family_id`` is its family, once known; ``expires_at`` (aware, whole
    milliseconds) is when it stops waiting for an answer, set by each save; ``is_mentioned`` is true
    once the person was told that its question is still open.
    """

    flow: str
    step: str
    flow_id: UUID
    data: Mapping[str, JSON]
    version: int
    last_update_id: int
    family_id: UUID | None
    expires_at: datetime | None = None
    is_mentioned: bool = False


@dataclass(frozen=True)
class Expired:
    """A conversation of this flow was started within the last day, and nobody answered in time."""

    flow: str
    flow_id: UUID


@dataclass(frozen=True)
class Draft:
    """The latest state of a conversation of the last day, whether it is running, expired or
    ended.
    """

    conversation: Conversation
    is_over: bool

    def may_continue(self, *, now: datetime) -> bool:
        """Whether it expired no more than a day before *now*."""
        expired_at = self.conversation.expires_at
        return not self.is_over and (expired_at is None or now < expired_at + _DAY)


@dataclass(frozen=True)
class Saved:
    """It was stored; *conversation* has its new version."""

    conversation: Conversation


@dataclass(frozen=True)
class AlreadyApplied:
    """This update has already led to *conversation*: repeat its question, change nothing."""

    conversation: Conversation


@dataclass(frozen=True)
class LostRace:
    """The conversation has moved on (*current*), or it has ended or expired (None)."""

    current: Conversation | None


SaveResult: TypeAlias = Saved | AlreadyApplied | LostRace


def to_milliseconds(instant: datetime) -> int:
    return int(instant.timestamp() * 1000)


def from_milliseconds(milliseconds: int) -> datetime:
    """Raises ValueError, OverflowError or OSError for values out of range."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def dump_conversation(conversation: Conversation) -> str:
    expires_at = conversation.expires_at
    return json.dumps(
        {
            "flow": conversation.flow,
            "step": conversation.step,
            "flow_id": str(conversation.flow_id),
            "data": conversation.data,
            "version": conversation.version,
            "last_update_id": conversation.last_update_id,
            "family_id": conversation.family_id and str(conversation.family_id),
            "expires_at": expires_at and to_milliseconds(expires_at),
        }
    )


def parse_conversation(text: str | bytes | None) -> Conversation | None:
    """None if there is nothing, or nothing readable."""
    if text is None:
        return None
    try:
        stored: dict[str, Any] = json.loads(text)
        family_id = stored["family_id"]
        expires_at = stored.get("expires_at")
        return Conversation(
            flow=_only(str, stored["flow"]),
            step=_only(str, stored["step"]),
            flow_id=UUID(stored["flow_id"]),
            data=_only(dict, stored["data"]),
            version=_only(int, stored["version"]),
            last_update_id=_only(int, stored["last_update_id"]),
            family_id=None if family_id is None else UUID(family_id),
            expires_at=None if expires_at is None else from_milliseconds(_only(int, expires_at)),
        )
    except (
        ValueError,
        TypeError,
        KeyError,
        AttributeError,
        RecursionError,
        OverflowError,
        OSError,
    ):
        logger.warning("unreadable conversation: treated as expired")
        return None


def parse_tombstone(text: str | bytes | None) -> Expired | None:
    if text is None:
        return None
    try:
        stored: dict[str, Any] = json.loads(text)
        return Expired(flow=_only(str, stored["flow"]), flow_id=UUID(stored["flow_id"]))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        logger.warning("unreadable tombstone: ignored")
        return None


def _only(kind: type, value: Any) -> Any:
    """*value*, or TypeError if it isn't of this *kind*, which JSON doesn't guarantee."""
    if not isinstance(value, kind):
        raise TypeError
    return value
