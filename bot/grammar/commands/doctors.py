"""The arguments of `/adddoctor` (NAME, SPECIALTY, PHONE [for PERSON]), and phone numbers."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from zoneinfo import ZoneInfo

import phonenumbers
from phonenumbers import NumberParseException

from bot.grammar.names import parse_name
from bot.grammar.people import Person, find_person
from bot.grammar.problems import Misunderstood, Problem
from bot.grammar.remarks import parse_text
from bot.grammar.tokens import Line, matchable, tokenize

_LONGEST_LINE = 600
_SKIPPED = {"-", "none", "no", "skip"}


@dataclass(frozen=True)
class PartialDoctor:
    """What a line said, None where it said nothing. `phone` is E.164, `phone_words` is what was
    typed.
    """

    person: Person | None
    name: str | None
    specialty: str | None
    phone: str | None
    address: str | None
    problem: Misunderstood | None
    phone_words: str = ""


def understand_doctor(
    text: str, *, people: Sequence[Person], zone: ZoneInfo | None
) -> PartialDoctor:
    """Read a line: parts separated by commas, the name first. Raises `Misunderstood` for an
    impossible name; an invalid phone number becomes a `problem`, and the rest is kept.
    """
    if len(text) > _LONGEST_LINE:
        raise Misunderstood(Problem.TOO_LONG, text)
    line = tokenize(text)
    named = find_person(line, people)
    person = named.person if named else None
    if named is not None:
        line = Line(line.text, (*line.tokens[: named.start], *line.tokens[named.end :]))
    by_clock = person.zone if person else zone or (people[0].zone if people else None)
    fields = _split(line)
    name = parse_name(fields[0]) if fields else None
    specialty = phone = address = None
    problem, phone_words = None, ""
    for words in fields[1:]:
        if phone is None and _looks_like_a_phone(words):
            try:
                phone, phone_words = parse_phone(words, zone=by_clock), words
            except Misunderstood as wrong:
                problem = wrong
        elif specialty is None and phone is None and problem is None:
            specialty = parse_text(words, longest=80)
        else:
            address = parse_text(f"{address}, {words}" if address else words)
    return PartialDoctor(person, name, specialty, phone, address, problem, phone_words)


def parse_phone(text: str, *, zone: ZoneInfo | None) -> str:
    """A telephone number as E.164. Without a country code, it belongs to the country of *zone*.

    Raises `Misunderstood`.
    """
    typed = matchable(text).strip().removeprefix("tel:").removeprefix("tel.").strip()
    if any(character.isalpha() for character in typed):
        raise Misunderstood(Problem.PHONE_UNREADABLE, text.strip())
    try:
        number = phonenumbers.parse(typed, country_of(zone) if zone else None)
    except NumberParseException as error:
        raise Misunderstood(Problem.PHONE_UNREADABLE, text.strip()) from error
    if not phonenumbers.is_possible_number(number):
        raise Misunderstood(Problem.PHONE_IMPOSSIBLE, text.strip())
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def parse_phones(text: str, *, zones: Sequence[ZoneInfo]) -> Sequence[str]:
    """All numbers (E.164) that *text* can mean: one if it has a country code, otherwise one for
    each country of *zones* with such numbers. Raises `Misunderstood` if there is none.
    """
    found: dict[str, None] = {}
    problem: Misunderstood | None = None
    for zone in zones:
        try:
            found[parse_phone(text, zone=zone)] = None
        except Misunderstood as wrong:
            problem = problem or wrong
    if not found:
        raise problem or Misunderstood(Problem.PHONE_UNREADABLE, text.strip())
    return tuple(found)


def is_skipped(text: str) -> bool:
    """Whether *text* says that there is nothing to enter."""
    return matchable(text).strip() in _SKIPPED


@cache
def country_of(zone: ZoneInfo) -> str | None:
    """The country (ISO 3166) of *zone*, if that is its capital's or its only zone, from tzdata."""
    table = resources.files("tzdata").joinpath("zoneinfo", "zone.tab").read_text("utf-8")
    for row in table.splitlines():
        columns = row.split("\t")
        if len(columns) > 2 and columns[2] == zone.key:
            return columns[0]
    return None


def _split(line: Line) -> list[str]:
    fields: list[list[int]] = [[]]
    for number, token in enumerate(line.tokens):
        if token.word == "," and token.raw in {",", ";", "،", "؛"}:
            fields.append([])
        else:
            fields[-1].append(number)
    return [
        line.typed([line.tokens[number] for number in numbers])
        if len(numbers) > 1
        else line.tokens[numbers[0]].raw
        for numbers in fields
        if numbers
    ]


def _looks_like_a_phone(words: str) -> bool:
    plain = matchable(words)
    digits = sum(character.isdigit() for character in plain)
    return (digits >= 4 and digits * 2 >= len(plain.replace(" ", ""))) or plain.startswith("+")
