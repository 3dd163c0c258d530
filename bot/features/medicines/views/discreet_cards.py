"""Cards for members who want no names of medicines on them, or few words, and everybody else's."""

from collections.abc import Sequence
from dataclasses import replace
from string import ascii_uppercase

from bot.features.medicines.views import cards
from bot.ui.answer import Answer, Button, Screen
from bot.ui.length import fitting, shorten
from bot.ui.presses.arguments import CardOfSlot
from bot.ui.presses.doses import ShowNames, Take, TakeAll
from bot.ui.presses.press import Press
from bot.ui.wording import _, escape
from bot.ui.words.times import show_clock
from domain.medicines.doses.facts import RESOLVED, UNANSWERED, DoseFacts
from domain.medicines.doses.slot_cards import CardFacts
from domain.models.medicines import DoseStatus

_TOAST = 190  # of the 200 characters that Telegram shows


def slot_card(facts: CardFacts) -> Screen:
    """The card; without names, they are behind a button of the newest."""
    if not facts.hides_names:
        return _big_card(facts) if facts.is_big else cards.slot_card(facts)
    called_off = [dose for dose, _status in facts.suspended]
    hidden = without_names([*facts.doses, *called_off])
    statuses = [status for _dose, status in facts.suspended]
    count = len(facts.doses)
    shown = replace(
        facts,
        doses=hidden[:count],
        suspended=list(zip(hidden[count:], statuses, strict=True)),
    )
    card = _big_card(shown) if facts.is_big else cards.slot_card(shown)
    if facts.asked_again or not facts.doses:
        return card
    press = ShowNames(
        family_id=facts.family_id,
        person_id=facts.care_recipient_id,
        card=CardOfSlot(facts.slot_at, facts.part),
    )
    return replace(card, keyboard=(*card.keyboard, (Button(_("👁 What is it?"), press.encode()),)))


def _big_card(facts: CardFacts) -> Screen:
    """For somebody who wants few words and one button. What is answered has none: a second tap must
    not undo the first. A medicine that is given in a range is asked about as usual.
    """
    usual = cards.slot_card(facts)
    still_open = [dose for dose in facts.doses if dose.status is DoseStatus.PENDING]
    if facts.asked_again or any(dose.most is not None for dose in facts.doses):
        return usual
    at = show_clock(facts.slot_at.astimezone(facts.zone))
    if not still_open:
        is_done = bool(facts.doses) and all(dose.status in RESOLVED for dose in facts.doses)
        is_over = all(dose.status in UNANSWERED for dose in facts.doses)
        if facts.doses and is_over and not facts.suspended:
            # What is left to ask is asked in a message of its own.
            return Screen(_("⏰ <b>{time}</b>\n\nThis time is over.").format(time=at))
        thanks = _("👍 <b>Done. Thank you!</b>")
        return Screen(f"{thanks}\n\n{usual.text}" if is_done else usual.text)
    lines = [f"⏰ <b>{at}</b>", ""]
    lines += [f"💊 <b>{escape(dose.name)}</b>\n<b>{escape(dose.dosage)}</b>" for dose in still_open]
    if facts.is_repeat:
        lines += ["", _("🔁 This may be a repeat. Have you taken it already?")]
    elif facts.is_late:
        lines += ["", _("⏳ This reminder is late.")]
    elif facts.is_reminder:
        lines += ["", _("🔔 I'm asking again.")]
    take: Press = TakeAll(
        family_id=facts.family_id,
        person_id=facts.care_recipient_id,
        card=CardOfSlot(facts.slot_at, facts.part),
    )
    if len(facts.doses) == 1:
        take = Take(family_id=facts.family_id, dose_id=facts.doses[0].id)
    return Screen("\n".join(fitting(lines)), ((Button(_("✅ Taken"), take.encode()),),))


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
