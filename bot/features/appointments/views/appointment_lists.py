"""Lists of appointments: upcoming by day, past, and the dates of a series."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from itertools import groupby
from zoneinfo import ZoneInfo

from bot.features.appointments.views.appointment_lines import rhythm_words
from bot.features.appointments.views.time_labels import capital
from bot.ui.answer import Answer, Button, Keyboard, Screen, say
from bot.ui.buttons import in_rows, page_turns
from bot.ui.distinct_labels import family_name
from bot.ui.length import fitting, label
from bot.ui.presses.appointments import (
    AppointmentsPage,
    PastAppointmentsPage,
    ShowAppointment,
    ShowFamilyCalendar,
    ShowSeries,
)
from bot.ui.presses.overview import RunCommand
from bot.ui.wording import _, escape
from bot.ui.words.appointment_times import (
    appointment_clock,
    day_of,
    days_label,
    days_words,
    is_elsewhere,
    place_clock,
    span_words,
)
from bot.ui.words.dates import short_day
from bot.ui.words.pauses import pause_words
from bot.ui.words.repeats import repeat_words
from bot.ui.words.times import day_words, named_day, show_clock
from domain.access import Action, may
from domain.appointments.occurrences.facts import OccurrenceFacts, OccurrencePage
from domain.database.scope import Member
from domain.local_time import clocks_differ

_IN_A_ROW = 2  # dates of a series


def no_calendar(*, member: Member) -> Answer:
    if not may(member.role, Action.CHANGE_APPOINTMENTS):
        return say(_("There are no appointments yet."))
    return say(
        _(
            "There are no appointments yet. Type one, for example /addappt Cardiologist tomorrow"
            " 14:30"
        )
    )


def appointments(page: OccurrencePage, *, member: Member, now: datetime) -> Screen:
    """`/appts`: one heading per day; cancelled ones are struck through. A series is one line, with
    how it repeats, on the day of its next occurrence.

    The day is that of the appointment's own time zone, whoever reads it. If zones differ, each line
    names its clock.
    """
    head = (
        _("🕘 <b>Past appointments</b>, family {family}")
        if page.is_past
        else _("📅 <b>Appointments</b>, family {family}")
    ).format(family=escape(family_name(member)))
    lines = [] if page.is_past else _pauses(page.items, now=now)
    names_clock = _have_several_clocks(page.items)
    for _day, same_day in groupby(page.items, key=lambda facts: facts.first_day):
        found = list(same_day)
        lines.append("\n" + f"<b>{capital(_heading(found, now=now))}</b>")
        lines += [
            _in_list(facts, reader_zone=member.zone, names_clock=names_clock, is_past=page.is_past)
            for facts in found
        ]
    if not lines:
        empty = _("No past appointments yet.") if page.is_past else _("Nothing is planned.")
        if not page.is_past and may(member.role, Action.CHANGE_APPOINTMENTS):
            empty += " " + _("Tap Add, or type /addappt Cardiologist tomorrow 14:30")
        lines = ["\n" + empty]
    return Screen("\n".join([head, *fitting(lines)]), _list_buttons(page, member=member))


def _pauses(shown: Sequence[OccurrenceFacts], *, now: datetime) -> list[str]:
    """Who is paused while something of theirs takes place."""
    paused = {facts.person_id: facts for facts in shown if facts.pause is not None}
    return [
        _("⏸ {person}: {paused}").format(
            person=escape(facts.person), paused=pause_words(facts.pause, zone=facts.home, now=now)
        )
        for facts in paused.values()
        if facts.pause is not None
    ]


def _have_several_clocks(items: Sequence[OccurrenceFacts]) -> bool:
    return any(clocks_differ(facts.zone, items[0].zone, facts.starts_at) for facts in items)


def _heading(found: Sequence[OccurrenceFacts], *, now: datetime) -> str:
    """The day of a group; by its name if it's today for some readers and tomorrow for others."""
    words = {day_of(facts, facts.first_day, now=now) for facts in found}
    if len(words) == 1:
        return words.pop()
    return named_day(found[0].first_day, today=now.astimezone(found[0].zone).date())


def _in_list(
    facts: OccurrenceFacts, *, reader_zone: ZoneInfo | None, names_clock: bool, is_past: bool
) -> str:
    words = short_line(facts, reader_zone=reader_zone, names_clock=names_clock)
    if not facts.is_planned:
        words = _called_off(words)
    if facts.recurrence is None or is_past:
        return words
    form = _("{appointment}, 🔁 {rhythm}")
    if facts.moved_from is not None:
        form = _("{appointment}, 🔁 moved; usually {rhythm}")
    return form.format(appointment=words, rhythm=_by_rule(facts))


def _called_off(words: str) -> str:
    return _("<s>{appointment}</s> called off").format(appointment=words)


def _by_rule(facts: OccurrenceFacts) -> str:
    """ "every Thursday 10:00", by the rule even if this occurrence was moved."""
    if facts.recurrence is None:
        return ""
    by_rule = (facts.moved_from or facts.starts_at).astimezone(facts.zone)
    words = repeat_words(replace(facts.recurrence, count=None, until=None), first=by_rule.date())
    if facts.is_all_day:
        return words
    return _("{rhythm} {time}").format(rhythm=words, time=show_clock(by_rule))


