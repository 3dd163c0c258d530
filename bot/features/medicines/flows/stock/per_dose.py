"""How many units of the stock make one dose: asked by a button, and after a change of the
dosage.
"""

from dataclasses import replace
from decimal import Decimal
from typing import Any
from uuid import UUID

from bot.conversation.engine import AbandonPolicy, Choice, Data, Flow, Reply, Step, finished
from bot.features.medicines.flows.renewal import renew_medicine
from bot.features.medicines.flows.stock.refill import PER_DOSE_LABELS, read_per_dose
from bot.features.medicines.views.stock import refills as views
from bot.intake.request import Request
from bot.redis.conversations import Conversation
from bot.ui.answer import Answer, Screen
from bot.ui.conversations import Unfinished
from bot.ui.presses.medicines import SetPerDose
from bot.ui.words.amounts import least_of
from domain.access import Action
from domain.errors import NotFound
from domain.medicines.dosages import Dosage
from domain.medicines.errors import MedicineChanged
from domain.medicines.facts import MedicineFacts
from domain.medicines.reading import get_medication
from domain.medicines.schedule_changes.amounts import own_dosages
from domain.medicines.stock.levels import Stock, get_stock
from domain.medicines.stock.measures import Measure
from domain.medicines.stock.refills import set_per_dose


async def begin(request: Request) -> Answer:
    """The button below a stock."""
    request.scope.require(Action.CHANGE_MEDICINES)
    medicine = await get_medication(request.scope, request.pressed(SetPerDose).medication_id)
    stock = await get_stock(request.scope, medicine)
    if stock.unit is None:
        raise NotFound
    return FLOW.begin(request, "per_dose", _data(medicine, stock))


async def ask_after_change(request: Request, medicine: MedicineFacts, answer: Answer) -> Answer:
    """*answer*, followed by the question that the change has raised, if any."""
    stock = await get_stock(request.scope, medicine)
    if stock.unmeasured is None:
        return answer
    asked = FLOW.begin(request, "per_dose", _data(medicine, stock))
    return replace(asked, send=(*answer.send, *asked.send), toast=answer.toast, closes=True)


def _data(medicine: MedicineFacts, stock: Stock) -> dict[str, Any]:
    """What the question shows: which dosage, and the previous answer."""
    own = own_dosages(medicine.schedule)
    dosage = stock.unmeasured or (own[0] if own else medicine.dosage)
    return {
        "id": str(medicine.id),
        "name": medicine.name,
        "unit": stock.unit,
        "of": least_of(dosage).to_json(),
        "said": _to_json(stock.measure),
    }


async def _refresh(request: Request, data: Data) -> Data:
    medicine = await get_medication(request.scope, UUID(data["id"]))
    stock = await get_stock(request.scope, medicine)
    return data if stock.unit is None else _data(medicine, stock)


def _ask(data: Data, choice: Choice) -> Screen:
    return views.ask_per_dose(
        data["name"],
        dosage=Dosage.from_json(data["of"]).words,
        unit=data["unit"],
        choices=[choice(words, key) for key, words in PER_DOSE_LABELS.items()],
        not_now=choice(views.not_now_label(), "later"),
    )


async def _take(request: Request, running: Conversation, reply: Reply) -> Answer:
    data: Data = running.data
    scope = request.scope
    if reply.choice == "later":
        return finished(running, views.not_measured(data["unit"]))
    per_dose = read_per_dose(reply, data["unit"])
    try:
        outcome = await set_per_dose(
            scope,
            UUID(data["id"]),
            per_dose,
            dosage=Dosage.from_json(data["of"]),
            unit=data["unit"],
            seen=_from_json(data["said"]),
        )
    except MedicineChanged:
        return await FLOW.ask_again(request, running, first=views.measured_meanwhile(data["unit"]))
    member = scope.require(Action.CHANGE_MEDICINES)
    return finished(running, views.measured(outcome, member=member, now=scope.clock.now()))


def _to_json(measure: Measure | None) -> list[str] | None:
    if measure is None:
        return None
    return [str(measure.per_dose), str(measure.amount), measure.unit]


def _from_json(stored: list[str] | None) -> Measure | None:
    if stored is None:
        return None
    per_dose, amount, unit = stored
    return Measure(Decimal(per_dose), Decimal(amount), unit)


FLOW = Flow(
    "per_dose",
    {"per_dose": Step(_ask, _take, _refresh, has_own_exit=True)},
    abandon_policy=AbandonPolicy("meds", Unfinished.NOT_RECORDED, renew=renew_medicine),
)
