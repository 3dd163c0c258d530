"""Engine and unit of work: every transaction starts by taking a role and a scope.

``Database.run(work, as_person(...))`` opens one transaction, sets role and scope in one statement,
calls *work* with a :class:`Scope`, commits, and only then publishes the events that *work* left on
the scope; a rollback drops them. *work* may run more than once (serialization failure, deadlock, a
COMMIT whose outcome got lost), so it must not reach outside the transaction.
"""

import asyncio
import errno
import logging
import socket
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from sqlalchemy import Row, text
from sqlalchemy.exc import DBAPIError, InterfaceError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.sql.base import Executable

from domain.access import Action, Role, may
from domain.clock import Clock
from domain.errors import NoFamily, NotAllowed
from domain.events import Event
from domain.models.row_security import APP_ROLE, DISPATCH_ROLE

log = logging.getLogger(__name__)

T = TypeVar("T")

ATTEMPTS = 4
# serialization_failure, deadlock_detected, and what ends a session that may be opened again
REPEATED_STATES = frozenset({"40001", "40P01", "57P01", "57P02", "57P03", "57P04", "57P05"})
# What says that the server cannot serve us now, whoever asks, and that waiting may help: a failover
# (read_only_sql_transaction), too many sessions or too little memory or disk, a lock or a statement
# that took too long, sessions that were ended, and everything about connections.
AWAY_STATES = REPEATED_STATES | {"25006", "25P03", "55P03", "57014", "57000", "58000", "58030"}
_AWAY_CLASSES = ("08", "53")  # connection_exception, insufficient_resources
_READ_ONLY = "25006"
_CONNECTION_ERRORS = frozenset(
    {None, errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EADDRNOTAVAIL, errno.EMFILE}
)


@dataclass(frozen=True)
class Member:
    """Who acts, and in which family: the outcome of the membership check."""

    user_id: UUID
    name: str
    family_id: UUID
    family_name: str
    role: Role
    has_blocked: bool = False  # the bot, as far as we know
    medications_version: int = 0
    zone: ZoneInfo | None = None  # where they are themselves, if they have said so
    has_other_families: bool = False
    company: tuple[str, ...] = ()  # who else is in it, where another family of theirs has its name


@dataclass(frozen=True)
class ScopeRequest:
    """Which role to take and which scope to set. Made by the functions below, not by hand."""

    role: str
    user_id: UUID | None = None
    family_id: UUID | None = None
    update_id: int | None = None
    telegram_id: int | None = None


def as_person(user_id: UUID, *, update_id: int | None = None) -> ScopeRequest:
    """As one person, in no family yet: `Scope.enter_family` opens one after checking membership."""
    return ScopeRequest(APP_ROLE, user_id=user_id, update_id=update_id)


def as_newcomer(telegram_id: int) -> ScopeRequest:
    """As a Telegram account that may not have a user yet."""
    return ScopeRequest(APP_ROLE, telegram_id=telegram_id)


def as_family(family_id: UUID, *, user_id: UUID | None = None) -> ScopeRequest:
    """As the bot itself, at work inside one family (expansion, rendering a card)."""
    return ScopeRequest(APP_ROLE, family_id=family_id, user_id=user_id)


def as_dispatch() -> ScopeRequest:
    """As the dispatcher, across families: sees what is due, never what it says."""
    return ScopeRequest(DISPATCH_ROLE)


# In one family every plan goes by the family's or the row's key, whatever the values are, so the
# plan of a prepared statement is kept; to make it anew each time took a third of PostgreSQL's work
# for a press. Across families it does depend on the values (how much is due), so there it is not.
_SET_SCOPE = text(
    "SELECT set_config('role', :role, true), set_config('plan_cache_mode', :plans, true),"
    " set_config('app.user_id', :user_id, true),"
    " set_config('app.family_id', :family_id, true), set_config('app.update_id', :update_id, true),"
    " set_config('app.telegram_id', :telegram_id, true),"
    " set_config('app.clock_offset', :clock_offset, true),"
    # Nobody holds a connection for long because somebody else holds a row.
    " set_config('lock_timeout', '5s', true), clock_now() AS now"
)

