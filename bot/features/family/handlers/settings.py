"""`/settings`, and its buttons."""

from bot.features.family.views import settings as views
from bot.intake.request import Request
from bot.ui.answer import Answer, Screen
from bot.ui.presses.family import SetFamilyLadder
from domain.access import Action
from domain.family.settings.ladder import set_family_ladder
from domain.family.settings.overview import get_settings
from domain.family.settings.test_message import send_test


async def settings(request: Request) -> Answer:
    return Answer(send=(await _screen(request),))


async def set_ladder(request: Request) -> Answer:
    """What happens when nobody answers, for all medicines that have no ladder of their own."""
    plan = request.pressed(SetFamilyLadder).plan
    await set_family_ladder(request.scope, plan)
    return views.ladder_set(await _screen(request), plan)


async def test(request: Request) -> Answer:
    await send_test(request.scope)
    return views.test_on_its_way()


async def _screen(request: Request) -> Screen:
    member = request.scope.require(Action.READ)
    return views.settings(await get_settings(request.scope), member=member)
