"""`/meds`, the screen of a medicine, and its buttons."""

from bot.intake.request import Request
from bot.views import meds as views
from bot.views.answer import Answer, Screen
from domain.access import Action
from domain.medications import list_medicines, restore_medication, stop_medication
from domain.medicine_details import get_details


async def meds(request: Request) -> Answer:
    """`/meds`"""
    return Answer(send=(await _list(request, page=0),))


async def turn_page(request: Request) -> Answer:
    """◀ ▶, and the way back from a medicine."""
    argument = request.pressed.argument
    return Answer(edit=await _list(request, page=int(argument) if argument.isdecimal() else 0))


async def show(request: Request) -> Answer:
    """A medicine of the list."""
    return Answer(edit=await _screen(request))


async def stop(request: Request) -> Answer:
    await stop_medication(request.scope, request.subject_id)
    return views.stopped(await _screen(request))


async def restore(request: Request) -> Answer:
    """Resume, restore."""
    await restore_medication(request.scope, request.subject_id)
    return views.restored(await _screen(request))


async def _list(request: Request, *, page: int) -> Screen:
    member = request.scope.require(Action.READ)
    lines = await list_medicines(request.scope)
    return views.medicines(lines, page=page, member=member, now=request.scope.clock.now())


async def _screen(request: Request) -> Screen:
    member = request.scope.require(Action.READ)
    details = await get_details(request.scope, request.subject_id)
    return views.medicine(details, member=member, now=request.scope.clock.now())
