"""Asking another member to drive."""

from collections.abc import Sequence
from datetime import datetime

from bot.ui.answer import Button, Screen
from bot.ui.buttons import in_rows
from bot.ui.length import label
from bot.ui.wording import _, escape
from bot.ui.words.appointment_times import span_words
from domain.appointments.occurrences.facts import OccurrenceFacts
from domain.database.scope import Member


def ask_whom(name: str, *, buttons: Sequence[Button]) -> Screen:
    """Each of the *buttons* is an appointment; the last one cancels."""
    words = _("Shall I ask {name} whether they can drive? Tap the appointment.")
    return Screen(words.format(name=escape(name)), in_rows(buttons))


def ask_label(facts: OccurrenceFacts, *, member: Member, now: datetime) -> str:
    when = span_words(facts, reader_zone=member.zone, now=now)
    return _("🚗 {title}, {when}").format(title=label(facts.details.title), when=when)


def asked(name: str, facts: OccurrenceFacts, *, member: Member, now: datetime) -> Screen:
    when = span_words(facts, reader_zone=member.zone, now=now)
    words = _("✅ I've asked {name} whether they can drive to <b>{title}</b>, {when}.")
    return Screen(words.format(name=escape(name), title=escape(facts.details.title), when=when))
