"""What people say is to be: an appointment moves or is called off, somebody drives, a medicine
stops or pauses, a doctor is another one. And directions and appointments as one would type them.
"""

import re
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache

from bot.grammar.commands.appointments import understand_appointment
from bot.grammar.commands.medicines import understand_medicine
from bot.grammar.intents.kinds import (
    AsksToDrive,
    CalledOff,
    ChangesTo,
    Drives,
    HasDoctor,
    Intent,
    Moved,
    Pauses,
    Resumes,
    SaysAppointment,
    SaysDirection,
    Stops,
)
from bot.grammar.intents.new_doctors import read_new_doctor
from bot.grammar.intents.questions import (
    Span,
    WhatIsPlanned,
    WhoIs,
)
from bot.grammar.intents.sentences import Sentence, names_amount
from bot.grammar.people import Person
from bot.grammar.problems import Misunderstood, Problem
from bot.grammar.tokens import tokenize
from bot.grammar.words.loading import (
    load_expressions,
    load_kinship,
    load_lines,
    load_openings,
    load_patterns,
    load_words,
)

_STATEMENTS, _PLANS = "statements", "plans"
_LONGEST_NAME = 5  # words of a medicine that somebody names in a direction
_LONGEST = 300  # letters of a direction or an appointment


def read_to_come(sentence: Sentence, text: str) -> Intent | None:
    """What *sentence*, typed as *text*, says is to be; None if it says nothing of the kind."""
    if sentence.is_question:
        return None
    doctor = read_new_doctor(text)
    return HasDoctor(doctor) if doctor is not None else _of_what_is_there(sentence)


def _of_what_is_there(sentence: Sentence) -> Intent | None:
    visits = sentence.visit_ids or sentence.visits_of_doctors
    person, ids = sentence.person_id, sentence.medicine_ids
    patterns = load_patterns(_STATEMENTS)

    def said(section: str) -> re.Match[str] | None:
        found = (pattern.search(sentence.text) for pattern in patterns[section])
        return next((match for match in found if match is not None), None)

    if visits and (match := said("moved")):
        return Moved(visits, _typed(sentence, match.span("when")))
    if (visits or sentence.weekday is not None) and said("called off"):
        return CalledOff(visits, sentence.weekday)
    if sentence.doctor_ids and said("new number"):
        return WhoIs(sentence.doctor_ids)
    if said("drives"):
        return Drives(visits, sentence.weekday, days=_days_ahead(sentence.text))
    if said("does not drive"):
        days = _days_ahead(sentence.text)
        return Drives(visits, sentence.weekday, days=days, gives_up=True)
    if ids and (match := said("changes to")):
        words = _FROM_NOW_ON.sub("", _typed(sentence, match.span("words")))
        begins = match.groupdict().get("begins")
        return ChangesTo(
            ids, f"{words} {_typed(sentence, match.span('begins'))}" if begins else words
        )
    match = said("paused")
    if ids and said("stops") and not (match and match.groupdict().get("end")):
        return Stops(ids)
    if match:
        end = match.groupdict().get("end")
        typed = _typed(sentence, match.span("end")) if end else ""
        before_end = sentence.text[: match.start("end")] if end else sentence.text
        is_later = bool(_DAY_AHEAD.search(before_end) or _FROM_THEN.search(sentence.text))
        return Pauses(ids, person, typed, is_later=is_later)
    if said("resumed"):
        return Resumes(ids, person)
    return None


_FROM_NOW_ON = re.compile(r",? from (?:now on|today|tonight|now)\b")
_FROM_THEN = re.compile(r"\b(?:from|starting) (?:tomorrow|dayx|next week)\b")
_DAY_AHEAD = re.compile(r"\b(?:tomorrow|dayx|next week)\b")


def read_favour(sentence: Sentence) -> Intent | None:
    """ "Can Ben take Thursday?", which is no question to the bot."""
    for pattern in load_patterns(_STATEMENTS)["asks to drive"]:
        if len(sentence.member_ids) <= 1 and pattern.search(sentence.text):
            visits = sentence.visit_ids or sentence.visits_of_doctors
            member = next(iter(sentence.member_ids), None)
            return AsksToDrive(member, visits, sentence.weekday, _days_ahead(sentence.text))
    return None


