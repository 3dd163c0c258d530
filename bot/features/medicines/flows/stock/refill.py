"""`/refill`: which medicine, how much, and how much of it makes one dose."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any
from uuid import UUID

from bot.conversation.engine import (
    AbandonPolicy,
    Choice,
    Data,
    Flow,
    Reply,
    Step,
    cancel_button,
    finished,
)
from bot.features.medicines.flows.medicine_choices import (
    choice_buttons,
    choices,
    lines_of,
    narrowed,
    not_stopped,
    offered,
)
from bot.features.medicines.flows.named_medicines import as_typed, name_medicine
from bot.features.medicines.flows.renewal import renew_medicine
from bot.features.medicines.views.giving import intake_questions
from bot.features.medicines.views.stock import refills as views
from bot.grammar.commands.refills import (
    StockChangeKind,
    TypedAmount,
    parse_amount,
    parse_per_dose,
    read_amount,
)
from bot.grammar.dosages import count_up
from bot.intake.request import Request
from bot.redis.conversations import Conversation
from bot.ui import conversations
from bot.ui.answer import Answer, Screen
from bot.ui.conversations import Unfinished
from bot.ui.presses.medicines import Refill
from bot.ui.words.amounts import least_of
from bot.ui.words.units import PIECE
from domain.access import Action
from domain.medicines.dosages import THINGS, Dosage
from domain.medicines.errors import MedicineChanged, PerDoseUnknown
from domain.medicines.facts import MedicineLine
from domain.medicines.reading import get_medication, list_medicines
from domain.medicines.stock.levels import get_stock
from domain.medicines.stock.measures import Measure
from domain.medicines.stock.refills import refill

PER_DOSE = {"h": Decimal("0.5"), "1": Decimal(1), "2": Decimal(2), "3": Decimal(3)}
PER_DOSE_LABELS = {"h": "½", "1": "1", "2": "2", "3": "3"}


async def begin(request: Request) -> Answer:
    """`/refill [NAME [AMOUNT]]`"""
    request.scope.require(Action.CHANGE_MEDICINES)
    lines, now = await list_medicines(request.scope), request.scope.clock.now()
    current = not_stopped(lines)
    if not current and not request.text:
        return intake_questions.nothing_to_give()
    if not request.text:
        return FLOW.begin(request, "which", {"choices": choices(current, now=now)})
    named = name_medicine(request.text, lines)
    rest = named.rest
    found = lines_of(named.medicines, lines)
    found = not_stopped(found) or found
    if len(found) > 1:
        data = {
            "choices": choices(found, now=now),
            "rest": rest.typed(rest.tokens),
        }
        return FLOW.begin(request, "which", data)
    data = {"id": str(found[0].id), "name": found[0].name}
    if not rest.tokens:
        return FLOW.begin(request, "amount", data)
    return await _refill(request, data, read_amount(rest), None)


async def begin_said(request: Request, lines: Sequence[MedicineLine], amount: str) -> Answer:
    """Show what "picked up 30 amlodipine" means before it is saved. Several *lines*: which one is
    asked first. Raises Misunderstood.
    """
    request.scope.require(Action.CHANGE_MEDICINES)
    if len(lines) > 1:
        data = {"choices": choices(lines, now=request.scope.clock.now()), "rest": amount}
        return FLOW.begin(request, "which", {**data, "is_said": True})
    known = {"id": str(lines[0].id), "name": lines[0].name}
    return _confirm(request, None, known, parse_amount(amount), person=lines[0].person)


def _confirm(
    request: Request,
    running: Conversation | None,
    data: dict[str, Any],
    typed: TypedAmount,
    *,
    person: str,
) -> Answer:
    known = {**data, **_to_json(typed), "unit": typed.unit, "person": person}
    return FLOW.ask(request, running, "confirm", known)


def _ask_confirm(data: Data, choice: Choice) -> Screen:
    typed = _from_json(data)
    understood = views.not_saved_yet(typed, data["unit"] or PIECE)
    save = (choice(conversations.save_label(), "save"),)
    return replace(
        views.confirm(data["name"], person=data["person"], understood=understood),
        keyboard=(save, (cancel_button(choice),)),
    )


async def _take_confirm(request: Request, running: Conversation, reply: Reply) -> Answer:
    data: dict[str, Any] = dict(running.data)
    if reply.choice is not None:
        return await _refill(request, data, _from_json(data), running)
    typed = parse_amount(reply.text or "")
    return _confirm(request, running, data, typed, person=data["person"])


async def begin_button(request: Request) -> Answer:
    """Refill, on a medicine's screen."""
    request.scope.require(Action.CHANGE_MEDICINES)
    medicine = await get_medication(request.scope, request.pressed(Refill).medication_id)
    return FLOW.begin(request, "amount", {"id": str(medicine.id), "name": medicine.name})


def _ask_which(data: Data, choice: Choice) -> Screen:
    return views.ask_which(choice_buttons(data, choice), typed=data.get("rest", ""))


