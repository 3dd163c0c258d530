"""The context for fitting any kind of schedule: the words, zone and time; its first and
last day.
"""

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import TypeVar
from zoneinfo import ZoneInfo

from bot.grammar.dates import check_reach, spelt
from bot.grammar.problems import Misunderstood, Problem
from bot.grammar.schedule_parts.parts import ScheduleParts
from domain.medicines.dosages import Dosage
from domain.medicines.schedules.kinds import Combined, Elapsed, Steps, WallClock
from domain.medicines.schedules.moments import USUAL_DAY, DayTimes, Moment
from domain.medicines.schedules.occurrences import first_occurrence
from domain.medicines.schedules.problems import InvalidSchedule, ScheduleProblem

AnySchedule = TypeVar("AnySchedule", WallClock, Elapsed, Steps, Combined)


@dataclass(frozen=True, slots=True)
class ScheduleContext:
    """The typed words, with the zone and the time they were typed at; `day` says when "before
    breakfast" is, and `dosage` how much one dose is, as far as that is known.
    """

    words: str
    zone: ZoneInfo
    now: datetime
    day: DayTimes = USUAL_DAY
    dosage: Dosage | None = None

    @property
    def today(self) -> date:
        return self.now.astimezone(self.zone).date()

    def time_of(self, moment: Moment) -> time:
        """Raises `Misunderstood` for a moment on another day than its meal."""
        at = self.day.time_of(moment)
        if at is None:
            raise self.wrong(Problem.NO_SUCH_TIME)
        return at

    def wrong(self, problem: Problem) -> Misunderstood:
        return Misunderstood(problem, self.words)


def require_upcoming_dose(schedule: AnySchedule, context: ScheduleContext) -> AnySchedule:
    """The schedule. Raises `Misunderstood` if all its doses are in the past."""
    if first_occurrence(schedule, context.zone, context.now) is None:
        raise context.wrong(Problem.NOTHING_LEFT)
    return schedule


def count_patterns(parts: ScheduleParts) -> int:
    """How many ways of choosing days were typed, not counting weekdays."""
    patterns = (
        parts.every_days,
        parts.every_weeks,
        parts.cycle,
        parts.days_of_cycle,
        parts.every_months,
    )
    of_month = parts.month_days is not None or parts.month_weeks is not None
    return max(sum(pattern not in (None, 1) for pattern in patterns), int(of_month))


def first_and_last(parts: ScheduleParts, context: ScheduleContext) -> tuple[date, date | None]:
    """The first day, and the last one if it was typed."""
    today = context.today
    starts_on, ends_on = today, None
    if parts.starts is not None:
        starts_on = parts.starts.resolve(today, today)
        check_reach(starts_on, today=today, words=parts.starts.words)
    if parts.ends is not None:
        ends_on = parts.ends.resolve(today, max(starts_on, today))
        if ends_on < today:
            raise Misunderstood(Problem.END_IN_PAST, spelt(ends_on))
        check_reach(ends_on, today=today, words=parts.ends.words)
        if ends_on < starts_on:
            raise context.wrong(Problem.END_BEFORE_START)
    return starts_on, ends_on


_PROBLEMS = {
    ScheduleProblem.ENDS_BEFORE_START: Problem.END_BEFORE_START,
    ScheduleProblem.NEVER_FALLS_DUE: Problem.NEVER_FALLS_DUE,
    ScheduleProblem.NO_WEEKDAYS: Problem.CONTRADICTION,
    ScheduleProblem.ALL_WEEKDAYS: Problem.CONTRADICTION,
    ScheduleProblem.NO_DAYS_OF_MONTH: Problem.NO_SUCH_DATE,
    ScheduleProblem.CYCLE_IMPOSSIBLE: Problem.INTERVAL_IMPOSSIBLE,
    ScheduleProblem.INTERVAL_IMPOSSIBLE: Problem.INTERVAL_IMPOSSIBLE,
    ScheduleProblem.LIMIT_IMPOSSIBLE: Problem.TOO_MANY_TIMES,
    ScheduleProblem.STEPS_OVERLAP: Problem.STEP_WITHOUT_END,
    ScheduleProblem.TOO_MANY_STEPS: Problem.TOO_LONG,
    ScheduleProblem.TOO_MANY_TIMES: Problem.TOO_MANY_TIMES,
    ScheduleProblem.DOSAGES_DO_NOT_MATCH: Problem.COUNT_MISMATCH,
    ScheduleProblem.LIMITS_OF_WHAT_IS_DUE: Problem.LIMITS_OF_WHAT_IS_DUE,
    ScheduleProblem.NO_DAYS_TO_REPEAT: Problem.WEEKDAYS_MISSING,
    ScheduleProblem.NOTHING_TO_COME: Problem.NOTHING_LEFT,
}


def to_misunderstood(error: InvalidSchedule, words: str) -> Misunderstood:
    """The problem with *words* that don't make a schedule."""
    return Misunderstood(_PROBLEMS.get(error.problem, Problem.CONTRADICTION), words)
