"""What is due today, and what became of it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from bot.views.answer import Button, Keyboard, Screen
from bot.views.apart import dose_labels, dose_numbers, family_labels
from bot.views.appointments import short_line
from bot.views.callbacks import Callback, Verb
from bot.views.families import switch_button
from bot.views.length import ROOM, fitting, label, length
from bot.views.times import day_words
from bot.views.wording import _, escape, ngettext
from domain.access import Action, may
from domain.appointments import OccurrenceFacts
from domain.database import Member
from domain.doses import DoseFacts, DoseStatus, PersonToday
from domain.elsewhere import OpenElsewhere
from domain.families import FamilyFacts

MOST_BUTTONS = 8


def today(
    people: Sequence[PersonToday],
    *,
    appointments: Mapping[UUID, Sequence[OccurrenceFacts]],
    member: Member,
    now: datetime,
    elsewhere: Sequence[OpenElsewhere] = (),
) -> Screen:
    """`/today`: by person, appointments before doses; what may be given now can be recorded. What
    is open in the reader's other families is one line each, at the end.
    """
    others, switches = _elsewhere(elsewhere, member)
    if not people:
        nobody = _("Nobody is cared for yet. Type /addperson NAME in CITY.")
        return Screen("\n".join([nobody, *others]), switches)
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
        numbers = dose_numbers(entry.doses)
        doses = [_line(dose, now, numbers[dose.id]) for dose in entry.doses]
        doses = [*planned, *doses] or [_("Nothing is due today.")]
        about = ["", f"<b>{escape(entry.person.name)}</b>", *fitting(doses, room=room)]
        room -= sum(length(line) + 1 for line in about)
        lines += about
    lines += others
    return Screen("\n".join(lines), (*_buttons(people, member=member, now=now), *switches))


def _elsewhere(found: Sequence[OpenElsewhere], member: Member) -> tuple[Sequence[str], Keyboard]:
    """ "In the family Miller 2 doses are open", and the way there."""
    if not found:
        return (), ()
    here = FamilyFacts(member.family_id, member.family_name)
    names = family_labels([here, *[each.family for each in found]])[1:]
    lines = [
        ngettext(
            "👪 In the family {family} {count} dose is open.",
            "👪 In the family {family} {count} doses are open.",
            each.count,
        ).format(family=escape(name), count=each.count)
        for each, name in zip(found, names, strict=True)
    ]
    switches = tuple(
        (switch_button(each.family.id, name),) for each, name in zip(found, names, strict=True)
    )
    return ["", *lines], switches


def _due(dose: DoseFacts, now: datetime) -> str:
    """ "08:00", or "yesterday 23:30" for what is left over."""
    today = now.astimezone(dose.zone).date()
    if dose.local.date() == today:
        return f"{dose.local:%H:%M}"
    return _("{day} {time}").format(
        day=day_words(dose.local.date(), today=today), time=f"{dose.local:%H:%M}"
    )


def _line(dose: DoseFacts, now: datetime, number: str) -> str:
    what = f"{_due(dose, now)} {escape(dose.name)} {escape(dose.given or dose.dosage)}{number}"
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
    names = {
        dose_id: name for entry in people for dose_id, name in dose_labels(entry.doses).items()
    }
    # Two people may take the same medicine at the same time.
    words = (
        _("✅ Taken: {time} {name}")
        if len(people) == 1
        else _("✅ {person} · Taken: {time} {name}")
    )
    return tuple(
        (
            Button(
                words.format(person=label(person), time=_due(dose, now), name=names[dose.id]),
                Callback(Verb.TAKE_TODAY, member.family_id, dose.id).encode(),
            ),
        )
        for person, dose in due[:MOST_BUTTONS]
    )