async def _take_which(request: Request, running: Conversation, reply: Reply) -> Answer:
    data: dict[str, Any] = dict(running.data)
    if reply.choice is None:
        lines = await list_medicines(request.scope)
        named = name_medicine(reply.text or "", offered(data, lines))
        rest = as_typed(named.rest) or data.get("rest", "")
        data = {**data, "rest": rest}
        if len(named.medicines) > 1:  # they share a name: only a button can tell which
            data["choices"] = narrowed(data, named.medicines)
            tap = intake_questions.tap_which().send[0]
            return FLOW.advance(request, running, "which", data, first=tap)
        chosen, name = str(named.medicines[0].id), named.medicines[0].name
    else:
        chosen, name = data["choices"][int(reply.choice)]
    known = {"id": chosen, "name": name}
    if data.get("rest") and data.get("is_said"):
        medicine = await get_medication(request.scope, UUID(chosen))
        typed = parse_amount(data["rest"])
        return _confirm(request, running, known, typed, person=medicine.person)
    if data.get("rest"):
        return await _refill(request, known, parse_amount(data["rest"]), running)
    return FLOW.advance(request, running, "amount", known)


def _ask_amount(data: Data, _choice: Choice) -> Screen:
    return views.ask_amount(data["name"])


async def _take_amount(request: Request, running: Conversation, reply: Reply) -> Answer:
    typed = parse_amount(reply.text or "")
    return await _refill(request, dict(running.data), typed, running)


def _ask_per_dose(data: Data, choice: Choice) -> Screen:
    typed = _from_json(data)
    return views.ask_per_dose(
        data["name"],
        dosage=_asked_of(data).words,
        unit=data["unit"],
        choices=[choice(words, key) for key, words in PER_DOSE_LABELS.items()],
        understood=views.not_saved_yet(typed, data["unit"]),
    )


async def _take_per_dose(request: Request, running: Conversation, reply: Reply) -> Answer:
    data: dict[str, Any] = dict(running.data)
    per_dose = read_per_dose(reply, data["unit"])
    measure = Measure.of(_asked_of(data), per_dose)
    return await _refill(request, data, _from_json(data), running, measure=measure)


def read_per_dose(reply: Reply, unit: str) -> Decimal:
    """How much of *unit* makes a dose: one of :data:`PER_DOSE`, or what was typed."""
    if reply.choice is not None:
        return PER_DOSE[reply.choice]
    return parse_per_dose(reply.text or "", unit)


async def _refill(
    request: Request,
    data: dict[str, Any],
    typed: TypedAmount,
    running: Conversation | None,
    *,
    measure: Measure | None = None,
) -> Answer:
    scope, medication_id = request.scope, UUID(data["id"])
    medicine = await get_medication(scope, medication_id)
    stock = await get_stock(scope, medicine)
    counted_in = stock.unit or (medicine.dosage.unit if medicine.dosage.unit in THINGS else None)
    unit = typed.unit or counted_in or PIECE
    try:
        outcome = await refill(
            scope,
            medication_id,
            -typed.amount if typed.kind is StockChangeKind.FEWER else typed.amount,
            unit=unit,
            measure=measure,
            is_count=typed.kind is StockChangeKind.COUNTED,
        )
    except MedicineChanged:
        answer = await _refill(request, data, typed, running)
        shown, *others = answer.send
        return replace(answer, send=(*shown.after(views.measured_first(unit)), *others))
    except PerDoseUnknown as unknown:
        data = {**data, **_to_json(typed), "unit": unit, "of": least_of(unknown.dosage).to_json()}
        return FLOW.ask(request, running, "per_dose", data)
    member = scope.require(Action.CHANGE_MEDICINES)
    answer = views.refilled(outcome, typed, member=member, now=scope.clock.now())
    return finished(running, answer)


def _to_json(typed: TypedAmount) -> dict[str, Any]:
    return {
        "amount": str(typed.amount),
        "kind": typed.kind,
        "parts": [[str(count), str(each)] for count, each in typed.parts],
    }


def _from_json(data: Data) -> TypedAmount:
    # Conversations of an older version have no kind, no parts and no "of".
    kind = data.get("kind") or (
        StockChangeKind.COUNTED if data["is_count"] else StockChangeKind.ADDED
    )
    return TypedAmount(
        Decimal(data["amount"]),
        data["unit"],
        StockChangeKind(kind),
        tuple((Decimal(count), Decimal(each)) for count, each in data.get("parts", ())),
    )


def _asked_of(data: Data) -> Dosage:
    return Dosage.from_json(data["of"]) if "of" in data else count_up(data["dosage"])


FLOW = Flow(
    "refill",
    {
        "which": Step(_ask_which, _take_which),
        "amount": Step(_ask_amount, _take_amount),
        "per_dose": Step(_ask_per_dose, _take_per_dose),
        "confirm": Step(_ask_confirm, _take_confirm),
    },
    abandon_policy=AbandonPolicy("refill", Unfinished.NOT_RECORDED, renew=renew_medicine),
)
