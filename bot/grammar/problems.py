"""What can be wrong with typed text, as a type; the sentences are in `bot.ui`."""

from enum import Enum, auto


class Problem(Enum):
    """Why a line was not understood. In the comments, W stands for `Misunderstood.words`."""

    TOO_LONG = auto()
    UNKNOWN_WORDS = auto()  # W is not part of anything we know
    ONE_RHYTHM = auto()  # W are times or amounts that differ by day: that takes two entries

    NAME_MISSING = auto()
    NAME_TOO_LONG = auto()
    NAME_IS_COMMAND = auto()

    DOSAGE_MISSING = auto()
    DOSAGE_NEEDS_UNIT = auto()  # W is an amount without a unit, or words without quotes
    DOSAGE_TOO_LONG = auto()
    AMOUNT_NOT_POSITIVE = auto()
    AMOUNT_AMBIGUOUS = auto()  # "1,000 mg": a thousand, or one?
    AMOUNT_RANGE = auto()  # "1-2 tablets"
    AMOUNT_TOO_SMALL = auto()  # W is too little to measure
    AMOUNT_TOO_LARGE = auto()
    TWO_STRENGTHS = auto()  # "50 and 75 µg"
    STRENGTH_OR_AMOUNT = auto()  # W may be either, of "250 mg/5 ml, 10 ml"

    SCHEDULE_MISSING = auto()
    TIMES_MISSING = auto()  # W says how often, but not when on the clock
    AM_OR_PM = auto()
    NUMBER_OR_HOUR = auto()  # W, behind a strength: "5 mg 2 in the morning"
    NO_SUCH_TIME = auto()
    DUPLICATE_TIME = auto()
    TOO_MANY_TIMES = auto()
    COUNT_MISMATCH = auto()  # "twice a day" with three times
    INTERVAL_IMPOSSIBLE = auto()  # W is an interval of zero, of seconds, or of years
    AS_NEEDED_AT_TIMES = auto()  # "as needed at 08:00"
    STEP_WITHOUT_END = auto()  # W is a step of a taper without a duration
    TIMES_OF_STEPS = auto()  # W are times, of steps with different numbers of them
    FIRST_AMOUNT_MISSING = auto()  # W is the amount of a later step
    STEPS_BY_RULE = auto()  # "20 mg, reduce by 5 mg every 3 days": we don't work out doses
    WEEKDAYS_MISSING = auto()  # "once a week", but on which day?
    FIRST_DAY_MISSING = auto()  # "every 3 months", but from which day on?
    HOURS_RANGE = auto()  # "every 4-6 hours"
    FIRST_DAY_OR_WEEKLY = auto()  # W is a weekday, of what is given every so many days
    SAY_ALL_OF_IT = auto()  # W could not be read, and the answer leaves out part of it
    WHICH_STEPS = auto()  # W is said of several steps: of each, or of one?
    AS_WELL_OR_INSTEAD = auto()  # W are other days than those before
    ONE_OF_THE_TIMES = auto()  # W is one time, where there are several: in place of which?
    STEP_OR_INSTEAD = auto()  # W are amounts: after the first one, or in its place?
    SLIDING_SCALE = auto()  # W depends on a measurement
    WHICH_AMOUNT = auto()  # W are several amounts: which of them is given each time?
    NOTES_CONTRADICT = auto()  # W are notes: "left eye; right eye"
    CONTRADICTION = auto()  # W are parts that contradict each other
    INTAKE_UNREADABLE = auto()  # W is neither an amount nor a time
    CHANGE_UNREADABLE = auto()  # W names nothing that can be changed
    PART_OF_THE_DAY = auto()  # W is an amount at one of several times
    UNTIL_THEN = auto()  # W is an amount from a later day on
    WHICH_STEP = auto()  # W is how long one of several steps lasts
    PART_OF_THE_WEEK = auto()  # W are times on some of the days so far
    LIMITS_OF_WHAT_IS_DUE = auto()  # W are limits, for something not taken as needed
    INTERVAL_UNREADABLE = auto()  # W is not a time between two doses
    LIMIT_UNREADABLE = auto()  # W is not a number of times

    DATE_UNREADABLE = auto()
    DATE_AMBIGUOUS = auto()
    DATE_TOO_FAR = auto()
    NO_SUCH_DATE = auto()
    PART_OF_A_DAY = auto()  # W is a first or last day that is not a whole one
    BARE_DATE = auto()  # a date without "from", "until" or "for"
    DURATION_UNCLEAR = auto()
    COURSE_OR_CYCLE = auto()  # "for 5 days every 28 days"
    LIMIT_IN_AMOUNTS = auto()  # "max 8 tablets a day": how many times is that?
    END_BEFORE_START = auto()
    END_IN_PAST = auto()
    NOTHING_LEFT = auto()  # the last dose would already be in the past
    NEVER_FALLS_DUE = auto()

    DAY_TIMES_UNREADABLE = auto()  # W doesn't say which part of the day is when
    DAY_TIME_UNUSUAL = auto()  # W is a part of the day and an hour at which nobody has it
    DAY_TIME_AFTER_MIDNIGHT = auto()  # W would be on the next day
    TIMES_OF_DAY_MEET = auto()  # with these times, two doses would be due at once

    NOBODY_CARED_FOR = auto()
    WHICH_PERSON = auto()
    UNKNOWN_PERSON = auto()
    TWO_PEOPLE = auto()

    UNKNOWN_MEDICINE = auto()
    NOTHING_OF_THAT_NAME = auto()  # neither a person nor a medicine is called W
    PAUSE_STARTS_NOW = auto()  # W gives no end, or gives a start
    TIME_TO_COME = auto()  # that time is in the future
    TOO_LONG_AGO = auto()
    REMARK_MISSING = auto()
    REMARK_TOO_LONG = auto()
    STOCK_AMOUNT_MISSING = auto()
    NO_STOCK_AMOUNT = auto()
    NO_PER_DOSE = auto()  # W doesn't say how much of a stock makes one dose
    STOCK_BOX_SIZE = auto()  # "2 boxes", without the size

    TITLE_MISSING = auto()
    APPOINTMENT_WORDS = auto()  # W is not part of an appointment that we know
    WHEN_UNREADABLE = auto()  # W is not a time
    WHEN_TWICE = auto()  # W gives the time a second time
    DAY_VAGUE = auto()  # "next week"
    DAY_IS_OVER = auto()
    HOUR_IS_OVER = auto()
    WHICH_NIGHT = auto()  # W is midnight, and a day has two
    HOUR_SKIPPED = auto()  # the clocks go forward over it
    NO_OCCURRENCE = auto()  # W never happens before its end
    WEEKDAY_DIFFERS = auto()  # "Friday 28 November", which is a Saturday
    EVERY_WEEK = auto()  # W are weekdays; every week?
    REPEATS_TOO_OFTEN = auto()  # "every second"
    REPEATS_TOO_RARELY = auto()
    REPEAT_AMBIGUOUS = auto()  # "every 2nd Tuesday": every other week, or once a month?
    EXCEPTION_UNREADABLE = auto()  # W says that something is left out, but not which days
    EXCEPTION_MISSES = auto()  # W are left out, but it doesn't take place then anyway
    EXCEPTION_OF_ONE = auto()  # W are left out of something that doesn't repeat
    HOURS_OR_WINDOW = auto()  # "between 3 and 4pm": how long it takes, or when it may begin?
    COUNT_IMPOSSIBLE = auto()
    END_OF_ONE = auto()  # an end, for something that doesn't repeat
    DURATION_IMPOSSIBLE = auto()
    BEGINS_OTHERWISE = auto()  # W is an hour, but the changed appointment begins at another
    REMINDER_IMPOSSIBLE = auto()
    TIME_IN_TITLE = auto()  # W are words about time inside an unquoted title
    HOURS_OR_DATE = auto()  # "9-15"
    STAYS_ALL_DAY = auto()  # W is an hour, but the moved appointment lasts all day
    ALL_DAY_AT_A_TIME = auto()  # W lasts all day, but a time was given too
    LENGTH_IN_A_MOVE = auto()  # W is a duration, but only the new start was asked for
    TOO_MANY_ENTRIES = auto()  # W is how many there are
    WHICH_DOCTOR = auto()
    PHONE_UNREADABLE = auto()
    PHONE_IMPOSSIBLE = auto()  # no phone number looks like this in any country
    WORDS_TOO_LONG = auto()  # W is too long for its field

    PLACE_MISSING = auto()
    WHICH_PLACE = auto()
    UNKNOWN_PLACE = auto()
    NO_CITY_IN_ZONE = auto()  # W is "CET" or "+01:00", which doesn't say when clocks change

    @property
    def is_missing(self) -> bool:
        """Whether something was merely left out, so that the right answer is a question."""
        return self in _MISSING

    @property
    def is_of_an_hour(self) -> bool:
        """Whether one hour isn't clear, and the words around it may be fine."""
        return self in {Problem.AM_OR_PM, Problem.NO_SUCH_TIME}

    @property
    def can_be_completed(self) -> bool:
        """Whether what was typed is fine so far, and can be read again with the answer added."""
        return self in _COMPLETED


_COMPLETED = {Problem.TIMES_MISSING, Problem.WEEKDAYS_MISSING, Problem.FIRST_DAY_MISSING}
_MISSING = {
    Problem.WEEKDAYS_MISSING,
    Problem.FIRST_DAY_MISSING,
    Problem.NAME_MISSING,
    Problem.DOSAGE_MISSING,
    Problem.SCHEDULE_MISSING,
    Problem.TIMES_MISSING,
    Problem.WHICH_PERSON,
    Problem.PLACE_MISSING,
}


class Misunderstood(Exception):
    """Typed text was not understood, or has two meanings.

    `words` are the offending words as typed; each of `suggestions` can be typed instead.
    """

    def __init__(
        self, problem: Problem, words: str = "", *, suggestions: tuple[str, ...] = ()
    ) -> None:
        super().__init__(problem)
        self.problem = problem
        self.words = words
        self.suggestions = suggestions
