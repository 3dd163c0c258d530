"""Who a transaction acts as: the role to take and the scope to set."""

from dataclasses import dataclass
from uuid import UUID

from domain.models.delivery import Origin
from domain.models.row_security import APP_ROLE, DISPATCH_ROLE


@dataclass(frozen=True)
class ScopeRequest:
    """The role to take and the scope to set. Use the functions below to make one."""

    role: str
    user_id: UUID | None = None
    family_id: UUID | None = None
    update_id: int | None = None
    telegram_id: int | None = None
    origin: Origin | None = None


def as_user(
    user_id: UUID, *, update_id: int | None = None, origin: Origin | None = None
) -> ScopeRequest:
    """As one user, outside any family: `Scope.enter_family` checks membership and opens one.
    *origin* is the kind of chat in which they act.
    """
    return ScopeRequest(APP_ROLE, user_id=user_id, update_id=update_id, origin=origin)


def as_newcomer(telegram_id: int) -> ScopeRequest:
    """As a Telegram account that may not have a user yet."""
    return ScopeRequest(APP_ROLE, telegram_id=telegram_id)


def as_family(family_id: UUID, *, user_id: UUID | None = None) -> ScopeRequest:
    """As the bot itself, working inside one family (expanding schedules, rendering a card)."""
    return ScopeRequest(APP_ROLE, family_id=family_id, user_id=user_id)


def as_dispatch() -> ScopeRequest:
    """As the dispatcher, across families: sees what is due, never the content of a message."""
    return ScopeRequest(DISPATCH_ROLE)
