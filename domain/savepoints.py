"""Savepoints: several operations in one transaction, of which one may be refused."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from domain.database.scope import Scope

T = TypeVar("T")


async def run_in_savepoint(scope: Scope, work: Callable[[Scope], Awaitable[T]]) -> T:
    """Run *work* in a savepoint. If it raises, only what it wrote and published is rolled back."""
    before, events = len(scope.acts), len(scope.events)
    try:
        async with scope.connection.begin_nested():
            return await work(scope)
    except BaseException:
        del scope.acts[before:]
        del scope.events[events:]
        raise
