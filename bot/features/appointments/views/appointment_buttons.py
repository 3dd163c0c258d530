"""The buttons under an appointment: driving, changing, calling off, its doctor and calendar."""

from datetime import datetime, timedelta

from bot.features.appointments.views.appointment_lines import reminders_words
from bot.ui.answer import Button, Keyboard
from bot.ui.callbacks import NEW_MESSAGE, Callback, Verb
from bot.ui.length import label
from bot.ui.wording import _
from domain.access import Action, may
from domain.appointments.details import MOST_REMINDERS
from domain.appointments.occurrences.facts import OccurrenceFacts
from domain.database.scope import Member
from domain.models.appointments import OccurrenceStatus

LAST_MINUTES = 10
ON_SCREEN, EVERY_TIME, ON_REMINDER = "s", "a", "r"  # where a button about driving stands


def appointment_buttons(facts: OccurrenceFacts, *, member: Member, now: datetime) -> Keyboard:
    def button(words: str, verb: Verb, argument: str = "") -> Button:
        return Button(words, Callback(verb, member.family_id, facts.id, argument).encode())

    rows: list[tuple[Button, ...]] = []
    is_ahead, may_change = facts.ends_at > now, may(member.role, Action.CHANGE_APPOINTMENTS)
    if facts.is_planned and is_ahead and may(member.role, Action.DRIVE):
        if facts.driver is None:
            drive = [button(_("🚗 I'll drive"), Verb.DRIVE, ON_SCREEN)]
            if facts.recurrence is not None:
                drive.append(button(_("🚗 Every time"), Verb.DRIVE, EVERY_TIME))
            rows.append(tuple(drive))
        elif facts.driver_id == member.user_id:
            stop = [button(_("🚗 I can't after all"), Verb.STOP_DRIVING, ON_SCREEN)]
            if facts.recurrence is not None:
                stop.append(button(_("🚗 None of them"), Verb.STOP_DRIVING, EVERY_TIME))
            rows.append(tuple(stop))
    if may_change and _is_remindable(facts, now=now):
        words = _("🔔 {times} before").format(times=reminders_words([LAST_MINUTES]))
        rows.append((button(words, Verb.REMIND_TOO, str(LAST_MINUTES)),))
    if may_change and is_ahead and facts.is_planned:
        rows.append(
            (
                button(_("✏️ Change"), Verb.CHANGE_APPOINTMENT),
                button(_("↔️ Move"), Verb.MOVE_APPOINTMENT),
                button(_("🚫 Call it off"), Verb.CANCEL_APPOINTMENT),
            )
        )
    elif may_change and is_ahead:
        rows.append((button(_("↩️ Restore"), Verb.RESTORE_APPOINTMENT),))
    elif may_change and facts.is_planned:
        rows.append((button(_("💬 How did it go?"), Verb.OUTCOME),))
    doctor = facts.details.doctor
    if may_change and doctor is not None and doctor.id is None:
        words = _("➕ Add {doctor} to the doctors").format(doctor=label(doctor.name))
        rows.append((button(words, Verb.ADD_DOCTOR),))
    elif doctor is not None and doctor.id is not None and not doctor.is_removed:
        known = Callback(Verb.DOCTOR, member.family_id, doctor.id, NEW_MESSAGE).encode()
        rows.append((Button(_("👩‍⚕️ {doctor}").format(doctor=label(doctor.name)), known),))
    all_of_them = Callback(Verb.APPOINTMENTS, member.family_id).encode()
    last = [button(_("📅 Calendar"), Verb.CALENDAR_FILE), Button(_("◀ All"), all_of_them)]
    if facts.recurrence is not None and facts.status is not OccurrenceStatus.CUT and is_ahead:
        dates = Callback(Verb.SERIES, member.family_id, facts.appointment_id).encode()
        last.insert(1, Button(_("🔁 All dates"), dates))
    rows.append(tuple(last))
    return tuple(rows)


def _is_remindable(facts: OccurrenceFacts, *, now: datetime) -> bool:
    """Whether a reminder shortly before can still come, where none of those that are set can."""
    details = facts.details
    return (
        facts.is_planned
        and not details.is_all_day
        and 0 < len(details.remind_before) < MOST_REMINDERS
        and facts.starts_at - timedelta(minutes=LAST_MINUTES + 1) > now
        and not facts.reminders_ahead(now=now)
    )
