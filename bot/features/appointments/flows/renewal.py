"""What an appointment's conversation reloads before it continues."""

from uuid import UUID

from bot.conversation.engine import Data
from bot.intake.request import Request
from domain.access import Action
from domain.appointments.occurrences.lookups import get_occurrence


async def renew_occurrence(request: Request, data: Data) -> Data:
    request.scope.require(Action.CHANGE_APPOINTMENTS)
    await get_occurrence(request.scope, UUID(data["id"]))
    return data
