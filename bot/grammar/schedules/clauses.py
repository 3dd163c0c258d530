"""Schedules in several clauses without amounts of their own: "08:00 mon-fri, 10:00 sat and sun",
"twice a day at 8 and 20 for 10 days, then at 08:00".
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from bot.grammar.clock_times import looks_like_a_time
from bot.grammar.dates import WEEKDAYS
from bot.grammar.problems import Misunderstood, Problem
from bot.grammar.rhythms.weekdays import GROUPS
from bot.grammar.schedule_parts.parts import EVERY_DAY, ScheduleParts
from bot.grammar.schedule_parts.reading import read_parts, read_what_can_be
from bot.grammar.schedules.by_the_clock import fit_wall_clock
from bot.grammar.schedules.context import ScheduleContext, require_upcoming_dose, to_misunderstood
from bot.grammar.schedules.varying_amounts import fit_steps, shared_parts, with_end
from bot.grammar.tokens import Line, Token, tokenize
from domain.medicines.schedules.kinds import Combined, Schedule
from domain.medicines.schedules.problems import InvalidSchedule

_JOINTS = {",", "and", "&", "but", ";"}
_MOST_WORDS = 40  # nobody types more about the hours of a week
_MOST_JOINTS = 6  # of which each may separate two clauses or not


@dataclass(frozen=True, slots=True)
class Clauses:
    """The parts of each clause; `are_steps`: one after the other, otherwise side by side."""

    parts: tuple[ScheduleParts, ...]
    are_steps: bool


def split_steps(line: Line, tokens: Sequence[Token]) -> Clauses | None:
    """The clauses between the words "then", None without them. Raises `Misunderstood` for a clause
    that can't be read.
    """
    steps = _at_then(tokens)
    stops = [token.word for token in steps[-1]] == ["stop"]  # each of them says how long
    steps = steps[:-1] if stops else steps
    if len(steps) + stops < 2 or not all(steps):
        return None
    parts = [part for each in steps for part in _read_step(line, each)]
    return Clauses(tuple(parts), are_steps=True) if len(parts) > 1 else None


def _read_step(line: Line, tokens: Sequence[Token]) -> Sequence[ScheduleParts]:
    """A step; or several, each with its own length: "tds 1/52, bd 1/52"."""
    commas = [at for at, token in enumerate(tokens) if token.word == "," and not token.is_quoted]
    bounds = [-1, *commas, len(tokens)]
    try:
        return [read_parts(line, tokens)]
    except Misunderstood:
        parts = _read_all(line, [tokens[start + 1 : end] for start, end in pairwise(bounds)])
        if len(parts) < 2 or not all(each.days_long or each.months_long for each in parts):
            raise
        return parts


def _read_all(line: Line, groups: Sequence[Sequence[Token]]) -> Sequence[ScheduleParts]:
    """The parts of each group; none if one can't be read."""
    try:
        return [read_parts(line, tokens) for tokens in groups]
    except Misunderstood:
        return []


def woven(so_far: str, said: str) -> str:
    """The words *so_far* with the answer *said* behind them; behind each step, if both name as many
    of them: "twice a day for 3 days then once a day" and "08:00 and 20:00, then 08:00".
    """
    before, after = tokenize(so_far), tokenize(said)
    steps, answers = _at_then(before.tokens), _at_then(after.tokens)
    if len(steps) > 1 and all(steps) and names_weekdays_only(said):
        lacking = [_lacks_weekday(before, step) for step in steps]
        return " then ".join(
            f"{before.typed(step)} {said if lacks else ''}".strip()
            for step, lacks in zip(steps, lacking, strict=True)
        )
    if len(steps) < 2 or not all(steps) or not all(_says_only_when(after, a) for a in answers):
        return f"{so_far} {said}".strip()
    if len(answers) > 1 and len(answers) < len(steps):
        # "At bedtime for 3 days, then twice a day, then three times a day": two lack their times.
        lacks = doses_of_steps(so_far)
        if len(answers) == sum(map(bool, lacks)):
            left = iter(answers)
            answers = [next(left) if each else [] for each in lacks]
    if len(steps) != len(answers):
        return f"{so_far} {said}".strip()
    return " then ".join(
        f"{before.typed(step)} {after.typed(answer) if answer else ''}".strip()
        for step, answer in zip(steps, answers, strict=True)
    )


def _says_only_when(line: Line, tokens: Sequence[Token]) -> bool:
    """Whether it is about the day alone: "3.75 mg for a week" is a step of its own."""
    try:
        parts = read_parts(line, tokens)
    except Misunderstood:
        return False
    return bool(tokens) and parts.beside_times().keys() <= {"times_a_day", "weekdays"}


def steps_with(so_far: str, said: str) -> Sequence[str]:
    """The ways in which the answer *said* may go with the steps of *so_far*: with each of them,
    with the first, or with the last. None where it has no steps, or the answer has as many.
    """
    before = tokenize(so_far)
    steps = [before.typed(step) for step in _at_then(before.tokens)]
    if len(steps) < 2 or not all(steps) or names_steps(said):
        return ()
    each = " then ".join(f"{step} {said}" for step in steps)
    first = " then ".join([f"{steps[0]} {said}", *steps[1:]])
    return (each, first, f"{so_far} {said}")


def names_weekdays_only(said: str) -> bool:
    """Whether it is weekdays and nothing else: "on mondays"."""
    line = tokenize(said)
    try:
        parts = read_parts(line, line.tokens)
    except Misunderstood:
        return False
    return bool(parts.weekdays) and set(parts.beside_times()) == {"weekdays"} and not parts.times


def _lacks_weekday(line: Line, step: Sequence[Token]) -> bool:
    parts = read_parts(line, read_what_can_be(line, step)[0])
    return bool(parts.days_a_week or parts.every_weeks) and parts.weekdays is None


