"""The slot card: one message for all doses that a person is due at the same minute.

A slot with too many doses for one card gets several. Every dose has its line and its button on one
of them: long names are shortened, but no line is dropped.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.ui.answer import Button, Keyboard, Screen
from bot.ui.distinct_labels import dose_labels, dose_numbers
from bot.ui.length import MAX_SHOWN, shorten, shown_length
from bot.ui.presses.arguments import CardOfSlot, recorded_at
from bot.ui.presses.doses import (
    CloseMenu,
    OpenMenu,
    ShowRecord,
    Skip,
    Snooze,
    Take,
    TakeAll,
    UndoOnCard,
)
from bot.ui.presses.press import Press
from bot.ui.presses.subjects import OfDose
from bot.ui.wording import _, escape, ngettext
from bot.ui.words.dose_times import (
    clock_of,
    due_clock,
    named_clock,
    record_clock,
    with_yours,
)
from domain.local_time import clocks_differ
from domain.medicines.doses.facts import RESOLVED, UNANSWERED, DoseFacts
from domain.medicines.doses.ladder import SNOOZE_MINUTES
from domain.medicines.doses.slot_cards import CardFacts
from domain.models.medicines import DoseStatus, MedicineStatus


@dataclass(frozen=True)
class _Room:
    """How many of Telegram's units a line may spend on text that people typed."""

    name: int
    dosage: int
    who: int
    note: int


CLOSED = RESOLVED | UNANSWERED
# The last one fits whatever people typed: 20 doses of 170 units, plus the header.
_ROOMS = (_Room(200, 200, 200, 80), _Room(100, 60, 40, 40), _Room(50, 30, 20, 0))


def slot_card(facts: CardFacts) -> Screen:
    """The card, or the single line it shrinks to when a newer card has replaced it."""
    at = f"{facts.slot_at.astimezone(facts.zone):%H:%M}"
    if facts.home_zone is not None and clocks_differ(facts.zone, facts.home_zone, facts.slot_at):
        at = named_clock(at, facts.zone)
    at = with_yours(at, facts.slot_at, zone=facts.zone, reader_zone=facts.reader_zone)
    title = _("💊 <b>{person}</b> · {time}").format(person=escape(facts.person), time=at)
    if facts.count > 1:
        title = _("{title} · {number} of {count}").format(
            title=title, number=facts.number, count=facts.count
        )
    if not facts.doses and facts.suspended:
        return Screen(_with_doses(title, facts))
    if not facts.doses:
        return Screen(title + "\n" + _("Nothing is due here any more."))
    if facts.asked_again and any(dose.status == DoseStatus.PENDING for dose in facts.doses):
        return Screen(title + "\n" + _("Asked again below."))
    lines = [title]
    is_open = any(dose.status == DoseStatus.PENDING for dose in facts.doses)
    if is_open and facts.is_repeat:
        lines.append(_("🔁 This may be a repeat: please check whether it was given already."))
    elif is_open and facts.is_reminder:
        lines.append(
            _("🔔 Asking again: not everything is recorded yet.")
            if any(dose.status in RESOLVED for dose in facts.doses)
            else _("🔔 Asking again: nothing is recorded yet.")
        )
    if is_open and facts.is_late:
        late = ngettext(
            "⏳ This reminder is late. The dose was due at {time}.",
            "⏳ This reminder is late. The doses were due at {time}.",
            len(facts.doses),
        )
        lines.append(late.format(time=at))
    if is_open and facts.is_escalated:
        lines.append(_("📣 I couldn't reach the people I ask first. Please take care of it."))
    text = _with_doses("\n".join(lines), facts)
    if not facts.may_record:
        return Screen(text)
    for dose in facts.doses:
        if dose.id == facts.menu_for and dose.status == DoseStatus.PENDING:
            return Screen(text, _menu(facts, dose))
    return Screen(text, _buttons(facts))


def _with_doses(head: str, facts: CardFacts) -> str:
    """One line per dose, with as much of its name as fits."""
    numbers = dose_numbers(facts.doses)
    for room in _ROOMS:
        lines = [_line(dose, facts, room, numbers[dose.id]) for dose in facts.doses]
        text = "\n".join([head, *lines, *_called_off_lines(facts, room)])
        if shown_length(text) <= MAX_SHOWN:
            break
    return text


def _called_off_lines(facts: CardFacts, room: _Room) -> list[str]:
    """Doses of this slot that were paused or stopped before anybody answered."""
    words = {
        MedicineStatus.PAUSED: _("⏸ {what}\n<i>Paused</i>"),
        MedicineStatus.STOPPED: _("⏹ {what}\n<i>Stopped</i>"),
    }
    return [
        words[status].format(
            what=f"{escape(shorten(dose.name, to=room.name))}"
            f" {escape(shorten(dose.dosage, to=room.dosage))}"
        )
        for dose, status in facts.suspended
    ]


def _menu(facts: CardFacts, dose: DoseFacts) -> Keyboard:
    """What More opens for one dose: skip, snooze and Back."""

    def button(words: str, kind: type[OfDose]) -> Button:
        return Button(words, kind(family_id=facts.family_id, dose_id=dose.id).encode())

    def snooze(minutes: int) -> Button:
        press = Snooze(family_id=facts.family_id, dose_id=dose.id, minutes=minutes)
        return Button(_("⏰ Snooze {minutes} min").format(minutes=minutes), press.encode())

    # Back sits where More or Taken was, so that a double tap does nothing.
    return (
        (button(_("◀ Back"), CloseMenu),),
        *((snooze(minutes),) for minutes in SNOOZE_MINUTES),
        (button(_("⏭ Skip {name}").format(name=dose_labels(facts.doses)[dose.id]), Skip),),
    )


