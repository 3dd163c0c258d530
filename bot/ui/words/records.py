"""A dose's record in words, and how it differs from the record before."""

from bot.ui.wording import _, escape
from bot.ui.words.dose_times import record_clock
from domain.medicines.doses.facts import DoseFacts
from domain.models.medicines import DoseStatus


def change_words(dose: DoseFacts, *, instead_of: DoseFacts, again: bool = False) -> str:
    """ "given at 07:00 instead of 05:30": the current record and the one it replaced."""
    if _is_only_a_note(dose, instead_of):
        if not dose.note:
            return _("without the note “{note}”").format(note=escape(instead_of.note or ""))
        return _("with the note “{note}”").format(note=escape(dose.note))
    now, before = recorded_words(dose), recorded_words(instead_of)
    if dose.status == instead_of.status == DoseStatus.TAKEN:
        if _amount(dose) != _amount(instead_of):
            now, before = _given_amount(dose), _given_amount(instead_of, short=True)
        else:
            before = record_clock(instead_of)
    words = _("{now} again, instead of {before}") if again else _("{now} instead of {before}")
    return words.format(now=now, before=before)


def recorded_words(dose: DoseFacts) -> str:
    """ "given at 07:00", or "skipped"."""
    if dose.status == DoseStatus.SKIPPED:
        return _("skipped")
    if dose.given:
        return _given_amount(dose)
    return _("given at {time}").format(time=record_clock(dose))


def _given_amount(dose: DoseFacts, *, short: bool = False) -> str:
    words = _("{amount} at {time}") if short else _("{amount} given at {time}")
    return words.format(amount=escape(_amount(dose)), time=record_clock(dose))


def _amount(dose: DoseFacts) -> str:
    return dose.given or dose.dosage


def _is_only_a_note(one: DoseFacts, other: DoseFacts) -> bool:
    said = [(dose.status, dose.taken_at, _amount(dose)) for dose in (one, other)]
    return said[0] == said[1] and one.note != other.note
