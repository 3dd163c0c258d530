"""The notation of the corpus: a direction as it is typed, and what it has to mean.

It is Tuesday, 24 November 2026, 10:00 in London, and the family cares for one person, Mum. A blank
line ends a direction; lines with # are remarks. Several outcomes: each of them is right.

    > Amlodipine 5 mg, one tablet every morning       what follows /addmed
    = Amlodipine | 1 tablet (5 mg) | morning          name | amount (strength) | schedule
    = ... | with water | pain                         and, where there are, instructions | reason
    ~= ...                                            understood, and always confirmed first
    ? times                                           asked, with a topic of `topics.py`
    ? times | Amlodipine | 5 mg                       asked, and this much is understood by then
      > 8am                                           what is answered, and what comes of it
      = Amlodipine | 5 mg | 08:00
    ! words                                           refused, in a sentence that says what to do

The amount is "-" where the schedule has its own. A schedule is one of

    prn gap 4h max 4                    as needed; "max ?1": that limit or none
    each 8h from 11-24T14:00            by the hour; "before 12-01T14:00", "after-last"
    08:00 20:00                         by the clock, "+" between plans side by side, "then" between
                                        steps

By the clock, a plan is: days · times · from DATE · until DATE · last HH:MM · except DATE,DATE.
Days are `2d` (every 2 days), `mon,wed`, `mon/2w`, `month:1,15`, `month:1/3m`, `first,last-mon/2m`,
`21on7off`; none are every day. A time is `08:00`, or a moment: `bedtime`, `with-dinner`,
`before-breakfast`, `60-after-lunch` (minutes). `2_tablets@08:00` has its own amount. A date is
`11-27`, the next such day, or `2028-01-31`; `11-24/11-25` is either.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import product
from zoneinfo import ZoneInfo

from domain.local_time import Weekday
from domain.medicines.dosages import Dosage
from domain.medicines.schedules.days import (
    EVERY_DAY,
    LAST,
    Cycle,
    Daily,
    Days,
    Monthly,
    MonthlyWeekdays,
    Weekly,
)
from domain.medicines.schedules.kinds import (
    AsNeeded,
    Combined,
    Elapsed,
    Schedule,
    Steps,
    WallClock,
)
from domain.medicines.schedules.moments import USUAL_DAY, Moment, PartOfDay, Relation

LONDON = ZoneInfo("Europe/London")
NOW = datetime(2026, 11, 24, 10, 0, tzinfo=LONDON)
TODAY = NOW.date()

_WEEKDAYS = {day.name[:3].lower(): day for day in Weekday}
_PLACES = {"first": 1, "second": 2, "third": 3, "fourth": 4, "last": LAST}
_UNITS = {
    "mcg": "µg",
    "μg": "µg",
    "ug": "µg",
    "micrograms": "µg",
    "microgram": "µg",
    "iu": "unit",
    "ie": "unit",
    "patches": "patch",
    "tab": "tablet",
    "tabs": "tablet",
    "cap": "capsule",
    "caps": "capsule",
    "gtt": "drop",
    "mls": "ml",
    "mgs": "mg",
    "tsp": "teaspoon",
}
_HALVES = {"½": Fraction(1, 2), "¼": Fraction(1, 4), "¾": Fraction(3, 4)}
_AMOUNT = re.compile(
    r"(?P<low>[\d.]*[½¼¾]?)(?:-(?P<high>[\d.]+[½¼¾]?))?\s*(?P<unit>[a-zµμ%]+)", re.IGNORECASE
)
_DATE = re.compile(r"(?:(\d{4})-)?(\d\d)-(\d\d)")
_MOMENT = re.compile(r"(?:(?P<minutes>\d+)-)?(?:(?P<relation>before|with|after)-)?(?P<part>[a-z]+)")


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a direction means. `dosage` is None where the schedule has the amounts, `strength` what
    one of them contains, as words.
    """

    name: str
    dosage: Dosage | None
    strength: str
    schedule: Schedule
    instructions: str
    reason: str
    is_confirmed_first: bool
    limit_is_optional: bool
    notation: str


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer to a question, and what it makes of the direction."""

    text: str
    meanings: tuple[Meaning, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """`name` and `dosage` are what is understood before the answer; None: not said."""

    topic: str
    name: str | None
    dosage: Dosage | None
    answers: tuple[Answer, ...]


@dataclass(frozen=True, slots=True)
class Refusal:
    topic: str


@dataclass(frozen=True, slots=True)
class Direction:
    """A direction as typed, with every outcome that is right; `place` is its file and line."""

    text: str
    meanings: tuple[Meaning, ...]
    questions: tuple[Question, ...]
    refusals: tuple[Refusal, ...]
    place: str


def read_directions(lines: Sequence[str], *, file: str) -> Iterator[Direction]:
    """The directions in the *lines* of a file. Raises ValueError for what isn't notation."""
    block: list[tuple[int, str]] = []
    for number, line in enumerate([*lines, ""], start=1):
        if line.startswith("#"):
            continue
        if line.strip():
            block.append((number, line))
        elif block:
            try:
                yield _direction([row for _, row in block], place=f"{file}:{block[0][0]}")
            except (ValueError, KeyError) as error:
                raise ValueError(f"{file}:{block[0][0]}: {block[0][1]}: {error}") from error
            block = []


