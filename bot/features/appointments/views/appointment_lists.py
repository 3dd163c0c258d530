"""The lists of appointments: what is planned, day by day, and what was."""

from collections.abc import Sequence
from datetime import date, datetime
from itertools import groupby
from zoneinfo import ZoneInfo

from bot.features.appointments.views.time_labels import capital
from bot.ui.answer import Answer, Button, Keyboard, Screen, say
from bot.ui.apart import family_name
from bot.ui.callbacks import Callback, Verb
from bot.ui.length import fitting, label
from bot.ui.wording import _, escape
from bot.ui.words.appointment_times import (
    appointment_clock,
    day_of,
    days_words,
    is_elsewhere,
    place_clock,
)
from bot.ui.words.dose_times import differ
from bot.ui.words.pauses import pause_words
from bot.ui.words.times import day_words, named_day, short_month_name
from domain.access import Action, may
from domain.appointments.occurrences.facts import OccurrenceFacts, OccurrencePage
from domain.database.scope import Member


def no_calendar() -> Answer:
    return say(_("There are no appointments yet. Type /addappt Cardiologist tomorrow 14:30"))


def appointments(page: OccurrencePage, *, member: Member, now: datetime) -> Screen:
    """`/appts`: one heading a day; what is called off is struck through.

    A line belongs to the day that it is by the clock of its own place, whoever reads it; where
    clocks differ, each line says whose it is.
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
            _in_list(facts, reader_zone=member.zone, names_clock=names_clock) for facts in found
        ]
    if not lines:
        empty = (
            _("No past appointments yet.")
            if page.is_past
            else _("Nothing is planned. Type /addappt Cardiologist tomorrow 14:30")
        )
        lines = ["\n" + empty]
    return Screen("\n".join([head, *fitting(lines)]), _list_buttons(page, member=member))


def _pauses(shown: Sequence[OccurrenceFacts], *, now: datetime) -> list[str]:
    """Who is paused while something of theirs takes place."""
    paused = {facts.person_id: facts for facts in shown if facts.pause is not None}
    return [
        _("⏸ {person} is {paused}").format(
            person=escape(facts.person), paused=pause_words(facts.pause, zone=facts.home, now=now)
        )
        for facts in paused.values()
        if facts.pause is not None
    ]


def _have_several_clocks(items: Sequence[OccurrenceFacts]) -> bool:
    return any(differ(facts.zone, items[0].zone, facts.starts_at) for facts in items)


def _heading(found: Sequence[OccurrenceFacts], *, now: datetime) -> str:
    """The day of what is on the same one; by its name where it is today for some and tomorrow for
    others.
    """
    words = {day_of(facts, facts.first_day, now=now) for facts in found}
    if len(words) == 1:
        return words.pop()
    return named_day(found[0].first_day, today=now.astimezone(found[0].zone).date())


def _in_list(facts: OccurrenceFacts, *, reader_zone: ZoneInfo | None, names_clock: bool) -> str:
    words = short_line(facts, reader_zone=reader_zone, names_clock=names_clock)
    if facts.is_planned:
        return words
    return _("<s>{appointment}</s> called off").format(appointment=words)


def short_line(
    facts: OccurrenceFacts,
    *,
    reader_zone: ZoneInfo | None,
    names_person: bool = True,
    names_clock: bool = False,
    day: date | None = None,
) -> str:
    """ "14:30 Cardiologist, Mum 🚗 Anna", "all day Respite care, Mum"; with *day* as on that day,
    on which it may only go on; with *names_clock* "14:30 Mum's time Cardiologist, Mum".
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
    title = label(facts.details.title)
    if facts.details.is_all_day:
        days = days_words(facts.first_day, facts.last_day)
        return _("{days} {title}").format(days=days, title=title)
    return _("{day} {month} {time} {title}").format(
        day=facts.local.day,
        month=short_month_name(facts.local.date()),
        time=place_clock(facts, facts.starts_at),
        title=title,
    )


def _list_buttons(page: OccurrencePage, *, member: Member) -> Keyboard:
    def turn(words: str, number: int, verb: Verb) -> Button:
        return Button(words, Callback(verb, member.family_id, argument=str(number)).encode())

    rows = [
        (
            Button(
                _list_label(facts),
                Callback(Verb.APPOINTMENT, member.family_id, facts.id).encode(),
            ),
        )
        for facts in page.items
    ]
    verb = Verb.PAST_APPOINTMENTS if page.is_past else Verb.APPOINTMENTS
    turns = []
    if page.number:
        turns.append(turn(_("◀️"), page.number - 1, verb))
    if page.has_more:
        turns.append(turn(_("▶️"), page.number + 1, verb))
    if turns:
        rows.append(tuple(turns))  # type: ignore[arg-type]
    other = (
        turn(_("📅 Upcoming"), 0, Verb.APPOINTMENTS)
        if page.is_past
        else turn(_("🕘 Past"), 0, Verb.PAST_APPOINTMENTS)
    )
    calendar = Button(_("📅 Calendar"), Callback(Verb.FAMILY_CALENDAR, member.family_id).encode())
    last: tuple[Button, ...] = (other, calendar)
    if may(member.role, Action.CHANGE_APPOINTMENTS) and not page.is_past:
        add = Button(
            _("➕ Add"), Callback(Verb.MENU, member.family_id, argument="addappt").encode()
        )
        last = (add, *last)
    return (*rows, last)
