"""The buttons of pauses."""

from bot.features.medicines.views import pause_ends
from bot.intake.request import Request
from bot.ui.answer import Answer
from bot.ui.callbacks import UnreadableCallback, decode_minute
from domain.errors import NotFound
from domain.medicines.pauses.notices import keep_end


async def end_pause_as_planned(request: Request) -> Answer:
    """Go on, below the announcement of a pause's end."""
    try:
        until = decode_minute(request.pressed.argument)
    except UnreadableCallback as error:
        raise NotFound from error
    await keep_end(request.scope, request.subject_id, until)
    return pause_ends.kept()
