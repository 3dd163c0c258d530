"""The schedule of a new medicine: what a typed or tapped reply says."""

from datetime import datetime
from zoneinfo import ZoneInfo

from bot.grammar.problems import Misunderstood, Problem
from bot.grammar.schedules.parsing import parse_schedule, says_as_much
from domain.medicines.schedules.kinds import Schedule

PRESETS = {
    "m": "every day at 08:00",
    "me": "every day at 08:00 and 20:00",
    "mne": "every day at 08:00, 14:00 and 20:00",
    "e": "every day at 20:00",
    "wd": "weekdays",
    "d2": "every 2 days",
    "h8": "every 8 hours",
    "prn": "as needed",
}


def read_schedule(words: str, *, so_far: str, zone: ZoneInfo, now: datetime) -> Schedule | str:
    """The schedule that a reply and what was said before it make; or, while times are missing, the
    words so far. Raises Misunderstood.
    """
    try:
        return _schedule_or_words(f"{so_far} {words}".strip(), zone=zone, now=now)
    except Misunderstood:
        # Only who says all of it in other words has started over: nothing that was typed is lost.
        if not so_far or not says_as_much(words, as_words=so_far):
            raise
    return _schedule_or_words(words, zone=zone, now=now)


def _schedule_or_words(words: str, *, zone: ZoneInfo, now: datetime) -> Schedule | str:
    try:
        return parse_schedule(words, zone=zone, now=now)
    except Misunderstood as problem:
        if problem.problem is Problem.TIMES_MISSING:
            return words
        raise
