"""Words of a schedule that are likely meant by words that weren't understood."""

from collections.abc import Iterator, Sequence
from functools import lru_cache

from rapidfuzz import fuzz, process

from bot.grammar.clock_times import MEALS, PARTS_OF_DAY
from bot.grammar.dates import MONTHS, WEEKDAYS
from bot.grammar.problems import Misunderstood, Problem
from bot.grammar.schedule_parts.counts import UNITS
from bot.grammar.tokens import tokenize

_TWO_WAYS = {Problem.REPEAT_AMBIGUOUS, Problem.COURSE_OR_CYCLE, Problem.LIMIT_IN_AMOUNTS}
_TWO_WAYS |= {Problem.DATE_AMBIGUOUS}
_SHORTEST = 4  # of shorter words, too many are alike
_NEAR = 75  # per cent: one letter in four differs, as in "mondy" or "evry"
_OTHERS = """
    alternate alternating daily each every except fortnightly from hourly monthly needed noon once
    starting then thrice times twice until week weekday weekdays weekend weekends weekly yearly
"""
_OTHER_WORDS = {"none"}  # which are no slips
_VOCABULARY = sorted(
    {
        word
        for word in (*WEEKDAYS, *MONTHS, *UNITS, *PARTS_OF_DAY, *MEALS, *_OTHERS.split())
        if len(word) >= _SHORTEST
    }
)


def likely_schedules(words: str, problem: Misunderstood) -> Sequence[str]:
    """All of *words*, with what was not understood (*problem*) in the ways that it can be meant, or
    spelt rightly. Whether that can be read is for the caller to find out.
    """
    if problem.problem in _TWO_WAYS:
        return list(dict.fromkeys(_each_way(words, problem)))
    if problem.problem is Problem.UNKNOWN_WORDS:
        spelt = _spelt_rightly(words)
        return [] if spelt == words else [spelt]
    return []


def is_misspelt(word: str) -> bool:
    """Whether *word* is hardly another one than a word about time with a slip in it."""
    return _near(word) is not None


def _each_way(words: str, problem: Misunderstood) -> Iterator[str]:
    before, typed, after = _around(words, problem.words)
    if typed:
        yield from (f"{before}{suggestion}{after}" for suggestion in problem.suggestions)


def _around(words: str, typed: str) -> tuple[str, str, str]:
    """What stands before and after *typed* in *words*, whatever its case; nothing if it isn't
    there.
    """
    at = words.casefold().find(typed.casefold())
    if at < 0 or not typed:
        return words, "", ""
    return words[:at], words[at : at + len(typed)], words[at + len(typed) :]


def _spelt_rightly(words: str) -> str:
    for token in tokenize(words).tokens:
        near = None if token.is_quoted else _near(token.word)
        if near is not None:
            before, typed, after = _around(words, token.raw)
            words = f"{before}{near if typed else ''}{after}"
    return words


@lru_cache(1024)
def _near(word: str) -> str | None:
    """The word that was meant. Typing errors rarely hit the first letter."""
    if word in _VOCABULARY or word in _OTHER_WORDS or len(word) < _SHORTEST or not word.isalpha():
        return None
    alike = [each for each in _VOCABULARY if each[0] == word[0]]
    found = process.extractOne(word, alike, scorer=fuzz.ratio, score_cutoff=_NEAR)
    return None if found is None else found[0]
