"""The ladder of a dose: its steps and their times, until somebody answers or its window ends.

Pure arithmetic on aware UTC datetimes. Those who are asked first are asked three times, then
everybody else is told, and at the end of the window it's missed. In a shorter window the steps are
as much closer together.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.timers import MINUTE, NextAction, Step, ceil_minute, floor_minute

WINDOW = timedelta(minutes=120)
HOLD = timedelta(minutes=15)  # for whoever says that they are on it
SNOOZE_MINUTES = (10, 30, 60)


@dataclass(frozen=True)
class Rung:
    """A step of the ladder, `after` the dose was due."""

    step: Step
    after: timedelta


LADDER: Sequence[Rung] = (
    Rung(Step.ASK, timedelta(0)),
    Rung(Step.AGAIN, timedelta(minutes=10)),
    Rung(Step.AGAIN, timedelta(minutes=20)),
    Rung(Step.OTHERS, timedelta(minutes=30)),
)
_ASKS = sum(rung.step is not Step.OTHERS for rung in LADDER)


def window_end(due_at: datetime, next_due_at: datetime | None) -> datetime:
    """When an unanswered dose counts as missed: after two hours, or when the next one is due."""
    end = due_at + WINDOW
    return min(end, next_due_at) if next_due_at is not None and next_due_at > due_at else end


def first_action(due_at: datetime) -> NextAction:
    return NextAction(Step.ASK, ceil_minute(due_at))


def rungs_taken(step: Step, before: int) -> int:
    """How many rungs have been taken once *step* has, if *before* had. Who snoozes after the others
    were told is asked again, and then so are they.
    """
    return len(LADDER) if step is Step.OTHERS else min(before + 1, _ASKS)


def next_action(
    rung: int, now: datetime, *, due_at: datetime, window_ends_at: datetime
) -> NextAction:
    """What follows *rung* rungs, the last of which was taken *now*."""
    if rung < len(LADDER):
        gap = LADDER[rung].after - LADDER[rung - 1].after if rung else timedelta(0)
        scale = (window_ends_at - due_at) / WINDOW
        at = ceil_minute(now + max(gap * scale, MINUTE))
        if at < window_ends_at:
            return NextAction(LADDER[rung].step, at)
    return missed_at(window_ends_at)


def missed_at(window_ends_at: datetime) -> NextAction:
    return NextAction(Step.MISS, ceil_minute(window_ends_at))


def after_snooze(now: datetime, *, minutes: int, window_ends_at: datetime) -> NextAction:
    """Ask again after *minutes*, but never past the window: then it's missed when that ends."""
    again = ceil_minute(now + timedelta(minutes=minutes))
    if again >= window_ends_at:
        return missed_at(window_ends_at)
    return NextAction(Step.ASK, again)


def after_hold(step: Step, at: datetime, *, now: datetime, window_ends_at: datetime) -> NextAction:
    """The timer (*step*, *at*) of a dose that somebody is on: it waits, but not past the window."""
    held = max(at, held_until(now))
    return NextAction(step, held) if held < window_ends_at else missed_at(window_ends_at)


def held_until(now: datetime) -> datetime:
    """How long it waits for whoever says *now* that they are on it."""
    return floor_minute(now) + HOLD


def after_undo(
    now: datetime, *, rung: int, due_at: datetime, window_ends_at: datetime, asked: bool
) -> NextAction | None:
    """The timer of a dose whose record was undone; None if its window has ended."""
    if now >= window_ends_at:
        return None
    if asked:
        return next_action(rung, now, due_at=due_at, window_ends_at=window_ends_at)
    return NextAction(Step.ASK, ceil_minute(max(now, due_at)))
