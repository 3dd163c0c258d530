"""`/undo`: names the last action, and reports what was undone."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from bot.features.appointments.views.appointment_lines import (
    driver_line,
    name_line,
    title_line,
    when_line,
)
from bot.features.medicines.views.content.medicine_notes import lines_before
from bot.features.medicines.views.content.new_medicines import described, removed_words
from bot.ui.answer import Answer, Button, Screen, say
from bot.ui.distinct_labels import family_in_words
from bot.ui.length import fitting
from bot.ui.presses.overview import Keep, UndoNamed
from bot.ui.wording import _, escape, ngettext
from bot.ui.words.amounts import number_in_words
from bot.ui.words.appointment_times import appointment_moment
from bot.ui.words.dose_times import due_moment, open_words, place_name, record_at
from bot.ui.words.pauses import pause_words
from bot.ui.words.records import again_words, back_words
from bot.ui.words.regimens.parts_of_day import times_in_words
from bot.ui.words.regimens.schedules import BEGUN, dosed_name, schedule_in_words
from bot.ui.words.times import moment
from bot.ui.words.undo import lasting, superseded
from domain.appointments.changes.locking import Reach
from domain.appointments.occurrences.facts import OccurrenceFacts
from domain.database.scope import Member
from domain.family.people import Person
from domain.medicines.changes.day_times import DAY_TIMES
from domain.medicines.doses.facts import DoseFacts
from domain.medicines.facts import Content, MedicineFacts
from domain.medicines.schedules.moments import DayTimes, PartOfDay
from domain.models.medicines import DoseStatus, MedicineStatus
from domain.overview.own_actions import ActionKind, LastAction, Undone


def ask_last(action: LastAction, *, member: Member, now: datetime) -> Answer:
    """The member's last action in any family, with the button that undoes it."""
    if not action.elsewhere:
        words = _("{ago}, {what}") if action.lasting is None else _("Before that, {ago}, {what}")
        return _ask(words, action, family_id=member.family_id, now=now)
    family, *others = action.elsewhere
    words = _("{ago}, in the family {family}, {what}")
    name = family_in_words(family, others)
    return _ask(words, action, family_id=family.id, family=name, now=now)


def ask(action: LastAction, *, member: Member, now: datetime) -> Answer:
    """The action that a message reports, with the button that undoes it."""
    return _ask(_("{ago}, {what}"), action, family_id=member.family_id, now=now)


