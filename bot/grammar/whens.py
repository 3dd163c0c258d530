"""When an appointment is: "tomorrow 14:30", "every Tuesday 10:00 until 1 March", "in two weeks".

Each part may be missing, and is asked for then; a day or an hour that could be two is kept as both.
Days that are counted from today are read by `dateparser`; those by name and number by
:mod:`bot.grammar.dates`, which knows when to ask.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from functools import partial
from itertools import takewhile
from zoneinfo import ZoneInfo

from bot.grammar.clock_times import (
    NAMED,
    PARTS_OF_DAY,
    PartOfDay,
    TypedTime,
    later_half,
    looks_like_a_time,
    nights_of,
    read_time,
)
from bot.grammar.dates import (
    MONTH_NAMES,
    MONTHS,
    WEEKDAYS,
    TypedDate,
    check_reach,
    read_date,
    spelt,
    spelt_days,
    without_past_days,
)
from bot.grammar.numbers import COUNTS
from bot.grammar.problems import Misunderstood, Problem
from bot.grammar.repeats import TypedRepeat, read_repeat
from bot.grammar.tokens import Token, tokenize, words_of
from domain.appointments.recurrences import MOST_TIMES, Recurrence
from domain.local_time import resolve_local

LONGEST = timedelta(hours=24)  # in hours and minutes
LONGEST_RANGE = timedelta(days=60)  # from a day to another
_LONGEST_GUESSED = timedelta(hours=8)  # "10:00-1:30" ends in the afternoon
_LONGEST_NIGHT = timedelta(hours=14)  # "14:00-04:00"; of "14:00-09:00" one is a slip
_EVENING, _NOON = 16, 12  # what begins from here on may end in the morning: up to here
_NUMBER_WORDS = "|".join(["a", "an", *COUNTS])
# What we let the library read: whole phrases whose meaning is not in doubt.
_COUNTED = re.compile(
    rf"in (?:\d{{1,6}}|{_NUMBER_WORDS}) (?:day|week|fortnight|month|year)s?"
    rf"|(?:\d{{1,3}}|{_NUMBER_WORDS}) (?:day|week|month)s? from (?:now|today|tomorrow)"
    r"|(?:the )?day after tomorrow"
)
_LONGEST_PHRASE = 5
_TONIGHT = PartOfDay((16, 23))
_PART_HOURS = range(8, 23)  # those of a part of the day that are offered
_VAGUE = {"week", "month", "year", "weekend"}
_DURATION = re.compile(r"([+-]?\d+(?:[.,]\d+)?)(m|min|mins|minutes?|h|hrs?|hours?)?")
_MINUTES = {"m", "min", "mins", "minute", "minutes"}
_HOURS = {"h", "hr", "hrs", "hour", "hours"}
_LONGER = {"day": 1, "days": 1, "week": 7, "weeks": 7, "month": 30, "months": 30}
# What may stand on either side of a dash: "10:00-14:00", "9am-2pm", "1-14 july", "mon-fri".
_SIDE = re.compile(r"\d{1,4}([:.]\d{2})?([ap]m)?|\d{1,2}(st|nd|rd|th|/\d{1,2})|[a-z]{3,9}")
_UP_TO = {"to", "-", "until", "till", "through", "thru", "ending"}
_ALL_DAY = (["all", "day"], ["whole", "day"], ["full", "day"], ["all", "day", "long"])
_HOURS_OF_A_DAY = 24
_LAST_HOUR = 23
_DATE_RANGE = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?")
_NEVER_FIRST = {",", "from", "starting", "beginning", "begins", "starts"}
_FILLERS = _NEVER_FIRST | {"on", "the"}
_FILLERS_OF_A_PART = 2


@dataclass(frozen=True)
class When:
    """What is known of a time. `days` and `times` are all that it could be: none if it was not said
    (or cannot be), one if it is certain, two if it has to be asked. `problem` is the first thing to
    say about it. A day that `is_doubtful` is the only one left of several: nothing is saved on it
    unasked. What `is_all_day` begins at midnight and has a `duration` in days. An `other_half` is
    twelve hours after the time, where what was typed may mean that, too; `offered` are times of
    which one is likely meant instead of what cannot be. At `is_midnight` a day has two nights.
    """

    days: tuple[date, ...] = ()
    times: tuple[time, ...] = ()
    rule: Recurrence | None = None
    is_anchored: bool = False  # the rule says on which days
    duration: timedelta | None = None
    is_all_day: bool = False
    is_doubtful: bool = False
    other_half: time | None = None
    offered: tuple[time, ...] = ()
    is_midnight: bool = False
    problem: Misunderstood | None = None

    @property
    def day(self) -> date | None:
        return self.days[0] if len(self.days) == 1 else None

    @property
    def clock(self) -> time | None:
        return self.times[0] if len(self.times) == 1 else None


@dataclass
class TypedWhen:
    """The parts of a time as typed, before "today" is known."""

    day: TypedDate | None = None
    clock: TypedTime | None = None
    ends: TypedTime | None = None
    part: PartOfDay | None = None
    repeat: TypedRepeat | None = None
    until: TypedDate | None = None
    lasts_days: int | None = None
    lasts_words: str = ""
    count: int | None = None
    duration: timedelta | None = None
    is_all_day: bool = False
    is_bare: bool = False  # "9-15": hours, or a day and a month
    words: list[str] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        return not (self.day or self.clock or self.repeat or self.part or self.is_all_day)


def parse_when(text: str, *, zone: ZoneInfo, now: datetime, is_day_known: bool = False) -> When:
    """All of *text* as a time, by the clock of *zone*. Where the day *is_day_known*, "9-15" are
    hours. Raises `Misunderstood` for other words.
    """
    tokens = split_spans(tokenize(text[:200]).tokens)
    typed, at = TypedWhen(), 0
    while at < len(tokens):
        used = read_when_part(tokens[at:], typed)
        if not used:
            raise Misunderstood(Problem.WHEN_UNREADABLE, " ".join(t.raw for t in tokens[at:]))
        at += used
    if typed.is_empty and typed.duration is None and typed.lasts_days is None:
        raise Misunderstood(Problem.WHEN_UNREADABLE, text.strip())
    typed.is_bare &= not is_day_known
    return resolve(typed, zone=zone, now=now)


def parse_days(text: str) -> timedelta:
    """How long something takes that lasts all day: "3 days", "all day". Raises `Misunderstood`."""
    tokens, typed = tokenize(text[:60]).tokens, TypedWhen()
    used = _all_day(tokens, typed) or _duration((*_as_tokens("for"), *tokens), typed) - 1
    duration = timedelta(days=typed.lasts_days or 1)
    is_read = used == len(tokens) and typed.duration is None and "month" not in typed.lasts_words
    if not is_read or duration > LONGEST_RANGE:
        raise Misunderstood(Problem.DURATION_IMPOSSIBLE, text.strip())
    return duration


def parse_duration(text: str, *, begins: datetime, zone: ZoneInfo) -> timedelta:
    """How long what *begins* then (naive local) takes: "45 minutes", "for 1h", "until 06:00",
    "22:00-06:00". Raises `Misunderstood`, also for hours that begin at another time.
    """
    tokens = split_spans(tokenize(text[:60]).tokens)
    skipped = 1 if words_of(tokens, 1) == ["for"] else 0
    found = _read_duration(tokens[skipped:], is_expected=True)
    if found is not None and skipped + found[1] == len(tokens):
        return found[0]
    length = _read_hours(tokens[skipped:], begins=begins, zone=zone)
    if length is None:
        raise Misunderstood(Problem.DURATION_IMPOSSIBLE, text.strip())
    return length


def _read_hours(tokens: Sequence[Token], *, begins: datetime, zone: ZoneInfo) -> timedelta | None:
    """From the hour at which it begins to another, which may be one of the next day."""
    own = f"{begins:%H:%M}"
    typed = TypedWhen()
    if words_of(tokens, 1) and tokens[0].word in _UP_TO - {"-"}:
        tokens = (*_as_tokens(own), *tokens)
    at = 0
    while at < len(tokens):
        used = read_when_part(tokens[at:], typed)
        if not used:
            return None
        at += used
    is_more = typed.day or typed.repeat or typed.until or typed.part or typed.is_all_day
    if typed.clock is None or typed.ends is None or is_more:
        return None
    # "9-15" of what begins at nine.
    if begins.time() not in typed.clock.readings:
        raise Misunderstood(Problem.BEGINS_OTHERWISE, typed.clock.words, suggestions=(own,))
    clock = replace(typed.clock, words=own, readings=(begins.time(),), is_sure=True)
    length = _length(begins.time(), typed.ends, clock)
    if length is None:
        return None
    end = begins + length
    return resolve_local(end, zone) - resolve_local(begins, zone)


def split_spans(tokens: Sequence[Token]) -> tuple[Token, ...]:
    """With "10:00-14:00" and "1-14" as three tokens each; "2026-12-03" and "x-ray" stay one."""
    found: list[Token] = []
    for token in tokens:
        first, dash, last = token.word.partition("-")
        is_span = dash and not token.is_quoted and len(token.word) == len(token.raw)
        if not is_span or not (_is_side(first) and _is_side(last)):
            found.append(token)
            continue
        middle = token.start + len(first)
        found += [
            Token(token.raw[: len(first)], first, token.start, middle),
            Token("-", "-", middle, middle + 1),
            Token(token.raw[len(first) + 1 :], last, middle + 1, token.end),
        ]
    return tuple(found)


def _is_side(word: str) -> bool:
    if not _SIDE.fullmatch(word):
        return False
    return not word.isalpha() or word in MONTHS or word in WEEKDAYS or word in NAMED


def reads_as_time(tokens: Sequence[Token]) -> int:
    """How many of *tokens* begin like a date, a time, a rhythm or a length; 0 if they do not."""
    if not tokens or tokens[0].is_quoted or tokens[0].word in _FILLERS:
        return 0
    if len(tokens) > 2 and _hours_range(tokens) is not None:
        return 3
    try:
        return read_when_part(tokens, TypedWhen())
    except Misunderstood:
        return 1


def read_when_part(tokens: Sequence[Token], typed: TypedWhen) -> int:
    """Read one part of a time into *typed*; returns how many tokens it took, 0 if it is none.

    Raises `Misunderstood` for what can only be meant as such a part and is wrong.
    """
    skipped = _fillers(tokens)
    # "on" and "the" may belong to a part ("on Mondays", "on the 3rd of every month"): those right
    # before it do.
    for start in range(max(0, skipped - _FILLERS_OF_A_PART), skipped + 1):
        used = _read_one_part(tokens[start:], typed) if start < len(tokens) else 0
        if used:
            return start + used
    return 0


def _fillers(tokens: Sequence[Token]) -> int:
    """How many of *tokens* say nothing by themselves."""
    fillers = takewhile(lambda token: not token.is_quoted and token.word in _FILLERS, tokens)
    return sum(1 for _ in fillers)


def _read_one_part(tokens: Sequence[Token], typed: TypedWhen) -> int:
    words = words_of(tokens, 2)
    if not words or words[0] in _NEVER_FIRST:
        return 0
    readers: tuple[Callable[[Sequence[Token], TypedWhen], int], ...] = (
        _all_day,
        _days_of_a_month,
        _repeat,
        _up_to,
        _count,
        _duration,
        _counted_date,
        _part_of_a_day,
        _date,
        _clock,
        _part_of_day,
    )
    for reader in readers:
        used = reader(tokens, typed)
        if used:
            return used
    if words[0] == "in" and _read_duration(tokens[1:], is_expected=True) is not None:
        # Whoever types it reads it later: "in an hour" of when?
        raise Misunderstood(Problem.WHEN_UNREADABLE, _said(tokens, 3))
    return 0


def resolve(typed: TypedWhen, *, zone: ZoneInfo, now: datetime) -> When:
    """What was typed, as seen from *now* (aware) by the clock of *zone*. Does not raise."""
    today = now.astimezone(zone).date()
    local_now = now.astimezone(zone).replace(tzinfo=None)
    when = When(duration=typed.duration)
    if typed.is_bare and typed.day is None and typed.repeat is None:
        return replace(when, problem=_hours_or_date(typed, today))
    when = _resolve_days(when, typed, today, floor=_earliest(typed, local_now))
    when = _resolve_time(when, typed)
    if typed.repeat is not None:
        when = replace(when, rule=typed.repeat.rule, is_anchored=typed.repeat.is_anchored)
        when = _resolve_end(when, typed, today)
    elif typed.until is not None and (typed.clock is None or typed.ends is not None):
        when = _resolve_span(when, typed, today, zone)
    elif typed.until is not None or typed.count is not None:
        words = " ".join(typed.words)
        when = _with_problem(when, Misunderstood(Problem.END_OF_ONE, words))
    if typed.ends is not None and typed.until is None:
        when = _by_clocks(when, zone)
    when = _resolve_all_day(when, typed)
    when = _resolve_night(when, typed, local_now)
    return _without_past(when, local_now)


def _by_clocks(when: When, zone: ZoneInfo) -> When:
    """With the hours that lie between two times by the clock, also where the clocks change."""
    if when.rule is not None or when.day is None or when.clock is None or when.duration is None:
        return when
    begin = datetime.combine(when.day, when.clock)
    length = resolve_local(begin + when.duration, zone) - resolve_local(begin, zone)
    return replace(when, duration=length) if length > timedelta(0) else when


def _with_problem(when: When, problem: Misunderstood) -> When:
    return replace(when, problem=when.problem or problem)


def _resolve_time(when: When, typed: TypedWhen) -> When:
    if typed.clock is None:
        return when if typed.part is None else replace(when, times=_hours_of(typed.part))
    ends = typed.ends if typed.until is None or typed.repeat is not None else None
    try:
        part = None if typed.clock.is_midnight else typed.part  # no part of a day holds it
        found = _literal(typed.clock, ends) or typed.clock.resolve(part)
    except Misunderstood as problem:
        times = tuple(time.fromisoformat(words) for words in problem.suggestions)
        when = _with_problem(replace(when, times=times if len(times) > 1 else ()), problem)
        # "9 to 5" takes eight hours, whichever nine it is.
        lengths = {_length(each, ends, typed.clock) for each in when.times} if ends else set()
        length = lengths.pop() if len(lengths) == 1 else None
        return when if length is None else replace(when, duration=length)
    when = replace(when, times=(found,))
    if typed.part is None and found == typed.clock.readings[0]:
        when = replace(when, other_half=typed.clock.other_half)
    if ends is None:
        return when
    length = _length(found, ends, typed.clock)
    if length is None:
        words = f"{typed.clock.words} - {ends.words}"
        return _with_problem(when, Misunderstood(Problem.DURATION_IMPOSSIBLE, words))
    return replace(when, duration=length)


def _hours_of(part: PartOfDay) -> tuple[time, ...]:
    """What is offered where only a part of the day is said."""
    return tuple(time(hour) for hour in _PART_HOURS if part.holds(hour))


def _literal(first: TypedTime, ends: TypedTime | None) -> time | None:
    """ "9-15": who counts on to 15 means nine in the morning by 9."""
    if ends is None or first.is_sure or len(first.readings) < 2:
        return None
    is_by_24_hours = len(ends.readings) == 1 and ends.readings[0].hour > _NOON
    if not is_by_24_hours or not ends.words.replace(":", "").replace(".", "").isdecimal():
        return None
    return first.readings[0]


def _length(start: time, ends: TypedTime, first: TypedTime) -> timedelta | None:
    """From *start* until *ends*, which may be the next morning; None if it cannot be told."""
    begin = datetime.combine(date.min, start)
    readings = [datetime.combine(date.min, reading) for reading in ends.readings]
    if ends.is_sure and readings[0] > begin:
        return readings[0] - begin
    is_by_24_hours = start.hour > _NOON and first.words.startswith(str(start.hour))
    if is_by_24_hours and len(readings) == 1 and start.hour < _EVENING:
        over_night = readings[0] + timedelta(days=1) - begin
        return over_night if over_night <= _LONGEST_NIGHT else None
    if not is_by_24_hours:
        # "10:00-1:30" ends in the afternoon; nobody says "11:00-10:30" of half a day.
        near = [end for end in readings if begin < end <= begin + _LONGEST_GUESSED]
        if near:
            return near[0] - begin
    if start.hour >= _EVENING and readings[0].hour <= _NOON:
        return readings[0] + timedelta(days=1) - begin
    return None


def _hours_or_date(typed: TypedWhen, today: date) -> Misunderstood | None:
    """ "9-15" without a day: 15 September where people write so, or from nine to three."""
    first, last = (int(each.words) for each in (typed.clock, typed.ends) if each is not None)
    words = f"{first}-{last}"
    days = []
    for day, month in ((first, last), (last, first)):
        if 1 <= month <= len(MONTH_NAMES) and day:
            found = read_date(tokenize(f"{day} {MONTH_NAMES[month - 1]}").tokens)
            try:
                days.append(found.resolve(today, today) if found else today)
            except Misunderstood:
                continue
    hours = (f"{first:02}:00-{last:02}:00",)
    suggestions = hours + tuple(spelt(day) for day in sorted(set(days)))
    return Misunderstood(Problem.HOURS_OR_DATE, words, suggestions=suggestions)


def _resolve_span(when: When, typed: TypedWhen, today: date, zone: ZoneInfo) -> When:
    """From one day to another: whole days, or from an hour on the first to one on the last."""
    last, first = typed.until, when.day
    if last is None or typed.day is None:
        return when
    words = f"{typed.day.words} to {last.words}"
    if first is None:
        return _which_span(when, typed, today)
    try:
        day = last.resolve(today, first)
        if day < first:
            raise Misunderstood(Problem.END_BEFORE_START, words)
        if typed.clock is None:
            length = timedelta(days=(day - first).days + 1)
        elif typed.ends is not None and when.clock is not None:
            end = datetime.combine(day, typed.ends.resolve(None))
            begin = datetime.combine(first, when.clock)
            length = resolve_local(end, zone) - resolve_local(begin, zone)
        else:
            return when
    except Misunderstood as problem:
        if problem.problem is Problem.DATE_AMBIGUOUS:
            return _which_span(when, typed, today)
        return _with_problem(replace(when, days=()), problem)
    when = replace(when, is_all_day=typed.clock is None)
    if not timedelta(0) < length <= LONGEST_RANGE:
        return _with_problem(when, Misunderstood(Problem.DURATION_IMPOSSIBLE, words))
    return replace(when, duration=length)


def _which_span(when: When, typed: TypedWhen, today: date) -> When:
    """Where the first or the last day can be two: all of it is asked, lest one end is lost."""
    if typed.day is None or typed.until is None:
        return when
    hours = [f" {each.words}" if each is not None else "" for each in (typed.clock, typed.ends)]
    spans = [
        f"{spelt(first)}{hours[0]} to {spelt(last)}{hours[1]}"
        for first in when.days or _candidates(typed.day, today, today)
        for last in _candidates(typed.until, today, first)
        if first <= last <= first + LONGEST_RANGE
    ]
    if not spans:
        return replace(when, days=())
    words = f"{typed.day.words} to {typed.until.words}"
    problem = Misunderstood(Problem.DATE_AMBIGUOUS, words, suggestions=tuple(spans[:4]))
    return replace(when, days=(), problem=problem)


def _candidates(typed: TypedDate, today: date, floor: date) -> Sequence[date]:
    """The days that it can be."""
    try:
        return (typed.resolve(today, floor),)
    except Misunderstood as problem:
        return spelt_days(problem.suggestions, today=today)


def _resolve_all_day(when: When, typed: TypedWhen) -> When:
    days = typed.lasts_days if typed.repeat is None else None
    if days is None and not typed.is_all_day and not when.is_all_day:
        return when
    if typed.clock is not None:
        words = typed.lasts_words or " ".join(typed.words)
        is_length = typed.lasts_days is not None
        problem = Problem.DURATION_IMPOSSIBLE if is_length else Problem.ALL_DAY_AT_A_TIME
        return _with_problem(replace(when, is_all_day=False), Misunderstood(problem, words))
    duration = when.duration if when.is_all_day else timedelta(days=days or 1)
    when = replace(when, is_all_day=True, times=(time.min,), duration=duration)
    if typed.until is not None and days is not None:
        return _with_problem(when, Misunderstood(Problem.WHEN_TWICE, typed.lasts_words))
    is_vague = "month" in typed.lasts_words  # of 28 days, or of 31?
    if duration is None or duration > LONGEST_RANGE or is_vague:
        when = replace(when, duration=None)
        return _with_problem(when, Misunderstood(Problem.DURATION_IMPOSSIBLE, typed.lasts_words))
    if typed.duration is not None:
        words = " ".join(typed.words)
        return _with_problem(when, Misunderstood(Problem.ALL_DAY_AT_A_TIME, words))
    return when


def _earliest(typed: TypedWhen, local_now: datetime) -> date:
    """The first day that a weekday can be: "monday 10:00", said on a Monday at 15:05, is no more
    today, and so it is not asked whether it is.
    """
    today = local_now.date()
    words = typed.day.words.split() if typed.day is not None else []
    if not words or words[-1] not in WEEKDAYS or words[0] == "this":
        return today
    if WEEKDAYS[words[-1]] != today.weekday():
        return today
    if typed.clock is not None and typed.clock.is_midnight:
        return today  # the coming one may be meant
    times = _resolve_time(When(), typed).times
    is_over = times and all(datetime.combine(today, each) <= local_now for each in times)
    return today + timedelta(days=1) if is_over else today


def which_night(days: Sequence[date]) -> Misunderstood:
    """Of two nights, as something to type."""
    suggestions = tuple(f"{spelt(day)} 00:00" for day in days)
    return Misunderstood(Problem.WHICH_NIGHT, suggestions=suggestions)


def _resolve_night(when: When, typed: TypedWhen, local_now: datetime) -> When:
    """ "tomorrow midnight" is how tomorrow begins to some, and how it ends to others."""
    if typed.clock is None or not typed.clock.is_midnight or when.rule is not None:
        return when
    day = when.day
    if typed.until is not None or day is None:
        return replace(when, is_midnight=typed.until is None)
    if typed.part is not None and typed.part.holds(_LAST_HOUR):
        # "tonight at midnight"
        return replace(when, days=(day + timedelta(days=1),))
    nights = nights_of(day, local_now=local_now)
    if len(nights) < 2:
        return replace(when, days=nights or when.days)
    when = replace(when, days=nights, is_midnight=True)
    return _with_problem(when, which_night(nights))


def _resolve_days(when: When, typed: TypedWhen, today: date, *, floor: date) -> When:
    if typed.day is None:
        return when
    try:
        day = typed.day.resolve(today, floor)
        return replace(when, days=(check_reach(day, today=today, words=typed.day.words),))
    except Misunderstood as problem:
        problem = without_past_days(problem, today=today)
        days = spelt_days(problem.suggestions, today=today)
        return _with_problem(replace(when, days=days, is_doubtful=len(days) == 1), problem)


def _resolve_end(when: When, typed: TypedWhen, today: date) -> When:
    rule = when.rule
    if rule is None:
        return when
    first = when.day or today
    try:
        if typed.count is not None:
            if not 1 <= typed.count <= MOST_TIMES:
                raise Misunderstood(Problem.COUNT_IMPOSSIBLE, f"{typed.count} times")
            rule = replace(rule, count=typed.count)
        elif typed.lasts_days is not None:
            last = first + timedelta(days=typed.lasts_days - 1)
            rule = replace(rule, until=datetime.combine(last, time(23, 59, 59)))
        elif typed.until is not None:
            last = typed.until.resolve(today, first)
            if last < today:
                raise Misunderstood(Problem.END_IN_PAST, spelt(last))
            check_reach(last, today=today, words=typed.until.words)
            if last < first:
                raise Misunderstood(Problem.END_BEFORE_START, f"until {typed.until.words}")
            rule = replace(rule, until=datetime.combine(last, time(23, 59, 59)))
    except Misunderstood as problem:
        return replace(when, problem=when.problem or problem)
    return replace(when, rule=rule)


def _without_past(when: When, local_now: datetime) -> When:
    """A day or an hour that is over is said to be so, and asked for anew."""
    day, clock = when.day, when.clock
    if day is None or (when.rule is not None and day >= local_now.date()):
        return when
    if day < local_now.date():
        problem = Misunderstood(Problem.DAY_IS_OVER, spelt(day))
        return replace(when, days=(), problem=when.problem or problem)
    if when.is_all_day:
        return when
    ahead = tuple(each for each in when.times if datetime.combine(day, each) > local_now)
    if when.times and not ahead:
        later = later_half(day, when.other_half, local_now=local_now)
        problem = hour_is_over(f"{when.times[-1]:%H:%M}", offered=later)
        is_said = when.problem is not None and when.problem.problem is not Problem.AM_OR_PM
        return replace(when, times=(), offered=later, problem=when.problem if is_said else problem)
    if clock is not None or len(ahead) > 1:
        return when if clock is not None else replace(when, times=ahead)
    # One that is left of several is not what was said: it is offered, with the usual ones.
    if when.problem is not None and when.problem.problem is Problem.AM_OR_PM:
        when = replace(when, problem=hour_is_over(f"{when.times[0]:%H:%M}", offered=ahead))
    return replace(when, times=(), offered=ahead)


def hour_is_over(words: str, *, offered: Sequence[time] = ()) -> Misunderstood:
    """*words* are no longer possible; each of *offered* can be typed instead."""
    suggestions = tuple(f"{each:%H:%M}" for each in offered)
    return Misunderstood(Problem.HOUR_IS_OVER, words, suggestions=suggestions)


def _once(is_there: object, words: str) -> None:
    if is_there is not None:
        raise Misunderstood(Problem.WHEN_TWICE, words)


def _said(tokens: Sequence[Token], used: int) -> str:
    return " ".join(token.raw for token in tokens[:used])


def _repeat(tokens: Sequence[Token], typed: TypedWhen) -> int:
    found = read_repeat(tokens)
    if found is None:
        return 0
    _once(typed.repeat, found.words)
    typed.repeat = found
    last = found.words.split()[-1]
    if last in PARTS_OF_DAY:  # "every morning at 8"
        typed.part = PARTS_OF_DAY[last]
    return found.tokens_used


def _all_day(tokens: Sequence[Token], typed: TypedWhen) -> int:
    words = words_of(tokens, 3)
    if words[:1] == ["all-day"]:
        used = 1
    else:
        used = max((len(each) for each in _ALL_DAY if words[: len(each)] == each), default=0)
    if used:
        typed.is_all_day = True
        typed.words.append(_said(tokens, used))
    return used


def _days_of_a_month(tokens: Sequence[Token], typed: TypedWhen) -> int:
    """ "1-14 july", "1 to 14 july 2027", "july 1-14"."""
    words = words_of(tokens, 5)
    skip = 1 if words[0] in MONTHS else 0
    if len(words) < skip + 3 or words[skip + 1] not in _UP_TO:
        return 0
    first, last = (_DATE_RANGE.fullmatch(words[at]) for at in (skip, skip + 2))
    if first is None or last is None:
        return 0
    if skip:
        found = read_date(_as_tokens(words[0], last[1], *words[4:5]))
        used = 2 + (found.tokens_used if found else 0)
        begin = read_date(_as_tokens(words[0], first[1]))
    else:
        found = read_date(tokens[2:]) if _names_a_month(words[3:]) else None
        used = 2 + (found.tokens_used if found else 0)
        month = next((word for word in words[3:] if word in MONTHS), "")
        begin = read_date(_as_tokens(first[1], month)) if month else None
    if found is None or begin is None:
        return 0
    _once(typed.day, _said(tokens, used))
    _once(typed.until, _said(tokens, used))
    typed.day, typed.until = _before(begin, found), found
    typed.words.append(_said(tokens, used))
    return used


def _names_a_month(words: Sequence[str]) -> bool:
    return bool(words) and (words[0] in MONTHS or (words[0] == "of" and words[1:2] != []))


def _before(first: TypedDate, last: TypedDate) -> TypedDate:
    """The first day of a range of which only the last one may say the year."""
    if not re.search(r"\b\d{4}\b", last.words):
        return first

    def resolve_it(today: date, floor: date) -> date:
        end = last.resolve(today, floor)
        return _in_its_year(first, end, today)

    return TypedDate(first.words, resolve_it, first.tokens_used)


def _in_its_year(first: TypedDate, end: date, today: date) -> date:
    found = read_date(tokenize(f"{first.words} {end.year}").tokens)
    return (found or first).resolve(today, today)


def _as_tokens(*words: str) -> Sequence[Token]:
    return tokenize(" ".join(words)).tokens


def _up_to(tokens: Sequence[Token], typed: TypedWhen) -> int:
    """ "to 14 july", "until 1 March", "to 21 june 07:00", "until 15:00"."""
    words = words_of(tokens, 3)
    if words[0] not in _UP_TO or len(tokens) < 2:
        return 0
    is_last = words[0] in {"to", "-"}
    if is_last and typed.day is None and typed.clock is None:
        return 0
    skip = 2 if words[1:2] == ["the"] else 1
    clock, used = _end_clock(tokens, skip, typed)
    # "10:00 to 12:00 tomorrow" says once which day it is.
    is_of_start = clock is not None and typed.day is None
    found = None if is_of_start else read_date(tokens[used:])
    weekday = found is not None and found.tokens_used == 1 and tokens[used].word in WEEKDAYS
    if weekday and (following := read_date(tokens[used + 1 :])) is not None:
        found, used = following, used + 1
    if found is None and clock is None:
        if is_last or typed.is_empty:
            return 0
        raise Misunderstood(Problem.DATE_UNREADABLE, _said(tokens, 4))
    if found is not None:
        _once(typed.until, found.words)
        typed.until = found
        used += found.tokens_used
        typed.words.append(f"until {found.words}")
        if clock is None:
            clock, used = _end_clock(tokens, used, typed)
    if clock is not None:
        _once(typed.ends, clock.words)
        typed.ends = clock
    return used


def _end_clock(tokens: Sequence[Token], at: int, typed: TypedWhen) -> tuple[TypedTime | None, int]:
    """The hour at which it ends, where one can stand there, and where it ends itself."""
    skip = 1 if words_of(tokens[at:], 1) in (["at"], ["@"], [","]) else 0
    rest = tokens[at + skip :]
    if typed.clock is None or not rest or read_date(rest) is not None:
        return None, at
    found = read_time(rest, is_expected=True, is_after_at=True)
    if found is None:
        return None, at
    used = at + skip + found.tokens_used
    if words_of(tokens[used:], 1) in (["on"], [","]) and read_date(tokens[used + 1 :]) is not None:
        used += 1
    return found, used


def _count(tokens: Sequence[Token], typed: TypedWhen) -> int:
    """ "10 times", "x10"."""
    words = words_of(tokens, 2)
    number = words[0].removeprefix("x") if words[0][:1] == "x" else words[0]
    is_counted = words[0][:1] == "x" or words[1:] in (["times"], ["time"])
    if not is_counted or not ((number.isdecimal() and len(number) < 7) or number in COUNTS):
        return 0
    typed.count = COUNTS[number] if number in COUNTS else int(number)
    typed.words.append(_said(tokens, 2))
    return 1 if words[0][:1] == "x" else 2


def _duration(tokens: Sequence[Token], typed: TypedWhen) -> int:
    skip = 1 if words_of(tokens, 1) == ["for"] else 0
    found = _read_duration(tokens[skip:], is_expected=bool(skip))
    if found is not None:
        typed.duration = found[0]
        return skip + found[1]
    if not skip:
        return 0
    # "for 6 weeks" is how long a series goes on, or something that takes whole days.
    words = words_of(tokens[1:], 2)
    count = _a_number(words[0]) if words else None
    if count is None or len(words) < 2 or words[1] not in _LONGER:
        return 0
    if not 0 < count < 1000:
        raise Misunderstood(Problem.DURATION_IMPOSSIBLE, _said(tokens, 3))
    typed.lasts_days = int(count * _LONGER[words[1]])
    typed.lasts_words = _said(tokens, 3)
    return 3


def _read_duration(tokens: Sequence[Token], *, is_expected: bool) -> tuple[timedelta, int] | None:
    """Minutes or hours, and the tokens they took. Raises `Misunderstood` for an impossible one."""
    words = words_of(tokens, 4)
    if words[:3] == ["half", "an", "hour"]:
        return timedelta(minutes=30), 3
    if not words:
        return None
    match = _DURATION.fullmatch(words[0])
    if match is None and words[0] not in {"a", "an", "one", *COUNTS}:
        return None
    if match is not None and match[2]:
        number, unit, used = match[1], match[2], 1
    else:
        number, unit, used = (match[1] if match else words[0]), (words[1:2] or [""])[0], 2
    count = _a_number(number)
    if count is None or unit not in _MINUTES | _HOURS:
        is_wrong = unit in _LONGER and is_expected and number.startswith("-")
        if is_wrong:
            raise Misunderstood(Problem.DURATION_IMPOSSIBLE, _said(tokens, used))
        return None
    if len(number.lstrip("+-")) > 6:
        raise Misunderstood(Problem.DURATION_IMPOSSIBLE, _said(tokens, used))
    minutes = round(count * (60 if unit in _HOURS else 1))
    if not 1 <= minutes <= LONGEST.total_seconds() // 60:
        raise Misunderstood(Problem.DURATION_IMPOSSIBLE, _said(tokens, used))
    return timedelta(minutes=minutes), used


def _a_number(word: str) -> float | None:
    if word in {"a", "an"}:
        return 1
    if word in COUNTS:
        return COUNTS[word]
    try:
        return float(word.replace(",", "."))
    except ValueError:
        return None


def _clock(tokens: Sequence[Token], typed: TypedWhen) -> int:
    hours = _hours_range(tokens)
    if hours is not None:
        _once(typed.clock, _said(tokens, 3))
        typed.clock, typed.ends = hours
        typed.is_bare = tokens[1].word == "-" and tokens[0].end == tokens[1].start
        typed.is_bare &= _could_be_a_date(int(tokens[0].word), int(tokens[2].word))
        return 3
    words = words_of(tokens, 2)
    skip = 1 if words[0] in {"at", "@"} else 0
    if skip and len(tokens) == 1:
        return 0
    has_day = typed.day is not None or typed.repeat is not None
    is_a_number = words[0].isdecimal() or words[0] in COUNTS
    if not skip and is_a_number and not has_day and words[1:] not in (["am"], ["pm"]):
        return 0
    if not skip and not (is_a_number or words[0] in NAMED or looks_like_a_time(tokens[0])):
        return 0
    found = read_time(tokens[skip:], is_expected=bool(skip) or has_day, is_after_at=True)
    if found is None:
        return 0
    if typed.clock is not None:
        raise Misunderstood(Problem.WHEN_TWICE, _said(tokens, skip + found.tokens_used))
    typed.clock = found
    return skip + found.tokens_used


def _hours_range(tokens: Sequence[Token]) -> tuple[TypedTime, TypedTime] | None:
    """ "9-15", "9 to 5": two hours without anything that says so, but for where they stand."""
    words = words_of(tokens, 4)
    if len(words) < 3 or words[1] not in {"-", "to"} or words[3:4] in (["am"], ["pm"]):
        return None
    if not all(word.isdecimal() and len(word) < 3 for word in (words[0], words[2])):
        return None
    if not all(int(word) < _HOURS_OF_A_DAY for word in (words[0], words[2])):
        return None
    unit = words[3] if len(words) > 3 else ""
    if unit in _MINUTES | _HOURS or unit in _LONGER or unit in MONTHS:
        return None  # "2-3 hours"
    first, last = (
        read_time(_as_tokens(word), is_expected=True, is_after_at=True)
        for word in (words[0], words[2])
    )
    return (first, last) if first is not None and last is not None else None


def _could_be_a_date(first: int, last: int) -> bool:
    """Of two numbers one has to be a month."""
    return min(first, last) > 0 and min(first, last) <= len(MONTH_NAMES)


def _part_of_day(tokens: Sequence[Token], typed: TypedWhen) -> int:
    words = words_of(tokens, 3)
    skip = 0
    if words[0] in {"in", "at"}:
        skip = 2 if words[1:2] == ["the"] else 1
    part = words[skip] if skip < len(words) else ""
    is_bare = not skip and typed.day is None and typed.clock is None and not typed.repeat
    if part not in PARTS_OF_DAY or is_bare:
        return 0  # "Evening class"
    typed.part = PARTS_OF_DAY[part]
    return skip + 1


def _part_of_a_day(tokens: Sequence[Token], typed: TypedWhen) -> int:
    """ "tonight", "this evening": a day, and a part of it with which its time has to agree."""
    words = words_of(tokens, 2)
    if words[0] == "tonight":
        part, used = _TONIGHT, 1
    elif words[0] == "this" and words[1:2] and words[1] in PARTS_OF_DAY:
        part, used = _TONIGHT if words[1] == "night" else PARTS_OF_DAY[words[1]], 2
    else:
        return 0
    phrase = _said(tokens, used)
    _once(typed.day, phrase)
    typed.day = TypedDate(phrase, lambda today, _floor: today, used)
    typed.part = part
    return used


def _counted_date(tokens: Sequence[Token], typed: TypedWhen) -> int:
    words = words_of(tokens, _LONGEST_PHRASE)
    if vague := _vague(words):
        # Which of its days? A rough date would only be remembered wrongly.
        raise Misunderstood(Problem.DAY_VAGUE, _said(tokens, vague))
    for used in range(len(words), 1, -1):
        phrase = " ".join(words[:used])
        if _COUNTED.fullmatch(phrase):
            _once(typed.day, _said(tokens, used))
            typed.day = TypedDate(phrase, partial(_count_from, phrase), used)
            return used
    return 0


def _vague(words: Sequence[str]) -> int:
    """How many words name a week, a month or a year, but no day of it: "next week", "in june"."""
    match words:
        case ["next" | "this", name, *_] if name in _VAGUE:
            return 2
        case ["at" | "on" | "over", "the", "weekend", *_]:
            return 3
        case ["in" | "early" | "mid" | "late", month, *following] if month in MONTHS:
            # "in june 3": a date with a word too many.
            return 0 if following[:1] and _DATE_RANGE.fullmatch(following[0]) else 2
        case ["end" | "beginning" | "middle", "of", month, *_] if month in MONTHS:
            return 3
        case _:
            return 0


def _count_from(phrase: str, today: date, _floor: date) -> date:
    from dateparser.date import DateDataParser  # noqa: PLC0415 - slow to load, and rarely needed

    noon = datetime.combine(today, time(12))
    parser = DateDataParser(languages=["en"], settings={"RELATIVE_BASE": noon})
    found = parser.get_date_data(phrase).date_obj
    if found is None or found.date() <= today:
        raise Misunderstood(Problem.DATE_TOO_FAR, phrase)
    return found.date()


def _date(tokens: Sequence[Token], typed: TypedWhen) -> int:
    found = read_date(tokens)
    if found is None:
        return 0
    used = found.tokens_used
    if typed.day is not None:
        raise Misunderstood(Problem.WHEN_TWICE, found.words)
    # "Friday 27 November": the weekday only says again which day that is.
    if tokens[0].word in WEEKDAYS and used == 1:
        skip = 1 if words_of(tokens[1:], 1) == [","] else 0
        following = read_date(tokens[1 + skip :])
        if following is not None and words_of(tokens[1 + skip :], 1)[0] not in WEEKDAYS:
            weekday = WEEKDAYS[tokens[0].word]
            typed.day = _on_weekday(following, weekday, f"{found.words} {following.words}")
            return 1 + skip + following.tokens_used
    typed.day = found
    return used


def _on_weekday(typed: TypedDate, weekday: int, words: str) -> TypedDate:
    def resolve_it(today: date, floor: date) -> date:
        day = typed.resolve(today, floor)
        if day.weekday() != weekday:
            raise Misunderstood(Problem.WEEKDAY_DIFFERS, words)
        return day

    return TypedDate(words, resolve_it, typed.tokens_used)
