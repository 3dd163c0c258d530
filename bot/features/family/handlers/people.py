"""`/people`: who is cared for, and by which clock; and whose pause ends as planned."""

from bot.features.family.views import people as views
from bot.features.medicines.views import pauses as pause_views
from bot.intake.request import Request
from bot.ui.answer import Answer
from bot.ui.callbacks import UnreadableCallback, decode_minute
from domain.access import Action
from domain.errors import NotFound
from domain.family.people import list_people
from domain.medicines.pauses.pauses import keep_end


async def people(request: Request) -> Answer:
    """`/people`"""
    member = request.scope.require(Action.READ)
    found = await list_people(request.scope)
    return views.people(found, member=member, now=request.scope.clock.now())


async def end_pause_as_planned(request: Request) -> Answer:
    """Go on, below the announcement of a pause's end."""
    try:
        until = decode_minute(request.pressed.argument)
    except UnreadableCallback as error:
        raise NotFound from error
    await keep_end(request.scope, request.subject_id, until)
    return pause_views.kept()
