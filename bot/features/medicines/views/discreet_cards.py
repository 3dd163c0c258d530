"""Cards for members who want no names of medicines on them, and everybody else's."""

from collections.abc import Sequence
from dataclasses import replace
from string import ascii_uppercase

from bot.features.medicines.views import cards
from bot.ui.answer import Answer, Button, Screen
from bot.ui.length import shorten
from bot.ui.presses.arguments import CardOfSlot
from bot.ui.presses.doses import ShowNames
from bot.ui.wording import _
from domain.medicines.doses.facts import DoseFacts
from domain.medicines.doses.slot_cards import CardFacts

_TOAST = 190  # of the 200 characters that Telegram shows


def slot_card(facts: CardFacts) -> Screen:
    """The card; without names, they are behind a button of the newest."""
    if not facts.hides_names:
        return cards.slot_card(facts)
    called_off = [dose for dose, _status in facts.suspended]
    hidden = without_names([*facts.doses, *called_off])
    statuses = [status for _dose, status in facts.suspended]
    count = len(facts.doses)
    shown = replace(
        facts,
        doses=hidden[:count],
        suspended=list(zip(hidden[count:], statuses, strict=True)),
    )
    card = cards.slot_card(shown)
    if facts.asked_again or not facts.doses:
        return card
    press = ShowNames(
        family_id=facts.family_id,
        person_id=facts.care_recipient_id,
        card=CardOfSlot(facts.slot_at, facts.part),
    )
    return replace(card, keyboard=(*card.keyboard, (Button(_("👁 What is it?"), press.encode()),)))


def names(doses: Sequence[DoseFacts]) -> Answer:
    """What the doses of a card are, for a moment."""
    return Answer(toast=names_in_words(doses), alert=True)


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


def stand_in(place: int) -> str:
    """What the medicine at that place of a message is called, where its name isn't wanted."""
    return _name(place)


def _name(place: int) -> str:
    round_, letter = divmod(place, len(ascii_uppercase))
    return _("Medicine {letter}").format(letter=ascii_uppercase[letter] * (round_ + 1))
