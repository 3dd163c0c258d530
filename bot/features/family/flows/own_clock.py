"""A member's own time zone: times are then shown by their clock, too."""

from bot.conversation.engine import AbandonPolicy, Choice, Data, Flow, Reply, Step, finished
from bot.features.family.flows.place_answers import nearest_buttons, offering_nearest, take_place
from bot.features.family.views import people as views
from bot.grammar.problems import Misunderstood
from bot.intake.request import Request
from bot.redis.conversations import Conversation
from bot.ui.answer import Answer, Screen
from bot.ui.conversations import Unfinished
from bot.ui.misunderstandings import misunderstood
from domain.family.settings.hours import set_timer
from domain.family.users import set_zone


async def begin(request: Request) -> Answer:
    """The My own clock button."""
    return FLOW.begin(request, "place", {})


def _ask_place(data: Data, choice: Choice) -> Screen:
    return views.ask_own_place(nearest_buttons(data, choice))


async def _take_place(request: Request, running: Conversation, reply: Reply) -> Answer:
    data: Data = running.data
    try:
        place = take_place(data, reply)
    except Misunderstood as problem:
        again, first = offering_nearest(data, problem), Screen(misunderstood(problem))
        return FLOW.advance(request, running, "place", again, first=first)
    await set_zone(request.scope, place.zone)
    await set_timer(request.scope)
    return finished(running, views.own_clock_set(place.zone, now=request.scope.clock.now()))


FLOW = Flow(
    "ownclock",
    {"place": Step(_ask_place, _take_place)},
    abandon_policy=AbandonPolicy("people", Unfinished.NOT_CHANGED),
)