def _direction(rows: Sequence[str], *, place: str) -> Direction:
    if not rows[0].startswith("> "):
        raise ValueError("a direction starts with >")
    meanings: list[Meaning] = []
    questions: list[Question] = []
    refusals: list[Refusal] = []
    for row in rows[1:]:
        is_of_answer = row.startswith("  ")
        mark, _, rest = row.strip().partition(" ")
        match is_of_answer, mark:
            case False, "=" | "~=":
                meanings.extend(read_meanings(rest, is_confirmed_first=mark == "~="))
            case False, "?":
                questions.append(_question(rest))
            case False, "!":
                refusals.append(Refusal(rest))
            case True, ">":
                answers = (*questions[-1].answers, Answer(rest, ()))
                questions[-1] = _with_answers(questions[-1], answers)
            case True, "=" | "~=":
                *earlier, last = questions[-1].answers
                found = (*last.meanings, *read_meanings(rest, is_confirmed_first=mark == "~="))
                questions[-1] = _with_answers(questions[-1], (*earlier, Answer(last.text, found)))
            case _:
                raise ValueError(row)
    text = rows[0][2:].replace("\\n", "\n")
    if not (meanings or questions or refusals):
        raise ValueError("no outcome")
    return Direction(text, tuple(meanings), tuple(questions), tuple(refusals), place)


def _question(words: str) -> Question:
    parts = [part.strip() for part in words.split("|")]
    topic, name, amount = [*parts, "", ""][:3]
    return Question(topic, name or None, read_amount(amount)[0] if amount else None, ())


def _with_answers(question: Question, answers: tuple[Answer, ...]) -> Question:
    return Question(question.topic, question.name, question.dosage, answers)


def read_meanings(notation: str, *, is_confirmed_first: bool = False) -> list[Meaning]:
    """The meaning in *notation*; several where a date in it is one or another."""
    parts = [part.strip() for part in notation.split("|")]
    name, amount, plan, instructions, reason = [*parts, "", ""][:5]
    dosage, strength = read_amount(amount)
    return [
        Meaning(
            name=name,
            dosage=dosage,
            strength=strength,
            schedule=read_schedule(words.replace("?", "")),
            instructions=instructions,
            reason=reason,
            is_confirmed_first=is_confirmed_first,
            limit_is_optional="?" in words,
            notation=notation,
        )
        for words in _alternatives(plan)
    ]


def _alternatives(plan: str) -> Iterator[str]:
    """*plan* with one of the dates where it has two."""
    choices = [
        word.split("/") if all(map(_DATE.fullmatch, word.split("/"))) else [word]
        for word in plan.split()
    ]
    yield from (" ".join(words) for words in product(*choices))


def read_amount(words: str) -> tuple[Dosage | None, str]:
    """The amount, and the strength in brackets."""
    words, _, strength = words.partition(" (")
    if words in {"", "-"}:
        return None, strength.rstrip(")")
    if words.startswith('"'):
        return Dosage(words.strip('"')), strength.rstrip(")")
    match = _AMOUNT.fullmatch(words)
    if match is None:
        raise ValueError(f"not an amount: {words}")
    most = match["high"]
    return (
        Dosage(
            words,
            _number(match["low"]),
            unit_of(match["unit"]),
            None if most is None else _number(most),
        ),
        strength.rstrip(")"),
    )


def unit_of(word: str) -> str:
    """One name for each unit, in the corpus and in what was read."""
    word = word.lower()
    if word in _UNITS:
        return _UNITS[word]
    is_plural = word.endswith("s") and len(word) > 3
    return word[:-1] if is_plural else word


def _number(words: str) -> Decimal:
    fraction = _HALVES.get(words[-1:], Fraction(0))
    whole = words.rstrip("".join(_HALVES))
    value = Fraction(whole or 0) + fraction
    return Decimal(value.numerator) / Decimal(value.denominator)