def names_steps(words: str) -> bool:
    """Whether they are several steps: "08:00 and 20:00, then 08:00"."""
    return len(_at_then(tokenize(words).tokens)) > 1


def doses_of_steps(so_far: str) -> Sequence[int]:
    """How many times a day each step of *so_far* lacks, 0 for one that has its own; empty without
    steps.
    """
    line = tokenize(so_far)
    steps = _at_then(line.tokens)
    if len(steps) < 2 or not all(steps):
        return ()
    parts = [read_parts(line, read_what_can_be(line, step)[0]) for step in steps]
    has_times = [bool(each.times or each.moments or each.vague) for each in parts]
    return [0 if has else each.times_a_day or 1 for has, each in zip(has_times, parts, strict=True)]


def split_clauses(line: Line, tokens: Sequence[Token]) -> Clauses | None:
    """The clauses of a schedule that is more than one rhythm, each with its weekdays and times."""
    for groups in _groupings(tokens):
        try:
            parts = tuple(read_parts(line, each) for each in groups)
        except Misunderstood:
            continue
        parts = _with_other_days(parts)
        if _are_times_by_weekday(parts):
            return Clauses(parts, are_steps=False)
    return None


def _at_then(tokens: Sequence[Token]) -> list[list[Token]]:
    """The tokens between the words "then", without the joints around them."""
    found: list[list[Token]] = [[]]
    for token in tokens:
        if token.word == "then" and not token.is_quoted:
            found.append([])
        else:
            found[-1].append(token)
    for clause in found:
        while clause and clause[-1].word in _JOINTS:
            clause.pop()
        while clause and clause[0].word in _JOINTS:
            clause.pop(0)
    return found


def _groupings(tokens: Sequence[Token]) -> Iterator[list[Sequence[Token]]]:
    """Each way of splitting at some of the joints; or of "weekdays 8am weekends 10am" without them,
    where every clause begins with its days, or every clause with its hour.
    """
    if len(tokens) > _MOST_WORDS:
        return
    for begins, ends in ((_is_day, looks_like_a_time), (looks_like_a_time, _is_day)):
        cuts = [at for at in range(1, len(tokens)) if begins(tokens[at]) and ends(tokens[at - 1])]
        if cuts and begins(tokens[0]):
            yield [tokens[start:end] for start, end in pairwise([0, *cuts, len(tokens)])]
    joints = [
        at for at, token in enumerate(tokens) if token.word in _JOINTS and not token.is_quoted
    ]
    if len(joints) > _MOST_JOINTS:
        return
    for chosen in sorted(range(1, 2 ** len(joints)), key=int.bit_count):
        cuts = [joint for n, joint in enumerate(joints) if chosen >> n & 1]
        bounds = [-1, *cuts, len(tokens)]
        groups = [tokens[start + 1 : end] for start, end in pairwise(bounds)]
        if all(groups) and not any(map(_joins_day_and_hour, groups)):
            yield groups


def _joins_day_and_hour(tokens: Sequence[Token]) -> bool:
    """ "9pm and sundays" is no clause: of "fridays 9am and 9pm and sundays"."""
    return any(
        tokens[at].word in {"and", "&"}
        and any(_is_day(a) and looks_like_a_time(b) for a, b in (sides, reversed(sides)))
        for at in range(1, len(tokens) - 1)
        for sides in [(tokens[at - 1], tokens[at + 1])]
    )


def _is_day(token: Token) -> bool:
    names = re.split("[-,/&+]", token.word)
    return not token.is_quoted and all(name in WEEKDAYS or name in GROUPS for name in names)


def _with_other_days(parts: tuple[ScheduleParts, ...]) -> tuple[ScheduleParts, ...]:
    """ "6pm on the other days": those that no clause names."""
    others = [each for each in parts if each.is_on_other_days]
    if len(others) != 1 or others[0].weekdays is not None:
        return parts
    rest = EVERY_DAY - {day for each in parts for day in each.weekdays or ()}
    return tuple(
        replace(each, weekdays=rest, is_on_other_days=False) if each is others[0] else each
        for each in parts
    )


def _are_times_by_weekday(parts: Sequence[ScheduleParts]) -> bool:
    """Whether each clause has weekdays of its own, and times."""
    days = [each.weekdays for each in parts]
    if any(day in (None, EVERY_DAY) or not day for day in days):
        return False
    if any(each.is_on_other_days for each in parts):
        return False
    named = [day for group in days for day in group or ()]
    return len(named) == len(set(named)) and all(each.times or each.moments for each in parts)


def fit_clauses(clauses: Clauses, context: ScheduleContext) -> Schedule:
    """Steps with the medicine's dosage, or plans that apply side by side."""
    try:
        if clauses.are_steps:
            return _fit_steps(clauses.parts, context)
        shared = shared_parts(clauses.parts, context, without={"weekdays"})
        plans = [
            fit_wall_clock(
                replace(
                    with_end(shared, context),
                    times=each.times,
                    moments=each.moments,
                    weekdays=each.weekdays,
                ),
                context,
            )
            for each in clauses.parts
        ]
        return require_upcoming_dose(Combined(tuple(plans)), context)
    except InvalidSchedule as error:
        raise to_misunderstood(error, context.words) from error


def _fit_steps(parts: Sequence[ScheduleParts], context: ScheduleContext) -> Schedule:
    if any(each.is_as_needed or each.interval or each.max_amount for each in parts):
        raise context.wrong(Problem.ONE_RHYTHM)
    if context.dosage is None:
        raise context.wrong(Problem.DOSAGE_MISSING)
    return fit_steps(parts, [context.dosage] * len(parts), context)
