"""The arguments of `/adddoctor`: NAME, SPECIALTY, PHONE, ADDRESS [for PERSON], with commas or
without.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from bot.grammar.names import parse_name
from bot.grammar.people import Person, find_person
from bot.grammar.phones import (
    PossiblePhones,
    TypedPhone,
    parse_phones,
    read_extension,
    split_phones,
)
from bot.grammar.problems import Misunderstood, Problem
from bot.grammar.remarks import parse_text
from bot.grammar.specialties import split_specialty
from bot.grammar.tokens import Line, Token, matchable, tokenize

_LONGEST_LINE = 600
_JOINTS = {"or", "and", "/", "-", "&", "|"}
_SHORT_NUMBER = re.compile(r"\d{3,5}")
_SKIPPED = {"-", "none", "no", "skip"}
_LONGEST_SPECIALTY = 80
_LONGEST_NAME = 3  # words, with a title: what follows may be a specialty


@dataclass(frozen=True)
class PartialDoctor:
    """What a line said, None where it said nothing. `phone_words` is the number as typed, which may
    be one of several countries; `extension` belongs to it, and `other_phones` are further numbers.
    Unless the name `is_clear`, it may have a specialty in it that nobody knows as one.
    """

    person: Person | None
    name: str | None
    specialty: str | None
    phone: str | None
    address: str | None
    problem: Misunderstood | None
    phone_words: str = ""
    extension: str | None = None
    other_phones: tuple[str, ...] = ()
    is_clear: bool = True


def understand_doctor(
    text: str,
    *,
    people: Sequence[Person],
    zone: ZoneInfo | None,
    split: Callable[[Sequence[Token]], tuple[Sequence[Token], Sequence[Token]]] = split_specialty,
) -> PartialDoctor:
    """Read a line. Numbers are found wherever they are; what is left are the name, then the
    specialty, then the address. Without a comma, *split* parts the first two. Raises
    `Misunderstood` for an impossible name; a phone number that is none becomes a `problem`, and the
    rest is kept.
    """
    if len(text) > _LONGEST_LINE:
        raise Misunderstood(Problem.TOO_LONG, text)
    line = tokenize(text)
    named = find_person(line, people)
    person = named.person if named else None
    if named is not None:
        line = Line(line.text, (*line.tokens[: named.start], *line.tokens[named.end :]))
    by_clock = person.zone if person else zone or (people[0].zone if people else None)
    phones, fields, problem = _without_phones(line, by_clock)
    is_clear = len(fields) > 1 or not phones
    specialty = None
    place: Sequence[Token] = ()
    if fields:
        name, kind = split(fields[0])
        specialty = _typed(line, kind) if kind else None
        is_clear = is_clear or bool(kind) or len(name) <= _LONGEST_NAME
        name, place = _split_place(name)
        fields = [name, *fields[1:]]
    texts = [_typed(line, tokens) for tokens in fields if tokens]
    others = texts[1:]
    # "12 High Street" is no specialty.
    if specialty is None and others and not any(c.isdecimal() for c in others[0]):
        specialty = others.pop(0)
    if place:
        others.append(_typed(line, place))
    specialty = specialty.strip("()") if specialty else None
    first = next((each for each in phones if not each.is_fax), None)
    return PartialDoctor(
        person,
        parse_name(texts[0]) if texts else None,
        parse_text(specialty, longest=_LONGEST_SPECIALTY) if specialty else None,
        _sure(first, by_clock),
        parse_text(", ".join(others)) if others else None,
        problem,
        phone_words=first.words if first else "",
        extension=first.extension if first else None,
        other_phones=tuple(_in_full(each) for each in phones if each is not first),
        is_clear=is_clear,
    )


def _split_place(name: Sequence[Token]) -> tuple[Sequence[Token], Sequence[Token]]:
    """ "Dr Khan at Park Surgery": the name, and where that is."""
    at = next((at for at, token in enumerate(name) if token.word in {"at", "@"}), 0)
    return (name[:at], name[at + 1 :]) if 0 < at < len(name) - 1 else (name, ())


def _without_phones(
    line: Line, zone: ZoneInfo | None
) -> tuple[list[TypedPhone], list[Sequence[Token]], Misunderstood | None]:
    """The numbers on a line, its other fields, and what is wrong with a field that looks like a
    number and is none.
    """
    phones: list[TypedPhone] = []
    fields: list[Sequence[Token]] = []
    problem: Misunderstood | None = None
    for field in _split(line):
        found, rest = split_phones(field)
        extension = read_extension(field)
        if phones and extension:
            phones[-1] = TypedPhone(phones[-1].words, extension, is_sure=True)
        elif found and (all(each.is_sure or _sure(each, zone) for each in found) or not rest):
            phones += found
            rest = [token for token in rest if token.word not in _JOINTS]
            more = [token for token in rest if token.word.isdecimal()]  # "020 7946 0018 / 0019"
            phones += [TypedPhone(token.raw, None, is_sure=False) for token in more]
            rest = [token for token in rest if token not in more]
            fields += [rest] if rest else []
        elif fields and not phones and len(field) == 1 and _SHORT_NUMBER.fullmatch(field[0].word):
            # "Weber, cardiologist, 123" is no address.
            problem = problem or Misunderstood(Problem.PHONE_IMPOSSIBLE, field[0].raw)
        elif fields and _looks_like_a_phone(words := _typed(line, field)):
            problem = problem or _what_is_wrong(words, zone)
        elif not fields and len(field) > 1 and _SHORT_NUMBER.fullmatch(field[-1].word):
            # "Dr Weber 999": a number for emergencies is none of a doctor's, and no name either.
            problem = Misunderstood(Problem.PHONE_IMPOSSIBLE, field[-1].raw)
            fields.append(field[:-1])
        else:
            fields.append(field)
    return phones, fields, problem


def _what_is_wrong(words: str, zone: ZoneInfo | None) -> Misunderstood:
    try:
        parse_phones(words, zones=[zone] if zone else [])
    except Misunderstood as problem:
        return problem
    return Misunderstood(Problem.PHONE_UNREADABLE, words)


def _sure(phone: TypedPhone | None, zone: ZoneInfo | None) -> str | None:
    """The number, if it is one of the country of *zone* or has its own."""
    found: PossiblePhones | None = None
    try:
        found = parse_phones(phone.words, zones=[zone] if zone else []) if phone else None
    except Misunderstood:
        return None
    return found.numbers[0] if found and found.is_sure else None


def _in_full(phone: TypedPhone) -> str:
    return f"fax {phone.in_full}" if phone.is_fax else phone.in_full


def is_skipped(text: str) -> bool:
    """Whether *text* says that there is nothing to enter."""
    return matchable(text).strip() in _SKIPPED


def _split(line: Line) -> list[Sequence[Token]]:
    fields: list[list[Token]] = [[]]
    for token in line.tokens:
        if token.word == "," and token.raw in {",", ";", "،", "؛"}:
            fields.append([])
        else:
            fields[-1].append(token)
    return [field for field in fields if field]


def _typed(line: Line, tokens: Sequence[Token]) -> str:
    """What *tokens* say, also where a number in between was taken out."""
    if len(tokens) == 1:
        return tokens[0].raw
    parts: list[list[Token]] = []
    for token in tokens:
        if parts and not line.text[parts[-1][-1].end : token.start].strip():
            parts[-1].append(token)
        else:
            parts.append([token])
    return " ".join(line.typed(part) if len(part) > 1 else part[0].raw for part in parts)


def _looks_like_a_phone(words: str) -> bool:
    plain = matchable(words)
    digits = sum(character.isdigit() for character in plain)
    return (digits >= 4 and digits * 2 >= len(plain.replace(" ", ""))) or plain.startswith("+")
