"""Names of medicines, families and people: kept as typed, if they can be stored and shown."""

from bot.grammar.problems import Misunderstood, Problem
from bot.grammar.tokens import fold_spaces, is_blank, strip_unsafe

LONGEST_NAME = 80
# What is no known name is compared with all of them, as far as two of the longest would reach.
LONGEST_COMPARED = 2 * LONGEST_NAME


def parse_name(text: str) -> str:
    """*text* on one line, 1 to 80 characters of which some can be seen. Raises `Misunderstood`.

    Characters that would turn the text of other people's screens around are taken out.
    """
    name = fold_spaces(strip_unsafe(text))
    if is_blank(name):
        raise Misunderstood(Problem.NAME_MISSING)
    if name.startswith("/"):
        raise Misunderstood(Problem.NAME_IS_COMMAND, name)
    if len(name) > LONGEST_NAME:
        raise Misunderstood(Problem.NAME_TOO_LONG, name)
    return name
