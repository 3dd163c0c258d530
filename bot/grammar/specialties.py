"""What kind of doctor somebody is, where no comma says so: "Dr Weber cardiologist"."""

import re
from collections.abc import Sequence

from bot.grammar.tokens import Token

_ENDINGS = re.compile(
    r".+(?:ologist|iatrist|iatrician|therapist|practitioner|hygienist|optometrist|loge|login|arzt"
    r"|ärztin|therapeut|therapeutin)"
)
_WORDS = frozenset(
    [
        *("cardiologist", "dentist", "gp", "physio", "physiotherapist", "surgeon", "optician"),
        *("pharmacist", "nurse", "midwife", "chiropodist", "podiatrist", "orthodontist"),
        *("psychologist", "dietitian", "dietician", "nutritionist", "anaesthetist", "oncologist"),
        *("orthopaedist", "orthopedist", "internist", "pediatrician", "paediatrician", "vet"),
        *("osteopath", "chiropractor", "audiologist", "radiologist", "geriatrician", "hausarzt"),
    ]
)
# "eye doctor", "heart specialist", "family doctor"
_KINDS = {"doctor", "specialist", "surgeon", "nurse", "consultant", "therapist", "clinic"}
_BEFORE_KINDS = frozenset(
    [
        *(
            "eye",
            "heart",
            "skin",
            "foot",
            "ear",
            "ent",
            "lung",
            "kidney",
            "bone",
            "brain",
            "family",
        ),
        *("diabetes", "pain", "cancer", "breast", "hip", "knee", "back", "hand", "sleep", "memory"),
        *("speech", "occupational", "physical", "district", "community", "diabetic", "palliative"),
    ]
)


def split_specialty(tokens: Sequence[Token]) -> tuple[Sequence[Token], Sequence[Token]]:
    """The tokens of a name, and those after it that say what kind of doctor it is; a name has at
    least one.
    """
    for at in range(1, len(tokens)):
        word = tokens[at].word.strip("()")
        following = tokens[at + 1].word if at + 1 < len(tokens) else ""
        is_kind = word in _BEFORE_KINDS and following in _KINDS
        if is_kind or word in _WORDS or _ENDINGS.fullmatch(word):
            return tokens[:at], tokens[at:]
    return tokens, ()
