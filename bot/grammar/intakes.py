"""`/give NAME [AMOUNT] [at TIME]`: what was given, how much, and when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.grammar.clock_times import read_time
from bot.grammar.dosages import parse_dosage
from bot.grammar.numbers import read_count
from bot.grammar.problems import Misunderstood, Problem
from bot.grammar.tokens import Line, Token, fold_spaces, is_blank, tokenize, without_traps
from domain.dosages import Dosage
from domain.schedules import resolve_local

LONGEST_REMARK = 500
LONGEST_LINE = 1000
_LONGEST_AGO = timedelta(hours=48)
_A_DAY = timedelta(hours=24)
_BEGINS_TIME = {"at", "@", "yesterday", "today", "now"}
_LENGTHS = {
    "min": timedelta(minutes=1),
    "minute": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "hr": timedelta(hours=1),
    "hour": timedelta(hours=1),
}


@dataclass(frozen=True, slots=True)
class TypedIntake:
    """An amount, if it was not the planned one, and when (aware UTC; None is now)."""

    given: Dosage | None
    at: datetime | None


def read_intake(rest: Line, *, zone: ZoneInfo, now: datetime) -> TypedIntake:
    """What follows the name of a medicine, for a person in *zone*. Raises `Misunderstood`."""
    start = _time_begins(rest.tokens)
    amount, when = rest.tokens[:start], rest.tokens[start:]
    given = parse_dosage(rest.typed(amount)) if amount else None
    at = read_moment(rest, when, zone=zone, now=now) if when else None
    return TypedIntake(given, at)


def parse_moment(text: str, *, zone: ZoneInfo, now: datetime) -> datetime:
    """ "07:45", "yesterday 23:50", "10 minutes ago": a moment (UTC) of the last 48 hours."""
    line = tokenize(text[:LONGEST_LINE])
    if not line.tokens:
        raise Misunderstood(Problem.TIMES_MISSING)
    return read_moment(line, line.tokens, zone=zone, now=now)


def read_moment(line: Line, tokens: Sequence[Token], *, zone: ZoneInfo, now: datetime) -> datetime:
    """As :func:`parse_moment`, for some *tokens* of a *line*."""
    words = line.typed(tokens)
    ago = _read_ago(tokens)
    if ago is not None:
        if ago > _LONGEST_AGO:
            raise Misunderstood(Problem.TOO_LONG_AGO, words)
        return now - ago
    named = {token.word for token in tokens}
    left = [token for token in tokens if token.word not in _BEGINS_TIME]
    if not left and named & {"now"}:
        return now
    typed = read_time(left, is_expected=True, is_after_at=True) if left else None
    if typed is None or typed.tokens_used < len(left):
        raise Misunderstood(Problem.NO_SUCH_TIME, words)
    readings = typed.readings[:1] if typed.is_sure else typed.readings
    found = _instants(readings, named, zone=zone, now=now)
    if not found:
        raise Misunderstood(Problem.TIME_TO_COME, words)
    if len(found) > 1:
        clock = tuple(f"{at.astimezone(zone):%H:%M}" for at in found)
        raise Misunderstood(Problem.AM_OR_PM, words, suggestions=clock)
    if found[0] < now - _LONGEST_AGO:
        raise Misunderstood(Problem.TOO_LONG_AGO, words)
    return found[0]


def parse_remark(text: str) -> str:
    """A note or a reason on one line. Raises `Misunderstood` beyond 500 characters."""
    remark = fold_spaces(without_traps(text))
    if is_blank(remark):
        raise Misunderstood(Problem.REMARK_MISSING)
    if len(remark) > LONGEST_REMARK:
        raise Misunderstood(Problem.REMARK_TOO_LONG)
    return remark


def _instants(
    readings: Sequence[time], named: set[str], *, zone: ZoneInfo, now: datetime
) -> list[datetime]:
    """What the readings can mean: on the day that was named, or else the last time it was so."""
    today = now.astimezone(zone).date()
    if "yesterday" in named:
        days, latest = [today - timedelta(days=1)], now - _LONGEST_AGO - _A_DAY
    else:
        days, latest = [today - timedelta(days=1), today], now - _A_DAY
    if "today" in named:
        days = [today]
    found = [
        resolve_local(datetime.combine(day, reading), zone) for day in days for reading in readings
    ]
    return sorted(at.astimezone(UTC) for at in found if latest < at <= now)


def _time_begins(tokens: Sequence[Token]) -> int:
    """Where the words about the time begin."""
    for at, token in enumerate(tokens):
        if not token.is_quoted and token.word in _BEGINS_TIME:
            return at
        if _read_ago(tokens[at:]) is not None:
            return at
    return len(tokens)


def _read_ago(tokens: Sequence[Token]) -> timedelta | None:
    """ "10 minutes ago", "an hour ago", "2h ago"."""
    words = [token.word for token in tokens]
    if len(words) < 2 or words[-1] != "ago":
        return None
    if len(words) == 2:
        digits = words[0].rstrip("minutehrs")
        count, unit = read_count(digits), words[0][len(digits) :]
    else:
        count, unit = 1 if words[0] in {"a", "an"} else read_count(words[0]), words[1]
    length = _LENGTHS.get(unit.removesuffix("s"))
    if count is None or length is None or len(words) > 3:
        return None
    return count * length
