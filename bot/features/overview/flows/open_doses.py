"""Doses of today that somebody may speak of."""

import re
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


def of_this_day(
    doses: Sequence[DoseFacts], text: str, now: datetime, *, is_ahead: bool
) -> Sequence[DoseFacts]:
    """Those of today, where anything of today is open. "Tonight" and "today" are never of
    yesterday, but in the small hours of what was due in the evening, unless it `is_ahead`.
    """
    if _OF_BEFORE.search(text):
        return doses
    of_the_night = [
        dose
        for dose in doses
        if now.astimezone(dose.zone).hour < _SMALL_HOURS
        and timedelta(0) <= now - dose.due_at < _A_NIGHT
    ]
    if of_the_night and not is_ahead:
        return of_the_night
    today = [dose for dose in doses if dose.local.date() == now.astimezone(dose.zone).date()]
    return today if today or _OF_TODAY.search(text) else doses


_OF_BEFORE = re.compile(r"(?i)\b(?:yesterday|last)\b")
_OF_TODAY = re.compile(r"(?i)\b(?:to(?:day|night|nite)|this (?:morning|afternoon|evening))\b")
_SMALL_HOURS, _A_NIGHT = 4, timedelta(hours=12)


def of_one_slot(doses: Sequence[DoseFacts], now: datetime) -> Sequence[DoseFacts]:
    """The last of those that are due together: "she had her pills" isn't yesterday's. What will
    only be due is meant where nothing is yet.
    """
    doses = [dose for dose in doses if dose.due_at <= now] or doses
    last = max((dose.due_at for dose in doses), default=None)
    return [dose for dose in doses if last is not None and dose.due_at >= last - _SAME_SLOT]


def age(dose: DoseFacts, now: datetime) -> int:
    """How many days ago it was due, by the clock of whoever takes it."""
    return (now.astimezone(dose.zone).date() - dose.local.date()).days
