"""Messages about doses: slot cards, and summaries of missed doses.

They are refreshed here, and a card that can't be delivered is escalated here.
"""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any, TypeAlias
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    DateTime,
    Text,
    Uuid,
    any_,
    bindparam,
    cast,
    column,
    func,
    select,
    update,
)

from domain.database.scope import Scope
from domain.delivery.new_messages import OutgoingMessage, queue_messages
from domain.delivery.shown_messages import EDITABLE_FOR
from domain.events import NotificationsQueued
from domain.models import (
    CareAssignment,
    CareRecipient,
    Dose,
    FamilyGroup,
    FamilyMember,
    Notification,
    User,
)
from domain.models.delivery import Kind, Lane, NotificationStatus
from domain.models.family import IS_THEIR_ASSIGNMENT, MAY_HEAR_OF_PERSON, Hears

SlotKey: TypeAlias = tuple[UUID, datetime]  # care recipient, due at

# The slots that a statement is about: person and due time, as two parallel arrays.
SLOTS = (
    func.unnest(
        bindparam("care_recipient_ids", type_=ARRAY(Uuid)),
        bindparam("slots_at", type_=ARRAY(DateTime(timezone=True))),
    )
    .table_valued(column("care_recipient_id", Uuid), column("slot_at", DateTime(timezone=True)))
    .render_derived(name="slots")
)


def slot_parameters(slots: Iterable[SlotKey]) -> dict[str, Any]:
    """Parameters for a statement that uses :data:`SLOTS`; each of *slots* is (person, due at)."""
    pairs = list(slots)
    return {
        "care_recipient_ids": [person for person, _ in pairs],
        "slots_at": [slot_at for _, slot_at in pairs],
    }


_asked_for = (
    select(Dose.id)
    .join(
        Notification,
        (Notification.care_recipient_id == Dose.care_recipient_id)
        & (Notification.slot_at == Dose.due_at),
    )
    .where(
        Dose.id == any_(bindparam("dose_ids", type_=ARRAY(Uuid))),
        Notification.kind == Kind.SLOT_CARD,
        Notification.status == any_(bindparam("statuses", type_=ARRAY(Text))),
        Notification.facts["dose_ids"].has_key(cast(Dose.id, Text)),
    )
    .distinct()
)


async def find_asked_for(
    scope: Scope, dose_ids: Collection[UUID], statuses: Collection[NotificationStatus]
) -> set[UUID]:
    """The doses that a card with one of these statuses asks for."""
    rows = await scope.rows(_asked_for, {"dose_ids": list(dose_ids), "statuses": list(statuses)})
    return {row.id for row in rows}


_copies = (
    select(Notification.id)
    .where(
        Notification.care_recipient_id == SLOTS.c.care_recipient_id,
        Notification.slot_at == SLOTS.c.slot_at,
        Notification.kind == Kind.SLOT_CARD,
        Notification.status.in_((NotificationStatus.PENDING, NotificationStatus.SENT)),
    )
    .order_by(Notification.id)
    .with_for_update(of=Notification)
    .cte("copies")
)

#: Has every copy of the cards of :data:`SLOTS` edited.
REFRESH_CARDS = (
    update(Notification)
    .where(Notification.id == _copies.c.id)
    .values(wanted_version=Notification.wanted_version + 1, menu_dose_id=None)
)


async def refresh_cards(scope: Scope, slots: Collection[SlotKey]) -> None:
    """Edit every copy of the cards of these slots (person, due at)."""
    if slots:
        await scope.execute(REFRESH_CARDS, slot_parameters(slots))


async def refresh_told(scope: Scope, slots: Collection[SlotKey]) -> None:
    """Edit the cards of those who were only told of these slots: a newer one takes their place."""
    if slots:
        await scope.execute(_REFRESH_TOLD, slot_parameters(slots))


_REFRESH_TOLD = (
    update(Notification)
    .where(Notification.id == _copies.c.id, Notification.facts.has_key("told"))
    .values(wanted_version=Notification.wanted_version + 1)
)


