"""Reads what people say in their own words: a pure function from text and names to intents.

Danger comes before anything else; then what turns a sentence around, so that a negation, a plan or
somebody else's words are never taken for a record. What can't be read has no intent.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from bot.grammar.intents.happened import read_happened, read_partly
from bot.grammar.intents.kinds import (
    AsksAdvice,
    Danger,
    Gave,
    GaveDue,
    Intent,
    NoRecord,
    OffTopic,
    Reading,
    RunsCommand,
    SaysDanger,
    Skipped,
    SmallTalk,
    Talk,
    Unsaid,
)
from bot.grammar.intents.known import Known
from bot.grammar.intents.questions import (
    AboutAppointment,
    AboutMedicine,
    Asked,
    CatchUp,
    ListOfMedicines,
    MayBeGiven,
    Span,
    Topic,
    WasItGiven,
    WhatIsDue,
    WhatIsPlanned,
    WhatRunsOut,
    WhoIs,
    WhoIsInFamily,
)
from bot.grammar.intents.sentences import Sentence, read_sentence
from bot.grammar.intents.to_come import read_favour, read_plan, read_to_come
from bot.grammar.people import Person
from bot.grammar.words.loading import load_expressions, load_kinship, load_patterns, load_words

_QUESTIONS, _DANGER, _TALK = "questions", "danger", "talk"


def read_intents(
    text: str, known: Known, *, people: Sequence[Person] = (), now: datetime | None = None
) -> Reading:
    """What *text* means to a family with these names; the most likely first. *people* and *now* are
    needed for directions and appointments, which say when.
    """
    if _CRY.fullmatch(text):
        return Reading((SaysDanger(Danger.EMERGENCY),))
    found = _read(text, known, people, now)
    if isinstance(found, Gave | GaveDue | Skipped) and _QUOTE.fullmatch(text):
        found = NoRecord(Unsaid.QUOTED)
    return Reading() if found is None else Reading((found,))


def _read(text: str, known: Known, people: Sequence[Person], now: datetime | None) -> Intent | None:
    sentence = read_sentence(text, known)
    if not sentence.text:
        return SmallTalk(Talk.HELLO) if text.strip() else None
    for read in (_danger, _command, _small_talk, _advice, _own_reminder):
        found = read(sentence)
        if found is not None:
            return found
    if found := read_favour(sentence):
        return found
    if _is_said(sentence) and (found := read_to_come(sentence, text)):
        return found
    if _is_said(sentence) and (found := read_partly(sentence)):
        return found
    if _is_denied(sentence) and (found := _no_record(sentence)):
        return found
    if sentence.text == "personx" and sentence.person_id is not None:
        return CatchUp(sentence.person_id)
    asked, begins = _question(sentence)
    # "Morning pills done" may be asked; without a question mark, it's rather said.
    may_be_said = isinstance(asked, WasItGiven | AboutMedicine) and _is_said(sentence)
    may_be_said = may_be_said and begins not in load_words("asks how")
    if asked is not None and not may_be_said:
        return asked
    found = _skipped(sentence) or _no_record(sentence)
    found = found or (read_happened(sentence) if _is_said(sentence) else None)
    found = found or _new_medicine(sentence)
    if found is None and now is not None:
        found = read_plan(sentence, text, people=people, now=now)
    return found or asked or _else(sentence)


def _is_denied(sentence: Sentence) -> bool:
    """ "Did not give it", which begins like a question and is none."""
    first, *rest = sentence.text.split()
    return first in {"did", "have", "has", "had", "was", "were"} and rest[:1] == ["not"]


def _is_said(sentence: Sentence) -> bool:
    """Whether it's no question by its form, and no doubt."""
    if _says(sentence, _QUESTIONS, "doubt"):
        return False
    first, *rest = sentence.text.split()
    is_past = first in {"had", "has", "have"} and not set(rest[:1]) & load_words("subjects")
    is_told = is_past or rest[:1] == ["not"] or first not in load_words("starts")
    return not sentence.is_question and is_told


def is_asked(text: str) -> bool:
    """Whether *text* is a question by its form: "did mum have her pills?", "what's due"."""
    sentence = read_sentence(text, Known())
    words = sentence.text.split()
    return len(words) > 1 and (sentence.is_question or words[0] in load_words("asks"))


