"""The day of an appointment: "3 December", "in two weeks", "tonight", "1-14 july".

Days counted from today are parsed by `dateparser`; days given by name and number by
:mod:`bot.grammar.dates`, which knows when to ask.
"""

import re
from collections.abc import Sequence
from datetime import date, datetime, time
from functools import partial

from bot.grammar.appointment_times.parts import UP_TO, TypedWhen, as_tokens, check_once, typed_words
from bot.grammar.clock_times import PARTS_OF_DAY, PartOfDay
from bot.grammar.dates import MONTHS, WEEKDAYS, TypedDate, read_date
from bot.grammar.numbers import COUNTS
from bot.grammar.problems import Misunderstood, Problem
from bot.grammar.tokens import Token, tokenize, words_of

_NUMBER_WORDS = "|".join(["a", "an", *COUNTS])
# What the library may parse: whole phrases with a single meaning.
_COUNTED = re.compile(
    rf"in (?:\d{{1,6}}|{_NUMBER_WORDS}) (?:day|week|fortnight|month|year)s?"
    rf"|(?:\d{{1,3}}|{_NUMBER_WORDS}) (?:day|week|month)s? from (?:now|today|tomorrow)"
    r"|(?:the )?day after tomorrow"
)
_LONGEST_PHRASE = 5
_TONIGHT = PartOfDay((16, 23))
_VAGUE = {"week", "month", "year", "weekend"}
_DATE_RANGE = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?")


def read_days_of_a_month(tokens: Sequence[Token], typed: TypedWhen) -> int:
    """ "1-14 july", "1 to 14 july 2027", "july 1-14"."""
    words = words_of(tokens, 5)
    skip = 1 if words[0] in MONTHS else 0
    if len(words) < skip + 3 or words[skip + 1] not in UP_TO:
        return 0
    first, last = (_DATE_RANGE.fullmatch(words[at]) for at in (skip, skip + 2))
    if first is None or last is None:
        return 0
    if skip:
        found = read_date(as_tokens(words[0], last[1], *words[4:5]))
        used = 2 + (found.tokens_used if found else 0)
        begin = read_date(as_tokens(words[0], first[1]))
    else:
        found = read_date(tokens[2:]) if _names_a_month(words[3:]) else None
        used = 2 + (found.tokens_used if found else 0)
        month = next((word for word in words[3:] if word in MONTHS), "")
        begin = read_date(as_tokens(first[1], month)) if month else None
    if found is None or begin is None:
        return 0
    check_once(typed.day, typed_words(tokens, used))
    check_once(typed.until, typed_words(tokens, used))
    typed.day, typed.until = _before(begin, found), found
    typed.words.append(typed_words(tokens, used))
    return used


def _names_a_month(words: Sequence[str]) -> bool:
    return bool(words) and (words[0] in MONTHS or (words[0] == "of" and words[1:2] != []))


def _before(first: TypedDate, last: TypedDate) -> TypedDate:
    """The first day of a range, where only the last day may name the year."""
    if not re.search(r"\b\d{4}\b", last.words):
        return first

    def resolve_it(today: date, floor: date) -> date:
        end = last.resolve(today, floor)
        return _in_its_year(first, end, today)

    return TypedDate(first.words, resolve_it, first.tokens_used)


def _in_its_year(first: TypedDate, end: date, today: date) -> date:
    found = read_date(tokenize(f"{first.words} {end.year}").tokens)
    return (found or first).resolve(today, today)


def read_day_and_part(tokens: Sequence[Token], typed: TypedWhen) -> int:
    """ "tonight", "this evening": a day and a part of it, which the time has to match."""
    words = words_of(tokens, 2)
    if words[0] == "tonight":
        part, used = _TONIGHT, 1
    elif words[0] == "this" and words[1:2] and words[1] in PARTS_OF_DAY:
        part, used = _TONIGHT if words[1] == "night" else PARTS_OF_DAY[words[1]], 2
    else:
        return 0
    phrase = typed_words(tokens, used)
    check_once(typed.day, phrase)
    typed.day = TypedDate(phrase, lambda today, _floor: today, used)
    typed.part = part
    return used


def read_counted_date(tokens: Sequence[Token], typed: TypedWhen) -> int:
    """ "in two weeks", "3 days from now", "the day after tomorrow"."""
    words = words_of(tokens, _LONGEST_PHRASE)
    if vague := _vague(words):
        # It doesn't say which day, and a rough date would only be misremembered.
        raise Misunderstood(Problem.DAY_VAGUE, typed_words(tokens, vague))
    for used in range(len(words), 1, -1):
        phrase = " ".join(words[:used])
        if _COUNTED.fullmatch(phrase):
            check_once(typed.day, typed_words(tokens, used))
            typed.day = TypedDate(phrase, partial(_count_from, phrase), used)
            return used
    return 0


def _vague(words: Sequence[str]) -> int:
    """How many words name a week, a month or a year without a day: "next week", "in june"."""
    match words:
        case ["next" | "this", name, *_] if name in _VAGUE:
            return 2
        case ["at" | "on" | "over", "the", "weekend", *_]:
            return 3
        case ["in" | "early" | "mid" | "late", month, *following] if month in MONTHS:
            # "in june 3" is a date with one word too many.
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


def read_day(tokens: Sequence[Token], typed: TypedWhen) -> int:
    """ "3 December", "friday", "Friday 27 November"."""
    found = read_date(tokens)
    if found is None:
        return 0
    used = found.tokens_used
    if typed.day is not None:
        raise Misunderstood(Problem.WHEN_TWICE, found.words)
    # "Friday 27 November": the weekday only repeats which day that is.
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
