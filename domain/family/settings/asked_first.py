"""Who is asked first about a person's doses."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import false, func, select

from domain.access import ASKED_FIRST, Action
from domain.database.scope import Scope
from domain.models import CareAssignment, CareRecipient, FamilyMember, User


@dataclass(frozen=True)
class Candidate:
    """A member who may be asked first; `is_named` if the family has named them."""

    user_id: UUID
    name: str
    is_named: bool
    is_reachable: bool


@dataclass(frozen=True)
class AskedFirst:
    """Who may be asked first about a person. The person themselves always is, if they are a member:
    they aren't among the `candidates`. With nobody named, all of them are.
    """

    person_id: UUID
    person: str
    candidates: Sequence[Candidate]

    @property
    def named(self) -> Sequence[Candidate]:
        """Those who are asked: everybody, unless some are named."""
        return [each for each in self.candidates if each.is_named] or self.candidates


_CANDIDATES = (
    select(
        CareRecipient.id,
        CareRecipient.name,
        User.id.label("user_id"),
        User.name.label("member"),
        func.coalesce(CareAssignment.asked_first, false()).label("is_named"),
        (User.started_at.is_not(None) & User.blocked_at.is_(None)).label("is_reachable"),
    )
    .join(
        FamilyMember,
        (FamilyMember.family_id == CareRecipient.family_id)
        & FamilyMember.left_at.is_(None)
        & FamilyMember.role.in_(ASKED_FIRST),
    )
    .join(User, User.id == FamilyMember.user_id)
    .outerjoin(
        CareAssignment,
        (CareAssignment.care_recipient_id == CareRecipient.id)
        & (CareAssignment.user_id == User.id),
    )
    .where(CareRecipient.deleted_at.is_(None))
    .order_by(CareRecipient.created_at, CareRecipient.id, FamilyMember.joined_at, User.id)
)


async def list_asked_first(scope: Scope) -> Sequence[AskedFirst]:
    """For everybody the family cares for, in the order they were added."""
    member = scope.require(Action.READ)
    rows = await scope.rows(_CANDIDATES.where(CareRecipient.family_id == member.family_id))
    people: dict[UUID, list[Candidate]] = {}
    names = {row.id: row.name for row in rows}
    for row in rows:
        found = Candidate(row.user_id, row.member, row.is_named, row.is_reachable)
        people.setdefault(row.id, []).append(found)
    return [AskedFirst(key, names[key], found) for key, found in people.items()]


async def list_candidates(scope: Scope, person_id: UUID) -> Sequence[Candidate]:
    """Those who may be asked first about that person. Needs no member."""
    rows = await scope.rows(
        _CANDIDATES.where(CareRecipient.family_id == scope.family_id, CareRecipient.id == person_id)
    )
    return [Candidate(row.user_id, row.member, row.is_named, row.is_reachable) for row in rows]
