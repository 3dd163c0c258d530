"""Why parts don't make a schedule, and why a stored schedule can't be read."""

from enum import Enum


class ScheduleProblem(Enum):
    """Why parts don't make a schedule."""

    NO_TIMES = "no times of day"
    TOO_MANY_TIMES = "more times a day than hours"
    TIMES_NOT_ASCENDING = "times of day repeat or are out of order"
    TIME_NOT_A_LOCAL_MINUTE = "a time has seconds or a zone"
    DOSAGES_DO_NOT_MATCH = "there is not one dosage for each time"
    NO_WEEKDAYS = "no weekdays"
    ALL_WEEKDAYS = "all weekdays of every week are named where every day is meant"
    NO_DAYS_OF_MONTH = "no days of the month, or some that no month has"
    CYCLE_IMPOSSIBLE = "the days or weeks between doses are none, or more than a year"
    ENDS_BEFORE_START = "the end is before the start"
    NEVER_FALLS_DUE = "no chosen day lies between start and end"
    INTERVAL_IMPOSSIBLE = "the hours between doses are less than one, or more than a month"
    INSTANT_NOT_A_UTC_MINUTE = "an instant has seconds, or is not UTC"
    LIMIT_IMPOSSIBLE = "the most in 24 hours is none, or more than one an hour"
    MOMENTS_DO_NOT_MATCH = "there is not one part of the day for each time"
    MOMENTS_MEET = "two parts of the day are at the same time"
    MOMENT_ON_ANOTHER_DAY = "a time before or after a part of the day is on another day"
    LAST_TIME_IMPOSSIBLE = "the last time is none of the times, or there is no last day"
    TOO_MANY_EXCEPTIONS = "more days are left out than anybody lists"
    PLANS_COINCIDE = "several plans have a dose at the same minute, or there is only one plan"
    DOSES_IMPOSSIBLE = "a number of doses is none, too many, or not for this kind of schedule"
    STEPS_OVERLAP = "steps overlap, do not end, or are out of order"
    STEPS_WITHOUT_DOSAGE = "a step does not say how much"
    TOO_MANY_STEPS = "more steps than anybody follows"
    LIMITS_OF_WHAT_IS_DUE = "limits are for what is given as needed"
    NO_DAYS_TO_REPEAT = "the weekdays are not known"
    NOTHING_TO_COME = "no dose is to come"


class InvalidSchedule(ValueError):
    """The parts don't make a schedule; `problem` says why."""

    def __init__(self, problem: ScheduleProblem) -> None:
        super().__init__(problem.value)
        self.problem = problem


class UnreadableSchedule(ValueError):
    """Stored JSON that this version doesn't understand: from a newer version, or damaged."""


def require(holds: bool, problem: ScheduleProblem) -> None:
    if not holds:
        raise InvalidSchedule(problem)
