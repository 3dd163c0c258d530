"""`/newfamily`: asks for a name if none was typed. And another name for a family."""

from bot.conversation.engine import AbandonPolicy, Choice, Data, Flow, Reply, Step, finished
from bot.features.family.views import families as views
from bot.grammar.names import parse_name
from bot.intake.request import Request
from bot.redis.conversations import Conversation
from bot.ui.answer import Answer, Screen
from bot.ui.conversations import Unfinished
from domain.access import Action
from domain.family.families import found_family, rename_family


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


async def begin_rename(request: Request) -> Answer:
    """The Rename button."""
    member = request.scope.require(Action.MANAGE_FAMILY)
    return RENAMING.begin(request, "name", {"name": member.family_name})


def _ask_new_name(data: Data, _choice: Choice) -> Screen:
    return views.ask_new_family_name(data["name"])


async def _take_new_name(request: Request, running: Conversation, reply: Reply) -> Answer:
    before = request.scope.require(Action.MANAGE_FAMILY).family_name
    renamed = await rename_family(request.scope, parse_name(reply.text or ""))
    return finished(running, views.family_renamed(before, renamed))


RENAMING = Flow(
    "renamefamily",
    {"name": Step(_ask_new_name, _take_new_name)},
    abandon_policy=AbandonPolicy("family", Unfinished.NOT_CHANGED),
)
FLOW = Flow(
    "newfamily", {"name": Step(_ask_name, _take_name)}, abandon_policy=AbandonPolicy("newfamily")
)
