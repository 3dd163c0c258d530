"""Pause on a medicine: until a day, or until somebody resumes it."""

from datetime import date, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from bot.flows.engine import Choice, Data, Flow, Reply, Step, finished
from bot.grammar.dates import parse_date
from bot.intake.request import Request
from bot.redis.conversations import Conversation
from bot.views import meds as views
from bot.views.answer import Answer, Screen
from domain.access import Action
from domain.medications import get_medication, pause_medication

DAYS = {"1": 1, "3": 3, "7": 7}


async def begin(request: Request) -> Answer:
    """The Pause button."""
    request.scope.require(Action.CHANGE_MEDICINES)
    medicine = await get_medication(request.scope, request.subject_id)
    data = {"id": str(medicine.id), "name": medicine.name, "zone": medicine.zone.key}
    return FLOW.begin(request, "until", data)


def _ask_until(data: Data, choice: Choice) -> Screen:
    choices = [choice(words, key) for key, words in views.pause_choices().items()]
    return views.ask_until_when(data["name"], choices)


async def _take_until(request: Request, running: Conversation, reply: Reply) -> Answer:
    data: Data = running.data
    today = request.scope.clock.now().astimezone(ZoneInfo(data["zone"])).date()
    resumes_on = _resumes_on(reply, today)
    if resumes_on is not None and resumes_on <= today:
        return FLOW.go_on(request, running, "until", data, first=views.return_has_passed())
    paused = await pause_medication(request.scope, UUID(data["id"]), resumes_on=resumes_on)
    return finished(running, views.paused(paused))


def _resumes_on(reply: Reply, today: date) -> date | None:
    """The day of return; None until it is resumed."""
    if reply.choice == "open":
        return None
    if reply.choice is not None:
        return today + timedelta(days=DAYS[reply.choice])
    return parse_date(reply.text or "", today=today)


FLOW = Flow("pausemed", {"until": Step(_ask_until, _take_until)})
