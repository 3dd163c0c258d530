"""Sets right the verbs of somebody whose first language is another: "when she take it"."""

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

from bot.grammar.words.loading import load_rewrites, load_words


def set_verbs_right(
    words: Sequence[str], origins: Sequence[str], *, is_asked: bool
) -> tuple[Sequence[str], Sequence[str]]:
    """The *words* with the verbs that are meant, and what was typed for each of them."""
    meant = _rewritten(words, "order")
    begins = _question_in(meant)
    is_asked = is_asked or begins > 0 or (bool(meant) and meant[0] in load_words("asks"))
    meant = [*meant[:begins], *_rewritten(meant[begins:], "asked" if is_asked else "said")]
    return meant, list(_origins_of(meant, words, origins)) if meant != words else origins


def _question_in(words: Sequence[str]) -> int:
    """Where a question begins in a sentence that begins with something else, or 0."""
    asks = load_words("asks what")
    return next((at for at, word in enumerate(words[:-1]) if word in asks), 0)


def _rewritten(words: Sequence[str], section: str) -> Sequence[str]:
    plain = " ".join(words)
    for expression, meant in load_rewrites("verb_forms")[section]:
        plain = expression.sub(meant, plain)
    return plain.split()


def _origins_of(
    meant: Sequence[str], words: Sequence[str], origins: Sequence[str]
) -> Iterator[str]:
    """What stays keeps what was typed; what is put in has nothing behind it."""
    for _, start, end, first, last in SequenceMatcher(None, words, meant, False).get_opcodes():
        typed = origins[start:end]
        for at in range(last - first):
            yield typed[at] if at < len(typed) else ""
