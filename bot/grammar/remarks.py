"""Text that is kept as typed: an appointment's title, a place, what to bring, a note."""

from bot.grammar.names import parse_name
from bot.grammar.problems import Misunderstood, Problem
from bot.grammar.tokens import fold_spaces, is_blank, strip_unsafe

LONGEST_TEXT = 300


def parse_title(text: str) -> str:
    """The title of an appointment, as typed. Raises `Misunderstood`."""
    typed = fold_spaces(strip_unsafe(text)).strip('"“”„«»')
    if is_blank(typed):
        raise Misunderstood(Problem.TITLE_MISSING)
    return parse_name(typed)


def parse_text(text: str, *, longest: int = LONGEST_TEXT) -> str:
    """A place, what to bring, a note. Raises `Misunderstood`."""
    typed = fold_spaces(strip_unsafe(text))
    if is_blank(typed):
        raise Misunderstood(Problem.REMARK_MISSING)
    if len(typed) > longest:
        raise Misunderstood(Problem.WORDS_TOO_LONG, typed)
    return typed
