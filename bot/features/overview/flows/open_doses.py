"""Doses of today that somebody may speak of."""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta

from bot.intake.request import Request
from domain.medicines.doses.facts import OPEN, DoseFacts
from domain.medicines.doses.today import list_day
from domain.models.medicines import DoseStatus

SOON = timedelta(hours=1)  # a dose due by then may be the one that was given
_SAME_SLOT = timedelta(minutes=30)


async def doses_today(
    request: Request,
    is_meant: Callable[[DoseFacts, datetime], bool],
    among: Collection[DoseStatus] = OPEN,
) -> Sequence[DoseFacts]:
    """Today's doses that nobody has answered (or those *among* others), with those of yesterday
    that are still to be.
    """
    now = request.scope.clock.now()
    days = await list_day(request.scope, days_ago=0)
    doses = [dose for day in days for dose in day.doses if dose.status in among]
    return [dose for dose in doses if is_meant(dose, now)]


def of_one_slot(doses: Sequence[DoseFacts], now: datetime) -> Sequence[DoseFacts]:
    """The last of those that are due together: "she had her pills" isn't yesterday's. What will
    only be due is meant where nothing is yet.
    """
    doses = [dose for dose in doses if dose.due_at <= now] or doses
    last = max((dose.due_at for dose in doses), default=None)
    return [dose for dose in doses if last is not None and dose.due_at >= last - _SAME_SLOT]
