"""Appointments in a pasted list: how each was understood, and how they were saved."""

from collections.abc import Sequence
from datetime import datetime

from bot.conversation.views.pasted_lists import person_question, saved_keyboard, saved_text
from bot.features.appointments.views.appointment_lines import (
    details_lines,
    title_line,
    when_line,
    will_remind_line,
)
from bot.ui.answer import Button, Screen
from bot.ui.length import label
from bot.ui.presses.appointments import ShowAppointment
from bot.ui.wording import _, escape
from domain.appointments.details import Details
from domain.appointments.occurrences.facts import OccurrenceFacts
from domain.database.scope import Member


def open_words(question: str) -> str:
    """What a line still has to say, by the name of the question."""
    return {
        "person": person_question(),
        "title": _("What is it?"),
        "meant": _("What does it mean?"),
        "day": _("Which day?"),
        "time": _("At what time?"),
        "repeat": _("How often?"),
        "doctor": _("Which doctor?"),
    }[question]


def appointment_words(details: Details, *, person: str, when: str, reminder: str | None) -> str:
    """ "Dentist for Mum, tomorrow 10:00, 1 h", and everything else that will be saved."""
    head = _("📅 <b>{title}</b> for {person}, {when}").format(
        title=escape(details.title), person=escape(person), when=when
    )
    return "\n".join([head, *details_lines(details), *([reminder] if reminder else [])])


def saved_appointments(
    found: Sequence[OccurrenceFacts], *, member: Member, now: datetime
) -> Screen:
    lines = [
        _("{number}. {entry}").format(
            number=number,
            entry="\n".join(
                [
                    title_line(facts),
                    when_line(facts, reader_zone=member.zone, now=now),
                    will_remind_line(facts, now=now),
                ]
            ),
        )
        for number, facts in enumerate(found, start=1)
    ]
    buttons = [
        Button(
            _("📄 {title}").format(title=label(facts.details.title)),
            ShowAppointment(
                family_id=member.family_id, occurrence_id=facts.id, in_new_message=True
            ).encode(),
        )
        for facts in found
    ]
    return Screen(saved_text(lines, member=member), saved_keyboard(buttons))
