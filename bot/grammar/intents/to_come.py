"""What people say is to be with what is there: an appointment moves or is called off, somebody
drives, a medicine stops or pauses, a doctor is another one.
"""

import re

from bot.grammar.dates import WEEKDAYS
from bot.grammar.intents.kinds import (
    AsksToDrive,
    CalledOff,
    ChangesTo,
    Drives,
    HasDoctor,
    HasNumber,
    Intent,
    Moved,
    Pauses,
    Resumes,
    Stops,
)
from bot.grammar.intents.new_doctors import read_new_doctor
from bot.grammar.intents.questions import WhoIs
from bot.grammar.intents.sentences import Sentence, parts_of
from bot.grammar.words.loading import load_expressions, patterns_within

_STATEMENTS = "statements"


def read_to_come(sentence: Sentence, text: str) -> Intent | None:
    """What *sentence*, typed as *text*, says is to be; None if it says nothing of the kind."""
    if sentence.is_question:
        return None
    is_for = sentence.text.endswith(" for personx")  # which is no part of the line
    doctor = read_new_doctor(text[: text.casefold().rfind(" for ")] if is_for else text)
    if doctor is None:
        found = _of_what_is_there(sentence)
        phone = _PHONE.search(text) if isinstance(found, WhoIs) else None
        return found if phone is None else HasNumber(sentence.doctor_ids, phone[0].strip(" -("))
    is_named = "personx" in sentence.text.split()
    return HasDoctor(doctor, sentence.person_id if is_named else None)


_PHONE = re.compile(r"\+?\(?\d[\d ()/-]{5,}\d")


def _of_what_is_there(sentence: Sentence) -> Intent | None:
    visits = sentence.visit_ids or sentence.visits_of_doctors
    person, ids = sentence.person_id, sentence.medicine_ids

    def said(section: str) -> re.Match[str] | None:
        patterns = patterns_within(_STATEMENTS, section, sentence.text)
        found = (pattern.search(sentence.text) for pattern in patterns)
        return next((match for match in found if match is not None), None)

    if visits and (match := said("moved")):
        return Moved(visits, _typed(sentence, match.span("when")))
    if (visits or sentence.weekday is not None) and said("called off"):
        return CalledOff(visits, sentence.weekday)
    if sentence.doctor_ids and said("new number"):
        return WhoIs(sentence.doctor_ids)
    if said("drives"):
        return Drives(visits, _first_weekday(sentence), days=_days_ahead(sentence.text))
    if said("does not drive"):
        days = _days_ahead(sentence.text)
        return Drives(visits, sentence.weekday, days=days, gives_up=True)
    if ids and (match := said("two amounts")):
        each = [("first", "then"), ("second", "after")]
        amounts = tuple(
            (_typed(sentence, match.span(amount)), part)
            for amount, then in each
            if (part := next(parts_of(match[then]), None)) is not None
        )
        return ChangesTo(ids, _typed(sentence, match.span()), amounts=amounts)
    if ids and (match := said("ends after")):
        is_week = "week" in match["until"]
        return ChangesTo(
            ids, f"until {'sunday' if is_week else _typed(sentence, match.span('until'))}"
        )
    if ids and (match := said("changes to")):
        words = load_expressions("times")["from now on"].sub(
            "", _typed(sentence, match.span("words"))
        )
        if match.groupdict().get("begins"):
            words = f"{words} {_typed(sentence, match.span('begins'))}"
        named = load_expressions("times")["of one part"].search(sentence.text)
        return ChangesTo(ids, words, next(parts_of(named[0]), None) if named else None)
    if ids and said("stops later"):
        return Stops(ids, is_later=True)
    match = said("paused")
    if ids and said("stops") and not (match and match.groupdict().get("end")):
        return Stops(ids)
    if match:
        end = match.groupdict().get("end")
        typed = _typed(sentence, match.span("end")) if end else ""
        before_end = sentence.text[: match.start("end")] if end else sentence.text
        is_later = _on_which_day("day ahead", before_end)
        is_later = is_later or _on_which_day("from then", sentence.text)
        if _on_which_day("two days", end or ""):
            return Pauses(ids, person, "for 2 days", is_tonight=True)
        if not end or load_expressions("times")["leads to an end"].match(end):
            return Pauses(ids, person, typed, is_later=is_later)
        # "Hold it tonight and tomorrow, restart Thursday"
        is_tonight = _on_which_day("begins today", before_end)
        is_later = _on_which_day("day ahead", before_end) and not is_tonight
        return Pauses(ids, person, f"until {typed}", is_later=is_later, is_tonight=is_tonight)
    if said("resumed"):
        return Resumes(ids, person)
    return None


def _first_weekday(sentence: Sentence) -> int | None:
    """Wednesday of "Wednesday, but not Thursday"."""
    words = zip(sentence.text.split(), sentence.origins, strict=True)
    named = [WEEKDAYS[origin] for word, origin in words if word == "dayx" and origin in WEEKDAYS]
    is_but = " but " in sentence.text and len(named) > 1
    return named[0].value if is_but else sentence.weekday


def _on_which_day(section: str, text: str) -> bool:
    return bool(load_expressions("times")[section].search(text))


def read_favour(sentence: Sentence) -> Intent | None:
    """ "Can Ben take Thursday?", which is no question to the bot."""
    for pattern in patterns_within(_STATEMENTS, "asks to drive", sentence.text):
        if len(sentence.member_ids) <= 1 and pattern.search(sentence.text):
            visits = sentence.visit_ids or sentence.visits_of_doctors
            member = next(iter(sentence.member_ids), None)
            return AsksToDrive(member, visits, sentence.weekday, _days_ahead(sentence.text))
    return None


def _days_ahead(text: str) -> int | None:
    """Today or tomorrow, if it says so."""
    if _on_which_day("only tomorrow", text):
        return 1
    return 0 if _on_which_day("only today", text) else None


def _typed(sentence: Sentence, span: tuple[int, int]) -> str:
    """The words of a part of the sentence, as they were typed."""
    first = sentence.text[: span[0]].count(" ")
    count = sentence.text[span[0] : span[1]].count(" ") + 1
    return " ".join(filter(None, sentence.origins[first : first + count]))
