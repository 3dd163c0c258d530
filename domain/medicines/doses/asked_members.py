"""Who was asked about a dose."""

from collections.abc import Collection, Mapping
from uuid import UUID

from sqlalchemy import ARRAY, Text, Uuid, any_, bindparam, cast, select

from domain.database.scope import Scope
from domain.models import Dose, Notification, User
from domain.models.delivery import Kind, NotificationStatus

_ASKED = (
    select(Dose.id, User.id.label("user_id"), User.name)
    .join(
        Notification,
        (Notification.care_recipient_id == Dose.care_recipient_id)
        & (Notification.slot_at == Dose.due_at),
    )
    .join(User, User.id == Notification.user_id)
    .where(
        Dose.id == any_(bindparam("dose_ids", type_=ARRAY(Uuid))),
        Dose.family_id == bindparam("of_family"),
        Notification.kind == Kind.SLOT_CARD,
        Notification.status == NotificationStatus.SENT,
        Notification.facts["dose_ids"].has_key(cast(Dose.id, Text)),
    )
    .order_by(User.name, User.id)
    .distinct()
)


async def list_asked(scope: Scope, dose_ids: Collection[UUID]) -> Mapping[UUID, Mapping[UUID, str]]:
    """For each dose the names of the members who got a card about it, by their id."""
    found: dict[UUID, dict[UUID, str]] = {}
    if dose_ids:
        values = {"dose_ids": list(dose_ids), "of_family": scope.family_id}
        for row in await scope.rows(_ASKED, values):
            found.setdefault(row.id, {})[row.user_id] = row.name
    return found
