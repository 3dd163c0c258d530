"""A dose's record in words, and how it differs from the record before."""

from bot.ui.wording import _, escape
from bot.ui.words.dose_times import record_at, record_clock
from domain.medicines.doses.facts import DoseFacts
from domain.models.medicines import DoseStatus


def change_words(dose: DoseFacts, *, instead_of: DoseFacts) -> str:
    """ "given at 07:00 instead of 05:30": what stands, and what does not any more."""
    if is_only_a_note(dose, instead_of):
        return _note_words(dose, instead_of)
    now, before = _now_and_before(dose, instead_of)
    return _("{now} instead of {before}").format(now=now, before=before)


def back_words(dose: DoseFacts, *, instead_of: DoseFacts) -> str:
    """ "taken at 05:30": what would stand again *instead_of* a correction."""
    if is_only_a_note(dose, instead_of):
        return _note_words(dose, instead_of)
    return _taken_words(dose, names_amount=_differ_in_amount(dose, instead_of))


def again_words(dose: DoseFacts, *, instead_of: DoseFacts, what: str) -> str:
    """ "The record of Aspirin is again: taken at 05:30. (It had been changed to: …)": *what* stands
    again, and what doesn't any more.
    """
    if is_only_a_note(dose, instead_of):
        words = _("The record of {what} has the note “{note}” again.")
        if not dose.note:
            words = _("The record of {what} no longer has the note “{note}”.")
        return words.format(what=what, note=escape(dose.note or instead_of.note or ""))
    names_amount = _differ_in_amount(dose, instead_of)
    return _("The record of {what} is again: {now}. (It had been changed to: {before}.)").format(
        what=what,
        now=_taken_words(dose, names_amount=names_amount),
        before=_taken_words(instead_of, names_amount=names_amount),
    )


def recorded_words(dose: DoseFacts) -> str:
    """ "given at 07:00", or "skipped"."""
    if dose.status == DoseStatus.SKIPPED:
        return _("skipped")
    if dose.given:
        return _given_amount(dose)
    return _("given {at}").format(at=record_at(dose))


def is_only_a_note(one: DoseFacts, other: DoseFacts) -> bool:
    """Whether nothing but their notes tells two records apart."""
    said = [(dose.status, dose.taken_at, _amount(dose)) for dose in (one, other)]
    return said[0] == said[1] and one.note != other.note


def _now_and_before(dose: DoseFacts, before: DoseFacts) -> tuple[str, str]:
    if not dose.status == before.status == DoseStatus.TAKEN:
        return recorded_words(dose), recorded_words(before)
    if _amount(dose) != _amount(before):
        return _given_amount(dose), _given_amount(before, short=True)
    return recorded_words(dose), record_clock(before)


def _differ_in_amount(one: DoseFacts, other: DoseFacts) -> bool:
    return one.status == other.status == DoseStatus.TAKEN and _amount(one) != _amount(other)


def _taken_words(dose: DoseFacts, *, names_amount: bool) -> str:
    """ "taken at 07:00", "850 mg taken at 07:00", or "skipped"."""
    if dose.status == DoseStatus.SKIPPED:
        return _("skipped")
    if names_amount or dose.given:
        words = _("{amount} taken {at}")
        return words.format(amount=escape(_amount(dose)), at=record_at(dose))
    return _("taken {at}").format(at=record_at(dose))


def _note_words(dose: DoseFacts, before: DoseFacts) -> str:
    if not dose.note:
        return _("without the note “{note}”").format(note=escape(before.note or ""))
    return _("with the note “{note}”").format(note=escape(dose.note))


def _given_amount(dose: DoseFacts, *, short: bool = False) -> str:
    words = _("{amount} {at}") if short else _("{amount} given {at}")
    return words.format(amount=escape(_amount(dose)), at=record_at(dose))


def _amount(dose: DoseFacts) -> str:
    return dose.given or dose.dosage
