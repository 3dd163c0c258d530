"""The button below what others have changed: whether one is told of it."""

from bot.features.overview.views import changes as views
from bot.intake.request import Request
from bot.ui.answer import Answer
from bot.ui.presses.overview import HearOfChanges
from domain.overview.change_notices import set_hears_of_changes


async def hear(request: Request) -> Answer:
    wanted = request.pressed(HearOfChanges).is_wanted
    await set_hears_of_changes(request.scope, wanted=wanted)
    return views.heard(wanted=wanted)
