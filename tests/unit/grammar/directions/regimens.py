"""Every shape of regimen that a person could type, at random, each with its meaning in the
notation of the corpus.
"""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import TypeAlias

from hypothesis import strategies as st

from tests.unit.grammar.directions.notation import NOW, TODAY, Meaning, read_meanings, read_time

_DAY = timedelta(days=1)
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
CLOCK = ("06:00", "07:30", "08:00", "09:00", "12:30", "14:00", "16:00", "18:30", "20:00", "22:15")
PARTS = ("morning", "noon", "afternoon", "evening", "bedtime")
MEALS = (
    *(f"{relation}-{meal}" for relation in ("before", "with", "after") for meal in ("breakfast",)),
    *("with-lunch", "before-dinner", "after-dinner", "30-before-breakfast", "60-before-dinner"),
)
_COUNTED = ("", "2d", "3d", "10d", "21on7off", "14on14off", "5on2off")
_OF_WEEK = ("mon", "mon,thu", "mon,wed,fri", "sat,sun", "mon,tue,wed,thu,fri", "fri/2w", "wed/4w")
_OF_MONTH = ("month:1", "month:1,15", "month:28/3m", "month:1/6m", "first-mon", "last-fri")


def in_words(amount: str, unit: str) -> str:
    """ "2 tablets", "½ tablet", "5 mg"."""
    is_plural = unit in {"tablet", "unit"} and amount not in {"½", "1"}
    return f"{amount} {unit}{'s' if is_plural else ''}"


def _at(amount: str, unit: str, when: str) -> str:
    return f"{in_words(amount, unit).replace(' ', '_')}@{when}"


@dataclass(frozen=True, slots=True)
class ByClock:
    """At times of day. `whens` and `days` are words of the notation, `amounts` one for each time;
    `course` is in days.
    """

    name: str
    amounts: tuple[str, ...]
    unit: str
    whens: tuple[str, ...]
    days: str = ""
    course: int | None = None

    @property
    def has_one_amount(self) -> bool:
        return len(set(self.amounts)) == 1

    def notation(self) -> str:
        words = [
            at if self.has_one_amount else _at(amount, self.unit, at)
            for amount, at in zip(self.amounts, self.whens, strict=True)
        ]
        amount = in_words(self.amounts[0], self.unit) if self.has_one_amount else "-"
        return f"{self.name} | {amount} | {self.days} {' '.join(words)} {self._limits()}"

    def _limits(self) -> str:
        if self.course is not None:
            return end_of_course(self.whens, self.course)
        is_counted = self.days[-1:] in {"d", "f"}
        has_begun = any(is_over(at) for at in self.whens)
        return "from 11-24/11-25" if is_counted and has_begun else ""


@dataclass(frozen=True, slots=True)
class ByWeekday:
    """Two amounts, each on some of the weekdays, at one time."""

    name: str
    unit: str
    amounts: tuple[str, str]
    groups: tuple[str, str]
    when: str

    def notation(self) -> str:
        plans = [
            f"{days} {_at(amount, self.unit, self.when)}"
            for days, amount in zip(self.groups, self.amounts, strict=True)
        ]
        return f"{self.name} | - | {' + '.join(plans)}"


@dataclass(frozen=True, slots=True)
class Alternating:
    """One amount on one day, another on the next."""

    name: str
    unit: str
    amounts: tuple[str, str]
    when: str

    def notation(self) -> str:
        first = TODAY + _DAY * is_over(self.when)
        plans = [
            f"2d {_at(amount, self.unit, self.when)} from {first + n * _DAY:%m-%d}"
            for n, amount in enumerate(self.amounts)
        ]
        return f"{self.name} | - | {' + '.join(plans)}"


@dataclass(frozen=True, slots=True)
class Taper:
    """Amounts in mg, each for a number of days; the last may have no end (None)."""

    name: str
    steps: tuple[tuple[int, int | None], ...]
    when: str

    def notation(self) -> str:
        starts_on = TODAY + _DAY * is_over(self.when)
        words = []
        for amount, days in self.steps:
            words.append(f"{amount}_mg@{self.when} from {starts_on}")
            if days is not None:
                words[-1] += f" until {starts_on + (days - 1) * _DAY}"
                starts_on += days * _DAY
        return f"{self.name} | - | {' then '.join(words)}"


