"""The end of an appointment or of its series: "to 14 july", "until 15:00", "10 times"."""

from collections.abc import Sequence

from bot.grammar.appointment_times.parts import UP_TO, TypedWhen, check_once, typed_words
from bot.grammar.clock_times import TypedTime, read_time
from bot.grammar.dates import WEEKDAYS, read_date
from bot.grammar.numbers import COUNTS
from bot.grammar.problems import Misunderstood, Problem
from bot.grammar.tokens import Token, words_of


def read_end(tokens: Sequence[Token], typed: TypedWhen) -> int:
    """ "to 14 july", "until 1 March", "to 21 june 07:00", "until 15:00"."""
    words = words_of(tokens, 3)
    if words[0] not in UP_TO or len(tokens) < 2:
        return 0
    is_last = words[0] in {"to", "-"}
    if is_last and typed.day is None and typed.clock is None:
        return 0
    skip = 2 if words[1:2] == ["the"] else 1
    clock, used = _end_clock(tokens, skip, typed)
    # "10:00 to 12:00 tomorrow" names the day once, for both.
    is_of_start = clock is not None and typed.day is None
    found = None if is_of_start else read_date(tokens[used:])
    weekday = found is not None and found.tokens_used == 1 and tokens[used].word in WEEKDAYS
    if weekday and (following := read_date(tokens[used + 1 :])) is not None:
        found, used = following, used + 1
    if found is None and clock is None:
        if is_last or typed.is_empty:
            return 0
        raise Misunderstood(Problem.DATE_UNREADABLE, typed_words(tokens, 4))
    if found is not None:
        check_once(typed.until, found.words)
        typed.until = found
        used += found.tokens_used
        typed.words.append(f"until {found.words}")
        if clock is None:
            clock, used = _end_clock(tokens, used, typed)
    if clock is not None:
        check_once(typed.ends, clock.words)
        typed.ends = clock
    return used


def _end_clock(tokens: Sequence[Token], at: int, typed: TypedWhen) -> tuple[TypedTime | None, int]:
    """The hour at which it ends, if there can be one at *at*, and the position after it."""
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


def read_number_of_times(tokens: Sequence[Token], typed: TypedWhen) -> int:
    """ "10 times", "x10"."""
    words = words_of(tokens, 2)
    number = words[0].removeprefix("x") if words[0][:1] == "x" else words[0]
    is_counted = words[0][:1] == "x" or words[1:] in (["times"], ["time"])
    if not is_counted or not ((number.isdecimal() and len(number) < 7) or number in COUNTS):
        return 0
    typed.count = COUNTS[number] if number in COUNTS else int(number)
    typed.words.append(typed_words(tokens, 2))
    return 1 if words[0][:1] == "x" else 2
