"""Asking another member to drive; and how an appointment went: the question, and the thanks."""

from collections.abc import Sequence
from datetime import datetime
from html import unescape

from bot.ui.answer import Button, Screen
from bot.ui.buttons import in_rows
from bot.ui.distinct_labels import family_name
from bot.ui.length import label
from bot.ui.presses.overview import RunCommand
from bot.ui.wording import _, escape, listed
from bot.ui.words.appointment_times import span_words
from domain.appointments.occurrences.facts import OccurrenceFacts
from domain.database.scope import Member


def ask_whom(names: Sequence[str], *, buttons: Sequence[Button]) -> Screen:
    """Each of the *buttons* is an appointment; the last one cancels."""
    words = _("Shall I ask {name} whether they can drive? Tap the appointment.")
    return Screen(words.format(name=escape(listed(names))), in_rows(buttons))


def ask_label(facts: OccurrenceFacts, *, now: datetime) -> str:
    """By the clock of its place: a button takes no markup, which the reader's own clock has."""
    when = unescape(span_words(facts, reader_zone=None, now=now))
    return _("🚗 {title}, {when}").format(title=label(facts.details.title), when=when)


def driver_asked(
    names: Sequence[str], facts: OccurrenceFacts, *, member: Member, now: datetime
) -> Screen:
    when = span_words(facts, reader_zone=member.zone, now=now)
    words = _("✅ I've asked {name} whether they can drive to <b>{title}</b>, {when}.")
    name = escape(listed(names))
    return Screen(words.format(name=name, title=escape(facts.details.title), when=when))


def ask_outcome(title: str, person: str) -> Screen:
    return Screen(
        _(
            "<b>{title}</b> for {person}: how did it go? Type it in your own words; everyone in the"
            " family can read it."
        ).format(title=escape(title), person=escape(person))
    )


def ask_whether(title: str, person: str, note: str, *, buttons: Sequence[Button]) -> Screen:
    words = _("Shall I add this note to <b>{title}</b> ({person})?\n\n“{note}”")
    text = words.format(title=escape(title), person=escape(person), note=escape(note))
    return Screen(text, in_rows(buttons))


def save_label() -> str:
    return _("✅ Save the note")


def outcome_saved(facts: OccurrenceFacts, *, member: Member) -> Screen:
    """Thanks, and buttons for what may have changed."""

    def menu(words: str, command: str) -> Button:
        return Button(words, RunCommand(family_id=member.family_id, command=command).encode())

    return Screen(
        _("✅ Noted for {title} in the family {family}. Any changes to the medicines?").format(
            title=escape(facts.details.title), family=escape(family_name(member))
        ),
        (
            (menu(_("💊 Change a medicine"), "meds"), menu(_("➕ New medicine"), "addmed")),
            (menu(_("📅 Next appointment"), "addappt"),),
        ),
    )
