"""What a member hears about a person the family cares for."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import time
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.dialects.postgresql import insert

from domain import audit
from domain.access import ASKED_FIRST, Action, Role
from domain.database.scope import Scope
from domain.errors import NotFound
from domain.family.errors import LastToBeAsked
from domain.family.settings.asked_first import AskedFirst, list_asked_first
from domain.family.settings.asked_first_notice import notify_members
from domain.family.settings.hours import DigestPart, get_hours, set_digest
from domain.models import CareAssignment, CareRecipient, FamilyMember
from domain.models.family import IS_THEIR_ASSIGNMENT, MAY_SEE_PERSON, Hears

USUAL_MORNINGS = (time(7, 30), time(8))  # of a digest that nobody has set a time for


@dataclass(frozen=True)
class Hearing:
    """What the reader hears about a person; everything, as long as they have chosen nothing."""

    person_id: UUID
    person: str
    hears: Hears


async def list_hearing(scope: Scope) -> Sequence[Hearing]:
    """About everybody whom the actor may choose it for: a person who is cared for always hears of
    their own doses.
    """
    member = scope.require(Action.READ)
    if member.role is Role.RECIPIENT:
        return []
    rows = await scope.rows(
        select(CareRecipient.id, CareRecipient.name, CareAssignment.hears)
        .outerjoin(
            CareAssignment,
            (CareAssignment.care_recipient_id == CareRecipient.id)
            & (CareAssignment.user_id == member.user_id),
        )
        .where(
            CareRecipient.family_id == member.family_id,
            CareRecipient.deleted_at.is_(None),
            CareRecipient.user_id.is_distinct_from(member.user_id),
        )
        .order_by(CareRecipient.created_at, CareRecipient.id)
    )
    return [Hearing(row.id, row.name, row.hears or Hears.EVERYTHING) for row in rows]


async def set_hearing(scope: Scope, person_id: UUID, hears: Hears) -> Hearing:
    """From the next message on, the actor hears that much about the person. Who hears only a digest
    gets one: in the morning, if they haven't chosen a time.

    Raises NotFound, and LastToBeAsked if nobody who can be reached would be asked about the person
    any more.
    """
    member = scope.require(Action.READ)
    # Lock the person, so that of the last two who are asked one stays.
    await scope.execute(
        select(CareRecipient.id)
        .where(CareRecipient.id == person_id)
        .with_for_update(key_share=True)
    )
    found = {each.person_id: each for each in await list_hearing(scope)}
    if person_id not in found:
        raise NotFound
    before = found[person_id]
    if before.hears is hears:
        return before
    asked_before = await _asked_about(scope, person_id)
    await scope.execute(
        insert(CareAssignment)
        .values(
            family_id=member.family_id,
            care_recipient_id=person_id,
            user_id=member.user_id,
            hears=hears,
            created_by_id=member.user_id,
        )
        .on_conflict_do_update(
            index_elements=[CareAssignment.care_recipient_id, CareAssignment.user_id],
            set_={"hears": hears},
        )
    )
    hours = await get_hours(scope)
    if hears is Hears.DIGEST and hours.morning_at is None:
        at = next(each for each in USUAL_MORNINGS if each != hours.evening_at)
        await set_digest(scope, DigestPart.MORNING, at)
    await audit.record(
        scope,
        "person.hearing_set",
        subject_type="care_recipient",
        subject_id=person_id,
        before={"hears": before.hears},
        after={"hears": hears},
    )
    asked = await _asked_about(scope, person_id)
    if member.role in ASKED_FIRST and hears is not Hears.EVERYTHING:
        is_anybody_left = any(
            each.is_reachable and each.hears is Hears.EVERYTHING for each in asked.candidates
        )
        if not is_anybody_left:
            raise LastToBeAsked(before.person)
    was, are = ({each.user_id for each in facts.named} for facts in (asked_before, asked))
    if was != are:  # fewer who are asked carry more
        await notify_members(scope, person_id, (was | are) - {member.user_id}, hears=hears)
    return Hearing(person_id, before.person, hears)


async def _asked_about(scope: Scope, person_id: UUID) -> AskedFirst:
    for each in await list_asked_first(scope):
        if each.person_id == person_id:
            return each
    raise NotFound


def hears_everything(person_id: UUID) -> ColumnElement[bool]:
    """Whether the :class:`FamilyMember` of a statement hears everything about that person."""
    return ~(
        select(CareAssignment.id)
        .where(
            CareAssignment.care_recipient_id == person_id,
            CareAssignment.user_id == FamilyMember.user_id,
            CareAssignment.hears != Hears.EVERYTHING,
        )
        .exists()
    )


async def list_carers(
    scope: Scope, person_id: UUID, *, hearing: Collection[Hears]
) -> Sequence[UUID]:
    """The admins and caregivers of the scope's family who hear that much about the person; all of
    them, if nobody does.
    """
    rows = await scope.rows(
        select(
            FamilyMember.user_id,
            func.coalesce(CareAssignment.hears, Hears.EVERYTHING).label("hears"),
        )
        .select_from(FamilyMember)
        .join(CareRecipient, CareRecipient.id == person_id)
        .outerjoin(CareAssignment, IS_THEIR_ASSIGNMENT)
        .where(
            FamilyMember.family_id == scope.family_id,
            FamilyMember.left_at.is_(None),
            FamilyMember.role.in_(ASKED_FIRST),
            MAY_SEE_PERSON,
        )
    )
    willing = [row for row in rows if row.hears in hearing]
    return [row.user_id for row in willing or rows]


async def levels_of(scope: Scope, user_id: UUID) -> Mapping[UUID, Hears]:
    """What that member hears about each person for whom they have chosen. Needs no member."""
    rows = await scope.rows(
        select(CareAssignment.care_recipient_id, CareAssignment.hears).where(
            CareAssignment.family_id == scope.family_id, CareAssignment.user_id == user_id
        )
    )
    return {row.care_recipient_id: row.hears for row in rows}
