"""Naming who is asked first about a person's doses."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from domain import audit
from domain.access import Action
from domain.database.scope import Scope
from domain.errors import NotFound
from domain.family.settings.asked_first import AskedFirst, list_asked_first
from domain.family.settings.asked_first_notice import notify_members
from domain.models import CareAssignment, CareRecipient


async def set_asked_first(scope: Scope, person_id: UUID, user_ids: Collection[UUID]) -> AskedFirst:
    """Name those members, and nobody else; nobody at all means everybody. It counts from the next
    card on. Raises NotAllowed for anybody but admins, and NotFound, also for one of the members.
    """
    member = scope.require(Action.MANAGE_FAMILY)
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
    after = await _of(scope, person_id)
    was, asked = ({each.user_id for each in facts.named} for facts in (before, after))
    if was != asked:  # fewer who are asked carry more
        await notify_members(scope, person_id, (was | asked) - {member.user_id})
    return after


async def _of(scope: Scope, person_id: UUID) -> AskedFirst:
    for each in await list_asked_first(scope):
        if each.person_id == person_id:
            return each
    raise NotFound
