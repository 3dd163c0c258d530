"""An emergency contact as everything here shows them: with their place among the others."""

from uuid import UUID

from bot.features.contacts.views import contacts as views
from bot.intake.request import Request
from bot.ui.answer import Screen
from domain.access import Action
from domain.contacts.emergency_contacts import get_contact, list_contacts
from domain.database.scope import Scope


async def placed_contact(scope: Scope, contact_id: UUID) -> views.Placed:
    """Raises NotFound."""
    contact = await get_contact(scope, contact_id)
    ids = [each.id for each in await list_contacts(scope)]
    at = ids.index(contact_id) if contact_id in ids else None
    return views.Placed(contact, at, len(ids))


async def screen_of(request: Request, contact_id: UUID) -> Screen:
    """Raises NotFound."""
    placed = await placed_contact(request.scope, contact_id)
    return views.contact_screen(placed, member=request.scope.require(Action.READ))
