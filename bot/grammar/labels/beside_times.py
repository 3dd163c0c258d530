"""Words that say when in some lines and how in others: "with meals" beside 08:00 and 20:00, "at
night" of something as needed.
"""

import re
from collections.abc import Collection, Sequence

from bot.grammar.clock_times import NAMED, PARTS_OF_DAY, looks_like_a_time
from bot.grammar.dates import MONTHS, WEEKDAYS
from bot.grammar.dosages import quantity_ends
from bot.grammar.problems import Misunderstood
from bot.grammar.schedule_parts.cursor import FROM, UNTIL, ScheduleCursor
from bot.grammar.schedule_parts.limits import read_as_needed
from bot.grammar.schedule_parts.moments import read_moment
from bot.grammar.tokens import Line, Token, relaid, tokenize
from bot.grammar.units import UNITS

_MEALS = {"meal", "meals", "mealtime", "mealtimes"}
_RELATIONS = {"with", "before", "after", "at", "during"}
_EACH = {"each", "every", "the", "your", "her", "his", "main"}
_THREE = {"3", "three", "3x", "thrice"}


def joined(*notes: str | None) -> str | None:
    """Several notes as one, each part of them once; None for none."""
    parts = [part for note in notes if note for part in note.split("; ")]
    once: dict[str, str] = {}
    for part in parts:
        once.setdefault(part.casefold(), part)
    return "; ".join(once.values()) or None


def take_beside_times(line: Line) -> tuple[Line, Sequence[str]]:
    """The line without the words that only say how it is taken, and those words."""
    tokens, notes = _without_meals(line, line.tokens)
    if _is_as_needed(line, tokens):
        tokens, moments = _without_moments(line, tokens)
        notes = [*notes, *moments]
    line = relaid(tokens) if notes else line
    return line, [*notes, *meals_beside_times(line)]


def meals_beside_times(line: Line) -> Sequence[str]:
    """ "30 min before breakfast", of "at 6:30, 30 min before breakfast": the hour says when, and
    the meal how. The words stay in the line, since they may contradict the hour.
    """
    tokens = line.tokens
    spans = _spans_of_meals(tokens, _NAMED_MEALS)
    # "before breakfast and before dinner 7am 5pm": the first is beside what the second is beside.
    runs: list[list[range]] = []
    for span in spans:
        between = tokens[runs[-1][-1].stop : span.start] if runs else ()
        if between and all(token.word in {",", "and", "&", "+"} for token in between):
            runs[-1].append(span)
        else:
            runs.append([span])
    return [
        line.typed(tokens[span.start : span.stop])
        for run in runs
        if _is_beside_clock_time(tokens, range(run[0].start, run[-1].stop))
        for span in run
    ]


def meals_beside_times_in(words: str) -> Sequence[str]:
    """The same, of words without a name."""
    line = tokenize(words)
    return meals_beside_times(Line(line.text, (_NAME, *line.tokens)))


_NAME = Token("", "", 0, 0, is_quoted=True)
_NAMED_MEALS = {"breakfast", "lunch", "dinner", "supper", "tea", "teatime", "meal"}
_MEALS_OF_A_TIME = {"evening", "midday", "morning"}  # "evening meal"


def _is_beside_clock_time(tokens: Sequence[Token], span: range) -> bool:
    before = span.start - 1
    while before > 0 and tokens[before].word in {",", "-", ":"}:
        before -= 1
    after = span.stop
    while after < len(tokens) and tokens[after].word in {",", "-", ":", "at"}:
        after += 1
    return any(
        0 < at < len(tokens) and (_is_clock_time(tokens, at) or _is_hour(tokens, at))
        for at in (before, after)
    )


def _is_hour(tokens: Sequence[Token], at: int) -> bool:
    """ "8", of "with breakfast at 8"."""
    number, following = tokens[at].word, tokens[at + 1].word if at + 1 < len(tokens) else ""
    is_after_at = not tokens[at].is_quoted and tokens[at - 1].word in {"at", "@"}
    is_hour = number.isdecimal() and 1 <= int(number) <= _LAST_HOUR
    return is_after_at and is_hour and following not in UNITS


_LAST_HOUR = 24


def _without_meals(line: Line, tokens: Sequence[Token]) -> tuple[tuple[Token, ...], list[str]]:
    """ "With meals" names three times of day only where nothing else names them."""
    spans = _spans_of_meals(tokens)
    if not spans:
        return tuple(tokens), []
    inside = {at for span in spans for at in span}
    rest = [token for at, token in enumerate(tokens) if at not in inside]
    if not _names_times(rest):
        return tuple(tokens), []
    return tuple(rest), [line.typed(tokens[span.start : span.stop]) for span in spans]


