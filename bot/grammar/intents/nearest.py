"""The nearest things that words could mean which could not be read."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.grammar.intents.known import Known
from bot.grammar.intents.sentences import names_amount, read_sentence

_MOST = 3
_GIVEN = re.compile(r"\b(?:gave|give|given|giving|took|taken|takes|taking|had|has|done)\b")
_TURNED = re.compile(r"\d|\b(?:not|no|never|stop\w*|paus\w*|two|three|half|dropped|lost|without)\b")
_DATE = re.compile(r"\b(?:today|tomorrow|tonight|week|dayx|visitx|doctorx|appointment)\b")


@dataclass(frozen=True, slots=True)
class Nearest:
    """A *command* that takes the words over: `text` is what is typed behind it, `about` what they
    name.
    """

    command: str
    text: str
    about: str = ""


def list_nearest(typed: str, known: Known) -> list[Nearest]:
    """At most three, the likeliest first."""
    found: dict[str, Nearest] = {}
    for each in _likely(typed, known):
        found.setdefault(each.command, each)
    return list(found.values())[:_MOST]


def _likely(typed: str, known: Known) -> Iterator[Nearest]:
    sentence = read_sentence(typed, known)
    names = {pill.id: pill.name for pill in known.pills}
    if len(sentence.medicine_ids) == 1:
        name = names[sentence.medicine_ids[0]]
        # Giving would drop how much, and is the opposite of what isn't to be given.
        if _GIVEN.search(sentence.text) and not _TURNED.search(sentence.text):
            yield Nearest("give", name, name)
        yield Nearest("history", name, name)
        yield Nearest("refill", name, name)
    if names_amount(typed):
        yield Nearest("addmed", typed)
    if sentence.visit_ids or sentence.doctor_ids:
        yield Nearest("appts", "")
        yield Nearest("doctors", "")
    if _DATE.search(sentence.text):
        yield Nearest("addappt", typed)
    if sentence.is_question:
        yield Nearest("today", "")
        yield Nearest("meds", "")
        yield Nearest("appts", "")
    yield Nearest("addmed", typed)
    yield Nearest("addappt", typed)
    yield Nearest("today", "")
