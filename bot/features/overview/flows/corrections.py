"""What is said to have been recorded wrongly: the record, with the buttons that mend it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from bot.features.medicines.flows.screens import entry_screen
from bot.features.overview.flows.open_doses import doses_today
from bot.features.overview.views import said as views
from bot.intake.request import Handler, Request
from bot.ui.answer import Answer, Screen
from bot.ui.length import MAX_SCREENS
from domain.access import Action
from domain.medicines.doses.facts import RESOLVED
from domain.overview.own_records import find_last_record


async def begin(
    request: Request, medicine_ids: Collection[UUID], commands: Mapping[str, Handler]
) -> Answer | None:
    """What whoever says so recorded last, with Correct and Undo; if they name other medicines, what
    is recorded of those today. Without any, the history.
    """
    ids = await _own(request, medicine_ids) or await _of_today(request, medicine_ids)
    if ids:
        screens = [await entry_screen(request, each) for each in ids[:MAX_SCREENS]]
        return views.to_tap(views.correct_it(), screens)
    if "history" not in commands:
        return None
    shown = await commands["history"](replace(request, text=""))
    return replace(shown, send=(Screen(views.nothing_of_yours()), *shown.send))


async def _own(request: Request, medicine_ids: Collection[UUID]) -> Sequence[UUID]:
    last = await find_last_record(request.scope, request.scope.require(Action.READ))
    doses = () if last is None else last.doses
    named = [dose.id for dose in doses if dose.medication_id in medicine_ids]
    return [dose.id for dose in doses] if not medicine_ids else named


async def _of_today(request: Request, medicine_ids: Collection[UUID]) -> Sequence[UUID]:
    doses = await doses_today(
        request, lambda dose, _now: dose.medication_id in medicine_ids, among=RESOLVED
    )
    return [dose.id for dose in sorted(doses, key=lambda each: each.due_at, reverse=True)]