def begins_like_question(text: str) -> bool:
    """ "Can dad have it early", also without its mark."""
    words = read_sentence(text, Known()).text.split()
    return is_asked(text) or (bool(words) and words[0] in load_words("starts"))


def without_reasons(text: str) -> str:
    """A direction without what it is against or when it is given: "2 sprays if chest pain"."""
    return _REASON.sub("", text)


_REASON = re.compile(r"(?i)\b(?:for|if|when|against|during|prn|in case of)\b.*")
_OBJECT = re.compile(r"\b(?:give|given|gave|giving|take|taken|took|had) (?:it|them|that)\b")
_QUOTE = re.compile(r"(?s)\s*[\"“«„].*[\"”»“]\s*")
_LONG_NUMBER = re.compile(r"\d{3}")
_CRY = re.compile(r"(?i)\W*(?:help\W*)+!\W*")  # which no one-word command needs


def _says(sentence: Sentence, name: str, section: str) -> bool:
    return bool(load_expressions(name)[section].search(sentence.text))


def _danger(sentence: Sentence) -> Intent | None:
    is_joke = "laugh" in sentence.text
    if not is_joke and _says(sentence, _DANGER, "crisis"):
        return SaysDanger(Danger.CRISIS)
    if _says(sentence, _DANGER, "not now"):
        return None
    if _says(sentence, _DANGER, "emergency"):
        return SaysDanger(Danger.EMERGENCY)
    is_asked = sentence.is_question and not sentence.text.startswith(("i ", "she ", "he "))
    is_poison = _says(sentence, _DANGER, "poison") or _is_of_somebody_else(sentence)
    return SaysDanger(Danger.POISON) if is_poison and not is_asked else None


def _is_of_somebody_else(sentence: Sentence) -> bool:
    """ "Gave dad mum's pills": two names in a row."""
    words = sentence.text.split()
    names = [at for at, word in enumerate(words) if word == "personx"]
    return len(sentence.person_ids) > 1 and any(
        " " in sentence.origins[at] and words[at - 1] in {"gave", "given"} for at in names if at
    )


def _command(sentence: Sentence) -> Intent | None:
    for section, expression in load_expressions(_TALK).items():
        if section.startswith("command ") and expression.fullmatch(sentence.text):
            return RunsCommand(section.removeprefix("command "))
    return None


def _small_talk(sentence: Sentence) -> Intent | None:
    return next((SmallTalk(talk) for talk in Talk if _says(sentence, _TALK, talk.value)), None)


def _new_medicine(sentence: Sentence) -> Intent | None:
    """ "The doctor gave her a new tablet", of which nothing else is said."""
    is_told = not sentence.is_question and _says(sentence, _TALK, "new medicine")
    return RunsCommand("addmed") if is_told else None


def _else(sentence: Sentence) -> Intent | None:
    if _says(sentence, _TALK, "off topic"):
        return OffTopic()
    is_of_health = not sentence.is_question and _says(sentence, _TALK, "how they are")
    return OffTopic(is_of_health=True) if is_of_health else None


def _own_reminder(sentence: Sentence) -> Intent | None:
    """ "Ring me at nine if she hasn't had them"."""
    return OffTopic(is_of_reminders=True) if _says(sentence, _TALK, "own reminder") else None


def _advice(sentence: Sentence) -> Intent | None:
    return AsksAdvice() if _says(sentence, _DANGER, "advice") else None


def _question(sentence: Sentence) -> tuple[Intent | None, str]:
    """The first rule that fits, and the word that the question begins with. Those about something
    that was given come before those about what is to come: "has she had what is due?"
    """
    for part in _parts(sentence):
        for section, build in _RULES:
            if _says(part, _QUESTIONS, section):
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
        says = (says and not is_turned) or before in load_words("before a verb")
        says = says or words[at + 1 : at + 2] == ["not"]
        says = says or (words[at - 1] == "and" and word in {"did", "had", "has", "have"})
        if word in load_words("starts") and not says and tried < _MOST_PARTS:
            tried += 1
            yield replace(sentence, text=" ".join(words[at:]))


