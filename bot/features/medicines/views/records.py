"""What is recorded for a dose, and how that differs from before."""

from bot.ui.answer import Screen
from bot.ui.length import fitting
from bot.ui.wording import _, escape
from bot.ui.words.dates import weekday_name
from bot.ui.words.dose_times import due_clock
from bot.ui.words.records import change_words, is_only_a_note, recorded_words
from domain.medicines.doses.facts import RESOLVED, DoseFacts
from domain.medicines.records.changes import ChangeKind, RecordChange
from domain.medicines.records.notices import RecordChangedFacts
from domain.models.medicines import DoseStatus


def changed(facts: RecordChangedFacts) -> Screen:
    """What became of records the reader had made: one message for everything changed at the same
    moment. Without names, it only says whose they are: notes and amounts tell as much.
    """
    if facts.hides_names:
        words = _("✏️ {who} changed what you'd recorded for {person}. /history shows what it says.")
        person = escape(facts.person)
        lines = [words.format(who=escape(item.by), person=person) for item in facts.items]
        return Screen("\n".join(dict.fromkeys(lines)))
    return Screen("\n".join(fitting([_change(item, facts.person) for item in facts.items])))


def _change(item: RecordChange, person: str) -> str:
    dose, who = item.dose, escape(item.by)
    what = _what(dose, person)
    match item.kind:
        case ChangeKind.UNDONE:
            words = _("↩️ {who} undid your record of {what}. You'd recorded: {before}. {now}")
            return words.format(
                who=who, what=what, before=recorded_words(item.record), now=_since_undone(dose)
            )
        case ChangeKind.PUT_BACK:
            words = _("✅ {who} restored your record of {what}: {before}.")
            return words.format(who=who, what=what, before=recorded_words(item.record))
        case ChangeKind.CORRECTION_UNDONE:
            words = _(
                "↩️ {who} undid your correction of {what}. You'd corrected it to: {before}. {now}"
            )
            return words.format(
                who=who, what=what, before=recorded_words(item.record), now=_current_record(dose)
            )
        case ChangeKind.CORRECTION_WITHDRAWN:
            words = _("↩️ You undid your own correction of {what}.").format(what=what)
            if dose.status not in RESOLVED:
                return words
            return words + " " + _("It's back to: {now}.").format(now=recorded_words(dose))
        case ChangeKind.OWN if dose.status not in RESOLVED:
            words = _("↩️ You undid your own record of {what}. {now}")
            return words.format(what=what, now=_since_undone(dose))
        case ChangeKind.OWN:
            words = _("✅ Your record of {what} is back: {now}.")
            return words.format(what=what, now=recorded_words(dose))
        case _ if is_only_a_note(dose, item.record):
            words = _("✏️ {who} removed the note “{note}” from your record of {what}.")
            if dose.note:
                words = _("✏️ {who} added the note “{note}” to your record of {what}.")
            note = escape(dose.note or item.record.note or "")
            return words.format(who=who, what=what, note=note)
        case _:
            words = _("✏️ {who} corrected your record of {what}: {change}.")
            return words.format(
                who=who, what=what, change=change_words(dose, instead_of=item.record)
            )


def _current_record(dose: DoseFacts) -> str:
    who = escape(dose.resolved_by or "")
    return _("It's back to what {who} recorded: {now}.").format(who=who, now=recorded_words(dose))


def _since_undone(dose: DoseFacts) -> str:
    """What the undone record led to, worded so that it stays true if somebody records the dose
    again.
    """
    match dose.status:
        case DoseStatus.PENDING:
            return _("Now nothing is recorded for it.")
        case DoseStatus.CANCELLED:
            return _("It's no longer recorded.")
        case _:
            return _(
                "It's too late for me to ask about it again. If it was given, record it with /give."
            )


def _what(dose: DoseFacts, person: str) -> str:
    """ "Aspirin for Mum, due Monday 08:00"."""
    name = f"<b>{escape(dose.name)}</b>"
    if not dose.is_scheduled:
        return _("{name} for {person}").format(name=name, person=escape(person))
    due = _("{day} {time}").format(day=weekday_name(dose.local.date()), time=due_clock(dose))
    return _("{name} for {person}, due {due}").format(name=name, person=escape(person), due=due)
