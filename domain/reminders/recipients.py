"""Who may be told about a person's doses and appointments."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias
from uuid import UUID

from sqlalchemy import false, func, select

from domain.access import ASKED_FIRST, Role
from domain.database.scope import Scope
from domain.models import CareRecipient, FamilyMember


@dataclass(frozen=True)
class NotifiedMember:
    """A member who may be told about a person."""

    user_id: UUID
    role: Role
    is_recipient: bool  # the person themselves

    @property
    def is_asked_first(self) -> bool:
        return self.role in ASKED_FIRST or self.is_recipient


MembersByPerson: TypeAlias = Mapping[UUID, Sequence[NotifiedMember]]


async def list_members_by_person(
    scope: Scope, care_recipient_ids: Iterable[UUID]
) -> MembersByPerson:
    """For each person, the members of their family, except other recipients."""
    rows = await scope.rows(
        select(
            CareRecipient.id,
            FamilyMember.user_id,
            FamilyMember.role,
            func.coalesce(FamilyMember.user_id == CareRecipient.user_id, false()).label("is_self"),
        )
        .join(FamilyMember, FamilyMember.family_id == CareRecipient.family_id)
        .where(
            CareRecipient.id.in_(list(care_recipient_ids)),
            FamilyMember.left_at.is_(None),
            (FamilyMember.role != Role.RECIPIENT) | (FamilyMember.user_id == CareRecipient.user_id),
        )
    )
    people: dict[UUID, list[NotifiedMember]] = defaultdict(list)
    for row in rows:
        people[row.id].append(NotifiedMember(row.user_id, Role(row.role), row.is_self))
    return people
