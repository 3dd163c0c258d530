"""What somebody is to the person cared for, where no comma says so: "Rosa next-door neighbour"."""

from collections.abc import Sequence

from bot.grammar.tokens import Token

_WORDS = frozenset(
    [
        *("neighbour", "neighbor", "friend", "carer", "caregiver", "landlord", "landlady"),
        *("caretaker", "concierge", "warden", "partner", "wife", "husband", "spouse"),
        *("daughter", "son", "sister", "brother", "mother", "father", "mum", "mom", "dad"),
        *("niece", "nephew", "cousin", "aunt", "uncle", "granddaughter", "grandson"),
        *("grandmother", "grandfather", "grandma", "grandpa", "godson", "goddaughter"),
        *("daughter-in-law", "son-in-law", "sister-in-law", "brother-in-law", "colleague"),
        *("stepson", "stepdaughter", "stepbrother", "stepsister", "vicar", "priest"),
    ]
)
_BEFORE = frozenset(
    [
        *("next-door", "upstairs", "downstairs", "old", "older", "younger", "best", "close"),
        *("her", "his", "their", "my", "our", "the", "a", "family", "next", "door"),
    ]
)


def split_relation(tokens: Sequence[Token]) -> tuple[Sequence[Token], Sequence[Token]]:
    """The tokens of a name, and those after it that say who that is to the person; a name has at
    least one.
    """
    for at in range(1, len(tokens)):
        if tokens[at].word.strip("()") not in _WORDS:
            continue
        begin = at
        while begin > 1 and tokens[begin - 1].word.strip("()") in _BEFORE:
            begin -= 1
        return tokens[:begin], tokens[begin:]
    return tokens, ()
