"""Of whom a direction is told that is no line of a label: "give Mum her Eliquis", "dad takes"."""

import re
from collections.abc import Sequence

from bot.grammar.people import Person
from bot.grammar.tokens import Token, unaccented
from bot.grammar.words.loading import load_kinship

_SO_TO_SAY = r"(?:(?:please|hi|hello|hey|ok|okay|so|now|also|and|can you|could you)[, ]+)*"
_WHO = r"(?P<who>(?:my |our )?[^\W\d_][\w'-]*)"
_GIVE = re.compile(
    rf"(?i)^{_SO_TO_SAY}(?:give|giving|to give) {_WHO} "
    r"(?P<whose>(?:his|her|their|the|some|a) )?(?P<rest>\S.*)$",
    re.DOTALL,
)
_WHO_TAKES = re.compile(
    rf"(?i)^{_SO_TO_SAY}{_WHO} (?:takes?|needs?|gets?|has|is taking|is on|should (?:take|have))"
    r"(?: to (?:take|have|get))? (?:(?:his|her|their|the|some) )?(?P<rest>\S.*)$",
    re.DOTALL,
)


_ODD_SPACES = re.compile(r"[^\S\n]+")


def told_of(text: str, people: Sequence[Person]) -> tuple[str, Person | None, str]:
    """What is told, of which of the *people*; or else what whoever it is of is called, if that is
    none of them. The text as it is, if it tells of nobody.
    """
    for told in (_GIVE, _WHO_TAKES):
        match = told.match(_ODD_SPACES.sub(" ", text))
        if match is None:
            continue
        who = unaccented(match["who"]).casefold().removeprefix("my ").removeprefix("our ")
        person = next((each for each in people if unaccented(each.name).casefold() == who), None)
        kin = load_kinship().get(who)
        if person is not None:
            return match["rest"], person, ""
        if kin is not None:
            return match["rest"], _of_kin(kin, people), match["who"]
    return text, None, ""


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
