"""How long one of several steps lasts: those after it begin as much later, or earlier."""

from dataclasses import replace
from datetime import timedelta

from domain.medicines.dosages import Dosage
from domain.medicines.schedule_changes.changes import Change
from domain.medicines.schedules.kinds import Steps, WallClock


def number_of_step(old: Steps, amount: Dosage) -> int | None:
    """The only step with that amount, from 0; None if there is none, or several."""
    same = [
        number
        for number, step in enumerate(old.steps)
        if any((own.amount, own.unit) == (amount.amount, amount.unit) for own in step.dosages or ())
    ]
    return same[0] if len(same) == 1 else None


def with_length_of_step(old: Steps, number: int, change: Change) -> Steps | None:
    """*old* with that step for as many days or months as *change* names; None if it names a number
    of doses. Raises InvalidSchedule.
    """
    step = old.steps[number]
    ends_on = change.last_day_from(step.starts_on)
    if ends_on is None:
        return None
    later = timedelta() if step.ends_on is None else ends_on - step.ends_on
    following = [_later(each, later) for each in old.steps[number + 1 :]]
    changed = replace(step, ends_on=ends_on, last_at=None)
    return Steps((*old.steps[:number], changed, *following))


def _later(step: WallClock, by: timedelta) -> WallClock:
    ends_on = None if step.ends_on is None else step.ends_on + by
    return replace(step, starts_on=step.starts_on + by, ends_on=ends_on)
