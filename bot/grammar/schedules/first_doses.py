"""When the first dose is: "starting tonight", "first dose at 8pm"."""

from collections.abc import Iterable
from dataclasses import replace

from bot.grammar.schedule_parts.dated_parts import check_first_dose
from bot.grammar.schedule_parts.parts import DatedPart, ScheduleParts
from bot.grammar.schedules.by_the_clock import times_of_parts
from bot.grammar.schedules.context import ScheduleContext
from domain.medicines.schedules.clock_times import times_of
from domain.medicines.schedules.kinds import AsNeeded, Elapsed, Schedule, is_daily
from domain.medicines.schedules.occurrences import first_occurrence


def as_begun(
    schedule: Schedule, parts: Iterable[ScheduleParts], context: ScheduleContext
) -> Schedule:
    """Raises `Misunderstood` unless its first dose is when *parts* say that it is."""
    for each in parts:
        begins = each.begins_in
        if begins is None or (each.begins_now and isinstance(schedule, Elapsed)):
            continue
        found = first_occurrence(schedule, context.zone, context.now)
        first = None if found is None else found.due_at.astimezone(context.zone)
        day = each.starts.resolve(context.today, context.today) if each.starts else None
        is_later = first is not None and day is not None and first.date() > day
        is_missed = first is None or (is_later and is_daily(schedule))
        check_first_dose(each, None if is_missed or first is None else first.time())
    return schedule


def with_first_dose(
    parts: ScheduleParts, schedule: Schedule, context: ScheduleContext
) -> ScheduleParts:
    """ "Start tonight", "from wednesday 8pm" of what is given more than once a day: the times stay,
    and one of them is the first. Raises `Misunderstood` if the first dose would be another one.
    """
    so_far = times_of(schedule, zone=context.zone, now=context.now)
    begins = parts.begins_in
    is_of_start = parts.starts is not None and len(parts.times) == 1 and not parts.moments
    if is_of_start and len(so_far) > 1 and not parts.times_a_day:
        words = f"{parts.starts.words if parts.starts else ''} {parts.times[0]:%H:%M}"
        begins = DatedPart(words, at=parts.times[0])
        parts = replace(parts, times=[], typed_time=None, begins_in=begins)
    if begins is None or isinstance(schedule, AsNeeded):
        return parts
    if begins.moment is not None and parts.moments == (begins.moment,) and not parts.times:
        parts = replace(parts, moments=())
    today = context.today
    day = parts.starts.resolve(today, today) if parts.starts is not None else today
    over = context.now.astimezone(context.zone).time() if day == today else None
    ahead = [
        at for at in sorted(times_of_parts(parts, context) or so_far) if over is None or at > over
    ]
    check_first_dose(parts, ahead[0] if ahead else None)
    return parts
