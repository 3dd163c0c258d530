"""One line about an appointment each: its title, its time, who drives, its reminders."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.ui.wording import _, escape, listed, ngettext
from bot.ui.words.appointment_times import appointment_moment, is_elsewhere, span_words
from bot.ui.words.dose_times import named_clock
from bot.ui.words.pauses import end_words
from bot.ui.words.phones import map_link, phone_words
from bot.ui.words.repeats import repeat_words
from bot.ui.words.times import length_words, show_clock
from domain.appointments.details import Details, DoctorNamed
from domain.appointments.ladder import DAY_MINUTES, Reminder
from domain.appointments.occurrences.facts import OccurrenceFacts
from domain.appointments.recurrences import Recurrence
from domain.models.appointments import OccurrenceStatus
from domain.timers import EVENING


def name_line(facts: OccurrenceFacts, *, sign: str = "📅") -> str:
    """Without whether it is called off."""
    return f"{sign} {_named(facts)}"


def _named(facts: OccurrenceFacts) -> str:
    return _("<b>{title}</b> for {person}").format(
        title=escape(facts.details.title), person=escape(facts.person)
    )


def title_line(facts: OccurrenceFacts, *, sign: str = "📅") -> str:
    words = _named(facts)
    match facts.status:
        case OccurrenceStatus.CANCELLED if facts.recurrence is not None:
            return _("🚫 {appointment}: only this one is called off").format(appointment=words)
        case OccurrenceStatus.CANCELLED | OccurrenceStatus.CUT:
            return _("🚫 {appointment}: called off").format(appointment=words)
        case _:
            return f"{sign} {words}"


def when_line(
    facts: OccurrenceFacts,
    *,
    reader_zone: ZoneInfo | None,
    now: datetime,
) -> str:
    """ "🕑 tomorrow, Tuesday 24 November, 14:30 Mum's time (15:30 your time), for 45 minutes", "🕑
    1–14 July, all day", and how it repeats.
    """
    when = span_words(facts, reader_zone=reader_zone, now=now)
    if facts.details.is_all_day:
        line = _("🕑 {when}").format(when=when)
    else:
        length = duration_words(facts.ends_at - facts.starts_at)
        line = _("🕑 {when}, for {duration}").format(when=when, duration=length)
    if facts.recurrence is not None:
        first = (facts.moved_from or facts.starts_at).astimezone(facts.zone).date()
        line += "\n" + _("🔁 {rhythm}").format(rhythm=rhythm_words(facts.recurrence, first=first))
    if facts.moved_from is not None and facts.recurrence is not None:
        was = appointment_moment(facts, facts.moved_from, now=now, reader_zone=reader_zone)
        line += "\n" + _("↔️ moved from {when}").format(when=was)
    return line


def rhythm_words(rule: Recurrence, *, first: date) -> str:
    """ "every Wednesday until 1 March 2027", "every Wednesday, until you end it"."""
    words = repeat_words(rule, first=first)
    if rule.count is None and rule.until is None:
        return _("{rhythm}, until you end it").format(rhythm=words)
    return words


def details_lines(details: Details) -> list[str]:
    """Doctor, place, what to bring, note."""
    lines = []
    if details.doctor is not None:
        lines.append(_("👩‍⚕️ {doctor}").format(doctor=_doctor(details.doctor)))
    place = details.place or (details.doctor.address if details.doctor else None)
    if place:
        lines.append(_("📍 {place}").format(place=map_link(place)))
    if details.bring:
        lines.append(_("🎒 Bring: {things}").format(things=escape(details.bring)))
    if details.note:
        lines.append(_("📝 {note}").format(note=escape(details.note)))
    return lines


def _doctor(doctor: DoctorNamed) -> str:
    words = escape(doctor.name)
    return f"{words}, {phone_words(doctor.phone)}" if doctor.phone else words


def driver_line(facts: OccurrenceFacts) -> str:
    if facts.driver is None:
        return _("🚗 No driver yet")
    if facts.is_driver_unreachable:
        words = _(
            "🚗 {driver} is driving. ⚠️ I can't reach {driver}: please tell them about any changes."
        )
        return words.format(driver=escape(facts.driver))
    return _("🚗 {driver} is driving").format(driver=escape(facts.driver))


def will_remind_line(facts: OccurrenceFacts, *, now: datetime) -> str:
    """Which of its reminders will come. None come while the person's pause silences them."""
    if facts.pause is not None and facts.pause.silences_appointments:
        return _("🔕 No reminder: {person}'s reminders are {paused}").format(
            person=escape(facts.person),
            paused=end_words(facts.pause.until, zone=facts.home, now=now),
        )
    details = facts.details
    ahead = facts.reminders_ahead(now=now)
    place = facts.zone if is_elsewhere(facts, facts.starts_at) else None
    return reminder_line(
        ahead, is_set=bool(details.remind_before), is_all_day=details.is_all_day, place=place
    )


def reminder_line(
    ahead: Sequence[Reminder], *, is_set: bool, is_all_day: bool, place: ZoneInfo | None = None
) -> str:
    """Which reminders will come: those of *ahead*. *place* is the appointment's time zone if it
    isn't the person's.
    """
    if not is_set:
        return _("🔕 No reminder")
    if not ahead:
        return _("🔕 It starts too soon for the usual reminders.")
    times = reminders_words([reminder.minutes for reminder in ahead])
    if not is_all_day:
        return _("🔔 I'll remind everyone {times} before.").format(times=times)
    clock = named_clock(show_clock(EVENING), place) if place else show_clock(EVENING)
    if len(ahead) == 1 and ahead[0].minutes == DAY_MINUTES:
        return _("🔔 I'll remind everyone the evening before, at {time}.").format(time=clock)
    return _("🔔 I'll remind everyone {times} before, at {time}.").format(times=times, time=clock)


def reminders_words(minutes: Sequence[int]) -> str:
    """ "1 day and 1 hour"."""
    each = [duration_words(timedelta(minutes=count)) for count in minutes]
    return listed(each) if each else _("none")


def duration_words(duration: timedelta) -> str:
    """ "45 minutes", "1 hour", "1 h 30 min", "1 day"."""
    if not duration % timedelta(days=1):
        return ngettext("{count} day", "{count} days", duration.days).format(count=duration.days)
    if duration < timedelta(days=1):
        return length_words(duration)
    days = ngettext("{count} day", "{count} days", duration.days).format(count=duration.days)
    return _("{days} {hours}").format(days=days, hours=length_words(duration % timedelta(days=1)))


def outcome_line(facts: OccurrenceFacts) -> str:
    who = escape(facts.outcome_by or "")
    if facts.outcome is None:
        return _("👍 {who}: nothing to note").format(who=who)
    return _("💬 {who}: {outcome}").format(who=who, outcome=escape(facts.outcome))
