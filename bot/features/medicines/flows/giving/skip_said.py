"""Skip, in somebody's own words: "she refused her evening pills". What a yes records is shown."""

from collections.abc import Sequence
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
from bot.features.medicines.flows.giving.two_clocks import reader_of
from bot.features.medicines.views.giving import skipping as views
from bot.grammar.commands.intakes import read_remark
from bot.intake.request import Request
from bot.redis.conversations import Conversation
from bot.ui.answer import Answer, Screen
from bot.ui.conversations import Unfinished, tap_a_button
from domain.access import Action
from domain.medicines.doses.facts import DoseFacts, list_doses
from domain.medicines.records.recording import record_doses
from domain.models.medicines import DoseStatus


async def begin(request: Request, doses: Sequence[DoseFacts], reason: str) -> Answer:
    """Ask whether these doses of one person are to be recorded as skipped, for that *reason*.
    Raises Misunderstood if that is too long.
    """
    request.scope.require(Action.READ)
    ids = [str(dose.id) for dose in doses]
    data = await _shown(request, {"ids": ids, "reason": read_remark(reason)})
    return FLOW.begin(request, "confirm", data)


async def _shown(request: Request, data: Data) -> Data:
    """With the doses as they are now, so that one that was answered meanwhile says so."""
    doses = await list_doses(request.scope, [UUID(each) for each in data["ids"]])
    shown = views.ask(doses, reader=reader_of(request), reason=data["reason"])
    return {**data, "text": shown.text}


def _ask(data: Data, choice: Choice) -> Screen:
    rows = ((choice(views.skip_label(), "yes"),), (cancel_button(choice),))
    return Screen(data["text"], rows)


async def _take(request: Request, running: Conversation, reply: Reply) -> Answer:
    if reply.choice is None:
        return tap_a_button(reply.text or "").and_ask(FLOW.question(running))
    data: Data = running.data
    dose_ids = [UUID(each) for each in data["ids"]]
    outcome = await record_doses(
        request.scope, dose_ids, status=DoseStatus.SKIPPED, note=data["reason"] or None
    )
    return finished(running, views.skipped(outcome, reader=reader_of(request)))


FLOW = Flow(
    "skipping",
    {"confirm": Step(_ask, _take, _shown)},
    abandon_policy=AbandonPolicy("today", Unfinished.NOT_RECORDED),
)
