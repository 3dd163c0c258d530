"""Recurrence rules of RFC 5545 (RRULE, §3.3.10), with the days on which they don't apply (EXDATE).

Pure arithmetic on naive local time: a visit at 10:00 is at 10:00 on the wall clock all year;
:func:`domain.local_time.resolve_local` turns that into an instant. Days, weeks, months and years
only: anything more frequent is refused, and no rule is expanded without a bound.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import IntEnum, StrEnum
from itertools import takewhile
from typing import Literal, Self
from zoneinfo import ZoneInfo

from dateutil import rrule

from domain.local_time import Weekday, resolve_local

MAX_RECURRENCE_COUNT = 1_000  # COUNT
MAX_RECURRENCE_INTERVAL = 100  # INTERVAL
RECURRENCE_HORIZON = timedelta(days=3_700)  # from the start; rules aren't expanded further
SHORTEST_MONTH = 28  # days
MAX_EXCEPTIONS = 60

_DAY_NAMES = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_DAYS = (rrule.MO, rrule.TU, rrule.WE, rrule.TH, rrule.FR, rrule.SA, rrule.SU)
_BY_DAY = re.compile(r"([+-]?[1-9]\d?)?(MO|TU|WE|TH|FR|SA|SU)")
_UNTIL = re.compile(r"(\d{8})(?:T(\d{6})(Z?))?")
_EXCEPTIONS = "EXDATE;VALUE=DATE:"


class UnreadableRule(ValueError):
    """Not a rule that we support: no RRULE, or too frequent, or too far apart."""


class Frequency(StrEnum):
    DAILY = "DAILY"
    WEEKLY = "WEEKLY"
    MONTHLY = "MONTHLY"
    YEARLY = "YEARLY"


_FREQUENCIES: dict[Frequency, Literal[0, 1, 2, 3]] = {
    Frequency.YEARLY: rrule.YEARLY,
    Frequency.MONTHLY: rrule.MONTHLY,
    Frequency.WEEKLY: rrule.WEEKLY,
    Frequency.DAILY: rrule.DAILY,
}


class Nth(IntEnum):
    """Which of that weekday in its month; `EVERY` if the rule doesn't say."""

    LAST = -1
    EVERY = 0
    FIRST = 1
    SECOND = 2
    THIRD = 3
    FOURTH = 4
    FIFTH = 5


@dataclass(frozen=True, order=True)
class ByDay:
    """A weekday, or the *nth* one of its month (or year, depending on the rule)."""

    weekday: Weekday
    nth: int = Nth.EVERY

    def __str__(self) -> str:
        return f"{self.nth or ''}{_DAY_NAMES[self.weekday]}"


