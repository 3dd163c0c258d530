"""Who may be told about a person's doses and appointments."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, any_, bindparam, false, func, select

from domain.access import ASKED_FIRST, Role
from domain.database.scope import Scope
from domain.models import CareAssignment, CareRecipient, FamilyGroup, FamilyMember
from domain.models.family import IS_THEIR_ASSIGNMENT, MAY_HEAR_OF_PERSON, Hears
from domain.models.groups import Receives


@dataclass(frozen=True)
class NotifiedMember:
    """A member who may be told about a person."""

    user_id: UUID
    role: Role
    is_recipient: bool  # the person themselves
    is_asked_first: bool
    hears: Hears
    group: "GroupOfFamily | None" = None  # that their family's cards go to

    @property
    def hears_everything(self) -> bool:
        return self.hears is Hears.EVERYTHING

    @property
    def gets_own_card(self) -> bool:
        """Whether they are asked in private. The person themselves always is."""
        is_in_group = self.group is not None and self.group.receives is Receives.INSTEAD
        return self.is_asked_first and (self.is_recipient or not is_in_group)

    @property
    def is_told_later(self) -> bool:
        """Whether they hear in private that nobody has answered: a group may be muted."""
        return self.hears_everything and not self.gets_own_card


@dataclass(frozen=True)
class GroupOfFamily:
    """The group that a family's cards go to."""

    id: UUID
    receives: Receives


MembersByPerson: TypeAlias = Mapping[UUID, Sequence[NotifiedMember]]


# An array, however many they are, so that it's one statement for PostgreSQL and for SQLAlchemy.
_MEMBERS = (
    select(
        CareRecipient.id,
        FamilyMember.user_id,
        FamilyMember.role,
        func.coalesce(FamilyMember.user_id == CareRecipient.user_id, false()).label("is_self"),
        func.coalesce(CareAssignment.asked_first, false()).label("is_named"),
        CareAssignment.hears,
        FamilyGroup.id.label("group_id"),
        FamilyGroup.receives,
    )
    .join(FamilyMember, FamilyMember.family_id == CareRecipient.family_id)
    .outerjoin(CareAssignment, IS_THEIR_ASSIGNMENT)
    .outerjoin(
        FamilyGroup,
        (FamilyGroup.family_id == CareRecipient.family_id) & FamilyGroup.unbound_at.is_(None),
    )
    .where(
        CareRecipient.id == any_(bindparam("care_recipient_ids", type_=ARRAY(Uuid))),
        FamilyMember.left_at.is_(None),
        MAY_HEAR_OF_PERSON,
    )
)


async def list_members_by_person(
    scope: Scope, care_recipient_ids: Iterable[UUID]
) -> MembersByPerson:
    """For each person, the members of their family, except other recipients. Who is named for them
    is asked first; where nobody is who is still there, every admin and caregiver who wants to hear
    everything. If nobody does, they all hear it: somebody has to. So does the person themselves.
    """
    rows = await scope.rows(_MEMBERS, {"care_recipient_ids": list(care_recipient_ids)})
    may_ask = [row for row in rows if row.role in ASKED_FIRST or row.is_self]
    has_willing = {row.id for row in may_ask if _is_willing(row)}
    asked = [row for row in may_ask if _is_willing(row) or row.id not in has_willing]
    has_named = {row.id for row in asked if row.is_named}
    asked_first = {
        (row.id, row.user_id) for row in asked if row.is_named or row.id not in has_named
    }
    people: dict[UUID, list[NotifiedMember]] = defaultdict(list)
    for row in rows:
        is_first = (row.id, row.user_id) in asked_first or row.is_self
        hears = Hears.EVERYTHING if is_first else row.hears or Hears.EVERYTHING
        group = None if row.group_id is None else GroupOfFamily(row.group_id, row.receives)
        member = NotifiedMember(row.user_id, Role(row.role), row.is_self, is_first, hears, group)
        people[row.id].append(member)
    return people


def receivers_of_cards(
    members: Sequence[NotifiedMember],
) -> Sequence[tuple[UUID | None, UUID | None]]:
    """Who is asked about a person with these *members*: a user or a group each."""
    asked: list[tuple[UUID | None, UUID | None]] = [
        (who.user_id, None) for who in members if who.gets_own_card
    ]
    group = members[0].group if members else None
    return asked if group is None else [*asked, (None, group.id)]


def _is_willing(row: Any) -> bool:
    return row.is_self or row.hears in (None, Hears.EVERYTHING)