# The family is set by the very query that finds the membership: no row, no scope.
_ENTER_FAMILY = text(
    "SELECT set_config('app.family_id', found.family_id::text, true), found.* FROM ("
    " SELECT m.family_id, m.role, f.name AS family_name, f.medications_version, u.name,"
    " u.blocked_at, u.timezone,"
    " EXISTS (SELECT 1 FROM family_members o WHERE o.user_id = m.user_id"
    " AND o.family_id <> m.family_id AND o.left_at IS NULL) AS has_other_families,"
    " EXISTS (SELECT 1 FROM family_members o JOIN families g ON g.id = o.family_id"
    " WHERE o.user_id = m.user_id AND o.family_id <> m.family_id AND o.left_at IS NULL"
    " AND lower(g.name) = lower(f.name)) AS has_namesake"
    " FROM family_members m JOIN families f ON f.id = m.family_id JOIN users u ON u.id = m.user_id"
    " WHERE m.user_id = :user_id AND m.left_at IS NULL AND f.deleted_at IS NULL"
    " AND (CAST(:family_id AS uuid) IS NULL OR m.family_id = :family_id)"
    " ORDER BY m.family_id = u.current_family_id DESC NULLS LAST, m.joined_at DESC, m.id LIMIT 1"
    ") found"
)

_COMPANY = text(
    "SELECT u.name FROM family_members m JOIN users u ON u.id = m.user_id"
    " WHERE m.family_id = :family_id AND m.left_at IS NULL AND m.user_id <> :user_id"
    " UNION SELECT name FROM care_recipients WHERE family_id = :family_id AND deleted_at IS NULL"
    " ORDER BY name"
)


@dataclass(frozen=True)
class Act:
    """What the person did in this transaction, as the audit calls it; a record of doses is
    `recorded`, a correction `corrected`.
    `id` is that of the event, or of the action in the log.
    """

    action: str
    id: UUID


@dataclass
class Scope:
    """One open transaction, as one role, in at most one family."""

    connection: AsyncConnection
    clock: Clock
    user_id: UUID | None
    family_id: UUID | None
    member: Member | None = None
    events: list[Event] = field(default_factory=list)
    acts: list[Act] = field(default_factory=list)  # without what only takes another one back
    audited: list[Act] = field(default_factory=list)  # all of them
    told_of: set[UUID] = field(default_factory=set)  # occurrences that a message tells all of now

    async def enter_family(self, family_id: UUID | None = None) -> Member | None:
        """Check the person's membership and open that family, their current one if None.

        Returns None, and opens nothing, if they are not a member.
        """
        found = (
            await self.connection.execute(
                _ENTER_FAMILY, {"user_id": self.user_id, "family_id": family_id}
            )
        ).one_or_none()
        if found is None or self.user_id is None:
            return None
        self.family_id = found.family_id
        self.member = Member(
            user_id=self.user_id,
            name=found.name,
            family_id=found.family_id,
            family_name=found.family_name,
            role=Role(found.role),
            has_blocked=found.blocked_at is not None,
            medications_version=found.medications_version,
            zone=ZoneInfo(found.timezone) if found.timezone else None,
            has_other_families=found.has_other_families,
            company=await self._company() if found.has_namesake else (),
        )
        return self.member

    async def _company(self) -> tuple[str, ...]:
        rows = await self.rows(_COMPANY, {"family_id": self.family_id, "user_id": self.user_id})
        return tuple(row.name for row in rows)

    async def open_family(self, family_id: UUID) -> None:
        """Open a family by another right than membership: founding it, or an invitation to it."""
        await self.connection.execute(
            text("SELECT set_config('app.family_id', :family_id, true)"),
            {"family_id": str(family_id)},
        )
        self.family_id = family_id

    async def present_invitation(self, token_hash: bytes) -> None:
        """Let this transaction read the one invitation whose secret the person holds."""
        await self.connection.execute(
            text("SELECT set_config('app.invitation', :token_hash, true)"),
            {"token_hash": token_hash.hex()},
        )

    @property
    def person_id(self) -> UUID:
        """Who acts. Only for scopes opened as a person."""
        if self.user_id is None:
            raise RuntimeError("this scope acts for nobody in particular")
        return self.user_id

    def require(self, action: Action) -> Member:
        """The acting member, if their role includes *action*. Raises NoFamily or NotAllowed."""
        if self.member is None:
            raise NoFamily
        if not may(self.member.role, action):
            raise NotAllowed(action, self.member.role)
        return self.member

    async def rows(
        self, statement: Executable, parameters: dict[str, Any] | None = None
    ) -> Sequence[Row[Any]]:
        return (await self.connection.execute(statement, parameters)).all()

    async def row(
        self, statement: Executable, parameters: dict[str, Any] | None = None
    ) -> Row[Any] | None:
        return (await self.connection.execute(statement, parameters)).one_or_none()

    async def execute(
        self, statement: Executable, parameters: dict[str, Any] | list[dict[str, Any]] | None = None
    ) -> int:
        """Run a write and return how many rows it touched."""
        return (await self.connection.execute(statement, parameters)).rowcount

    def publish(self, event: Event) -> None:
        """Tell others about *event* once this transaction is committed; never if it is not."""
        self.events.append(event)


