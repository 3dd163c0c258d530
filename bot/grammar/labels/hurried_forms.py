"""Words as people type them in a hurry, in the words that the readers know: "8am/8pm", "weekdays
only", "once monthly", "from tonight", "when she's wheezy".
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from bot.grammar.dates import MONTHS, WEEKDAYS
from bot.grammar.labels.phrases import OF_CONDITIONS, REASONS
from bot.grammar.rhythms.weekdays import GROUPS
from bot.grammar.schedule_parts.cursor import FROM
from bot.grammar.tokens import Token, words_of

_CLOCK = r"\d{1,2}(?:[:.]\d\d)?(?:am|pm|a|p)|\d{1,2}[:.]\d\d"
_TIMES = re.compile(rf"(?:{_CLOCK})(?:/(?:{_CLOCK}))+")
_RHYTHMS = {"monthly", "yearly", "annually", "fortnightly", "quarterly", "nightly"}
_RANGE_OF_DAYS = re.compile(rf"(?:{'|'.join(WEEKDAYS)})-(?:{'|'.join(WEEKDAYS)})")
_OF_FIRST_DOSE = FROM | {"dose", "one", "is"}  # "first dose tonight"
_DAYS = WEEKDAYS.keys() | GROUPS.keys() | {"tomorrow", "today"}
_LAST = {"finish", "finishing", "finishes", "ends", "ending"}
_WHOM = {"she", "he", "they", "i", "mum", "mom", "dad", "you", "gran", "in", "having", "there"}
_IS = {
    "cant",
    "can't",
    "cannot",
    "is",
    "'s",
    "has",
    "feels",
    "gets",
    "are",
    "have",
    "feel",
    "get",
    "in",
    "having",
    "a",
}
_IS_GLUED = {f"{who}{end}" for who in _WHOM for end in ("'s", "'re", "'m", "s")}
_LONGEST_OPENING = 4


def spell_out_hurried(tokens: Sequence[Token]) -> tuple[Token, ...]:
    """The *tokens* with such forms in other words. The first token begins a name and stays."""
    kept: list[Token] = list(tokens[:1])
    at = 1
    while at < len(tokens):
        words, used = _spelled(tokens, at)
        token = tokens[at]
        last = tokens[at + used - 1]
        kept += (
            [token]
            if words is None
            else [
                replace(token, raw=word, word=word.casefold(), end=last.end)
                for word in words.split()
            ]
        )
        at += used
    return tuple(kept)


def _spelled(tokens: Sequence[Token], at: int) -> tuple[str | None, int]:
    """The words for what stands at *at*, and how many tokens those are; None for the same."""
    if tokens[at].is_quoted:
        return None, 1
    words = words_of(tokens[at:], 8)
    before = "" if tokens[at - 1].is_quoted else tokens[at - 1].word
    if at > 1 and tokens[at - 2].word in _NOT:
        before = "not"  # "don't give if he is dizzy"
    if at > 1 and before in {"dose", "doses", "it"}:
        said = {token.word for token in tokens[max(0, at - 3) : at - 1]}
        before = next(iter(said & OF_CONDITIONS), before)  # "double the dose if"
    for form in _FORMS:
        found = form(words, before)
        if found is not None:
            return found
    return None, 1


def _dates(words: Sequence[str], before: str) -> tuple[str, int] | None:
    """ "3rd to 7th of june": from the third."""
    first, joint, *rest = [*words, "", ""][:6]
    last = next((word for word in rest if word != "the"), "")
    is_range = joint in {"to", "until", "till", "til", "through"} and _ORDINAL.fullmatch(last)
    is_of_months = {"each", "every", "month", "months"} & set(words)
    if not is_range or not _ORDINAL.fullmatch(first) or before in {*FROM, "the"} or is_of_months:
        return None
    return f"from {first}", 1


_ORDINAL = re.compile(r"\d{1,2}(?:st|nd|rd|th)")


def _times(words: Sequence[str], _before: str) -> tuple[str, int] | None:
    """ "8am/8pm"."""
    return (words[0].replace("/", " and "), 1) if _TIMES.fullmatch(words[0]) else None


def _days(words: Sequence[str], before: str) -> tuple[str, int] | None:
    """ "weekdays only", "not at weekends", "daily Mon-Sat", "mondays n thursdays"."""
    match words:
        case ["only", *_] if before in _DAYS or _RANGE_OF_DAYS.fullmatch(before):
            return "", 1
        case ["not", "at" | "on", "weekends" | "weekend", *_]:
            return "not on weekends", 3
        case ["daily", days, *_] if _RANGE_OF_DAYS.fullmatch(days):
            return "", 1
        case ["n", *_] if before in _DAYS:
            return "and", 1
        case ["a", day, *_] if before == "on" and day in WEEKDAYS:
            return "", 1
        case ["nite" | "nites", *_]:
            return "night", 1
    return None


def _rhythms(words: Sequence[str], _before: str) -> tuple[str, int] | None:
    """ "once monthly", "once yearly"."""
    match words:
        case ["once", rhythm, *_] if rhythm in _RHYTHMS:
            return rhythm, 2
    return None


def _first_and_last_days(words: Sequence[str], before: str) -> tuple[str, int] | None:
    """ "from tonight", "just tonight", "tomorrow onwards", "until friday inclusive", "finish 19
    June", "till the end of August".
    """
    match words:
        case ["tonight", *_] if before in _OF_FIRST_DOSE:
            return "today evening", 1
        case ["this", "morning" | "afternoon" | "evening" as part, *_] if before in _OF_FIRST_DOSE:
            return f"today {part}", 2
        case ["just" | "only", "tonight", *_]:
            return "once tonight", 2
        case [day, "onwards" | "onward", *_] if day in _DAYS and before not in FROM:
            return f"from {day}", 2
        case ["onwards" | "onward", *_] if before and not before.isdecimal():  # "day 2 onwards"
            return "", 1
        case ["inclusive" | "incl" | "incl.", *_]:
            return "", 1
        case ["up", "to", "and", "including", *_]:
            return "until", 4
        case [word, day, *rest] if word in _LAST and _begins_date(day, rest):
            return "until", 1
        case ["stop" | "stops" | "stopping", day, *rest] if _is_date(day, rest):
            return "until", 1
        case ["stop" | "stops" | "stopping", "on", day, *rest] if _is_date(day, rest):
            return "until", 2
        case ["next", day, *rest] if _begins_date(day, rest) and day not in WEEKDAYS:
            return "from", 1
        case ["for", "the", "first", count, "days", "of", "each" | "every" | "the", *_]:
            return f"1st to {count}th of each", 7
        case ["for", "first", count, "days", "of", "each" | "every" | "the", *_]:
            return f"1st to {count}th of each", 6
        case ["next", what, "is" | "on" | "due", *_] if what in _DUE:
            return "from", 3
        case ["next", what, day, *rest] if what in _DUE and _begins_date(day, rest):
            return "from", 2
        case [word, "on", day, *rest] if word in _LAST and _begins_date(day, rest):
            return "until", 2
    return None


def _begins_date(word: str, following: Sequence[str]) -> bool:
    is_day = word[:1].isdecimal() and bool(following) and following[0] in MONTHS
    return is_day or word in WEEKDAYS or word in MONTHS or word == "tomorrow"


def _is_date(word: str, following: Sequence[str]) -> bool:
    """ "stop june 20", "stop on the 20th"; "stop on friday" may be every Friday."""
    return _begins_date(word, following) and word not in {*WEEKDAYS, "tomorrow"}


_DUE = {"one", "dose", "due", "injection", "shot", "jab", "patch"}


_NOT = {"not", "don't", "dont", "never"}


def _when_she_has(words: Sequence[str], before: str) -> tuple[str, int] | None:
    """ "when she's wheezy", "if he feels sick", "when in pain": as needed, for that. "Skip if she
    is dizzy" says something else.
    """
    if words[0] not in {"when", "if"} or before in OF_CONDITIONS | {"not"}:
        return None
    for used in range(1, min(_LONGEST_OPENING, len(words))):
        opening = words[1:used]
        is_said = all(word in _WHOM | _IS | _IS_GLUED for word in opening)
        if is_said and words[used] in REASONS:
            return "as needed for", used
    return None


_FORMS: Sequence[Callable[[Sequence[str], str], tuple[str, int] | None]] = (
    _dates,
    _times,
    _days,
    _rhythms,
    _first_and_last_days,
    _when_she_has,
)
