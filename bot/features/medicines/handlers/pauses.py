"""The buttons of pauses."""

from bot.features.medicines.views import pause_ends
from bot.intake.request import Request
from bot.ui.answer import Answer
from bot.ui.presses.medicines import EndPauseAsPlanned
from domain.medicines.pauses.notices import confirm_pause_end


async def end_pause_as_planned(request: Request) -> Answer:
    """End as planned, below the announcement that a pause ends."""
    press = request.pressed(EndPauseAsPlanned)
    await confirm_pause_end(request.scope, press.person_id, press.until)
    return pause_ends.kept()
