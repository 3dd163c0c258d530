"""What is left of medicines: refills, days left, and the reminder to get more."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from math import ceil
from zoneinfo import ZoneInfo

from bot.features.medicines.views.intakes import typed_line
from bot.grammar.commands.refills import Stocked, TypedAmount
from bot.ui.answer import Answer, Button, Keyboard, Screen, say
from bot.ui.buttons import undo_button
from bot.ui.callbacks import Callback, Verb
from bot.ui.length import fitting, label
from bot.ui.wording import _, escape, ngettext
from bot.ui.words.amounts import PIECE, amount_in_words, number_in_words, plural
from bot.ui.words.times import full_date, month_name
from domain.access import Action, may
from domain.database.scope import Member
from domain.medicines.facts import MedicineFacts
from domain.medicines.schedules.amounts import own_dosages
from domain.medicines.schedules.kinds import AsNeeded
from domain.medicines.stock.levels import Refilled, Stock
from domain.medicines.stock.measures import use
from domain.medicines.stock.notices import RefillFacts, RefillItem
from domain.medicines.stock.projection import Forecast, Lasts
from domain.models.medicines import MedicineStatus

REFILL_DAYS = (3, 7, 14)


def stock_lines(stock: Stock, medicine: MedicineFacts, *, now: datetime) -> Sequence[str]:
    """ "📦 9 tablets left: enough for 9 days, the last one on 17 June", and what goes with it."""
    if stock.amount is None or stock.unit is None:
        return [
            _("📦 Stock: not counted. Type /refill {name} 30").format(name=escape(medicine.name))
        ]
    words = _("📦 {left}").format(left=left_in_words(stock, medicine.zone, now=now))
    if stock.promised_by:
        words += _(". {name} gets more").format(name=escape(stock.promised_by))
    return [words, *_of_a_dose(stock, medicine)]


def _of_a_dose(stock: Stock, medicine: MedicineFacts) -> Sequence[str]:
    """How much of the stock a dose takes, where the units differ; the question, if that is open."""
    unit = stock.unit or PIECE
    if stock.unmeasured is not None:
        return [_stock_question(stock.unmeasured.words, unit)]
    if own_dosages(medicine.schedule):
        return []
    amount = use(medicine.dosage, unit, stock.measure)
    if medicine.dosage.unit == unit or amount is None:
        return []
    return [
        _("One dose ({dosage}) takes {amount}.").format(
            dosage=escape(medicine.dosage.words), amount=amount_in_words(amount, unit)
        )
    ]


def _stock_question(dosage: str, unit: str) -> str:
    if unit == PIECE:
        return _("❔ Stock: how many pieces make one dose ({dosage})?").format(
            dosage=escape(dosage)
        )
    return _("❔ Stock: how many {units} make one dose ({dosage})?").format(
        units=plural(unit), dosage=escape(dosage)
    )


def left_in_words(stock: Stock, zone: ZoneInfo, *, now: datetime) -> str:
    """ "9 tablets left: enough for 9 days, the last one on 17 June", in *zone*."""
    amount, unit = stock.amount or Decimal(0), stock.unit or PIECE
    if stock.forecast.kind is Lasts.NOTHING_TO_COME and amount <= 0:
        return _("None left, and nothing more is planned")
    if amount < 0:
        return ngettext(
            "None left ({amount} more was given than counted)",
            "None left ({amount} more were given than counted)",
            ceil(-amount),
        ).format(amount=amount_in_words(-amount, unit))
    if amount == 0:
        return _("None left")
    return _how_long(amount_in_words(amount, unit), stock.forecast, zone, now)


def _how_long(left: str, forecast: Forecast, zone: ZoneInfo, now: datetime) -> str:
    days = forecast.days or 0
    match forecast.kind:
        case Lasts.RUNS_OUT:
            return _runs_out(left, forecast, zone, now)
        case Lasts.TO_THE_END if forecast.last_at is not None:
            return _("{left} left: enough to the end, on {date}").format(
                left=left, date=_date(forecast.last_at, zone, now)
            )
        case Lasts.TO_THE_END:
            return _("{left} left: enough to the end").format(left=left)
        case Lasts.NOTHING_TO_COME:
            return _("{left} left: nothing more is planned").format(left=left)
        case Lasts.FOR_YEARS:
            return _("{left} left: enough for more than two years").format(left=left)
        case Lasts.ABOUT if days == 0:
            return _("{left} left: at the rate of the last weeks less than a day").format(left=left)
        case Lasts.ABOUT:
            return ngettext(
                "{left} left: at the rate of the last weeks about {count} day",
                "{left} left: at the rate of the last weeks about {count} days",
                days,
            ).format(left=left, count=days)
        case _:
            return _("{left} left").format(left=left)


def _runs_out(left: str, forecast: Forecast, zone: ZoneInfo, now: datetime) -> str:
    if forecast.last_at is None:
        return _("{left} left: not enough for the next dose").format(left=left)
    date, days = _date(forecast.last_at, zone, now), forecast.days or 0
    if not forecast.is_last_day_whole:
        time = f"{forecast.last_at.astimezone(zone):%H:%M}"
        date = _("{date} at {time}").format(date=date, time=time)
    if days == 0:
        return _("{left} left: not enough for a whole day, the last one on {date}").format(
            left=left, date=date
        )
    return ngettext(
        "{left} left: enough for {count} day, the last one on {date}",
        "{left} left: enough for {count} days, the last one on {date}",
        days,
    ).format(left=left, count=days, date=date)


def _date(at: datetime, zone: ZoneInfo, now: datetime) -> str:
    """ "17 June", with the year where it is another one."""
    day = at.astimezone(zone).date()
    if day.year != now.astimezone(zone).year:
        return full_date(day)
    return _("{day} {month}").format(day=day.day, month=month_name(day))


def reminder_line(stock: Stock, medicine: MedicineFacts) -> str:
    """When I remind of this stock; what is said is true of it as it is."""
    if stock.amount is None:
        return _("Nobody has counted its stock, so I won't remind you about it.")
    if medicine.status is not MedicineStatus.ACTIVE:
        return _("I won't remind you about its stock as long as it isn't given.")
    if stock.forecast.kind is Lasts.NOTHING_TO_COME:
        return _("Nothing more of it is planned, so I won't remind you about its stock.")
    if stock.promised_by:
        return _("{who} gets it, so I ask nobody else.").format(who=escape(stock.promised_by))
    if stock.is_low:
        return _("I remind every morning until there is more, or somebody gets it.")
    match stock.forecast.kind:
        case Lasts.RUNS_OUT | Lasts.FOR_YEARS if not isinstance(medicine.schedule, AsNeeded):
            return ngettext(
                "I remind {days} day before it runs out.",
                "I remind {days} days before it runs out.",
                stock.refill_days,
            ).format(days=stock.refill_days)
        case Lasts.ABOUT | Lasts.FOR_YEARS:
            return ngettext(
                "I remind when, at that rate, it is enough for {days} more day.",
                "I remind when, at that rate, it is enough for {days} more days.",
                stock.refill_days,
            ).format(days=stock.refill_days)
        case Lasts.TO_THE_END:
            return _("That is enough, so I won't remind you about its stock.")
        case Lasts.NO_GUESS:
            return _(
                "I can't say yet how long it lasts: it needs a week of use. Until then I remind"
                " when none is left."
            )
        case _:
            # Of a dose of which nobody has said how much it takes, nothing is taken.
            return _("I can't remind you about its stock until I know how many make one dose.")


def refilled(outcome: Refilled, typed: TypedAmount, *, member: Member, now: datetime) -> Answer:
    """What was understood, what is there now, and how long it lasts."""
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
        case Stocked.ADDED:
            return _("{amount} added").format(amount=amount)
        case Stocked.COUNTED:
            return _("{amount} counted").format(amount=amount)
        case Stocked.FEWER:
            return _("{amount} fewer").format(amount=amount)


def not_saved_yet(typed: TypedAmount, unit: str) -> str:
    """What was understood, under a question that comes first: "30 tablets to add"."""
    amount = amount_in_words(typed.amount, unit)
    match typed.kind:
        case Stocked.ADDED:
            return _("{amount} to add").format(amount=amount)
        case Stocked.COUNTED:
            return _("{amount} in all, not saved yet").format(amount=amount)
        case Stocked.FEWER:
            return _("{amount} to take off").format(amount=amount)


def _sum(outcome: Refilled, typed: TypedAmount, unit: str) -> Sequence[str]:
    """How what was there and what was typed make what is there; that it was below zero."""
    before, after = outcome.before, outcome.stock.amount
    if before is None or after is None or typed.kind is Stocked.COUNTED or before == 0:
        return []
    had = number_in_words(before) if before > 0 else f"−{number_in_words(-before)}"
    total = amount_in_words(after, unit) if after >= 0 else f"−{amount_in_words(-after, unit)}"
    line = _("{had} + {added} = {total}")
    if typed.kind is Stocked.FEWER:
        line = _("{had} − {lost} = {total}")
    number = number_in_words(typed.amount)
    line = line.format(had=had, added=number, lost=number, total=total)
    if before > 0:
        return [line]
    return [
        line,
        _(
            "More was given than counted before. If {amount} is all there is, type"
            " <code>/refill {name} = {number}</code>"
        ).format(
            amount=amount_in_words(typed.amount, unit),
            name=escape(outcome.medicine.name),
            number=number,
        ),
    ]


def measured(outcome: Refilled, *, member: Member, now: datetime) -> Answer:
    """How much of the stock a dose takes from now on, and how long it lasts."""
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
    """The button to say how much of the stock makes a dose, as long as nobody has."""
    if stock.unmeasured is None or not may(member.role, Action.CHANGE_MEDICINES):
        return ()
    return _measuring(stock, medicine, member)


def _measuring(stock: Stock, medicine: MedicineFacts, member: Member) -> Keyboard:
    if stock.unmeasured is None and not _of_a_dose(stock, medicine):
        return ()
    ask = Callback(Verb.PER_DOSE, member.family_id, medicine.id)
    return ((Button(_("📦 How many make one dose"), ask.encode()),),)


def _days_choices(stock: Stock, medicine: MedicineFacts, member: Member) -> Keyboard:
    """When to be reminded, where that makes a difference."""
    if stock.forecast.kind not in (Lasts.RUNS_OUT, Lasts.FOR_YEARS, Lasts.ABOUT, Lasts.NO_GUESS):
        return ()
    buttons = [
        Button(
            ngettext("{count} day", "{count} days", count).format(count=count),
            Callback(Verb.REFILL_DAYS, member.family_id, medicine.id, str(count)).encode(),
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
            "Set to {days} day, and it is low: {line}",
            "Set to {days} days, and it is low: {line}",
            days,
        ).format(days=days, line=line)
    )


def ask_which(medicines: Sequence[Button], *, typed: str) -> Screen:
    """A tap may record what was *typed* behind the name."""
    lines = [_("Which medicine?"), *typed_line(typed)]
    return Screen("\n".join(lines), tuple((button,) for button in medicines))


def ask_amount(name: str) -> Screen:
    return Screen(
        _(
            "How much {name} have you got? Type what was added, for example <i>30</i>,"
            " <i>2 boxes of 28</i> or <i>200 ml</i>; <i>= 12</i> for what is left in all, or"
            " <i>-2</i> for what was lost."
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
    """How many of the stock's unit make one *dosage*; *understood* is what an answer adds."""
    lines = [f"📦 <b>{escape(name)}</b>" + (f": {understood}" if understood else "")]
    lines.append(_stock_question(dosage, unit))
    if not_now is not None:
        lines.append(_("Until you tell me, doses take nothing from the stock."))
    lines.append(_("Tap, or type a number."))
    return Screen("\n".join(lines), (tuple(choices), *(((not_now,),) if not_now else ())))


