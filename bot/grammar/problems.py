"""What can be wrong with what somebody typed, as a type: the sentences live in `bot.ui`."""

from enum import Enum, auto


class Problem(Enum):
    """Why a line was not understood. `Misunderstood.words` holds the words meant here by W."""

    TOO_LONG = auto()
    UNKNOWN_WORDS = auto()  # W is no part of anything we know
    ONE_RHYTHM = auto()  # W are times or amounts that differ by day: that is two entries

    NAME_MISSING = auto()
    NAME_TOO_LONG = auto()
    NAME_IS_COMMAND = auto()

    DOSAGE_MISSING = auto()
    DOSAGE_NEEDS_UNIT = auto()  # W is an amount without a unit, or words without quotes
    DOSAGE_TOO_LONG = auto()
    AMOUNT_NOT_POSITIVE = auto()
    AMOUNT_AMBIGUOUS = auto()  # "1,000 mg": a thousand, or one?
    AMOUNT_RANGE = auto()  # "1-2 tablets"
    AMOUNT_TOO_SMALL = auto()  # W is less than anybody can measure
    AMOUNT_TOO_LARGE = auto()
    TWO_STRENGTHS = auto()  # "50 and 75 µg"

    SCHEDULE_MISSING = auto()
    TIMES_MISSING = auto()  # W says how often, but not when on the clock
    AM_OR_PM = auto()
    NO_SUCH_TIME = auto()
    DUPLICATE_TIME = auto()
    TOO_MANY_TIMES = auto()
    COUNT_MISMATCH = auto()  # "twice a day" with three times
    INTERVAL_IMPOSSIBLE = auto()  # W is an interval of nothing, of seconds, or of years
    AS_NEEDED_AT_TIMES = auto()  # "as needed at 08:00"
    STEP_WITHOUT_END = auto()  # W is a step of a taper that does not say how long
    WEEKDAYS_MISSING = auto()  # "once a week", but on which day?
    CONTRADICTION = auto()  # W are parts that cannot both hold
    INTAKE_UNREADABLE = auto()  # W is neither how much was given nor when
    CHANGE_UNREADABLE = auto()  # W names nothing that could be changed
    LIMITS_OF_WHAT_IS_DUE = auto()  # W are limits, of something that is not given as needed
    INTERVAL_UNREADABLE = auto()  # W is no time between two doses
    LIMIT_UNREADABLE = auto()  # W is no number of times

    DATE_UNREADABLE = auto()
    DATE_AMBIGUOUS = auto()
    DATE_TOO_FAR = auto()
    NO_SUCH_DATE = auto()
    BARE_DATE = auto()  # a date without "from", "until" or "for"
    DURATION_UNCLEAR = auto()
    END_BEFORE_START = auto()
    END_IN_PAST = auto()
    NOTHING_LEFT = auto()  # the last dose would already be over
    NEVER_FALLS_DUE = auto()

    NOBODY_CARED_FOR = auto()
    WHICH_PERSON = auto()
    UNKNOWN_PERSON = auto()
    TWO_PEOPLE = auto()

    UNKNOWN_MEDICINE = auto()
    NOTHING_OF_THAT_NAME = auto()  # neither a person nor a medicine is called W
    PAUSE_STARTS_NOW = auto()  # W does not say until when, or says from when
    TIME_TO_COME = auto()  # nothing can have been given then yet
    TOO_LONG_AGO = auto()
    REMARK_MISSING = auto()
    REMARK_TOO_LONG = auto()
    STOCK_AMOUNT_MISSING = auto()
    NO_STOCK_AMOUNT = auto()
    NO_PER_DOSE = auto()  # W is not how much of a stock makes a dose
    STOCK_BOX_SIZE = auto()  # "2 boxes", but of how many?

    TITLE_MISSING = auto()
    APPOINTMENT_WORDS = auto()  # W is no part of an appointment that we know
    WHEN_UNREADABLE = auto()  # W is no time
    WHEN_TWICE = auto()  # W says once more when it is
    DAY_VAGUE = auto()  # "next week"
    DAY_IS_OVER = auto()
    HOUR_IS_OVER = auto()
    WHICH_NIGHT = auto()  # W is midnight, of which a day has two
    HOUR_SKIPPED = auto()  # the clocks go forward over it
    NO_OCCURRENCE = auto()  # W never comes before its end
    WEEKDAY_DIFFERS = auto()  # "Friday 28 November", which is a Saturday
    EVERY_WEEK = auto()  # W are weekdays; every week?
    REPEATS_TOO_OFTEN = auto()  # "every second"
    REPEATS_TOO_RARELY = auto()
    COUNT_IMPOSSIBLE = auto()
    END_OF_ONE = auto()  # an end, of something that does not come again
    DURATION_IMPOSSIBLE = auto()
    BEGINS_OTHERWISE = auto()  # W is an hour, and what is changed begins at another one
    REMINDER_IMPOSSIBLE = auto()
    TIME_IN_TITLE = auto()  # W are words of time that stand in a title without quotes
    HOURS_OR_DATE = auto()  # "9-15"
    STAYS_ALL_DAY = auto()  # W is an hour, and what is moved lasts all day
    ALL_DAY_AT_A_TIME = auto()  # W lasts all day, and a time was said, too
    LENGTH_IN_A_MOVE = auto()  # W is how long it takes, where only when it begins was asked
    TOO_MANY_ENTRIES = auto()  # W is how many
    WHICH_DOCTOR = auto()
    PHONE_UNREADABLE = auto()
    PHONE_IMPOSSIBLE = auto()  # no telephone in that country has such a number
    WORDS_TOO_LONG = auto()  # W is longer than its field

    PLACE_MISSING = auto()
    WHICH_PLACE = auto()
    UNKNOWN_PLACE = auto()
    NO_CITY_IN_ZONE = auto()  # W is "CET" or "+01:00": it does not say when clocks change

    @property
    def is_missing(self) -> bool:
        """Whether something is merely left out, so that a question is the right answer."""
        return self in _MISSING


_MISSING = {
    Problem.NAME_MISSING,
    Problem.DOSAGE_MISSING,
    Problem.SCHEDULE_MISSING,
    Problem.TIMES_MISSING,
    Problem.WHICH_PERSON,
    Problem.PLACE_MISSING,
}


class Misunderstood(Exception):
    """Something typed was not understood, or could mean two things.

    `words` are the offending words as typed; each of `suggestions` can be typed instead of them.
    """

    def __init__(
        self, problem: Problem, words: str = "", *, suggestions: tuple[str, ...] = ()
    ) -> None:
        super().__init__(problem)
        self.problem = problem
        self.words = words
        self.suggestions = suggestions
