"""When something was given, as far as it was said: at which hour, or whether that must be asked."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.features.overview.flows.open_doses import SOON, doses_today
from bot.grammar.past_times.moments import parse_moment
from bot.grammar.problems import Misunderstood
from bot.intake.request import Request
from domain.medicines.doses.facts import DoseFacts
from domain.medicines.facts import MedicineLine


def said_at(when: str, doses: Sequence[DoseFacts], now: datetime) -> datetime | None:
    """The instant that *when* names, by the clock of whoever takes *doses*; None if it can be
    several, or none is said.
    """
    if not when or not doses:
        return None
    try:
        return parse_moment(when, zone=doses[0].zone, now=now).at
    except Misunderstood:
        return None


async def long_due(
    request: Request, items: Sequence[tuple[Sequence[MedicineLine], str]]
) -> Sequence[DoseFacts]:
    """The doses of what was given without a time, if each was due a while ago and nobody has
    recorded it: whether it was then or now that it was given has to be asked. Empty for others.
    """
    ids = [lines[0].id for lines, words in items if len(lines) == 1 and _is_usual(words, lines[0])]
    if len(ids) < len(items) or _THIS_MOMENT.search(request.text or ""):
        return ()
    doses = await doses_today(request, lambda dose, now: dose.due_at <= now + SOON)
    last = {dose.medication_id: dose for dose in sorted(doses, key=lambda each: each.due_at)}
    found, now = [last[each] for each in ids if each in last], request.scope.clock.now()
    is_long_due = len(found) == len(ids) and all(each.due_at < now - _A_WHILE for each in found)
    is_of_one = len({each.care_recipient_id for each in found}) == 1
    return found if is_long_due and is_of_one else ()


def _is_usual(words: str, line: MedicineLine) -> bool:
    """Whether nothing is said of how much and when, or only the usual amount: "500", "500mg"."""
    return not words or line.dosage.words in {words, f"{words} {line.dosage.unit}"}


_A_WHILE = timedelta(minutes=90)
_THIS_MOMENT = re.compile(r"(?i)\b(?:just|now|this minute|straight away)\b")