def _spans_of_meals(tokens: Sequence[Token], meals: Collection[str] = _MEALS) -> list[range]:
    found = []
    for at, token in enumerate(tokens):
        if at == 0 or token.is_quoted or token.word not in meals:
            continue
        start = at
        if meals is _NAMED_MEALS and token.word == "meal":
            if tokens[at - 1].word not in _MEALS_OF_A_TIME:
                continue
            start -= 1
        while start > 1 and tokens[start - 1].word in _EACH:
            start -= 1
        if start > 1 and tokens[start - 1].word in _RELATIONS:
            start -= 1
            # "30 minutes before meals"
            while start > 1 and tokens[start - 1].word in _LENGTHS and start > at - 6:
                start -= 1
            found.append(range(start, at + 1))
    return found


_LENGTHS = {
    "minutes",
    "min",
    "mins",
    "minute",
    "hour",
    "hours",
    "half",
    "an",
    "a",
    "30",
    "15",
    "1",
    "2",
}
_LENGTHS |= {"30min", "10", "20", "one", "two", "60"}


def _is_clock_time(tokens: Sequence[Token], at: int) -> bool:
    """Whether there is a time at *at*, and not an amount: "7.5 mg"."""
    try:
        return looks_like_a_time(tokens[at]) and quantity_ends(tokens, at) is None
    except Misunderstood:
        return False


def _names_times(tokens: Sequence[Token]) -> bool:
    """Whether other words say when, or how often other than three times a day."""
    for at, token in enumerate(tokens):
        if at == 0 or token.is_quoted:
            continue
        word = token.word
        is_night = word in {"night", "nightly"}
        if _is_clock_time(tokens, at) or word in NAMED:
            return True
        if word.removesuffix("s") in PARTS_OF_DAY and not is_night:
            return True
        if word in {"breakfast", "lunch", "dinner", "supper", "twice", "once"}:
            return True
        if word in {"every", "each"} and at + 1 < len(tokens) and tokens[at + 1].word != "day":
            return True
        is_counted = at + 1 < len(tokens) and tokens[at + 1].word in {"times", "x"}
        if is_counted and word not in _THREE:
            return True
        if word in {"needed", "required", "prn"}:
            return True
    return False


def _is_as_needed(line: Line, tokens: Sequence[Token]) -> bool:
    cursor = ScheduleCursor(line, tokens)
    first = [token.word for token in tokens]
    end = first.index("then") if "then" in first else len(tokens)  # "for 3 days, then if needed"
    return any(read_as_needed(cursor) for cursor.at in range(1, end))


def _is_of_date(tokens: Sequence[Token], at: int) -> bool:
    """Whether a part of the day belongs to a date: "until sunday night"."""
    day = tokens[at - 1].word
    before = {token.word for token in tokens[max(0, at - 6) : at]}
    is_day = day in {*WEEKDAYS, *MONTHS, "today", "tomorrow"} or day[:1].isdecimal()
    return is_day and bool(before & (FROM | UNTIL))


def _without_moments(line: Line, tokens: Sequence[Token]) -> tuple[tuple[Token, ...], list[str]]:
    """ "At night as needed" is never due: the part of the day is a remark."""
    if any(_is_clock_time(tokens, at) for at in range(1, len(tokens))):
        return tuple(tokens), []
    kept: list[Token] = list(tokens[:1])
    notes: list[str] = []
    cursor = ScheduleCursor(line, tokens)
    cursor.at = 1
    while cursor.at < len(tokens):
        start = cursor.at
        try:
            is_moment = (
                not tokens[start].is_quoted
                and not _is_of_date(tokens, start)
                and read_moment(cursor)
            )
        except Misunderstood:
            is_moment = False
        if is_moment:
            notes.append(line.typed(tokens[start : cursor.at]))
        else:
            kept.append(tokens[start])
            cursor.at = start + 1
    return tuple(kept), notes


def is_also_as_needed(text: str) -> bool:
    """Whether it is given at set times and as needed as well: "1 mg nocte + 1 mg prn"."""
    return bool(_ALSO_AS_NEEDED.search(_MORE_IF_NEEDED.sub("", text.casefold())))


#: A remark: "may increase to 20 ml if needed".
_MORE_IF_NEEDED = re.compile(
    r"\b(?:(?:may|can) )?(?:increase|reduce|repeat|double)[^,;.]{0,30}? (?:as|when|if) "
    r"(?:needed|required|necessary)"
)


_ALSO_AS_NEEDED = re.compile(
    r"\b(?:nocte|mane|noon|o[dmn]|bd|bid|tds|tid|qds|qid|daily|night|bedtime|morning|evening|day"
    r"|\d ?[ap]m|\d\d:\d\d|[234]x)\b[^;]*?(?:\+|\band\b|&|\bplus\b)[^;+&]{0,30}?"
    r"\b(?:prn|p\.r\.n|(?:as|when|if) (?:needed|required|necessary))"
)