def read_schedule(notation: str) -> Schedule:
    if notation.startswith("prn"):
        return _as_needed(notation.split()[1:])
    if notation.startswith("each"):
        return _elapsed(notation.split()[1:])
    if " then " in notation:
        return Steps(tuple(map(_plan, notation.split(" then "))))
    if " + " in notation:
        return Combined(tuple(map(_plan, notation.split(" + "))))
    return _plan(notation)


def _as_needed(words: Sequence[str]) -> AsNeeded:
    named = dict(zip(words[::2], words[1::2], strict=True))
    if not named.keys() <= {"gap", "max", "from", "until"}:
        raise ValueError(f"as needed: {words}")
    return AsNeeded(
        _date(named["from"]) if "from" in named else TODAY,
        _length(named["gap"]) if "gap" in named else None,
        int(named["max"]) if "max" in named else None,
        _date(named["until"]) if "until" in named else None,
    )


def _elapsed(words: Sequence[str]) -> Elapsed:
    rest = [word for word in words[1:] if word != "after-last"]
    named = dict(zip(rest[::2], rest[1::2], strict=True))
    starts_at = _instant(named["from"]) if "from" in named else NOW.astimezone(UTC)
    return Elapsed(
        _length(words[0]),
        starts_at,
        _instant(named["before"]) if "before" in named else None,
        "after-last" in words,
    )


def _length(words: str) -> timedelta:
    number = int(words[:-1])
    return {"h": timedelta(hours=number), "m": timedelta(minutes=number)}[words[-1]]


def _instant(words: str) -> datetime:
    day, _, at = words.partition("T")
    local = datetime.combine(_date(day), time.fromisoformat(at), tzinfo=LONDON)
    return local.astimezone(UTC)


def _date(words: str) -> date:
    match = _DATE.fullmatch(words)
    if match is None:
        raise ValueError(f"not a date: {words}")
    year, month, day = match.groups()
    found = date(int(year or TODAY.year), int(month), int(day))
    return found if year or found >= TODAY else found.replace(year=TODAY.year + 1)


def _plan(notation: str) -> WallClock:
    words = notation.split()
    days: Days = EVERY_DAY
    times: list[tuple[time, Moment | None, Dosage | None]] = []
    starts_on, ends_on, last_at = TODAY, None, None
    except_on: frozenset[date] = frozenset()
    at = 0
    while at < len(words):
        word, following = words[at], words[at + 1] if at + 1 < len(words) else ""
        at += 1 + (word in {"from", "until", "last", "except"})
        match word:
            case "from":
                starts_on = _date(following)
            case "until":
                ends_on = _date(following)
            case "last":
                last_at = time.fromisoformat(following)
            case "except":
                except_on = frozenset(map(_date, following.split(",")))
            case _ if at == 1 and (found := _days(word)) is not None:
                days = found
            case _:
                times.append(read_time(word))
    times.sort(key=lambda each: each[0])
    amounts = [amount for _, _, amount in times]
    moments = tuple(moment for _, moment, _ in times)
    return WallClock(
        tuple(each for each, _, _ in times),
        starts_on,
        ends_on,
        days,
        tuple(amount for amount in amounts if amount) if any(amounts) else None,
        moments if any(moments) else None,
        last_at,
        except_on,
    )


def _days(word: str) -> Days | None:
    pattern, _, every = word.partition("/")
    count = int(every[:-1]) if every else 1
    if match := re.fullmatch(r"(\d+)d", word):
        return Daily(int(match[1]))
    if match := re.fullmatch(r"(\d+)on(\d+)off", word):
        return Cycle(int(match[1]), int(match[2]))
    if pattern.startswith("month:"):
        return Monthly(frozenset(map(int, pattern[6:].split(","))), count)
    places, _, names = pattern.rpartition("-")
    if not set(names.split(",")) <= _WEEKDAYS.keys():
        return None
    weekdays = frozenset(_WEEKDAYS[name] for name in names.split(","))
    if places:
        return MonthlyWeekdays(
            weekdays, frozenset(_PLACES[place] for place in places.split(",")), count
        )
    return Weekly(weekdays, count)


def read_time(word: str) -> tuple[time, Moment | None, Dosage | None]:
    amount, _, at = word.rpartition("@")
    dosage = read_amount(amount.replace("_", " "))[0] if amount else None
    if ":" in at:
        return time.fromisoformat(at), None, dosage
    match = _MOMENT.fullmatch(at)
    if match is None:
        raise ValueError(f"not a time: {word}")
    minutes = match["minutes"]
    moment = Moment(
        PartOfDay(match["part"]),
        Relation(match["relation"] or "at"),
        None if minutes is None else timedelta(minutes=int(minutes)),
    )
    found = USUAL_DAY.time_of(moment)
    if found is None:
        raise ValueError(f"on another day: {word}")
    return found, moment, dosage
