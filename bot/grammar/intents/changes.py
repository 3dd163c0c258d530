"""What a medicine is changed to, as one types it: with the units that people leave out."""

from bot.grammar.words.loading import load_openings, load_rewrites

_CHANGES = "changes"


def as_change(words: str, unit: str) -> str:
    """ "4 mg until Monday then 3 mg", of "4mg until Monday, then back to 3"; *unit* is that of the
    medicine so far.
    """
    for expression, meant in load_rewrites(_CHANGES)["as steps"]:
        words = expression.sub(meant, words)
    if not unit:
        return words
    for match in reversed(list(load_openings("happened")["without a unit"].finditer(words))):
        words = f"{words[: match.end()]} {unit}{words[match.end() :]}"
    return words
