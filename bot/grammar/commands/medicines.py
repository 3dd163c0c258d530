"""The arguments of `/addmed`: NAME DOSAGE SCHEDULE [for PERSON], or as much of it as was typed."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.grammar.clock_times import looks_like_a_time
from bot.grammar.commands.counts_of_names import counted, take_count
from bot.grammar.commands.medicine_pieces import Pieces, take_apart
from bot.grammar.commands.medicine_schedules import (
    SCHEDULE_BEGINS,
    TypedWhen,
    clocks_of,
    read_when,
    trimmed,
)
from bot.grammar.commands.schedule_first import name_first
from bot.grammar.commands.schedules_in_names import schedule_in_name
from bot.grammar.commands.told_persons import after_takes, told_of
from bot.grammar.dosages import quantity_ends
from bot.grammar.labels.beside_times import is_also_as_needed, joined, take_beside_times
from bot.grammar.labels.lines import LabelLine, check_notes, read_label, tokenize_direction
from bot.grammar.labels.phrases import DOING, FORMS
from bot.grammar.labels.short_forms import SpelledOut
from bot.grammar.labels.sliding_scales import find_sliding_scale, split_name
from bot.grammar.labels.tables import unread_table
from bot.grammar.labels.turning import CHANGING, STOPPING
from bot.grammar.names import parse_name
from bot.grammar.people import (
    Person,
    find_person,
    find_unknown_person,
    unknown_person,
    which_person,
)
from bot.grammar.problems import Misunderstood, Problem
from bot.grammar.tokens import Line, Token, relaid
from domain.medicines.dosages import Dosage
from domain.medicines.facts import LONGEST_INSTRUCTIONS
from domain.medicines.schedules.days import Cycle, Monthly, MonthlyWeekdays
from domain.medicines.schedules.kinds import Combined, Schedule, Steps, WallClock

_STARTING = {"please", "start", "begin", "commence", "add", "continue"}


@dataclass(frozen=True, slots=True)
class PartialMedicine:
    """The parts of a medicine that were typed and understood; None where something is left to ask
    for.

    `schedule_so_far` holds words of a schedule that still lacks a time of day ("mon,wed,fri for 10
    days"), or a person whose zone defines "today": append the answer to it and parse again.
    `problem` is the first thing that was typed but not understood; if there is none, the first
    thing that is missing (`problem.problem.is_missing`). `spelled_out` are short forms that were
    read as something; unless it `is_certain`, everything is shown before it is saved. `lacks` is
    what `schedule_so_far` is short of. `refused` are all words of a schedule of which some could
    not be read: an answer has to say as much, or completes what could.
    """

    name: str | None
    dosage: Dosage | None
    schedule: Schedule | None
    schedule_so_far: str
    person: Person | None
    problem: Misunderstood | None
    is_certain: bool = True
    instructions: str | None = None
    reason: str | None = None
    spelled_out: tuple[SpelledOut, ...] = ()
    lacks: Problem | None = None
    refused: str = ""

    @property
    def says_amount(self) -> bool:
        """Whether it names an amount, be it that of a later step."""
        problem = None if self.problem is None else self.problem.problem
        return self.dosage is not None or problem is Problem.FIRST_AMOUNT_MISSING

    @property
    def is_unread(self) -> bool:
        """Whether an answer will say part of it again, and may leave out the rest."""
        if self.refused or self.problem is None:
            return bool(self.refused)
        problem = self.problem.problem
        return not (problem.is_missing or problem.is_of_an_hour)


_COMMAND = re.compile(r"^/\S+\s*")


def understand_medicine(text: str, *, people: Sequence[Person], now: datetime) -> PartialMedicine:
    """What can be understood of a line, so that a conversation only asks for the rest.

    Raises `Misunderstood` only if the line is too long.
    """
    told = told_of(_COMMAND.sub("", text, count=1), people)
    typed_line = tokenize_direction(f"/addmed {told.rest}" if told.is_told else text)
    line = name_first(typed_line)
    scale = find_sliding_scale(line)
    if scale is not None:
        return _with_scale_as_note(line, scale, people)
    is_told = told.is_told or line is not typed_line or bool(after_takes(line.tokens))
    try:
        line = _name_first(line)
    except Misunderstood as problem:
        return PartialMedicine(None, None, None, "", None, problem)
    line, count = take_count(line)
    line, who = _take_person(line, people)
    if who.person is None and who.problem is None and told.person is not None:
        who = _Who(told.person)
    label = read_label(line)
    line, notes = take_beside_times(label.line)
    zone = (who.person or people[0]).zone if who.person or people else ZoneInfo("UTC")
    pieces = take_apart(line, zone=zone, now=now)
    pieces = replace(pieces, name=without_table(pieces.name))
    pieces = counted(pieces, count)
    name, name_problem = _read_name(line, pieces)
    # With two people named, leftover words in the schedule aren't its fault.
    is_read = who.problem is None
    schedule_tokens, who = _take_unknown_person(line, pieces.schedule, who=who, people=people)
    if told.stranger:
        who = _Who(problem=unknown_person(told.stranger, people))
    clocks = clocks_of([who.person] if who.person else people)
    when = TypedWhen()
    table = unread_table(line)
    within = None if table is not None else schedule_in_name(line, pieces)
    if within is not None:
        # "Zoledronic acid once a year, 12 november 2pm 5mg": none of it may be lost in the name.
        table, pieces = within, replace(pieces, name=pieces.name[:within])
        name, name_problem = _read_name(line, pieces)
    if table is not None:
        # "Glycomet 500 1-0-2 pc" lacks a unit: nothing of what follows is read without the table.
        words = line.typed(line.tokens[table:])
        unknown = Misunderstood(Problem.UNKNOWN_WORDS, line.tokens[table].raw)
        when = TypedWhen(problem=unknown if pieces.dosage else None, refused=words)
    elif is_also_as_needed(text):
        refused = line.typed(line.tokens[len(pieces.name) :])
        pieces = replace(pieces, dosage=None, problem=None)
        when = TypedWhen(problem=Misunderstood(Problem.ONE_RHYTHM, refused), refused=refused)
    elif is_read:
        when = read_when(line, schedule_tokens, clocks=clocks, now=now, dosage=pieces.dosage)
    notes_said = joined(label.instructions, *notes, *when.limits)
    too_long = None
    try:
        check_notes(notes_said, label.reason)
    except Misunderstood as problem:
        too_long = problem
    nobody = None if people else Misunderstood(Problem.NOBODY_CARED_FOR)
    problems = [
        problem
        for problem in (
            nobody,
            pieces.problem,
            name_problem,
            pieces.missing,
            who.problem,
            when.problem,
            too_long,
        )
        if problem is not None
    ]
    # Mistakes come before missing parts, which will be asked for anyway.
    problems.sort(key=_urgency)
    return PartialMedicine(
        name=name,
        # Of what is unclear no part is kept: "1 and a half tablets" is no half a tablet.
        dosage=None if pieces.problem is not None else pieces.dosage,
        schedule=when.schedule,
        schedule_so_far=when.so_far,
        person=who.person,
        problem=problems[0] if problems else None,
        is_certain=pieces.is_certain
        and not any(map(_joins, pieces.name))
        and not is_told
        and count is None
        and not any(token.word in _AT_ONCE for token in schedule_tokens)
        and not _needs_a_look(label, when.schedule)
        and not (pieces.dosage and (pieces.dosage.most or pieces.dosage.is_like_a_pack)),
        instructions=None if too_long else notes_said,
        reason=None if too_long else label.reason,
        spelled_out=label.spelled_out,
        lacks=when.lacks,
        refused=when.refused or _refused_amounts(line, pieces),
    )


def _urgency(problem: Misunderstood) -> int:
    """Mistakes before what is missing. "Right eye qds, left eye bd" is two medicines, and no
    contradiction of times.
    """
    if problem.problem is Problem.NOTES_CONTRADICT:
        return -1
    return int(problem.problem.is_missing)


def _with_scale_as_note(
    line: Line, scale: Misunderstood, people: Sequence[Person]
) -> PartialMedicine:
    """A medicine to be reminded of at times that are still to be asked for, with the typed text as
    a note in place of an amount.
    """
    line, who = _take_person(line, people)
    name, note = split_name(line, scale.words)
    person = who.person or (people[0] if len(people) == 1 else None)
    try:
        name = parse_name(name)
    except Misunderstood as problem:
        return PartialMedicine(None, None, None, "", person, problem)
    return PartialMedicine(
        name,
        Dosage(AS_NOTED),
        None,
        "",
        person,
        scale,
        is_certain=False,
        instructions=note[:LONGEST_INSTRUCTIONS] or None,
    )


#: The dosage of a medicine whose amounts are in its note.
AS_NOTED = "as noted"


def _needs_a_look(label: LabelLine, schedule: Schedule | None) -> bool:
    """Whether it was read well enough to be shown, but not to be saved at once."""
    if any(each.to_confirm for each in label.spelled_out):
        return True
    if not isinstance(schedule, WallClock):
        return isinstance(schedule, Steps | Combined)
    # "5 days every 28 days" may be meant otherwise; "21 days on, 7 off" can't.
    is_told = any(token.word == "off" for token in label.line.tokens)
    is_rare = isinstance(schedule.days, MonthlyWeekdays)
    is_rare = is_rare or (isinstance(schedule.days, Cycle) and not is_told)
    is_rare = is_rare or (isinstance(schedule.days, Monthly) and schedule.days.every > 1)
    return is_rare or schedule.last_at is not None or bool(schedule.except_on)


def _name_first(line: Line) -> Line:
    """ "Take 2 tablets of Paracetamol every 6 hours": the name before the amount."""
    tokens = line.tokens
    openings = (DOING | _STARTING) - STOPPING
    while len(tokens) > 2 and not tokens[0].is_quoted and tokens[0].word in openings:
        tokens = tokens[1:]
    takes = after_takes(tokens)
    if takes:
        return Line(line.text, tokens[takes:])
    end = quantity_ends(tokens, 0) if tokens else None
    if end is None or end + 1 >= len(tokens) or tokens[end].word != "of":
        return Line(line.text, tokens)
    name_end = end + 2
    while name_end < len(tokens) and not _begins_schedule(tokens, name_end):
        name_end += 1
    return relaid((*tokens[end + 1 : name_end], *tokens[:end], *tokens[name_end:]))


def _refused_amounts(line: Line, pieces: Pieces) -> str:
    """All that follows the name, where it has amounts that can't be told apart."""
    is_unclear = pieces.problem is not None and pieces.problem.problem in _UNCLEAR_AMOUNTS
    return line.typed(line.tokens[len(pieces.name) :]) if is_unclear else ""


_UNCLEAR_AMOUNTS = {Problem.TWO_STRENGTHS, Problem.WHICH_AMOUNT}
_UNCLEAR_AMOUNTS |= {Problem.STEPS_BY_RULE, Problem.FIRST_AMOUNT_MISSING}


def _check_name(tokens: Sequence[Token]) -> None:
    """Raises `Misunderstood` for words that are no part of a name: "Hold warfarin", "Insulin 10
    then", "Aspirin 75 clopidogrel". Whoever means them puts the name in quotes.
    """
    for at, token in enumerate(tokens):
        if token.is_quoted:
            continue
        if looks_like_a_time(token):
            raise Misunderstood(Problem.UNKNOWN_WORDS, token.raw)  # "8am 2pm and 9pm"
        if token.word in STOPPING | CHANGING and len(tokens) > 1:
            raise Misunderstood(Problem.UNKNOWN_WORDS, " ".join(t.raw for t in tokens[at:]))
        before = tokens[at - 1].word if at else ""
        following = tokens[at + 1].word if at + 1 < len(tokens) else ""
        is_part = len(before) == 1 or before in _NUMBERED or following in FORMS
        if token.word.isdecimal() and 0 < at < len(tokens) - 1 and not is_part:
            suggestions = (f"{token.raw} mg", f"{token.raw} tablets")
            raise Misunderstood(Problem.DOSAGE_NEEDS_UNIT, token.raw, suggestions=suggestions)


def _joins(token: Token) -> bool:
    """ "Aspirin + clopidogrel" may be two medicines, and "8/500" is one strength."""
    is_slashed = "/" in token.word and not token.word.replace("/", "").isdecimal()
    return not token.is_quoted and (token.word in {"+", "/", "and"} or is_slashed)


_AT_ONCE = {"now", "immediately", "asap"}
_NUMBERED = {"omega", "vitamin", "factor", "type", "coenzyme"}


def _begins_schedule(tokens: tuple[Token, ...], at: int) -> bool:
    """Whether the word at *at* is no part of a name any more."""
    word = tokens[at].word
    is_amount = quantity_ends(tokens, at) is not None or word in {",", ":"}
    return is_amount or word in SCHEDULE_BEGINS or looks_like_a_time(tokens[at])


@dataclass(frozen=True, slots=True)
class _Who:
    person: Person | None = None
    problem: Misunderstood | None = None


def _take_person(line: Line, people: Sequence[Person]) -> tuple[Line, _Who]:
    """The line without its "for NAME", and who that is."""
    try:
        named = find_person(line, people)
    except Misunderstood as problem:
        return line, _Who(problem=problem)
    if named is None:
        return line, _Who()
    rest = line.tokens[: named.start] + line.tokens[named.end :]
    return Line(line.text, rest), _Who(named.person)


def _take_unknown_person(
    line: Line, tokens: tuple[Token, ...], *, who: _Who, people: Sequence[Person]
) -> tuple[tuple[Token, ...], _Who]:
    """The schedule without a "for NAME" that matches nobody; without any name, the people it can be
    for.
    """
    if who.person is not None or who.problem is not None:
        return tokens, who
    stranger = find_unknown_person(tokens)
    if stranger is not None:
        words = line.typed(tokens[stranger][1:])
        rest = tokens[: stranger.start] + tokens[stranger.stop :]
        return rest, _Who(problem=unknown_person(words, people))
    if len(people) == 1:
        return tokens, _Who(people[0])
    return tokens, _Who(problem=which_person(people))


def without_table(name: tuple[Token, ...]) -> tuple[Token, ...]:
    """ "Pan-D 1-0-0": the numbers are none of the name, and neither is "take" at its end."""
    table = unread_table(relaid(name))
    name = name if table is None else name[:table]
    while len(name) > 1 and not name[-1].is_quoted and name[-1].word in DOING:
        name = name[:-1]
    return name


_SAYING = {"is", "are", "was", "being"}


def _read_name(line: Line, pieces: Pieces) -> tuple[str | None, Misunderstood | None]:
    tokens = trimmed(pieces.name)
    while len(tokens) > 1 and not tokens[-1].is_quoted and tokens[-1].word in _SAYING:
        tokens = tokens[:-1]  # "digoxin is 125 mcg one day"
    is_quotation = len(tokens) == 1 and tokens[0].is_quoted
    try:
        _check_name(tokens)
        return parse_name(tokens[0].raw if is_quotation else line.typed(tokens)), None
    except Misunderstood as problem:
        return _before_number(line, tokens, problem), problem


def _before_number(line: Line, tokens: Sequence[Token], problem: Misunderstood) -> str | None:
    """ "Co-amoxiclav", of "Co-amoxiclav 625 1", of which nobody knows what the 625 is."""
    if problem.problem is not Problem.DOSAGE_NEEDS_UNIT or not tokens[0].word[:1].isalpha():
        return None
    end = next((at for at, each in enumerate(tokens) if each.word[:1].isdecimal()), 0)
    return line.typed(tokens[:end]) if end else None
