"""Reads a direction as the bot does, and judges what came of it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Any

from bot.features.medicines.flows.content.new_schedules import read_schedule
from bot.grammar.commands.medicines import PartialMedicine, understand_medicine
from bot.grammar.people import Person
from bot.grammar.problems import Misunderstood
from domain.medicines.dosages import Dosage
from domain.medicines.schedule_changes.amounts import own_dosages
from domain.medicines.schedules.kinds import Schedule
from domain.medicines.schedules.moments import USUAL_DAY
from tests.unit.grammar.directions.comparing import (
    has_name,
    notes_are_kept,
    same_amount,
    same_doses,
    same_name,
    same_schedule,
    strength_is_kept,
)
from tests.unit.grammar.directions.notation import (
    LONDON,
    NOW,
    Answer,
    Direction,
    Meaning,
    read_directions,
)
from tests.unit.grammar.directions.topics import TOPICS

MUM = Person("Mum", LONDON)
WRITTEN = Path(__file__).with_name("written")


class Verdict(Enum):
    """What came of a direction, from best to worst."""

    UNDERSTOOD = "understood"
    ASKED = "asked"
    REFUSED = "refused"
    NOT_CONFIRMED = "understood, but saved at once"
    OTHER_NAME = "understood, but the name has other words"
    NOTE_LOST = "understood, but a note is lost"
    OTHER_TOPIC = "asked or refused for another reason"
    NOT_UNDERSTOOD = "not understood"
    SOMETHING_ELSE = "something else"

    @property
    def is_right(self) -> bool:
        return self in {Verdict.UNDERSTOOD, Verdict.ASKED, Verdict.REFUSED}


@dataclass(frozen=True, slots=True)
class Judgement:
    verdict: Verdict
    read: str


@cache
def directions() -> tuple[Direction, ...]:
    """The whole corpus."""
    return tuple(
        direction
        for path in sorted(WRITTEN.glob("*.txt"))
        for direction in read_directions(
            path.read_text(encoding="utf-8").splitlines(), file=path.name
        )
    )


def read_line(text: str) -> PartialMedicine:
    try:
        return understand_medicine(text, people=[MUM], now=NOW)
    except Misunderstood as problem:
        return PartialMedicine(None, None, None, "", None, problem)


def read_answer(so_far: PartialMedicine, answer: str) -> PartialMedicine | None:
    """What the answer makes of a line, as the conversation has it; None if nothing is asked that
    such an answer completes.
    """
    if not so_far.schedule_so_far:
        return None
    try:
        typed = read_schedule(
            answer,
            so_far=so_far.schedule_so_far,
            refused=so_far.refused,
            zone=LONDON,
            now=NOW,
            day=USUAL_DAY,
            dosage=so_far.dosage,
        )
    except Misunderstood as problem:
        return replace(so_far, problem=problem)
    if typed.schedule is None:
        return replace(so_far, schedule_so_far=typed.so_far)
    return replace(so_far, schedule=typed.schedule, schedule_so_far="", problem=None)


@cache
def judge(direction: Direction) -> Judgement:
    """What came of the line itself; :func:`judge_answers` has what came of the answers."""
    read = read_line(direction.text)
    return Judgement(_verdict(direction, read), in_short(read))


@cache
def judge_answers(direction: Direction) -> tuple[tuple[Answer, Judgement], ...]:
    """What came of each answer that completes what was asked."""
    return tuple(_judged_answers(direction))


def _judged_answers(direction: Direction) -> Iterator[tuple[Answer, Judgement]]:
    so_far = read_line(direction.text)
    if is_whole(so_far):
        return
    for question in direction.questions:
        for answer in question.answers:
            read = read_answer(so_far, answer.text)
            if read is not None and answer.meanings:
                yield answer, Judgement(_whole_verdict(answer.meanings, read), in_short(read))


def is_whole(read: PartialMedicine) -> bool:
    """Whether everything is there, so that it is saved, or shown before it is."""
    return read.problem is None and None not in (read.name, read.dosage, read.schedule)


def _verdict(direction: Direction, read: PartialMedicine) -> Verdict:
    if is_whole(read):
        return _whole_verdict(direction.meanings, read)
    if _is_something_else_already(direction, read):
        return Verdict.SOMETHING_ELSE
    problem = read.problem.problem if read.problem else None
    if any(problem in TOPICS[question.topic] for question in direction.questions):
        return Verdict.ASKED
    if any(problem in TOPICS[refusal.topic] for refusal in direction.refusals):
        return Verdict.REFUSED
    is_open = direction.questions or direction.refusals
    return Verdict.OTHER_TOPIC if is_open else Verdict.NOT_UNDERSTOOD


def _whole_verdict(meanings: Sequence[Meaning], read: PartialMedicine) -> Verdict:
    """The best of the verdicts by each of the *meanings*."""
    if not is_whole(read):
        return Verdict.NOT_UNDERSTOOD
    verdicts = [verdict_by(meaning, read) for meaning in meanings]
    return min([*verdicts, Verdict.SOMETHING_ELSE], key=list(Verdict).index)


def verdict_by(meant: Meaning, read: PartialMedicine) -> Verdict:
    """What is to be said of a whole reading if that was *meant*."""
    if not is_same(meant, read):
        has_name_in_it = has_name(meant.name, read.name)
        is_same_otherwise = has_name_in_it and is_same(replace(meant, name=read.name or ""), read)
        return Verdict.OTHER_NAME if is_same_otherwise else Verdict.SOMETHING_ELSE
    instructions, reason = notes_of(read)
    amount = read.dosage.words if read.dosage else ""
    is_kept = notes_are_kept(meant.instructions, f"{instructions} {read.name} {amount}")
    if not (is_kept and notes_are_kept(meant.reason, f"{reason} {instructions}")):
        return Verdict.NOTE_LOST
    if meant.is_confirmed_first and read.is_certain:
        return Verdict.NOT_CONFIRMED
    return Verdict.UNDERSTOOD


def is_same(meant: Meaning, read: PartialMedicine) -> bool:
    """Whether name, amounts and schedule are those that were meant."""
    if read.schedule is None or not same_name(meant.name, read.name, strength=meant.strength):
        return False
    if not same_schedule(meant.schedule, read.schedule, limit_is_optional=meant.limit_is_optional):
        return False
    instructions, _reason = notes_of(read)
    words = [dosage.words for dosage in amounts_of(read.schedule)]
    words.append(read.dosage.words if read.dosage else "")
    if not strength_is_kept(meant.strength, read.name, instructions, *words):
        return False
    return same_doses(meant, read.schedule, read.dosage)


def amounts_of(schedule: Schedule) -> list[Dosage]:
    plans = getattr(schedule, "plans", None)
    found = own_dosages(schedule)
    return [*found, *(each for plan in plans or () for each in plan.dosages or ())]


def _is_something_else_already(direction: Direction, read: PartialMedicine) -> bool:
    """Whether a part that is understood before the answer is none that was written."""
    for question in direction.questions:
        if question.name is not None and read.name is not None:
            is_other = not same_name(question.name, read.name)
            if is_other and question.dosage is not None and read.dosage is not None:
                return True
        if question.dosage is None or read.dosage is None:
            continue
        if not same_amount(question.dosage, read.dosage):
            return True
    return False


def notes_of(read: PartialMedicine) -> tuple[str, str]:
    """Its instructions and its reason, as far as the grammar reads them."""
    return getattr(read, "instructions", None) or "", getattr(read, "reason", None) or ""


def in_short(read: PartialMedicine) -> str:
    """What was read, for whoever has to find out why."""
    instructions, reason = notes_of(read)
    amount = read.dosage.words if read.dosage else "?"
    parts = [read.name or "?", amount, schedule_in_short(read.schedule)]
    parts += [instructions, reason] if instructions or reason else []
    words = " | ".join(parts) + ("" if read.is_certain else "  (shown first)")
    if read.problem is not None:
        words += f"  {read.problem.problem.name}: {read.problem.words!r}"
        words += f", so far {read.schedule_so_far!r}" if read.schedule_so_far else ""
    return words


def schedule_in_short(schedule: Schedule | None) -> str:
    if schedule is None:
        return "?"
    stored = schedule.to_json()
    return _short(stored)


def _short(stored: dict[str, Any]) -> str:
    if "steps" in stored:
        return " then ".join(map(_short, stored["steps"]))
    if "plans" in stored:
        return " + ".join(map(_short, stored["plans"]))
    left_out = {"version", "kind", "starts_on"}
    return " ".join(
        f"{name}={_value(value)}"
        for name, value in stored.items()
        if value and name not in left_out
    ) + (f" from={stored['starts_on']}" if "starts_on" in stored else "")


def _value(value: object) -> str:
    match value:
        case list():
            return "[" + " ".join(map(_value, value)) + "]"
        case {"words": words}:
            return str(words)
        case {"part": part, "relation": relation, "minutes": minutes}:
            return f"{minutes or ''}{relation}-{part}"
        case {"pattern": pattern, **rest}:
            return f"{pattern}{list(rest.values())}"
        case _:
            return str(value)
