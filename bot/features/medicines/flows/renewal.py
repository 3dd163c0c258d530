"""What a medicine's conversation reloads before it continues."""

from uuid import UUID

from bot.conversation.engine import Data
from bot.intake.request import Request
from domain.access import Action
from domain.family.people import get_person
from domain.medicines.reading import get_medication


async def renew_medicine(request: Request, data: Data) -> Data:
    """For a question about one medicine, or about which one."""
    request.scope.require(Action.CHANGE_MEDICINES)
    if "id" not in data:
        return data
    medicine = await get_medication(request.scope, UUID(data["id"]))
    return {**data, "name": medicine.name}


async def renew_pause(request: Request, data: Data) -> Data:
    """For a question about one person or one medicine, or about which one."""
    request.scope.require(Action.CHANGE_MEDICINES)
    if "id" not in data:
        return data
    if data["kind"] == "person":
        await get_person(request.scope, UUID(data["id"]))
    else:
        await get_medication(request.scope, UUID(data["id"]))
    return data
