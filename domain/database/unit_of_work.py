"""The unit of work: every transaction starts by taking a role and setting a scope.

``Database.run(work, as_user(...))`` opens one transaction, sets role and scope in one statement,
calls *work* with a :class:`Scope`, commits, and only then publishes the events that *work* left on
the scope; a rollback drops them. *work* may run more than once (serialization failure, deadlock, a
lost reply to COMMIT), so it must have no effects outside the transaction.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import TypeVar

from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.clock import Clock
from domain.database.failures import READ_ONLY, get_sqlstate, is_retryable
from domain.database.requests import ScopeRequest
from domain.database.scope import Scope
from domain.database.transactions import begin, without_transactions
from domain.events import Event
from domain.models.row_security import APP_ROLE

log = logging.getLogger(__name__)

T = TypeVar("T")

ATTEMPTS = 4


# Within a family every plan goes by the family's or the row's key, whatever the values, so we keep
# a prepared statement's plan: replanning took a third of PostgreSQL's work for a press. Across
# families the best plan depends on the values (how much is due), so we let PostgreSQL replan.
_SET_SCOPE = (
    "SELECT set_config('role', $1, true), set_config('plan_cache_mode', $2, true),"
    " set_config('app.user_id', $3, true),"
    " set_config('app.family_id', $4, true), set_config('app.update_id', $5, true),"
    " set_config('app.telegram_id', $6, true),"
    " set_config('app.clock_offset', $7, true),"
    # Don't hold a connection for long because somebody else holds a row.
    " set_config('lock_timeout', '5s', true),"
    # Nor a row because this process has been frozen: nobody else could act on what is due.
    " set_config('idle_in_transaction_session_timeout', '15s', true), clock_now() AS now"
)


class Database:
    """The engine and its unit of work. One instance per event loop."""

    def __init__(
        self, engine: AsyncEngine, *, clock: Clock, background_engine: AsyncEngine | None = None
    ) -> None:
        """*background_engine* is for the bot's own work, so that reminders don't wait for
        connections that users hold, for example a family whose members all wait for one row.
        """
        self.engine = engine
        self._background_engine = background_engine or engine
        self._interactive = without_transactions(self.engine)
        self._background = without_transactions(self._background_engine)
        self.clock = clock
        self._subscribers: list[Callable[[Event], None]] = []
        self._before_commit: list[Callable[[Scope], Awaitable[None]]] = []

    def before_commit(self, work: Callable[[Scope], Awaitable[None]]) -> None:
        """Run *work* at the end of every transaction, as part of it."""
        self._before_commit.append(work)

    def subscribe(self, subscriber: Callable[[Event], None]) -> None:
        """Call *subscriber* with every event, right after its transaction has committed."""
        self._subscribers.append(subscriber)

    async def run(self, work: Callable[[Scope], Awaitable[T]], request: ScopeRequest) -> T:
        """Run *work* in one transaction and return its result. See the module docstring."""
        for attempt in range(1, ATTEMPTS + 1):
            try:
                result, events = await self._attempt(work, request)
            except DBAPIError as error:
                if attempt == ATTEMPTS or not is_retryable(error):
                    raise
                log.info("transaction retried: attempt=%d state=%s", attempt, get_sqlstate(error))
                await asyncio.sleep(0.05 * 2**attempt)
            else:
                self._publish(events)
                return result
        raise AssertionError("unreachable: the last attempt returns or raises")

    def _publish(self, events: Sequence[Event]) -> None:
        """A failing subscriber changes nothing: the transaction has committed."""
        for event in events:
            for subscriber in self._subscribers:
                try:
                    subscriber(event)
                except Exception as error:
                    log.error("event delivery failed: %s", type(error).__name__)

    async def _attempt(
        self, work: Callable[[Scope], Awaitable[T]], request: ScopeRequest
    ) -> tuple[T, list[Event]]:
        is_interactive = request.user_id is not None or request.telegram_id is not None
        engine = self._interactive if is_interactive else self._background
        offset = self.clock.offset
        values = _scope_values(request, offset)
        async with begin(engine, _SET_SCOPE, values, machine_now=self.clock.machine_now) as begun:
            connection, server_time = begun.connection, begun.row["now"] - offset
            self.clock.adjust_skew(
                server_time, asked_at=begun.asked_at, answered_at=begun.answered_at
            )
            scope = Scope(
                connection,
                clock=self.clock,
                user_id=request.user_id,
                family_id=request.family_id,
                origin=request.origin,
            )
            try:
                result = await work(scope)
                for before_commit in self._before_commit:
                    await before_commit(scope)
                return result, scope.events
            except DBAPIError as error:
                if get_sqlstate(error) == READ_ONLY:
                    # The server is a standby now, and for this connection it will stay one.
                    await connection.invalidate()
                raise

    async def close(self) -> None:
        await self.engine.dispose()
        await self._background_engine.dispose()


def _scope_values(request: ScopeRequest, offset: timedelta) -> Sequence[str]:
    return (
        request.role,
        "force_generic_plan" if request.role == APP_ROLE else "auto",
        str(request.user_id or ""),
        str(request.family_id or ""),
        "" if request.update_id is None else str(request.update_id),
        "" if request.telegram_id is None else str(request.telegram_id),
        f"{offset.total_seconds():.6f} seconds" if offset else "",
    )