def _days_ahead(text: str) -> int | None:
    """Today or tomorrow, if it says so."""
    if re.search(r"\btomorrow\b", text):
        return 1
    return 0 if re.search(r"\b(?:today|tonight)\b", text) else None


def _typed(sentence: Sentence, span: tuple[int, int]) -> str:
    """The words of a part of the sentence, as they were typed."""
    first = sentence.text[: span[0]].count(" ")
    count = sentence.text[span[0] : span[1]].count(" ") + 1
    return " ".join(filter(None, sentence.origins[first : first + count]))


def read_plan(
    sentence: Sentence, text: str, *, people: Sequence[Person], now: datetime
) -> Intent | None:
    """A direction or an appointment, as it would be typed behind a command; None for anything else.

    *people* are those cared for, *now* (aware) says which day "tomorrow" is.
    """
    if sentence.is_question or not people or len(text) > _LONGEST:
        return None
    return _direction(text, people, now) or _appointment(sentence, text, people, now)


_CAN_YOU = re.compile(
    r"(?i)^(?:please )?(?:can|could|would|will) (?:you|u|we) (?:please )?"
    r"(?=(?:add|book|put|start|save|make|note|arrange)\b)"
)


def _names_person(words: str, person: Person) -> bool:
    said, name = words.casefold().split(), person.name.casefold().split()
    kin = {load_kinship().get(word) for word in name} - {None}
    return bool({*said} & {*name} or {load_kinship().get(word) for word in said} & kin)


def _is_of_nobody_here(words: str, people: Sequence[Person]) -> bool:
    """Whether *words* name kin who isn't cared for here: "hospital put dad on"."""
    kinship = load_kinship()
    named = {kinship[word] for word in words.casefold().split() if word in kinship}
    known = {kinship.get(word) for each in people for word in each.name.casefold().split()}
    has_names_only = known == {None}
    return bool(named - known) and not has_names_only


#: "Mum has a UTI, trimethoprim 200 mg twice a day".
_WHY_FIRST = re.compile(
    r"(?i)^\w+(?:'s)? (?:has |is |got )*an? [a-z]+(?: [a-z]+){0,2}, (?=[a-z-]+ \d)"
)
#: "She was given amoxicillin 500 mg at 8am" tells of one dose.
_HAS_HAPPENED = re.compile(
    r"(?i)\W*(?:\w+\W+){0,3}(?:given|gave|took|taken|had|was|were|did|been|says|said|told)\b"
)


def _direction(text: str, people: Sequence[Person], now: datetime) -> Intent | None:
    asked = _CAN_YOU.sub("", text.strip(), count=1)
    line = load_openings(_PLANS)["direction"].sub("", asked, count=1)
    if line == asked:
        line = _WHY_FIRST.sub("", asked, count=1)
    before = asked.removesuffix(line)
    if _is_of_nobody_here(before, people):
        return None
    whom = [each for each in people if _names_person(before, each)]
    if len(people) > 1 and len(whom) == 1:
        line = f"{line} for {whom[0].name}"
    if _HAS_HAPPENED.match(line):
        return None
    try:
        typed = understand_medicine(f"/addmed {line}", people=people, now=now)
    except Misunderstood:
        return None
    is_explicit = line != text.strip()
    says_when = typed.schedule is not None or bool(typed.schedule_so_far)
    says_when = says_when or (is_explicit and bool(typed.refused))
    problem = typed.problem
    is_readable = problem is None or problem.problem.can_be_completed or problem.problem.is_missing
    is_readable = is_readable or (problem is not None and problem.problem.is_of_an_hour)
    if not typed.name or typed.dosage is None or not says_when:
        return None
    if not (is_readable or is_explicit):
        return None
    words = [token.word for token in tokenize(typed.name).tokens]
    is_name = len(words) <= _LONGEST_NAME and not set(words) & load_words("not names")
    return SaysDirection(line) if is_name else None


