"""The doctors and emergency contacts of a person who is removed, or brought back."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias
from uuid import UUID

from sqlalchemy import func, update

from domain.database.scope import Scope
from domain.family.limits import Quota
from domain.family.room import require_room
from domain.models import Doctor, EmergencyContact

_Table: TypeAlias = type[Doctor | EmergencyContact]
#: By the name under which the audit keeps which of them went with the person.
_TABLES: Mapping[str, tuple[_Table, Quota]] = {
    "doctors": (Doctor, Quota.DOCTOR),
    "contacts": (EmergencyContact, Quota.CONTACT),
}


async def remove_of_person(scope: Scope, person_id: UUID) -> Mapping[str, Sequence[str]]:
    """Remove those that are there; returns their ids, for the audit."""
    removed = {}
    for name, (table, _quota) in _TABLES.items():
        rows = await scope.rows(
            update(table)
            .where(table.care_recipient_id == person_id, table.deleted_at.is_(None))
            .values(deleted_at=func.clock_now())
            .returning(table.id)
        )
        removed[name] = [str(row.id) for row in rows]
    return removed


async def bring_back_of_person(scope: Scope, removed: Mapping[str, Any]) -> None:
    """Bring back what `remove_of_person` returned. Raises FamilyFull."""
    for name, (table, quota) in _TABLES.items():
        ids = [UUID(each) for each in removed.get(name, ())]
        if ids:
            await require_room(scope, quota, adding=len(ids))
            await scope.execute(
                update(table)
                .where(table.id.in_(ids), table.family_id == scope.family_id)
                .values(deleted_at=None)
            )
