"""Medicines: the questions that lead to one, and its confirmation."""

from collections.abc import Sequence
from datetime import datetime

from bot.views.answer import Answer, Button, Screen, say
from bot.views.callbacks import Callback, Verb
from bot.views.schedules import schedule_in_words
from bot.views.times import moment
from bot.views.wording import _, escape
from domain.database import Member
from domain.medications import MedicineFacts
from domain.schedules import Schedule


def ask_whose(buttons: Sequence[Button]) -> Screen:
    return Screen(_("Who is it for?"), tuple((button,) for button in buttons))


def ask_medicine_name() -> Screen:
    return Screen(_("What is the medicine called? For example: <i>Aspirin</i>"))


def ask_dosage(name: str) -> Screen:
    return Screen(
        _("How much {name} each time? For example: <i>100 mg</i> or <i>2 tablets</i>").format(
            name=escape(name)
        )
    )


def ask_schedule(name: str, presets: Sequence[Button], *, so_far: str) -> Screen:
    if so_far:
        question = _("At what time (“{so_far}”)? For example: <i>08:00</i>").format(
            so_far=escape(so_far)
        )
        return Screen(question)
    return Screen(
        _(
            "When is {name} due? Tap, or type it, for example: <i>at 08:00 and 20:00</i>,"
            " <i>weekdays 9am</i>, <i>daily 22:00 for 10 days</i>"
        ).format(name=escape(name)),
        tuple((button,) for button in presets),
    )


def schedule_presets() -> dict[str, str]:
    """The usual times, by the key of :data:`bot.flows.add_medicine.PRESETS`."""
    return {
        "m": _("Mornings: 08:00"),
        "e": _("Evenings: 20:00"),
        "me": _("Twice: 08:00, 20:00"),
        "mne": _("Three times: 08:00, 14:00, 20:00"),
    }


def part_labels() -> dict[str, str]:
    """What of a medicine can be changed."""
    return {
        "name": _("The name"),
        "dosage": _("How much"),
        "schedule": _("When"),
        "person": _("For whom"),
    }


def save_label() -> str:
    return _("✅ Save")


def change_label() -> str:
    return _("✏️ Change")


def cancel_label() -> str:
    return _("✖️ Cancel")


def ask_what_to_change(name: str | None, buttons: Sequence[Button]) -> Screen:
    text = _("What shall I change?")
    if name:
        text = _("What shall I change about {name}?").format(name=escape(name))
    return Screen(text, tuple((button,) for button in buttons))


def confirm(
    *, name: str, dosage: str, schedule: Schedule, person: str, buttons: Sequence[Button]
) -> Screen:
    save, change, cancel = buttons
    return Screen(
        _("I understood:\n💊 <b>{name}</b> {dosage}\n{schedule}\nfor <b>{person}</b>").format(
            name=escape(name),
            dosage=escape(dosage),
            schedule=schedule_in_words(schedule),
            person=escape(person),
        ),
        ((save,), (change, cancel)),
    )


def tap_a_button() -> Answer:
    return say(_("Please tap one of the buttons."))


def saved(medicine: MedicineFacts, *, now: datetime, member: Member) -> Answer:
    """What was saved, for whom, in which family, and when the first dose is due."""
    if medicine.first_due_at is None:
        first = _("No dose is due any more.")
    else:
        first = _("First: {moment}").format(
            moment=moment(
                medicine.first_due_at, person=medicine.person, zone=medicine.zone, now=now
            )
        )
    undo = Callback(Verb.UNDO_MEDICINE, member.family_id, medicine.id)
    change = Callback(Verb.CHANGE_MEDICINE, member.family_id, medicine.id)
    return say(
        _(
            "✅ Saved: <b>{name}</b> {dosage}\n{schedule}\nfor <b>{person}</b>, family {family}.\n"
        ).format(
            name=escape(medicine.name),
            dosage=escape(medicine.dosage),
            schedule=schedule_in_words(
                medicine.schedule, today=now.astimezone(medicine.zone).date()
            ),
            person=escape(medicine.person),
            family=escape(medicine.family_name),
        )
        + first,
        ((Button(_("↩️ Undo"), undo.encode()), Button(change_label(), change.encode())),),
    )


def removed(name: str) -> Answer:
    return Answer(
        toast=_("Undone."),
        closes=True,
        send=(
            Screen(
                _("↩️ {name} is removed again; I will not remind you of it.").format(
                    name=escape(name)
                )
            ),
        ),
    )
