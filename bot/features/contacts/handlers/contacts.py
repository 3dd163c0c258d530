"""`/contacts`, and the buttons of an emergency contact."""

from uuid import UUID

from bot.features.contacts.flows.contact_screens import placed_contact, screen_of
from bot.features.contacts.views import contacts as views
from bot.features.contacts.views import doctors as shared
from bot.intake.request import Request
from bot.ui.answer import Answer, Screen
from bot.ui.presses.contacts import (
    CallEarlier,
    CallLater,
    ContactsPage,
    RemoveContact,
    RestoreContact,
    ShowContact,
)
from domain.access import Action
from domain.contacts.emergency_contacts import (
    list_contacts,
    move_contact,
    remove_contact,
    restore_contact,
)
from domain.contacts.errors import OrderChanged


async def contacts(request: Request) -> Answer:
    """`/contacts`"""
    return Answer(send=(await _list(request, page=0),))


async def turn_page(request: Request) -> Answer:
    return Answer(edit=await _list(request, page=request.pressed(ContactsPage).page))


async def show(request: Request) -> Answer:
    return Answer(edit=await screen_of(request, request.pressed(ShowContact).contact_id))


async def call_earlier(request: Request) -> Answer:
    press = request.pressed(CallEarlier)
    return await _move(request, press.contact_id, shown_at=press.shown_at, by=-1)


async def call_later(request: Request) -> Answer:
    press = request.pressed(CallLater)
    return await _move(request, press.contact_id, shown_at=press.shown_at, by=1)


async def _move(request: Request, contact_id: UUID, *, shown_at: int, by: int) -> Answer:
    member = request.scope.require(Action.CHANGE_CONTACTS)
    try:
        await move_contact(request.scope, contact_id, shown_at=shown_at, to=shown_at + by)
    except OrderChanged:
        placed = await placed_contact(request.scope, contact_id)
        return views.order_changed(placed, member=member)
    return views.moved(await placed_contact(request.scope, contact_id), member=member)


async def remove(request: Request) -> Answer:
    contact = await remove_contact(request.scope, request.pressed(RemoveContact).contact_id)
    return shared.removed(await screen_of(request, contact.id))


async def restore(request: Request) -> Answer:
    contact = await restore_contact(request.scope, request.pressed(RestoreContact).contact_id)
    return shared.restored(await screen_of(request, contact.id))


async def _list(request: Request, *, page: int) -> Screen:
    member = request.scope.require(Action.READ)
    return views.contacts(await list_contacts(request.scope), page=page, member=member)
