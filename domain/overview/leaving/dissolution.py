"""Dissolving a family: announced, and taken back as long as its time hasn't come.

Until then it goes on as it was, reminders included.
"""

from datetime import datetime, timedelta

from sqlalchemy import func, select, update

from domain import audit
from domain.access import Action
from domain.database.scope import Scope
from domain.delivery.shown_messages import EDITABLE_FOR, FACTS, refresh_messages, was_sent_within
from domain.errors import NotFound
from domain.models import Family
from domain.models.delivery import Kind
from domain.overview.leaving.family_news import NewsOf, tell_others

PURGED_AFTER = timedelta(days=30)


async def find_purge_at(scope: Scope) -> datetime | None:
    """When everything of the scope's family is deleted (UTC); None if it goes on."""
    found: datetime | None = await scope.connection.scalar(
        select(Family.purge_at).where(Family.id == scope.family_id)
    )
    return found


async def dissolve_family(scope: Scope) -> datetime:
    """Have everything of the family deleted after :data:`PURGED_AFTER`, and tell the others.
    Returns when (UTC); a second time changes nothing. Raises NotAllowed.
    """
    member = scope.require(Action.MANAGE_FAMILY)
    purge_at = scope.clock.now() + PURGED_AFTER
    dissolved = await scope.execute(
        update(Family)
        .where(Family.id == member.family_id, Family.dissolved_at.is_(None))
        .values(dissolved_at=func.clock_now(), purge_at=purge_at)
    )
    if not dissolved:
        return await find_purge_at(scope) or purge_at
    await audit.record(
        scope,
        "family.dissolved",
        subject_type="family",
        subject_id=member.family_id,
        after={"purge_at": purge_at.isoformat()},
    )
    await tell_others(scope, NewsOf.DISSOLVED)
    return purge_at


async def keep_family(scope: Scope) -> None:
    """It isn't dissolved after all; the others are told. Raises NotAllowed, and NotFound if it
    isn't to be dissolved, or its time has come.
    """
    member = scope.require(Action.MANAGE_FAMILY)
    kept = await scope.execute(
        update(Family)
        .where(
            Family.id == member.family_id,
            Family.purge_at > func.clock_now(),
            Family.deleted_at.is_(None),
        )
        .values(dissolved_at=None, purge_at=None)
    )
    if not kept:
        raise NotFound
    await audit.record(scope, "family.kept", subject_type="family", subject_id=member.family_id)
    await refresh_messages(
        scope,
        [Kind.FAMILY_NEWS],
        where=[
            was_sent_within(EDITABLE_FOR),
            FACTS["event"].as_string() == NewsOf.DISSOLVED.value,
        ],
    )
    await tell_others(scope, NewsOf.KEPT)
