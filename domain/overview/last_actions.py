"""A member's last action, here or in any of their families, and that of a message."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select, true

from domain.access import Action
from domain.audit import LASTING
from domain.database.scope import Member, Scope
from domain.errors import NothingToUndo, TooLateToUndo
from domain.family.families import FamilyFacts
from domain.models import AuditEvent
from domain.overview.elsewhere import list_other_families, read_in_families, tell_apart_from_current
from domain.overview.own_actions import ActionSuperseded, LastAction
from domain.overview.own_changes import find_change, find_last_change, find_superseded
from domain.overview.own_records import find_last_record, find_record
from domain.timers import UNDO_PERIOD


async def find_last_action(scope: Scope) -> LastAction:
    """The member's last action in the current family within 48 hours that is still in effect.

    Raises NothingToUndo, and ActionSuperseded if others have changed everything they did since.
    """
    member = scope.require(Action.READ)
    found = [
        action
        for action in (await find_last_record(scope, member), await find_last_change(scope, member))
        if action is not None
    ]
    superseded = await find_superseded(scope, member, since=found)
    if not found:
        if superseded is not None:
            raise superseded
        raise NothingToUndo(await _last_lasting(scope, member, since=None))
    last = max(found, key=lambda action: action.at)
    lasting = await _last_lasting(scope, member, since=last.at)
    return replace(last, lasting=lasting, superseded=superseded)


async def _last_lasting(scope: Scope, member: Member, *, since: datetime | None) -> str | None:
    """The member's last action, after *since*, that can't be undone."""
    action: str | None = await scope.connection.scalar(
        select(AuditEvent.action)
        .where(
            AuditEvent.family_id == member.family_id,
            AuditEvent.actor_id == member.user_id,
            AuditEvent.action.in_(LASTING),
            AuditEvent.created_at > func.clock_now() - UNDO_PERIOD,
            true() if since is None else AuditEvent.created_at > since,
        )
        .order_by(AuditEvent.created_at.desc(), AuditEvent.id.desc())
        .limit(1)
    )
    return action


async def find_last_action_anywhere(scope: Scope) -> LastAction:
    """The member's last action in any of their families. Raises NothingToUndo, and ActionSuperseded
    if others have changed it since.
    """
    found, others = await _find_here(scope), await list_other_families(scope)
    where = None
    for family, there in await read_in_families(scope, others, _find_here):
        if there is not None and (found is None or there.at > found.at):
            found, where = there, family
    if found is None:
        return await find_last_action(scope)  # which says why there is nothing
    if where is None:
        return found
    member = scope.require(Action.READ)
    here = FamilyFacts(member.family_id, member.family_name)
    families = [*await tell_apart_from_current(scope, others), here]
    families.sort(key=lambda family: family.id != where.id)
    return replace(found, elsewhere=families)


async def _find_here(scope: Scope) -> LastAction | None:
    try:
        return await find_last_action(scope)
    except (NothingToUndo, ActionSuperseded):
        return None


async def find_action(scope: Scope, action_id: UUID, *, among: int = 1) -> LastAction:
    """This action of the member; or, if it's the last of *among* things that were added together,
    the last of those that still exists.

    Raises NotFound, TooLateToUndo, and ActionSuperseded if somebody has changed it since.
    """
    member = scope.require(Action.READ)
    found = await find_change(scope, member, event_id=action_id, among=among)
    if found is None:
        found = await find_record(scope, member, action_id=action_id)
    if found.at <= scope.clock.now() - UNDO_PERIOD:
        raise TooLateToUndo
    return found
