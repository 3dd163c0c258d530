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
from zoneinfo import ZoneInfo

from bot.grammar.clock_times import (
    NAMED,
    PARTS_OF_DAY,
    PartOfDay,
    TypedTime,
    looks_like_a_time,
    read_time,
)
from bot.grammar.dates import WEEKDAYS, TypedDate, check_reach, read_date, spelt
from bot.grammar.numbers import COUNTS
from bot.grammar.problems import Misunderstood, Problem
from bot.grammar.repeats import TypedRepeat, read_repeat
from bot.grammar.tokens import Token, tokenize, words_of
from domain.recurrences import MOST_TIMES, Recurrence

LONGEST = timedelta(hours=24)
_LONGEST_RANGE = timedelta(hours=8)
_NUMBER_WORDS = "|".join(["a", "an", *COUNTS])
# What we let the library read: whole phrases whose meaning is not in doubt.
_COUNTED = re.compile(
    rf"in (?:\d{{1,6}}|{_NUMBER_WORDS}) (?:day|week|fortnight|month|year)s?"
    rf"|(?:\d{{1,3}}|{_NUMBER_WORDS}) (?:day|week|month)s? from (?:now|today|tomorrow)"
    r"|(?:the )?day after tomorrow"
)
_LONGEST_PHRASE = 5
_VAGUE = {"week", "month", "year", "weekend"}
_DURATION = re.compile(r"([+-]?\d+(?:[.,]\d+)?)(m|min|mins|minutes?|h|hrs?|hours?)?")
_MINUTES = {"m", "min", "mins", "minute", "minutes"}
_HOURS = {"h", "hr", "hrs", "hour", "hours"}
_LONGER = {"day": 1, "days": 1, "week": 7, "weeks": 7, "month": 30, "months": 30}
_RANGE = re.compile(
    r"(?=.*[:.apm])(\d{1,2}(?:[:.]\d{2})?(?:[ap]m)?)-(\d{1,2}(?:[:.]\d{2})?(?:[ap]m)?)"
)
_FILLERS = {",", "on", "from", "starting", "beginning", "begins", "starts", "the"}


@dataclass(frozen=True)
class When:
    """What is known of a time. `days` and `times` are all that it could be: none if it was not said
    (or cannot be), one if it is certain, two if it has to be asked. `problem` is the first thing to
    say about it.
    """

    days: tuple[date, ...] = ()
    times: tuple[time, ...] = ()
    rule: Recurrence | None = None
    is_anchored: bool = False  # the rule says on which days
    duration: timedelta | None = None
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
    count: int | None = None
    duration: timedelta | None = None
    words: list[str] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        return not (self.day or self.clock or self.repeat or self.part)


def parse_when(text: str, *, zone: ZoneInfo, now: datetime) -> When:
    """All of *text* as a time, by the clock of *zone*. Raises `Misunderstood` for other words."""
    tokens = tokenize(text[:200]).tokens
    typed, at = TypedWhen(), 0
    while at < len(tokens):
        used = read_when_part(tokens[at:], typed)
        if not used:
            raise Misunderstood(Problem.WHEN_UNREADABLE, " ".join(t.raw for t in tokens[at:]))
        at += used
    if typed.is_empty and typed.duration is None:
        raise Misunderstood(Problem.WHEN_UNREADABLE, text.strip())
    return resolve(typed, zone=zone, now=now)


def parse_duration(text: str) -> timedelta:
    """ "45 minutes", "1h". Raises `Misunderstood`."""
    tokens = tokenize(text[:60]).tokens
    found = _read_duration(tokens, is_expected=True)
    if found is None or found[1] < len(tokens):
        raise Misunderstood(Problem.DURATION_IMPOSSIBLE, text.strip())
    return found[0]


