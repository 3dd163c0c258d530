"""Pauses of people and medicines, and when they end."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from bot.ui.wording import _, escape
from bot.ui.words.dates import full_date
from bot.ui.words.times import day_words, named_day
from domain.family.running_pauses import Pause
from domain.medicines.facts import MedicineFacts, MedicineLine
from domain.medicines.schedules.courses import is_over_by, last_day
from domain.models.medicines import MedicineStatus


def pause_words(pause: Pause, *, zone: ZoneInfo, now: datetime, stays: bool = False) -> str:
    """ "medicines paused, resuming on Friday 27 November", with what becomes of appointments; what
    *stays* on a phone has the date, too.
    """
    words = _("medicines paused until further notice")
    if pause.until is not None:
        day = resume_day(pause.until, zone=zone, now=now, stays=stays)
        words = _("medicines paused, resuming {day}").format(day=day)
    if pause.silences_appointments:
        return _("{paused}; no appointment reminders").format(paused=words)
    return words


def end_words(until: datetime | None, *, zone: ZoneInfo, now: datetime, stays: bool = False) -> str:
    """ "paused, resuming on Friday 27 November"."""
    if until is None:
        return _("paused until further notice")
    day = resume_day(until, zone=zone, now=now, stays=stays)
    return _("paused, resuming {day}").format(day=day)


def medicine_words(
    medicine: MedicineFacts | MedicineLine, *, now: datetime, stays: bool = False
) -> str:
    """ "paused with all of Mum's medicines, resuming on Friday 27 November"; of a course that is
    over by then "paused; its course ends before then, on 25 November 2026", and once it is over
    "ended". What *stays* on a phone has the date, too.
    """
    person, zone = escape(medicine.person), medicine.zone
    with_person = medicine.is_paused_with_person
    words = _("paused")
    if with_person:
        words = _("paused with all of {person}'s medicines").format(person=person)
    ended_on = course_ended_on(medicine, now=now)
    if ended_on is not None:
        return _("{paused}; its course ended on {date}").format(
            paused=words, date=full_date(ended_on)
        )
    if medicine.resumes_at is None:
        return words
    ends_on = course_ending_within_pause(medicine)
    if ends_on is not None:
        return _("{paused}; its course ends before then, on {date}").format(
            paused=words, date=full_date(ends_on)
        )
    day = resume_day(medicine.resumes_at, zone=zone, now=now, stays=stays)
    return _("{paused}, resuming {day}").format(paused=words, day=day)


def course_ending_within_pause(medicine: MedicineFacts | MedicineLine) -> date | None:
    """The last day of a course that will have ended by the time its pause does."""
    return _ended_by(medicine, medicine.resumes_at) if medicine.resumes_at else None


def course_ended_on(medicine: MedicineFacts | MedicineLine, *, now: datetime) -> date | None:
    """The last day of a course that has already ended, whatever happens to its pause."""
    last = _ended_by(medicine, now)
    return last if last and last < now.astimezone(medicine.zone).date() else None


def _ended_by(medicine: MedicineFacts | MedicineLine, at: datetime) -> date | None:
    if not is_over_by(medicine.schedule, medicine.zone, at):
        return None
    return last_day(medicine.schedule, medicine.zone)


def resume_day(at: datetime, *, zone: ZoneInfo, now: datetime, stays: bool = False) -> str:
    """ "on Friday 27 November", "tomorrow"; what *stays* on a phone has the date, too: "tomorrow,
    24 November 2026".
    """
    day = at.astimezone(zone).date()
    today = now.astimezone(zone).date()
    words = day_words(day, today=today)
    if words == named_day(day, today=today):
        return _("on {day}").format(day=words)
    if not stays:
        return words
    return _("{day}, {date}").format(day=words, date=full_date(day))


def is_paused(medicine: MedicineFacts | MedicineLine, *, now: datetime) -> bool:
    if medicine.status is not MedicineStatus.PAUSED:
        return False
    return medicine.resumes_at is None or medicine.resumes_at > now
