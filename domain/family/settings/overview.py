"""What /settings shows: of the family, and of the reader."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from domain.access import Action, may
from domain.database.scope import Scope
from domain.family.settings.asked_first import AskedFirst, list_asked_first
from domain.family.settings.hearing import Hearing, list_hearing
from domain.family.settings.hours import OwnHours, get_hours
from domain.family.settings.ladder import get_family_ladder
from domain.models import FamilyMember
from domain.models.family import LadderPlan


@dataclass(frozen=True)
class SettingsFacts:
    """`may_change`: what concerns the whole family, which only admins may."""

    ladder: LadderPlan
    asked_first: Sequence[AskedFirst]
    hearing: Sequence[Hearing]
    hours: OwnHours
    hears_of_changes: bool
    may_change: bool


async def get_settings(scope: Scope) -> SettingsFacts:
    """Five statements."""
    member = scope.require(Action.READ)
    hears = await scope.connection.scalar(
        select(FamilyMember.hears_of_changes).where(
            FamilyMember.family_id == member.family_id, FamilyMember.user_id == member.user_id
        )
    )
    return SettingsFacts(
        await get_family_ladder(scope),
        await list_asked_first(scope),
        await list_hearing(scope),
        await get_hours(scope),
        bool(hears),
        may(member.role, Action.MANAGE_FAMILY),
    )