async def escalate_to_rest_of_family(scope: Scope, notification_id: UUID) -> int | None:
    """Escalate an undeliverable card: if nobody else has the card of its slot, or will get it, send
    it to every member who doesn't have it and hears everything; to all, if none of these can be
    reached. Runs in the family's scope; returns how many members get it, None if nobody is left.
    """
    card = await scope.row(
        select(
            Notification.kind,
            Notification.care_recipient_id,
            Notification.slot_at,
            Notification.ask_no,
            Notification.part,
            Notification.deadline_at,
            Notification.facts,
        ).where(Notification.id == notification_id)
    )
    if card is None or card.kind != Kind.SLOT_CARD:
        return 0
    # Serialise: when two copies fail at once, the second must see that the first one did.
    await scope.execute(
        select(CareRecipient.id)
        .where(CareRecipient.id == card.care_recipient_id)
        .with_for_update(key_share=True)
    )
    copies = await scope.rows(
        select(
            Notification.user_id,
            Notification.status,
            # A group that the family still uses is somebody, too.
            func.coalesce(
                FamilyMember.left_at.is_(None) & User.blocked_at.is_(None),
                FamilyGroup.unbound_at.is_(None),
            ).label("is_there"),
        )
        .outerjoin(
            FamilyMember,
            (FamilyMember.family_id == Notification.family_id)
            & (FamilyMember.user_id == Notification.user_id),
        )
        .outerjoin(User, User.id == Notification.user_id)
        .outerjoin(FamilyGroup, FamilyGroup.id == Notification.group_id)
        .where(
            Notification.care_recipient_id == card.care_recipient_id,
            Notification.slot_at == card.slot_at,
            Notification.kind == Kind.SLOT_CARD,
            Notification.ask_no == card.ask_no,
            Notification.part == card.part,
        )
    )
    if any(
        copy.status in (NotificationStatus.PENDING, NotificationStatus.SENT) and copy.is_there
        for copy in copies
    ):
        return 0
    found = await scope.rows(
        select(
            FamilyMember.user_id,
            (func.coalesce(CareAssignment.hears, Hears.EVERYTHING) == Hears.EVERYTHING).label(
                "hears_everything"
            ),
            (User.started_at.is_not(None) & User.blocked_at.is_(None)).label("is_reachable"),
        )
        .join(User, User.id == FamilyMember.user_id)
        .join(CareRecipient, CareRecipient.id == card.care_recipient_id)
        .outerjoin(CareAssignment, IS_THEIR_ASSIGNMENT)
        .where(
            FamilyMember.family_id == scope.family_id,
            FamilyMember.left_at.is_(None),
            FamilyMember.user_id.not_in([copy.user_id for copy in copies if copy.user_id]),
            MAY_HEAR_OF_PERSON,
        )
    )
    others = found
    if any(each.hears_everything and each.is_reachable for each in found):
        others = [each for each in found if each.hears_everything]
    if not others:
        return None
    await queue_messages(
        scope,
        [
            OutgoingMessage(
                kind=Kind.SLOT_CARD,
                user_id=other.user_id,
                facts={**card.facts, "escalated": True},
                deadline_at=card.deadline_at,
                person_id=card.care_recipient_id,
                slot_at=card.slot_at,
                ask_no=card.ask_no,
                part=card.part,
                lane=Lane.ESCALATION,
            )
            for other in others
        ],
    )
    return len(others)


async def open_menu(
    scope: Scope,
    slot: SlotKey,
    *,
    user_id: UUID,
    dose_id: UUID | None,
    group_chat_id: int | None = None,
) -> None:
    """Show Skip and Snooze of this dose (None: of no dose) on the member's own card of the slot, or
    on that of the family's group.
    """
    care_recipient_id, slot_at = slot
    is_theirs = Notification.user_id == user_id
    if group_chat_id is not None:
        is_theirs = Notification.group_id.is_not(None) & (Notification.chat_id == group_chat_id)
    await scope.execute(
        update(Notification)
        .where(
            Notification.care_recipient_id == care_recipient_id,
            Notification.slot_at == slot_at,
            is_theirs,
            Notification.kind == Kind.SLOT_CARD,
            Notification.status == NotificationStatus.SENT,
        )
        .values(wanted_version=Notification.wanted_version + 1, menu_dose_id=dose_id)
    )
    scope.publish(NotificationsQueued())


_its_doses = select(Dose.id, Dose.care_recipient_id).where(
    Dose.id == any_(bindparam("dose_ids", type_=ARRAY(Uuid)))
)
_told = (
    select(Notification.id)
    .where(
        Notification.care_recipient_id.in_(_its_doses.with_only_columns(Dose.care_recipient_id)),
        Notification.slot_at > func.clock_now() - EDITABLE_FOR,
        Notification.kind.in_((Kind.MISSED, Kind.NOT_ASKED)),
        Notification.status.in_((NotificationStatus.PENDING, NotificationStatus.SENT)),
        _its_doses.where(Notification.facts["dose_ids"].has_key(cast(Dose.id, Text))).exists(),
    )
    .order_by(Notification.id)
    .with_for_update(of=Notification)
    .cte("told")
)
_REFRESH_SUMMARIES = (
    update(Notification)
    .where(Notification.id == _told.c.id)
    .values(wanted_version=Notification.wanted_version + 1)
)


async def refresh_summaries(scope: Scope, dose_ids: Collection[UUID]) -> None:
    """Edit the summaries that mention these doses, for as long as Telegram allows edits."""
    if dose_ids:
        await scope.execute(_REFRESH_SUMMARIES, {"dose_ids": list(dose_ids)})
