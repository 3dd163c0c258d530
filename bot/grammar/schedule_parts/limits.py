"""Limits of medicines taken as needed: "6 hours apart", "max 4 a day", "no end"."""

from collections.abc import Sequence

from bot.grammar.dosages import count_up, quantity_ends
from bot.grammar.numbers import read_count
from bot.grammar.schedule_parts.counts import GLUED_COUNT, ONCE_TWICE, UNITS, length_ahead
from bot.grammar.schedule_parts.cursor import ScheduleCursor
from bot.grammar.tokens import Line, Token

_NEEDED_WORDS = {"needed", "required", "necessary", "wanted"}
_MAX_WORDS = {"max", "maximum", "max."}
_NO_MAX_WORDS = _MAX_WORDS | {"limit"}
_NO_WORDS = {"no", "without"}
_ENDLESS_WORDS = {"forever", "indefinitely", "permanently"}
_MIN_INTERVAL_WORDS = {"interval", "minimum", "gap"}
_LIMIT_WORDS = {"limits", "limitations"}
_DOSE_WORDS = {"dose", "doses", "intake", "intakes"}


def read_removed_limits(cursor: ScheduleCursor) -> bool:
    """no end · without an end · for good · no maximum · no limits."""
    match [cursor.word, cursor.peek(1)]:
        case ["for", "ever" | "good"]:
            cursor.parts.has_no_end = True
            cursor.at += 2
            return True
        case [word, _] if word in _ENDLESS_WORDS:
            cursor.parts.has_no_end = True
            cursor.at += 1
            return True
        case [word, _] if word in _NO_WORDS:
            used = 1 + (cursor.peek(1) in {"a", "an", "any"})
        case _:
            return False
    what = cursor.peek(used)
    if what not in {"end"} | _NO_MAX_WORDS | _MIN_INTERVAL_WORDS | _LIMIT_WORDS:
        return False
    cursor.parts.has_no_end |= what == "end"
    cursor.parts.has_no_max |= what in _NO_MAX_WORDS | _LIMIT_WORDS
    cursor.parts.has_no_min_interval |= what in _MIN_INTERVAL_WORDS | _LIMIT_WORDS
    cursor.at += used + 1
    return True


def read_as_needed(cursor: ScheduleCursor) -> bool:
    """as needed · when required · prn · on demand."""
    match [cursor.word, cursor.peek(1), cursor.peek(2)]:
        case ["as" | "when" | "if" | "where" | "whenever", needed, _] if needed in _NEEDED_WORDS:
            used = 2
        case ["only", "as" | "when" | "if", needed] if needed in _NEEDED_WORDS:
            used = 3
        case ["prn" | "demand", _, _]:
            used = 1
        case _:
            return False
    cursor.parts.is_as_needed = True
    cursor.at += used
    return True


