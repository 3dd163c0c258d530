"""How much of a medicine is left, how long it lasts, and when the reminder comes."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from math import ceil
from zoneinfo import ZoneInfo

from bot.ui.wording import _, escape, ngettext
from bot.ui.words.amounts import (
    amount_in_words,
    least_of,
    more_in_words,
    range_in_words,
)
from bot.ui.words.dates import day_and_month, full_date
from bot.ui.words.times import show_clock
from bot.ui.words.units import PIECE, plural_name
from domain.medicines.facts import MedicineFacts
from domain.medicines.schedule_changes.amounts import own_dosages
from domain.medicines.schedules.kinds import AsNeeded
from domain.medicines.stock.levels import Stock
from domain.medicines.stock.measures import stock_use
from domain.medicines.stock.projection import Forecast, Lasts
from domain.models.medicines import MedicineStatus

_BY_THE_SCHEDULE = frozenset({Lasts.RUNS_OUT, Lasts.TO_THE_END, Lasts.FOR_YEARS})


def stock_lines(
    stock: Stock, medicine: MedicineFacts, *, now: datetime, may_refill: bool = True
) -> Sequence[str]:
    """ "📦 9 tablets left: enough for 9 days, the last one on 17 June", and the lines below it."""
    if stock.amount is None or stock.unit is None:
        words = _("📦 Stock: not counted.")
        if may_refill:
            words = _("📦 Stock: not counted. Type /refill {name} 30")
        return [words.format(name=escape(medicine.name))]
    left = left_in_words(stock, medicine.zone, now=now)
    words = _("📦 {left}").format(left=left[:1].upper() + left[1:])
    if stock.promised_by:
        words += _(". {name} will get more").format(name=escape(stock.promised_by))
    return [words, *_counted_as(stock, medicine), *of_a_dose(stock, medicine)]


def _counted_as(stock: Stock, medicine: MedicineFacts) -> Sequence[str]:
    """Which amount of a range the forecast counts, where there is one."""
    ranges = [
        dosage
        for dosage in own_dosages(medicine.schedule) or [medicine.dosage]
        if dosage.most is not None
    ]
    if not ranges or stock.forecast.kind not in _BY_THE_SCHEDULE:
        return []
    if len(set(ranges)) > 1:
        return [_("I count the larger amount each time.")]
    largest = ranges[0].largest
    amount = amount_in_words(largest.amount or Decimal(1), largest.unit or PIECE)
    return [_("I count the larger amount each time: {amount}.").format(amount=amount)]


def of_a_dose(stock: Stock, medicine: MedicineFacts) -> Sequence[str]:
    """How much of the stock one dose takes if the units differ, or that this is still unknown."""
    unit = stock.unit or PIECE
    if stock.unmeasured is not None:
        return [stock_question(least_of(stock.unmeasured).words, unit)]
    if own_dosages(medicine.schedule):
        return []
    amount = stock_use(medicine.dosage, unit, stock.measure)
    if medicine.dosage.unit == unit or amount is None:
        return []
    most = stock_use(medicine.dosage.largest, unit, stock.measure)
    words = amount_in_words(amount, unit)
    if most is not None and most > amount:
        words = range_in_words(amount, most, unit)
    return [
        _("One dose ({dosage}) uses {amount}.").format(
            dosage=escape(medicine.dosage.words), amount=words
        )
    ]


def stock_question(dosage: str, unit: str) -> str:
    if unit == PIECE:
        return _("❔ Stock: how many pieces make one dose ({dosage})?").format(
            dosage=escape(dosage)
        )
    return _("❔ Stock: how many {units} make one dose ({dosage})?").format(
        units=plural_name(unit), dosage=escape(dosage)
    )


def left_in_words(stock: Stock, zone: ZoneInfo, *, now: datetime) -> str:
    """ "9 tablets left: enough for 9 days, the last one on 17 June", in *zone*."""
    amount, unit = stock.amount or Decimal(0), stock.unit or PIECE
    if stock.forecast.kind is Lasts.NOTHING_TO_COME and amount <= 0:
        return _("none left, and nothing more is planned")
    if amount < 0:
        return ngettext(
            "none left ({more} was given than counted)",
            "none left ({more} were given than counted)",
            ceil(-amount),
        ).format(more=more_in_words(-amount, unit))
    if amount == 0:
        return _("none left")
    return _how_long(amount_in_words(amount, unit), stock.forecast, zone, now)


def _how_long(left: str, forecast: Forecast, zone: ZoneInfo, now: datetime) -> str:
    days = forecast.days or 0
    match forecast.kind:
        case Lasts.RUNS_OUT:
            return _runs_out(left, forecast, zone, now)
        case Lasts.TO_THE_END if forecast.last_at is not None:
            return _("{left} left: enough for the whole course, last dose on {date}").format(
                left=left, date=_date(forecast.last_at, zone, now)
            )
        case Lasts.TO_THE_END:
            return _("{left} left: enough for the whole course").format(left=left)
        case Lasts.NOTHING_TO_COME:
            return _("{left} left: nothing more is planned").format(left=left)
        case Lasts.FOR_YEARS:
            return _("{left} left: enough for more than two years").format(left=left)
        case Lasts.ABOUT if days == 0:
            return _("{left} left: less than a day at the rate of the last few weeks").format(
                left=left
            )
        case Lasts.ABOUT:
            return ngettext(
                "{left} left: about {count} day at the rate of the last few weeks",
                "{left} left: about {count} days at the rate of the last few weeks",
                days,
            ).format(left=left, count=days)
        case _:
            return _("{left} left").format(left=left)


def _runs_out(left: str, forecast: Forecast, zone: ZoneInfo, now: datetime) -> str:
    if forecast.last_at is None:
        return _("{left} left: not enough for the next dose").format(left=left)
    date, days = _date(forecast.last_at, zone, now), forecast.days or 0
    if not forecast.is_last_day_whole:
        time = show_clock(forecast.last_at.astimezone(zone))
        date = _("{date} at {time}").format(date=date, time=time)
    if days == 0:
        return _("{left} left: not enough for a whole day, last dose on {date}").format(
            left=left, date=date
        )
    return ngettext(
        "{left} left: enough for {count} day, last dose on {date}",
        "{left} left: enough for {count} days, last dose on {date}",
        days,
    ).format(left=left, count=days, date=date)


def _date(at: datetime, zone: ZoneInfo, now: datetime) -> str:
    """ "17 June", with the year if it isn't this year."""
    day = at.astimezone(zone).date()
    return day_and_month(day) if day.year == now.astimezone(zone).year else full_date(day)


