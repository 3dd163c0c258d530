"""The ladder of a dose: its steps and their times, until somebody answers or its window ends.

Pure arithmetic on aware UTC datetimes. Those who are asked first are asked three times, then
everybody else is told, and at the end of the window it's missed. What is critical is asked about
faster, and what isn't only once. In a window of less than an hour the steps are as much closer
together.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.models.family import LadderPlan
from domain.timers import MINUTE, NextAction, Step, ceil_minute, floor_minute

WINDOW = timedelta(minutes=120)  # as long as a family has set no other
WINDOWS = tuple(timedelta(minutes=minutes) for minutes in (60, 120, 180, 240))
LONGEST_WINDOW = max(WINDOWS)
_SCALED_BELOW = timedelta(minutes=60)  # a shorter window has no room for the steps as they are
HOLD = timedelta(minutes=15)  # for whoever says that they are on it
SNOOZE_MINUTES = (10, 30, 60)


@dataclass(frozen=True)
class Rung:
    """A step of the ladder, `after` the dose was due."""

    step: Step
    after: timedelta


def _rungs(*, again: Sequence[int], others: int | None) -> Sequence[Rung]:
    asks = [Rung(Step.AGAIN, timedelta(minutes=after)) for after in again]
    told = [] if others is None else [Rung(Step.OTHERS, timedelta(minutes=others))]
    return (Rung(Step.ASK, timedelta(0)), *asks, *told)


LADDERS: Mapping[LadderPlan, Sequence[Rung]] = {
    LadderPlan.USUAL: _rungs(again=(10, 20), others=30),
    LadderPlan.STEEP: _rungs(again=(5, 10), others=15),
    LadderPlan.ONCE: _rungs(again=(), others=None),
}


def count_asks(plan: LadderPlan) -> int:
    """How often those who are asked first are."""
    return sum(rung.step is not Step.OTHERS for rung in LADDERS[plan])


def has_step(step: Step, rung: int, plan: LadderPlan) -> bool:
    """Whether *step* is still one of the *plan*, which may have been changed since it was set."""
    if step not in (Step.AGAIN, Step.OTHERS):
        return True
    return rung < len(LADDERS[plan]) and any(each.step is step for each in LADDERS[plan])


def window_end(due_at: datetime, next_due_at: datetime | None, *, window: timedelta) -> datetime:
    """When an unanswered dose counts as missed: after its window, or when the next one is due."""
    end = due_at + window
    return min(end, next_due_at) if next_due_at is not None and next_due_at > due_at else end


def first_action(due_at: datetime) -> NextAction:
    return NextAction(Step.ASK, ceil_minute(due_at))


def rungs_taken(step: Step, before: int, plan: LadderPlan) -> int:
    """How many rungs have been taken once *step* has, if *before* had. Who snoozes after the others
    were told is asked again, and then so are they.
    """
    return len(LADDERS[plan]) if step is Step.OTHERS else min(before + 1, count_asks(plan))


def next_action(
    rung: int, now: datetime, *, plan: LadderPlan, due_at: datetime, window_ends_at: datetime
) -> NextAction:
    """What follows *rung* rungs, the last of which was taken *now*."""
    rungs = LADDERS[plan]
    if rung < len(rungs):
        gap = rungs[rung].after - rungs[rung - 1].after if rung else timedelta(0)
        scale = min(1.0, (window_ends_at - due_at) / _SCALED_BELOW)
        at = ceil_minute(now + max(gap * scale, MINUTE))
        if at < window_ends_at:
            return NextAction(rungs[rung].step, at)
    return missed_at(window_ends_at)


def missed_at(window_ends_at: datetime) -> NextAction:
    return NextAction(Step.MISS, ceil_minute(window_ends_at))


def after_snooze(now: datetime, *, minutes: int, window_ends_at: datetime) -> NextAction | None:
    """Ask again after *minutes*; None if that passes the window: the ladder goes on as it was."""
    again = ceil_minute(now + timedelta(minutes=minutes))
    return NextAction(Step.ASK, again) if again < window_ends_at else None


def after_hold(step: Step, at: datetime, *, now: datetime, window_ends_at: datetime) -> NextAction:
    """The timer (*step*, *at*) of a dose that somebody is on: it waits, but not past the window."""
    held = max(at, held_until(now))
    return NextAction(step, held) if held < window_ends_at else missed_at(window_ends_at)


def held_until(now: datetime) -> datetime:
    """How long it waits for whoever says *now* that they are on it."""
    return floor_minute(now) + HOLD


def after_undo(
    now: datetime,
    *,
    rung: int,
    plan: LadderPlan,
    due_at: datetime,
    window_ends_at: datetime,
    asked: bool,
) -> NextAction | None:
    """The timer of a dose whose record was undone; None if its window has ended."""
    if now >= window_ends_at:
        return None
    if asked:
        return next_action(rung, now, plan=plan, due_at=due_at, window_ends_at=window_ends_at)
    return NextAction(Step.ASK, ceil_minute(max(now, due_at)))
