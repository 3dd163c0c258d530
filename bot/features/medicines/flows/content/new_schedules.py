"""The schedule of a new medicine: what a typed or tapped reply says."""

import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import product
from zoneinfo import ZoneInfo

from bot.grammar.commands.medicine_schedules import limits_to_keep
from bot.grammar.commands.medicines import PartialMedicine, understand_medicine
from bot.grammar.dates import spelt
from bot.grammar.labels.beside_times import joined, meals_beside_times_in
from bot.grammar.labels.lines import check_notes, read_words
from bot.grammar.labels.short_forms import SpelledOut
from bot.grammar.people import Person
from bot.grammar.problems import Misunderstood, Problem
from bot.grammar.schedule_parts.limits import without_limits
from bot.grammar.schedules.clauses import (
    doses_of_steps,
    names_steps,
    names_weekdays_only,
    steps_with,
    woven,
)
from bot.grammar.schedules.parsing import (
    parse_schedule,
    says_as_much,
    says_as_much_as_refused,
    says_otherwise,
    weekdays_named,
)
from bot.grammar.strengths import with_strength
from bot.grammar.tokens import spaced, tokenize
from domain.local_time import Weekday
from domain.medicines.dosages import Dosage
from domain.medicines.schedule_changes.amounts import own_dosages
from domain.medicines.schedules.days import Cycle, Daily, Weekly
from domain.medicines.schedules.kinds import Schedule, wall_clocks_of
from domain.medicines.schedules.moments import DayTimes
from domain.medicines.schedules.moments_of_schedules import parts_of
from domain.medicines.schedules.occurrences import first_occurrence

LONGEST_TRIED = 200  # letters of what a button stands for: nobody's words are so long

PRESETS = {
    "m": "every day at 08:00",
    "me": "every day at 08:00 and 20:00",
    "mne": "every day at 08:00, 14:00 and 20:00",
    "e": "every day at 20:00",
    "bed": "at bedtime",
    "meals": "with breakfast, lunch and dinner",
    "wd": "weekdays",
    "d2": "every 2 days",
    "wk": "once a week",
    "mon": "every month",
    "mon3": "every 3 months",
    "cycle": "21 days on 7 off",
    "h8": "every 8 hours",
    "prn": "as needed",
}
# The keys of buttons that say nothing yet: amounts that differ, days on and off.
VARYING, CYCLING = "vary", "days"


@dataclass(frozen=True)
class TypedSchedule:
    """What a reply and what was said before it make: a `schedule`, or the words `so_far` and what
    they lack. `instructions` and `reason` are what else it said.
    """

    schedule: Schedule | None = None
    so_far: str = ""
    lacks: Problem | None = None
    instructions: str | None = None
    reason: str | None = None
    spelled_out: tuple[SpelledOut, ...] = ()


