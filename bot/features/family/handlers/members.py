"""Members: the list, the page of each, and their buttons."""

from bot.features.family.views import members as views
from bot.intake.request import Request
from bot.ui.answer import Answer
from bot.ui.presses.family import MembersPage, SetBigCards, ShowMember
from domain.access import Action
from domain.family.families import get_overview
from domain.family.membership.pages import get_member
from domain.overview.leaving import departures


async def turn_page(request: Request) -> Answer:
    """The list of all members, for admins."""
    request.scope.require(Action.MANAGE_MEMBERS)
    page = request.pressed(MembersPage).page
    return Answer(edit=views.members(await get_overview(request.scope), page=page))


async def show(request: Request) -> Answer:
    facts = await get_member(request.scope, request.pressed(ShowMember).user_id)
    return Answer(edit=views.member_page(facts, member=request.scope.require(Action.READ)))


async def choose_cards(request: Request) -> Answer:
    press = request.pressed(SetBigCards)
    facts = await departures.choose_cards(request.scope, press.user_id, big=press.wanted)
    return views.cards_set(facts, member=request.scope.require(Action.READ))
