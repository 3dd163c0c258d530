"""What a sentence asks: rules that are tried one after another, and, where none fits, what it is
most likely about.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from bot.grammar.intents.kinds import Intent
from bot.grammar.intents.questions import (
    AboutAppointment,
    AboutMedicine,
    Asked,
    CatchUp,
    ListOfMedicines,
    MayBeGiven,
    Part,
    Span,
    Topic,
    WasItGiven,
    WhatIsDue,
    WhatIsPlanned,
    WhatRunsOut,
    WhoIs,
    WhoIsInFamily,
)
from bot.grammar.intents.sentences import Sentence
from bot.grammar.words.loading import load_expressions, load_kinship, load_words

_QUESTIONS = "questions"
_LONG_NUMBER = re.compile(r"\d{3}")


def read_question(sentence: Sentence) -> tuple[Intent | None, str]:
    """The first rule that fits, and the word that the question begins with. Those about something
    that was given come before those about what is to come: "has she had what is due?"
    """
    for part in _parts(sentence):
        for section, build in _RULES:
            if part.says(_QUESTIONS, section):
                found = build(part)
                if isinstance(found, WhatIsDue) and found.span is Span.NOW:
                    found = replace(found, span=_span(sentence, Span.NOW))
                if found is not None:
                    return found, part.text.split()[0]
    return None, ""


_MOST_PARTS = 4
_TURNED = {"it", "she", "he", "we", "i", "you"}  # "is it", "did you"


def _parts(sentence: Sentence) -> Iterator[Sentence]:
    """The sentence, and what it ends with from each word on that may begin a question: "just got
    in, what does she need?"
    """
    yield sentence
    words = sentence.text.split()
    tried = 0
    for at, word in enumerate(words[1:], start=1):
        is_turned = bool({*words[at + 1 : at + 2]} & _TURNED)
        before = words[at - 1]
        says = before in load_words("subjects") or before in load_kinship()
        says = says or before in {"visitx", "doctorx"}
        says = (says and not is_turned) or before in load_words("before a verb")
        says = says or words[at + 1 : at + 2] == ["not"] or "want" in words[:at]
        says = says or (words[at - 1] == "and" and word in {"did", "had", "has", "have"})
        if word in load_words("starts") and not says and tried < _MOST_PARTS:
            tried += 1
            yield replace(sentence, text=" ".join(words[at:]))


def _given(asked: Asked) -> Callable[[Sentence], Intent | None]:
    def build(sentence: Sentence) -> Intent | None:
        hours = _last_hours(sentence) if asked in _OF_A_SPAN else 0
        if asked is Asked.WHETHER and not (hours or sentence.medicine_ids or is_of_pills(sentence)):
            return None
        if asked is not Asked.WHETHER and not (
            sentence.medicine_ids or sentence.part or is_of_pills(sentence)
        ):
            return None
        return WasItGiven(
            sentence.medicine_ids,
            asked,
            sentence.person_id,
            sentence.part or _part_of_hour(sentence),
            days_ago=_days_ago(sentence),
            weekday=sentence.weekday,
            hours=hours,
        )

    return build


_OF_A_SPAN = {Asked.WHETHER, Asked.HOW_OFTEN}


def _last_hours(sentence: Sentence) -> int:
    """ "In the last 24 hours", "over the last three days"; 0 if it says none."""
    found = load_expressions("times")["last hours"].search(sentence.text)
    if found is None:
        return 0
    *_others, count, unit = found[0].replace("twenty four", "24").split()
    return _number(count) * (1 if unit.startswith("h") else _DAY_IN_HOURS)


_DAY_IN_HOURS = 24


def _number(word: str) -> int:
    return int(word) if word.isdecimal() else _NUMBERS.index(word) + 1


_NUMBERS = ("one", "two", "three", "four", "five", "six", "seven")


def _part_of_hour(sentence: Sentence) -> Part | None:
    """ "Who did the 8am?" is about the morning."""
    found = _HOUR.search(sentence.text)
    if found is None or sentence.medicine_ids:
        return None
    hour = int(found["hour"]) % _NOON + _NOON * (found["half"] == "pm")
    return next(part for until, part in _PARTS if hour < until)


_NOON = 12
_HOUR = re.compile(r"\b(?P<hour>\d{1,2})(?:[:.]\d\d)? ?(?P<half>am|pm)\b")
_PARTS = (
    *((11, Part.MORNING), (14, Part.NOON), (17, Part.AFTERNOON), (22, Part.EVENING)),
    (24, Part.NIGHT),
)


def is_of_pills(sentence: Sentence) -> bool:
    return sentence.says(_QUESTIONS, "of pills")


def _may(sentence: Sentence) -> Intent | None:
    """Of what was named, or spoken of; "another" is of what is taken as needed."""
    if not sentence.medicine_ids and _names_unknown(sentence):
        return None  # whatever is spoken of, it isn't that
    spoken = sentence.spoken_medicine_id
    ids = sentence.medicine_ids or (() if spoken is None else (spoken,))
    is_of_any = sentence.says(_QUESTIONS, "may have more")
    return MayBeGiven(ids) if ids or is_of_any else None


def _names_unknown(sentence: Sentence) -> bool:
    """Whether what may be given is called by a word that is no name here: "another paracetamol"."""
    found = load_expressions(_QUESTIONS)["what may be given"].search(sentence.text)
    if found is None:
        return False
    word = found["what"]
    known = load_words("common") | load_words("fillers") | load_words("of what may be given")
    return word.removesuffix("s") not in known and word not in known and word[-1] != "x"


def _about(topic: Topic) -> Callable[[Sentence], Intent | None]:
    def build(sentence: Sentence) -> Intent | None:
        is_of_hours = topic is Topic.LEFT and bool(_last_hours(sentence))
        ids = () if is_of_hours else sentence.medicine_ids
        return AboutMedicine(ids, topic) if ids else None

    return build


def _list(sentence: Sentence) -> Intent | None:
    return None if sentence.medicine_ids else ListOfMedicines(sentence.person_id)


def _stock(sentence: Sentence) -> Intent | None:
    return None if sentence.medicine_ids else WhatRunsOut(sentence.person_id)


def _span(sentence: Sentence, usual: Span) -> Span:
    span = next((Span(name) for name in _named(sentence, "span")), usual)
    return Span.REST if sentence.says_rest and span in {Span.NOW, Span.TODAY} else span


def _named(sentence: Sentence, kind: str) -> Iterator[str]:
    """The spans, or days ago, of which the words of time speak."""
    for section, expression in load_expressions("times").items():
        if section.startswith(f"{kind} ") and expression.search(sentence.text):
            yield section.removeprefix(f"{kind} ")


def _due(sentence: Sentence) -> Intent:
    days = _days_ago(sentence)
    if days:
        ids, part = sentence.medicine_ids, sentence.part
        return WasItGiven(ids, Asked.WHETHER, sentence.person_id, part, days_ago=days)
    span = _span(sentence, Span.NOW)
    span = Span.WEEK if span in {Span.NEXT_WEEK, Span.WEEKEND, Span.COMING} else span
    if sentence.weekday is not None:
        return WhatIsDue(Span.WEEK, sentence.person_id, sentence.weekday)
    return WhatIsDue(span, sentence.person_id)


def _usual(sentence: Sentence) -> Intent | None:
    """ "What does she take in the morning?" """
    if sentence.part is None or sentence.medicine_ids or sentence.weekday is not None:
        return None
    return WhatIsDue(Span.USUAL, sentence.person_id, part=sentence.part)


def _days_ago(sentence: Sentence) -> int:
    return max((int(each) for each in _named(sentence, "days ago")), default=0)


def _planned(about: AboutAppointment) -> Callable[[Sentence], Intent | None]:
    def build(sentence: Sentence) -> Intent | None:
        ids = sentence.visit_ids or sentence.visits_of_doctors
        if sentence.medicine_ids and not ids and not sentence.says(_QUESTIONS, "of a check"):
            return None
        span = _span(sentence, Span.NEXT if ids else Span.COMING)
        return WhatIsPlanned(span, ids, about, sentence.person_id, sentence.weekday)

    return build


def _who(sentence: Sentence) -> Intent | None:
    """A number that is told is no question for one, and "GP phone call on Friday" no doctor."""
    if sentence.weekday is not None:
        return None
    return (
        None
        if _LONG_NUMBER.search(sentence.text)
        else WhoIs(sentence.doctor_ids, sentence.person_id)
    )


def _family(_: Sentence) -> Intent:
    return WhoIsInFamily()


def _catch_up(sentence: Sentence) -> Intent:
    return CatchUp(sentence.person_id)


_RULES: Sequence[tuple[str, Callable[[Sentence], Intent | None]]] = (
    ("doubt", _given(Asked.WHETHER)),
    ("who may give", _family),
    ("may", _may),
    ("doctors", _who),
    ("stock", _stock),
    ("left", _about(Topic.LEFT)),
    ("who gave", _given(Asked.WHO)),
    ("when given", _given(Asked.WHEN)),
    ("how often", _given(Asked.HOW_OFTEN)),
    ("to bring", _planned(AboutAppointment.BRINGING)),
    ("driving", _planned(AboutAppointment.DRIVING)),
    ("planned", _planned(AboutAppointment.PAGE)),
    ("usual", _usual),
    ("due", _due),
    ("whether", _given(Asked.WHETHER)),
    ("list", _list),
    ("purpose", _about(Topic.PURPOSE)),
    ("how taken", _about(Topic.HOW)),
    ("family", _family),
    ("catch up", _catch_up),
)
