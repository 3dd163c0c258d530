"""Which of the family's medicines a line names: the one it begins with, or several."""

from collections.abc import Sequence

from bot.grammar.commands.intakes import LONGEST_LINE, read_amount
from bot.grammar.known_medicines import (
    KnownMedicine,
    NamedMedicine,
    find_medicine,
    may_be_named_at,
    read_medicine,
    unknown_medicine,
)
from bot.grammar.past_times.moments import find_moment
from bot.grammar.people import Person, find_person
from bot.grammar.problems import Misunderstood, Problem
from bot.grammar.tokens import Line, tokenize
from domain.medicines.facts import MedicineLine

MAX_AT_ONCE = 10  # medicines on one line
_JOINTS = frozenset({",", "and", "&", "+"})
_LONGEST_AMOUNT = 4  # tokens, before the name: "2 tablets of Para"
# Each try looks at the whole rest. A line with more "and"s that may lead to a name says nothing
# useful.
_MAX_TRIES = 20


def name_medicine(text: str, lines: Sequence[MedicineLine]) -> NamedMedicine:
    """The medicine that a line begins with; "for PERSON" distinguishes those of one name."""
    line, theirs = _Names(lines).of_person(_tokenized(text))
    return read_medicine(line, theirs)


def name_after_amount(text: str, lines: Sequence[MedicineLine]) -> tuple[NamedMedicine, str]:
    """The medicine, and an amount in front of it: "2 Para", "1 g of Para"."""
    return _Names(lines).read_after_amount(_tokenized(text))


def name_all(
    text: str, lines: Sequence[MedicineLine]
) -> Sequence[tuple[Sequence[KnownMedicine], str]]:
    """The medicines that a line names ("2 Para", "Para and Daily at 08:00"), each with the words
    about it. A time at the end applies to all without one. Raises `Misunderstood`.
    """
    names = _Names(lines)
    items: list[tuple[Sequence[KnownMedicine], str]] = []
    following = _tokenized(text)
    while len(items) < MAX_AT_ONCE:
        named, amount = names.read_after_amount(following)
        own, following = names.up_to_next(named.rest)
        items.append((named.medicines, f"{amount} {own}".strip()))
        if not following.tokens:
            break
    last = tokenize(items[-1][1])
    when = as_typed(Line(last.text, last.tokens[find_moment(last.tokens) :]))
    return [
        (medicines, words if _says_when(words) else f"{words} {when}".strip())
        for medicines, words in items
    ]


class _Names:
    """The family's medicines and people, in the form that the grammar needs."""

    def __init__(self, lines: Sequence[MedicineLine]) -> None:
        people = {line.person_id: Person(line.person, line.zone, line.person_id) for line in lines}
        self._people = list(people.values())
        self._medicines = [KnownMedicine(line.id, line.name, line.person_id) for line in lines]
        self._tries = 0

    def of_person(self, line: Line) -> tuple[Line, Sequence[KnownMedicine]]:
        """*line* without "for PERSON", and what that person takes; or everything if nobody is
        named.
        """
        named = find_person(line, self._people)
        if named is None:
            return line, self._medicines
        rest = line.tokens[: named.start] + line.tokens[named.end :]
        theirs = [each for each in self._medicines if each.person_id == named.person.id]
        return Line(line.text, rest), theirs

    def read_after_amount(self, line: Line) -> tuple[NamedMedicine, str]:
        """Raises `Misunderstood` if *line* doesn't begin with a medicine, after an amount
        or not.
        """
        found = self._find_after_amount(line)
        if found is not None:
            return found
        if not line.tokens:
            raise Misunderstood(Problem.NAME_MISSING)
        raise unknown_medicine(*self.of_person(line))

    def _find_after_amount(self, line: Line) -> tuple[NamedMedicine, str] | None:
        """Raises `Misunderstood` if the line is for two people."""
        found = find_medicine(*self.of_person(line))
        if found is not None:
            return found, ""
        for end in range(1, min(_LONGEST_AMOUNT, len(line.tokens))):
            amount, rest = line.tokens[:end], line.tokens[end:]
            if rest[0].word == "of":
                rest = rest[1:]
            try:
                read_amount(line, amount)
                found = find_medicine(*self.of_person(Line(line.text, rest)))
            except Misunderstood:
                continue
            if found is not None:
                return found, line.typed(amount)
        return None

    def up_to_next(self, rest: Line) -> tuple[str, Line]:
        """The words about one medicine, and the line from the next name on."""
        tokens = rest.tokens
        begins = may_be_named_at(tokens, self._medicines)
        for at, token in enumerate(tokens):
            if token.is_quoted or token.word not in _JOINTS:
                continue
            after = at + 1
            while after < len(tokens) and tokens[after].word in _JOINTS:
                after += 1
            # The name comes next, or after an amount, or after "for PERSON".
            window = range(after, min(after + _LONGEST_AMOUNT + 1, len(tokens)))
            if not any(begins[n] or tokens[n].word == "for" for n in window):
                continue
            following = Line(rest.text, tokens[after:])
            if self._is_named(following):
                return as_typed(Line(rest.text, tokens[:at])), following
        return as_typed(rest), Line(rest.text, ())

    def _is_named(self, line: Line) -> bool:
        self._tries += 1
        if self._tries > _MAX_TRIES:
            raise Misunderstood(Problem.TOO_LONG)
        try:
            return self._find_after_amount(line) is not None
        except Misunderstood:
            return False


def _tokenized(text: str) -> Line:
    if len(text) > LONGEST_LINE:
        raise Misunderstood(Problem.TOO_LONG)
    return tokenize(text)


def _says_when(words: str) -> bool:
    tokens = tokenize(words).tokens
    return find_moment(tokens) < len(tokens)


def as_typed(line: Line) -> str:
    """The tokens as they were typed, without those that were removed in between."""
    return " ".join(f'"{t.raw}"' if t.is_quoted else t.raw for t in line.tokens)
