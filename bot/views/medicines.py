"""Medicines: the questions that lead to one, and its confirmation."""

from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from bot.views.answer import Answer, Button, Screen, say
from bot.views.callbacks import Callback, Verb
from bot.views.pauses import is_paused, medicine_words
from bot.views.schedules import dosage_in_words, schedule_in_words
from bot.views.times import moment
from bot.views.wording import _, escape
from domain.database import Member
from domain.dosages import Dosage
from domain.medicines import MedicineFacts
from domain.schedules import AsNeeded, Schedule


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
            " <i>every 2 days 9am</i>, <i>21 days on 7 off 22:00</i>, <i>every 8 hours from"
            " 06:00</i>, <i>as needed, 6 hours apart, max 4 a day</i>"
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
        "wd": _("On weekdays"),
        "d2": _("Every second day"),
        "h8": _("Every 8 hours"),
        "prn": _("As needed"),
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


def both_label() -> str:
    return _("✅ Save both")


def in_short(medicine: MedicineFacts) -> str:
    """ "Aspirin 100 mg, every day at 08:00" (no HTML)."""
    return _("{what}, {schedule}").format(
        what=f"{medicine.name} {dosage_in_words(medicine.dosage, medicine.schedule)}".strip(),
        schedule=schedule_in_words(medicine.schedule, zone=medicine.zone, today=date.max),
    )


def ask_same(existing: str, *, person: str, both: Button, change: Button, cancel: Button) -> Screen:
    """They take one of that name already."""
    return Screen(
        _("{person} takes this already: <b>{existing}</b>. Save the new one as well?").format(
            person=escape(person), existing=escape(existing)
        ),
        ((both,), (change, cancel)),
    )


def confirm(
    *,
    name: str,
    dosage: Dosage,
    schedule: Schedule,
    person: str,
    zone: ZoneInfo,
    buttons: Sequence[Button],
) -> Screen:
    save, change, cancel = buttons
    return Screen(
        _("I understood:\n💊 <b>{name}</b> {dosage}\n{schedule}\nfor <b>{person}</b>").format(
            name=escape(name),
            dosage=escape(dosage_in_words(dosage, schedule)),
            schedule=escape(schedule_in_words(schedule, zone=zone)),
            person=escape(person),
        ),
        ((save,), (change, cancel)),
    )


def tap_a_button() -> Answer:
    return say(_("Please tap one of the buttons."))


def saved(medicine: MedicineFacts, *, now: datetime, member: Member) -> Answer:
    """What was saved, for whom, in which family, and when the first dose is due."""
    undo = Callback(Verb.UNDO_MEDICINE, member.family_id, medicine.id)
    change = Callback(Verb.CHANGE_MEDICINE, member.family_id, medicine.id)
    return say(
        _("✅ Saved: {medicine}\nfor <b>{person}</b>, family {family}.\n{first}").format(
            medicine=described(medicine, now=now),
            person=escape(medicine.person),
            family=escape(medicine.family_name),
            first=first_dose(medicine, now=now),
        ),
        ((Button(_("↩️ Undo"), undo.encode()), Button(change_label(), change.encode())),),
    )


def described(medicine: MedicineFacts, *, now: datetime) -> str:
    """Name, how much and when, on two lines."""
    dosage = escape(dosage_in_words(medicine.dosage, medicine.schedule))
    schedule = schedule_in_words(
        medicine.schedule, zone=medicine.zone, today=now.astimezone(medicine.zone).date()
    )
    return f"<b>{escape(medicine.name)}</b> {dosage}".strip() + f"\n{escape(schedule)}"


def first_dose(medicine: MedicineFacts, *, now: datetime) -> str:
    """ "First: tomorrow 08:00 Mum's time"."""
    if is_paused(medicine, now=now):
        paused = medicine_words(medicine, now=now)
        line = _("⏸ {paused}").format(paused=paused[:1].upper() + paused[1:])
        if medicine.first_due_at is None:
            return line
        return line + "\n" + _first(medicine, now=now)
    if isinstance(medicine.schedule, AsNeeded):
        return _("I will not remind of it. When it was given, type /give {name}").format(
            name=escape(medicine.name)
        )
    if medicine.first_due_at is None:
        return _("No dose is due any more.")
    return _first(medicine, now=now)


def _first(medicine: MedicineFacts, *, now: datetime) -> str:
    if medicine.first_due_at is None:
        return ""
    return _("First: {moment}").format(
        moment=moment(medicine.first_due_at, person=medicine.person, zone=medicine.zone, now=now)
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
