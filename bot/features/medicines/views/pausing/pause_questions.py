"""The questions before a pause: what to pause, until when, a pause already running,
appointments.
"""

from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from bot.ui.answer import Answer, Button, Screen, say
from bot.ui.buttons import in_rows
from bot.ui.length import fitting, label
from bot.ui.wording import _, escape
from bot.ui.words.dates import full_date
from bot.ui.words.pauses import end_words, resume_day


def ask_what(choices: Sequence[Button]) -> Screen:
    return Screen(
        _(
            "What should I pause? If you choose a person, I'll pause all of their medicines. "
            "Tap, or type it, for example <i>Mum until friday</i>."
        ),
        in_rows(choices),
    )


def everything_label(person: str) -> str:
    return _("👵 All of {person}'s medicines").format(person=label(person))


def medicine_label(name: str, person: str | None) -> str:
    if person is None:
        return _("💊 {name}").format(name=label(name))
    return _("💊 {person} · {name}").format(person=label(person), name=label(name))


def nothing_to_pause() -> Answer:
    return say(_("There are no medicines yet, so there's nothing to pause. /addmed adds one."))


def ask_until_when(
    name: str, *, is_person: bool, is_change: bool, choices: Sequence[Button]
) -> Screen:
    if is_change:
        words = _(
            "How long should the pause of {name} last, counted from today? Tap, or type the day it "
            "resumes"
        )
        if is_person:
            words = _(
                "How long should the pause of {name}'s medicines last, counted from today? Tap, or "
                "type the day they resume"
            )
    elif is_person:
        words = _(
            "How long should I pause all of {name}'s medicines? Tap, or type the day they resume"
        )
    else:
        words = _("How long should I pause {name}? Tap, or type the day it resumes")
    text = _("{question}, for example <i>3 December</i>.").format(
        question=words.format(name=escape(name))
    )
    return Screen(text, in_rows(choices))


def pause_choices() -> dict[str, str]:
    """Lengths of a pause, by the keys of
    :data:`bot.features.medicines.flows.pausing.questions.DAYS`.
    """
    return {
        "1": _("Until tomorrow"),
        "3": _("For 3 days"),
        "7": _("For a week"),
        "open": _("Until further notice"),
    }


def end_impossible(*, is_too_far: bool) -> Screen:
    if is_too_far:
        return Screen(
            _("That's more than a year away. Type an earlier day, or tap “Until further notice”.")
        )
    return Screen(_("A pause can only end on a later day. Type a day from tomorrow on."))


def ask_about_running(
    name: str,
    pause: tuple[datetime | None, str | None] | None,
    *,
    zone: ZoneInfo,
    now: datetime,
    new_end: date | None,
    never_ends: bool,
    is_person: bool,
    buttons: Sequence[Button],
) -> Screen:
    """A pause is already running (with its end, and the person if only a medicine is paused), or
    None if it has ended since. The new pause ends at *new_end* or *never_ends*.
    """
    text = _running(name, pause, zone=zone, now=now, is_person=is_person)
    if new_end is not None:
        words = _("Resume on {date} instead?") if pause else _("Pause, and resume on {date}?")
        text += " " + words.format(date=full_date(new_end))
    elif never_ends and pause:
        text += " " + _("Pause until further notice instead?")
    elif never_ends:
        text += " " + _("Pause until further notice?")
    return Screen(text, in_rows(buttons))


def _running(
    name: str,
    pause: tuple[datetime | None, str | None] | None,
    *,
    zone: ZoneInfo,
    now: datetime,
    is_person: bool,
) -> str:
    if pause is None:
        words = _("<b>{name}</b> isn't paused any more.")
        if is_person:
            words = _("<b>{name}</b>'s medicines aren't paused any more.")
        return words.format(name=escape(name))
    until, person = pause
    if person is None:
        words = _("⏸ <b>{name}</b> is already {paused}.")
        if is_person:
            words = _("⏸ <b>{name}</b>'s medicines are already {paused}.")
        return words.format(name=escape(name), paused=end_words(until, zone=zone, now=now))
    words = _(
        "⏸ <b>{name}</b> is already paused with all of {person}'s medicines, until further notice."
    )
    day = ""
    if until is not None:
        words = _(
            "⏸ <b>{name}</b> is already paused with all of {person}'s medicines, resuming {day}."
        )
        day = resume_day(until, zone=zone, now=now)
    return words.format(name=escape(name), person=escape(person), day=day)


def ask_sure(name: str, until: date | None, *, is_person: bool, button: Button) -> Screen:
    """Whether to pause what was named in own words."""
    words = _("Should I pause <b>{name}</b> until further notice?")
    if is_person:
        words = _("Should I pause all of <b>{name}</b>'s medicines until further notice?")
    if until is not None:
        words = _("Should I pause <b>{name}</b>, and resume on {date}?")
        if is_person:
            words = _("Should I pause all of <b>{name}</b>'s medicines, and resume on {date}?")
    date_words = full_date(until) if until else ""
    return Screen(words.format(name=escape(name), date=date_words), ((button,),))


def pause_label() -> str:
    return _("⏸ Pause")


def running_labels(*, runs: bool, new_end: date | None, never_ends: bool) -> dict[str, str]:
    """What can be done about a pause that runs; or that does not any more. Where an end was typed
    for it (*new_end*, or that it *never_ends*), the first is yes.
    """
    if not runs:
        return {"change": _("⏸ Pause"), "leave": _("Leave it as it is")}
    change = _("✏️ Change the end")
    if new_end is not None:
        change = _("✅ Yes, resume on {date}").format(date=full_date(new_end))
    elif never_ends:
        change = _("✅ Yes, until further notice")
    return {
        "change": change,
        "resume": _("▶️ End the pause now"),
        "leave": _("Leave it as it is"),
    }


def nothing_changed() -> Answer:
    return say(_("All right, nothing was changed."))


def ask_appointments(
    person: str,
    until: date | None,
    buttons: Sequence[Button],
    *,
    stay: Sequence[tuple[str, date | None]] = (),
    is_all: bool = False,
) -> Screen:
    """Asked before anything is paused; says what a tap will pause. The medicines in *stay* won't
    resume with the others: their courses end first (on the given last day), or they are paused
    separately for longer (None). *is_all* means the person takes nothing else.
    """
    if until is None:
        head = _("I'll pause all of <b>{person}</b>'s medicines until further notice.")
    elif is_all:
        head = _("I'll pause all of <b>{person}</b>'s medicines until {date}.")
    elif stay:
        head = _(
            "I'll pause all of <b>{person}</b>'s medicines until {date}. They resume that day, "
            "except for these:"
        )
    else:
        head = _(
            "I'll pause all of <b>{person}</b>'s medicines until {date}. They resume that day."
        )
    head = head.format(person=escape(person), date=full_date(until) if until else "")
    head = "\n".join([head, *fitting([_staying(*each) for each in stay], room=2_000)])
    question = _(
        "Should I pause appointment reminders, too, during that time? The appointments stay in "
        "the lists and calendars."
    )
    return Screen(f"{head}\n{question}", in_rows(buttons))


def _staying(name: str, last: date | None) -> str:
    if last is None:
        return _("• {medicine} (stays paused separately)").format(medicine=escape(name))
    return _("• {medicine} (its course ends before then, on {date})").format(
        medicine=escape(name), date=full_date(last)
    )


def appointment_labels() -> dict[str, str]:
    return {
        "yes": _("🔕 Pause appointment reminders"),
        "no": _("🔔 Keep appointment reminders"),
    }
