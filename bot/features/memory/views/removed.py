"""What was removed: the list, one of it, and what is said once it's back."""

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.ui.answer import Answer, Button, Screen
from bot.ui.buttons import page_turns
from bot.ui.distinct_labels import Named, family_name, labels
from bot.ui.length import fitting
from bot.ui.presses.history import BringBack, RemovedListPage, Returning, ShowRemoved
from bot.ui.presses.overview import RunCommand
from bot.ui.wording import _, escape, listed, ngettext
from bot.ui.words.times import clock_time, dated_day, day_words
from domain.access import may
from domain.database.scope import Member
from domain.memory.removed import RIGHTS, RemovedKind, RemovedPage, RemovedThing

_SIGNS = {
    RemovedKind.PERSON: "👵",
    RemovedKind.MEDICINE: "💊",
    RemovedKind.APPOINTMENT: "📅",
    RemovedKind.DOCTOR: "👩‍⚕️",
    RemovedKind.CONTACT: "☎️",
}


def removed_things(page: RemovedPage, *, member: Member, now: datetime) -> Screen:
    """`/removed`: the latest first, each with its button."""
    title = _("🗑 <b>Removed</b>, family {family}").format(family=escape(family_name(member)))
    if not page.items:
        words = _("Nothing's been removed. What you remove is kept here, so you can bring it back.")
        if page.number:
            words = _("There's nothing more.")
        turns = page_turns(page.number, _turn(member), has_next=False)
        return Screen(f"{title}\n{words}", turns)
    lines = [_line(thing, member=member, now=now) for thing in page.items]
    named = [
        Named(thing.name, thing.id, tuple(filter(None, (thing.about, thing.person))))
        for thing in page.items
    ]
    rows: list[tuple[Button, ...]] = []
    for thing, words in zip(page.items, labels(named), strict=True):
        press = ShowRemoved(family_id=member.family_id, subject_id=thing.id, kind=thing.kind)
        rows.append((Button(f"{_SIGNS[thing.kind]} {words}", press.encode()),))
    rows += page_turns(page.number, _turn(member), has_next=page.has_next)
    hint = _("Tap one to see it and bring it back.")
    return Screen("\n".join([title, "", *fitting(lines), "", hint]), tuple(rows))


def _turn(member: Member) -> Callable[[int], RemovedListPage]:
    return lambda number: RemovedListPage(family_id=member.family_id, page=number)


def _line(thing: RemovedThing, *, member: Member, now: datetime) -> str:
    words = _("{sign} {what} (removed {day} by {who})")
    if thing.by is None:
        words = _("{sign} {what} (removed {day})")
    zone = member.zone or thing.zone
    day = day_words(thing.at.astimezone(zone).date(), today=now.astimezone(zone).date())
    return words.format(
        sign=_SIGNS[thing.kind], what=_what(thing, now=now), day=day, who=escape(thing.by or "")
    )


def _what(thing: RemovedThing, *, now: datetime) -> str:
    """ "<b>Aspirin</b> 100 mg, for Mum" (HTML)."""
    name = f"<b>{escape(thing.name)}</b>"
    if thing.kind is RemovedKind.MEDICINE and thing.about:
        name = f"{name} {escape(thing.about)}"
    elif thing.kind in (RemovedKind.DOCTOR, RemovedKind.CONTACT) and thing.about:
        name = _("{name}, {about}").format(name=name, about=escape(thing.about))
    elif thing.starts_at is not None:
        when = _moment(thing.starts_at, thing.zone, now=now)
        name = _("{name}, {about}").format(name=name, about=when)
    if thing.kind is RemovedKind.PERSON or thing.person is None:
        return name
    return _("{name}, for {person}").format(name=name, person=escape(thing.person))


def _moment(at: datetime, zone: ZoneInfo, *, now: datetime) -> str:
    day = dated_day(at.astimezone(zone).date(), today=now.astimezone(zone).date())
    return _("{day}, {clock}").format(day=day, clock=clock_time(at, zone))


