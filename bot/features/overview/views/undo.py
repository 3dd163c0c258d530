"""`/undo`: names the last action, and reports what was undone."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from bot.features.appointments.views.appointment_lines import driver_line, title_line, when_line
from bot.features.medicines.views.content.new_medicines import described
from bot.ui.answer import Answer, Button, Screen, say
from bot.ui.distinct_labels import family_in_words
from bot.ui.length import fitting
from bot.ui.presses.overview import Keep, UndoNamed
from bot.ui.wording import _, escape, ngettext
from bot.ui.words.dose_times import due_moment, open_words, record_clock
from bot.ui.words.pauses import pause_words
from bot.ui.words.records import change_words
from bot.ui.words.schedules import dosage_in_words
from bot.ui.words.times import moment
from bot.ui.words.undo import lasting, superseded
from domain.appointments.changes.locking import Reach
from domain.appointments.occurrences.facts import OccurrenceFacts
from domain.database.scope import Member
from domain.family.people import Person
from domain.medicines.doses.facts import DoseFacts
from domain.medicines.facts import MedicineFacts
from domain.models.medicines import DoseStatus
from domain.overview.own_actions import ActionKind, LastAction, Undone


def ask_last(action: LastAction, *, member: Member, now: datetime) -> Answer:
    """The member's last action in any family, with the button that undoes it."""
    if not action.elsewhere:
        head = _("Your last action, {ago}:").format(ago=_ago(action.at, now))
        return _ask(head, action, family_id=member.family_id, now=now)
    family, *others = action.elsewhere
    head = _("Your last action, {ago}, in the family {family}:").format(
        ago=_ago(action.at, now), family=escape(family_in_words(family, others))
    )
    return _ask(head, action, family_id=family.id, now=now)


def ask(action: LastAction, *, member: Member, now: datetime) -> Answer:
    """The action that a message reports, with the button that undoes it."""
    head = _("You did this {ago}:").format(ago=_ago(action.at, now))
    return _ask(head, action, family_id=member.family_id, now=now)


def _ask(head: str, action: LastAction, *, family_id: UUID, now: datetime) -> Answer:
    undo = UndoNamed(family_id=family_id, action_id=action.id)
    keep = Keep(family_id=family_id)
    if action.lasting is not None:
        head = f"{lasting(action.lasting)}\n\n{head}"
    if action.superseded is not None:
        since = _("{changed} What you did to it stays.").format(
            changed=escape(superseded(action.superseded))
        )
        head = f"{since}\n\n{head}"
    return say(
        _("{head}\n{what}\nUndo it?").format(head=head, what=action_words(action, now)),
        (
            (Button(_("↩️ Undo"), undo.encode()),),
            (Button(_("Keep it"), keep.encode()),),
        ),
    )


def kept() -> Answer:
    return Answer(toast=_("Nothing was changed."), closes=True)


def undone(outcome: Undone, *, member: Member, now: datetime) -> Answer:
    """What was undone and how things are now; replaces the question."""
    return all_undone([outcome], member=member, now=now)


def all_undone(outcomes: Sequence[Undone], *, member: Member, now: datetime) -> Answer:
    """Like :func:`undone`, for several actions."""
    text = "\n\n".join(fitting([_undone(outcome, now=now) for outcome in outcomes]))
    if member.has_other_families:
        text += "\n" + _("In the family {family}.").format(family=escape(member.family_name))
    return Answer(toast=_("Undone."), edit=Screen(text))


def _undone(outcome: Undone, *, now: datetime) -> str:
    if outcome.doses:
        text = _doses_now(outcome)
    elif outcome.action.appointment is not None:
        text = _appointment_now(outcome, outcome.action.appointment, now=now)
    elif outcome.person is not None:
        text = _("↩️ Undone. As before:\n{person}").format(
            person=_person(outcome.person, outcome.action.kind, now)
        )
    elif outcome.medicine is None:
        name = _with_dosage(outcome.action.medicine) if outcome.action.medicine else ""
        text = _("↩️ {name} has been removed. I won't remind you about it.").format(
            name=escape(name)
        )
    elif outcome.action.kind in (ActionKind.REFILLED, ActionKind.COUNTED, ActionKind.MEASURED):
        text = _("↩️ Undone: the stock of {name} is as it was.").format(
            name=escape(_with_dosage(outcome.medicine))
        )
    else:
        text = _("↩️ Undone. As before:\n{medicine}").format(
            medicine=_medicine(outcome.medicine, now)
        )
    return text


