"""All kinds of messages, and reading messages of any kind."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from domain.appointments.notices.calendar_updates import CALENDAR
from domain.appointments.notices.reminders import APPOINTMENT
from domain.database.scope import Scope
from domain.delivery import messages
from domain.delivery.kinds import MessageKind
from domain.delivery.messages import Message
from domain.errors import NotFound
from domain.family.alarms import ALARM
from domain.family.group.notice import GROUP
from domain.family.joined_notice import JOINED
from domain.family.membership.notices import MEMBERSHIP
from domain.family.settings.asked_first_notice import ASKED_FIRST
from domain.family.settings.test_message import TEST
from domain.family.unreachable import UNREACHABLE
from domain.medicines.doses.slot_cards import SLOT_CARD
from domain.medicines.doses.summaries import MISSED, NOT_ASKED
from domain.medicines.pauses.notices import PAUSE_ENDS
from domain.medicines.records.notices import RECORD_CHANGED
from domain.medicines.stock.notices import REFILL
from domain.models.delivery import Kind
from domain.overview.digests import DIGEST
from domain.overview.told_changes import CHANGES

_ALL: tuple[MessageKind[Any], ...] = (
    *(SLOT_CARD, MISSED, NOT_ASKED, REFILL, RECORD_CHANGED, PAUSE_ENDS),
    *(APPOINTMENT, CALENDAR, JOINED, CHANGES, ALARM, UNREACHABLE, ASKED_FIRST, TEST),
    *(DIGEST, MEMBERSHIP, GROUP),
)
KINDS: Mapping[Kind, MessageKind[Any]] = {each.kind: each for each in _ALL}


async def read_message(scope: Scope, message_id: UUID) -> Message:
    """One message with its current facts. Needs no member. Raises NotFound."""
    found = await read_messages(scope, [message_id])
    if not found:
        raise NotFound
    return found[0]


async def read_messages(scope: Scope, message_ids: Sequence[UUID]) -> Sequence[Message]:
    """Like :func:`read_message`, for several of one family; missing ones are left out."""
    return await messages.read_messages(scope, message_ids, kinds=KINDS)