@dataclass(frozen=True, slots=True)
class WhenNeeded:
    """As needed: `gap` in hours, `limit` in times; `shown_limit` is what the limit is said in."""

    name: str
    amount: str
    unit: str
    gap: int | None
    limit: int | None
    shown_limit: str
    reason: str
    course: int | None

    def notation(self) -> str:
        words = "prn"
        words += "" if self.gap is None else f" gap {self.gap}h"
        words += "" if self.limit is None else f" max {self.limit}"
        if self.course is not None:
            words += f" until {TODAY + (self.course - 1) * _DAY}"
        return f"{self.name} | {in_words(self.amount, self.unit)} | {words} | | {self.reason}"


@dataclass(frozen=True, slots=True)
class ByHour:
    """Every so many hours from a time that is to come today."""

    name: str
    amount: str
    unit: str
    every: int
    start: str
    course: int | None

    def notation(self) -> str:
        words = f"each {self.every}h from 11-24T{self.start}"
        if self.course is not None:
            words += f" before {TODAY + self.course * _DAY}T{self.start}"
        return f"{self.name} | {in_words(self.amount, self.unit)} | {words}"


@dataclass(frozen=True, slots=True)
class Waking:
    """Every so many hours between two times of day, in whole hours."""

    name: str
    amount: str
    unit: str
    every: int
    first: int
    last: int

    def notation(self) -> str:
        times = " ".join(f"{hour:02}:00" for hour in range(self.first, self.last + 1, self.every))
        return f"{self.name} | {in_words(self.amount, self.unit)} | {times}"


Regimen: TypeAlias = ByClock | ByWeekday | Alternating | Taper | WhenNeeded | ByHour | Waking


def meanings_of(regimen: Regimen) -> list[Meaning]:
    """What it means; several where the first day may be one or another."""
    return read_meanings(regimen.notation())


def is_over(when: str) -> bool:
    """Whether that time of day is over today."""
    return read_time(when)[0] <= NOW.time()


def end_of_course(whens: tuple[str, ...], days: int) -> str:
    """Where a course of that many days ends that begins now: its number of doses counts."""
    times = sorted(read_time(when)[0] for when in whens)
    left = days * len(times)
    day = TODAY
    while True:
        for at in times:
            left -= datetime.combine(day, at, tzinfo=NOW.tzinfo) > NOW
            if left == 0:
                last = "" if at == times[-1] else f" last {at:%H:%M}"
                return f"until {day}{last}"
        day += _DAY


def _distinct(whens: list[str]) -> tuple[str, ...]:
    """In the order of the day, one for each time. "Before breakfast, in the morning" is one."""
    found: dict[time, str] = {}
    for when in whens:
        found.setdefault(read_time(when)[0], when)
    kept = [found[at] for at in sorted(found)]
    names_breakfast = any("breakfast" in when for when in kept)
    return tuple(when for when in kept if when != "morning" or not names_breakfast)


names = st.sampled_from(["Ramipril", "Omeprazole", "Warfarin", "Metformin", "Vitamin C"])
_whens = st.one_of(
    st.lists(st.sampled_from(CLOCK), min_size=1, max_size=4),
    st.lists(st.sampled_from(PARTS), min_size=1, max_size=4),
    st.lists(st.sampled_from((*PARTS, *MEALS)), min_size=1, max_size=3),
).map(_distinct)
_when = st.sampled_from((*CLOCK, *PARTS))
_units = st.sampled_from(["tablet", "mg", "ml", "unit"])
_counts = st.sampled_from(["½", "1", "1½", "2", "3"])


def _amounts(unit: str) -> st.SearchStrategy[str]:
    match unit:
        case "tablet":
            return _counts
        case "mg":
            return st.sampled_from(["2.5", "5", "7.5", "10", "500"])
        case "ml":
            return st.sampled_from(["2.5", "5", "10"])
        case _:
            return st.sampled_from(["4", "8", "10", "22"])


