"""What is kept of a guided conversation, what became of keeping it, and its form in JSON.

Beside each lies its draft (:mod:`bot.redis.drafts`), which outlives it for a day: what was begun
and not finished says so when its time is over, and can be continued.
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
    """Where a person stands in a flow.

    ``version`` is 0 before the first save and grows by one with each; ``last_update_id`` is the
    update that led here; ``family_id`` the family it is about, once known; ``expires_at`` (aware,
    whole milliseconds) is when nobody waits for an answer any more, set by each save;
    ``is_mentioned`` once the person was told that its question is still open.
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
    """A conversation of this flow was running today and nobody answered in time."""

    flow: str
    flow_id: UUID


@dataclass(frozen=True)
class Draft:
    """A conversation of the last day as it was last, whether it runs, expired or is over."""

    conversation: Conversation
    is_over: bool

    def may_continue(self, *, now: datetime) -> bool:
        """Whether *now* is no more than a day after it expired."""
        expired_at = self.conversation.expires_at
        return not self.is_over and (expired_at is None or now < expired_at + _DAY)


@dataclass(frozen=True)
class Saved:
    """Stored; *conversation* carries its new version."""

    conversation: Conversation


@dataclass(frozen=True)
class AlreadyApplied:
    """This update led to *conversation* before: ask its question again, change nothing."""

    conversation: Conversation


@dataclass(frozen=True)
class LostRace:
    """Somebody else moved on (*current*), or ended the conversation or let it expire (None)."""

    current: Conversation | None


SaveResult: TypeAlias = Saved | AlreadyApplied | LostRace


def to_milliseconds(instant: datetime) -> int:
    return int(instant.timestamp() * 1000)


def from_milliseconds(milliseconds: int) -> datetime:
    """Raises ValueError, OverflowError or OSError where no clock shows that."""
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
    """None where there is nothing, or nothing that we can read."""
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
    """*value*, or TypeError where it is of another *kind*: JSON promises no shapes."""
    if not isinstance(value, kind):
        raise TypeError
    return value
