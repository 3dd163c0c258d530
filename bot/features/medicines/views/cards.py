"""The slot card: one message for all doses that a person is due at the same minute.

A slot with too many doses for one card gets several. Every dose has its line and its button on one
of them: long names are shortened, but no line is dropped.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from uuid import UUID

from bot.ui.answer import Button, Keyboard, Screen
from bot.ui.distinct_labels import dose_labels, dose_numbers
from bot.ui.length import (
    LABEL,
    MAX_BUTTONS,
    MAX_SHOWN,
    label,
    length,
    shorten,
    shorten_between_words,
    shown_length,
)
from bot.ui.presses.arguments import CardOfSlot, recorded_at
from bot.ui.presses.doses import (
    CloseMenu,
    HoldSlot,
    OpenMenu,
    ShowRecord,
    Skip,
    Snooze,
    Take,
    TakeAll,
    UndoOnCard,
)
from bot.ui.presses.medicines import Give
from bot.ui.presses.press import Press
from bot.ui.presses.subjects import OfDose
from bot.ui.wording import _, escape, listed, ngettext
from bot.ui.words.amounts import amount_in_words
from bot.ui.words.dose_times import (
    clock_of,
    due_clock,
    named_clock,
    record_clock,
    silence_words,
    with_yours,
)
from bot.ui.words.regimens.moments import moment_in_words
from bot.ui.words.times import show_clock
from domain.local_time import clocks_differ
from domain.medicines.doses.choices import Choice, choices_of
from domain.medicines.doses.facts import RESOLVED, UNANSWERED, DoseFacts
from domain.medicines.doses.ladder import SNOOZE_MINUTES
from domain.medicines.doses.slot_cards import CardFacts
from domain.models.medicines import DoseStatus, MedicineStatus


@dataclass(frozen=True)
class _Room:
    """How many of Telegram's units a line may spend on text that people typed, and `about` on when
    and how a dose is taken.
    """

    name: int
    dosage: int
    who: int
    note: int
    about: int


CLOSED = RESOLVED | UNANSWERED
# The last one fits whatever people typed: 20 doses of 170 units, plus the header.
_ROOMS = (
    _Room(200, 200, 200, 80, about=80),
    _Room(100, 60, 40, 40, about=60),
    _Room(50, 30, 20, 0, about=30),
    _Room(50, 30, 20, 0, about=0),
)


def slot_card(facts: CardFacts) -> Screen:
    """The card, or the single line it shrinks to when a newer card has replaced it."""
    at = show_clock(facts.slot_at.astimezone(facts.zone))
    if facts.home_zone is not None and clocks_differ(facts.zone, facts.home_zone, facts.slot_at):
        at = named_clock(at, facts.zone)
    at = with_yours(at, facts.slot_at, zone=facts.zone, reader_zone=facts.reader_zone)
    title = _("💊 <b>{person}</b> · {time}").format(person=escape(facts.person), time=at)
    if facts.count > 1:
        words = _("{title} · {number} of {count}")
        title = words.format(title=title, number=facts.number, count=facts.count)
    if not facts.doses:
        nothing = _("Nothing is due here any more.")
        return Screen(_with_doses(title, facts) if facts.suspended else f"{title}\n{nothing}")
    is_open = any(dose.status == DoseStatus.PENDING for dose in facts.doses)
    if facts.asked_again:  # the buttons are below the newest
        again = title + "\n" + _("I've asked again below.")
        return Screen(again if is_open else _with_doses(title, facts))
    lines = [title]
    if is_open and facts.is_repeat:
        lines.append(_("🔁 This may be a repeat: please check whether it was given already."))
    elif is_open and facts.is_told:
        lines.append(_told(facts))
    elif is_open and facts.silence is not None:
        lines.append(silence_words(facts.silence, zone=facts.zone))
    elif is_open and facts.is_reminder:
        lines.append(
            _("🔔 I'm asking again: not everything is recorded yet.")
            if any(dose.status in RESOLVED for dose in facts.doses)
            else _("🔔 I'm asking again: nothing is recorded yet.")
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
        return Screen(text, _on_it(facts) if is_open and facts.is_told else ())
    for dose in facts.doses:
        if dose.id == facts.menu_for and dose.status == DoseStatus.PENDING:
            return Screen(text, _menu(facts, dose))
    on_it = _on_it(facts) if is_open and (facts.is_reminder or facts.is_told) else ()
    return Screen(text, (*_buttons(facts), *on_it))


def _told(facts: CardFacts) -> str:
    """For those who weren't asked. What isn't recorded may have been done all the same."""
    has_some = any(dose.status in RESOLVED for dose in facts.doses)
    if not facts.asked:
        if has_some:
            return _("📣 Not everything is recorded yet. Could you see to it?")
        return _("📣 Nothing is recorded yet. Could you see to it?")
    words = _("📣 Nothing is recorded yet. I asked {names}. Could you see to it?")
    if has_some:
        words = _("📣 Not everything is recorded yet. I asked {names}. Could you see to it?")
    return words.format(names=escape(listed(list(facts.asked))))


def _on_it(facts: CardFacts) -> Keyboard:
    """Not for who can't do anything about it any more, nor twice."""
    still_open = [dose for dose in facts.doses if dose.status is DoseStatus.PENDING]
    if any(dose.held_until is not None for dose in still_open):
        return ()
    hold = HoldSlot(
        family_id=facts.family_id,
        person_id=facts.care_recipient_id,
        card=CardOfSlot(facts.slot_at, facts.part),
    )
    return ((Button(_("🙋 I'm on it"), hold.encode()),),)


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
    """What More opens for one dose: skip, snooze and Back, and another amount of a range."""

    def button(words: str, kind: type[OfDose]) -> Button:
        return Button(words, kind(family_id=facts.family_id, dose_id=dose.id).encode())

    def snooze(minutes: int) -> Button:
        press = Snooze(family_id=facts.family_id, dose_id=dose.id, minutes=minutes)
        return Button(_("⏰ Snooze {minutes} min").format(minutes=minutes), press.encode())

    # What was given in between, or beyond a range: /give asks, and warns.
    give = Give(family_id=facts.family_id, medication_id=dose.medication_id)
    another = Button(_("½ Another amount"), give.encode())
    # Back sits where More or Taken was, so that a double tap does nothing.
    return (
        (button(_("◀ Back"), CloseMenu),),
        *((snooze(minutes),) for minutes in SNOOZE_MINUTES),
        *(((another,),) if dose.most is not None else ()),
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
            what = _with_moment(what, dose, room)
            snoozer = escape(shorten(dose.snoozed_by or "", to=room.who))
            return _("⏰ {what}\n<i>Snoozed until {time} by {who}</i>").format(
                what=what,
                time=clock_of(dose, dose.snoozed_until, reader_zone=facts.reader_zone),
                who=snoozer,
            )
        case _ if dose.held_until is not None:
            what = _with_moment(what, dose, room)
            holder = escape(shorten(dose.held_by or "", to=room.who))
            return _("🙋 {what}\n<i>{who} is on it. I'll wait until {time}</i>").format(
                what=what,
                who=holder,
                time=clock_of(dose, dose.held_until, reader_zone=facts.reader_zone),
            )
        case _:
            line = _("• {what}").format(what=_with_moment(what, dose, room))
            return line + _instructions(dose, room)


def _with_moment(what: str, dose: DoseFacts, room: _Room) -> str:
    """ "Amlodipine 5 mg, before breakfast": while it is still to be given."""
    if dose.moment is None or not room.about:
        return what
    moment = shorten(moment_in_words(dose.moment), to=room.about)
    return _("{what}, {moment}").format(what=what, moment=moment)


def _instructions(dose: DoseFacts, room: _Room) -> str:
    if not dose.instructions or not room.about:
        return ""
    words = shorten_between_words(dose.instructions, to=room.about)
    return f"\n<i>{escape(words)}</i>"


def _note(dose: DoseFacts, room: _Room) -> str:
    if not dose.note or not room.note:
        return ""
    return f"\n<i>“{escape(shorten(dose.note, to=room.note))}”</i>"


def _buttons(facts: CardFacts) -> Keyboard:
    """All taken at the top, then a row per medicine; see also :func:`closed_dose_rows`. A medicine
    that is given in a range has a row for each amount.

    A card changes under the finger, so rows keep their places whatever is answered, and Undo never
    appears where Taken was: a double tap must not undo its first tap, or record the medicine below.
    Undo names the record it undoes, so a double tap cannot undo what the first one has restored.
    """
    is_single = len(facts.doses) == 1
    names, offered = dose_labels(facts.doses), offered_amounts(facts.doses)
    rows: list[tuple[Button, ...]] = [] if is_single else [(_all_taken(facts, names),)]
    for dose in facts.doses:
        name = None if is_single else names[dose.id]
        take = partial(Take, family_id=facts.family_id, dose_id=dose.id)
        if dose.status in CLOSED:
            closed = closed_dose_rows(
                dose,
                name=name,
                take=take(),
                amounts=[(amount, take(choice=choice)) for choice, amount in offered[dose.id]],
            )
            rows += closed
            continue
        more = OpenMenu(family_id=facts.family_id, dose_id=dose.id)
        taken = _("✅ Taken") if name is None else _("✅ Taken: {name}").format(name=name)
        buttons = [Button(taken, take().encode())]
        if offered[dose.id]:
            buttons = [
                Button(amount_label(amount, name=name), take(choice=choice).encode())
                for choice, amount in offered[dose.id]
            ]
        first, *others = buttons
        rows += [(first, Button(_("⋯ More"), more.encode())), *((other,) for other in others)]
    return tuple(rows)


def closed_dose_rows(
    dose: DoseFacts, *, name: str | None, take: Press, amounts: Sequence[tuple[str, Press]]
) -> Keyboard:
    """The buttons of a dose that was answered or whose window has closed. *name* is its name if the
    message shows several doses; *take* is what its Taken button sends, or the buttons for the
    *amounts* of a range.
    """

    def button(words: str, kind: type[OfDose]) -> Button:
        return Button(words, kind(family_id=take.family_id, dose_id=dose.id).encode())

    if dose.status in RESOLVED:
        correct = _("✏️ Correct") if name is None else _("✏️ Correct {name}").format(name=name)
        undo = _("↩️ Undo") if name is None else _("↩️ Undo {name}").format(name=name)
        this = UndoOnCard(
            family_id=take.family_id, dose_id=dose.id, record=recorded_at(dose.resolved_at)
        )
        done = _("✓ Skipped")
        if dose.status is DoseStatus.TAKEN:
            done = _("✓ {amount}").format(amount=label(dose.given or dose.dosage))
        # In the places of the other amounts: a button that only shows the record.
        kept = [(button(done, ShowRecord),)] * (len(amounts) - 1)
        return ((button(correct, ShowRecord), Button(undo, this.encode())), *kept)
    skip = button(_("⏭ Skip") if name is None else _("⏭ Skip {name}").format(name=name), Skip)
    if not amounts:
        taken = taken_label(dose) if name is None else _("✅ Taken: {name}").format(name=name)
        return ((Button(taken, take.encode()), skip),)
    first, *others = [
        Button(amount_label(amount, name=name), press.encode()) for amount, press in amounts
    ]
    return ((first, skip), *((other,) for other in others))


def taken_label(dose: DoseFacts) -> str:
    """Of a dose whose window has closed, shown by itself."""
    return _("✅ Taken") if dose.status is DoseStatus.NOT_ASKED else _("✅ Taken after all")


def offered_amounts(
    doses: Sequence[DoseFacts],
) -> Mapping[UUID, Sequence[tuple[Choice, str]]]:
    """What a message of these doses offers of each that is given in a range, in words: only the
    ends of the ranges if there would be more buttons than Telegram allows.
    """
    found = {dose.id: _amounts(dose) for dose in doses}
    if sum(max(2, len(each) + 1) for each in found.values()) < MAX_BUTTONS:
        return found
    return {dose_id: [*each[:1], *each[1:][-1:]] for dose_id, each in found.items()}


def _amounts(dose: DoseFacts) -> Sequence[tuple[Choice, str]]:
    unit = dose.unit or ""
    return [(choice, amount_in_words(each, unit)) for choice, each in choices_of(dose.planned)]


def amount_label(amount: str, *, name: str | None) -> str:
    """The button that records one amount of a range. The amount comes first: a phone cuts the end
    of what doesn't fit.
    """
    if name is None:
        return _("✅ Taken: {amount}").format(amount=amount)
    return _("✅ Taken: {amount} · {name}").format(amount=amount, name=name)


def _all_taken(facts: CardFacts, names: Mapping[UUID, str]) -> Button:
    """Records every dose that this card shows; once none is open, it only reports the result."""
    take = TakeAll(
        family_id=facts.family_id,
        person_id=facts.care_recipient_id,
        card=CardOfSlot(facts.slot_at, facts.part),
    )
    return all_taken_button(facts.doses, take=take, names=names, are_some=facts.count > 1)


def all_taken_button(
    doses: Sequence[DoseFacts], *, take: Press, names: Mapping[UUID, str], are_some: bool
) -> Button:
    """*take* is what it does while one of the *doses* is open: it takes those, and says so where
    others were answered. It doesn't take those of which somebody has to say how much it was.
    `are_some`: others aren't on this message, so the button says how many it takes.
    """
    still_open = [dose for dose in doses if dose.status not in RESOLVED]
    meant = [dose for dose in still_open if dose.most is None]
    left = len(meant)
    if left == len(doses):
        words = _("✅ All taken: these {count}") if are_some else _("✅ All taken")
        return Button(words.format(count=left), take.encode())
    if left:
        words = ngettext("✅ Taken: the other {count}", "✅ Taken: the other {count}", left)
        if left == 1:
            words = _("✅ Taken: the other one")
        named = listed([names[dose.id] for dose in meant])
        if left < len(still_open) and length(named) <= LABEL:
            return Button(_("✅ Taken: {name}").format(name=named), take.encode())
        return Button(words.format(count=left), take.encode())
    shown = ShowRecord(family_id=take.family_id, dose_id=(still_open or doses)[0].id)
    if still_open:
        return Button(_("👇 How much was given?"), shown.encode())
    return Button(_("✓ All recorded"), shown.encode())
