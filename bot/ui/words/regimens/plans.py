"""What is given by the clock, in words: a schedule, a step, several plans side by side."""

from collections.abc import Sequence
from datetime import date, time, timedelta
from itertools import islice

from bot.ui.wording import _, listed
from bot.ui.words.dates import day_and_month, full_date
from bot.ui.words.regimens.moments import moment_in_words
from bot.ui.words.regimens.parts_of_day import time_in_words
from bot.ui.words.regimens.patterns_of_days import days_in_words, plan_days_in_words
from domain.medicines.dosages import Dosage
from domain.medicines.schedules.days import EVERY_DAY, Daily, counts_from_first_day
from domain.medicines.schedules.kinds import Combined, WallClock
from domain.medicines.schedules.moments import Moment

BEGUN = date.max  # as *today*: leaves out the first day, whenever that is


def wall_clock_in_words(schedule: WallClock, *, today: date | None) -> str:
    """ "every day before breakfast (07:30)", "1 tablet at 08:00 and ½ tablet at 22:00"."""
    days = days_in_words(schedule.days, starts_on=schedule.starts_on)
    if schedule.dosages:
        words = _amounts(schedule, schedule.dosages)
        if schedule.days != EVERY_DAY:
            words = _("{amounts}, {days}").format(amounts=words, days=days)
    else:
        words = _("{days} {times}").format(days=days, times=_times(schedule))
    return _with_dates(words, schedule, today=today)


def schedule_by_clock_in_words(schedule: WallClock, *, today: date | None) -> str:
    """As :func:`wall_clock_in_words`, of a whole schedule: "once on 24 November 2026 at 09:00"."""
    only_day = _only_day(schedule)
    if only_day is None or len(schedule.times) > 1:
        return wall_clock_in_words(schedule, today=today)
    once = _("once on {date}").format(date=full_date(only_day))
    if schedule.dosages:
        amounts = _amounts(schedule, schedule.dosages)
        return _("{amounts}, {days}").format(amounts=amounts, days=once)
    return _("{days} {times}").format(days=once, times=_times(schedule))


def _only_day(schedule: WallClock) -> date | None:
    """The day of what is given on one day only."""
    if schedule.ends_on is None:
        return None
    days = list(islice(schedule.days_from(schedule.starts_on), 2))
    return days[0] if len(days) == 1 else None


def plans_in_words(schedule: Combined, *, today: date | None) -> str:
    """ "Mon–Fri: 5 mg at 18:00; Sat, Sun: 2.5 mg at 18:00", or two amounts that alternate."""
    plans = schedule.plans
    if _takes_turns(plans):
        return _in_turn(plans, today=today)
    is_shared = len({(p.starts_on, p.ends_on, p.last_at, p.except_on) for p in plans}) == 1
    if not is_shared:
        return "; ".join(_plan_with_dates(plan, today=today) for plan in plans)
    # After a comma, the dates would read as those of the last plan.
    return "; ".join([*map(_plan, plans), *_dates(plans[0], today=today)])


def dates_in_words(starts_on: date, ends_on: date | None, *, today: date | None) -> list[str]:
    """ "from 1 December 2026", unless that is over by *today*, and "last day 3 December 2026"."""
    words = []
    if today is None or starts_on > today:
        words.append(_("from {date}").format(date=full_date(starts_on)))
    if ends_on is not None:
        words.append(_("last day {date}").format(date=full_date(ends_on)))
    return words


def _with_dates(words: str, schedule: WallClock, *, today: date | None) -> str:
    return ", ".join([words, *_dates(schedule, today=today)])


def _dates(schedule: WallClock, *, today: date | None) -> list[str]:
    """The first and the last day, or the last dose, and the days that are left out."""
    last_day = schedule.ends_on if schedule.last_at is None else None
    words = dates_in_words(schedule.starts_on, last_day, today=today)
    if schedule.ends_on is not None and schedule.last_at is not None:
        words.append(
            _("last dose on {date} at {time}").format(
                date=full_date(schedule.ends_on), time=time_in_words(schedule.last_at)
            )
        )
    return [*words, *_without(schedule.except_on, today=today)]


def _without(left_out: frozenset[date], *, today: date | None) -> list[str]:
    """ "not on 29 December", of the days that are still to come."""
    if today == BEGUN:
        today = None
    ahead = sorted(day for day in left_out if today is None or day >= today)
    if not ahead:
        return []
    days = [
        day_and_month(day) if today is not None and day.year == today.year else full_date(day)
        for day in ahead
    ]
    return [_("not on {days}").format(days=listed(days))]