def _ask(
    words: str, action: LastAction, *, family_id: UUID, family: str = "", now: datetime
) -> Answer:
    undo = UndoNamed(family_id=family_id, action_id=action.id)
    keep = Keep(family_id=family_id)
    done = words.format(
        ago=_ago(action.at, now), family=escape(family), what=action_words(action, now)
    )
    done = done[:1].upper() + done[1:]
    if action.lasting is not None:
        done = f"{lasting(action.lasting)}\n\n{done}"
    if action.superseded is not None:
        since = _("{changed} What you did to it stays.").format(
            changed=escape(superseded(action.superseded))
        )
        done = f"{since}\n\n{done}"
    return say(
        _("{done}\nUndo it?").format(done=done),
        (
            (Button(_("↩️ Undo"), undo.encode()),),
            (Button(_("Leave it as it is"), keep.encode()),),
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
        text += "\n" + _("That was in the family {family}.").format(
            family=escape(member.family_name)
        )
    return Answer(toast=_("Undone."), edit=Screen(text))


def _undone(outcome: Undone, *, now: datetime) -> str:
    if outcome.doses:
        return _doses_now(outcome)
    if outcome.action.appointment is not None:
        return _appointment_now(outcome, outcome.action.appointment, now=now)
    if outcome.person is not None:
        return _("↩️ Undone. It's back to:\n{person}").format(
            person=_person(outcome.person, outcome.action, now)
        )
    if outcome.removed is not None:
        return removed_words(outcome.removed)
    if outcome.medicine is not None:
        return _medicine_now(outcome.medicine, outcome.action, now=now)
    raise ValueError("nothing was undone")


def _medicine_now(medicine: MedicineFacts, action: LastAction, *, now: datetime) -> str:
    if action.kind in (ActionKind.REFILLED, ActionKind.COUNTED, ActionKind.MEASURED):
        name = dosed_name(medicine.name, medicine.dosage, medicine.schedule)
        return _("↩️ Undone: the stock of {name} is as it was.").format(name=escape(name))
    return _("↩️ Undone. It's back to:\n{medicine}").format(medicine=_medicine(medicine, now))


def _ago(at: datetime, now: datetime) -> str:
    minutes = max(0, int((now - at).total_seconds() // 60))
    if minutes < 1:
        return _("just now")
    if minutes < 60:
        return ngettext("{count} minute ago", "{count} minutes ago", minutes).format(count=minutes)
    hours = minutes // 60
    return ngettext("{count} hour ago", "{count} hours ago", hours).format(count=hours)


def action_words(action: LastAction, now: datetime) -> str:
    """ "you added: 💊 Aspirin 100 mg …" (HTML)."""
    if action.medicine is not None:
        medicine = _medicine(action.medicine, now)
        words = _event_words()[action.kind]
        if action.kind is ActionKind.RESTORED and _was_stopped(action):
            words = _("you restored: {medicine}")
        return words.format(medicine=medicine) + _before(action, now)
    if action.person is not None:
        return _person_words(action.person, action, now) + _before(action, now)
    if action.appointment is not None:
        is_said = action.kind is ActionKind.APPOINTMENT_CANCELLED
        appointment = _appointment(action.appointment, now, is_said=is_said)
        reach = _reach_words().get((action.before or {}).get("reach", ""))
        if reach is not None and action.appointment.recurrence is not None:
            appointment += f"\n🔁 {reach}"
        words = _event_words()[action.kind].format(
            medicine=appointment, person=escape(action.appointment.person)
        )
        return words + _before(action, now)
    person_name = escape(action.doses[0].person)
    doses = "\n".join(fitting([_dose(dose, now) for dose in action.doses]))
    if action.reverted_dose is None:
        return _("you recorded for {person}: {doses}").format(person=person_name, doses=doses)
    then = back_words(action.reverted_dose, instead_of=action.doses[0])
    words = _("you corrected the record for {person}: {doses}\nBack to: {before}")
    return words.format(person=person_name, doses=doses, before=then)


def _was_stopped(action: LastAction) -> bool:
    return (action.before or {}).get("status") == MedicineStatus.STOPPED


def _before(action: LastAction, now: datetime) -> str:
    """What it goes back to, where the audit says that in a few words; on a line of its own."""
    before, after = action.before or {}, action.after or {}
    words = None
    match action.kind:
        case ActionKind.EDITED if before and action.medicine is not None:
            content = Content.from_json(before)
            notes = lines_before(content, action.medicine.content)
            words = "\n".join([_content(content, action.medicine), *notes])
        case ActionKind.REFILLED | ActionKind.COUNTED if after.get("stock"):
            return "\n" + _stock_words(before.get("stock"), after["stock"])
        case ActionKind.DAY_TIMES_SET if before:
            times = {part: at for part, at in before[DAY_TIMES].items() if at is not None}
            words = times_in_words(DayTimes.from_json(times), _changed_parts(action))
        case ActionKind.PERSON_MOVED if before:
            words = _("{place} time").format(place=place_name(ZoneInfo(before["timezone"])))
        case ActionKind.PERSON_RENAMED if before:
            words = f"<b>{escape(before['name'])}</b>"
        case ActionKind.APPOINTMENT_MOVED if action.appointment is not None:
            words = _start_before(before, action.appointment, now)
    return "\n" + _("Back to: {before}").format(before=words) if words else ""


def _content(content: Content, medicine: MedicineFacts) -> str:
    what = dosed_name(content.name, content.dosage, content.schedule)
    when = schedule_in_words(content.schedule, zone=medicine.zone, today=BEGUN)
    return _("{medicine}, {schedule}").format(medicine=escape(what), schedule=escape(when))


def _stock_words(before: str | None, after: str) -> str:
    """What a refill, or a count, has made of the stock."""
    total = _number(after)
    if before is None:
        return _("Stock: {after} (not counted before)").format(after=total)
    return _("Stock: {after} ({before} before)").format(after=total, before=_number(before))


def _number(stored: str) -> str:
    number = Decimal(stored)
    return number_in_words(number) if number >= 0 else f"−{number_in_words(-number)}"


def _start_before(
    before: Mapping[str, Any], appointment: OccurrenceFacts, now: datetime
) -> str | None:
    """When it was before it was moved; None of a series, which has no one time."""
    replaced = list(before.get("occurrences", {}).values())
    start = replaced[0].get("starts_at") if len(replaced) == 1 else None
    if start is None or appointment.details.is_all_day:
        return None
    return appointment_moment(appointment, datetime.fromisoformat(start), now=now)


def _event_words() -> dict[ActionKind, str]:
    return {
        ActionKind.ADDED: _("you added: {medicine}"),
        ActionKind.EDITED: _("you changed a medicine to: {medicine}"),
        ActionKind.PAUSED: _("you paused: {medicine}"),
        ActionKind.STOPPED: _("you stopped: {medicine}"),
        ActionKind.RESTORED: _("you resumed: {medicine}"),
        ActionKind.REFILLED: _("you refilled: {medicine}"),
        ActionKind.COUNTED: _("you counted the stock of: {medicine}"),
        ActionKind.MEASURED: _("you set how much makes one dose of: {medicine}"),
        ActionKind.APPOINTMENT_ADDED: _("you added: {medicine}"),
        ActionKind.APPOINTMENT_EDITED: _("you changed an appointment to: {medicine}"),
        ActionKind.APPOINTMENT_MOVED: _("you moved an appointment to: {medicine}"),
        ActionKind.APPOINTMENT_REPEATED: _("you changed when an appointment repeats: {medicine}"),
        ActionKind.APPOINTMENT_CANCELLED: _("you called off: {medicine}"),
        ActionKind.APPOINTMENT_RESTORED: _("you restored: {medicine}"),
        ActionKind.APPOINTMENT_FOLLOWED: _("you moved to {person}'s time zone: {medicine}"),
        ActionKind.DRIVER_FOUND: _("you said you'd drive to: {medicine}"),
        ActionKind.DRIVER_LOST: _("you said you can't drive to: {medicine}"),
    }


def _person_words(person: Person, action: LastAction, now: datetime) -> str:
    """What was done to a person, as a whole sentence; a state that it left is on its own line."""
    words = {
        ActionKind.DAY_TIMES_SET: _("you changed the times of {person}'s day: {times}"),
        ActionKind.PERSON_MOVED: _("you set {person}'s time zone to {zone} time."),
        ActionKind.PERSON_RENAMED: _("you changed a name to {person}."),
        ActionKind.PERSON_PAUSED: _("you paused all of {person}'s medicines."),
        ActionKind.PERSON_RESUMED: _("you resumed all of {person}'s medicines."),
    }[action.kind]
    done = words.format(
        person=f"<b>{escape(person.name)}</b>",
        zone=place_name(person.zone),
        times=_day_times(person, action),
    )
    if action.kind is ActionKind.PERSON_PAUSED and person.pause is not None:
        paused = pause_words(person.pause, zone=person.zone, now=now)
        done += "\n" + _("⏸ {paused}").format(paused=paused[:1].upper() + paused[1:])
    return done


def _day_times(person: Person, action: LastAction) -> str:
    return times_in_words(DayTimes.from_json(person.day_times), _changed_parts(action))


def _reach_words() -> dict[str, str]:
    return {
        Reach.FOLLOWING: _("and all that follow"),
        Reach.ALL: _("all upcoming ones"),
    }


def _changed_parts(action: LastAction) -> Sequence[PartOfDay]:
    return [part for part in PartOfDay if part in (action.before or {}).get(DAY_TIMES, {})]


def _person(person: Person, action: LastAction, now: datetime) -> str:
    kind, name = action.kind, f"<b>{escape(person.name)}</b>"
    if kind is ActionKind.DAY_TIMES_SET:
        return _("{person}: {times}").format(person=name, times=_day_times(person, action))
    if kind is ActionKind.PERSON_RENAMED:
        return name
    if kind is ActionKind.PERSON_MOVED:
        return _("{person}, on {zone} time").format(person=name, zone=place_name(person.zone))
    if person.pause is None:
        return _("{person}: medicines not paused").format(person=name)
    return _("{person}: {paused}").format(
        person=name, paused=pause_words(person.pause, zone=person.zone, now=now)
    )


def _appointment(facts: OccurrenceFacts, now: datetime, *, is_said: bool = False) -> str:
    """With *is_said*, that it's called off is said already; of a series, it says which are."""
    name = name_line(facts) if is_said and facts.recurrence is None else title_line(facts)
    lines = [name, when_line(facts, reader_zone=None, now=now)]
    if facts.driver is not None and facts.is_planned:
        lines.append(driver_line(facts))
    return "\n".join(lines)


def _appointment_now(outcome: Undone, before: OccurrenceFacts, *, now: datetime) -> str:
    if outcome.appointment is None:
        return _("↩️ {title} has been removed. I won't remind you about it.").format(
            title=escape(before.details.title)
        )
    return _("↩️ Undone. It's back to:\n{appointment}").format(
        appointment=_appointment(outcome.appointment, now)
    )


def _dose(dose: DoseFacts, now: datetime) -> str:
    what = f"{escape(dose.name)} {escape(dose.given or dose.dosage)}"
    due = due_moment(dose, now=now)
    if dose.status == DoseStatus.SKIPPED:
        return _("⏭ {what}, {due}: skipped").format(what=what, due=due)
    return _("✅ {what}, {due}: taken {at}").format(what=what, due=due, at=record_at(dose))


def _doses_now(outcome: Undone) -> str:
    if outcome.action.kind is ActionKind.CORRECTED:
        now, before = outcome.doses[0], outcome.action.doses[0]
        what = _("{name} for {person}").format(name=escape(now.name), person=escape(now.person))
        again = again_words(now, instead_of=before, what=what)
        return _("↩️ Undone. {again}").format(again=again)
    names = ", ".join(
        fitting([f"{escape(dose.name)} {escape(dose.dosage)}" for dose in outcome.doses])
    )
    count = len(outcome.doses)
    if any(dose.status == DoseStatus.PENDING for dose in outcome.doses):
        words = ngettext(
            "↩️ Undone: {names} for {person}. Nothing is recorded for it now.",
            "↩️ Undone: {names} for {person}. Nothing is recorded for them now.",
            count,
        )
    elif all(dose.status == DoseStatus.CANCELLED for dose in outcome.doses):
        words = ngettext(
            "↩️ Undone: that dose of {names} for {person} is no longer recorded.",
            "↩️ Undone: those doses for {person} are no longer recorded: {names}.",
            count,
        )
    else:
        words = ngettext(
            "↩️ Undone: {names} for {person}. It's too late for me to ask about it again. If it was "
            "given, record it with /give.",
            "↩️ Undone: {names} for {person}. It's too late for me to ask about them again. If they "
            "were given, record them with /give.",
            count,
        )
    return words.format(names=names, person=escape(outcome.doses[0].person))


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
