"""What is due today, and what became of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from bot.features.appointments.views.appointment_lists import short_line
from bot.ui.answer import Button, Keyboard, Screen
from bot.ui.buttons import page_turns, switch_button
from bot.ui.distinct_labels import dose_labels, dose_numbers, family_labels, family_name
from bot.ui.length import MAX_SHOWN, label, shorten, shown_length
from bot.ui.presses.overview import RunCommand, TakeToday, TodayPage
from bot.ui.presses.press import Press
from bot.ui.turned_away import nobody_cared_for
from bot.ui.wording import _, escape, ngettext
from bot.ui.words.dose_times import (
    clock_of,
    due_clock,
    due_moment,
    moment_of,
    record_clock,
    today_of,
    with_yours,
)
from bot.ui.words.pauses import pause_words
from bot.ui.words.times import named_day
from domain.access import Action, may
from domain.appointments.occurrences.facts import OccurrenceFacts
from domain.database.scope import Member
from domain.family.families import FamilyFacts
from domain.family.people import Person
from domain.medicines.doses.facts import RESOLVED, DoseFacts
from domain.medicines.doses.today import PersonToday
from domain.models.medicines import DoseStatus
from domain.overview.elsewhere import OpenElsewhere

PAGE = 20  # lines, each with its button


@dataclass(frozen=True)
class _Room:
    """How many of Telegram's units a line may spend on text that people typed."""

    name: int
    dosage: int
    who: int


# The last one fits whatever is typed: 20 lines, each below the name of somebody else.
_ROOMS = (
    _Room(200, 200, 200),
    _Room(80, 40, 40),
    _Room(40, 25, 15),
    _Room(12, 8, 8),
    _Room(5, 4, 4),
)


@dataclass(frozen=True)
class _Item:
    """Anything with a line of its own: an appointment, a dose, or (neither) the note that nothing
    is due.
    """

    person: Person
    appointment: OccurrenceFacts | None = None
    dose: DoseFacts | None = None