def not_now_label() -> str:
    return _("Not now")


def not_measured() -> Answer:
    return say(_("OK. Doses take nothing from the stock until somebody tells me."))


def measured_first() -> Screen:
    return Screen(
        _("Somebody has told me meanwhile how many make one dose, so yours was not saved:")
    )


def measured_meanwhile() -> Screen:
    return Screen(_("Somebody has told me meanwhile, so yours was not saved. Is it still right?"))


def notice(facts: RefillFacts) -> Screen:
    """The reminder: what runs out, and who gets it."""
    is_low = any(item.is_low for item in facts.items)
    head = _("📦 <b>{person}</b>: running out") if is_low else _("📦 <b>{person}</b>: stock")
    lines = [head.format(person=escape(facts.person))]
    lines += fitting([_item(item, facts) for item in facts.items])
    return Screen("\n".join(lines), _promises(facts))


def _item(item: RefillItem, facts: RefillFacts) -> str:
    left = left_in_words(item.stock, facts.zone, now=facts.now)
    if not item.is_given:
        return _("⏸ {name}: {left}; it isn't given now").format(name=escape(item.name), left=left)
    if not item.is_low:
        return _("✅ {name}: {left}").format(name=escape(item.name), left=left)
    words = _("• {name}: {left}").format(name=escape(item.name), left=left)
    if item.stock.promised_by:
        words += _("\n<i>{who} gets it</i>").format(who=escape(item.stock.promised_by))
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
        if item.is_low and item.stock.promised_by is None
    )


def promised(outcome: Refilled) -> Answer:
    who = outcome.stock.promised_by or ""
    return Answer(toast=_("{who} gets it. I ask nobody else.").format(who=who))
