"""Refills: the questions, what was understood and what was saved."""

from collections.abc import Sequence
from datetime import datetime

from bot.features.medicines.views.giving.intake_questions import typed_line
from bot.features.medicines.views.stock.levels import (
    of_a_dose,
    reminder_line,
    stock_lines,
    stock_question,
)
from bot.grammar.commands.refills import StockChangeKind, TypedAmount
from bot.ui.answer import Answer, Button, Keyboard, Screen, say
from bot.ui.buttons import in_rows, undo_button
from bot.ui.presses.medicines import REFILL_DAYS, SetPerDose, SetRefillDays
from bot.ui.wording import _, escape, ngettext
from bot.ui.words.amounts import amount_in_words, number_in_words
from bot.ui.words.units import PIECE, is_named, plural_name
from domain.access import Action, may
from domain.database.scope import Member
from domain.medicines.facts import MedicineFacts
from domain.medicines.stock.levels import Refilled, Stock
from domain.medicines.stock.projection import Lasts


def refilled(outcome: Refilled, typed: TypedAmount, *, member: Member, now: datetime) -> Answer:
    """What was understood, the stock now, and how long it lasts."""
    medicine, stock = outcome.medicine, outcome.stock
    lines = [
        _("✅ <b>{name}</b> for {person}: {understood}").format(
            name=escape(medicine.name),
            person=escape(medicine.person),
            understood=understood(typed, stock.unit or PIECE),
        ),
        *_sum(outcome, typed, stock.unit or PIECE),
        *stock_lines(stock, medicine, now=now),
        reminder_line(stock, medicine),
    ]
    return say(
        "\n".join(lines),
        (
            (undo_button(),),
            *_measuring(stock, medicine, member),
            *_days_choices(stock, medicine, member),
        ),
    )


def understood(typed: TypedAmount, unit: str) -> str:
    """ "2 × 28 = 56 tablets added"."""
    amount = amount_in_words(typed.amount, unit)
    if typed.parts:
        parts = [
            number_in_words(each)
            if count == 1
            else f"{number_in_words(count)} × {number_in_words(each)}"
            for count, each in typed.parts
        ]
        amount = f"{' + '.join(parts)} = {amount}"
    match typed.kind:
        case StockChangeKind.ADDED:
            return _("{amount} added").format(amount=amount)
        case StockChangeKind.COUNTED:
            return _("total set to {amount}").format(amount=amount)
        case StockChangeKind.FEWER:
            return _("{amount} taken off").format(amount=amount)


def not_saved_yet(typed: TypedAmount, unit: str) -> str:
    """What was understood, shown below a question that has to be answered first: "30 tablets to
    add".
    """
    amount = amount_in_words(typed.amount, unit)
    match typed.kind:
        case StockChangeKind.ADDED:
            return _("{amount} to add").format(amount=amount)
        case StockChangeKind.COUNTED:
            return _("{amount} to set as the total").format(amount=amount)
        case StockChangeKind.FEWER:
            return _("{amount} to take off").format(amount=amount)


def confirm(name: str, *, person: str, understood: str) -> Screen:
    """Shows what was said in own words, before it is saved."""
    words = _("💊 <b>{name}</b> for {person}: {understood}.\nSave it?")
    return Screen(words.format(name=escape(name), person=escape(person), understood=understood))


def _sum(outcome: Refilled, typed: TypedAmount, unit: str) -> Sequence[str]:
    """How the old stock and the typed amount add up; mentions a stock that was below zero."""
    before, after = outcome.before, outcome.stock.amount
    if before is None or after is None or typed.kind is StockChangeKind.COUNTED or before == 0:
        return []
    had = number_in_words(before) if before > 0 else f"−{number_in_words(-before)}"
    total = amount_in_words(after, unit) if after >= 0 else f"−{amount_in_words(-after, unit)}"
    line = _("{had} + {added} = {total}")
    if typed.kind is StockChangeKind.FEWER:
        line = _("{had} − {lost} = {total}")
    number = number_in_words(typed.amount)
    line = line.format(had=had, added=number, lost=number, total=total)
    if before > 0:
        return [line]
    return [
        line,
        _(
            "More was given than had been counted. If {amount} is all there is, type "
            "<code>/refill {name} = {number}</code>"
        ).format(
            amount=amount_in_words(typed.amount, unit),
            name=escape(outcome.medicine.name),
            number=number,
        ),
    ]


