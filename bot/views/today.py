"""What is due today, and what became of it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from bot.views.answer import Button, Screen
from bot.views.appointments import short_line
from bot.views.callbacks import Callback, Verb
from bot.views.length import ROOM, fitting, label, length
from bot.views.pauses import pause_words
from bot.views.times import day_words
from bot.views.wording import _, escape, ngettext
from domain.access import Action, may
from domain.appointments import OccurrenceFacts
from domain.care_recipients import Person
from domain.database import Member
from domain.doses import DoseFacts, DoseStatus, PersonToday

MOST_BUTTONS = 8


def today(
    people: Sequence[PersonToday],
    *,
    appointments: Mapping[UUID, Sequence[OccurrenceFacts]],
    member: Member,
    now: datetime,
) -> Screen:
    """`/today`: by person, appointments before doses; what may be given now can be recorded."""
    if not people:
        return Screen(_("Nobody is cared for yet. Type /addperson NAME in CITY."))
    lines = [_("💊 <b>Today</b>, family {family}").format(family=escape(member.family_name))]
    room = ROOM
    for number, entry in enumerate(people):
        if room < 0:
            left = len(people) - number
            more = ngettext("… and {count} more person", "… and {count} more people", left)
            lines += ["", more.format(count=left)]
            break
        planned = [
            _("📅 {appointment}").format(
                appointment=short_line(facts, reader_zone=member.zone, names_person=False)
            )
            for facts in appointments.get(entry.person.id, ())
        ]
        doses = [_line(dose, now) for dose in entry.doses]
        doses = [*planned, *doses] or [_("Nothing is due today.")]
        about = ["", _head(entry.person, now), *fitting(doses, room=room)]
        room -= sum(length(line) + 1 for line in about)
        lines += about
    return Screen("\n".join(lines), _buttons(people, member=member, now=now))


def _head(person: Person, now: datetime) -> str:
    name = f"<b>{escape(person.name)}</b>"
    if person.pause is None:
        return name
    return f"{name} ⏸ {pause_words(person.pause, zone=person.zone, now=now)}"


def _due(dose: DoseFacts, now: datetime) -> str:
    """ "08:00", or "yesterday 23:30" for what is left over."""
    today = now.astimezone(dose.zone).date()
    if dose.local.date() == today:
        return f"{dose.local:%H:%M}"
    return _("{day} {time}").format(
        day=day_words(dose.local.date(), today=today), time=f"{dose.local:%H:%M}"
    )


def _line(dose: DoseFacts, now: datetime) -> str:
    what = f"{_due(dose, now)} {escape(dose.name)} {escape(dose.given or dose.dosage)}"
    who = escape(dose.resolved_by or "")
    at = dose.taken_at or dose.resolved_at
    when = f"{at.astimezone(dose.zone):%H:%M}" if at else ""
    match dose.status:
        case DoseStatus.TAKEN:
            return _("✅ {what} (taken by {who}, {time})").format(what=what, who=who, time=when)
        case DoseStatus.SKIPPED:
            return _("⏭ {what} (skipped by {who}, {time})").format(what=what, who=who, time=when)
        case DoseStatus.MISSED:
            return _("⚠️ {what} (missed)").format(what=what)
        case DoseStatus.NOT_ASKED:
            return _("❔ {what} (not asked: I could not reach anybody)").format(what=what)
        case _ if dose.snoozed_until is not None:
            until = f"{dose.snoozed_until.astimezone(dose.zone):%H:%M}"
            return _("⏰ {what} (snoozed until {time})").format(what=what, time=until)
        case _:
            return _("• {what}").format(what=what)


def _buttons(
    people: Sequence[PersonToday], *, member: Member, now: datetime
) -> tuple[tuple[Button, ...], ...]:
    """A Taken button for each dose that is due by now and open, for those who may record any."""
    if not (may(member.role, Action.RECORD_DOSE) or may(member.role, Action.RECORD_OWN_DOSE)):
        return ()
    due = [
        (entry.person.name, dose)
        for entry in people
        for dose in entry.doses
        if dose.due_at <= now and dose.status not in (DoseStatus.TAKEN, DoseStatus.SKIPPED)
    ]
    # Two people may take the same medicine at the same time.
    words = (
        _("✅ Taken: {time} {name}")
        if len(people) == 1
        else _("✅ {person} · Taken: {time} {name}")
    )
    return tuple(
        (
            Button(
                words.format(person=label(person), time=_due(dose, now), name=label(dose.name)),
                Callback(Verb.TAKE_TODAY, member.family_id, dose.id).encode(),
            ),
        )
        for person, dose in due[:MOST_BUTTONS]
    )
