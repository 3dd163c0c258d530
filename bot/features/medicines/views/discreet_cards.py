"""Cards for members who want no names of medicines on them, and everybody else's."""

from collections.abc import Sequence
from dataclasses import replace

from bot.features.medicines.views import cards
from bot.ui.answer import Answer, Button, Screen
from bot.ui.presses.arguments import CardOfSlot
from bot.ui.presses.doses import ShowNames
from bot.ui.wording import _
from bot.ui.words.hidden import names_in_words, without_names
from domain.medicines.doses.facts import DoseFacts
from domain.medicines.doses.slot_cards import CardFacts


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
    words = names_in_words(doses) if doses else _("Nothing is due here any more.")
    return Answer(toast=words, alert=True)
