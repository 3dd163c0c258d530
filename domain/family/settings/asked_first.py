"""Who is asked first about a person's doses."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import false, func, select

from domain.access import ASKED_FIRST, Action
from domain.database.scope import Scope
from domain.models import CareAssignment, CareRecipient, FamilyMember, User
from domain.models.family import IS_THEIR_ASSIGNMENT, MAY_SEE_PERSON, Hears


@dataclass(frozen=True)
class Candidate:
    """A member who may be asked first; `is_named` if the family has named them. Who doesn't hear
    everything isn't asked, as long as somebody does.
    """

    user_id: UUID
    name: str
    is_named: bool
    is_reachable: bool
    hears: Hears = Hears.EVERYTHING


@dataclass(frozen=True)
class AskedFirst:
    """Who may be asked first about a person. The person themselves always is, if they are a member:
    they aren't among the `candidates`.
    """

    person_id: UUID
    person: str
    candidates: Sequence[Candidate]

    @property
    def named(self) -> Sequence[Candidate]:
        """Those who are asked: everybody, unless some are named."""
        return choose_asked(self.candidates)


def choose_asked(candidates: Sequence[Candidate]) -> Sequence[Candidate]:
    """Those of them who are asked first; see :mod:`domain.reminders.recipients`."""
    willing = [each for each in candidates if each.hears is Hears.EVERYTHING] or candidates
    return [each for each in willing if each.is_named] or willing


_CANDIDATES = (
    select(
        CareRecipient.id,
        CareRecipient.name,
        User.id.label("user_id"),
        User.name.label("member"),
        func.coalesce(CareAssignment.asked_first, false()).label("is_named"),
        CareAssignment.hears,
        (User.started_at.is_not(None) & User.blocked_at.is_(None)).label("is_reachable"),
    )
    .join(
        FamilyMember,
        (FamilyMember.family_id == CareRecipient.family_id)
        & FamilyMember.left_at.is_(None)
        & FamilyMember.role.in_(ASKED_FIRST),
    )
    .join(User, User.id == FamilyMember.user_id)
    .outerjoin(CareAssignment, IS_THEIR_ASSIGNMENT)
    .where(CareRecipient.deleted_at.is_(None), MAY_SEE_PERSON)
    .order_by(CareRecipient.created_at, CareRecipient.id, FamilyMember.joined_at, User.id)
)


async def list_asked_first(scope: Scope) -> Sequence[AskedFirst]:
    """For everybody the family cares for, in the order they were added."""
    scope.require(Action.READ)
    return [
        AskedFirst(person_id, person, found)
        for (person_id, person), found in (await list_all_candidates(scope)).items()
    ]


async def list_all_candidates(scope: Scope) -> Mapping[tuple[UUID, str], Sequence[Candidate]]:
    """Those who may be asked first, by the id and name of each person. Needs no member."""
    people: dict[tuple[UUID, str], list[Candidate]] = defaultdict(list)
    for row in await scope.rows(_CANDIDATES.where(CareRecipient.family_id == scope.family_id)):
        people[row.id, row.name].append(_candidate(row))
    return people


async def list_candidates(scope: Scope, person_id: UUID) -> Sequence[Candidate]:
    """Those who may be asked first about that person. Needs no member."""
    rows = await scope.rows(
        _CANDIDATES.where(CareRecipient.family_id == scope.family_id, CareRecipient.id == person_id)
    )
    return [_candidate(row) for row in rows]


def _candidate(row: Any) -> Candidate:
    hears = row.hears or Hears.EVERYTHING
    return Candidate(row.user_id, row.member, row.is_named, row.is_reachable, hears)
