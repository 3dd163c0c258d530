"""`/export`, `/deleteme`, dissolving a family, and their buttons."""

from bot.features.overview.views.leaving import dissolution as dissolution_views
from bot.features.overview.views.leaving import farewell as views
from bot.intake.request import Request
from bot.ui.answer import Answer, Screen
from bot.ui.presses.overview import ConfirmErasure, Dissolve, EraseMe, NameAdmin
from domain.access import Action, Role
from domain.overview.export.requests import request_export
from domain.overview.leaving import departures, dissolution, erasure
from domain.overview.leaving.erasure import Farewell


async def export(request: Request) -> Answer:
    """`/export`: :mod:`bot.exports` says how far it is, and sends the file."""
    await request_export(request.scope)
    return Answer()


async def delete_me(request: Request) -> Answer:
    """`/deleteme` only explains, and asks."""
    return Answer(send=(_screen(request, await erasure.prepare_farewell(request.scope)),))


async def confirm_erasure(request: Request) -> Answer:
    """The second question."""
    farewell = await erasure.prepare_farewell(request.scope)
    if farewell.digest != request.pressed(ConfirmErasure).digest or farewell.blocked_by:
        return views.changed(_screen(request, farewell))
    return Answer(edit=views.ask_again(farewell))


async def erase_me(request: Request) -> Answer:
    seen = request.pressed(EraseMe).digest
    farewell = await erasure.prepare_farewell(request.scope)
    if farewell.digest != seen or farewell.blocked_by:
        return views.changed(_screen(request, farewell))
    member = request.scope.member
    zone = member.zone if member else None
    done = await erasure.erase_user(request.scope, seen=seen, update_id=request.update_id)
    return views.erased(done, zone=zone)


async def stay(_: Request) -> Answer:
    return views.stayed()


async def name_admin(request: Request) -> Answer:
    """Somebody else is put in charge, so that whoever presses can go."""
    user_id = request.pressed(NameAdmin).user_id
    done = await departures.change_role(request.scope, user_id, Role.ADMIN)
    farewell = await erasure.prepare_farewell(request.scope)
    return views.admin_named(done.member.name, _screen(request, farewell))


async def dissolve(request: Request) -> Answer:
    """Asked, asked again, done."""
    member = request.scope.require(Action.MANAGE_FAMILY)
    others = await erasure.list_others(request.scope)
    match request.pressed(Dissolve).step:
        case 1:
            screen = dissolution_views.ask(member, [other.name for other in others])
            return Answer(edit=screen)
        case 2:
            return Answer(edit=dissolution_views.ask_again(member))
        case _:
            purge_at = await dissolution.dissolve_family(request.scope)
            return dissolution_views.dissolved(member, purge_at, has_others=bool(others))


async def keep_family(request: Request) -> Answer:
    await dissolution.keep_family(request.scope)
    others = await erasure.list_others(request.scope)
    member = request.scope.require(Action.MANAGE_FAMILY)
    return dissolution_views.kept(member, has_others=bool(others))


def _screen(request: Request, farewell: Farewell) -> Screen:
    member = request.scope.member
    return views.ask(farewell, now=request.scope.clock.now(), zone=member.zone if member else None)
