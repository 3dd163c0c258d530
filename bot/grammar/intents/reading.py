"""Reads what people say in their own words: a pure function from text and names to intents.

Danger comes before anything else; then what turns a sentence around, so that a negation, a plan or
somebody else's words are never taken for a record. What can't be read has no intent.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from bot.grammar.intents.asking import is_of_pills, read_question
from bot.grammar.intents.happened import read_happened, read_none_left, read_partly
from bot.grammar.intents.kinds import (
    AsksAdvice,
    Corrects,
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
from bot.grammar.intents.plans import read_plan
from bot.grammar.intents.questions import (
    AboutMedicine,
    CatchUp,
    MayBeGiven,
    WasItGiven,
)
from bot.grammar.intents.sentences import Sentence, read_sentence
from bot.grammar.intents.to_come import read_favour, read_to_come
from bot.grammar.people import Person
from bot.grammar.words.loading import load_expressions, load_words, patterns_within

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
    if sentence.says(_QUESTIONS, "may now") and (sentence.medicine_ids or _spoken_of(sentence)):
        return MayBeGiven(sentence.medicine_ids or _spoken_of(sentence))
    if not sentence.is_question and sentence.says(_TALK, "reading"):
        return OffTopic(is_of_health=True)
    if sentence.says(_TALK, "asks others"):
        return NoRecord(Unsaid.UNABLE, sentence.medicine_ids, sentence.person_id)
    if _is_said(sentence) and (found := read_to_come(sentence, text)):
        return found
    if _is_said(sentence) and (found := read_partly(sentence)):
        return found
    if _is_denied(sentence) and (found := _skipped(sentence) or _no_record(sentence)):
        return found
    if sentence.text == "personx" and sentence.person_id is not None:
        return CatchUp(sentence.person_id)
    asked, begins = read_question(sentence)
    # "Morning pills done" may be asked; without a question mark, it's rather said.
    may_be_said = isinstance(asked, WasItGiven | AboutMedicine) and _is_said(sentence)
    may_be_said = may_be_said and begins not in load_words("asks how")
    if asked is not None and not may_be_said:
        return asked
    found = read_none_left(sentence) if _is_said(sentence) else None
    found = found or _skipped(sentence) or _no_record(sentence)
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
    if sentence.says(_QUESTIONS, "doubt"):
        return False
    first, *rest = sentence.text.split()
    is_past = first in {"had", "has", "have"} and not set(rest[:1]) & load_words("subjects")
    is_past = is_past or bool(patterns_within("statements", "did them", sentence.text))
    is_told = is_past or rest[:1] == ["not"] or first not in load_words("starts")
    # "Give it at 9 instead of 8", "give it every other day".
    is_told = is_told or (first == "give" and bool(load_words("changes a direction") & {*rest}))
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


def asks_of_oneself(text: str) -> bool:
    """ "Have I had my pills?", "what do I take at night?": not "what do I give her?" """
    return read_sentence(text, Known()).says(_QUESTIONS, "of oneself")


def is_surely_to_come(text: str) -> bool:
    """Whether *text* asks nothing and says that something will be given: not that it was, was late,
    or should have been.
    """
    sentence = read_sentence(text, Known())
    is_told = not sentence.is_question and not begins_like_question(text)
    says_so = sentence.says(_TALK, "surely to come")
    return is_told and says_so and not sentence.says(_TALK, "not surely to come")


def says_away(text: str) -> bool:
    """ "I'm away from Saturday, please don't send me any reminders" """
    return read_sentence(text, Known()).says(_TALK, "away")


def asks_to_fetch(text: str) -> bool:
    """ "Could somebody fetch my prescription?", which asks the others and not the bot."""
    return read_sentence(text, Known()).says(_TALK, "asks to fetch")


def speaks_of_spouse(text: str) -> bool:
    """ "Has my wife had her tablets?" """
    return bool(_SPOUSE.search(text))


_SPOUSE = re.compile(r"(?i)\bmy (?:wife|husband)\b")


def without_reasons(text: str) -> str:
    """A direction without what it is against or when it is given: "2 sprays if chest pain"."""
    return _REASON.sub("", text)


_REASON = re.compile(r"(?i)\b(?:for|if|when|against|during|prn|in case of)\b.*")
_OBJECT = re.compile(r"\b(?:give|given|gave|giving|take|taken|took|had) (?:it|them|that)\b")
_QUOTE = re.compile(r"(?s)\s*[\"“«„].*[\"”»“]\s*")
_LONG_NUMBER = re.compile(r"\d{3}")
_CRY = re.compile(r"(?i)\W*(?:help\W*)+!\W*")  # which no one-word command needs


def _danger(sentence: Sentence) -> Intent | None:
    is_joke = "laugh" in sentence.text
    if not is_joke and sentence.says(_DANGER, "crisis"):
        return SaysDanger(Danger.CRISIS)
    if sentence.says(_DANGER, "not now"):
        return None
    if sentence.says(_DANGER, "emergency"):
        return SaysDanger(Danger.EMERGENCY)
    is_asked = sentence.is_question and not sentence.text.startswith(("i ", "she ", "he "))
    is_poison = sentence.says(_DANGER, "poison") or _is_of_somebody_else(sentence)
    return SaysDanger(Danger.POISON) if is_poison and not is_asked else None


def _is_of_somebody_else(sentence: Sentence) -> bool:
    """ "Gave dad mum's pills": two names in a row."""
    words = sentence.text.split()
    names = [at for at, word in enumerate(words) if word == "personx"]
    return len(sentence.person_ids) > 1 and any(
        " " in sentence.origins[at] and words[at - 1] in {"gave", "given"} for at in names if at
    )


def _command(sentence: Sentence) -> Intent | None:
    """The first whose section fits; a correction is of a record, since no appointment is named."""
    is_of_record = not (sentence.is_question or sentence.visit_ids or sentence.doctor_ids)
    for section, expression in load_expressions(_TALK).items():
        if section == "correction" and is_of_record and expression.fullmatch(sentence.text):
            return Corrects(sentence.medicine_ids)
        if section.startswith("command ") and expression.fullmatch(sentence.text):
            return RunsCommand(section.removeprefix("command "))
    return None


def _small_talk(sentence: Sentence) -> Intent | None:
    return next((SmallTalk(talk) for talk in Talk if sentence.says(_TALK, talk.value)), None)


def _new_medicine(sentence: Sentence) -> Intent | None:
    """ "The doctor gave her a new tablet", of which nothing else is said."""
    is_told = not sentence.is_question and sentence.says(_TALK, "new medicine")
    return RunsCommand("addmed") if is_told else None


def _else(sentence: Sentence) -> Intent | None:
    if sentence.says(_TALK, "off topic"):
        return OffTopic()
    is_of_health = not sentence.is_question and sentence.says(_TALK, "how they are")
    return OffTopic(is_of_health=True) if is_of_health else None


def _own_reminder(sentence: Sentence) -> Intent | None:
    """ "Ring me at nine if she hasn't had them"; "who's coming tomorrow?" """
    if sentence.says(_TALK, "own reminder"):
        return OffTopic(is_of_reminders=True)
    return OffTopic(is_of_rota=True) if sentence.says(_TALK, "rota") else None


def _advice(sentence: Sentence) -> Intent | None:
    if not sentence.says(_DANGER, "advice"):
        return None
    is_spat = not sentence.is_question and sentence.says(_DANGER, "spat out")
    ids = sentence.medicine_ids or _spoken_of(sentence)
    return AsksAdvice(ids if is_spat else (), is_spat)


def _spoken_of(sentence: Sentence) -> tuple[UUID, ...]:
    spoken = sentence.spoken_medicine_id
    return () if spoken is None else (spoken,)


def _skipped(sentence: Sentence) -> Intent | None:
    """ "She refused her pills" says that they were skipped, if it's nobody else's word."""
    # Which is the doctor's word.
    is_told = bool(patterns_within("statements", "told to skip", sentence.text))
    found = read_happened(sentence)
    if not isinstance(found, Skipped):
        return None
    head = replace(sentence, text=_before_reason(sentence, found.reason))
    if not is_told and any(head.says(_TALK, why.value) for why in (Unsaid.QUOTED, Unsaid.PLANNED)):
        return None
    is_put_off = bool(found.reason) and sentence.says(_TALK, "put off")
    return NoRecord(Unsaid.PLANNED, found.medicine_ids) if is_put_off else found


def _before_reason(sentence: Sentence, reason: str) -> str:
    """What stands before the *reason*, as it was typed."""
    count = len(sentence.text.split()) - len(reason.split())
    is_last = bool(reason) and sentence.origins[count:] == tuple(reason.split())
    return " ".join(sentence.text.split()[:count]) if is_last else sentence.text


def _without_remarks(text: str) -> str:
    """Without what somebody isn't or doesn't do, behind what was given: "she didn't eat much"."""
    for pattern in patterns_within("remarks", "remark", text):
        while match := pattern.search(text):
            text = f"{text[: match.start('remark')]}{text[match.end('remark') :]}"
    return text


def _no_record(sentence: Sentence) -> Intent | None:
    """What sounds like something that was given, and says that it wasn't, or not yet, or that
    somebody else says so.
    """
    is_about_giving = sentence.says(_QUESTIONS, "of giving") and (
        bool(sentence.medicine_ids) or is_of_pills(sentence) or bool(_OBJECT.search(sentence.text))
    )
    if not is_about_giving or (sentence.is_question and not sentence.medicine_ids):
        return None
    if sentence.says(_TALK, "about to"):
        return NoRecord(Unsaid.PLANNED, sentence.medicine_ids, sentence.person_id)
    plain = replace(sentence, text=_without_remarks(sentence.text))
    for why in (Unsaid.UNABLE, Unsaid.QUOTED, Unsaid.NEGATED, Unsaid.PLANNED):
        if (plain if why is Unsaid.NEGATED else sentence).says(_TALK, why.value):
            return NoRecord(why, sentence.medicine_ids, sentence.person_id)
    return None
