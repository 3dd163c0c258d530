"""What is left of medicines: refills, days left, and the reminder to get more."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from bot.views.answer import Answer, Button, Keyboard, Screen, say
from bot.views.callbacks import Callback, Verb
from bot.views.length import fitting, label
from bot.views.times import full_date
from bot.views.wording import _, escape, ngettext
from domain.cards import RefillFacts, RefillItem
from domain.database import Member
from domain.medicines import MedicineFacts
from domain.stock import Refilled, Stock

PIECE = "piece"
REFILL_DAYS = (3, 7, 14)


def amount_in_words(amount: Decimal, unit: str) -> str:
    """ "12 tablets", "2.5 ml", "½ tablet"."""
    number = f"{amount.normalize():f}"
    whole, half = divmod(amount, 1)
    if half == Decimal("0.5"):
        number = f"{whole:f}½" if whole else "½"
    is_measure = len(unit) <= 2 or unit == "unit"
    if unit == PIECE:
        return number
    plural = unit if is_measure or amount <= 1 else f"{unit}s"
    return f"{number} {plural}"


def stock_line(stock: Stock, medicine: MedicineFacts, *, now: datetime) -> str:
    """ "📦 12 tablets left, enough for 6 days"."""
    if stock.amount is None or stock.unit is None:
        return _("📦 Stock: not counted. Type /refill {name} 30").format(name=escape(medicine.name))
    left = amount_in_words(stock.amount, stock.unit)
    days = stock.days_left(medicine.zone, now=now)
    if stock.amount == 0:
        words = _("📦 None left")
    elif days is None or stock.runs_out_at is None:
        words = _("📦 {amount} left").format(amount=left)
    else:
        words = ngettext(
            "📦 {amount} left, enough for {count} day (until {date})",
            "📦 {amount} left, enough for {count} days (until {date})",
            days,
        ).format(
            amount=left,
            count=days,
            date=full_date(stock.runs_out_at.astimezone(medicine.zone).date()),
        )
    if stock.promised_by:
        words += _(". {name} gets more").format(name=escape(stock.promised_by))
    return words


def refilled(outcome: Refilled, *, member: Member, now: datetime) -> Answer:
    """What is there now, and how long it lasts."""
    medicine, stock = outcome.medicine, outcome.stock
    text = _("✅ <b>{name}</b>: {stock}").format(
        name=escape(medicine.name), stock=stock_line(stock, medicine, now=now)
    )
    text += "\n" + _("I remind {days} days before it runs out.").format(days=stock.refill_days)
    undo = Button(_("↩️ Undo"), Callback(Verb.MENU, argument="undo").encode())
    days = tuple(
        Button(
            _("{count} days").format(count=count),
            Callback(Verb.REFILL_DAYS, member.family_id, medicine.id, str(count)).encode(),
        )
        for count in REFILL_DAYS
    )
    return say(text, ((undo,), days))


def refill_days_set(outcome: Refilled) -> Answer:
    return Answer(
        toast=_("I will remind {days} days before it runs out.").format(
            days=outcome.stock.refill_days
        )
    )


def ask_which(medicines: Sequence[Button]) -> Screen:
    return Screen(_("Which medicine?"), tuple((button,) for button in medicines))


def ask_amount(name: str) -> Screen:
    return Screen(
        _(
            "How much {name} have you got? Type what was added, for example <i>30</i> or"
            " <i>200 ml</i>, or <i>= 12</i> for what is left in all."
        ).format(name=escape(name))
    )


def ask_per_dose(dosage: str, choices: Sequence[Button]) -> Screen:
    return Screen(
        _("How many of them make one dose ({dosage})? Tap, or type a number.").format(
            dosage=escape(dosage)
        ),
        (tuple(choices),),
    )


def notice(facts: RefillFacts) -> Screen:
    """The reminder: what runs out, and who gets it."""
    lines = [_("📦 <b>{person}</b>: running out").format(person=escape(facts.person))]
    lines += fitting([_item(item) for item in facts.items])
    return Screen("\n".join(lines), _promises(facts))


def _item(item: RefillItem) -> str:
    name = escape(item.name)
    if not item.is_low:
        return _("✅ {name}: refilled").format(name=name)
    left = amount_in_words(item.amount, item.unit)
    if item.amount == 0 or item.days_left is None:
        words = _("• {name}: none left").format(name=name)
    else:
        words = ngettext(
            "• {name}: {amount} left, for {count} day",
            "• {name}: {amount} left, for {count} days",
            item.days_left,
        ).format(name=name, amount=left, count=item.days_left)
    if item.promised_by:
        words += _("\n<i>{who} gets it</i>").format(who=escape(item.promised_by))
    return words


def _promises(facts: RefillFacts) -> Keyboard:
    return tuple(
        (
            Button(
                _("🛒 I'll get it: {name}").format(name=label(item.name)),
                Callback(Verb.PROMISE_REFILL, facts.family_id, item.medication_id).encode(),
            ),
        )
        for item in facts.items
        if item.is_low and item.promised_by is None
    )


def promised(outcome: Refilled) -> Answer:
    who = outcome.stock.promised_by or ""
    return Answer(toast=_("{who} gets it. I ask nobody else.").format(who=who))