def today(
    people: Sequence[PersonToday],
    *,
    appointments: Mapping[UUID, Sequence[OccurrenceFacts]],
    member: Member,
    now: datetime,
    number: int = 0,
    elsewhere: Sequence[OpenElsewhere] = (),
    own: UUID | None = None,
) -> Screen:
    """`/today`, page *number*: grouped by person, appointments before doses. Doses that may be
    given now have a button, on the same page as their line; whoever is cared for, as *own*, has it
    for their own doses only. Each person's day follows their own
    clock, and is named if it isn't the same for everybody. Open doses in the reader's other
    families get one line each at the end.
    """
    others, switches = _elsewhere(elsewhere, member)
    if not people:
        nobody = nobody_cared_for(member.role, is_restricted=member.is_restricted)
        return Screen("\n".join([nobody, *others]), (*_adding(member), *switches))
    items = [item for entry in people for item in _items(entry, appointments)]
    count = -(-len(items) // PAGE)
    number = min(number, count - 1)
    page = items[number * PAGE : (number + 1) * PAGE]
    title = _("💊 <b>Today</b>, family {family}").format(family=escape(family_name(member)))
    if count > 1:
        title = _("{title} · {number} of {count}").format(
            title=title, number=number + 1, count=count
        )
    names = {
        dose_id: name for entry in people for dose_id, name in dose_labels(entry.doses).items()
    }
    numbers = {
        dose_id: words for entry in people for dose_id, words in dose_numbers(entry.doses).items()
    }
    rows = _buttons(
        page,
        names,
        page_number=number,
        with_names=len(people) > 1,
        member=member,
        own=own,
        now=now,
    )
    turns = _turns(number, count, member)
    names_day = len({now.astimezone(entry.person.zone).date() for entry in people}) > 1
    reading = _Reading(member.zone, now, names_day=names_day)
    return Screen(_text(title, page, numbers, others, reading), (*rows, *turns, *switches))


def part_of_today(
    people: Sequence[PersonToday],
    *,
    appointments: Mapping[UUID, Sequence[OccurrenceFacts]],
    member: Member,
    now: datetime,
    person: str,
    is_tonight: bool,
    is_rest: bool,
    own: UUID | None = None,
) -> Screen:
    """What was asked for of today, on one page: the title says what restricts it, and a button
    shows the rest.
    """
    title = _("💊 <b>Today</b>, family {family}").format(family=escape(family_name(member)))
    restricted = [
        _("for {person}").format(person=escape(person)) if person else "",
        _("tonight") if is_tonight else "",
        _("still to be done") if is_rest else "",
    ]
    title = _("{title}: only what's {parts}").format(
        title=title, parts=", ".join(filter(None, restricted))
    )
    items = [item for entry in people for item in _items(entry, appointments)]
    doses = [dose for entry in people for dose in entry.doses]
    rows = _buttons(
        items,
        dose_labels(doses),
        page_number=0,
        with_names=len(people) > 1,
        member=member,
        own=own,
        now=now,
    )
    reading = _Reading(member.zone, now, names_day=False)
    whole = RunCommand(family_id=member.family_id, command="today")
    button = Button(_("💊 The whole day"), whole.encode())
    text = _text(title, items, dose_numbers(doses), (), reading)
    return Screen(text, (*rows, (button,)))


def day_text(
    title: str,
    people: Sequence[PersonToday],
    *,
    appointments: Mapping[UUID, Sequence[OccurrenceFacts]],
    reader_zone: ZoneInfo | None,
    now: datetime,
    hides_names: bool,
    last: Sequence[str] = (),
) -> str:
    """A day as `/today` shows it, as much of it as fits on a page, and the *last* lines."""
    items = [item for entry in people for item in _items(entry, appointments)]
    numbers = {
        dose_id: words for entry in people for dose_id, words in dose_numbers(entry.doses).items()
    }
    more = len(items[PAGE:])
    if more:
        words = ngettext("… and {count} more: /today", "… and {count} more: /today", more)
        last = ["", words.format(count=more), *last]
    names_day = len({now.astimezone(entry.person.zone).date() for entry in people}) > 1
    reading = _Reading(reader_zone, now, names_day=names_day, hides_names=hides_names)
    return _text(title, items[:PAGE], {} if hides_names else numbers, last, reading)


@dataclass(frozen=True)
class _Reading:
    """How a day is read: by whose clock, as of `now`, with the date at each person's name, and
    without saying what is taken.
    """

    zone: ZoneInfo | None
    now: datetime
    names_day: bool
    hides_names: bool = False


def _adding(member: Member) -> Keyboard:
    """The way to the first person, where nobody is cared for yet."""
    if not may(member.role, Action.ADD_PERSON):
        return ()
    add = RunCommand(family_id=member.family_id, command="addperson")
    return ((Button(_("➕ Add a person"), add.encode()),),)


def _elsewhere(found: Sequence[OpenElsewhere], member: Member) -> tuple[Sequence[str], Keyboard]:
    """ "2 doses in the family Miller haven't been recorded yet", and the way there."""
    if not found:
        return (), ()
    here = FamilyFacts(member.family_id, member.family_name)
    names = family_labels([here, *[each.family for each in found]])[1:]
    lines = [
        ngettext(
            "👪 {count} dose in the family {family} hasn't been recorded yet.",
            "👪 {count} doses in the family {family} haven't been recorded yet.",
            each.count,
        ).format(family=escape(name), count=each.count)
        for each, name in zip(found, names, strict=True)
    ]
    switches = tuple(
        (switch_button(each.family.id, name),) for each, name in zip(found, names, strict=True)
    )
    return ["", *lines], switches


def _items(
    entry: PersonToday, appointments: Mapping[UUID, Sequence[OccurrenceFacts]]
) -> Sequence[_Item]:
    planned = [_Item(entry.person, each) for each in appointments.get(entry.person.id, ())]
    doses = [_Item(entry.person, dose=dose) for dose in entry.doses]
    return [*planned, *doses] or [_Item(entry.person)]


def _text(
    title: str,
    page: Sequence[_Item],
    numbers: Mapping[UUID, str],
    others: Sequence[str],
    reading: _Reading,
) -> str:
    for room in _ROOMS:
        lines, person = [title], None
        for item in page:
            if item.person != person:
                person = item.person
                lines += ["", _head(person, room, reading.now, names_day=reading.names_day)]
            lines.append(_item_line(item, room, numbers, reading))
        text = "\n".join([*lines, *others])
        if shown_length(text) <= MAX_SHOWN:
            break
    return text


def _item_line(item: _Item, room: _Room, numbers: Mapping[UUID, str], reading: _Reading) -> str:
    now = reading.now
    if item.appointment is not None:
        return _("📅 {appointment}").format(
            appointment=short_line(
                item.appointment,
                reader_zone=reading.zone,
                names_person=False,
                day=now.astimezone(item.person.zone).date(),
            )
        )
    if item.dose is None:
        return _("Nothing is due today.")
    number = numbers.get(item.dose.id, "")
    if reading.hides_names:
        hidden = replace(item.dose, name=_("medicine"), dosage="", given=None)
        return _line(hidden, room, now, number, reader_zone=reading.zone)
    return _line(item.dose, room, now, number, reader_zone=reading.zone)


def _head(person: Person, room: _Room, now: datetime, *, names_day: bool) -> str:
    """The person, and their date if it isn't the same for everybody."""
    name = f"<b>{escape(shorten(person.name, to=room.name))}</b>"
    if names_day:
        today = now.astimezone(person.zone).date()
        name = _("{name} · {day}").format(name=name, day=named_day(today, today=today))
    if person.pause is None:
        return name
    return f"{name} ⏸ {pause_words(person.pause, zone=person.zone, now=now)}"


def _given(dose: DoseFacts, at: datetime, now: datetime, reader_zone: ZoneInfo | None) -> str:
    zone = dose.taken_zone or dose.zone
    if at.astimezone(zone).date() == today_of(dose, now):
        return clock_of(dose, at, zone, reader_zone=reader_zone)
    return moment_of(dose, at, zone, now=now, reader_zone=reader_zone)


def _due(dose: DoseFacts, now: datetime) -> str:
    """ "08:00", or "yesterday 23:30" for doses left over from yesterday."""
    is_today = dose.local.date() == today_of(dose, now)
    return due_clock(dose) if is_today else due_moment(dose, now=now)


def dose_line(dose: DoseFacts, now: datetime, *, reader_zone: ZoneInfo | None) -> str:
    """A dose and what became of it, where there is room for all of it."""
    return _line(dose, _ROOMS[0], now, "", reader_zone=reader_zone)


def _line(
    dose: DoseFacts, room: _Room, now: datetime, number: str, *, reader_zone: ZoneInfo | None
) -> str:
    name, amount = shorten(dose.name, to=room.name), dose.given or dose.dosage
    if dose.taken_at is not None and not dose.is_scheduled:
        # A dose taken as needed was due when it was given; a corrected time shows both.
        due = _given(dose, dose.taken_at, now, reader_zone)
    else:
        due = with_yours(_due(dose, now), dose.due_at, zone=dose.zone, reader_zone=reader_zone)
    what = f"{due} {escape(name)} {escape(shorten(amount, to=room.dosage))}".rstrip() + number
    who = escape(shorten(dose.resolved_by or "", to=room.who))
    when = record_clock(dose, reader_zone=reader_zone)
    match dose.status:
        case DoseStatus.TAKEN:
            words = _("✅ {what} (taken {time}, recorded by {who})")
            return words.format(what=what, who=who, time=when)
        case DoseStatus.SKIPPED:
            words = _("⏭ {what} (skipped, recorded by {who}, {time})")
            return words.format(what=what, who=who, time=when)
        case DoseStatus.MISSED:
            return _("⚠️ {what} (missed: nobody recorded it in time)").format(what=what)
        case DoseStatus.NOT_ASKED:
            return _("❔ {what} (I couldn't ask anyone in time)").format(what=what)
        case _ if dose.snoozed_until is not None:
            until = clock_of(dose, dose.snoozed_until)
            return _("⏰ {what} (snoozed until {time})").format(what=what, time=until)
        case _ if dose.due_at <= now:
            return _("• {what} (not recorded yet)").format(what=what)
        case _:
            return _("• {what}").format(what=what)


def _buttons(
    page: Sequence[_Item],
    names: Mapping[UUID, str],
    *,
    page_number: int,
    with_names: bool,
    member: Member,
    own: UUID | None,
    now: datetime,
) -> tuple[tuple[Button, ...], ...]:
    """A Taken button for each open dose that is due by now and that the member may record."""
    if not may(member.role, Action.RECORD_DOSE):
        is_asked = may(member.role, Action.RECORD_OWN_DOSE)
        page = [item for item in page if is_asked and item.person.id == own]
    # Two people can take the same medicine at the same time.
    words = _("✅ {person} · Taken: {time} {name}") if with_names else _("✅ Taken: {time} {name}")
    return tuple(
        (
            Button(
                words.format(
                    person=label(item.person.name),
                    time=_due(item.dose, now),
                    name=names[item.dose.id],
                ),
                TakeToday(
                    family_id=member.family_id, dose_id=item.dose.id, page=page_number
                ).encode(),
            ),
        )
        for item in page
        if item.dose and item.dose.due_at <= now and item.dose.status not in RESOLVED
    )


def _turns(number: int, count: int, member: Member) -> Keyboard:
    def turn(to: int) -> Press:
        return TodayPage(family_id=member.family_id, page=to)

    return page_turns(number, turn, has_next=number < count - 1)
