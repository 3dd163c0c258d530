"""Reminders that don't say what is taken, for members who share their screen with others."""

from collections.abc import Sequence
from dataclasses import replace
from string import ascii_uppercase

from bot.ui.length import shorten
from bot.ui.wording import _
from domain.medicines.doses.facts import DoseFacts

_TOAST = 190  # of the 200 characters that Telegram shows


def without_names(doses: Sequence[DoseFacts]) -> Sequence[DoseFacts]:
    """The same doses, called "Medicine A", "Medicine B", without what is noted beside the name."""
    return [
        replace(dose, name=_name(place), instructions=None, note=None)
        for place, dose in enumerate(doses)
    ]


def names_in_words(doses: Sequence[DoseFacts]) -> str:
    """ "Medicine A: Aspirin 100 mg", a line each, as much as a toast holds (no HTML)."""
    each = max(20, _TOAST // max(1, len(doses)))
    lines = [
        shorten(f"{_name(place)}: {dose.name} {dose.dosage}", to=each)
        for place, dose in enumerate(doses)
    ]
    return shorten("\n".join(lines), to=_TOAST)


def _name(place: int) -> str:
    round_, letter = divmod(place, len(ascii_uppercase))
    return _("Medicine {letter}").format(letter=ascii_uppercase[letter] * (round_ + 1))
