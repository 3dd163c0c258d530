"""`/newfamily`: asks for a name if none was typed."""

from bot.conversation.engine import AbandonPolicy, Choice, Data, Flow, Reply, Step, finished
from bot.features.family.views import families as views
from bot.grammar.names import parse_name
from bot.intake.request import Request
from bot.redis.conversations import Conversation
from bot.ui.answer import Answer, Screen
from domain.family.families import found_family


async def begin(request: Request) -> Answer:
    """`/newfamily [NAME]`"""
    if not request.text:
        return FLOW.begin(request, "name", {})
    founded = await found_family(request.scope, parse_name(request.text))
    return views.founded(founded)


def _ask_name(_data: Data, _choice: Choice) -> Screen:
    return views.ask_family_name()


async def _take_name(request: Request, running: Conversation, reply: Reply) -> Answer:
    name = parse_name(reply.text or "")
    founded = await found_family(request.scope, name, flow_id=running.flow_id)
    return finished(running, views.founded(founded))


FLOW = Flow(
    "newfamily", {"name": Step(_ask_name, _take_name)}, abandon_policy=AbandonPolicy("newfamily")
)
