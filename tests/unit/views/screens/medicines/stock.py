"""Screens about stock and refills."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial

from bot.features.medicines.views import (
    refill_notices,
)
from bot.features.medicines.views.stock import overview, refills
from bot.grammar.commands.refills import StockChangeKind, TypedAmount
from domain.medicines.dosages import Dosage
from domain.medicines.stock.levels import Refilled
from domain.medicines.stock.measures import Measure
from domain.medicines.stock.notices import RefillFacts, RefillItem
from domain.medicines.stock.projection import NOT_COMPUTED, Forecast, Lasts
from domain.models.medicines import MedicineStatus
from tests.unit.views.screens.conversation import choice
from tests.unit.views.screens.home import AS_NEEDED, FAMILY_ID, LONDON, NOW, Home, View


def stock_screens(home: Home) -> Mapping[str, View]:
    words, saved, have = home.words, home.saved, home.stock
    refilled = Refilled(saved, have, Decimal(2))
    for_a_month = replace(
        have,
        amount=Decimal(63),
        forecast=Forecast(Lasts.RUNS_OUT, 31, NOW + timedelta(days=31)),
    )
    one_less = replace(have, forecast=Forecast(Lasts.RUNS_OUT, 1, NOW + timedelta(days=1), False))
    low = replace(have, amount=Decimal(2), forecast=Forecast(Lasts.RUNS_OUT, 2, NOW))
    item = RefillItem(saved.id, words.medicine, low, is_low=True)
    none_left = replace(have, amount=Decimal(0), forecast=Forecast(Lasts.RUNS_OUT, 0))
    idle = replace(low, forecast=NOT_COMPUTED)
    not_given = (MedicineStatus.PAUSED, MedicineStatus.STOPPED)
    items = [
        item,
        replace(item, stock=none_left),
        replace(item, stock=replace(low, promised_by=words.ben)),
        replace(item, stock=have, is_low=False),
        *(replace(item, stock=idle, is_low=False, status=status) for status in not_given),
    ]
    notice = RefillFacts(FAMILY_ID, words.person, LONDON, NOW, items)
    added = TypedAmount(Decimal("10.5"), None)
    boxes = TypedAmount(
        Decimal(61),
        None,
        parts=((Decimal(2), Decimal(28)), (Decimal(1), Decimal(5))),
    )
    measure = Measure(Decimal("0.5"), Decimal(100), "mg")
    strength = replace(
        saved, dosage=Dosage(words.dosage, Decimal(100), "mg")
    )  # the stock is counted in tablets
    over = replace(have, amount=Decimal(-2), forecast=Forecast(Lasts.RUNS_OUT, 0))

    def answer(outcome: Refilled, typed: TypedAmount = added) -> View:
        return partial(refills.refilled, outcome, typed, member=home.member, now=NOW)

    def lasting(kind: Lasts, days: int | None = None, last_at: datetime | None = None) -> View:
        unlike = replace(have, forecast=Forecast(kind, days, last_at))
        return answer(Refilled(saved, unlike))

    unclear = replace(have, forecast=Forecast(Lasts.NO_ESTIMATE), promised_by=words.ben)
    unknown = replace(have, forecast=Forecast(Lasts.UNMEASURED), unmeasured=strength.dosage)
    paused = replace(saved, status=MedicineStatus.PAUSED)
    question = partial(
        refills.ask_per_dose,
        words.medicine,
        dosage=words.dosage,
        unit="tablet",
        choices=[choice("½"), choice("1")],
    )
    uncounted = replace(have, amount=None, unit=None, forecast=NOT_COMPUTED)
    promised = replace(low, promised_by=words.ben)
    all_stocks = [(saved, each) for each in (none_left, promised, have, uncounted)]
    return {
        "stocks": partial(overview.stocks, all_stocks, member=home.member, now=NOW),
        "stocks_enough": partial(overview.stocks, [(saved, have)], member=home.member, now=NOW),
        "stocks_uncounted": partial(
            overview.stocks, [(saved, uncounted)], member=home.member, now=NOW
        ),
        "refill_which": partial(refills.ask_which, [choice(words.medicine)], typed=words.medicine),
        "refill_amount": partial(refills.ask_amount, words.medicine),
        "refill_confirm": partial(
            refills.confirm,
            words.medicine,
            person=words.person,
            understood=refills.not_saved_yet(boxes, "tablet"),
        ),
        "refill_per_dose": partial(question, understood=refills.not_saved_yet(boxes, "tablet")),
        "per_dose": partial(question, not_now=choice(refills.not_now_label())),
        "per_dose_of_pieces": partial(question, unit="piece"),
        "per_dose_not_now": partial(refills.not_measured, "tablet"),
        "per_dose_said_first": partial(refills.measured_first, "tablet"),
        "per_dose_meanwhile": partial(refills.measured_meanwhile, "tablet"),
        "measured": partial(
            refills.measured,
            Refilled(strength, replace(have, measure=measure)),
            member=home.member,
            now=NOW,
        ),
        "refilled": answer(refilled),
        "refilled_by_boxes": answer(Refilled(saved, for_a_month, Decimal(2)), boxes),
        "refilled_from_below_none": answer(Refilled(saved, low, Decimal("-8.5"))),
        "refilled_below_none": answer(Refilled(saved, over, Decimal(-4))),
        "refilled_without_an_end": answer(Refilled(saved, unclear)),
        "refilled_without_a_measure": answer(Refilled(strength, unknown)),
        "refilled_for_a_part_of_a_day": answer(Refilled(saved, one_less)),
        "refilled_for_not_even_a_dose": answer(
            Refilled(saved, replace(have, forecast=Forecast(Lasts.RUNS_OUT, 0)))
        ),
        "refilled_for_not_even_a_day": answer(
            Refilled(saved, replace(have, forecast=Forecast(Lasts.RUNS_OUT, 0, NOW, False)))
        ),
        "refilled_to_the_end": lasting(Lasts.TO_THE_END, last_at=NOW + timedelta(days=60)),
        "refilled_to_the_end_as_needed": lasting(Lasts.TO_THE_END),
        "refilled_with_nothing_to_come": lasting(Lasts.NOTHING_TO_COME),
        "refilled_to_none_with_nothing_to_come": answer(
            Refilled(
                saved, replace(none_left, forecast=Forecast(Lasts.NOTHING_TO_COME)), Decimal(2)
            ),
            TypedAmount(Decimal(0), None, StockChangeKind.COUNTED),
        ),
        "refilled_for_years_as_needed": answer(
            Refilled(
                replace(saved, schedule=AS_NEEDED),
                replace(have, forecast=Forecast(Lasts.FOR_YEARS)),
            )
        ),
        "refilled_for_years": lasting(Lasts.FOR_YEARS),
        "refilled_by_a_guess": lasting(Lasts.ABOUT, 9),
        "refilled_by_a_guess_of_hours": lasting(Lasts.ABOUT, 0),
        "refilled_while_paused": answer(Refilled(paused, replace(have, forecast=NOT_COMPUTED))),
        "refilled_to_none": answer(
            Refilled(saved, none_left, Decimal(2)),
            TypedAmount(Decimal(0), None, StockChangeKind.COUNTED),
        ),
        "refilled_by_less": answer(
            Refilled(saved, low, Decimal(4)), TypedAmount(Decimal(2), None, StockChangeKind.FEWER)
        ),
        "refill_days_set": partial(refills.refill_days_set, refilled),
        "refill_days_set_of_what_nobody_counted": partial(
            refills.refill_days_set,
            Refilled(saved, replace(have, amount=None, unit=None, forecast=NOT_COMPUTED)),
        ),
        "refill_days_set_of_what_is_low": partial(refills.refill_days_set, Refilled(saved, low)),
        "refill_promised": partial(refill_notices.promised, Refilled(saved, unclear)),
        "notice_refill": partial(refill_notices.notice, notice),
        "notice_refill_without_names": partial(
            refill_notices.notice, replace(notice, hides_names=True)
        ),
        "notice_refill_of_what_is_there_again": partial(
            refill_notices.notice, replace(notice, items=items[3:])
        ),
    }
