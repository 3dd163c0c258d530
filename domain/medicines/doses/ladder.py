"""The ladder of a dose: its steps and their times, until somebody answers or its window ends.

Pure arithmetic on aware UTC datetimes. So far the ladder has only its first and last step (ask,
then mark missed); steps in between (ask again, tell the others) would go into `Step` and
`after_asking`.
"""

from datetime import datetime, timedelta

from domain.timers import NextAction, Step, ceil_minute

WINDOW = timedelta(minutes=120)
SNOOZE_MINUTES = (10, 30, 60)


def window_end(due_at: datetime, next_due_at: datetime | None) -> datetime:
    """When an unanswered dose counts as missed: after two hours, or when the next one is due."""
    end = due_at + WINDOW
    return min(end, next_due_at) if next_due_at is not None and next_due_at > due_at else end


def first_action(due_at: datetime) -> NextAction:
    return NextAction(Step.ASK, ceil_minute(due_at))


def after_asking(window_ends_at: datetime) -> NextAction:
    return NextAction(Step.MISS, ceil_minute(window_ends_at))


def after_snooze(now: datetime, *, minutes: int, window_ends_at: datetime) -> NextAction:
    """Ask again after *minutes*, but never past the window: then it's missed when that ends."""
    again = ceil_minute(now + timedelta(minutes=minutes))
    if again >= window_ends_at:
        return after_asking(window_ends_at)
    return NextAction(Step.ASK, again)


def after_undo(
    now: datetime, *, due_at: datetime, window_ends_at: datetime, asked: bool
) -> NextAction | None:
    """The timer of a dose whose record was undone; None if its window has ended."""
    if now >= window_ends_at:
        return None
    if asked:
        return after_asking(window_ends_at)
    return NextAction(Step.ASK, ceil_minute(max(now, due_at)))