def _ago(at: datetime, now: datetime) -> str:
    minutes = max(0, int((now - at).total_seconds() // 60))
    if minutes < 1:
        return _("just now")
    if minutes < 60:
        return ngettext("{count} minute ago", "{count} minutes ago", minutes).format(count=minutes)
    hours = minutes // 60
    return ngettext("{count} hour ago", "{count} hours ago", hours).format(count=hours)


def action_words(action: LastAction, now: datetime) -> str:
    """ "added: 💊 Aspirin 100 mg …" (HTML)."""
    if action.medicine is not None:
        medicine = _medicine(action.medicine, now)
        return _event_words()[action.kind].format(medicine=medicine)
    if action.person is not None:
        person = _person(action.person, action.kind, now)
        return _event_words()[action.kind].format(medicine=person)
    if action.appointment is not None:
        appointment = _appointment(action.appointment, now)
        reach = _reach_words().get((action.before or {}).get("reach", ""))
        if reach is not None and action.appointment.recurrence is not None:
            appointment += f"\n🔁 {reach}"
        return _event_words()[action.kind].format(medicine=appointment)
    doses = "\n".join(fitting([_dose(dose, now) for dose in action.doses]))
    if action.reverted_dose is None:
        return _("recorded: {doses}").format(doses=doses)
    then = change_words(action.reverted_dose, instead_of=action.doses[0], again=True)
    return _("corrected: {doses}\nThe record will be: {then}.").format(doses=doses, then=then)


def _event_words() -> dict[ActionKind, str]:
    return {
        ActionKind.ADDED: _("added: {medicine}"),
        ActionKind.EDITED: _("changed to: {medicine}"),
        ActionKind.PAUSED: _("paused: {medicine}"),
        ActionKind.STOPPED: _("stopped: {medicine}"),
        ActionKind.RESTORED: _("resumed: {medicine}"),
        ActionKind.REFILLED: _("refilled: {medicine}"),
        ActionKind.COUNTED: _("counted the stock of: {medicine}"),
        ActionKind.MEASURED: _("set how much makes one dose: {medicine}"),
        ActionKind.APPOINTMENT_ADDED: _("added: {medicine}"),
        ActionKind.APPOINTMENT_EDITED: _("changed to: {medicine}"),
        ActionKind.APPOINTMENT_MOVED: _("moved to: {medicine}"),
        ActionKind.APPOINTMENT_REPEATED: _("changed to: {medicine}"),
        ActionKind.APPOINTMENT_CANCELLED: _("called off: {medicine}"),
        ActionKind.APPOINTMENT_RESTORED: _("restored: {medicine}"),
        ActionKind.APPOINTMENT_FOLLOWED: _(
            "moved to the time zone its person lives in: {medicine}"
        ),
        ActionKind.DRIVER_FOUND: _("you said you'd drive to: {medicine}"),
        ActionKind.DRIVER_LOST: _("you said you can't drive to: {medicine}"),
        ActionKind.PERSON_MOVED: _("moved to: {medicine}"),
        ActionKind.PERSON_RENAMED: _("renamed to: {medicine}"),
        ActionKind.PERSON_PAUSED: _("paused: {medicine}"),
        ActionKind.PERSON_RESUMED: _("ended the pause: {medicine}"),
    }


def _reach_words() -> dict[str, str]:
    return {
        Reach.FOLLOWING: _("and all that follow"),
        Reach.ALL: _("all upcoming ones"),
    }


def _person(person: Person, kind: ActionKind, now: datetime) -> str:
    name = f"<b>{escape(person.name)}</b>"
    if kind is ActionKind.PERSON_RENAMED:
        return name
    if kind is ActionKind.PERSON_MOVED:
        return _("{person}, on {zone} time").format(
            person=name, zone=person.zone.key.replace("_", " ")
        )
    if person.pause is None:
        return _("{person}, not paused").format(person=name)
    return _("{person}, {paused}").format(
        person=name, paused=pause_words(person.pause, zone=person.zone, now=now)
    )


def _appointment(facts: OccurrenceFacts, now: datetime) -> str:
    lines = [title_line(facts), when_line(facts, reader_zone=None, now=now)]
    if facts.driver is not None and facts.is_planned:
        lines.append(driver_line(facts))
    return "\n".join(lines)


def _appointment_now(outcome: Undone, before: OccurrenceFacts, *, now: datetime) -> str:
    if outcome.appointment is None:
        return _("↩️ {title} has been removed. I won't remind you about it.").format(
            title=escape(before.details.title)
        )
    return _("↩️ Undone. As before:\n{appointment}").format(
        appointment=_appointment(outcome.appointment, now)
    )


def _dose(dose: DoseFacts, now: datetime) -> str:
    what = f"{escape(dose.name)} {escape(dose.given or dose.dosage)}"
    due = due_moment(dose, now=now)
    if dose.status == DoseStatus.SKIPPED:
        return _("⏭ {what}, {due}: skipped").format(what=what, due=due)
    return _("✅ {what}, {due}: taken at {time}").format(
        what=what, due=due, time=record_clock(dose)
    )


def _doses_now(outcome: Undone) -> str:
    if outcome.action.kind is ActionKind.CORRECTED:
        now, before = outcome.doses[0], outcome.action.doses[0]
        return _("↩️ Undone: {name} is {then}.").format(
            name=escape(now.name), then=change_words(now, instead_of=before, again=True)
        )
    names = ", ".join(
        fitting([f"{escape(dose.name)} {escape(dose.dosage)}" for dose in outcome.doses])
    )
    count = len(outcome.doses)
    if any(dose.status == DoseStatus.PENDING for dose in outcome.doses):
        words = ngettext(
            "↩️ Undone: {names}. It's open again.",
            "↩️ Undone: {names}. They're open again.",
            count,
        )
    elif all(dose.status == DoseStatus.CANCELLED for dose in outcome.doses):
        words = ngettext(
            "↩️ Undone: {names} no longer counts.",
            "↩️ Undone: {names} no longer count.",
            count,
        )
    else:
        words = ngettext(
            "↩️ Undone: {names}. It's too late for me to ask about it again.",
            "↩️ Undone: {names}. It's too late for me to ask about them again.",
            count,
        )
    return words.format(names=names)


def _with_dosage(medicine: MedicineFacts) -> str:
    """There may be another medicine of that name."""
    return f"{medicine.name} {dosage_in_words(medicine.dosage, medicine.schedule)}".strip()


def _medicine(medicine: MedicineFacts, now: datetime) -> str:
    line = _("💊 {medicine}\nfor {person}").format(
        medicine=described(medicine, now=now), person=escape(medicine.person)
    )
    for dose in medicine.open_doses:
        line += "\n" + open_words(dose, home=medicine.zone, now=now)
    if medicine.first_due_at is None:
        return line
    following = moment(medicine.first_due_at, person=medicine.person, zone=medicine.zone, now=now)
    return line + "\n" + _("Next: {moment}").format(moment=following)
