"""The version of a family's list of medicines, which invalidates caches of older ones."""

from sqlalchemy import update

from domain.database.scope import Scope
from domain.models import Family


async def bump_list_version(scope: Scope) -> None:
    """What `/meds` shows changes when this transaction commits."""
    await scope.execute(
        update(Family)
        .where(Family.id == scope.family_id)
        .values(medications_version=Family.medications_version + 1)
    )
