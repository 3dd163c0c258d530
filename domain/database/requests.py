"""As whom a transaction acts: the role to take and the scope to set."""

from dataclasses import dataclass
from uuid import UUID

from domain.models.row_security import APP_ROLE, DISPATCH_ROLE


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
