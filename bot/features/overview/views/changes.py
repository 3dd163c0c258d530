"""What others in the family changed: one message for all changes of one minute."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import groupby

from bot.features.appointments.views.appointment_lines import (
    details_lines,
    driver_line,
    name_line,
    title_line,
    when_line,
)
from bot.features.medicines.views.content.medicine_notes import changed_lines, lines_before
from bot.features.medicines.views.content.new_medicines import described
from bot.ui.answer import Answer, Button, Keyboard, Screen
from bot.ui.length import fitting, label
from bot.ui.presses.appointments import ShowAppointment
from bot.ui.presses.overview import SetChangeNotices
from bot.ui.wording import _, escape, listed, ngettext
from bot.ui.words.appointment_times import appointment_moment
from bot.ui.words.dates import short_day
from bot.ui.words.pauses import is_paused, medicine_words, pause_words
from bot.ui.words.regimens.parts_of_day import times_in_words
from bot.ui.words.regimens.schedules import BEGUN, dosed_name, schedule_in_words
from bot.ui.words.times import clock_words, dated_day
from domain.appointments.occurrences.facts import OccurrenceFacts
from domain.family.people import Person
from domain.medicines.facts import MedicineFacts
from domain.medicines.schedules.moments import DayTimes
from domain.models.medicines import MedicineStatus
from domain.overview.change_events import Concern
from domain.overview.told_changes import ChangesFacts, ToldChange

_SAYS_ALL = (".removed", ".deleted", "person.brought_back")
_MAX_OPENED = 5  # buttons that open an appointment


def changed(facts: ChangesFacts) -> Screen:
    """Who changed what, and how it looks now."""
    items, unnamed = facts.items, list[str]()
    if facts.hides_names:
        unnamed = _without_names([item for item in items if _is_of_medicine(item)])
        items = [replace(item, followers=()) for item in items if not _is_of_medicine(item)]
    parts = unnamed + ["\n".join(_lines(changes, facts)) for changes in _by_subject(items)]
    if facts.more:
        words = ngettext("… and {count} more change", "… and {count} more changes", facts.more)
        parts.append(words.format(count=facts.more))
    return Screen("\n\n".join(fitting(parts)), _keyboard(facts))


def _is_of_medicine(item: ToldChange) -> bool:
    return item.action.startswith("medication.")


def _without_names(items: Sequence[ToldChange]) -> list[str]:
    """Whose medicines were changed by whom, for readers who want no names on their phones."""
    words = _("💊 {who} changed {person}'s medicines. /meds shows how they are now.")
    lines = [words.format(who=escape(item.by), person=escape(item.person_name)) for item in items]
    return list(dict.fromkeys(lines))


def change_notices_set(*, wanted: bool) -> Answer:
    if wanted:
        return Answer(toast=_("I'll tell you what others change."))
    return Answer(
        toast=_(
            "I'll stop telling you what others change: medicines, pauses and appointments. I'll "
            "still tell you about changes to appointments you're driving to."
        ),
        alert=True,
    )


def _by_subject(items: Sequence[ToldChange]) -> Iterable[Sequence[ToldChange]]:
    """Changes of the same thing are grouped, oldest first."""
    keys = [_key(item) for item in items]
    ordered = sorted(items, key=lambda item: keys.index(_key(item)))
    return [list(changes) for _key_of, changes in groupby(ordered, key=_key)]


def _key(item: ToldChange) -> object:
    return item.subject_id, item.appointment.id if item.appointment else None, bool(item.parts)


def _lines(changes: Sequence[ToldChange], facts: ChangesFacts) -> Sequence[str]:
    last = changes[-1]
    told = [item for item in changes if item.is_undone or not _is_part_of(item, changes[0])]
    lines = list(dict.fromkeys(_head(item) for item in told))
    if last.is_undone and _is_gone(last):
        return [*lines, _("↩️ Undone: {gone}").format(gone=_gone(last))]
    if len(changes) == 1 and (notes := _only_notes(last)):
        return [*lines, _("💊 <b>{name}</b>").format(name=escape(last.name)), *notes]
    if last.is_undone:
        lines.append(_("↩️ Undone. Now it's:"))
    lines += _state(last, facts)
    before = [] if last.is_undone else [line for item in told if (line := _before(item, facts))]
    return [*lines, *before[:1]]


def _only_notes(item: ToldChange) -> Sequence[str]:
    """What is noted about a medicine now and before, if the change is about nothing else."""
    if item.before is None or item.medicine is None or item.is_undone:
        return []
    before, now = item.before, item.medicine.content
    noted = replace(before, instructions=now.instructions, reason=now.reason)
    if noted != now:
        return []
    return changed_lines(
        instructions=(before.instructions, now.instructions), reason=(before.reason, now.reason)
    )


def _before(item: ToldChange, facts: ChangesFacts) -> str | None:
    """How it looked before this change."""
    if item.before is not None and item.medicine is not None:
        before = item.before
        what = dosed_name(before.name, before.dosage, before.schedule)
        when = schedule_in_words(before.schedule, zone=item.medicine.zone, today=BEGUN)
        words = _("Before: {medicine}, {schedule}")
        line = words.format(medicine=escape(what), schedule=escape(when))
        return "\n".join([line, *lines_before(before, item.medicine.content)])
    if (
        item.previous_start is None
        or item.appointment is None
        or item.appointment.recurrence is not None
    ):
        return None
    return _("Before: {when}").format(
        when=appointment_moment(
            item.appointment,
            item.previous_start,
            now=facts.now,
            reader_zone=facts.reader_zone,
        )
    )


def _is_part_of(item: ToldChange, first: ToldChange) -> bool:
    """A change that somebody makes to what they have just added counts as part of adding it."""
    was_added = first.action.endswith(".added") and not first.is_undone
    return was_added and item is not first and item.by == first.by


def _head(item: ToldChange) -> str:
    words = _undo_words(item) if item.is_undo else _words()[item.action]
    line = words.format(
        who=escape(item.by), person=escape(item.person_name), name=f"<b>{escape(item.name)}</b>"
    )
    return f"<s>{line}</s>" if item.is_undone else line


def _words() -> dict[str, str]:
    return {
        "medication.added": _("➕ {who} added a medicine for {person}:"),
        "medication.edited": _("✏️ {who} changed a medicine for {person}:"),
        "medication.paused": _("⏸ {who} paused a medicine for {person}:"),
        "medication.stopped": _("⏹ {who} stopped a medicine for {person}:"),
        "medication.restored": _("▶️ {who} resumed a medicine for {person}:"),
        "person.day_times_set": _("🕗 {who} changed the times of {person}'s day:"),
        "medication.deleted": _(
            "🗑 {who} removed {name} for {person}. I won't remind anyone about it any more."
        ),
        "medication.brought_back": _("↩️ {who} brought back a medicine for {person}:"),
        "person.deleted": _(
            "🗑 {who} removed {name}. I won't remind anyone about their medicines or appointments "
            "any more."
        ),
        "person.brought_back": _(
            "↩️ {who} brought back {name}, with their medicines and appointments. /today shows "
            "what's due."
        ),
        "person.paused": _("⏸ {who} paused all of {person}'s medicines:"),
        "person.resumed": _("▶️ {who} resumed {person}'s medicines."),
        "appointment.added": _("➕ {who} added an appointment:"),
        "appointment.edited": _("✏️ {who} changed an appointment:"),
        "appointment.moved": _("↔️ {who} moved an appointment:"),
        "appointment.repeated": _("✏️ {who} changed when an appointment repeats:"),
        "appointment.clock_changed": _("↔️ {who} moved an appointment to another time zone:"),
        "appointment.cancelled": _("🚫 {who} called off an appointment:"),
        "appointment.restored": _("↩️ {who} restored an appointment:"),
        "appointment.deleted": _("🗑 {who} removed {name} for {person}."),
        "appointment.brought_back": _("↩️ {who} brought back an appointment:"),
        "appointment.driver_found": _("🚗 {who} will drive:"),
        "appointment.driver_lost": _("🚗 {who} can't drive after all:"),
        "appointment.driver_gone": _("🚗 Whoever was driving isn't in the family any more:"),
    }


def _undo_words(item: ToldChange) -> str:
    match item.action.partition("."):
        case (_area, _dot, "removed"):
            return _("↩️ {who} undid adding {name} for {person}, so it's removed.")
        case ("medication", *_rest):
            return _("↩️ {who} undid a change to a medicine for {person}. It's as it was before:")
        case ("appointment", *_rest):
            return _("↩️ {who} undid a change to an appointment. It's as it was before:")
        case _ if item.parts:
            return _(
                "↩️ {who} undid a change to the times of {person}'s day. They're as they were "
                "before:"
            )
        case _:
            return _("↩️ {who} undid a change to {person}'s pause. It's as it was before:")


def _state(item: ToldChange, facts: ChangesFacts) -> Sequence[str]:
    """How the changed thing looks now."""
    if item.medicine is not None:
        return [*_medicine(item.medicine, facts), *_about_promises(item)]
    if item.appointment is not None:
        return _appointment(item, item.appointment, facts)
    if item.person is None:
        if item.action.endswith(_SAYS_ALL):
            return _about_promises(item)
        return [_gone(item)]
    if item.parts:
        return _day_times(item, item.person)
    if item.person.pause is None:
        is_said = item.action == "person.resumed" and not (item.is_undo or item.is_undone)
        return [] if is_said else [_("▶️ Not paused")]
    paused = pause_words(item.person.pause, zone=item.person.zone, now=facts.now, stays=True)
    return [_("⏸ {paused}").format(paused=paused[:1].upper() + paused[1:])]


def _about_promises(item: ToldChange) -> Sequence[str]:
    """What a reader is told who had promised something about what is removed, or is back."""
    if item.concern is not Concern.OWN or item.is_undo or item.is_undone:
        return []
    match item.action:
        case "medication.brought_back":
            return [_("📦 You'd said you'd get more of it: please do, or type /refill.")]
        case "person.brought_back":
            return [
                _(
                    "What you promised for them holds again: driving, or a refill. /appts and "
                    "/meds show it."
                )
            ]
        case "appointment.deleted":
            return [_("🚗 You don't need to drive any more.")]
        case "medication.deleted":
            return [_("You don't need to do what you promised about it any more.")]
        case "person.deleted":
            return [
                _("You don't need to do what you promised for them any more: driving, or a refill.")
            ]
        case _:
            return []


def _day_times(item: ToldChange, person: Person) -> Sequence[str]:
    """The times of the parts that were changed, and the medicines that follow them."""
    times = times_in_words(DayTimes.from_json(person.day_times), item.parts)
    lines = [times[:1].upper() + times[1:]]
    if item.followers:
        names = listed([f"<b>{escape(name)}</b>" for name in fitting(item.followers, room=500)])
        words = _("The times of {names} have changed, too. /meds shows them.")
        lines.append(words.format(names=names))
    return lines


def _is_gone(item: ToldChange) -> bool:
    return item.medicine is None and item.appointment is None and item.person is None


def _gone(item: ToldChange) -> str:
    return _("<b>{name}</b> for {person} is removed.").format(
        name=escape(item.name), person=escape(item.person_name)
    )


def _medicine(medicine: MedicineFacts, facts: ChangesFacts) -> Sequence[str]:
    lines = [_("💊 {medicine}").format(medicine=described(medicine, now=facts.now))]
    if is_paused(medicine, now=facts.now):
        words = medicine_words(medicine, now=facts.now, stays=True)
        lines.append(_("⏸ {paused}").format(paused=words[:1].upper() + words[1:]))
    elif medicine.status is MedicineStatus.STOPPED:
        lines.append(_("⏹ Stopped"))
    elif medicine.first_due_at is not None:
        lines.append(_("Next: {moment}").format(moment=_next(medicine, facts)))
    return lines


def _next(medicine: MedicineFacts, facts: ChangesFacts) -> str:
    """ "tomorrow, Tuesday 24 November, 08:00 Mum's time"."""
    at, zone = medicine.first_due_at or facts.now, medicine.zone
    day = dated_day(at.astimezone(zone).date(), today=facts.now.astimezone(zone).date())
    clock = clock_words(at, person=medicine.person, zone=zone, reader_zone=facts.reader_zone)
    return _("{day}, {clock}").format(day=day, clock=clock)


def _appointment(
    item: ToldChange, appointment: OccurrenceFacts, facts: ChangesFacts
) -> Sequence[str]:
    zone = facts.reader_zone
    is_said = item.action == "appointment.cancelled" and not (item.is_undo or item.is_undone)
    lines = [
        # Of a series, it says which are called off.
        name_line(appointment)
        if is_said and appointment.recurrence is None
        else title_line(appointment),
        when_line(appointment, reader_zone=zone, now=facts.now),
    ]
    lines += details_lines(appointment.details)
    if item.concern is Concern.OWN:
        lines.append(_own_drive(appointment, facts))
    elif appointment.is_planned:
        lines.append(driver_line(appointment))
    return lines


def _own_drive(appointment: OccurrenceFacts, facts: ChangesFacts) -> str:
    """What happens to the drive that the reader promised."""
    if not appointment.is_planned:
        return _("🚗 You don't need to drive any more.")
    if appointment.driver_id == facts.reader_id:
        return _("🚗 You're driving.")
    return _("🚗 You said you'd drive. Please check whether you still can.")


def _keyboard(facts: ChangesFacts) -> Keyboard:
    rows: list[tuple[Button, ...]] = []
    found = {item.appointment.id: item.appointment for item in facts.items if item.appointment}
    if len(found) > _MAX_OPENED:
        found = {}
    for appointment in found.values():
        press = ShowAppointment(
            family_id=facts.family_id, occurrence_id=appointment.id, in_new_message=True
        )
        words = _("📄 Details")
        if len(found) > 1:
            day = appointment.local.date()
            words = _("📄 {day}: {title}").format(
                day=short_day(day), title=label(appointment.details.title)
            )
        rows.append((Button(words, press.encode()),))
    if facts.hears:
        spare_me = SetChangeNotices(family_id=facts.family_id, is_wanted=False)
        rows.append((Button(_("🔕 Don't tell me what others change"), spare_me.encode()),))
    else:
        tell_me = SetChangeNotices(family_id=facts.family_id, is_wanted=True)
        rows.append((Button(_("🔔 Start telling me what others change"), tell_me.encode()),))
    return tuple(rows)
