"""Words of a direction that could not be read, and that no later answer said again."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import islice

from rapidfuzz import fuzz, process

from bot.grammar.clock_times import looks_like_a_time, read_time
from bot.grammar.labels.phrases import DOING
from bot.grammar.labels.short_forms import spell_out
from bot.grammar.numbers import COUNTS
from bot.grammar.problems import Misunderstood
from bot.grammar.schedule_parts.cursor import JOINING
from bot.grammar.tokens import Token, tokenize
from bot.grammar.units import name_of_unit

BETWEEN = " … "
_RUNS = re.compile(r"\d+|[^\W\d_]+|[½¼¾%]")
_FILLERS = "am pm for a an of to be is are then in x it her his she he mum dad my with every each"
_SAY_NOTHING = frozenset(_FILLERS.split()) | JOINING | DOING


def unkept_words(typed: str, *, kept: Sequence[str]) -> str:
    """Those of the *typed* words that are in none of the *kept* texts, as typed: "omit if HR < 50".
    Empty if nothing that says anything is missing.
    """
    known = Counter(run for text in kept for token in _spelled(text) for run in _runs_of(token))
    # What was said once is said once: "at night" isn't in "not more than 3 nights a week".
    plain = [token for text in kept for token in _joined(text)]
    clocks = [token for token in plain if looks_like_a_time(token)]
    hours = [run for token in clocks for run in islice(_runs(token.word), 1)]
    known |= Counter([*hours, *(run for token in plain for run in _runs_of(token))])
    line = tokenize(_NEXT_DAY.sub(lambda found: " " * len(found[0]), typed))
    typed = line.text
    missing: set[tuple[int, int]] = set()
    for token in _spelled(typed):
        runs = [] if token.word in _SAY_NOTHING else list(_runs_of(token))
        if any(known[run] <= 0 and not _is_slip(run, known) for run in runs):
            missing.add((token.start, token.end))
        known.subtract(runs)
    found = [line.typed(tokens).strip(" ,;-") for tokens in _stretches(line.tokens, missing)]
    return BETWEEN.join(words for words in found if words and words.casefold() not in _NO)


#: The day itself says all: "next Monday", of a Monday.
_NEXT_DAY = re.compile(r"(?i)\bnext (?=(?:mon|tues|wednes|thurs|fri|satur|sun)day\b)")
_NO = {"no", "sorry", "oh", "ok", "okay"}


def _is_slip(run: str, known: Counter[str]) -> bool:
    """ "mornng", where the morning is kept."""
    if len(run) < _LONG or not run.isalpha():
        return False
    others = [each for each in known if each != run]
    return process.extractOne(run, others, scorer=fuzz.ratio, score_cutoff=_ALIKE) is not None


_LONG, _ALIKE = 4, 80  # letters, and per cent


_NOTHING = Token("", "", 0, 0, is_quoted=True)


def _spelled(text: str) -> Sequence[Token]:
    """The tokens, with short forms in words, and each number with its unit."""
    return _with_units(spell_out((_NOTHING, *tokenize(text).tokens))[0][1:])


def _joined(text: str) -> Sequence[Token]:
    """The tokens as they are, and each number with its unit."""
    return _with_units(tokenize(text).tokens)


def _with_units(tokens: Sequence[Token]) -> Sequence[Token]:
    joined: list[Token] = []
    for token in tokens:
        before = joined[-1] if joined else _NOTHING
        is_number = bool(_NUMBER.fullmatch(before.word)) and not before.is_quoted
        if is_number and name_of_unit(token.word.rstrip(".,;")) is not None:
            word = f"{before.word}{token.word.rstrip('.,;')}"
            joined[-1] = replace(before, word=word, raw=word, end=token.end)
        else:
            joined.append(token)
    return joined


_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_AMOUNT = re.compile(r"(?P<number>\d+(?:[.,]\d+)*)(?P<unit>[a-zµμ%]+)")


def _runs_of(token: Token) -> Iterator[str]:
    """Those of a word; a time as it is by the clock: "9am" and "09:00" are the same. An amount is
    one: the 1 of "1 mg" is no other 1.
    """
    amount = _AMOUNT.fullmatch(token.word)
    unit = name_of_unit(amount["unit"].casefold()) if amount is not None else None
    if amount is not None and unit is not None and not looks_like_a_time(token):
        yield f"{amount['number'].replace(',', '')}{unit}"
        return
    if looks_like_a_time(token):
        with suppress(Misunderstood):
            typed = read_time([token], is_expected=True, is_after_at=True)
            if typed is not None:
                yield f"{typed.readings[0]:%H:%M}"
                return
    yield from _runs(token.word)


def _runs(word: str) -> Iterator[str]:
    """ "10mg" and "10 mg" are the same, and so are "08" and "8", "SIX" and "6", "10d" and "10
    days".
    """
    for run in _RUNS.findall(word.casefold()):
        bare = run.removesuffix("s")
        count = COUNTS.get(run)
        if run.isdecimal() or count is not None:
            yield str(int(run) if count is None else count)
        else:
            yield _SAME.get(bare, bare)


_SAME = {
    **dict.fromkeys(("d", "day", "daily"), "day"),
    **dict.fromkeys(("wk", "week", "weekly"), "week"),
    **dict.fromkeys(("h", "hr", "hour", "hourly"), "hour"),
    **dict.fromkeys(("min", "minute"), "minute"),
    **dict.fromkeys(("night", "nite", "nocte", "bedtime"), "night"),
    **dict.fromkeys(("tab", "tablet"), "tablet"),
    **dict.fromkeys(("cap", "capsule"), "capsule"),
}


def _overlaps(token: Token, spans: set[tuple[int, int]]) -> bool:
    return any(start < token.end and token.start < end for start, end in spans)


def _stretches(tokens: Sequence[Token], missing: set[tuple[int, int]]) -> Iterator[Sequence[Token]]:
    """The tokens at those spans, together with what says nothing by itself between them, and with
    the few words between two of them in one clause: a note of words torn out says something else.
    """
    run: list[Token] = []
    last = gap = 0
    for at, token in enumerate(tokens):
        if _overlaps(token, missing):
            if gap and any(map(_ends_clause, run[last:])):
                yield run[:last]
                run = []
            run += [] if run else _negation_before(tokens, at) or _counted_before(tokens, at)
            run.append(token)
            last, gap = len(run), 0
            continue
        says_nothing = token.word in _SAY_NOTHING or not _RUNS.search(token.word)
        gap += not says_nothing
        if run and gap <= _MOST_BETWEEN and not _ends_clause(run[-1]):
            run.append(token)
            # "per", "last", "5": the next word is what they are about.
            leans = run[last - 1].word in _LEAN_ON or run[last - 1].word.isdecimal()
            # "start with 1": the number is what the words before it lead to.
            led_to = token.word[:1].isdecimal() and all(
                each.word in _LEAN_ON for each in run[last:-1]
            )
            next_one = len(run) == last + 1 and leans
            if (next_one or (led_to and len(run) > last + 1)) and not _ends_clause(run[last - 1]):
                last = len(run)
        else:
            if run:
                yield run[:last]
            run, last, gap = [], 0, 0
    if run:
        yield run[:last]


_MOST_BETWEEN = 3  # words
_LEAN_ON = frozenset({"per", "than", "least", "last", "first", "next", "not", "no"})
_LEAN_ON |= {"of", "in", "the", "a", "an", "with", "for", "to", "at"}


def _ends_clause(token: Token) -> bool:
    return token.word == "," or token.raw.endswith((".", ";", ",", ")"))


def _negation_before(tokens: Sequence[Token], at: int) -> Sequence[Token]:
    """ "not on the", before "same day": what turns the words around belongs to them."""
    begin = at
    while begin and (tokens[begin - 1].word in _SAY_NOTHING | _NOT):
        begin -= 1
        if tokens[begin].word in _NOT:
            return tokens[begin:at]
    return ()


def _counted_before(tokens: Sequence[Token], at: int) -> Sequence[Token]:
    """ "days", before "5 to 26 of cycle"."""
    is_counted = at > 0 and tokens[at].word[:1].isdecimal()
    return tokens[at - 1 : at] if is_counted and tokens[at - 1].word in _COUNTED_ON else ()


_COUNTED_ON = {"day", "days", "week", "weeks"}
_NOT = {"not", "never", "no", "without", "don't", "avoid"}
