"""Of whom a direction is told that is no line of a label: "give Mum her Eliquis", "dad takes"."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.grammar.people import Person
from bot.grammar.tokens import Token, unaccented
from bot.grammar.units import name_of_unit
from bot.grammar.words.loading import load_kinship

_SO_TO_SAY = r"(?:(?:please|hi|hello|hey|ok|okay|so|now|also|and|can you|could you)[, ]+)*"
_WHO = r"(?P<who>(?:my |our )?[^\W\d_][\w'-]*)"
_GIVE = re.compile(
    rf"(?i)^{_SO_TO_SAY}(?:give|giving|to give|(?:[^\W\d_][\w'-]* )?gives) {_WHO} "
    r"(?P<whose>(?:his|her|their|the|some|a) )?(?P<rest>\S.*)$",
    re.DOTALL,
)
_WHO_TAKES = re.compile(
    rf"(?i)^{_SO_TO_SAY}{_WHO} (?:takes?|needs?|gets?|has|is taking|is on|should (?:take|have))"
    r"(?: to (?:take|have|get))? (?:(?:his|her|their|the|some) )?(?P<rest>\S.*)$",
    re.DOTALL,
)


_GIVES = re.compile(r"(?is)^[^\W\d_][\w'-]*\s+gives\s+(?P<rest>\S.*)$")
_ODD_SPACES = re.compile(r"[^\S\n]+")


@dataclass(frozen=True, slots=True)
class Told:
    """A direction without what leads to it. It is of `person`, or of somebody whom the family does
    not have, called `stranger`. One that `is_told` is shown before it's saved.
    """

    rest: str
    person: Person | None = None
    stranger: str = ""
    is_told: bool = False


def told_of(text: str, people: Sequence[Person]) -> Told:
    """What is told, and of whom."""
    for told in (_GIVE, _WHO_TAKES):
        match = told.match(_ODD_SPACES.sub(" ", text))
        if match is None:
            continue
        who = re.sub("(?i)^(?:my|our) ", "", match["who"])
        person, is_somebody = _find(who, people)
        if is_somebody:
            return Told(match["rest"], person, "" if person else match["who"], is_told=True)
    gives = _GIVES.match(text)
    return _without_opening(text, people) if gives is None else Told(gives["rest"], is_told=True)


def _without_opening(text: str, people: Sequence[Person]) -> Told:
    """ "Could you add dad's bisoprolol", "nurse says give", "Mum ramipril"."""
    who, begin = "", 0
    for word in re.finditer(r"\S+", text):
        bare = unaccented(word[0]).casefold().strip(",:.!-")
        owner = re.sub("['\u2019]?s$", "", bare)
        if bare not in _LEADING:
            if not (_find(bare, people)[1] or _find(owner, people)[1]):
                begin = word.start()
                break
            who = bare if _find(bare, people)[1] else owner
    if (
        not begin
        or not text[begin].isalpha()
        or name_of_unit(text[begin:].split(maxsplit=1)[0].casefold())
    ):
        return Told(text)
    person = _find(who, people)[0] if who else None
    return Told(text[begin:], person, "" if person else who, is_told=True)


_TO_LEAD = (
    "could can would you please add put we i give gives giving nurse nurses doctor "
    "dr gp pharmacist chemist says said told us to on have has had was is given "
    "started prescribed new rx the her his their my our she he a an some now also "
    "and hi hello hey ok okay so tablet tablets pill pills med meds medicine "
    "medication called named start begin commence continue "
)
_LEADING = frozenset(_TO_LEAD.split())


def _find(who: str, people: Sequence[Person]) -> tuple[Person | None, bool]:
    """Whom a word means, and whether it means somebody at all."""
    plain = unaccented(who).casefold()
    named = next((each for each in people if unaccented(each.name).casefold() == plain), None)
    kin = load_kinship().get(plain)
    if named is not None or kin is None:
        return named, named is not None
    return _of_kin(kin, people), True


def _of_kin(kin: str, people: Sequence[Person]) -> Person | None:
    """Whoever is called so in other words, "mom" for "Mum"; or the only one there is, who is not
    called by another kinship.
    """
    kinship = load_kinship()
    of_names = [(each, kinship.get(unaccented(each.name).casefold())) for each in people]
    called = [person for person, of_name in of_names if of_name == kin]
    others = [person for person, of_name in of_names if of_name is None]
    found = called or (others if len(people) == 1 else [])
    return found[0] if len(found) == 1 else None


def after_takes(tokens: tuple[Token, ...]) -> int:
    """ "Mum takes ramipril 5 mg": where the name begins; 0 where it's said as it is."""
    for at, token in enumerate(tokens[1:_LONGEST_OPENING], start=1):
        if token.is_quoted or token.word in {",", ":"} or token.word[:1].isdecimal():
            return 0
        if token.word in _TAKES and at + 1 < len(tokens):
            is_plain = all(each.word in _OPENINGS for each in tokens[:at])
            begin = at + 1
            while begin + 1 < len(tokens) and tokens[begin].word in _TO_TAKE:
                begin += 1
            return begin if is_plain else 0
    return 0


_OPENINGS = {"my", "our", "ok", "okay", "so", "hi", "hello", "and", "now", "also", "she", "he"}
_OPENINGS |= {"mum", "mom", "mummy", "dad", "gran", "grandma", "grandpa", "granny", "nan"}
_TAKES = {"takes", "needs", "gets", "has"}
_TO_TAKE = {"to", "take", "have", "get", "be", "given", "her", "his", "the", "their", "my"}
_LONGEST_OPENING = 6  # words
