"""What the topics of the corpus are called in the grammar: a question or a refusal of a topic is
right with any of these problems. Names that the grammar doesn't have are of no consequence.
"""

from collections.abc import Mapping

from bot.grammar.problems import Problem

_NAMES: Mapping[str, str] = {
    "times": "TIMES_MISSING SCHEDULE_MISSING",
    "am-or-pm": "AM_OR_PM",
    "number-or-hour": "NUMBER_OR_HOUR",
    "no-such-time": "NO_SUCH_TIME",
    "amount": "DOSAGE_MISSING DOSAGE_NEEDS_UNIT AMOUNT_RANGE AMOUNT_AMBIGUOUS TWO_STRENGTHS "
    "AMOUNT_NOT_POSITIVE AMOUNT_TOO_LARGE AMOUNT_TOO_SMALL COUNT_MISMATCH WHICH_AMOUNT",
    "unit": "DOSAGE_NEEDS_UNIT DOSAGE_MISSING",
    "strengths": "TWO_STRENGTHS WHICH_AMOUNT AMOUNT_AMBIGUOUS",
    "name": "NAME_MISSING NAME_TOO_LONG NAME_IS_COMMAND UNKNOWN_WORDS",
    "which-days": "WEEKDAYS_MISSING FIRST_DAY_MISSING REPEAT_AMBIGUOUS TIMES_MISSING",
    "first-day": "FIRST_DAY_MISSING",
    "times-of-steps": "TIMES_OF_STEPS",
    "notes": "NOTES_CONTRADICT",
    "repeat": "REPEAT_AMBIGUOUS",
    "date": "DATE_AMBIGUOUS DATE_UNREADABLE BARE_DATE DATE_TOO_FAR NO_SUCH_DATE "
    "PART_OF_A_DAY WEEKDAY_DIFFERS",
    "duration": "DURATION_UNCLEAR DATE_TOO_FAR",
    "end": "END_BEFORE_START END_IN_PAST NOTHING_LEFT NEVER_FALLS_DUE",
    "count": "COUNT_MISMATCH TOO_MANY_TIMES CONTRADICTION DUPLICATE_TIME",
    "contradiction": "CONTRADICTION COUNT_MISMATCH ONE_RHYTHM AS_NEEDED_AT_TIMES "
    "COURSE_OR_CYCLE DUPLICATE_TIME WHICH_AMOUNT",
    "limit": "LIMIT_IN_AMOUNTS LIMIT_UNREADABLE LIMITS_OF_WHAT_IS_DUE TOO_MANY_TIMES",
    "interval": "INTERVAL_IMPOSSIBLE INTERVAL_UNREADABLE TIMES_MISSING SCHEDULE_MISSING",
    "range-of-hours": "HOURS_RANGE INTERVAL_UNREADABLE",
    "cycle-or-course": "COURSE_OR_CYCLE CONTRADICTION",
    "step": "STEP_WITHOUT_END STEPS_BY_RULE FIRST_AMOUNT_MISSING TIMES_MISSING SCHEDULE_MISSING",
    "scale": "SLIDING_SCALE",
    "two-medicines": "TWO_MEDICINES ONE_RHYTHM UNKNOWN_WORDS TWO_STRENGTHS "
    "WHICH_AMOUNT TOO_MANY_ENTRIES",
    "words": "UNKNOWN_WORDS DATE_UNREADABLE ONE_RHYTHM",
    "confirm-abbreviation": "TIMES_MISSING",
    "night": "TIMES_MISSING AS_NEEDED_AT_TIMES WHICH_NIGHT",
    "stat": "SINGLE_DOSE TIMES_MISSING SCHEDULE_MISSING BARE_DATE TIME_TO_COME",
    "person": "UNKNOWN_PERSON WHICH_PERSON TWO_PEOPLE",
    "too-long": "TOO_LONG",
}

TOPICS: Mapping[str, frozenset[Problem]] = {
    topic: frozenset(Problem[name] for name in names.split() if name in Problem.__members__)
    for topic, names in _NAMES.items()
}