def read_limits(cursor: ScheduleCursor) -> bool:
    """6 hours apart · at least 4 h between doses · max 4 a day · no more than 3 in 24 hours."""
    skip = _skip_words(
        cursor,
        ("at", "least"),
        ("minimum",),
        ("min",),
        ("wait", "at", "least"),
        ("wait",),
        ("leave", "at", "least"),
        ("leave",),
        ("allow", "at", "least"),
        ("not", "more", "often", "than", "every"),
        ("no", "more", "often", "than", "every"),
        ("no", "more", "than", "every"),
        ("not", "more", "than", "every"),
    )
    is_said = skip > 0 and cursor.peek(skip - 1) == "every"
    length = length_ahead(cursor, skip)
    if length is not None:
        value, used = length
        end = skip + used
        if cursor.peek(end) in {"apart", "between"} or is_said:
            end += cursor.peek(end) in {"apart", "between"}
            end += cursor.peek(end) in {"doses", "intakes", "two", "them"}
            end += cursor.peek(end) in {"doses", "intakes"}
            cursor.set_once("min_interval", value)
            cursor.at += end
            return True
    if (cursor.word, cursor.peek(1)) == ("at", "most") and cursor.peek(2) in {"", ","}:
        if cursor.parts.times_a_day is None:
            return False
        cursor.at += 2  # "once daily at most"
        return True
    skip = _skip_words(
        cursor,
        ("at", "most"),
        ("no", "more", "than"),
        ("not", "more", "than"),
        ("do", "not", "exceed"),
        ("not", "to", "exceed"),
        ("not", "exceeding"),
        ("do", "not", "take", "more", "than"),
        ("do", "not", "more", "than"),
        ("up", "to"),
        *((word,) for word in _MAX_WORDS),
    )
    quantity_end = quantity_ends(cursor.tokens, cursor.at + skip) if skip else None
    if quantity_end is not None:
        words = cursor.line.typed(cursor.tokens[cursor.at + skip : quantity_end])
        cursor.set_once("max_amount", count_up(words))
        cursor.at = quantity_end
        cursor.at += _period_of_limit(cursor)
        return True
    count = _max_count(cursor, skip) if skip else None
    # "up to 3 December" is an end, not a limit.
    if count is None or (cursor.word == "up" and count[1] == 1):
        return False
    cursor.set_once("max_per_day", count[0])
    said = {cursor.peek(n) for n in range(skip, skip + count[1])}
    is_glued = any(GLUED_COUNT.fullmatch(word) for word in said)  # "max 4x"
    begin = cursor.at
    cursor.at += skip + count[1]
    if not is_glued and not said & {"times", "time", "x", *_DOSE_WORDS, "once", "twice"}:
        cursor.parts.bare_max = cursor.words_since(begin)
    return True


def without_limits(
    line: Line, tokens: Sequence[Token]
) -> tuple[tuple[Token, ...], tuple[str, ...]]:
    """The *tokens* of *line* without limits, and those as typed: beside times of day, "max 8
    tablets in 24 hours" is a remark.
    """
    cursor, kept, found = ScheduleCursor(line, tokens), [], []
    while not cursor.is_at_end:
        begin = cursor.at
        if not tokens[begin].is_quoted and read_limits(cursor):
            found.append(line.typed(tokens[begin : cursor.at]))
        else:
            cursor.at = begin + 1
            kept.append(tokens[begin])
    while kept and kept[-1].word in {",", "-", "and"}:
        kept.pop()
    return tuple(kept), tuple(found)


def _skip_words(cursor: ScheduleCursor, *openings: tuple[str, ...]) -> int:
    """The length of the opening phrase at the cursor, 0 for none."""
    for opening in openings:
        if all(cursor.peek(n) == word for n, word in enumerate(opening)):
            return len(opening)
    return 0


def _max_count(cursor: ScheduleCursor, skip: int) -> tuple[int, int] | None:
    """ "4 a day", "4 times in 24 hours", "twice a day", "4": the count, and how many tokens it
    takes.
    """
    word, used = cursor.peek(skip), 1
    glued = GLUED_COUNT.fullmatch(word)
    count = ONCE_TWICE.get(word) or (int(glued["count"]) if glued else read_count(word))
    if count is None:
        return None
    used += cursor.peek(skip + used) in {"times", "time", "x", *_DOSE_WORDS}
    return count, used + _period_of_limit(cursor, skip + used)


def _period_of_limit(cursor: ScheduleCursor, at: int = 0) -> int:
    """ "a day", "in 24 hours", "in any 24 hours", "daily": how many tokens."""
    match [cursor.peek(at), cursor.peek(at + 1), cursor.peek(at + 2), cursor.peek(at + 3)]:
        case ["in", "any" | "a", "24", unit] if UNITS.get(unit) == "hour":
            return 4
        case ["in" | "within" | "per" | "every", "24", unit, _] if UNITS.get(unit) == "hour":
            return 3
        case ["in", "any" | "a", "24h", _] | ["in", "24", "hour", "period"]:
            return 3
        case ["in" | "within" | "per" | "every", "24h", *_]:
            return 2
        case ["a" | "per" | "each" | "every" | "/" | "in", "day", *_]:
            return 2
        case ["in", "one" | "a" | "any", "day", _]:
            return 3
        case ["daily" | "/day", *_]:
            return 1
        case _:
            return 0
