"""Renders messages: one view for each kind."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from bot.features.appointments.views import appointment_notices
from bot.features.appointments.views.calendar_files import calendar_update
from bot.features.family.views import family_settings, groups, members, settings
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
from bot.ui.wording import _
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
    Kind.MEMBERSHIP: members.notice,
    Kind.GROUP: groups.notice,
}

#: A card says it as long as it asks, with what to look at before anybody gives a dose twice.
_SAY_SO_THEMSELVES = frozenset({Kind.SLOT_CARD})


def render(message: Message) -> Screen:
    """What the message shows now. Somebody who has left the family no longer sees any of it."""
    if message.receiver.has_left and message.receiver.group_id is not None:
        return groups.closed()
    if message.receiver.has_left:
        return family_notices.closed()
    screen = VIEWS[message.kind](message.facts)
    if message.maybe_sent and message.kind not in _SAY_SO_THEMSELVES:
        repeat = _("🔁 This may be a repeat.")
        return replace(screen, text=f"{repeat}\n\n{screen.text}")
    return screen