class Database:
    """The engine and its unit of work. One instance per event loop."""

    def __init__(
        self, engine: AsyncEngine, *, clock: Clock, own_engine: AsyncEngine | None = None
    ) -> None:
        """*own_engine* is for the bot's own work: reminders do not wait for connections that people
        hold, say those of one family who all wait for one row.
        """
        self.engine = engine
        self._own_engine = own_engine or engine
        self.clock = clock
        self._subscribers: list[Callable[[Event], None]] = []
        self._last_works: list[Callable[[Scope], Awaitable[None]]] = []

    def before_commit(self, work: Callable[[Scope], Awaitable[None]]) -> None:
        """Do *work* at the end of every transaction, as part of it."""
        self._last_works.append(work)

    def subscribe(self, subscriber: Callable[[Event], None]) -> None:
        """Call *subscriber* with every event, right after its transaction was committed."""
        self._subscribers.append(subscriber)

    async def run(self, work: Callable[[Scope], Awaitable[T]], request: ScopeRequest) -> T:
        """Run *work* in one transaction. See the module docstring."""
        for attempt in range(1, ATTEMPTS + 1):
            try:
                result, events = await self._attempt(work, request)
            except DBAPIError as error:
                if attempt == ATTEMPTS or not _is_worth_retrying(error):
                    raise
                log.info("transaction repeated: attempt=%d state=%s", attempt, _state(error))
                await asyncio.sleep(0.05 * 2**attempt)
            else:
                self._publish(events)
                return result
        raise AssertionError("unreachable: the last attempt returns or raises")

    def _publish(self, events: Sequence[Event]) -> None:
        """What is committed is committed, whatever a subscriber makes of it."""
        for event in events:
            for subscriber in self._subscribers:
                try:
                    subscriber(event)
                except Exception as error:
                    log.error("event not delivered: %s", type(error).__name__)

    async def _attempt(
        self, work: Callable[[Scope], Awaitable[T]], request: ScopeRequest
    ) -> tuple[T, list[Event]]:
        is_a_persons = request.user_id is not None or request.telegram_id is not None
        engine = self.engine if is_a_persons else self._own_engine
        async with engine.begin() as connection:
            asked_at, offset = self.clock.machine_now(), self.clock.offset
            begun = await connection.execute(_SET_SCOPE, _scope_parameters(request, offset))
            theirs: datetime = begun.one().now - offset
            self.clock.compare(theirs, asked_at=asked_at, answered_at=self.clock.machine_now())
            scope = Scope(
                connection,
                clock=self.clock,
                user_id=request.user_id,
                family_id=request.family_id,
            )
            try:
                result = await work(scope)
                for last_work in self._last_works:
                    await last_work(scope)
                return result, scope.events
            except DBAPIError as error:
                if _state(error) == _READ_ONLY:
                    # The server has another role by now: to this connection it keeps it.
                    await connection.invalidate()
                raise

    async def close(self) -> None:
        await self.engine.dispose()
        await self._own_engine.dispose()