def reminder_line(stock: Stock, medicine: MedicineFacts) -> str:
    """When the refill reminder comes, given the current stock."""
    if stock.amount is None:
        return _("Nobody has counted its stock, so I won't remind you about it.")
    if medicine.status is not MedicineStatus.ACTIVE:
        return _("I won't remind you about its stock while it isn't being given.")
    if stock.forecast.kind is Lasts.NOTHING_TO_COME:
        return _("I won't remind you about its stock.")
    if stock.promised_by:
        return _("I won't remind anyone about its stock until somebody types /refill.")
    if stock.is_low:
        return _(
            "I'll remind you every morning until there's more or somebody says they'll get it."
        )
    match stock.forecast.kind:
        case Lasts.RUNS_OUT | Lasts.FOR_YEARS if not isinstance(medicine.schedule, AsNeeded):
            return ngettext(
                "I'll remind you {days} day before it runs out.",
                "I'll remind you {days} days before it runs out.",
                stock.refill_days,
            ).format(days=stock.refill_days)
        case Lasts.ABOUT | Lasts.FOR_YEARS:
            return ngettext(
                "I'll remind you when about {days} day's worth is left.",
                "I'll remind you when about {days} days' worth is left.",
                stock.refill_days,
            ).format(days=stock.refill_days)
        case Lasts.TO_THE_END:
            return _("That's enough, so I won't remind you about its stock.")
        case Lasts.NO_ESTIMATE:
            return _(
                "I can't say how long it lasts until I've seen a week of use. Until then, I'll "
                "remind you when none is left."
            )
        case _:
            # Nothing is deducted for a dose until somebody says how much of the stock it takes.
            return _(
                "I can't remind you about its stock until I know how many {units} make one dose."
            ).format(units=plural_name(stock.unit or PIECE))
