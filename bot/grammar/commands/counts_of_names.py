"""How many of a medicine, where that stands before its name: "two ramipril 5 mg capsules"."""

from contextlib import suppress
from dataclasses import replace

from bot.grammar.commands.medicine_pieces import Pieces
from bot.grammar.dosages import parse_dosage
from bot.grammar.numbers import COUNTS
from bot.grammar.problems import Misunderstood, Problem
from bot.grammar.strengths import is_strength, with_strength
from bot.grammar.tokens import Line, Token
from bot.grammar.units import UNITS, name_of_unit

_MOST = 10
_SHORTEST_NAME = 4  # letters: "5 HTP" is a name
_OF = {"of", "the", "her", "his", "those", "my"}
_TIMES = {"x", "\u00d7"}


def take_count(line: Line) -> tuple[Line, Token | None]:
    """The line without the number before its name, and the number; None if there is none."""
    if not line.tokens or line.tokens[0].is_quoted:
        return line, None
    first, *rest = line.tokens
    word = first.word.rstrip("x\u00d7") if first.word[:1].isdecimal() else first.word
    is_count = word in COUNTS or word == "half" or (word.isdecimal() and int(word) <= _MOST)
    while rest and rest[0].word in _TIMES | _OF:
        rest = rest[1:]
    name = rest[0].word if rest else ""
    is_name = len(name) >= _SHORTEST_NAME and name.isalpha() and name_of_unit(name) is None
    if not is_count or not is_name or name in UNITS:
        return line, None
    return Line(line.text, tuple(rest)), replace(first, word=word)


def counted(pieces: Pieces, count: Token | None) -> Pieces:
    """What was typed, with so many of what has that strength; one of it is the strength. What
    can't be counted is asked about.
    """
    strength, last = pieces.dosage, pieces.name[-1:]
    if count is None and strength is not None and len(pieces.name) > 1 and last[0].word in COUNTS:
        count, pieces = last[0], replace(pieces, name=pieces.name[:-1])  # "paracetamol two 500 mg"
    if count is None or pieces.problem is not None:
        return pieces
    if strength is not None and is_strength(strength):
        if count.word in {"1", "one"}:
            return pieces
        form = strength.words.split()[-1]
        thing = form if name_of_unit(form.casefold()) and not form[:1].isdecimal() else ""
        thing = thing if len(strength.words.split()) > len(("5", "mg")) else "tablets"
        together = None
        with suppress(Misunderstood):
            together = with_strength(strength, parse_dosage(f"{count.word} {thing}"))
        if together is not None:
            return replace(pieces, dosage=together, problem=None, missing=None)
    if strength is not None:
        return replace(pieces, problem=Misunderstood(Problem.TWO_STRENGTHS, count.raw))
    choices = (f"{count.raw} tablet", f"{count.raw} capsule")
    problem = Misunderstood(Problem.DOSAGE_NEEDS_UNIT, count.raw, suggestions=choices)
    return replace(pieces, dosage=None, problem=problem, missing=None)
