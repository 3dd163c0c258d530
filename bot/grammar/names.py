"""Names of medicines, families and people: kept as typed, if they can be stored and shown."""

from bot.grammar.problems import Misunderstood, Problem
from bot.grammar.tokens import fold_spaces, is_blank, strip_unsafe

LONGEST_NAME = 80
# An unknown name is compared with all known ones; nothing longer than two of the longest can match.
LONGEST_COMPARED = 2 * LONGEST_NAME


def parse_name(text: str) -> str:
    """*text* on one line: 1 to 80 characters, at least one visible. Raises `Misunderstood`.

    Characters that would reverse text on other people's screens are removed.
    """
    name = fold_spaces(strip_unsafe(text))
    if is_blank(name):
        raise Misunderstood(Problem.NAME_MISSING)
    if name.startswith("/"):
        raise Misunderstood(Problem.NAME_IS_COMMAND, name)
    if len(name) > LONGEST_NAME:
        raise Misunderstood(Problem.NAME_TOO_LONG, name)
    return name


def long_words(name: str | None) -> tuple[str, ...]:
    """The words of a name that are hardly anything else, for comparison: an answer that begins with
    one says the name again.
    """
    return tuple(word for word in (name or "").casefold().split() if len(word) > _SHORT)


_SHORT = 3