def measured(outcome: Refilled, *, member: Member, now: datetime) -> Answer:
    """How much of the stock each dose takes from now on, and how long it lasts."""
    medicine, stock = outcome.medicine, outcome.stock
    lines = [
        _("✅ <b>{name}</b> for {person}").format(
            name=escape(medicine.name), person=escape(medicine.person)
        ),
        *stock_lines(stock, medicine, now=now),
        reminder_line(stock, medicine),
    ]
    return say("\n".join(lines), ((undo_button(),), *_measuring(stock, medicine, member)))


def measuring(stock: Stock, medicine: MedicineFacts, member: Member) -> Keyboard:
    """The button to say how much of the stock makes one dose, until somebody has said so."""
    if stock.unmeasured is None or not may(member.role, Action.CHANGE_MEDICINES):
        return ()
    return _measuring(stock, medicine, member)


def _measuring(stock: Stock, medicine: MedicineFacts, member: Member) -> Keyboard:
    if stock.unmeasured is None and not of_a_dose(stock, medicine):
        return ()
    ask = SetPerDose(family_id=member.family_id, medication_id=medicine.id)
    return ((Button(_per_dose_label(stock.unit or PIECE), ask.encode()),),)


def _per_dose_label(unit: str) -> str:
    if unit == PIECE:
        return _("📦 Amount per dose")
    units = plural_name(unit)
    if is_named(unit):
        units = units[:1].upper() + units[1:]
    return _("📦 {units} per dose").format(units=units)


def _days_choices(stock: Stock, medicine: MedicineFacts, member: Member) -> Keyboard:
    """When to send the reminder, if the choices differ."""
    if stock.forecast.kind not in (Lasts.RUNS_OUT, Lasts.FOR_YEARS, Lasts.ABOUT, Lasts.NO_ESTIMATE):
        return ()
    buttons = [
        Button(
            ngettext("🔔 {count} day before", "🔔 {count} days before", count).format(count=count),
            SetRefillDays(
                family_id=member.family_id, medication_id=medicine.id, days=count
            ).encode(),
        )
        for count in REFILL_DAYS
    ]
    return (tuple(buttons),)


def refill_days_set(outcome: Refilled) -> Answer:
    line = reminder_line(outcome.stock, outcome.medicine)
    if not outcome.stock.is_low:
        return Answer(toast=line)
    days = outcome.stock.refill_days
    return Answer(
        toast=ngettext(
            "Set to {days} day, and it's already low: {line}",
            "Set to {days} days, and it's already low: {line}",
            days,
        ).format(days=days, line=line)
    )


def ask_which(medicines: Sequence[Button], *, typed: str) -> Screen:
    """A tap also records what was *typed* after the name."""
    lines = [_("Which medicine?"), *typed_line(typed)]
    return Screen("\n".join(lines), in_rows(medicines))


def ask_amount(name: str) -> Screen:
    return Screen(
        _(
            "How much {name} did you get? For example <i>30</i>, <i>2 boxes of 28</i> or <i>200 "
            "ml</i>.\nTo set the total instead, type <i>= 12</i>. To take off what was lost, type "
            "<i>-2</i>."
        ).format(name=escape(name))
    )


def ask_per_dose(
    name: str,
    *,
    dosage: str,
    unit: str,
    choices: Sequence[Button],
    not_now: Button | None = None,
    understood: str = "",
) -> Screen:
    """How many of the stock's unit make one *dosage*; *understood* is what the answer will add."""
    lines = [f"📦 <b>{escape(name)}</b>" + (f": {understood}" if understood else "")]
    lines.append(stock_question(dosage, unit))
    if not_now is not None:
        lines.append(_("Until you tell me, doses won't reduce the stock."))
    lines.append(_("Tap, or type a number."))
    return Screen("\n".join(lines), (tuple(choices), *(((not_now,),) if not_now else ())))


def not_now_label() -> str:
    return _("Not now")


def not_measured(unit: str) -> Answer:
    words = _(
        "OK. Doses won't reduce the stock until somebody tells me how many {units} make one dose."
    )
    return say(words.format(units=plural_name(unit)))


def measured_first(unit: str) -> Screen:
    words = _(
        "Somebody has already told me how many {units} make one dose, so your answer wasn't saved:"
    )
    return Screen(words.format(units=plural_name(unit)))


def measured_meanwhile(unit: str) -> Screen:
    words = _(
        "Somebody has already set how many {units} make one dose, so your answer wasn't saved. If "
        "theirs is wrong, answer again:"
    )
    return Screen(words.format(units=plural_name(unit)))
