"""How often the family is asked about a dose that nobody answers, and for how long."""

from sqlalchemy import cast, select, update
from sqlalchemy.dialects.postgresql import JSONB

from domain import audit
from domain.access import Action
from domain.database.scope import Scope
from domain.models import Family
from domain.models.family import LadderPlan


async def get_family_ladder(scope: Scope) -> LadderPlan:
    """The plan for medicines that have none of their own."""
    member = scope.require(Action.READ)
    settings = await scope.connection.scalar(
        select(Family.settings).where(Family.id == member.family_id)
    )
    return LadderPlan((settings or {}).get("ladder", LadderPlan.USUAL))


async def set_family_ladder(scope: Scope, plan: LadderPlan) -> LadderPlan:
    """Ask by *plan*, from the next step on. Returns the plan before. Raises NotAllowed for anybody
    but admins.
    """
    member = scope.require(Action.MANAGE_FAMILY)
    before = await get_family_ladder(scope)
    if plan is not before:
        changed = Family.settings.op("||")(cast({"ladder": plan.value}, JSONB))
        await scope.execute(
            update(Family).where(Family.id == member.family_id).values(settings=changed)
        )
        await audit.record(
            scope,
            "family.ladder_set",
            subject_type="family",
            subject_id=member.family_id,
            before={"ladder": before},
            after={"ladder": plan},
        )
    return before
