"""Renders messages: one view for each kind."""

from collections.abc import Callable, Mapping
from typing import Any

from bot.features.appointments.views import appointment_notices
from bot.features.appointments.views.calendar_files import calendar_update
from bot.features.family.views import family_settings, settings
from bot.features.family.views import notices as family_notices
from bot.features.medicines.views import (
    discreet_cards,
    notices,
    pause_ends,
    records,
    refill_notices,
)
from bot.features.overview.views import changes, digests
from bot.ui.answer import Screen
from domain.delivery.messages import Message
from domain.models.delivery import Kind

VIEWS: Mapping[Kind, Callable[[Any], Screen]] = {
    Kind.SLOT_CARD: discreet_cards.slot_card,
    Kind.MISSED: notices.summary,
    Kind.NOT_ASKED: notices.summary,
    Kind.REFILL: refill_notices.notice,
    Kind.RECORD_CHANGED: records.changed,
    Kind.PAUSE_ENDS: pause_ends.pause_ends,
    Kind.APPOINTMENT: appointment_notices.notice,
    Kind.CALENDAR: calendar_update,
    Kind.JOINED: family_notices.joined,
    Kind.CHANGES: changes.changed,
    Kind.ALARM: family_notices.alarm,
    Kind.UNREACHABLE: settings.unreachable,
    Kind.ASKED_FIRST: family_settings.asked_first_changed,
    Kind.DIGEST: digests.digest,
    Kind.TEST: settings.test,
}


def render(message: Message) -> Screen:
    """What the message shows now. Somebody who has left the family no longer sees any of it."""
    if message.receiver.has_left:
        return family_notices.closed()
    return VIEWS[message.kind](message.facts)
