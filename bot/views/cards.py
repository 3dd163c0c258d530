"""The slot card: one message for all doses of a person at one minute, and what follows from it."""

from bot.views.answer import Button, Keyboard, Screen
from bot.views.callbacks import Callback, Verb, encode_minute
from bot.views.length import MOST_ROWS, fitting, label, shorten
from bot.views.wording import _, escape
from domain.cards import CardFacts
from domain.doses import RESOLVED, UNANSWERED, DoseFacts, DoseStatus
from domain.ladder import SNOOZE_MINUTES
from domain.medicines import MedicineStatus

_NOTE = 80  # of what was noted, on a card


def slot_card(facts: CardFacts) -> Screen:
    """The card, or the line it shrinks to when a newer one has taken its place."""
    at = f"{facts.slot_at.astimezone(facts.zone):%H:%M}"
    title = _("💊 <b>{person}</b> · {time}").format(person=escape(facts.person), time=at)
    if not facts.doses and facts.put_off:
        return Screen("\n".join([title, *fitting(_put_off(facts))]))
    if not facts.doses:
        return Screen(title + "\n" + _("Nothing to give any more."))
    if facts.asked_again and any(dose.status == DoseStatus.PENDING for dose in facts.doses):
        return Screen(title + "\n" + _("Asked again below."))
    lines = [title]
    is_open = any(dose.status == DoseStatus.PENDING for dose in facts.doses)
    if is_open and facts.is_repeat:
        lines.append(_("🔁 This may be a repeat: please check whether it was given already."))
    elif is_open and facts.is_reminder:
        lines.append(_("🔔 Asking again: nobody has answered yet."))
    if is_open and facts.is_late:
        lines.append(_("⏳ This comes late: it was due at {time}.").format(time=at))
    if is_open and facts.is_escalated:
        lines.append(_("📣 I could not reach those whom I ask first. Please see to it."))
    lines += fitting([*(_line(dose) for dose in facts.doses), *_put_off(facts)])
    if not facts.may_record:
        return Screen("\n".join(lines))
    for dose in facts.doses:
        if dose.id == facts.menu_for and dose.status == DoseStatus.PENDING:
            return Screen("\n".join(lines), _menu(facts, dose))
    return Screen("\n".join(lines), _buttons(facts))


def _put_off(facts: CardFacts) -> list[str]:
    """What was to be given here, and was paused or stopped before anybody had answered."""
    words = {
        MedicineStatus.PAUSED: _("⏸ {what}\n<i>Paused</i>"),
        MedicineStatus.STOPPED: _("⏹ {what}\n<i>Stopped</i>"),
    }
    return [
        words[status].format(what=f"{escape(dose.name)} {escape(dose.dosage)}")
        for dose, status in facts.put_off
    ]


def _menu(facts: CardFacts, dose: DoseFacts) -> Keyboard:
    """What ⋯ opens for one dose: skip, snooze, and the way back."""

    def button(words: str, verb: Verb, argument: str = "") -> Button:
        return Button(words, Callback(verb, facts.family_id, dose.id, argument).encode())

    snooze = tuple(
        button(_("⏰ Snooze {minutes} min").format(minutes=minutes), Verb.SNOOZE, str(minutes))
        for minutes in SNOOZE_MINUTES
    )
    # Back is where ⋯ or Taken was: a second tap there does nothing.
    return (
        (button(_("← Back"), Verb.BACK),),
        *((each,) for each in snooze),
        (button(_("⏭ Skip {name}").format(name=label(dose.name)), Verb.SKIP),),
    )


def _line(dose: DoseFacts) -> str:
    what = f"{escape(dose.name)} {escape(dose.given or dose.dosage)}"
    at = dose.taken_at or dose.resolved_at
    when = f"{at.astimezone(dose.zone):%H:%M}" if at else ""
    who = escape(dose.resolved_by or "")
    match dose.status:
        case DoseStatus.TAKEN:
            taken = _("✅ {what}\n<i>Taken by {who}, {time}</i>")
            return taken.format(what=what, who=who, time=when) + _note(dose)
        case DoseStatus.SKIPPED:
            skipped = _("⏭ {what}\n<i>Skipped by {who}, {time}</i>")
            return skipped.format(what=what, who=who, time=when) + _note(dose)
        case DoseStatus.MISSED:
            return _("⚠️ {what}\n<i>Missed: nobody recorded it in time</i>").format(what=what)
        case DoseStatus.NOT_ASKED:
            return _("❔ {what}\n<i>Not asked: I could not reach anybody in time</i>").format(
                what=what
            )
        case _ if dose.snoozed_until is not None:
            until = f"{dose.snoozed_until.astimezone(dose.zone):%H:%M}"
            return _("⏰ {what}\n<i>Snoozed until {time} by {who}</i>").format(
                what=what, time=until, who=escape(dose.snoozed_by or "")
            )
        case _:
            return _("• {what}").format(what=what)


def _note(dose: DoseFacts) -> str:
    return f"\n<i>“{escape(shorten(dose.note, to=_NOTE))}”</i>" if dose.note else ""


def _buttons(facts: CardFacts) -> Keyboard:
    """All taken on top, then a row for each medicine.

    Rows keep their places whatever is answered, and Undo never comes up where Taken was: a card
    changes under the finger, and a second tap in the same spot must not undo the first one, nor
    record the medicine below. What takes Taken's place tells what was recorded, and leads to
    correcting it; hence no row is added for that.
    """

    def button(words: str, verb: Verb) -> Button:
        return Button(words, Callback(verb, facts.family_id, dose.id).encode())

    is_single = len(facts.doses) == 1
    rows: list[tuple[Button, ...]] = [] if is_single else [(_all_taken(facts),)]
    for dose in facts.doses:
        name = label(dose.name)
        taken = _("✅ Taken") if is_single else _("✅ Taken: {name}").format(name=name)
        if dose.status in RESOLVED:
            who = label(dose.resolved_by or "") if is_single else name
            undo = _("↩️ Undo") if is_single else _("↩️ Undo {name}").format(name=name)
            rows.append((button(f"✓ {who} ✏️", Verb.SHOW), button(undo, Verb.UNDO)))
        elif dose.status in UNANSWERED:
            taken = _("✅ Taken after all") if is_single else taken
            skip = _("⏭ Skip") if is_single else _("⏭ Skip {name}").format(name=name)
            rows.append((button(taken, Verb.TAKE), button(skip, Verb.SKIP)))
        else:
            rows.append((button(taken, Verb.TAKE), button("⋯", Verb.MORE)))
    return tuple(rows[:MOST_ROWS])


def _all_taken(facts: CardFacts) -> Button:
    """Once nothing is open, what stays in its place only tells."""
    if any(dose.status not in RESOLVED for dose in facts.doses):
        callback = Callback(
            Verb.TAKE_ALL,
            facts.family_id,
            facts.care_recipient_id,
            encode_minute(facts.slot_at),
        )
        return Button(_("✅ All taken"), callback.encode())
    return Button(
        _("✓ Nothing is open"), Callback(Verb.SHOW, facts.family_id, facts.doses[0].id).encode()
    )