def read_schedule(
    words: str,
    *,
    so_far: str,
    zone: ZoneInfo,
    now: datetime,
    day: DayTimes,
    dosage: Dosage | None,
    refused: str = "",
    says_all: bool = False,
) -> TypedSchedule:
    """*refused* are words that could not be read; the answer has to say as much, unless it
    *says_all* of it for sure. Raises Misunderstood.
    """
    refused = "" if says_all else refused
    label = read_words(words)
    check_notes(label.instructions, label.reason)
    said = label.line.typed(label.line.tokens)

    def read(text: str) -> TypedSchedule:
        schedule, lacks = None, None
        try:
            schedule = parse_schedule(text, zone=zone, now=now, day=day, dosage=dosage)
        except Misunderstood as problem:
            if problem.problem is Problem.LIMITS_OF_WHAT_IS_DUE:
                line = tokenize(text)
                rest, remarks = without_limits(line, line.tokens)
                if rest and remarks:
                    found = read(spaced(rest))
                    return replace(found, instructions=joined(found.instructions, *remarks))
            if not problem.problem.can_be_completed:
                raise
            lacks = problem.problem
        so_far = text if schedule is None else ""
        limits = limits_to_keep(text, schedule, dosage)
        instructions = joined(label.instructions, *meals_beside_times_in(text), *limits)
        return TypedSchedule(schedule, so_far, lacks, instructions, label.reason, label.spelled_out)

    def tried(text: str) -> TypedSchedule | None:
        try:
            found = read(text)
        except Misunderstood:
            return None
        return None if found.schedule is None else found

    has_amount_at = _TIME.search(so_far) and _AMOUNT.search(so_far)
    is_of_all = names_steps(so_far) and names_weekdays_only(said)
    if not says_all and has_amount_at and not _AMOUNT.search(said) and not is_of_all:
        # "40 mg once a day and 20 mg at 2pm" · "8am": in front of which of them?
        raise Misunderstood(Problem.WHICH_AMOUNT, f"{so_far} {said}")
    if len({*doses_of_steps(so_far)} - {0}) > 1 and not names_steps(said):
        raise Misunderstood(Problem.TIMES_OF_STEPS, said)
    if refused and not _DIGIT.search(said) and _is_half_a_day_missing(refused, zone, now):
        # "at 8" · "in the morning" is 08:00, not whenever the morning is.
        with suppress(Misunderstood):
            found = read(f"{refused} {said}")
            if found.schedule is not None and not parts_of(found.schedule):
                return found
        raise Misunderstood(Problem.SAY_ALL_OF_IT, refused)
    if not says_all:
        readings = [(tried(way), way) for way in steps_with(so_far, said)]
        ways = {found.schedule: way for found, way in readings if found is not None}
        if len(ways) > 1:
            raise Misunderstood(Problem.WHICH_STEPS, said, suggestions=tuple(ways.values()))
    whole = woven(so_far, said)
    if refused and not says_as_much_as_refused(whole, refused=refused):
        raise Misunderstood(Problem.SAY_ALL_OF_IT, refused)
    try:
        found = read(whole)
    except Misunderstood:
        # Only who says all of it in other words has started over: nothing that was typed is lost.
        if not so_far or not says_as_much(said, as_words=so_far):
            raise
    else:
        if not says_all and _adds_days(said, so_far):
            raise _as_well_or_instead(said, [whole, said], tried)
        return found
    is_one_day = len(weekdays_named(said)) == 1 and not _EVERY_WEEK.search(said)
    if not says_all and is_one_day and not weekdays_named(so_far):
        from_that_day = f"{so_far} from {said}"  # "every 3 days" · "wednesday 9am"
        if tried(from_that_day):
            either = (from_that_day, said)
            raise Misunderstood(Problem.FIRST_DAY_OR_WEEKLY, said, suggestions=either)
    anew = read(said)
    if not says_all and anew.schedule is not None and _goes_on(anew.schedule, so_far, dosage):
        after = f"{dosage.words if dosage else ''} {so_far}, {said}"
        raise Misunderstood(Problem.STEP_OR_INSTEAD, said, suggestions=(after, said))
    if not says_all and anew.schedule is not None and says_otherwise(said, as_words=so_far):
        raise _as_well_or_instead(said, [f"{said} and {so_far}", said], tried)
    return anew


def _adds_days(said: str, so_far: str) -> bool:
    """ "every monday" · "friday 9am": as well, or instead? Not of "and friday"."""
    before = weekdays_named(so_far)
    is_said = said.casefold().startswith(("and ", "also ", "plus ", "& ", "+"))
    return bool(before) and not is_said and not weekdays_named(said) <= before


def _as_well_or_instead(
    said: str, ways: Sequence[str], tried: Callable[[str], object]
) -> Misunderstood:
    clear = tuple(way for way in ways if tried(way))
    return Misunderstood(Problem.AS_WELL_OR_INSTEAD, said, suggestions=clear)


def _goes_on(schedule: Schedule, so_far: str, dosage: Dosage | None) -> bool:
    """Whether amounts in an answer may be what comes after the first *dosage*, given as the words
    *so_far* say: "40 mg for 5 days" · "30 mg for 5 days, then 20 mg".
    """
    amounts = own_dosages(schedule)
    if not amounts or dosage is None:
        return False
    clocks = wall_clocks_of(schedule)
    weekly = [clock.days.weekdays for clock in clocks if isinstance(clock.days, Weekly)]
    days = frozenset(Weekday) if len(weekly) < len(clocks) else weekly[0].union(*weekly)
    return dosage not in amounts or not weekdays_named(so_far) <= days


_DIGIT = re.compile(r"\d")
_EVERY_WEEK = re.compile(r"(?i)\b(?:every|each|weekly|week|\w+days)\b")
_TIME = re.compile(r"(?i)\d\s*[ap]\.?m\b|\b\d{1,2}[:.]\d\d\b(?!\s*(?:mg|mcg|µg|g|ml|units?|iu)\b)")
_AMOUNT = re.compile(r"(?i)\d\s*(?:mg|mcg|µg|g|ml|units?|iu|tabs?|tablets?|caps?|capsules?)\b")


def _is_half_a_day_missing(words: str, zone: ZoneInfo, now: datetime) -> bool:
    """Whether an hour may be one of the morning or of the evening: "every day at 8"."""
    try:
        parse_schedule(words, zone=zone, now=now)
    except Misunderstood as problem:
        return problem.problem is Problem.AM_OR_PM
    return False


