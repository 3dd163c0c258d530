"""Who is asked first about a person's doses."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import false, func, select, update
from sqlalchemy.dialects.postgresql import insert

from domain import audit
from domain.access import ASKED_FIRST, Action
from domain.database.scope import Scope
from domain.errors import NotFound
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


async def list_asked_first(scope: Scope) -> Sequence[AskedFirst]:
    """For everybody the family cares for, in the order they were added."""
    member = scope.require(Action.READ)
    rows = await scope.rows(
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
        .where(CareRecipient.family_id == member.family_id, CareRecipient.deleted_at.is_(None))
        .order_by(CareRecipient.created_at, CareRecipient.id, FamilyMember.joined_at, User.id)
    )
    people: dict[UUID, list[Candidate]] = {}
    names = {row.id: row.name for row in rows}
    for row in rows:
        found = Candidate(row.user_id, row.member, row.is_named, row.is_reachable)
        people.setdefault(row.id, []).append(found)
    return [AskedFirst(key, names[key], found) for key, found in people.items()]


async def set_asked_first(scope: Scope, person_id: UUID, user_ids: Collection[UUID]) -> AskedFirst:
    """Name those members, and nobody else; nobody at all means everybody. It counts from the next
    card on. Raises NotAllowed for anybody but admins, and NotFound, also for one of the members.
    """
    member = scope.require(Action.INVITE)
    # Lock the person, so that of two admins the second one's names hold.
    await scope.execute(
        select(CareRecipient.id)
        .where(CareRecipient.id == person_id)
        .with_for_update(key_share=True)
    )
    before = await _of(scope, person_id)
    if not set(user_ids) <= {each.user_id for each in before.candidates}:
        raise NotFound
    await scope.execute(
        update(CareAssignment)
        .where(
            CareAssignment.care_recipient_id == person_id,
            CareAssignment.user_id.not_in(user_ids),
        )
        .values(asked_first=False)
    )
    if user_ids:
        rows = [
            {
                "family_id": member.family_id,
                "care_recipient_id": person_id,
                "user_id": user_id,
                "asked_first": True,
                "created_by_id": member.user_id,
            }
            for user_id in sorted(user_ids)
        ]
        await scope.execute(
            insert(CareAssignment)
            .values(rows)
            .on_conflict_do_update(
                index_elements=[CareAssignment.care_recipient_id, CareAssignment.user_id],
                set_={"asked_first": True},
            )
        )
    await audit.record(
        scope,
        "person.asked_first_set",
        subject_type="care_recipient",
        subject_id=person_id,
        before={"user_ids": [str(each.user_id) for each in before.candidates if each.is_named]},
        after={"user_ids": [str(each) for each in sorted(user_ids)]},
    )
    return await _of(scope, person_id)


async def _of(scope: Scope, person_id: UUID) -> AskedFirst:
    found = next(
        (each for each in await list_asked_first(scope) if each.person_id == person_id), None
    )
    if found is None:
        raise NotFound
    return found
