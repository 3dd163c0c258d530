"""`/undo`, the Undo button below a message, and its confirmation."""

from bot.features.medicines.flows.pausing import resuming
from bot.features.overview.views import undo as undo_views
from bot.intake.request import Request
from bot.ui.answer import Answer
from bot.ui.presses.overview import UndoAction, UndoNamed
from domain.access import Action
from domain.overview.last_actions import find_action, find_last_action, find_last_action_anywhere
from domain.overview.own_actions import STATUS_KINDS
from domain.overview.undo import undo_action as take_action_back


async def undo(request: Request) -> Answer:
    """`/undo` names the last action, with a button that undoes it. Pressed as an old button, it
    uses the family of its message.
    """
    scope = request.scope
    action = await (
        find_last_action_anywhere(scope) if request.press is None else find_last_action(scope)
    )
    return undo_views.ask_last(action, member=scope.require(Action.READ), now=scope.clock.now())


async def undo_action(request: Request) -> Answer:
    """Undo below a message: names exactly the action which that message reports."""
    scope, press = request.scope, request.pressed(UndoAction)
    action = await find_action(scope, press.action_id, among=press.entries)
    return undo_views.ask(action, member=scope.require(Action.READ), now=scope.clock.now())


async def undo_named(request: Request) -> Answer:
    """The button below the named action."""
    scope = request.scope
    undone = await take_action_back(scope, request.pressed(UndoNamed).action_id)
    answer = undo_views.undone(undone, member=scope.require(Action.READ), now=scope.clock.now())
    if undone.action.kind not in STATUS_KINDS:
        return answer
    return await resuming.ask_about_added_days(
        request,
        answer,
        medication_id=undone.medicine.id if undone.medicine else None,
        person_id=undone.person.id if undone.person else None,
    )


async def keep(_: Request) -> Answer:
    """The button that leaves everything as it is."""
    return undo_views.kept()
