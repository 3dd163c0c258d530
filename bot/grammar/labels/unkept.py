"""Words of a direction that could not be read, and that no later answer said again."""

import re
from collections.abc import Iterator, Sequence

from bot.grammar.labels.phrases import DOING
from bot.grammar.labels.short_forms import spell_out
from bot.grammar.schedule_parts.cursor import JOINING
from bot.grammar.tokens import Token, tokenize

_RUNS = re.compile(r"\d+|[^\W\d_]+|[½¼¾%]")
_FILLERS = "for a an of to be is are then in x it her his she he mum dad my with every each am"
_SAY_NOTHING = frozenset(_FILLERS.split()) | JOINING | DOING


def unkept_words(typed: str, *, kept: Sequence[str]) -> str:
    """Those of the *typed* words that are in none of the *kept* texts, as typed: "omit if HR < 50".
    Empty if nothing that says anything is missing.
    """
    known = {run for text in kept for token in _spelled(text) for run in _runs(token.word)}
    known |= {run for text in kept for run in _runs(text.casefold())}
    line = tokenize(typed)
    missing = {
        (token.start, token.end)
        for token in _spelled(typed)
        if any(run not in known for run in _runs(token.word)) and token.word not in _SAY_NOTHING
    }
    found = [line.typed(tokens).strip(" ,;-") for tokens in _stretches(line.tokens, missing)]
    return " … ".join(words for words in found if words)


def _spelled(text: str) -> Sequence[Token]:
    """The tokens, with short forms in words."""
    tokens = tokenize(text).tokens
    nothing = Token("", "", 0, 0, is_quoted=True)
    return spell_out((nothing, *tokens))[0][1:]


def _runs(word: str) -> Iterator[str]:
    """ "10mg" and "10 mg" are the same, and so are "08" and "8"."""
    for run in _RUNS.findall(word.casefold()):
        yield str(int(run)) if run.isdecimal() else run.removesuffix("s")


def _overlaps(token: Token, spans: set[tuple[int, int]]) -> bool:
    return any(start < token.end and token.start < end for start, end in spans)


def _stretches(tokens: Sequence[Token], missing: set[tuple[int, int]]) -> Iterator[Sequence[Token]]:
    """The tokens at those spans, together with what says nothing by itself between them."""
    run: list[Token] = []
    last = 0
    for token in tokens:
        if _overlaps(token, missing):
            run.append(token)
            last = len(run)
        elif run and (token.word in _SAY_NOTHING or not _RUNS.search(token.word)):
            run.append(token)
        else:
            if run:
                yield run[:last]
            run, last = [], 0
    if run:
        yield run[:last]