def _line(dose: DoseFacts, facts: CardFacts, room: _Room, number: str) -> str:
    amount = shorten(dose.given or dose.dosage, to=room.dosage)
    what = f"{escape(shorten(dose.name, to=room.name))} {escape(amount)}{number}"
    if clocks_differ(dose.zone, facts.zone, dose.due_at):
        what = _("{what} (due {time})").format(what=what, time=due_clock(dose))
    when = record_clock(dose, reader_zone=facts.reader_zone)
    who = escape(shorten(dose.resolved_by or "", to=room.who))
    note = _note(dose, room)
    match dose.status:
        case DoseStatus.TAKEN:
            taken = _("✅ {what}\n<i>Taken {time}, recorded by {who}</i>")
            return taken.format(what=what, who=who, time=when) + note
        case DoseStatus.SKIPPED:
            skipped = _("⏭ {what}\n<i>Skipped, recorded by {who}, {time}</i>")
            return skipped.format(what=what, who=who, time=when) + note
        case DoseStatus.MISSED:
            return _("⚠️ {what}\n<i>Missed: nobody recorded it in time</i>").format(what=what)
        case DoseStatus.NOT_ASKED:
            return _("❔ {what}\n<i>I couldn't ask anyone in time</i>").format(what=what)
        case _ if dose.snoozed_until is not None:
            snoozer = escape(shorten(dose.snoozed_by or "", to=room.who))
            return _("⏰ {what}\n<i>Snoozed until {time} by {who}</i>").format(
                what=what,
                time=clock_of(dose, dose.snoozed_until, reader_zone=facts.reader_zone),
                who=snoozer,
            )
        case _:
            return _("• {what}").format(what=what)


def _note(dose: DoseFacts, room: _Room) -> str:
    if not dose.note or not room.note:
        return ""
    return f"\n<i>“{escape(shorten(dose.note, to=room.note))}”</i>"


def _buttons(facts: CardFacts) -> Keyboard:
    """All taken at the top, then a row per medicine; see also :func:`closed_dose_row`.

    A card changes under the finger, so rows keep their places whatever is answered, and Undo never
    appears where Taken was: a double tap must not undo its first tap, or record the medicine below.
    Undo names the record it undoes, so a double tap cannot undo what the first tap has just
    restored. The button that replaces Taken shows what was recorded and opens the correction, so no
    extra row is needed for that.
    """

    is_single = len(facts.doses) == 1
    names = dose_labels(facts.doses)
    rows: list[tuple[Button, ...]] = [] if is_single else [(_all_taken(facts),)]
    for dose in facts.doses:
        name = None if is_single else names[dose.id]
        if dose.status in CLOSED:
            take = Take(family_id=facts.family_id, dose_id=dose.id)
            rows.append(closed_dose_row(dose, name=name, take=take))
        else:
            taken = _("✅ Taken") if name is None else _("✅ Taken: {name}").format(name=name)
            rows.append(
                (
                    Button(taken, Take(family_id=facts.family_id, dose_id=dose.id).encode()),
                    Button(
                        _("⋯ More"), OpenMenu(family_id=facts.family_id, dose_id=dose.id).encode()
                    ),
                )
            )
    return tuple(rows)


def closed_dose_row(dose: DoseFacts, *, name: str | None, take: Press) -> tuple[Button, ...]:
    """The buttons of a dose that was answered or whose window has closed. *name* is its name if the
    message shows several doses; *take* is what its Taken button sends.
    """

    def button(words: str, kind: type[OfDose]) -> Button:
        return Button(words, kind(family_id=take.family_id, dose_id=dose.id).encode())

    if dose.status in RESOLVED:
        correct = _("✏️ Correct") if name is None else _("✏️ Correct {name}").format(name=name)
        undo = _("↩️ Undo") if name is None else _("↩️ Undo {name}").format(name=name)
        this = UndoOnCard(
            family_id=take.family_id, dose_id=dose.id, record=recorded_at(dose.resolved_at)
        )
        return (button(correct, ShowRecord), Button(undo, this.encode()))
    taken = _("✅ Taken after all") if name is None else _("✅ Taken: {name}").format(name=name)
    skip = _("⏭ Skip") if name is None else _("⏭ Skip {name}").format(name=name)
    return (Button(taken, take.encode()), button(skip, Skip))


def _all_taken(facts: CardFacts) -> Button:
    """Records every dose that this card shows; once none is open, it only reports the result."""
    take = TakeAll(
        family_id=facts.family_id,
        person_id=facts.care_recipient_id,
        card=CardOfSlot(facts.slot_at, facts.part),
    )
    return all_taken_button(facts.doses, take=take)


def all_taken_button(doses: Sequence[DoseFacts], *, take: Press) -> Button:
    """*take* is what it does while one of the *doses* is open: it takes those, and says so where
    others were answered.
    """
    left = sum(dose.status not in RESOLVED for dose in doses)
    if left == len(doses):
        return Button(_("✅ All taken"), take.encode())
    if left:
        words = ngettext("✅ Taken: the other {count}", "✅ Taken: the other {count}", left)
        if left == 1:
            words = _("✅ Taken: the other one")
        return Button(words.format(count=left), take.encode())
    return Button(
        _("✓ All answered"), ShowRecord(family_id=take.family_id, dose_id=doses[0].id).encode()
    )
