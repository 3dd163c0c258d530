"""The buttons under an appointment: driving, changing, calling off, its doctor and calendar."""

from datetime import datetime, timedelta

from bot.features.appointments.views.appointment_lines import reminders_words
from bot.ui.answer import Button, Keyboard
from bot.ui.length import label
from bot.ui.presses.appointments import (
    AddReminder,
    AppointmentsPage,
    CallOff,
    ChangeAppointment,
    Drive,
    MoveAppointment,
    RestoreAppointment,
    ShowCalendar,
    ShowSeries,
    StopDriving,
    Where,
    WriteOutcome,
)
from bot.ui.presses.contacts import AddDoctor, ShowDoctor
from bot.ui.presses.history import RemoveAppointment
from bot.ui.presses.subjects import OfOccurrence
from bot.ui.wording import _
from domain.access import Action, may
from domain.appointments.details import MAX_REMINDERS
from domain.appointments.occurrences.facts import OccurrenceFacts
from domain.database.scope import Member
from domain.models.appointments import OccurrenceStatus

LAST_MINUTES = 10


def appointment_buttons(facts: OccurrenceFacts, *, member: Member, now: datetime) -> Keyboard:
    def button(words: str, kind: type[OfOccurrence]) -> Button:
        return Button(words, kind(family_id=member.family_id, occurrence_id=facts.id).encode())

    def driving(words: str, kind: type[Drive | StopDriving], where: Where) -> Button:
        press = kind(family_id=member.family_id, occurrence_id=facts.id, where=where)
        return Button(words, press.encode())

    rows: list[tuple[Button, ...]] = []
    is_ahead, may_change = facts.ends_at > now, may(member.role, Action.CHANGE_APPOINTMENTS)
    if facts.is_planned and is_ahead and may(member.role, Action.DRIVE):
        if facts.driver is None:
            drive = [driving(_("🚗 I'll drive"), Drive, Where.SCREEN)]
            if facts.recurrence is not None:
                drive.append(driving(_("🚗 I'll drive every time"), Drive, Where.EVERY_TIME))
            rows.append(tuple(drive))
        elif facts.driver_id == member.user_id:
            if facts.recurrence is None:
                rows.append((driving(_("🚗 I can't drive after all"), StopDriving, Where.SCREEN),))
            else:
                this_time = driving(_("🚗 I can't drive this time"), StopDriving, Where.SCREEN)
                ever = driving(_("🚗 I can't drive any more"), StopDriving, Where.EVERY_TIME)
                rows.append((this_time, ever))
    if may_change and _is_remindable(facts, now=now):
        words = _("🔔 {times} before").format(times=reminders_words([LAST_MINUTES]))
        remind = AddReminder(
            family_id=member.family_id, occurrence_id=facts.id, minutes=LAST_MINUTES
        )
        rows.append((Button(words, remind.encode()),))
    if may_change and is_ahead and facts.is_planned:
        rows.append(
            (
                button(_("✏️ Change"), ChangeAppointment),
                button(_("↔️ Move"), MoveAppointment),
                button(_("🚫 Call it off"), CallOff),
            )
        )
    elif may_change and is_ahead:
        rows.append((button(_("↩️ Restore"), RestoreAppointment),))
    elif may_change and facts.is_planned:
        rows.append((button(_("💬 How did it go?"), WriteOutcome),))
    doctor = facts.details.doctor
    if may_change and doctor is not None and doctor.id is None:
        words = _("➕ Add {doctor} to the doctors").format(doctor=label(doctor.name))
        rows.append((button(words, AddDoctor),))
    elif doctor is not None and doctor.id is not None and not doctor.is_removed:
        known = ShowDoctor(
            family_id=member.family_id, doctor_id=doctor.id, in_new_message=True
        ).encode()
        rows.append((Button(_("👩‍⚕️ {doctor}").format(doctor=label(doctor.name)), known),))
    all_of_them = AppointmentsPage(family_id=member.family_id).encode()
    calendar = button(_("📅 Calendar file"), ShowCalendar)
    to_all = Button(_("◀ All appointments"), all_of_them)
    if facts.recurrence is not None and facts.status is not OccurrenceStatus.CUT and is_ahead:
        dates = ShowSeries(family_id=member.family_id, appointment_id=facts.appointment_id)
        rows += [(calendar, Button(_("🔁 All dates"), dates.encode())), (to_all,)]
    else:
        rows.append((calendar, to_all))
    if may_change:
        rows[-1] = (*rows[-1], button(_("🗑 Remove"), RemoveAppointment))
    return tuple(rows)


def _is_remindable(facts: OccurrenceFacts, *, now: datetime) -> bool:
    """Whether a reminder shortly before is still possible although all the set ones have passed."""
    details = facts.details
    return (
        facts.is_planned
        and not details.is_all_day
        and 0 < len(details.remind_before) < MAX_REMINDERS
        and facts.starts_at - timedelta(minutes=LAST_MINUTES + 1) > now
        and not facts.reminders_ahead(now=now)
    )