def read_when_part(tokens: Sequence[Token], typed: TypedWhen) -> int:
    """Read one part of a time into *typed*; returns how many tokens it took, 0 if it is none.

    Raises `Misunderstood` for what can only be meant as such a part and is wrong.
    """
    words = words_of(tokens, 6)
    if not words:
        return 0
    readers: tuple[Callable[[Sequence[Token], TypedWhen], int], ...] = (
        _repeat,
        _until,
        _count,
        _duration,
        _counted_date,
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
    if words[0] in _FILLERS:
        following = read_when_part(tokens[1:], typed)
        return following + 1 if following else 0
    return 0


def resolve(typed: TypedWhen, *, zone: ZoneInfo, now: datetime) -> When:
    """What was typed, as seen from *now* (aware) by the clock of *zone*. Does not raise."""
    today = now.astimezone(zone).date()
    local_now = now.astimezone(zone).replace(tzinfo=None)
    when = When(duration=typed.duration)
    when = _resolve_time(when, typed)
    when = _resolve_days(when, typed, today)
    if typed.repeat is not None:
        when = replace(when, rule=typed.repeat.rule, is_anchored=typed.repeat.is_anchored)
        when = _resolve_end(when, typed, today)
    elif typed.until is not None or typed.count is not None:
        words = " ".join(typed.words)
        when = replace(when, problem=when.problem or Misunderstood(Problem.END_OF_ONE, words))
    return _without_past(when, local_now)


def _resolve_time(when: When, typed: TypedWhen) -> When:
    if typed.clock is None:
        return when
    try:
        found = typed.clock.resolve(typed.part)
    except Misunderstood as problem:
        times = tuple(time.fromisoformat(words) for words in problem.suggestions)
        return replace(when, times=times if len(times) > 1 else (), problem=problem)
    when = replace(when, times=(found,))
    if typed.ends is None:
        return when
    start = datetime.combine(date.min, found)
    ends = [datetime.combine(date.min, reading) for reading in typed.ends.readings]
    # "10:00-1:30" ends in the afternoon; nobody says "11:00-10:30" of half a day.
    end = next((each for each in ends if start < each <= start + _LONGEST_RANGE), None)
    if end is None:
        words = f"{typed.clock.words} - {typed.ends.words}"
        return replace(when, problem=Misunderstood(Problem.DURATION_IMPOSSIBLE, words))
    return replace(when, duration=end - start)


def _resolve_days(when: When, typed: TypedWhen, today: date) -> When:
    if typed.day is None:
        return when
    try:
        day = typed.day.resolve(today, today)
        return replace(when, days=(check_reach(day, today=today, words=typed.day.words),))
    except Misunderstood as problem:
        candidates = _spelt_days(problem.suggestions, today)
        return replace(when, days=candidates, problem=when.problem or problem)


def _spelt_days(suggestions: Sequence[str], today: date) -> tuple[date, ...]:
    """The days that a question of the grammar of dates offers, but for those that are over."""
    days = []
    for words in suggestions:
        typed = read_date(tokenize(words).tokens)
        if typed is not None and (day := typed.resolve(today, today)) >= today:
            days.append(day)
    return tuple(days)


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
    if clock is not None and datetime.combine(day, clock) <= local_now:
        problem = Misunderstood(Problem.HOUR_IS_OVER, f"{clock:%H:%M}")
        return replace(when, times=(), problem=when.problem or problem)
    return when


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


def _until(tokens: Sequence[Token], typed: TypedWhen) -> int:
    words = words_of(tokens, 2)
    if words[0] not in {"until", "till", "through", "ending"} or len(tokens) < 2:
        return 0
    skip = 2 if words[1:] == ["the"] else 1
    found = read_date(tokens[skip:])
    if found is None:
        clock = read_time(tokens[1:], is_expected=True, is_after_at=True) if typed.clock else None
        if clock is None:
            raise Misunderstood(Problem.DATE_UNREADABLE, _said(tokens, 4))
        typed.ends = clock
        return 1 + clock.tokens_used
    _once(typed.until, found.words)
    typed.until = found
    typed.words.append(f"until {found.words}")
    return skip + found.tokens_used


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
    # "for 6 weeks" is how long a series goes on.
    words = words_of(tokens[1:], 2)
    count = _a_number(words[0]) if words else None
    if count is None or len(words) < 2 or words[1] not in _LONGER:
        return 0
    if typed.repeat is None or not 0 < count < 1000:
        raise Misunderstood(Problem.DURATION_IMPOSSIBLE, _said(tokens, 3))
    typed.lasts_days = int(count * _LONGER[words[1]])
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
    words = words_of(tokens, 2)
    spread = _RANGE.fullmatch(words[0])
    if spread:
        first, last = (tokenize(words).tokens for words in spread.groups())
        typed.clock = read_time(first, is_expected=True, is_after_at=True)
        typed.ends = read_time(last, is_expected=True, is_after_at=True)
        return 1
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
    used = skip + found.tokens_used
    if words_of(tokens[used:], 1) in (["to"], ["-"], ["till"]):
        ends = read_time(tokens[used + 1 :], is_expected=True, is_after_at=True)
        if ends is not None:
            typed.ends = ends
            used += 1 + ends.tokens_used
    return used


def _part_of_day(tokens: Sequence[Token], typed: TypedWhen) -> int:
    words = words_of(tokens, 3)
    skip = 0
    if words[0] in {"in", "at"}:
        skip = 2 if words[1:2] == ["the"] else 1
    part = words[skip] if skip < len(words) else ""
    if part not in PARTS_OF_DAY or (typed.day is None and typed.clock is None and not typed.repeat):
        return 0
    typed.part = PARTS_OF_DAY[part]
    return skip + 1


def _counted_date(tokens: Sequence[Token], typed: TypedWhen) -> int:
    words = words_of(tokens, _LONGEST_PHRASE)
    if words[:1] in (["next"], ["this"]) and words[1:2] and words[1] in _VAGUE:
        # Which of its days? A rough date would only be remembered wrongly.
        raise Misunderstood(Problem.DAY_VAGUE, _said(tokens, 2))
    for used in range(len(words), 1, -1):
        phrase = " ".join(words[:used])
        if _COUNTED.fullmatch(phrase):
            _once(typed.day, _said(tokens, used))
            typed.day = TypedDate(phrase, partial(_count_from, phrase), used)
            return used
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
