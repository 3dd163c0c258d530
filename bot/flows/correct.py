"""Correct, on a card or in the history: when it was taken, how much, whether at all, a note."""

from uuid import UUID
from zoneinfo import ZoneInfo

from bot.flows.engine import Choice, Data, Flow, Reply, Step, cancelled, finished
from bot.grammar.dosages import parse_dosage
from bot.grammar.intakes import parse_moment, parse_remark
from bot.intake.request import Request
from bot.redis.conversations import Conversation
from bot.views import history as views
from bot.views import medicines as medicine_views
from bot.views.answer import Answer, Screen
from domain.corrections import Correction, check_correctable, correct_dose
from domain.doses import DoseStatus


async def begin(request: Request) -> Answer:
    """The Correct button."""
    dose = await check_correctable(request.scope, request.subject_id)
    data = {
        "id": str(dose.id),
        "name": dose.name,
        "dosage": dose.dosage,
        "zone": dose.zone.key,
        "is_taken": dose.status is DoseStatus.TAKEN,
    }
    return FLOW.begin(request, "what", data)


def _ask_what(data: Data, choice: Choice) -> Screen:
    labels = views.correction_labels(is_taken=data["is_taken"])
    buttons = [choice(words, key) for key, words in labels.items()]
    buttons.append(choice(medicine_views.cancel_label(), "cancel"))
    return views.ask_what_to_correct(data["name"], buttons)


async def _take_what(request: Request, running: Conversation, reply: Reply) -> Answer:
    match reply.choice:
        case "time" | "take":
            return FLOW.go_on(request, running, "time", running.data)
        case "amount":
            return FLOW.go_on(request, running, "amount", running.data)
        case "skip" | "reason":
            return FLOW.go_on(request, running, "reason", running.data)
        case "note":
            return FLOW.go_on(request, running, "note", running.data)
        case "cancel":
            return cancelled(running.flow_id)
        case _:
            return medicine_views.tap_a_button().and_send(FLOW.question(running))


def _ask_time(_data: Data, _choice: Choice) -> Screen:
    return views.ask_time()


async def _take_time(request: Request, running: Conversation, reply: Reply) -> Answer:
    data: Data = running.data
    at = parse_moment(reply.text or "", zone=ZoneInfo(data["zone"]), now=request.scope.clock.now())
    return await _correct(request, running, Correction(status=DoseStatus.TAKEN, taken_at=at))


def _ask_amount(data: Data, _choice: Choice) -> Screen:
    return views.ask_amount(data["dosage"])


async def _take_amount(request: Request, running: Conversation, reply: Reply) -> Answer:
    given = parse_dosage(reply.text or "")
    return await _correct(request, running, Correction(status=DoseStatus.TAKEN, given=given))


def _ask_reason(_data: Data, choice: Choice) -> Screen:
    return views.ask_reason(choice(views.no_reason_label(), "none"))


async def _take_reason(request: Request, running: Conversation, reply: Reply) -> Answer:
    reason = None if reply.choice else parse_remark(reply.text or "")
    return await _correct(request, running, Correction(status=DoseStatus.SKIPPED, note=reason))


def _ask_note(_data: Data, _choice: Choice) -> Screen:
    return views.ask_note()


async def _take_note(request: Request, running: Conversation, reply: Reply) -> Answer:
    return await _correct(request, running, Correction(note=parse_remark(reply.text or "")))


async def _correct(request: Request, running: Conversation, correction: Correction) -> Answer:
    data: Data = running.data
    dose = await correct_dose(request.scope, UUID(data["id"]), correction)
    return finished(running, views.corrected(dose, now=request.scope.clock.now()))


FLOW = Flow(
    "correct",
    {
        "what": Step(_ask_what, _take_what),
        "time": Step(_ask_time, _take_time),
        "amount": Step(_ask_amount, _take_amount),
        "reason": Step(_ask_reason, _take_reason),
        "note": Step(_ask_note, _take_note),
    },
)
