"""The words of a schedule, sorted into its parts: times, weekdays, beginning, end, how often.

Whether the parts fit together is another question: see :mod:`bot.grammar.schedules.fitting`.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import time, timedelta

from bot.grammar.appointment_times.repeats import SHORTER_MONTHS
from bot.grammar.clock_times import (
    NAMED,
    PARTS_OF_DAY,
    PartOfDay,
    TypedTime,
    looks_like_a_time,
    read_time,
)
from bot.grammar.dates import MONTHS, WEEKDAYS, TypedDate, read_date, read_duration
from bot.grammar.numbers import read_count
from bot.grammar.problems import Misunderstood, Problem
from bot.grammar.tokens import Line, Token, words_of
from domain.local_time import Weekday
from domain.medicines.schedules.schedules import LONGEST_CYCLE, LONGEST_INTERVAL, SHORTEST_INTERVAL

EVERY_DAY = frozenset(Weekday)
_WORKDAYS = frozenset(Weekday(n) for n in range(5))
_GROUPS = {
    "weekday": _WORKDAYS,
    "weekdays": _WORKDAYS,
    "workday": _WORKDAYS,
    "workdays": _WORKDAYS,
    "weekend": EVERY_DAY - _WORKDAYS,
    "weekends": EVERY_DAY - _WORKDAYS,
}
_JOINING = {",", ":", "and", "&", "+", "at", "@", "on", "the", "-"}
_EACH = {"every", "each"}
_JOINING_DAYS = {",", "and", "&", "on", *_EACH}
_FROM = {"from", "starting", "start", "starts", "beginning"}
_UNTIL = {"until", "till", "til", "through", "thru", "ending", "ends", "to"}
_TIMES_A_DAY = {"bid": 2, "bd": 2, "tid": 3, "tds": 3, "qid": 4, "qds": 4}
_ONCE_TWICE = {"once": 1, "twice": 2, "thrice": 3}
_MEALS = {"breakfast", "lunch", "dinner", "supper", "tea", "meal", "meals", "bed", "bedtime"}
_BEFORE_MEALS = {"with", "before", "after", "at", "for", "during"}

_GLUED_COUNT = re.compile(r"(?P<count>\d{1,9})x(?:/(?P<period>day|week))?")
_GLUED_INTERVAL = re.compile(r"(?P<count>\d{1,6})-?(?P<unit>[a-z]+)")
_EVERY_N_HOURS = re.compile(r"q(?P<count>\d{1,3})h")
_ORDINAL = re.compile(r"(?P<day>\d{1,2})(?:st|nd|rd|th)")
_NTH = {"other": 2, "second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4}
_UNITS = {
    **dict.fromkeys(("sec", "secs", "seconds"), "second"),
    **dict.fromkeys(("min", "mins", "minute", "minutes"), "minute"),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours", "hourly"), "hour"),
    **dict.fromkeys(("d", "day", "days"), "day"),
    **dict.fromkeys(("week", "weeks"), "week"),
    **dict.fromkeys(("month", "months"), "month"),
    **dict.fromkeys(("year", "years"), "year"),
}
_NEEDED = {"needed", "required", "necessary", "wanted"}
_LAST_INTAKE = {"dose", "intake", "one", "time"}
_MOST = {"max", "maximum", "max."}
_NO = {"no", "without"}
_ENDLESS = {"forever", "indefinitely", "permanently"}
_LEAST_BETWEEN = {"interval", "minimum", "gap"}
_LIMITS = {"limit", "limits"}


@dataclass(slots=True)
class ScheduleParts:
    """What a schedule is made of, before it is known whether the parts fit together."""

    times: list[time] = field(default_factory=list)
    weekdays: frozenset[Weekday] | None = None
    starts: TypedDate | None = None
    ends: TypedDate | None = None
    days_long: int | None = None
    times_a_day: int | None = None
    days_a_week: int | None = None
    moments: str = ""  # "every morning", "before breakfast": says when, but not on the clock
    every_days: int | None = None
    every_weeks: int | None = None
    month_days: frozenset[int] | None = None
    cycle: tuple[int, int] | None = None  # days on, days off
    interval: timedelta | None = None
    from_last_intake: bool = False
    is_as_needed: bool = False
    min_interval: timedelta | None = None
    max_per_day: int | None = None
    has_no_end: bool = False
    has_no_min_interval: bool = False
    has_no_max: bool = False
    typed_time: TypedTime | None = None  # the only word about the time of day


@dataclass(frozen=True, slots=True)
class _PartOfDayWord:
    part: PartOfDay
    words: str
    is_suffix: bool


def read_parts(line: Line, tokens: Sequence[Token]) -> ScheduleParts:
    """What *tokens* of *line* say, as far as they go. Raises `Misunderstood` for the rest."""
    return _Reader(line, tokens).read()


class _Reader:
    """Goes through the tokens once, from left to right, and sorts them into parts."""

    def __init__(self, line: Line, tokens: Sequence[Token]) -> None:
        self._line = line
        self._tokens = [_without_colon(token) for token in tokens]
        self._at = 0
        self._parts = ScheduleParts()
        self._clock: list[TypedTime | _PartOfDayWord] = []
        self._last_was_time = False
        self._has_times = False
        self._is_after_days = False  # times came, and then days: more of either would be guesswork

    def read(self) -> ScheduleParts:
        while self._at < len(self._tokens):
            self._read_one()
        self._parts.times = _resolve(self._clock)
        match self._clock:
            case [TypedTime() as only]:
                self._parts.typed_time = only
        if not self._parts.times and not self._parts.moments:
            moments = [item.words for item in self._clock if isinstance(item, _PartOfDayWord)]
            self._parts.moments = ", ".join(moments)
        return self._parts

    @property
    def _word(self) -> str:
        token = self._tokens[self._at]
        return "" if token.is_quoted else token.word

    def _next(self, ahead: int = 1) -> str:
        position = self._at + ahead
        if not 0 <= position < len(self._tokens) or self._tokens[position].is_quoted:
            return ""
        return self._tokens[position].word

    def _read_one(self) -> None:
        is_after_at = self._at > 0 and self._tokens[self._at - 1].word in {"at", "@"}
        is_expected = is_after_at or self._last_was_time
        if self._word == "-" and self._last_was_time:
            self._refuse_range_of_times()
        if self._word in _JOINING and not self._starts_moment():
            self._at += 1
            return
        self._last_was_time = False
        for reader in (
            self._taken_away,
            self._as_needed,
            self._limits,
            self._interval,
            self._cycle,
            self._days_of_month,
            self._after_last_intake,
            self._range,
            self._how_often,
            self._weekdays,
            self._every_day,
            self._part_of_day,
            self._meal,
            self._bare_date,
        ):
            if reader():
                return
        self._read_clock(is_expected=is_expected, is_after_at=is_after_at)

    def _read_clock(self, *, is_after_at: bool, is_expected: bool = True) -> None:
        typed_time = read_time(
            self._tokens[self._at :], is_expected=is_expected, is_after_at=is_after_at
        )
        if typed_time is None:
            raise self._unknown()
        # "from tomorrow 06:00" begins then; elsewhere, times after days are other times.
        if self._is_after_days and self._parts.interval is None:
            raise self._other_times_on_other_days()
        self._clock.append(typed_time)
        self._has_times = True
        self._at += typed_time.tokens_used
        self._last_was_time = True

    def _is_time(self, skip: int) -> bool:
        """Whether a time of day follows, not a date."""
        rest = self._tokens[self._at + skip :]
        return bool(rest) and (looks_like_a_time(rest[0]) or rest[0].word in NAMED)

    def _taken_away(self) -> bool:
        """no end · without an end · for good · no maximum · no limits."""
        match [self._word, self._next()]:
            case ["for", "ever" | "good"]:
                self._parts.has_no_end = True
                self._at += 2
                return True
            case [word, _] if word in _ENDLESS:
                self._parts.has_no_end = True
                self._at += 1
                return True
            case [word, _] if word in _NO:
                used = 1 + (self._next() in {"a", "an", "any"})
            case _:
                return False
        what = self._next(used)
        if what not in {"end"} | _MOST | _LEAST_BETWEEN | _LIMITS:
            return False
        self._parts.has_no_end |= what == "end"
        self._parts.has_no_max |= what in _MOST | _LIMITS
        self._parts.has_no_min_interval |= what in _LEAST_BETWEEN | _LIMITS
        self._at += used + 1
        return True

    def _as_needed(self) -> bool:
        """as needed · when required · prn · on demand."""
        match [self._word, self._next(), self._next(2)]:
            case ["as" | "when" | "if" | "where" | "whenever", needed, _] if needed in _NEEDED:
                used = 2
            case ["only", "as" | "when" | "if", needed] if needed in _NEEDED:
                used = 3
            case ["prn" | "demand", _, _]:
                used = 1
            case _:
                return False
        self._parts.is_as_needed = True
        self._at += used
        return True

    def _limits(self) -> bool:
        """6 hours apart · at least 4 h between doses · max 4 a day · no more than 3 in 24 hours."""
        skip = self._skip_words(("at", "least"), ("minimum",), ("min",), ("wait",))
        length = self._length(skip)
        if length is not None:
            value, used = length
            end = skip + used
            if self._next(end) in {"apart", "between"}:
                end += 1
                end += self._next(end) in {"doses", "intakes", "two", "them"}
                end += self._next(end) in {"doses", "intakes"}
                self._set_once("min_interval", value)
                self._at += end
                return True
        skip = self._skip_words(
            ("at", "most"),
            ("no", "more", "than"),
            ("not", "more", "than"),
            ("up", "to"),
            *((word,) for word in _MOST),
        )
        count = self._most(skip) if skip else None
        # "up to 3 December" is an end.
        if count is None or (self._word == "up" and count[1] == 1):
            return False
        self._set_once("max_per_day", count[0])
        self._at += skip + count[1]
        return True

    def _skip_words(self, *openings: tuple[str, ...]) -> int:
        """The length of the opening that stands here, 0 for none."""
        for opening in openings:
            if all(self._next(n) == word for n, word in enumerate(opening)):
                return len(opening)
        return 0

    def _most(self, skip: int) -> tuple[int, int] | None:
        """ "4 a day", "4 times in 24 hours", "twice a day", "4": the count, and the tokens used."""
        word, used = self._next(skip), 1
        glued = _GLUED_COUNT.fullmatch(word)
        count = _ONCE_TWICE.get(word) or (int(glued["count"]) if glued else read_count(word))
        if count is None:
            return None
        used += self._next(skip + used) in {"times", "time", "x", "doses", "intakes"}
        match [self._next(skip + used), self._next(skip + used + 1), self._next(skip + used + 2)]:
            case ["in" | "within" | "per" | "every", "24", unit] if _UNITS.get(unit) == "hour":
                used += 3
            case ["in" | "within" | "per" | "every", "24h", _]:
                used += 2
            case ["a" | "per" | "each" | "every" | "/", "day", _]:
                used += 2
            case ["daily" | "/day", _, _]:
                used += 1
        return count, used

    def _length(self, skip: int) -> tuple[timedelta, int] | None:
        """ "6 hours", "6h", "90 minutes": a length of time below a day, and the tokens used."""
        count, unit, used = self._counted(skip)
        if count is None or unit not in {"minute", "hour"}:
            return None
        return timedelta(minutes=count) if unit == "minute" else timedelta(hours=count), used

    def _counted(self, skip: int) -> tuple[int | None, str, int]:
        """ "6 hours", "6h", "other day", "2nd week": how many, of what, and the tokens used."""
        word = self._next(skip)
        glued = _GLUED_INTERVAL.fullmatch(word)
        if glued and glued["unit"] in _UNITS:
            return int(glued["count"]), _UNITS[glued["unit"]], 1
        count = _NTH.get(word) or read_count(word)
        if count is None:
            return None, "", 0
        joint = self._next(skip + 1) == "-"
        return count, _UNITS.get(self._next(skip + 1 + joint), ""), 2 + joint

    def _interval(self) -> bool:
        """every 8 hours · q8h · 8-hourly · every other day · every 2 weeks · fortnightly."""
        word = self._word
        count: int | None
        short = _EVERY_N_HOURS.fullmatch(word)
        if short:
            return self._set_interval(int(short["count"]), "hour", 1)
        if word in {"hourly", "fortnightly"}:
            every = (1, "hour") if word == "hourly" else (2, "week")
            return self._set_interval(*every, 1)
        if word == "alternate" and self._next() in {"day", "days", "week", "weeks"}:
            return self._set_interval(2, _UNITS[self._next()], 2)
        if word in _EACH and self._next() in {"hour", "week", "month"}:
            if self._next() == "month":
                self._at += 2
                return True
            return self._set_interval(1, self._next(), 2)
        if word in _EACH:
            count, unit, used = self._counted(1)
            if count is not None and unit:
                return self._set_interval(count, unit, 1 + used)
            nth, weekday = _NTH.get(self._next()), self._next(2)
            if nth is not None and weekday in WEEKDAYS:
                self._set_once("every_weeks", nth)
                self._at += 2
                return True
            return False
        count, unit, used = self._counted(0)
        is_hourly = self._next(used - 1) == "hourly" or word.endswith("hourly")
        if count is not None and unit == "hour" and is_hourly:
            return self._set_interval(count, "hour", used)
        return False

    def _set_interval(self, count: int, unit: str, used: int) -> bool:
        words = self._line.typed(self._tokens[self._at : self._at + used])
        match unit:
            case "minute" | "hour":
                length = timedelta(minutes=count * (60 if unit == "hour" else 1))
                if not SHORTEST_INTERVAL <= length <= LONGEST_INTERVAL:
                    raise Misunderstood(Problem.INTERVAL_IMPOSSIBLE, words)
                self._set_once("interval", length)
            case "day":
                self._check_cycle(count, words)
                self._set_once("every_days", count)
            case "week":
                self._check_cycle(count * 7, words)
                self._set_once("every_weeks", count)
            case _:
                raise Misunderstood(Problem.INTERVAL_IMPOSSIBLE, words)
        self._at += used
        self._last_intake(0)
        return True

    def _check_cycle(self, days: int, words: str) -> None:
        if not 1 <= days <= LONGEST_CYCLE:
            raise Misunderstood(Problem.INTERVAL_IMPOSSIBLE, words)

    def _last_intake(self, skip: int) -> bool:
        """after the last dose · from the last intake."""
        at = skip
        if at == 0:
            if self._at >= len(self._tokens) or self._word not in {"after", "from", "since"}:
                return False
            at = 1
        at += self._next(at) == "the"
        if self._next(at) not in {"last", "previous"} or self._next(at + 1) not in _LAST_INTAKE:
            return False
        self._parts.from_last_intake = True
        self._at += at + 2
        return True

    def _after_last_intake(self) -> bool:
        return self._last_intake(0)

    def _cycle(self) -> bool:
        """21 days on 7 off · 3 weeks on, 1 week off."""
        count, unit, used = self._counted(0)
        if count is None or self._next(used) != "on":
            if count is None or unit or self._next(1) != "on" or self._next(3) != "off":
                return False
            unit, used = "day", 1  # "5 on 2 off"
        if unit not in {"day", "week"}:
            return False
        at = used + 1
        while self._next(at) in {",", "and", "then", "/"}:
            at += 1
        off, off_unit, off_used = self._counted(at)
        if off is not None and off_unit not in {"day", "week"}:
            off_unit, off_used = unit, 1  # "21 days on 7 off"
        if off is None or self._next(at + off_used) != "off":
            return False
        used = at + off_used + 1
        words = self._line.typed(self._tokens[self._at : self._at + used])
        days = {"day": 1, "week": 7}
        on, off = count * days[unit], off * days[off_unit]
        if not (on and off):
            raise Misunderstood(Problem.INTERVAL_IMPOSSIBLE, words)
        self._check_cycle(on + off, words)
        self._set_once("cycle", (on, off))
        self._at += used
        return True

    def _days_of_month(self) -> bool:
        """on the 1st and 15th · monthly on the 31st · on the last day of the month."""
        used = int(self._next(0) == "monthly")
        used += self._next(used) == "on"
        days: set[int] = set()
        while True:
            at = used + (self._next(used) == "the")
            ordinal = _ORDINAL.fullmatch(self._next(at))
            if self._next(at) == "last" and self._next(at + 1) == "day":
                days.add(31)
                used = at + 2
            elif ordinal and self._next(at + 1) not in MONTHS and self._next(at + 2) not in MONTHS:
                days.add(int(ordinal["day"]))
                used = at + 1
            elif days:
                used -= self._next(used - 1) in {",", "and", "&"}
                break
            elif self._word == "monthly":
                raise Misunderstood(Problem.WEEKDAYS_MISSING, self._word)
            else:
                return False
            while self._next(used) in {",", "and", "&"}:
                used += 1
        is_said = self._next(used) == "of" and self._next(used + 1) in {"the", "each", "every"}
        used += 3 if is_said and self._next(used + 2) == "month" else 0
        following = range(used, used + len(SHORTER_MONTHS))
        if tuple(self._next(ahead).strip("()") for ahead in following) == SHORTER_MONTHS:
            used += len(SHORTER_MONTHS)  # which is what such a day means anyway
        words = self._line.typed(self._tokens[self._at : self._at + used])
        if not all(1 <= day <= 31 for day in days):
            raise Misunderstood(Problem.NO_SUCH_DATE, words)
        self._set_once("month_days", frozenset(days))
        self._is_after_days = self._has_times
        self._at += used
        return True

    def _set_once(self, part: str, value: object) -> None:
        if getattr(self._parts, part) not in {None, value}:
            raise self._contradiction()
        setattr(self._parts, part, value)

    def _refuse_range_of_times(self) -> None:
        """ "08:00 - 20:00" is from then till then to some, and two times to others."""
        after = self._tokens[self._at + 1 :]
        if after and looks_like_a_time(after[0]):
            words = self._line.typed(self._tokens[self._at - 1 : self._at + 2])
            raise Misunderstood(Problem.UNKNOWN_WORDS, words)

    def _unknown(self) -> Misunderstood:
        """From the word that fits nowhere up to the next one that does."""
        end = self._at + 1
        known = _JOINING | _EACH | _FROM | _UNTIL | set(_GROUPS) | {"for", "daily"}
        while (
            end < len(self._tokens)
            and self._tokens[end].word not in known
            and not self._tokens[end].word[:1].isdecimal()
        ):
            end += 1
        return Misunderstood(Problem.UNKNOWN_WORDS, self._line.typed(self._tokens[self._at : end]))

    def _range(self) -> bool:
        """from DATE, until DATE, for 10 days."""
        word, parts = self._word, self._parts
        if word == "for" and self._next() not in _MEALS:
            duration = read_duration(self._tokens[self._at + 1 :])
            if duration is None:
                raise self._unknown()
            if parts.days_long is not None or parts.ends is not None:
                raise self._contradiction()
            parts.days_long, used = duration
            self._is_after_days = self._has_times
            self._at += 1 + used
            return True
        if word in _FROM or (word == "as" and self._next() == "of"):
            skip = 2 if word == "as" or self._next() in {"on", "from"} else 1
            if self._last_intake(skip):
                return True
            if read_date(self._tokens[self._at + skip :]) is None and self._is_time(skip):
                self._at += skip
                self._read_clock(is_after_at=True)
                return True
            if parts.starts is not None:
                raise self._contradiction()
            parts.starts = self._date(skip)
            return True
        if word in _UNTIL or (word == "up" and self._next() == "to"):
            skip = 2 if word == "up" or self._next() in {"on", "the"} else 1
            if parts.ends is not None or parts.days_long is not None:
                raise self._contradiction()
            if self._at > 0 and self._tokens[self._at - 1].word in WEEKDAYS:
                self._check_weekday_range(skip)
            parts.ends = self._date(skip)
            return True
        return False

    def _check_weekday_range(self, skip: int) -> None:
        """ "monday until friday": the days from Monday to Friday, or Mondays until a Friday?"""
        if self._next(skip) in WEEKDAYS:
            first, last = self._tokens[self._at - 1].word, self._next(skip)
            raise Misunderstood(
                Problem.DATE_AMBIGUOUS,
                f"{first} {self._word} {last}",
                suggestions=(f"{first[:3]}-{last[:3]}",),
            )

    def _date(self, skip: int) -> TypedDate:
        typed = read_date(self._tokens[self._at + skip :])
        if typed is None:
            end = min(self._at + skip + 1, len(self._tokens))
            raise Misunderstood(
                Problem.DATE_UNREADABLE, self._line.typed(self._tokens[self._at : end])
            )
        self._is_after_days = self._has_times
        self._at += skip + typed.tokens_used
        return typed

    def _contradiction(self) -> Misunderstood:
        return Misunderstood(Problem.CONTRADICTION, self._line.typed(self._tokens))

    def _how_often(self) -> bool:
        """twice a day, 3x daily, bid, once a week."""
        word = self._word
        if word in _TIMES_A_DAY:
            self._set_count(_TIMES_A_DAY[word], "day")
            self._at += 1
            return True
        if word == "weekly":
            self._set_count(1, "week")
            self._at += 1
            return True
        glued = _GLUED_COUNT.fullmatch(word)
        if glued and glued["period"]:
            self._set_count(int(glued["count"]), glued["period"])
            self._at += 1
            return True
        count, used = _ONCE_TWICE.get(word), 1
        if glued:
            count = int(glued["count"])
        elif count is None and self._next() in {"times", "time", "x"}:
            count, used = read_count(word), 2
        if count is None:
            return False
        period, period_used = self._period(used)
        if not period:
            raise self._unknown()
        self._set_count(count, period)
        self._at += used + period_used
        return True

    def _period(self, used: int) -> tuple[str, int]:
        first, second = self._next(used), self._next(used + 1)
        if first in {"daily", "weekly"}:
            return ("day" if first == "daily" else "week"), 1
        if first in {"a", "per", "each", "every", "/"} and second in {"day", "week"}:
            return second, 2
        if first in {"/day", "/week"}:
            return first[1:], 1
        return "", 0

    def _set_count(self, count: int, period: str) -> None:
        if period == "day":
            if self._parts.times_a_day not in {None, count}:
                raise self._contradiction()
            self._parts.times_a_day = count
        else:
            if self._parts.days_a_week not in {None, count}:
                raise self._contradiction()
            self._parts.days_a_week = count

    def _weekdays(self) -> bool:
        """mon,wed,fri · every monday · mon-fri · weekdays · except sundays."""
        is_exception = self._word in {"except", "but"}
        skip = 1 if is_exception or self._word in _EACH else 0
        skip += is_exception and self._next() in {"not", "on", "for"}
        days, used = self._day_list(self._at + skip)
        if not used:
            return False
        known = self._parts.weekdays
        if is_exception:
            self._parts.weekdays = (known or EVERY_DAY) - days
        elif known == EVERY_DAY:
            raise self._contradiction()
        elif known is not None:
            raise self._other_times_on_other_days()
        else:
            self._parts.weekdays = days
        self._is_after_days = self._has_times
        self._at += skip + used
        return True

    def _other_times_on_other_days(self) -> Misunderstood:
        """ "monday 08:00, tuesday 09:00", "08:00 daily except sunday 10:00"."""
        return Misunderstood(Problem.ONE_RHYTHM, self._line.typed(self._tokens))

    def _day_list(self, at: int) -> tuple[frozenset[Weekday], int]:
        """Days joined by commas and "and", and the tokens used."""
        days, used = self._days(at)
        while used:
            joint = 0
            while set(words_of(self._tokens[at + used + joint :], 1)) & _JOINING_DAYS:
                joint += 1
            more, more_used = self._days(at + used + joint)
            if not more_used:
                break
            days, used = days | more, used + joint + more_used
        return days, used

    def _days(self, at: int) -> tuple[frozenset[Weekday], int]:
        words = words_of(self._tokens[at:], 3)
        match words:
            case []:
                return frozenset(), 0
            case [group, *_] if group in _GROUPS:
                return _GROUPS[group], 1
            case [first, "-" | "to" | "through" | "thru" | "till", last] if (
                first in WEEKDAYS and last in WEEKDAYS
            ):
                return _days_between(WEEKDAYS[first], WEEKDAYS[last]), 3
        names = re.split("[-/&+]", words[0])
        joints = re.findall("[-/&+]", words[0])
        if not all(name in WEEKDAYS for name in names):
            return frozenset(), 0
        if joints == ["-"]:
            return _days_between(WEEKDAYS[names[0]], WEEKDAYS[names[1]]), 1
        if "-" in joints:
            return frozenset(), 0
        return frozenset(WEEKDAYS[name] for name in names), 1

    def _every_day(self) -> bool:
        """daily · everyday · every day · each day."""
        if self._word in {"daily", "everyday"}:
            used = 1
        elif self._word in _EACH | {"all"} and self._next() in {"day", "days"}:
            used = 2
        else:
            return False
        if self._parts.weekdays not in {None, EVERY_DAY}:
            raise self._contradiction()
        self._parts.weekdays = EVERY_DAY
        self._at += used
        return True

    def _starts_moment(self) -> bool:
        """Whether "at" is the "at" of "at night", of "at bedtime" or of "at most"."""
        following = self._next()
        return self._word == "at" and (
            following in {"night", "most", "least"} or following in _MEALS
        )

    def _part_of_day(self) -> bool:
        """every morning · in the morning · at night · mornings."""
        words = [self._word, self._next(), self._next(2)]
        match words:
            case ["in", "the", name] if name in PARTS_OF_DAY:
                used = 3
            case ["at", "night" as name, _]:
                used = 2
            case ["every" | "each", name, _] if name in PARTS_OF_DAY:
                used = 2
            case [name, _, _] if name.removesuffix("s") in PARTS_OF_DAY:
                used = 1
            case ["nightly", _, _]:
                name, used = "night", 1
            case _:
                return False
        typed = self._line.typed(self._tokens[self._at : self._at + used])
        self._clock.append(
            _PartOfDayWord(
                PARTS_OF_DAY[name.removesuffix("s")], typed, is_suffix=words[0] in {"in", "at"}
            )
        )
        self._at += used
        return True

    def _meal(self) -> bool:
        """before breakfast · with meals · at bedtime: when, but not on the clock."""
        skip = 1 if self._word in _BEFORE_MEALS else 0
        skip += self._next(skip - 1) in {"each", "every", "the"} if skip else 0
        if self._next(skip) not in _MEALS if skip else self._word not in _MEALS:
            return False
        typed = self._line.typed(self._tokens[self._at : self._at + skip + 1])
        self._parts.moments = f"{self._parts.moments}, {typed}" if self._parts.moments else typed
        self._at += skip + 1
        return True

    def _bare_date(self) -> bool:
        """A date on its own is a beginning to some and a single day to others: ask."""
        typed = read_date(self._tokens[self._at :])
        if typed is None:
            if self._word == "tonight":
                raise Misunderstood(Problem.BARE_DATE, self._word, suggestions=("from today",))
            return False
        raise Misunderstood(
            Problem.BARE_DATE,
            typed.words,
            suggestions=(f"from {typed.words}", f"from {typed.words} for 1 day"),
        )


def _without_colon(token: Token) -> Token:
    """ "every 8 hours: 06:00" """
    bare = token.word.removesuffix(":")
    if token.is_quoted or bare == token.word or bare not in _UNITS:
        return token
    return replace(token, word=bare)


def _resolve(items: Sequence[TypedTime | _PartOfDayWord]) -> list[time]:
    """The times meant, each in the part of the day that stands beside it."""
    parts: dict[int, PartOfDay] = {}
    for position, item in enumerate(items):
        if isinstance(item, TypedTime):
            continue
        later = _run(items, position, +1)
        earlier = _run(items, position, -1)
        bound = earlier[:1] if item.is_suffix and earlier else later or earlier
        for index in bound:
            if parts.setdefault(index, item.part) != item.part:
                raise Misunderstood(Problem.CONTRADICTION, item.words)
        if not bound and any(isinstance(other, TypedTime) for other in items):
            raise Misunderstood(Problem.TIMES_MISSING, item.words)
    return [
        item.resolve(parts.get(index))
        for index, item in enumerate(items)
        if isinstance(item, TypedTime)
    ]


def _run(items: Sequence[TypedTime | _PartOfDayWord], position: int, step: int) -> list[int]:
    """The times that follow (or precede) a part of the day, nearest first."""
    run: list[int] = []
    index = position + step
    while 0 <= index < len(items) and isinstance(items[index], TypedTime):
        run.append(index)
        index += step
    return run


def _days_between(first: Weekday, last: Weekday) -> frozenset[Weekday]:
    return frozenset(Weekday((first + n) % 7) for n in range((last - first) % 7 + 1))
