"""Directions and appointments that are said as one would type them: "aspirin 100 mg at 8 every
day", "dentist on Thursday at ten".
"""

import re
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache

from bot.grammar.appointment_times.hours import NOTE
from bot.grammar.commands.appointments import PartialAppointment, understand_appointment
from bot.grammar.commands.medicines import understand_medicine
from bot.grammar.intents.kinds import Intent, SaysAppointment, SaysDirection
from bot.grammar.intents.questions import Span, WhatIsPlanned
from bot.grammar.intents.sentences import Sentence, names_amount
from bot.grammar.people import Person
from bot.grammar.problems import Misunderstood, Problem
from bot.grammar.tokens import tokenize
from bot.grammar.words.loading import (
    load_kinship,
    load_lines,
    load_openings,
    load_rewrites,
    load_words,
)

_PLANS, _LINES = "plans", "appointment_lines"
_LONGEST_NAME = 5  # words of a medicine that somebody names in a direction
_LONGEST_TITLE = 4  # words of an appointment of no known kind
_SEVERAL = 2  # people cared for
_LONGEST = 300  # letters of a direction or an appointment


def read_plan(
    sentence: Sentence, text: str, *, people: Sequence[Person], now: datetime
) -> Intent | None:
    """A direction or an appointment, as it would be typed behind a command; None for anything else.

    *people* are those cared for, *now* (aware) says which day "tomorrow" is.
    """
    if sentence.is_question or not people or len(text) > _LONGEST:
        return None
    return _direction(sentence, text, people, now) or _appointment(sentence, text, people, now)


def _names_person(words: str, person: Person) -> bool:
    said = re.sub(r"[,.;:]", " ", words.casefold()).split()
    name = person.name.casefold().split()
    kin = {load_kinship().get(word) for word in name} - {None}
    return bool({*said} & {*name} or {load_kinship().get(word) for word in said} & kin)


def _is_of_nobody_here(words: str, people: Sequence[Person]) -> bool:
    """Whether *words* name kin who isn't cared for here: "hospital put dad on"."""
    kinship = load_kinship()
    named = {kinship[word] for word in words.casefold().split() if word in kinship}
    known = {kinship.get(word) for each in people for word in each.name.casefold().split()}
    has_names_only = known == {None}
    return bool(named - known) and not has_names_only


def _direction(
    sentence: Sentence, text: str, people: Sequence[Person], now: datetime
) -> Intent | None:
    if not _opening("has an amount").search(text):
        return None
    asked = _opening("can you").sub("", text.strip(), count=1)
    line = _without_opening(asked, people)
    before = asked.removesuffix(line)
    if _is_of_nobody_here(before, people):
        return None
    whom = [each for each in people if _names_person(before, each)]
    if len(people) > 1 and len(whom) == 1:
        line = f"{line} for {whom[0].name}"
    if _opening("has happened").match(line):
        return None
    for expression, meant in load_rewrites(_LINES)["as a direction"]:
        line = expression.sub(meant, line, count=1)
    try:
        typed = understand_medicine(f"/addmed {line}", people=people, now=now)
    except Misunderstood:
        return None
    is_explicit = line != text.strip()
    if sentence.medicine_ids and not is_explicit and not _opening("how often").search(text):
        return None  # "amlodipine 2 tablets 8am" was given
    says_when = typed.schedule is not None or bool(typed.schedule_so_far)
    says_when = says_when or (is_explicit and bool(typed.refused))
    problem = typed.problem
    is_readable = problem is None or problem.problem.can_be_completed or problem.problem.is_missing
    is_readable = is_readable or (problem is not None and problem.problem.is_of_an_hour)
    lacks_unit = problem is not None and problem.problem is Problem.DOSAGE_NEEDS_UNIT
    has_amount = typed.dosage is not None or (is_explicit and lacks_unit)
    if not typed.name or not has_amount or not says_when:
        return None
    if not (is_readable or is_explicit):
        return None
    words = [token.word for token in tokenize(typed.name).tokens]
    is_name = len(words) <= _LONGEST_NAME and not set(words) & load_words("not names")
    return SaysDirection(line) if is_name else None


def _without_opening(asked: str, people: Sequence[Person]) -> str:
    """Without "Joan is on" or "the doctor started Joan on", also if somebody is named there."""
    names = "|".join(re.escape(person.name) for person in people)
    of_her = re.sub(rf"(?i)\b(?:{names})\b", "her", asked, count=1)
    for said in (_of_she(asked, people, "who is on"), of_her):
        line = _opening("direction").sub("", said, count=1)
        if line != said and asked.endswith(line):
            return line
    return _opening("why first").sub("", asked, count=1)


