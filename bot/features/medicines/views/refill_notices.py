"""The reminder that medicines are running out, and who will get more."""

from dataclasses import replace

from bot.features.medicines.views.discreet_cards import stand_in
from bot.features.medicines.views.stock.levels import left_in_words
from bot.ui.answer import Answer, Button, Keyboard, Screen
from bot.ui.length import fitting, label, shorten, toast
from bot.ui.presses.medicines import PromiseRefill
from bot.ui.presses.overview import RunCommand
from bot.ui.wording import _, escape
from domain.medicines.stock.levels import Refilled
from domain.medicines.stock.notices import RefillFacts, RefillItem
from domain.models.medicines import MedicineStatus


def notice(facts: RefillFacts) -> Screen:
    """The reminder: what is running out, and who gets it. Without names, /meds has them."""
    if facts.hides_names:
        hidden = [replace(one, name=stand_in(at)) for at, one in enumerate(facts.items)]
        shown = notice(replace(facts, items=hidden, hides_names=False))
        meds = RunCommand(family_id=facts.family_id, command="meds")
        rows = (*shown.keyboard, (Button(_("💊 All medicines"), meds.encode()),))
        return replace(shown, keyboard=rows)
    is_low = any(item.is_low for item in facts.items)
    head = _("📦 <b>{person}</b>: stock")
    if is_low:
        head = _("📦 <b>{person}</b>'s medicines are running low")
    lines = [head.format(person=escape(facts.person))]
    lines += fitting([_item(item, facts) for item in facts.items])
    return Screen("\n".join(lines), _promises(facts))


def _item(item: RefillItem, facts: RefillFacts) -> str:
    left = left_in_words(item.stock, facts.zone, now=facts.now)
    if item.status is MedicineStatus.PAUSED:
        return _("⏸ {name} (paused): {left}").format(name=escape(item.name), left=left)
    if item.status is MedicineStatus.STOPPED:
        return _("⏹ {name} (stopped): {left}").format(name=escape(item.name), left=left)
    if not item.is_low:
        return _("✅ {name}: {left}").format(name=escape(item.name), left=left)
    words = _("• {name}: {left}").format(name=escape(item.name), left=left)
    if item.stock.promised_by:
        words += _("\n<i>{who} will get it</i>").format(who=escape(item.stock.promised_by))
    return words


def _promises(facts: RefillFacts) -> Keyboard:
    return tuple(
        (
            Button(
                _("🛒 I'll get it: {name}").format(name=label(item.name)),
                PromiseRefill(family_id=facts.family_id, medication_id=item.medication_id).encode(),
            ),
        )
        for item in facts.items
        if item.is_low and item.stock.promised_by is None
    )


def promised(outcome: Refilled) -> Answer:
    words = _(
        "Thank you. I won't remind anyone about the stock of {name} until somebody types /refill."
    )
    return Answer(toast=toast(words.format(name=shorten(outcome.medicine.name, to=80))))
