"""Questions about an appointment that is being added or moved, and what was understood so far."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.features.appointments.views.appointment_lines import details_lines, duration_words
from bot.grammar.appointment_times.hours import IN_BETWEEN
from bot.ui.answer import Button, Keyboard, Screen
from bot.ui.misunderstandings import quoted
from bot.ui.wording import _, escape
from bot.ui.words.appointment_times import days_words, is_elsewhere
from bot.ui.words.dates import full_date
from bot.ui.words.dose_times import place_name
from bot.ui.words.times import dated_day, day_words, show_clock
from domain.appointments.details import Details
from domain.appointments.occurrences.facts import OccurrenceFacts
from domain.local_time import resolve_local


def ask_title() -> Screen:
    return Screen(
        _(
            "What is it? For example <i>Cardiologist</i>. You can also type everything at once: "
            "<i>Cardiologist tomorrow 14:30 with Dr Weber</i>."
        )
    )


def with_title(question: Screen, title: str) -> Screen:
    """*question*, below the appointment that it is about."""
    return replace(question, text=f"📅 <b>{escape(title)}</b>\n{question.text}")


def ask_day(title: str, buttons: Keyboard) -> Screen:
    words = _(
        "<b>{title}</b>: which day? Tap, or type it, like <i>3 December 10:00</i> or <i>every"
        " Tuesday 10:00</i>."
    )
    return Screen(words.format(title=escape(title)), buttons)


def with_zone_note(question: Screen, place: str | None) -> Screen:
    """*question*, with a note in which time zone the answer is read if it isn't the person's.
    *place* is the key of that zone.
    """
    if place is None:
        return question
    line = _("Times here are in {place} time.").format(place=escape(place_name(ZoneInfo(place))))
    return Screen(f"{question.text}\n{line}", question.keyboard)


def place_of(facts: OccurrenceFacts) -> str | None:
    """The *place* argument for :func:`with_zone_note`."""
    return facts.zone.key if is_elsewhere(facts, facts.starts_at) else None


def ask_time(title: str, day: date | None, *, today: date, buttons: Keyboard) -> Screen:
    if day is None:
        words = _("<b>{title}</b>: at what time? Tap, or type it, like <i>10:20</i>.")
        return Screen(words.format(title=escape(title)), buttons)
    words = _("<b>{title}</b>, {day}: at what time? Tap, or type it, like <i>10:20</i>.")
    return Screen(words.format(title=escape(title), day=day_words(day, today=today)), buttons)


def ask_meant(title: str, typed: str, buttons: Sequence[Button]) -> Screen:
    """Which of several things the *typed* words mean."""
    words = _("<b>{title}</b>: “{typed}” can mean different things. What do you mean?")
    return Screen(
        words.format(title=escape(title), typed=quoted(typed)),
        tuple((button,) for button in buttons),
    )


def meant_labels(meant: Sequence[str], *, kind: str) -> Sequence[str]:
    """A label for each of what can be typed instead; hours are said whole, and as a window."""
    return [_window_label(each) if kind == "window" else each for each in meant]


def _window_label(words: str) -> str:
    hours, _note, _window = words.partition(f" {IN_BETWEEN}")
    first, _to, last = hours.partition(" to ")
    form = _("Some time between {first} and {last}") if _note else _("From {first} to {last}")
    return form.format(first=first, last=last)


def ask_repeat(title: str, buttons: Keyboard) -> Screen:
    words = _(
        "Does <b>{title}</b> repeat? Tap, or type it, like <i>every 2 weeks until 1 March</i>."
    )
    return Screen(words.format(title=escape(title)), buttons)


def repeat_labels() -> Mapping[str, str]:
    return {
        "once": _("Just once"),
        "w1": _("Every week"),
        "w2": _("Every 2 weeks"),
        "m1": _("Every month"),
    }


def ask_which_doctor(words: str, buttons: Sequence[Button]) -> Screen:
    return Screen(
        _("Who do you mean by “{words}”?").format(words=escape(words)),
        tuple((button,) for button in buttons),
    )


def just_the_name_label() -> str:
    return _("Just keep the name")


def confirm(
    details: Details, *, person: str, when: str, reminder: str, buttons: Keyboard
) -> Screen:
    """Everything that a yes will save; *reminder* is a :func:`reminder_line`."""
    lines = [
        _("Is that right?"),
        _("📅 <b>{title}</b> for {person}").format(
            title=escape(details.title), person=escape(person)
        ),
        _("🕑 {when}").format(when=when),
        *details_lines(details),
        reminder,
        _("To change something, type it, like <i>at 15:00 for 2 hours</i>."),
    ]
    return Screen("\n".join(lines), buttons)


def draft_in_short(title: str, day: date | None, clock: str | None) -> str:
    """ "Dentist, 9 June 2026 10:00", as far as it's known (no HTML)."""
    if day is None:
        return title
    when = f"{full_date(day)} {clock}" if clock else full_date(day)
    return _("{title}, {when}").format(title=title, when=when)


def planned_words(
    start: datetime, details: Details, rhythm: str | None, *, zone: ZoneInfo, today: date
) -> str:
    """ "tomorrow, Tuesday 24 November, 14:30, for 1 hour, every Tuesday" for an unsaved
    appointment; *start* is naive local.
    """
    end = resolve_local(start, zone) + details.duration
    if details.is_all_day:
        last = start.date() + details.duration - timedelta(days=1)
        words = _("{days}, all day").format(days=days_words(start.date(), last, today=today))
    else:
        local_end = end.astimezone(zone)
        words = _("{day}, {time}").format(
            day=dated_day(start.date(), today=today), time=show_clock(start)
        )
        if local_end.date() != start.date():
            last_time = _("{day}, {time}").format(
                day=dated_day(local_end.date(), today=today), time=show_clock(local_end)
            )
            words = _("{when} to {end}").format(when=words, end=last_time)
        words = _("{when}, for {duration}").format(
            when=words, duration=duration_words(details.duration)
        )
    return _("{when}, {rhythm}").format(when=words, rhythm=rhythm) if rhythm else words
