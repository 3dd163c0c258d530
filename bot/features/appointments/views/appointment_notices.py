"""Messages about appointments: before, when something changes, and afterwards."""

from collections.abc import Sequence

from bot.features.appointments.views.appointment_lines import (
    details_lines,
    driver_line,
    outcome_line,
    title_line,
    when_line,
)
from bot.ui.answer import Button, Keyboard, Screen
from bot.ui.length import fitting, label
from bot.ui.presses.appointments import (
    Drive,
    NothingToNote,
    ShowAppointment,
    StopDriving,
    Where,
    WriteOutcome,
)
from bot.ui.presses.overview import RunCommand
from bot.ui.presses.press import Press
from bot.ui.wording import _, escape
from bot.ui.words.appointment_times import span_words
from domain.access import Action, may
from domain.appointments.notices.reminders import AppointmentFacts, AppointmentItem
from domain.appointments.occurrences.facts import OccurrenceFacts
from domain.timers import Step


def notice(facts: AppointmentFacts) -> Screen:
    """Everything that a member is told in one minute about one person's appointments."""
    parts = []
    if facts.is_late:
        parts.append(_("⏳ This reminder is late: I couldn't reach you in time."))
    parts += ["\n".join(_lines(item, facts)) for item in facts.items]
    return Screen("\n\n".join(fitting(parts)), _keyboard(facts))


def _lines(item: AppointmentItem, facts: AppointmentFacts) -> Sequence[str]:
    occurrence = item.occurrence
    when = when_line(occurrence, reader_zone=facts.reader_zone, now=facts.now)
    if not occurrence.is_planned:
        return [title_line(occurrence), when]
    if item.step is Step.ASK_OUTCOME:
        return _outcome(occurrence, facts)
    head = {
        Step.TELL: _("❗️ Please note: this appointment has changed"),
        Step.ASK_DRIVER: _("🚗 Who can drive?"),
        Step.SOON: _("❗️ Please note: this is coming up soon"),
    }.get(item.step)
    if item.step is Step.ASK_DRIVER and facts.asked_by is not None:
        head = _("🚗 {name} asks whether you can drive:").format(name=escape(facts.asked_by))
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
        lines.append(_("It has already started."))
    if occurrence.outcome_at is not None:
        lines.append(outcome_line(occurrence))
    return lines


def _outcome(occurrence: OccurrenceFacts, facts: AppointmentFacts) -> Sequence[str]:
    when = span_words(occurrence, reader_zone=facts.reader_zone, now=facts.now)
    lines = [
        _("💬 <b>{title}</b> for {person}, {when}").format(
            title=escape(occurrence.details.title), person=escape(occurrence.person), when=when
        )
    ]
    if occurrence.outcome_at is not None:
        lines.append(outcome_line(occurrence))
    elif not may(facts.reader_role, Action.CHANGE_APPOINTMENTS):
        lines.append(_("It's over. Nobody has noted yet how it went."))
    elif occurrence.driver:
        lines.append(_("How did it go? Any changes to the medicines?"))
    else:
        lines.append(_("If you were there: how did it go? Any changes to the medicines?"))
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

    def button(words: str, press: Press) -> Button:
        return Button(words + about, press.encode())

    def on_reminder(words: str, kind: type[Drive | StopDriving | NothingToNote]) -> Button:
        press = kind(family_id=facts.family_id, occurrence_id=occurrence.id, where=Where.REMINDER)
        return button(words, press)

    details = button(
        _("📄 Details"),
        ShowAppointment(
            family_id=facts.family_id, occurrence_id=occurrence.id, in_new_message=True
        ),
    )
    if item.step is Step.ASK_OUTCOME:
        if occurrence.outcome_at is not None or not occurrence.is_planned:
            return [(details,)]
        if not may(facts.reader_role, Action.CHANGE_APPOINTMENTS):
            return [(details,)]
        write = WriteOutcome(family_id=facts.family_id, occurrence_id=occurrence.id)
        meds = RunCommand(family_id=facts.family_id, command="meds").encode()
        return [
            (
                on_reminder(_("👍 Nothing to note"), NothingToNote),
                button(_("📝 Write a note"), write),
            ),
            (Button(_("💊 Change a medicine"), meds), details),
        ]
    rows = []
    is_ahead = occurrence.is_planned and occurrence.ends_at > facts.now
    if is_ahead and may(facts.reader_role, Action.DRIVE):
        if occurrence.driver_id is None:
            rows.append((on_reminder(_("🚗 I'll drive"), Drive),))
        elif occurrence.driver_id == facts.reader_id:
            rows.append((on_reminder(_("🚗 I can't drive after all"), StopDriving),))
    return [*rows, (details,)]
