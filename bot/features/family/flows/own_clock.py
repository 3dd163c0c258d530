"""A member's own time zone: times are then shown by their clock, too."""

from bot.conversation.engine import AbandonPolicy, Choice, Data, Flow, Reply, Step, finished
from bot.features.family.views import people as views
from bot.grammar.people import parse_place
from bot.grammar.problems import Misunderstood
from bot.intake.request import Request
from bot.redis.conversations import Conversation
from bot.ui.answer import Answer, Screen
from bot.ui.conversations import Unfinished
from bot.ui.misunderstandings import misunderstood
from domain.family.users import set_zone


async def begin(request: Request) -> Answer:
    """The My own clock button."""
    return FLOW.begin(request, "place", {})


def _ask_place(data: Data, choice: Choice) -> Screen:
    nearest = data.get("nearest", [])
    return views.ask_own_place([choice(words, str(n)) for n, words in enumerate(nearest)])


async def _take_place(request: Request, running: Conversation, reply: Reply) -> Answer:
    data: Data = running.data
    where = reply.text if reply.choice is None else data["nearest"][int(reply.choice)]
    try:
        place = parse_place(where or "")
    except Misunderstood as problem:
        asked = {"nearest": list(problem.suggestions)}
        return FLOW.advance(request, running, "place", asked, first=Screen(misunderstood(problem)))
    await set_zone(request.scope, place.zone)
    return finished(running, views.own_clock_set(place.zone, now=request.scope.clock.now()))


FLOW = Flow(
    "ownclock",
    {"place": Step(_ask_place, _take_place)},
    abandon_policy=AbandonPolicy("people", Unfinished.NOT_CHANGED),
)