def short_line(
    facts: OccurrenceFacts,
    *,
    reader_zone: ZoneInfo | None,
    names_person: bool = True,
    names_clock: bool = False,
    day: date | None = None,
) -> str:
    """ "14:30 Cardiologist, Mum 🚗 Anna", "all day Respite care, Mum". *day* is the day it's listed
    under, which may be a later one than its first; with *names_clock* "14:30 Mum's time
    Cardiologist, Mum".
    """
    clock = _short_clock(facts, reader_zone=reader_zone, names_clock=names_clock, day=day)
    form = _("{time} {title}, {person}") if names_person else _("{time} {title}")
    words = form.format(time=clock, title=escape(facts.details.title), person=escape(facts.person))
    return f"{words} 🚗 {escape(facts.driver)}" if facts.driver else words


def _short_clock(
    facts: OccurrenceFacts, *, reader_zone: ZoneInfo | None, names_clock: bool, day: date | None
) -> str:
    if facts.is_all_day:
        if facts.first_day == facts.last_day:
            return _("all day")
        return days_words(facts.first_day, facts.last_day, today=day or facts.first_day)
    first, last = facts.days_at_home
    if day is not None and first < day:
        until = place_clock(facts, facts.ends_at)
        return _("all day") if last > day else _("until {time}").format(time=until)
    if reader_zone is None and not names_clock:
        clock = place_clock(facts, facts.starts_at)
    else:
        clock = appointment_clock(facts, facts.starts_at, reader_zone=reader_zone)
    if day in (None, facts.first_day) or not is_elsewhere(facts, facts.starts_at):
        return clock
    return _("{day} {time}").format(day=day_words(facts.first_day, today=day), time=clock)


def _list_label(facts: OccurrenceFacts) -> str:
    """ "26 Nov 10:00 Dentist"."""
    return _("{date} {title}").format(date=_date_label(facts), title=label(facts.details.title))


def _date_label(facts: OccurrenceFacts) -> str:
    """ "26 Nov 10:00"."""
    if facts.details.is_all_day:
        return days_label(facts.first_day, facts.last_day)
    return _("{day} {time}").format(
        day=short_day(facts.local.date()),
        time=place_clock(facts, facts.starts_at),
    )


def _open_button(facts: OccurrenceFacts, *, is_past: bool) -> Button:
    if facts.recurrence is None or is_past:
        return button_to_open(facts)
    press = ShowSeries(family_id=facts.family_id, appointment_id=facts.appointment_id)
    return Button(_("🔁 {appointment}").format(appointment=_list_label(facts)), press.encode())


def button_to_open(facts: OccurrenceFacts, words: str | None = None) -> Button:
    """A button that opens one occurrence, called as in a list or by these *words*."""
    press = ShowAppointment(family_id=facts.family_id, occurrence_id=facts.id)
    return Button(words or _list_label(facts), press.encode())


def _list_buttons(page: OccurrencePage, *, member: Member) -> Keyboard:
    def turn(
        words: str, number: int, kind: type[AppointmentsPage | PastAppointmentsPage]
    ) -> Button:
        return Button(words, kind(family_id=member.family_id, page=number).encode())

    rows = [(_open_button(facts, is_past=page.is_past),) for facts in page.items]
    kind = PastAppointmentsPage if page.is_past else AppointmentsPage
    turns = page_turns(
        page.number,
        lambda number: kind(family_id=member.family_id, page=number),
        has_next=page.has_more,
        words=(_("Later"), _("Earlier")) if page.is_past else (_("Earlier"), _("Later")),
    )
    other = (
        turn(_("📅 Upcoming"), 0, AppointmentsPage)
        if page.is_past
        else turn(_("🕘 Past"), 0, PastAppointmentsPage)
    )
    calendar = ShowFamilyCalendar(family_id=member.family_id).encode()
    last: tuple[Button, ...] = (other, Button(_("📅 Calendar file"), calendar))
    if may(member.role, Action.CHANGE_APPOINTMENTS) and not page.is_past:
        add = Button(
            _("➕ Add"), RunCommand(family_id=member.family_id, command="addappt").encode()
        )
        last = (add, *last)
    return (*rows, *turns, last)


def series(page: OccurrencePage, *, member: Member, now: datetime) -> Screen:
    """How it repeats, and the dates of *page*, each with a button that opens it."""
    first = page.items[0]
    head = _("🔁 <b>{title}</b> for {person}").format(
        title=escape(first.details.title), person=escape(first.person)
    )
    lines = [_date_line(facts, member=member, now=now) for facts in page.items]
    rows = in_rows(
        [button_to_open(facts, _date_label(facts)) for facts in page.items], of=_IN_A_ROW
    )
    turns = page_turns(
        page.number,
        lambda number: ShowSeries(
            family_id=member.family_id, appointment_id=first.appointment_id, page=number
        ),
        has_next=page.has_more,
        words=(_("Earlier"), _("Later")),
    )
    to_all = Button(_("◀ All appointments"), AppointmentsPage(family_id=member.family_id).encode())
    text = "\n".join([head, capital(_rhythm(first)), "", *fitting(lines)])
    return Screen(text, (*rows, *turns, (to_all,)))


def _rhythm(facts: OccurrenceFacts) -> str:
    if facts.recurrence is None:
        return ""
    by_rule = (facts.moved_from or facts.starts_at).astimezone(facts.zone)
    return rhythm_words(facts.recurrence, first=by_rule.date())


def _date_line(facts: OccurrenceFacts, *, member: Member, now: datetime) -> str:
    words = capital(span_words(facts, reader_zone=member.zone, now=now))
    if not facts.is_planned:
        return _called_off(words)
    if facts.moved_from is not None:
        words = _("{when}, moved").format(when=words)
    return f"{words} 🚗 {escape(facts.driver)}" if facts.driver else words
