"""Several things saved at once, in one transaction: one that is refused leaves nothing behind."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from domain.database.scope import Scope

T = TypeVar("T")


async def attempt(scope: Scope, work: Callable[[Scope], Awaitable[T]]) -> T:
    """Do *work*; if it raises, what it wrote is taken back, and what was written before stays."""
    before, events = len(scope.acts), len(scope.events)
    try:
        async with scope.connection.begin_nested():
            return await work(scope)
    except BaseException:
        del scope.acts[before:]
        del scope.events[events:]
        raise
