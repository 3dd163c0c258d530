"""The button below a change notice that turns such notices off or on."""

from bot.features.overview.views import changes as views
from bot.intake.request import Request
from bot.ui.answer import Answer
from bot.ui.presses.overview import SetChangeNotices
from domain.overview.change_notices import set_hears_of_changes


async def set_change_notices(request: Request) -> Answer:
    wanted = request.pressed(SetChangeNotices).is_wanted
    await set_hears_of_changes(request.scope, wanted=wanted)
    return views.change_notices_set(wanted=wanted)