def _given(asked: Asked) -> Callable[[Sentence], Intent | None]:
    def build(sentence: Sentence) -> Intent | None:
        if asked is Asked.WHETHER and not (sentence.medicine_ids or _is_of_pills(sentence)):
            return None
        if asked is not Asked.WHETHER and not (
            sentence.medicine_ids or sentence.part or _is_of_pills(sentence)
        ):
            return None
        return WasItGiven(
            sentence.medicine_ids,
            asked,
            sentence.person_id,
            sentence.part,
            days_ago=_days_ago(sentence),
            weekday=sentence.weekday,
        )

    return build


def _is_of_pills(sentence: Sentence) -> bool:
    return _says(sentence, _QUESTIONS, "of pills")


def _may(sentence: Sentence) -> Intent | None:
    return MayBeGiven(sentence.medicine_ids) if sentence.medicine_ids else None


def _about(topic: Topic) -> Callable[[Sentence], Intent | None]:
    def build(sentence: Sentence) -> Intent | None:
        return AboutMedicine(sentence.medicine_ids, topic) if sentence.medicine_ids else None

    return build


def _list(sentence: Sentence) -> Intent:
    return ListOfMedicines(sentence.person_id)


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
    if sentence.weekday is not None:
        return WhatIsDue(Span.WEEK, sentence.person_id, sentence.weekday)
    return WhatIsDue(span, sentence.person_id)


def _days_ago(sentence: Sentence) -> int:
    return max((int(each) for each in _named(sentence, "days ago")), default=0)


def _planned(about: AboutAppointment) -> Callable[[Sentence], Intent | None]:
    def build(sentence: Sentence) -> Intent | None:
        ids = sentence.visit_ids or sentence.visits_of_doctors
        if sentence.medicine_ids and not ids:
            return None
        span = _span(sentence, Span.NEXT if ids else Span.WEEK)
        return WhatIsPlanned(span, ids, about, sentence.person_id, sentence.weekday)

    return build


def _who(sentence: Sentence) -> Intent | None:
    """A number that is told is no question for one, and "GP phone call on Friday" no doctor."""
    if sentence.weekday is not None:
        return None
    return None if _LONG_NUMBER.search(sentence.text) else WhoIs(sentence.doctor_ids)


def _family(_: Sentence) -> Intent:
    return WhoIsInFamily()


def _catch_up(sentence: Sentence) -> Intent:
    return CatchUp(sentence.person_id)


_RULES: Sequence[tuple[str, Callable[[Sentence], Intent | None]]] = (
    ("doubt", _given(Asked.WHETHER)),
    ("may", _may),
    ("doctors", _who),
    ("stock", _stock),
    ("left", _about(Topic.LEFT)),
    ("who gave", _given(Asked.WHO)),
    ("when given", _given(Asked.WHEN)),
    ("how often", _given(Asked.HOW_OFTEN)),
    ("driving", _planned(AboutAppointment.DRIVING)),
    ("planned", _planned(AboutAppointment.PAGE)),
    ("due", _due),
    ("whether", _given(Asked.WHETHER)),
    ("list", _list),
    ("how taken", _about(Topic.HOW)),
    ("family", _family),
    ("catch up", _catch_up),
)


def _skipped(sentence: Sentence) -> Intent | None:
    """ "She refused her pills" says that they were skipped, if it's nobody else's word."""
    orders = load_patterns("statements")["told to skip"]  # which is the doctor's word
    is_told = any(order.search(sentence.text) for order in orders)
    unsaid = (_says(sentence, _TALK, why.value) for why in (Unsaid.QUOTED, Unsaid.PLANNED))
    if any(unsaid) and not is_told:
        return None
    found = read_happened(sentence)
    return found if isinstance(found, Skipped) else None


def _no_record(sentence: Sentence) -> Intent | None:
    """What sounds like something that was given, and says that it wasn't, or not yet, or that
    somebody else says so.
    """
    is_about_giving = _says(sentence, _QUESTIONS, "of giving") and (
        bool(sentence.medicine_ids) or _is_of_pills(sentence) or bool(_OBJECT.search(sentence.text))
    )
    if not is_about_giving:
        return None
    for why in (Unsaid.QUOTED, Unsaid.NEGATED, Unsaid.PLANNED):
        if _says(sentence, _TALK, why.value):
            return NoRecord(why, sentence.medicine_ids, sentence.person_id)
    return None
