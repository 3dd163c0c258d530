"""Which doses were or will be left out, in somebody's own words. Nothing here writes anything."""

from collections.abc import Callable, Sequence
from datetime import datetime

from bot.features.medicines.flows.giving import skip_said
from bot.features.medicines.flows.screens import entry_screen
from bot.features.overview.flows.open_doses import age
from bot.features.overview.views import said as views
from bot.grammar.intents.kinds import Skipped
from bot.intake.request import Request
from bot.ui.answer import Answer
from bot.ui.length import MAX_SCREENS
from domain.medicines.doses.facts import RESOLVED, DoseFacts
from domain.medicines.doses.today import list_day


def next_ahead(doses: Sequence[DoseFacts], now: datetime) -> Sequence[DoseFacts]:
    """Of "no warfarin tonight": what is due already, or else what is due first of each medicine."""
    due = [dose for dose in doses if dose.due_at <= now]
    if due:
        return due
    first: dict[object, DoseFacts] = {}
    for dose in sorted(doses, key=lambda each: each.due_at):
        first.setdefault(dose.medication_id, dose)
    return list(first.values())


async def of_yesterday(
    request: Request, intent: Skipped, is_meant: Callable[[DoseFacts, datetime], bool]
) -> Answer:
    """What was due on the day before, and wasn't given. Where it is recorded, the record, which
    can be corrected.
    """
    now = request.scope.clock.now()
    days = await list_day(request.scope, days_ago=1)
    doses = [dose for day in days for dose in day.doses if is_meant(dose, now) and age(dose, now)]
    latest = max((dose.local.date() for dose in doses), default=None)
    doses = [dose for dose in doses if dose.local.date() == latest]
    recorded = [dose for dose in doses if dose.status in RESOLVED]
    waiting = [dose for dose in doses if dose.status not in RESOLVED]
    people = {dose.care_recipient_id for dose in waiting}
    if waiting and len(people) == 1:
        return await skip_said.begin(request, waiting, intent.reason)
    if not recorded:
        return views.nothing_open()
    screens = [await entry_screen(request, dose.id) for dose in recorded[:MAX_SCREENS]]
    return views.to_tap(views.recorded_otherwise(), screens)