@dataclass(frozen=True)
class Recurrence:
    """The parts of a rule. `until` is the last possible start, naive local time.

    On the local days `except_on`, in order, it doesn't occur, and they don't count towards `count`:
    ten times are ten, whatever lies in between.
    """

    frequency: Frequency
    interval: int = 1
    by_day: tuple[ByDay, ...] = ()
    by_month_day: tuple[int, ...] = ()
    by_month: tuple[int, ...] = ()
    by_set_pos: tuple[int, ...] = ()
    count: int | None = None
    until: datetime | None = None
    week_start: Weekday = Weekday.MONDAY
    except_on: tuple[date, ...] = ()

    def __post_init__(self) -> None:
        """Raises UnreadableRule."""
        if not 1 <= self.interval <= MAX_RECURRENCE_INTERVAL:
            raise UnreadableRule("INTERVAL")
        if self.count is not None and not 1 <= self.count <= MAX_RECURRENCE_COUNT:
            raise UnreadableRule("COUNT")
        if self.count is not None and self.until is not None:
            raise UnreadableRule("COUNT and UNTIL exclude each other")
        if any(not (1 <= abs(day) <= 31) for day in self.by_month_day):
            raise UnreadableRule("BYMONTHDAY")
        if any(not (1 <= month <= 12) for month in self.by_month):
            raise UnreadableRule("BYMONTH")
        if any(not (1 <= abs(position) <= 366) for position in self.by_set_pos):
            raise UnreadableRule("BYSETPOS")
        if any(abs(day.nth) > 53 for day in self.by_day):
            raise UnreadableRule("BYDAY")
        counts_days = self.frequency in (Frequency.MONTHLY, Frequency.YEARLY)
        if any(day.nth for day in self.by_day) and not counts_days:
            raise UnreadableRule("BYDAY counts days of a month or a year only")
        if self.by_month_day and self.frequency is Frequency.WEEKLY:
            raise UnreadableRule("BYMONTHDAY is not for weeks")
        if len(self.except_on) > MAX_EXCEPTIONS or list(self.except_on) != sorted(
            set(self.except_on)
        ):
            raise UnreadableRule("EXDATE")

    def to_rfc5545(self, zone: ZoneInfo) -> str:
        """As it is stored: the value of an RRULE and, on a line of its own, its exceptions."""
        rule = self._rule(zone, count=self.count)
        if not self.except_on:
            return rule
        return f"{rule}\n{_EXCEPTIONS}{','.join(f'{day:%Y%m%d}' for day in self.except_on)}"

    def to_rrule(self, zone: ZoneInfo, *, first: datetime) -> str:
        """The value of an RRULE that begins at *first* (naive local), for other calendars, which
        count the exceptions, too.
        """
        if self.count is None or not self.except_on:
            return self._rule(zone, count=self.count)
        last = max(self.starts(first, until=first + RECURRENCE_HORIZON), default=first)
        whole = replace(self, count=None, except_on=())
        return self._rule(zone, count=sum(1 for _ in whole.starts(first, until=last)))

    def _rule(self, zone: ZoneInfo, *, count: int | None) -> str:
        """UNTIL is in UTC, as RFC 5545 requires with a TZID."""
        parts = [f"FREQ={self.frequency}"]
        if self.until is not None:
            parts.append(f"UNTIL={resolve_local(self.until, zone):%Y%m%dT%H%M%SZ}")
        if count is not None:
            parts.append(f"COUNT={count}")
        if self.interval != 1:
            parts.append(f"INTERVAL={self.interval}")
        for name, values in (
            ("BYMONTH", self.by_month),
            ("BYMONTHDAY", self.by_month_day),
            ("BYDAY", self.by_day),
            ("BYSETPOS", self.by_set_pos),
        ):
            if values:
                parts.append(f"{name}={','.join(map(str, values))}")
        if self.week_start is not Weekday.MONDAY:
            parts.append(f"WKST={_DAY_NAMES[self.week_start]}")
        return ";".join(parts)

    @classmethod
    def from_rfc5545(cls, text: str, zone: ZoneInfo) -> Self:
        """Raises UnreadableRule."""
        rule, _line_end, exceptions = text.partition("\n")
        if exceptions and not exceptions.startswith(_EXCEPTIONS):
            raise UnreadableRule(text)
        try:
            parts = dict(part.split("=", 1) for part in rule.split(";"))
            recurrence = cls(
                frequency=Frequency(parts.pop("FREQ")),
                interval=int(parts.pop("INTERVAL", "1")),
                by_day=tuple(map(_by_day, _split(parts.pop("BYDAY", "")))),
                by_month_day=tuple(map(int, _split(parts.pop("BYMONTHDAY", "")))),
                by_month=tuple(map(int, _split(parts.pop("BYMONTH", "")))),
                by_set_pos=tuple(map(int, _split(parts.pop("BYSETPOS", "")))),
                count=int(parts.pop("COUNT")) if "COUNT" in parts else None,
                until=_until(parts.pop("UNTIL"), zone) if "UNTIL" in parts else None,
                week_start=Weekday(_DAY_NAMES.index(parts.pop("WKST", "MO"))),
                except_on=tuple(map(_date, _split(exceptions.removeprefix(_EXCEPTIONS)))),
            )
        except (ValueError, KeyError) as error:
            raise UnreadableRule(text) from error
        if parts:
            raise UnreadableRule(f"{', '.join(parts)} cannot be kept")
        return recurrence

    def starts(self, first: datetime, *, until: datetime) -> Iterator[datetime]:
        """The local starts from *first* (naive, itself included) up to *until*, in order."""
        end = min(until, first + RECURRENCE_HORIZON, self.until or until)
        rule = rrule.rrule(
            _FREQUENCIES[self.frequency],
            dtstart=first,
            interval=self.interval,
            wkst=_DAYS[self.week_start],
            until=end,
            bysetpos=self.by_set_pos or None,
            bymonth=self.by_month or None,
            bymonthday=self.by_month_day or None,
            byweekday=[_nth(day) for day in self.by_day] or None,
        )
        excepted = frozenset(self.except_on)
        found = (start for start in rule if start.date() not in excepted)
        if self.count is not None:
            return (start for _number, start in zip(range(self.count), found, strict=False))
        return found

    @classmethod
    def monthly(cls, day: int, *, interval: int = 1) -> Self:
        """On *day* of each month, or on the last day of shorter months; -1: always on the last.

        RFC 5545 skips shorter months for BYMONTHDAY=31. "The last of the days up to it that the
        month has" is a form that other calendars read the same way.
        """
        if day <= SHORTEST_MONTH:
            return cls(Frequency.MONTHLY, interval, by_month_day=(day,))
        return cls(
            Frequency.MONTHLY,
            interval,
            by_month_day=tuple(range(SHORTEST_MONTH, day + 1)),
            by_set_pos=(-1,),
        )

    def with_shorter_months(self, first: datetime) -> "Recurrence":
        """The same rhythm from *first* on, falling on the last day of months (or of February) that
        are too short. Unchanged if the rule already says what to do then.
        """
        if self.by_day or self.by_set_pos or self.by_month:
            return self
        if self.frequency is Frequency.MONTHLY and len(self.by_month_day) < 2:
            day = self.by_month_day[0] if self.by_month_day else first.day
            if day <= SHORTEST_MONTH:
                return self
            full = Recurrence.monthly(day)
            return replace(self, by_month_day=full.by_month_day, by_set_pos=full.by_set_pos)
        is_leap_day = (first.month, first.day) == (2, SHORTEST_MONTH + 1)
        if self.frequency is Frequency.YEARLY and is_leap_day and not self.by_month_day:
            days = (SHORTEST_MONTH, SHORTEST_MONTH + 1)
            return replace(self, by_month=(2,), by_month_day=days, by_set_pos=(-1,))
        return self

    @property
    def has_shorter_months(self) -> bool:
        """Whether it falls on the last day of months that are too short, see :meth:`monthly`."""
        days = self.by_month_day
        is_written_so = len(days) > 1 and days == tuple(range(SHORTEST_MONTH, days[-1] + 1))
        return is_written_so and self.by_set_pos == (-1,)

    def first_from(self, earliest: datetime) -> datetime | None:
        """The first start from *earliest* on, as if the rule began then; None without one."""
        return next(
            replace(self, count=None).starts(earliest, until=earliest + RECURRENCE_HORIZON), None
        )

    def except_for(self, days: Collection[date]) -> "Recurrence":
        """The same rhythm without these local days, too."""
        return replace(self, except_on=tuple(sorted({*self.except_on, *days})))

    def including(self, days: Collection[date]) -> "Recurrence":
        """The same rhythm, where none of these local days is an exception."""
        return replace(self, except_on=tuple(day for day in self.except_on if day not in days))

    def list_missed_exceptions(self, first: datetime) -> Sequence[date]:
        """Those of its exceptions on which it doesn't occur anyway if it begins at *first* (naive
        local). One before that is no mistake if it is why the rule doesn't begin there.
        """
        if not self.except_on:
            return ()
        whole = replace(self, count=None, except_on=())
        end = datetime.combine(self.except_on[-1], time.max)
        days = {start.date() for start in whole.starts(first, until=end)}
        often = replace(whole, interval=1, until=None)
        for day in self.except_on:
            start = datetime.combine(day, first.time())
            if start < first and often.first_from(start) == start:
                days.add(day)
        return [day for day in self.except_on if day not in days]

    def without_end(self) -> "Recurrence":
        return replace(self, count=None, until=None)

    def ending_before(self, start: datetime, *, first: datetime) -> "Recurrence":
        """The rule from *first*, ending with the last start before the later *start* (local)."""
        before = list(self.starts(first, until=start - timedelta(seconds=1))) or [first]
        if self.count is not None:
            return replace(self, count=len(before))
        return replace(self, until=before[-1])

    def after(self, times: int) -> "Recurrence":
        """What remains of the rule after it has occurred *times* times."""
        return self if self.count is None else replace(self, count=max(1, self.count - times))


