"""One open transaction: its role, its family if it has one, and who is acting in it."""

from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.base import Executable

from domain.access import Action, Role, may
from domain.clock import Clock
from domain.errors import NoFamily, NotAllowed
from domain.events import Event
from domain.models.delivery import Origin
from domain.models.family import HourCycle


@dataclass(frozen=True)
class Member:
    """The acting user and their family: the result of the membership check.

    `medications_version` is that of the family's list. `others_in_family` names everybody else in
    the family, and is filled only if another family of the user has the same name.
    """

    user_id: UUID
    name: str
    family_id: UUID
    family_name: str
    role: Role
    has_blocked: bool = False  # has blocked the bot, as far as we know
    medications_version: int = 0
    zone: ZoneInfo | None = None  # the user's own, if they have told us
    hour_cycle: HourCycle = HourCycle.H23
    has_other_families: bool = False
    is_restricted: bool = False  # sees only some of the people cared for
    others_in_family: tuple[str, ...] = ()


# The query that finds the membership also sets the family: without a row there's no scope.
_ENTER_FAMILY = text(
    "SELECT set_config('app.family_id', found.family_id::text, true),"
    " set_config('app.people', CASE WHEN found.is_restricted THEN found.people ELSE '' END, true),"
    " found.* FROM ("
    " SELECT m.family_id, m.role, m.is_restricted, CASE WHEN m.is_restricted THEN"
    " (SELECT coalesce(array_agg(a.care_recipient_id), '{}')::text FROM care_assignments a"
    " WHERE a.family_id = m.family_id AND a.user_id = m.user_id AND a.sees) END AS people,"
    " f.name AS family_name, f.medications_version, u.name,"
    " u.blocked_at, u.timezone, u.hour_cycle,"
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
    """An action of the actor in this transaction, by its name in the audit; a record of doses is
    `recorded`, a correction `corrected`. `id` is that of the audit event, or of the log's action.
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
    origin: Origin | None = None  # the kind of chat in which the user acts
    events: list[Event] = field(default_factory=list)
    acts: list[Act] = field(default_factory=list)  # except undos
    audited: list[Act] = field(default_factory=list)  # including undos
    # Occurrences that a message of this transaction already covers.
    covered_occurrence_ids: set[UUID] = field(default_factory=set)

    async def enter_family(self, family_id: UUID | None = None) -> Member | None:
        """Check the user's membership and open that family; if None, their current one.

        Returns None, and opens nothing, if they aren't a member.
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
            hour_cycle=HourCycle(found.hour_cycle),
            has_other_families=found.has_other_families,
            is_restricted=found.is_restricted,
            others_in_family=await self._list_others() if found.has_namesake else (),
        )
        return self.member

    async def _list_others(self) -> tuple[str, ...]:
        rows = await self.rows(_COMPANY, {"family_id": self.family_id, "user_id": self.user_id})
        return tuple(row.name for row in rows)

    async def open_family(self, family_id: UUID) -> None:
        """Open a family without a membership check: to found it, or to join it by invitation."""
        await self.connection.execute(
            text(
                "SELECT set_config('app.family_id', :family_id, true),"
                " set_config('app.people', '', true)"
            ),
            {"family_id": str(family_id)},
        )
        self.family_id = family_id

    @asynccontextmanager
    async def seeing(self, person_ids: Collection[UUID]) -> AsyncIterator[None]:
        """See only these people cared for, and what is about them, in a scope that sees all."""
        statement = text("SELECT set_config('app.people', :people, true)")
        people = ",".join(map(str, person_ids))
        await self.connection.execute(statement, {"people": "{" + people + "}"})
        yield
        # After an error the transaction is over, and the setting with it.
        await self.connection.execute(statement, {"people": ""})

    async def present_invitation(self, token_hash: bytes) -> None:
        """Let this transaction read the one invitation whose secret the user has."""
        await self.connection.execute(
            text("SELECT set_config('app.invitation', :token_hash, true)"),
            {"token_hash": token_hash.hex()},
        )

    @property
    def actor_id(self) -> UUID:
        """The acting user. Raises RuntimeError in scopes where the bot acts by itself."""
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
        """Execute a write; returns how many rows it touched."""
        return (await self.connection.execute(statement, parameters)).rowcount

    def publish(self, event: Event) -> None:
        """Publish *event* once this transaction has committed; drop it on rollback."""
        self.events.append(event)