def _scope_parameters(request: ScopeRequest, offset: timedelta) -> dict[str, str]:
    return {
        "role": request.role,
        "plans": "force_generic_plan" if request.role == APP_ROLE else "auto",
        "user_id": str(request.user_id or ""),
        "family_id": str(request.family_id or ""),
        "update_id": "" if request.update_id is None else str(request.update_id),
        "telegram_id": "" if request.telegram_id is None else str(request.telegram_id),
        "clock_offset": f"{offset.total_seconds():.6f} seconds" if offset else "",
    }


def _state(error: DBAPIError) -> str | None:
    return getattr(error.orig, "sqlstate", None)


def _is_worth_retrying(error: DBAPIError) -> bool:
    return error.connection_invalidated or _state(error) in REPEATED_STATES


def is_away(error: BaseException) -> bool:
    """Whether *error* says that the database cannot serve now, so that waiting may help."""
    if isinstance(error, DBAPIError):
        state = _state(error) or ""
        return (
            error.connection_invalidated
            or state in AWAY_STATES
            or state.startswith(_AWAY_CLASSES)
            or isinstance(error, InterfaceError)  # the connection is closed
        )
    return isinstance(error, PoolTimeout) or _is_of_a_connection(error)


def _is_of_a_connection(error: BaseException) -> bool:
    """What a connection raises, other than a file: an unknown zone is an OSError, too."""
    if isinstance(error, (ConnectionError, TimeoutError, socket.gaierror, FileNotFoundError)):
        return True
    # asyncio raises one without a number where several addresses failed.
    return isinstance(error, OSError) and error.errno in _CONNECTION_ERRORS


def make_engine(url: str, *, pool_size: int = 10) -> AsyncEngine:
    """An engine for a SQLAlchemy asyncpg URL, fit for PgBouncer and Neon's pooler too."""
    return create_async_engine(
        url,
        pool_size=pool_size,
        max_overflow=0,
        pool_pre_ping=False,
        pool_use_lifo=True,
        hide_parameters=True,  # an error must not carry names and drugs into the log
        connect_args={
            "timeout": 10,
            "command_timeout": 30,
            # A pooler may hand the next transaction another session: names must not collide.
            "prepared_statement_name_func": lambda: f"__carecircle_{uuid4()}__",
            "server_settings": {"application_name": "carecircle", "timezone": "UTC"},
        },
    )


_RIGHTS = text("""
    SELECT r.rolsuper, r.rolbypassrls,
           EXISTS (SELECT 1 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                   WHERE n.nspname = 'public' AND c.relkind = 'r' AND c.relowner = r.oid)
               AS is_owner
    FROM pg_roles r WHERE r.rolname = current_user
""")


async def find_unsafe_rights(database: Database) -> str | None:
    """Why serving over this connection would be unsafe, in one sentence; None if it is not.

    Asked with the roles taken, as everything that serves asks: a superuser, a role that bypasses
    row security or the owner of the tables would see through the walls.
    """
    for request in (as_person(UUID(int=0)), as_dispatch()):
        try:
            rights = await database.run(lambda scope: scope.row(_RIGHTS), request)
        except ProgrammingError:
            return f"this login may not take the role {request.role}: run `carecircle db upgrade`."
        if rights is None or rights.rolsuper or rights.rolbypassrls or rights.is_owner:
            return f"the role {request.role} could see through the walls between families."
    return None


async def measure_skew(database: Database) -> timedelta:
    """How far PostgreSQL's clock is ahead of ours, give or take a round trip."""

    async def nothing(_: Scope) -> None: ...

    # The second transaction has a connection already: what it measures is no round trips more.
    for _ in range(2):
        await database.run(nothing, as_dispatch())
    return database.clock.skew