def times_in_words(times: Sequence[time], moments: Sequence[Moment | None] | None) -> str:
    """ "at 08:00 and 20:00", "before breakfast (07:30) and at 20:00"."""
    if moments is None or not any(moments):
        return _("at {times}").format(times=listed([time_in_words(at) for at in times]))
    return listed(
        [
            _("at {times}").format(times=time_in_words(at))
            if moment is None
            else _("{moment} ({time})").format(
                moment=moment_in_words(moment), time=time_in_words(at)
            )
            for at, moment in zip(times, moments, strict=True)
        ]
    )


def _plan_with_dates(plan: WallClock, *, today: date | None) -> str:
    says_start = counts_from_first_day(plan.days)
    return _with_dates(_plan(plan), plan, today=plan.starts_on if says_start else today)


def _plan(plan: WallClock) -> str:
    """ "Mon–Fri: 5 mg at 18:00", "Sat, Sun at 10:00"."""
    days = plan_days_in_words(plan.days, starts_on=plan.starts_on)
    if counts_from_first_day(plan.days):
        # Beside other plans, it matters which of the days or weeks it is.
        first = plan.days.next_day(plan.starts_on, starts_on=plan.starts_on)
        days = _("{days} from {date}").format(days=days, date=full_date(first))
    if plan.dosages:
        return _("{days}: {amounts}").format(days=days, amounts=_amounts(plan, plan.dosages))
    return _("{days} {times}").format(days=days, times=_times(plan))


def _times(schedule: WallClock) -> str:
    return times_in_words(schedule.times, schedule.moments)


def _amounts(schedule: WallClock, dosages: Sequence[Dosage]) -> str:
    """ "1 tablet at 08:00 and ½ tablet at 22:00", with equal amounts grouped."""
    portions: list[tuple[str, list[tuple[time, Moment | None]]]] = []
    moments = schedule.moments or (None,) * len(schedule.times)
    for at, moment, dosage in zip(schedule.times, moments, dosages, strict=True):
        if portions and portions[-1][0] == dosage.words:
            portions[-1][1].append((at, moment))
        else:
            portions.append((dosage.words, [(at, moment)]))
    return listed(
        [
            _("{amount} {times}").format(
                amount=words,
                times=times_in_words([at for at, _m in slots], [moment for _at, moment in slots]),
            )
            for words, slots in portions
        ]
    )


def _takes_turns(plans: Sequence[WallClock]) -> bool:
    """Whether they are one amount a day in turn: every n days each, on days that follow each other,
    and otherwise alike.
    """
    count, first = len(plans), plans[0]
    is_alike = all(
        plan.days == Daily(count)
        and plan.dosages is not None
        and len(set(plan.dosages)) == 1
        and (plan.times, plan.moments, plan.last_at, plan.except_on)
        == (first.times, first.moments, None, first.except_on)
        for plan in plans
    )
    if not is_alike:
        return False
    begins = min(plan.starts_on for plan in plans)
    turns = sorted((plan.starts_on - begins).days for plan in plans)
    ends = [plan.ends_on for plan in plans if plan.ends_on is not None]
    is_one_end = not ends or (
        len(ends) == count and (max(ends) - min(ends)) < timedelta(days=count)
    )
    return turns == list(range(count)) and is_one_end


def _in_turn(plans: Sequence[WallClock], *, today: date | None) -> str:
    """ "alternating: 5 mg one day, 7.5 mg the next, at 18:00, 5 mg on 24 November"."""
    begins = min(plan.starts_on for plan in plans)
    since = begins if today is None or today == BEGUN else max(today, begins)
    ordered = sorted(plans, key=lambda plan: plan.days.next_day(since, starts_on=plan.starts_on))
    first = ordered[0].days.next_day(since, starts_on=ordered[0].starts_on)
    amounts = [(plan.dosages or ())[0].words for plan in ordered]
    if len(amounts) == 2:
        words = _("alternating: {amount} one day, {other} the next").format(
            amount=amounts[0], other=amounts[1]
        )
    else:
        words = _("one a day in turn: {amounts}").format(amounts=", ".join(amounts))
    is_this_year = today is not None and first.year == today.year
    words = _("{turns}, {times}, {amount} on {date}").format(
        turns=words,
        times=_times(ordered[0]),
        amount=amounts[0],
        date=day_and_month(first) if is_this_year else full_date(first),
    )
    ends = [plan.ends_on for plan in plans if plan.ends_on is not None]
    dates = dates_in_words(begins, max(ends) if ends else None, today=today)
    return ", ".join([words, *dates, *_without(plans[0].except_on, today=today)])