def removed_thing(
    thing: RemovedThing, *, member: Member, now: datetime, existing: str | None = None
) -> Screen:
    """One of them, and what comes back with it. *existing* is another one of its name."""
    lines = [_line(thing, member=member, now=now)]
    with_it = _with_it(thing)
    if with_it:
        words = _("This comes back, too: {things}.").format(things=listed(with_it))
        lines.append(words)
    if thing.kind is RemovedKind.MEDICINE:
        lines.append(_status_words(thing))
    if thing.kind is RemovedKind.APPOINTMENT:
        lines.append(_("Dates that are still ahead are planned again."))
    may_bring_back = may(member.role, RIGHTS[thing.kind])
    label, returning = _("↩️ Restore"), Returning(thing.kind)
    if existing is not None:
        question = _("⚠️ {person} has {existing} by now. Do you want both?")
        if thing.kind is RemovedKind.CONTACT:
            question = _("⚠️ There's the contact {existing} by now. Do you want both?")
        lines.append(
            question.format(
                person=escape(thing.person or ""), existing=f"<b>{escape(existing)}</b>"
            )
        )
        label, returning = _("↩️ Restore: I want both"), Returning(thing.kind, beside=True)
    elif not may_bring_back:
        lines.append(_("Ask an admin of the family if you need it back."))
    rows: list[tuple[Button, ...]] = []
    if may_bring_back:
        press = BringBack(family_id=member.family_id, subject_id=thing.id, returning=returning)
        rows.append((Button(label, press.encode()),))
    back = RemovedListPage(family_id=member.family_id)
    rows.append((Button(_("◀ Removed"), back.encode()),))
    return Screen("\n".join(lines), tuple(rows))


def _status_words(thing: RemovedThing) -> str:
    match (thing.before or {}).get("status"):
        case "active":
            return _("It comes back as it was. Doses are due again from now on.")
        case "paused":
            return _("It comes back as it was: paused, unless that has ended by then.")
        case _:
            return _("It comes back stopped. You can restart it with Restore on its page.")


def _with_it(thing: RemovedThing) -> list[str]:
    counted = [
        (ngettext("{count} medicine", "{count} medicines", thing.medicines), thing.medicines),
        (
            ngettext("{count} appointment", "{count} appointments", thing.appointments),
            thing.appointments,
        ),
        (ngettext("{count} doctor", "{count} doctors", thing.doctors), thing.doctors),
        (
            ngettext("{count} emergency contact", "{count} emergency contacts", thing.contacts),
            thing.contacts,
        ),
    ]
    if thing.kind is not RemovedKind.PERSON:
        return []
    return [words.format(count=count) for words, count in counted if count]


def brought_back(thing: RemovedThing, *, member: Member) -> Answer:
    words = _("✅ <b>{name}</b> for {person} is back.")
    if thing.person is None:
        words = _("✅ <b>{name}</b> is back.")
    if thing.kind is RemovedKind.PERSON:
        words = _("✅ <b>{name}</b> is back, with everything that was removed with them.")
    command, label = {
        RemovedKind.PERSON: ("people", _("👵 People")),
        RemovedKind.MEDICINE: ("meds", _("📋 Medicines")),
        RemovedKind.APPOINTMENT: ("appts", _("📅 Appointments")),
        RemovedKind.DOCTOR: ("doctors", _("👩‍⚕️ Doctors")),
        RemovedKind.CONTACT: ("contacts", _("☎️ Emergency contacts")),
    }[thing.kind]
    press = RunCommand(family_id=member.family_id, command=command)
    text = words.format(name=escape(thing.name), person=escape(thing.person or ""))
    return Answer(toast=_("Restored."), edit=Screen(text, ((Button(label, press.encode()),),)))


def is_back_already() -> Answer:
    return Answer(toast=_("Somebody has already brought it back."), alert=True, closes=True)
