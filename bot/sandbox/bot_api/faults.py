"""Faults on demand between a bot and Telegram, for tests."""

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from bot.sandbox.errors import ApiError, too_many_requests


class Drop(Enum):
    """When the connection breaks: the bot can't tell the two apart."""

    BEFORE = "before the call took effect"
    AFTER = "after the call took effect, before its answer arrived"


@dataclass(slots=True)
class Fault:
    """What happens to a call instead of, before or after its usual effect."""

    # Seconds to wait before anything else happens.
    delay: float = 0
    error: ApiError | None = None
    drop: Drop | None = None
    # What the call returns instead of its result, after taking effect; a list of one, or empty.
    results: Sequence[Any] = ()
    # What the response holds instead of JSON, after the call took effect.
    body: str | None = None
    # The share of the calls that it affects, at random.
    share: float = 1
    # Only calls into this chat; None for all.
    chat_id: int | None = None
    # How many calls to affect; None for all until ``clear``.
    times: int | None = 1


@dataclass(slots=True)
class Faults:
    """Faults by method, in the order they were planned; "*" stands for any method."""

    _planned: dict[str, list[Fault]] = field(default_factory=dict)
    _only: frozenset[str] | None = None
    _refusal: ApiError = field(default_factory=lambda: ApiError(400, "Bad Request"))
    # The same faults strike the same calls each time.
    _chance: random.Random = field(default_factory=lambda: random.Random(1))  # noqa: S311
    # How often a fault occurred, by method.
    struck: Counter[str] = field(default_factory=Counter)

    def plan(self, method: str, fault: Fault) -> None:
        self._planned.setdefault(method, []).append(fault)

    def only(self, methods: frozenset[str] | None, refusal: ApiError) -> None:
        self._only = methods
        self._refusal = refusal

    def clear(self) -> None:
        self._planned.clear()
        self._only = None

    def next(self, method: str, *, chat_id: int | None = None) -> Fault | None:
        """The fault for this call (into a chat), if any; this uses it up."""
        if self._only is not None and method not in self._only:
            self.struck[method] += 1
            return Fault(error=self._refusal)
        for key in (method, "*"):
            planned = self._planned.get(key, [])
            fault = next((f for f in planned if self._affects(f, chat_id)), None)
            if fault is None:
                continue
            if fault.times is not None:
                fault.times -= 1
                if fault.times <= 0:
                    planned.remove(fault)
            self.struck[method] += 1
            return fault
        return None

    def _affects(self, fault: Fault, chat_id: int | None) -> bool:
        return fault.chat_id in (None, chat_id) and (
            fault.share >= 1 or self._chance.random() < fault.share
        )


def error_for(status: int, *, description: str | None, retry_after: int) -> ApiError:
    """Telegram's usual message for a status, unless one is given."""
    if status == 429:
        return too_many_requests(retry_after)
    usual = {
        400: "Bad Request",
        413: "Request Entity Too Large",
        401: "Unauthorized",
        403: "Forbidden: bot was blocked by the user",
        404: "Not Found",
        409: "Conflict: terminated by other getUpdates request; "
        "make sure that only one bot instance is running",
        500: "Internal Server Error",
        502: "Bad Gateway",
    }
    return ApiError(status, description or usual.get(status, "Internal Server Error"))
