"""What members are told of appointments: before, when something changed, and afterwards."""

from collections.abc import Sequence

from bot.features.appointments.views.appointment_buttons import ON_REMINDER
from bot.features.appointments.views.appointment_lines import (
    details_lines,
    driver_line,
    outcome_line,
    title_line,
    when_line,
)
from bot.ui.answer import Button, Keyboard, Screen
from bot.ui.callbacks import NEW_MESSAGE, Callback, Verb
from bot.ui.length import fitting, label
from bot.ui.wording import _, escape
from bot.ui.words.appointment_times import span_words
from domain.access import Action, may
from domain.appointments.notices.reminders import AppointmentFacts, AppointmentItem
from domain.appointments.occurrences.facts import OccurrenceFacts
from domain.timers import Step


def notice(facts: AppointmentFacts) -> Screen:
    """All that a member is told in one minute of one person's appointments."""
    parts = []
    if facts.is_repeat:
        parts.append(_("🔁 This may be a repeat."))
    if facts.is_late:
        parts.append(_("⏳ This reminder is late: I couldn't reach you in time."))
    parts += ["\n".join(_lines(item, facts)) for item in facts.items]
    return Screen("\n\n".join(fitting(parts)), _keyboard(facts))


def _lines(item: AppointmentItem, facts: AppointmentFacts) -> Sequence[str]:
    occurrence = item.occurrence
    when = when_line(occurrence, reader_zone=facts.reader_zone, now=facts.now, stays=True)
    if not occurrence.is_planned:
        return [title_line(occurrence), when]
    if item.step is Step.ASK_OUTCOME:
        return _outcome(occurrence, facts)
    head = {
        Step.TELL: _("❗️ Please note: this has changed"),
        Step.ASK_DRIVER: _("🚗 Who can drive?"),
        Step.SOON: _("❗️ Please note: this is coming up soon"),
    }.get(item.step)
    if item.step is Step.ASK_DRIVER and occurrence.driver is not None:
        head = None
    lines = [head] if head else []
    lines += [
        title_line(occurrence, sign="🔔"),
        when,
        *details_lines(occurrence.details),
        driver_line(occurrence),
    ]
    if occurrence.starts_at <= facts.now < occurrence.ends_at:
        lines.append(_("It has already begun."))
    if occurrence.outcome_at is not None:
        lines.append(outcome_line(occurrence))
    return lines


def _outcome(occurrence: OccurrenceFacts, facts: AppointmentFacts) -> Sequence[str]:
    when = span_words(occurrence, reader_zone=facts.reader_zone, now=facts.now, stays=True)
    lines = [
        _("💬 <b>{title}</b> for {person}, {when}").format(
            title=escape(occurrence.details.title), person=escape(occurrence.person), when=when
        )
    ]
    if occurrence.outcome_at is None:
        lines.append(_("How did it go? Any changes to the medicines?"))
    else:
        lines.append(outcome_line(occurrence))
    return lines


def _keyboard(facts: AppointmentFacts) -> Keyboard:
    rows: list[tuple[Button, ...]] = []
    is_alone = len(facts.items) == 1
    for item in facts.items:
        rows += _rows(
            item, facts, about="" if is_alone else f": {label(item.occurrence.details.title)}"
        )
    return tuple(rows)


def _rows(
    item: AppointmentItem, facts: AppointmentFacts, *, about: str
) -> list[tuple[Button, ...]]:
    occurrence = item.occurrence

    def button(words: str, verb: Verb, argument: str = "") -> Button:
        press = Callback(verb, facts.family_id, occurrence.id, argument)
        return Button(words + about, press.encode())

    details = button(_("📄 Details"), Verb.APPOINTMENT, NEW_MESSAGE)
    if item.step is Step.ASK_OUTCOME:
        if occurrence.outcome_at is not None or not occurrence.is_planned:
            return [(details,)]
        if not may(facts.reader_role, Action.CHANGE_APPOINTMENTS):
            return [(details,)]
        meds = Callback(Verb.MENU, facts.family_id, argument="meds").encode()
        return [
            (
                button(_("👍 Nothing to note"), Verb.ALL_FINE, ON_REMINDER),
                button(_("📝 Write a note"), Verb.OUTCOME),
            ),
            (Button(_("💊 Change a medicine"), meds), details),
        ]
    rows = []
    is_ahead = occurrence.is_planned and occurrence.ends_at > facts.now
    if is_ahead and may(facts.reader_role, Action.DRIVE):
        if occurrence.driver_id is None:
            rows.append((button(_("🚗 I'll drive"), Verb.DRIVE, ON_REMINDER),))
        elif occurrence.driver_id == facts.reader_id:
            rows.append((button(_("🚗 I can't after all"), Verb.STOP_DRIVING, ON_REMINDER),))
    return [*rows, (details,)]
