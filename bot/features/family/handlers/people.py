"""`/people`: who is cared for, and in which time zone."""

from bot.features.family.views import people as views
from bot.intake.request import Request
from bot.ui.answer import Answer
from domain.access import Action
from domain.family.people import list_people


async def people(request: Request) -> Answer:
    """`/people`"""
    member = request.scope.require(Action.READ)
    found = await list_people(request.scope)
    return views.people(found, member=member, now=request.scope.clock.now())
