"""Telephone numbers as people copy them: "Tel. 030/901820 ext. 12", with or without a country.

A number without a country code is one of the family's countries if it is a valid one there. Any
other is asked about with the countries in which it would be; it is never made to fit.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from itertools import groupby
from zoneinfo import ZoneInfo

import phonenumbers
from phonenumbers import NumberParseException, PhoneMetadata, PhoneNumber

from bot.grammar.problems import Misunderstood, Problem
from bot.grammar.tokens import Token, matchable, tokenize

# Offered first for a number that is none of the family's countries.
_LIKELY = (
    *("GB", "US", "IE", "DE", "AT", "CH", "FR", "IT", "ES", "PT", "NL", "BE", "PL", "DK", "SE"),
    *("NO", "FI", "CZ", "GR", "RO", "TR", "CA", "AU", "NZ", "ZA", "IN", "BR", "MX"),
)
_MOST_OFFERED = 5
_LABEL = re.compile(
    r"(?:tel|telephone|telefon|tél|fon|phone|ph|mobile|mob|cell|handy|office|fax|telefax)[.:]*"
    r"|t:|m:|p:|f:"
)
_GLUED_LABEL = re.compile(r"(?:tel|phone|ph|mob|mobile|fax|t|m|p|f)[.:]+(?=[+(\d])")
_DIGITS = re.compile(r"[+(]?[\d()][\d()./+-]*")
_EXTENSION = re.compile(r"(?:x|ext|extn|extension|dw|durchwahl|#)[.:]*")
_GLUED_EXTENSION = re.compile(r"(?:x|ext|extn|#)[.:]*(\d{1,6})")
_SHORT_NUMBER = re.compile(r"\d{1,6}")
_ABROAD = re.compile(r"00[ ./-]?[1-9]")
_JOINTS = {",", "or", "and", "&", "|"}
_FEWEST_DIGITS, _SURELY_A_NUMBER = 6, 9


@dataclass(frozen=True, slots=True)
class TypedPhone:
    """A number as typed, without label and extension. If it `is_sure`, it says so itself: by a
    label, a plus, a zero in front or its length. Otherwise it may be part of an address. One that
    `is_fax` reaches nobody.
    """

    words: str
    extension: str | None
    is_sure: bool
    is_fax: bool = False

    @property
    def in_full(self) -> str:
        """With its extension: "030 901820 ext. 12"."""
        return f"{self.words} ext. {self.extension}" if self.extension else self.words


@dataclass(frozen=True, slots=True)
class PossiblePhones:
    """All numbers (E.164) that were possibly meant. Only a single one that `is_sure` is taken
    without asking.
    """

    numbers: tuple[str, ...]
    is_sure: bool
    extension: str | None = None


def split_phones(tokens: Sequence[Token]) -> tuple[Sequence[TypedPhone], Sequence[Token]]:
    """The numbers among *tokens*, and the tokens that belong to none."""
    found: list[TypedPhone] = []
    rest: list[Token] = []
    at = 0
    while at < len(tokens):
        phone, used = _read_phone(tokens[at:])
        if phone is None:
            rest.append(tokens[at])
        else:
            found.append(phone)
        at += used or 1
    return found, rest


def split_line(text: str) -> Sequence[str]:
    """The numbers of an answer that is one or several of them; *text* itself if it is anything
    else.
    """
    found: list[TypedPhone] = []
    for is_joint, group in groupby(tokenize(text[:200]).tokens, lambda each: each.word in _JOINTS):
        if is_joint:
            continue
        tokens = tuple(group)
        phones, rest = split_phones(tokens)
        extension = read_extension(tokens)
        if found and extension:
            found[-1] = replace(found[-1], extension=extension)
        elif rest or not phones:
            return [text]
        found += phones
    if not found:
        return [text]
    return [each.in_full for each in found]


def read_extension(tokens: Sequence[Token]) -> str | None:
    """The extension if *tokens* are one and nothing else: "ext. 12"."""
    extension, used = _read_extension(tokens)
    return extension if used == len(tokens) else None


def _read_phone(tokens: Sequence[Token]) -> tuple[TypedPhone | None, int]:
    at = 0
    first = "" if tokens[0].is_quoted else matchable(tokens[0].raw)
    is_labelled = _LABEL.fullmatch(first) is not None
    at += is_labelled
    pieces: list[str] = []
    while at < len(tokens) and not tokens[at].is_quoted:
        piece = matchable(tokens[at].raw)
        if not pieces and (glued := _GLUED_LABEL.match(piece)):
            piece, is_labelled = piece[glued.end() :], True
        is_joint = pieces and piece in {"-", "/"} and at + 1 < len(tokens)
        if is_joint and not _DIGITS.fullmatch(matchable(tokens[at + 1].raw)):
            break
        # Another number begins.
        is_other = pieces and (piece.startswith("+") or (piece == "/" and _is_whole(pieces)))
        if is_other or not (is_joint or _DIGITS.fullmatch(piece.rstrip("."))):
            break
        pieces.append(piece.rstrip("."))
        at += 1
    words = " ".join(pieces)
    digits = sum(character.isdigit() for character in words)
    if digits < _FEWEST_DIGITS:
        return None, 0
    extension, used = _read_extension(tokens[at:])
    is_sure = is_labelled or words[0] in "+0(" or digits >= _SURELY_A_NUMBER
    is_fax = first.startswith(("fax", "telefax", "f:"))
    return TypedPhone(words, extension, is_sure, is_fax), at + used


def _is_whole(pieces: Sequence[str]) -> bool:
    return sum(character.isdigit() for piece in pieces for character in piece) >= _SURELY_A_NUMBER


def _read_extension(tokens: Sequence[Token]) -> tuple[str | None, int]:
    words = [matchable(token.raw).strip("()") for token in tokens[:2]]
    if words and (glued := _GLUED_EXTENSION.fullmatch(words[0])):
        return glued[1], 1
    if len(words) > 1 and _EXTENSION.fullmatch(words[0]) and _SHORT_NUMBER.fullmatch(words[1]):
        return words[1], 2
    return None, 0


def parse_phone(text: str, *, zone: ZoneInfo | None) -> str:
    """A telephone number as E.164. Without a country code, it belongs to the country of *zone*.

    Raises `Misunderstood`.
    """
    region = country_of(zone) if zone else None
    number = _parse(text, region)
    if number is None or not _is_acceptable(number, text):
        raise Misunderstood(Problem.PHONE_IMPOSSIBLE, text.strip())
    return _as_e164(number)


def parse_phones(text: str, *, zones: Sequence[ZoneInfo]) -> PossiblePhones:
    """All numbers that *text* can mean: one if it has a country code, otherwise the valid ones of
    the countries of *zones*, the person's own first. If it is none there, those of other countries,
    too; then none is sure.

    Raises `Misunderstood` if it is a number nowhere.
    """
    regions = dict.fromkeys(region for zone in zones if (region := country_of(zone)))
    own = [_parse(text, region) for region in regions] or [_parse(text, None)]
    found = {_as_e164(each): each for each in own if each and _is_acceptable(each, text)}
    if own[0] is not None and _is_acceptable(own[0], text):
        return _possible(found, is_sure=len(found) == 1)
    others = sorted(phonenumbers.SUPPORTED_REGIONS)
    for region in dict.fromkeys((*_LIKELY, *others)):
        number = _parse(text, region) if _is_written_so(text, region) else None
        if number is not None and phonenumbers.is_valid_number(number):
            found.setdefault(_as_e164(number), number)
        if len(found) == _MOST_OFFERED:
            break
    if not found:
        raise Misunderstood(Problem.PHONE_IMPOSSIBLE, text.strip())
    return _possible(found, is_sure=False)


def _possible(found: dict[str, PhoneNumber], *, is_sure: bool) -> PossiblePhones:
    extension = next((each.extension for each in found.values() if each.extension), None)
    return PossiblePhones(tuple(found), is_sure, extension)


def _parse(text: str, region: str | None) -> PhoneNumber | None:
    """None for a number without a country. Raises `Misunderstood` for what is no number at all."""
    typed = matchable(text).strip()
    typed = re.sub(rf"^(?:{_LABEL.pattern})\s*", "", typed)
    without_extension = re.sub(rf"\s*{_EXTENSION.pattern}\s*\d{{1,6}}$", "", typed)
    if any(character.isalpha() for character in without_extension):
        raise Misunderstood(Problem.PHONE_UNREADABLE, text.strip())
    try:
        return phonenumbers.parse(typed, region)
    except NumberParseException as error:
        is_bare = error.error_type == NumberParseException.INVALID_COUNTRY_CODE
        if is_bare and not typed.startswith("+") and any(c.isdigit() for c in typed):
            return None
        raise Misunderstood(Problem.PHONE_UNREADABLE, text.strip()) from error


def _is_acceptable(number: PhoneNumber, text: str) -> bool:
    """Whether it is a valid number. One with its country needs to be possible only: it isn't
    guessed, and new ranges of numbers come up.
    """
    has_country = "+" in text or _ABROAD.match(matchable(text).lstrip()) is not None
    if has_country and phonenumbers.is_possible_number(number):
        return True
    return bool(phonenumbers.is_valid_number(number))


def _is_written_so(text: str, region: str) -> bool:
    """Whether people in that country write their numbers so: with a zero in front, or without."""
    metadata = PhoneMetadata.metadata_for_region(region)
    has_zero = metadata is not None and metadata.national_prefix == "0"
    first = next((character for character in matchable(text) if character.isdigit()), "")
    return has_zero == (first == "0") or (region == "IT" and first == "0")


def _as_e164(number: PhoneNumber) -> str:
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


@cache
def country_of(zone: ZoneInfo) -> str | None:
    """The country (ISO 3166) of *zone*, if that is its capital's or its only zone, from tzdata."""
    table = resources.files("tzdata").joinpath("zoneinfo", "zone.tab").read_text("utf-8")
    for row in table.splitlines():
        columns = row.split("\t")
        if len(columns) > 2 and columns[2] == zone.key:
            return columns[0]
    return None