def _nth(day: ByDay) -> rrule.weekday:
    return _DAYS[day.weekday](day.nth) if day.nth else _DAYS[day.weekday]


def nth_of(day: datetime) -> int:
    """Which of its weekday *day* is in its month: 1 to 5."""
    return (day.day - 1) // 7 + 1


def starts_until(
    recurrence: Recurrence | None, first: datetime, *, until: datetime
) -> Sequence[datetime]:
    """All local starts up to *until*. Without a recurrence, just *first*, whenever that is."""
    if recurrence is None:
        return [first]
    return list(takewhile(lambda start: start <= until, recurrence.starts(first, until=until)))


def _split(text: str) -> list[str]:
    return text.split(",") if text else []


def _date(text: str) -> date:
    return datetime.strptime(text, "%Y%m%d").date()  # noqa: DTZ007 - a date only


def _by_day(text: str) -> ByDay:
    match = _BY_DAY.fullmatch(text)
    if match is None:
        raise UnreadableRule(text)
    return ByDay(Weekday(_DAY_NAMES.index(match[2])), int(match[1] or 0))


def _until(text: str, zone: ZoneInfo) -> datetime:
    match = _UNTIL.fullmatch(text)
    if match is None:
        raise UnreadableRule(text)
    if match[2] is None:
        return datetime.strptime(f"{match[1]}235959", "%Y%m%d%H%M%S")  # noqa: DTZ007 - local
    until = datetime.strptime(match[1] + match[2], "%Y%m%d%H%M%S")  # noqa: DTZ007 - see below
    return until.replace(tzinfo=UTC).astimezone(zone).replace(tzinfo=None) if match[3] else until