def read_direction(
    text: str,
    *,
    name: str | None,
    strength: str,
    amount: Dosage | None,
    person: Person,
    now: datetime,
) -> PartialMedicine | None:
    """A direction of the medicine *name* for which *amount* was typed before. *strength* are those
    of its words that *text* does not repeat. None if it isn't one. An amount of the same kind may
    come after the first or replace it: then that is the problem.
    """
    # "1 tablet at 8am" completes "40 mg", "… then 0.5 mg" the 0.25 mg before it; "9am" nothing.
    lines = (f'/addmed "{name}" {said} {text}' for said in ("", strength))
    alone, after = (understand_medicine(line, people=[person], now=now) for line in lines)
    if not alone.says_amount:
        return None
    if after.dosage and (after.schedule or after.schedule_so_far):
        return after
    if not alone.dosage or not (alone.schedule or alone.schedule_so_far):
        return None
    if amount is None or amount == alone.dosage:
        return alone
    if amount.unit != alone.dosage.unit:
        # How many of what has that strength: "9am, 1 capsule".
        counted = with_strength(amount, alone.dosage)
        return None if counted is None else replace(alone, dosage=counted)
    either = [f"{amount.words} {text}", text]
    clear = tuple(words for words in either if _is_direction(f'"{name}" {words}', person, now))
    unclear = Misunderstood(Problem.STEP_OR_INSTEAD, text, suggestions=clear)
    return replace(
        alone, dosage=amount, schedule=None, schedule_so_far="", problem=unclear, refused=text
    )


def _is_direction(line: str, person: Person, now: datetime) -> bool:
    typed = understand_medicine(f"/addmed {line}", people=[person], now=now)
    return typed.schedule is not None


def fitting_words(
    so_far: str,
    lacks: Problem,
    *,
    times: Sequence[str],
    zone: ZoneInfo,
    now: datetime,
    day: DayTimes,
    dosage: Dosage | None,
) -> Sequence[str]:
    """The words that would complete those *so_far*, as buttons: *times*, weekdays or first days."""
    offered = {
        Problem.TIMES_MISSING: [*times, *_times_of_steps(so_far, times)],
        Problem.WEEKDAYS_MISSING: _WEEKDAYS,
        Problem.FIRST_DAY_MISSING: _first_days(zone, now),
    }
    found: list[str] = []
    if len(so_far) > LONGEST_TRIED:
        return found  # reading it again for each button would hold up everybody else
    for words in offered[lacks]:
        try:
            found_schedule = parse_schedule(
                woven(so_far, words), zone=zone, now=now, day=day, dosage=dosage
            )
            first = first_occurrence(found_schedule, zone, now)
            is_much_later = first is not None and first.due_at > now + _FAR
            if lacks is Problem.FIRST_DAY_MISSING and words == _FROM_TODAY and is_much_later:
                continue  # today's hour is over: its first dose would be in three months
            if lacks is Problem.TIMES_MISSING and _is_rare(found_schedule) and "," in words:
                continue  # several doses on the day of a weekly medicine are hardly meant
        except Misunderstood as problem:
            if not problem.problem.can_be_completed or problem.problem is lacks:
                continue
        found.append(words)
    return found


def _times_of_steps(so_far: str, times: Sequence[str]) -> Sequence[str]:
    """ "08:00, 20:00, then 08:00": for each step as many as it has doses a day. Where that is one,
    it's the first or the last of those with the most.
    """
    steps = [doses for doses in doses_of_steps(so_far) if doses]
    if len(steps) < 2:
        return ()
    fitting = [words for words in times if words.count(":") == max(steps, default=0)]
    found: list[str] = []
    for fullest in fitting[:_OFFERED_OF_STEPS]:
        each = fullest.split(", ")
        by_count = {len(each): [fullest], 1: [each[0], each[-1]]}
        others = [[w for w in times if w.count(":") == doses][:1] for doses in steps]
        choices = [by_count.get(doses, other) for doses, other in zip(steps, others, strict=True)]
        found += [", then ".join(chosen) for chosen in product(*choices)]
    return list(dict.fromkeys(found))[:_MOST_OFFERED]


_OFFERED_OF_STEPS, _MOST_OFFERED = 2, 6


def _is_rare(schedule: Schedule) -> bool:
    """Whether most days have no dose of it."""
    plans = wall_clocks_of(schedule)
    return bool(plans) and not any(isinstance(plan.days, Daily | Cycle) for plan in plans)


_WEEKDAYS: Sequence[str] = tuple(f"on {day.name.casefold()}" for day in Weekday)


_FROM_TODAY, _FAR = "from today", timedelta(days=2)


def _first_days(zone: ZoneInfo, now: datetime) -> Sequence[str]:
    """Today, tomorrow, and the first days of this week's rest and the next month."""
    today = now.astimezone(zone).date()
    next_month = (today.replace(day=1) + timedelta(days=32)).replace(day=1)
    return (_FROM_TODAY, "from tomorrow", f"from {spelt(next_month)}")


def named_lack(name: str) -> Problem:
    """What a stored draft lacks; drafts of older versions lack times."""
    return _LACKS.get(name, Problem.TIMES_MISSING)


_LACKS: Mapping[str, Problem] = {
    problem.name: problem for problem in Problem if problem.can_be_completed
}