def _appointment(
    sentence: Sentence, text: str, people: Sequence[Person], now: datetime
) -> Intent | None:
    openings, typed_line = load_openings(_PLANS), _CAN_YOU.sub("", text.strip(), count=1)
    if typed_line.casefold().split()[0] in load_words("asks"):
        return None
    names = "|".join(re.escape(person.name) for person in people)
    typed_line = re.sub(rf"(?i)^(?:{names}) (?=(?:has|have|needs)\b)", "she ", typed_line)
    reminder = openings["remind me"].match(typed_line)
    line = typed_line[reminder.end() :] if reminder else openings["book"].sub("", typed_line)
    is_explicit = bool(_TO_BOOK.match(typed_line))
    line = _NEXT_IS.sub(r"\1 ", _TO_BOOK.sub("", line) if is_explicit else line)
    line = re.sub(r"(?i)\bagain\b ?", "", line)
    line, is_wanted = _WANTS_TO_SEE.subn(r"\1 ", line, count=1)
    line = _COMES.sub(r"\1 ", line, count=1)
    line = re.sub(r"(?i)(?<=[a-z] )appt\.? (?=.*\d)", "", line)
    line = re.sub(rf"(?i)^(?P<who>{names}) in (?:for|with|at) (?:the )?", r"\g<who> ", line)
    named = re.match(rf"(?i)(?P<who>{names}) (?P<what>.+)$", line)
    if named is not None and line != typed_line:
        line = f"{named['what']} for {named['who']}"  # "new appointment for dad podiatrist"
    is_about_one = bool(sentence.visit_ids or sentence.doctor_ids) or _of_visits().search(
        sentence.text
    )
    if not reminder and (sentence.medicine_ids or not is_about_one or names_amount(text)):
        return None
    if not is_wanted and load_expressions(_PLANS)["is over"].search(sentence.text):
        return None
    if sentence.visit_ids and _OF_WHAT_IS_THERE.search(sentence.text):
        return WhatIsPlanned(Span.NEXT, sentence.visit_ids)
    try:
        typed = understand_appointment(
            line, people=people, doctors=(), zone=people[0].zone, now=now
        )
    except Misunderstood:
        return None
    problem = typed.problem.problem if typed.problem is not None else None
    is_readable = (
        (is_explicit and problem is not None and problem.is_missing)
        or problem in {None, Problem.DATE_AMBIGUOUS}
        or problem.is_of_an_hour
    )
    says_when = bool(typed.when.days or typed.when.rule) or is_explicit
    if typed.title is None or not is_readable or not says_when:
        return None
    return SaysAppointment(line)


#: Of an appointment that is saved, it's no second one.
_OF_WHAT_IS_THERE = re.compile(r"\bremind (?:me|us) (?:to (?:take|bring|drive)|about|of)\b")
_NEXT_IS = re.compile(r"(?i)^(?:the |her |his )?next (.{3,40}?) (?:is|will be) (?:on )?(?=.*\d)")
_WANTS_TO_SEE = re.compile(
    r"(?i)^(?:the |her |his )?((?:\w+\.? ){0,2}?\w+) (?:wants?|would like|needs?) to see "
    r"(?:her|him|us|me|mum|mom|dad)(?: back)?(?: again)?(?: back)? (?=in |on |next |at |\d)"
)
_COMES = re.compile(
    r"(?i)^(\w+(?: \w+){0,2}?) (?:is |are )?(?:coming|comes?|visits|visiting|calling|popping)"
    r"(?: round| in| over| out| by)? (?=.*\d)"
)
_TO_BOOK = re.compile(
    r"(?i)^(?:(?:i|we) (?:need|have|want) to )?(?:book|arrange|make)(?: an?| the| her| his)? "
    r"(?:appointment (?:for|with|at) (?:the |her |his )?)?"
)


@lru_cache
def _of_visits() -> re.Pattern[str]:
    words = "|".join(word for line in load_lines(_PLANS)["visits"] for word in line.split())
    return re.compile(rf"\b(?:{words})s?\b")
