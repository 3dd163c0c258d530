"""Asking before something is removed, and what is said of it afterwards."""

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from bot.ui.answer import Answer, Button, Screen
from bot.ui.presses.appointments import ShowAppointment
from bot.ui.presses.history import (
    BringBack,
    RemoveAppointment,
    RemoveMedicine,
    RemovePerson,
    Returning,
)
from bot.ui.presses.medicines import ShowMedicine
from bot.ui.presses.overview import Keep
from bot.ui.wording import _, escape, listed, ngettext
from bot.ui.words.times import clock_time, dated_day
from domain.memory.removal import Consequences
from domain.memory.removed import RemovedKind


def ask_medicine(about: Consequences, *, family_id: UUID, medication_id: UUID) -> Screen:
    """What becomes of a medicine's doses, before it's removed."""
    lines = [_question(about), ""]
    if about.medicines:
        lines.append(_("• I won't ask about it any more."))
    lines += _open_doses(about)
    lines += [_("• What was recorded stays in the history."), *_promised(about), _comes_back()]
    sure = RemoveMedicine(family_id=family_id, medication_id=medication_id, is_sure=True)
    keep = ShowMedicine(family_id=family_id, medication_id=medication_id)
    return _asked(lines, sure.encode(), keep.encode())


def ask_appointment(
    about: Consequences,
    *,
    family_id: UUID,
    occurrence_id: UUID,
    zone: ZoneInfo,
    now: datetime,
    recurs: bool,
) -> Screen:
    lines = [_question(about), ""]
    if recurs:
        lines.append(_("• This removes all of its dates, past ones too."))
    lines += _ahead(about, zone=zone, now=now)
    if about.has_outcomes:
        lines.append(_("• What was noted about how it went is hidden until you bring it back."))
    lines.append(_("• Whoever has it in their calendar gets an updated file."))
    lines += [*_promised(about), _comes_back()]
    sure = RemoveAppointment(family_id=family_id, occurrence_id=occurrence_id, is_sure=True)
    keep = ShowAppointment(family_id=family_id, occurrence_id=occurrence_id)
    return _asked(lines, sure.encode(), keep.encode())


def ask_person(
    about: Consequences, *, family_id: UUID, person_id: UUID, zone: ZoneInfo, now: datetime
) -> Screen:
    lines = [_("🗑 Remove <b>{name}</b>?").format(name=escape(about.name)), ""]
    if about.medicines:
        words = ngettext(
            "• {count} medicine goes with them: I won't ask about it any more.",
            "• {count} medicines go with them: I won't ask about them any more.",
            about.medicines,
        )
        lines.append(words.format(count=about.medicines))
    lines += _open_doses(about)
    lines += _ahead(about, zone=zone, now=now)
    lines += [
        _("• Their history stays, and comes back with them."),
        *_promised(about),
        _comes_back(),
    ]
    sure = RemovePerson(family_id=family_id, person_id=person_id, is_sure=True)
    return _asked(lines, sure.encode(), Keep(family_id=family_id).encode())


def _question(about: Consequences) -> str:
    return _("🗑 Remove <b>{name}</b> for {person}?").format(
        name=escape(about.name), person=escape(about.person)
    )


def _open_doses(about: Consequences) -> list[str]:
    if not about.open:
        return []
    words = ngettext(
        "• {count} dose hasn't been recorded yet. It's called off.",
        "• {count} doses haven't been recorded yet. They're called off.",
        about.open,
    )
    return [words.format(count=about.open)]


def _ahead(about: Consequences, *, zone: ZoneInfo, now: datetime) -> list[str]:
    if about.first_at is None:
        return []
    day = dated_day(about.first_at.astimezone(zone).date(), today=now.astimezone(zone).date())
    when = _("{day}, {clock}").format(day=day, clock=clock_time(about.first_at, zone))
    words = ngettext(
        "• {count} appointment is planned: {when}. I won't remind anyone about it.",
        "• {count} appointments are planned, the next one {when}. I won't remind anyone about "
        "them.",
        about.appointments,
    )
    return [words.format(count=about.appointments, when=when)]


def _promised(about: Consequences) -> list[str]:
    if not about.promised:
        return []
    words = ngettext(
        "• {names} has promised to help with it: I'll tell them now.",
        "• {names} have promised to help with it: I'll tell them now.",
        len(about.promised),
    )
    return [words.format(names=escape(listed(about.promised)))]


def _comes_back() -> str:
    return _("You can bring it back later: /removed")


def _asked(lines: list[str], sure: str, keep: str) -> Screen:
    return Screen(
        "\n".join(lines),
        ((Button(_("🗑 Yes, remove"), sure), Button(_("Keep"), keep)),),
    )


def removed(about: Consequences, kind: RemovedKind, subject_id: UUID, *, family_id: UUID) -> Answer:
    """What its message says from now on, with the way back."""
    words = _("🗑 <b>{name}</b> for {person} is removed.")
    if kind is RemovedKind.PERSON:
        words = _("🗑 <b>{name}</b> is removed.")
    text = words.format(name=escape(about.name), person=escape(about.person))
    if about.promised:
        told = _("I'm telling {names}.").format(names=escape(listed(about.promised)))
        text = f"{text}\n{told}"
    back = BringBack(family_id=family_id, subject_id=subject_id, returning=Returning(kind))
    return Answer(
        toast=_("Removed."),
        edit=Screen(text, ((Button(_("↩️ Restore"), back.encode()),),)),
    )