@st.composite
def by_clock(draw: st.DrawFn) -> ByClock:
    unit, whens = draw(_units), draw(_whens)
    count = len(whens)
    if draw(st.booleans()):
        amounts = (draw(_amounts(unit)),) * count
    else:
        amounts = tuple(draw(_amounts(unit)) for _ in range(count))
    days = draw(st.sampled_from(("", "", *_COUNTED, *_OF_WEEK, *_OF_MONTH)))
    course = draw(st.none() | st.integers(2, 21)) if not days else None
    return ByClock(draw(names), amounts, unit, whens, days, course)


@st.composite
def in_digits(draw: st.DrawFn) -> ByClock:
    """What "1-0-1" can say."""
    counts = draw(st.lists(st.sampled_from(["", "", "½", "1", "2"]), min_size=4, max_size=4))
    given = [
        (count, when)
        for count, when in zip(counts, ("breakfast", "noon", "evening", "bedtime"), strict=True)
        if count
    ] or [("1", "breakfast")]
    amounts, whens = zip(*given, strict=True)
    course = draw(st.none() | st.integers(2, 14))
    return ByClock(draw(names), amounts, "tablet", whens, "", course)


@st.composite
def by_weekday(draw: st.DrawFn) -> ByWeekday:
    unit = draw(st.sampled_from(["tablet", "mg"]))
    one, other = draw(st.lists(_amounts(unit), min_size=2, max_size=2, unique=True))
    first = draw(st.lists(st.sampled_from(WEEKDAYS), min_size=1, max_size=6, unique=True))
    groups = (
        ",".join(day for day in WEEKDAYS if day in first),
        ",".join(day for day in WEEKDAYS if day not in first),
    )
    return ByWeekday(draw(names), unit, (one, other), groups, draw(_when))


@st.composite
def alternating(draw: st.DrawFn) -> Alternating:
    unit = draw(st.sampled_from(["tablet", "mg"]))
    one, other = draw(st.lists(_amounts(unit), min_size=2, max_size=2, unique=True))
    return Alternating(draw(names), unit, (one, other), draw(_when))


@st.composite
def tapers(draw: st.DrawFn) -> Taper:
    amounts = draw(
        st.lists(st.sampled_from([40, 30, 20, 15, 10, 5]), min_size=2, max_size=4, unique=True)
    )
    lengths = draw(st.lists(st.integers(2, 14), min_size=len(amounts), max_size=len(amounts)))
    steps = list(zip(sorted(amounts, reverse=True), lengths, strict=True))
    if draw(st.booleans()):
        return Taper("Prednisolone", (*steps[:-1], (steps[-1][0], None)), draw(_when))
    return Taper("Prednisolone", tuple(steps), draw(_when))


@st.composite
def when_needed(draw: st.DrawFn) -> WhenNeeded:
    unit = draw(st.sampled_from(["tablet", "mg"]))
    amount = draw(st.sampled_from(["1", "2"] if unit == "tablet" else ["400", "500", "1000"]))
    return WhenNeeded(
        draw(names),
        amount,
        unit,
        draw(st.none() | st.sampled_from([2, 4, 6, 8])),
        draw(st.none() | st.integers(1, 6)),
        draw(st.sampled_from(["times", "amount"])),
        draw(st.sampled_from(["", "", "pain", "sleep", "back pain"])),
        draw(st.none() | st.integers(2, 14)),
    )


@st.composite
def by_hour(draw: st.DrawFn) -> ByHour:
    unit = draw(_units)
    return ByHour(
        draw(names),
        draw(_amounts(unit)),
        unit,
        draw(st.sampled_from([4, 6, 8, 12, 36])),
        draw(st.sampled_from(["12:00", "14:00", "18:00", "20:00", "22:00"])),
        draw(st.none() | st.sampled_from([3, 5, 6, 9])),
    )


@st.composite
def waking(draw: st.DrawFn) -> Waking:
    unit, every = draw(_units), draw(st.integers(1, 5))
    first = draw(st.integers(6, 10))
    last = draw(st.integers(first + every, 22))
    return Waking(draw(names), draw(_amounts(unit)), unit, every, first, last)


regimens = st.one_of(
    by_clock(),
    in_digits(),
    by_weekday(),
    alternating(),
    tapers(),
    when_needed(),
    by_hour(),
    waking(),
)
