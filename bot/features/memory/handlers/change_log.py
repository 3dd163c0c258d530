"""`/history changes`: who changed what."""

from bot.features.memory.views import change_log as views
from bot.intake.request import Handler, Request
from bot.ui.answer import Answer, Screen
from bot.ui.presses.history import ChangesPage
from bot.ui.turned_away import words_left_out
from domain.access import Action
from domain.memory.change_log import list_changes

FARTHEST_PAGE = 1_000
_WORDS = frozenset({"changes", "of changes"})


async def changes(request: Request) -> Answer:
    """`/changes`"""
    return Answer(send=(await _page(request, 0),))


def beside(history: Handler) -> Handler:
    """`/history`, where `changes` isn't the name of a medicine or a person."""

    async def handler(request: Request) -> Answer:
        typed = " ".join((request.text or "").split())
        if typed.casefold() in _WORDS:
            return await changes(request)
        if typed.casefold().startswith("changes "):
            rest = typed.partition(" ")[2]
            return words_left_out(await changes(request), rest, command="history changes")
        return await history(request)

    return handler


async def turn_page(request: Request) -> Answer:
    return Answer(edit=await _page(request, request.pressed(ChangesPage).page))


async def _page(request: Request, number: int) -> Screen:
    member = request.scope.require(Action.READ_CHANGES)
    page = await list_changes(request.scope, page=min(number, FARTHEST_PAGE))
    return views.change_log(page, member=member, now=request.scope.clock.now())
