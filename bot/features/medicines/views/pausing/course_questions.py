"""Whether a pause makes a course end later: the question and its outcome."""

from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from bot.ui.answer import Button, Screen
from bot.ui.buttons import in_rows, undo_button
from bot.ui.wording import _, escape, ngettext
from bot.ui.words.dates import day_and_month, full_date
from bot.ui.words.pauses import end_words
from bot.ui.words.regimens.schedules import schedule_in_words
from domain.medicines.facts import MedicineFacts
from domain.medicines.schedules.kinds import Schedule
from domain.models.medicines import MedicineStatus


def course_state(
    status: MedicineStatus, until: datetime | None, *, zone: ZoneInfo, now: datetime
) -> str:
    """ "paused, resuming on Monday 8 June": what has become of the pause that is asked about."""
    match status:
        case MedicineStatus.PAUSED:
            return end_words(until, zone=zone, now=now)
        case MedicineStatus.STOPPED:
            return _("stopped")
        case MedicineStatus.ACTIVE:
            return _("no longer paused")


def ask_course(
    *,
    name: str,
    person: str,
    state: str,
    zone: ZoneInfo,
    days: int,
    schedule: Schedule,
    changed: Schedule,
    buttons: Sequence[Button],
) -> Screen:
    """Asks whether to extend a course by the *days* a pause takes from it, showing old beside new.
    Without *days*, asks whether to undo an extension that wasn't needed after all.
    """
    head = _("💊 <b>{name}</b> for {person}, {state}").format(
        name=escape(name), person=escape(person), state=state
    )
    now = _("Now: {schedule}").format(schedule=_in_words(schedule, zone))
    then = _in_words(changed, zone)
    if days:
        question = ngettext(
            "Add the {count} paused day at the end?",
            "Add the {count} paused days at the end?",
            days,
        ).format(count=days)
        if days == 1:
            question = _("Add the paused day at the end?")
        lines = [
            head,
            now,
            _("With the paused days added: {schedule}").format(schedule=then),
            question,
        ]
    else:
        lines = [
            head,
            _("Days were added for a pause that turned out shorter."),
            now,
            _("Without those days: {schedule}").format(schedule=then),
            _("Should I remove the added days?"),
        ]
    return Screen("\n".join(lines), in_rows(buttons))


def _in_words(schedule: Schedule, zone: ZoneInfo) -> str:
    return escape(schedule_in_words(schedule, zone=zone))


def lengthen_label(new_end: date | None) -> str:
    if new_end is None:
        return _("✅ Yes, add them")
    return _("✅ Yes, last day {date}").format(date=full_date(new_end))


def keep_label(end: date | None, *, new_end: date | None) -> str:
    """Beside :func:`lengthen_label`: it names the year only if that one has another."""
    if end is None:
        return _("No, leave it")
    has_its_year = new_end is not None and new_end.year == end.year
    date = day_and_month(end) if has_its_year else full_date(end)
    return _("No, keep {date}").format(date=date)


def shorten_label(new_end: date | None) -> str:
    if new_end is None:
        return _("✅ Yes, remove them")
    return _("✅ Yes, last day {date}").format(date=full_date(new_end))


def keep_longer_label(end: date | None) -> str:
    if end is None:
        return _("No, keep them")
    return _("No, last day {date}").format(date=full_date(end))


def all_right_label() -> str:
    return _("All right")


def course_gone(name: str, state: str | None, *, is_longer: bool) -> Screen:
    """The question no longer applies. *state* is what became of the course; None means it was
    deleted.
    """
    if state is None:
        return Screen(_("{name} has been removed in the meantime.").format(name=escape(name)))
    words = (
        _("{name} is {state}, so there are no days to add now.")
        if is_longer
        else _("{name} is {state}, so there are no days to remove now.")
    )
    return Screen(words.format(name=escape(name), state=state))


def course_changed(name: str, state: str, *, is_edited: bool) -> Screen:
    """What has changed since the question was shown, before it is asked again."""
    if is_edited:
        words = _("I haven't changed anything: somebody else has changed when {name} is given.")
    else:
        words = _("I haven't changed anything, because {name} is {state}.")
    return Screen(words.format(name=escape(name), state=state))


def course_kept(end: date | None) -> Screen:
    if end is None:
        return Screen(_("All right, it stays as it is."))
    return Screen(_("All right, it still ends on {date}.").format(date=full_date(end)))


def course_changed_to(medicine: MedicineFacts, *, is_longer: bool) -> Screen:
    words = (
        _("✅ The course of {name} is longer now: {schedule}")
        if is_longer
        else _("✅ I've removed the added days. {name}: {schedule}")
    )
    text = words.format(
        name=escape(medicine.name), schedule=_in_words(medicine.schedule, medicine.zone)
    )
    return Screen(text, ((undo_button(),),))
