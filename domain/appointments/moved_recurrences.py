"""What becomes of a recurrence when one of its starts moves to another day: the same rhythm there.

As other calendars have it when "all" are moved: Tuesdays and Thursdays become Wednesdays and
Fridays, the last Friday of a month its last Monday. What is left out moves along.
"""

from dataclasses import replace
from datetime import date, datetime, timedelta

from domain.appointments.recurrences import (
    SHORTEST_MONTH,
    ByDay,
    Frequency,
    Nth,
    Recurrence,
    nth_of,
)
from domain.local_time import Weekday


def move_recurrence(rule: Recurrence, *, old: datetime, new: datetime) -> Recurrence:
    """The same rhythm, with the start at *old* moved to *new* (both local)."""
    if new.date() == old.date():
        return rule  # only the hour changes; February 28 may stand for the 31st
    moved = _move_rhythm(rule, old, new)
    if not rule.except_on:
        return moved
    days = {_move_day(day, old=old, new=new, rule=moved) for day in rule.except_on}
    return replace(moved, except_on=tuple(sorted(day for day in days if day is not None)))


def _move_rhythm(rule: Recurrence, old: datetime, new: datetime) -> Recurrence:
    if not rule.by_day:
        names_day = rule.by_month_day and rule.frequency is not Frequency.YEARLY
        if names_day and len(rule.by_month_day) > 1 and not rule.by_set_pos:
            return replace(rule, by_month_day=_move_month_days(rule, old, new))
        days = (new.day,) if names_day else ()
        plain = replace(rule, by_month_day=days, by_month=(), by_set_pos=())
        return plain.with_shorter_months(new)
    if rule.frequency in (Frequency.DAILY, Frequency.WEEKLY):
        days_later = new.weekday() - old.weekday()
        shifted = {Weekday((day.weekday + days_later) % 7) for day in rule.by_day}
        return replace(rule, by_day=tuple(ByDay(day) for day in sorted(shifted)))
    if len(rule.by_day) > 1:
        return replace(rule, by_day=_move_nth_days(rule, old, new), by_month=(), by_set_pos=())
    was_last = any(day.nth == Nth.LAST for day in rule.by_day)
    nth = Nth.LAST if was_last and (new + timedelta(days=7)).month != new.month else nth_of(new)
    return replace(rule, by_day=(ByDay(Weekday(new.weekday()), nth),), by_month=(), by_set_pos=())


def _move_month_days(rule: Recurrence, old: datetime, new: datetime) -> tuple[int, ...]:
    """All of several days of a month, as far as *old* moves; only that one if they don't all stay
    within the month.
    """
    later = (new.date() - old.date()).days
    days = [day + later for day in rule.by_month_day]
    if not all(1 <= day <= SHORTEST_MONTH for day in days):
        is_last = (old + timedelta(days=1)).month != old.month and old.day not in rule.by_month_day
        moved = -1 if is_last else old.day
        days = [new.day if day == moved else day for day in rule.by_month_day]
    return tuple(sorted(set(days), key=lambda day: (day < 0, day)))


def _move_nth_days(rule: Recurrence, old: datetime, new: datetime) -> tuple[ByDay, ...]:
    """All of several weekdays of a month, by as many weekdays and weeks as *old* moves."""
    later, weeks = new.weekday() - old.weekday(), nth_of(new) - nth_of(old)
    found = set()
    for day in rule.by_day:
        nth = day.nth if day.nth == Nth.LAST else day.nth + weeks
        if nth != Nth.LAST and not Nth.FIRST <= nth <= Nth.FIFTH:
            nth = day.nth
        found.add(ByDay(Weekday((day.weekday + later) % 7), nth))
    return tuple(sorted(found))


def _move_day(day: date, *, old: datetime, new: datetime, rule: Recurrence) -> date | None:
    """Where an exception goes when the start at *old* moves to *new*: the place in the new *rule*
    of what would have been on *day*.
    """
    if rule.frequency in (Frequency.DAILY, Frequency.WEEKLY):
        return day + (new.date() - old.date())
    months = (new.year - old.year + day.year) * 12 + new.month - old.month + day.month - 1
    month = datetime.combine(date(months // 12, months % 12 + 1, 1), new.time())
    if rule.by_day or rule.by_month_day:
        plain = replace(rule.without_end(), frequency=Frequency.MONTHLY, interval=1, except_on=())
        found = plain.first_from(month)
        is_there = found is not None and (found.year, found.month) == (month.year, month.month)
        return found.date() if found is not None and is_there else None
    try:
        return month.replace(day=new.day).date()
    except ValueError:
        return None  # the month is too short