def _appointment(
    sentence: Sentence, text: str, people: Sequence[Person], now: datetime
) -> Intent | None:
    typed_line = _opening("can you").sub("", text.strip(" \n?"), count=1)
    if typed_line.casefold().split()[0] in load_words("asks"):
        return None
    names = "|".join(re.escape(person.name) for person in people)
    typed_line, whose = _without_owner(typed_line, people)
    whose = whose or _named_first(typed_line, people)
    typed_line = _of_she(typed_line, people, "who has")
    reminder = _opening("remind me").match(typed_line)
    line = typed_line[reminder.end() :] if reminder else _opening("book").sub("", typed_line)
    is_explicit = bool(_opening("to book").match(typed_line))
    line = _opening("to book").sub("", line) if is_explicit else line
    rewrites = load_rewrites(_LINES)
    for expression, meant in (*rewrites["dates in words"], *rewrites["as a line"]):
        line = expression.sub(meant, line, count=1)
    is_wanted = False
    for expression, meant in rewrites["wants to see"]:
        line, count = expression.subn(meant, line, count=1)
        is_wanted = is_wanted or bool(count)
    line = re.sub(rf"(?i)^(?P<who>{names}){_opening('in for').pattern}", r"\g<who> ", line)
    named = re.match(rf"(?i)(?P<who>{names}),? (?P<what>.+)$", line)
    if named is not None and line != typed_line:
        line = f"{named['what']} for {named['who']}"  # "new appointment for dad podiatrist"
    line = _for_whom(line, whose, people)
    is_about_one = bool(sentence.visit_ids or sentence.doctor_ids) or _of_visits().search(
        sentence.text
    )
    if not reminder and (sentence.medicine_ids or names_amount(text)):
        return None
    if not is_wanted and _opening("is over").search(_opening("can you").sub("", sentence.text)):
        return None
    if sentence.visit_ids and _opening("of what is there").search(sentence.text):
        return WhatIsPlanned(Span.NEXT, sentence.visit_ids)
    if not reminder and not is_about_one and not _may_be_a_title(sentence):
        return None
    try:
        typed = understand_appointment(
            line, people=people, doctors=(), zone=people[0].zone, now=now
        )
        if typed.problem is not None and typed.problem.problem is Problem.APPOINTMENT_WORDS:
            line = _with_note(line, typed.problem.words)
            typed = understand_appointment(
                line, people=people, doctors=(), zone=people[0].zone, now=now
            )
    except Misunderstood:
        return None
    if not reminder and not is_about_one and not _is_sure_of_time(typed):
        return None
    problem = typed.problem.problem if typed.problem is not None else None
    is_readable = (
        (is_explicit and problem is not None and problem.is_missing)
        or problem in {None, Problem.DATE_AMBIGUOUS, Problem.HOURS_OR_WINDOW}
        or problem.is_of_an_hour
    )
    says_when = bool(typed.when.days or typed.when.rule) or is_explicit
    if typed.title is None or not is_readable or not says_when:
        return None
    return SaysAppointment(line)


def _without_owner(line: str, people: Sequence[Person]) -> tuple[str, str]:
    """ "Harold's optician" as "optician", and whose it is; "" where that isn't said so, or where
    only one can be meant.
    """
    for person in people if len(people) > 1 else ():
        owner = re.match(rf"(?i){re.escape(person.name)}['\u2019]?s (?=[a-z])", line)
        what = "" if owner is None else line[owner.end() :]
        if has := _opening("owner has").match(what):
            return what[has.end() :], person.name  # "Dad's got cardiology"
        if what and _opening("owner is").match(what):
            return f"{person.name} {what}", ""
        if what:
            return what, person.name
    return line, ""


def _named_first(line: str, people: Sequence[Person]) -> str:
    """Who is named at the beginning of *line*, of several."""
    names = [each.name for each in people if len(people) > 1]
    first = (name for name in names if re.match(rf"(?i){re.escape(name)}\b", line))
    return next(first, "")


def _for_whom(line: str, whose: str, people: Sequence[Person]) -> str:
    """The line with whom it is for at its end: also of "add podiatrist Joan 9 sept 11:15"."""
    if len(people) < _SEVERAL:
        return line
    named = [each.name for each in people if re.search(rf"(?i)\b{re.escape(each.name)}\b", line)]
    if not named and whose:
        return f"{line} for {whose}"
    if len(named) != 1 or re.search(rf"(?i)\b(?:for|with) {re.escape(named[0])}\b", line):
        return line
    beside = re.sub(rf"(?i),? *\b{re.escape(named[0])}\b(?!['\u2019]),? *", " ", line, count=1)
    return f"{beside.strip()} for {named[0]}" if beside.strip() and beside != line else line


def _with_note(line: str, words: str) -> str:
    """ "Optician 14 december 3.15 specsavers": what has no place in it is its note."""
    before, _, after = line.partition(words)
    if re.match(r"(?i)(?:dr|doctor|prof)\b", words):
        return f"{before.strip(' ,')} {after.strip(' ,')} with {words.strip(' ,')}"
    return f"{before.strip(' ,')} {after.strip(' ,')} {NOTE} {words.strip(' ,')}"


def _may_be_a_title(sentence: Sentence) -> bool:
    """ "Wig fitting friday 2pm", which is no known kind of appointment, and no sentence."""
    first = sentence.text.split()[0]
    others = load_words("not names") | load_words("subjects") | load_words("starts")
    return first not in others | load_words("not titles")


def _is_sure_of_time(typed: PartialAppointment) -> bool:
    """Whether it says on which day and at what hour, and is called by a few words."""
    title = (typed.title or "").split()
    says_when = bool(typed.when.days) and len(typed.when.times) == 1 and typed.problem is None
    return says_when and 0 < len(title) <= _LONGEST_TITLE


@lru_cache
def _of_visits() -> re.Pattern[str]:
    words = "|".join(word for line in load_lines(_PLANS)["visits"] for word in line.split())
    return re.compile(rf"\b(?:{words})s?\b")


def _of_she(line: str, people: Sequence[Person], section: str) -> str:
    """The *line* that begins with somebody's name as if it began with "she"."""
    names = "|".join(re.escape(person.name) for person in people)
    return re.sub(rf"(?i)^(?:{names})(?={_opening(section).pattern})", "she", line)


def _opening(section: str) -> re.Pattern[str]:
    return load_openings(_PLANS)[section]
