"""Medicines from a pasted list: each one as it was understood, and all of them once saved."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.conversation.views.pasted_lists import person_question, saved_keyboard, saved_text
from bot.features.medicines.views.content.medicine_notes import note_lines
from bot.features.medicines.views.content.new_medicines import described, first_dose
from bot.ui.answer import Button, Screen
from bot.ui.length import label
from bot.ui.presses.medicines import ChangeMedicine
from bot.ui.wording import _, escape
from bot.ui.words.regimens.schedules import BEGUN, dosage_in_words, schedule_in_words
from domain.database.scope import Member
from domain.medicines.facts import MedicineFacts, NewMedicine


def open_words(question: str) -> str:
    """What a line leaves open, by the key of the question that will ask it."""
    return {
        "person": person_question(),
        "name": _("What is it called?"),
        "dosage": _("How much each time?"),
        "schedule": _("When is it taken?"),
    }[question]


def medicine_words(new: NewMedicine, *, person: str, zone: ZoneInfo) -> str:
    """ "Aspirin 100 mg for Mum, every day at 08:00"."""
    dosage = escape(dosage_in_words(new.dosage, new.schedule))
    words = _("💊 {medicine} for {person}, {schedule}").format(
        medicine=f"<b>{escape(new.name)}</b> {dosage}".strip(),
        person=escape(person),
        schedule=escape(schedule_in_words(new.schedule, zone=zone, today=BEGUN)),
    )
    return "\n".join([words, *note_lines(new.instructions, new.reason)])


def saved_medicines(found: Sequence[MedicineFacts], *, member: Member, now: datetime) -> Screen:
    lines = [
        _("{number}. {entry}").format(
            number=number,
            entry=_("💊 {medicine} for {person}\n{first}").format(
                medicine=described(medicine, now=now),
                person=escape(medicine.person),
                first=first_dose(medicine, now=now),
            ),
        )
        for number, medicine in enumerate(found, start=1)
    ]
    buttons = [
        Button(
            _("✏️ Change {medicine}").format(medicine=label(medicine.name)),
            ChangeMedicine(
                family_id=member.family_id, medication_id=medicine.id, in_new_message=True
            ).encode(),
        )
        for medicine in found
    ]
    return Screen(saved_text(lines, member=member), saved_keyboard(buttons))
