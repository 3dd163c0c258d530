"""What was typed and will not be saved: what could not be read is remembered, and quoted before
Save as far as no later answer has said it.
"""

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

from bot.conversation.engine import Data, Reply, Step
from bot.features.medicines.flows.content.medicine_draft import OFFERED, Draft
from bot.grammar.clock_times import read_time
from bot.grammar.commands.medicines import understand_medicine
from bot.grammar.labels.unkept import unkept_words
from bot.grammar.problems import Misunderstood, Problem
from bot.grammar.schedules.clauses import names_steps, woven
from bot.grammar.schedules.parsing import LONGEST_SCHEDULE, names_days_of
from bot.grammar.strengths import is_strength, names_count, without_number_of
from bot.grammar.tokens import tokenize
from bot.intake.request import Request
from bot.redis.conversations import Conversation
from bot.ui.answer import Answer
from bot.ui.words.regimens.schedules import schedule_in_words
from domain.medicines.dosages import THINGS, Dosage
from domain.medicines.schedules.days import Daily, Weekly
from domain.medicines.schedules.kinds import (
    AsNeeded,
    Schedule,
    schedule_from_json,
    wall_clocks_of,
)

LONGEST_REMEMBERED = 1000


def unkept_of(draft: Draft) -> str:
    """Words that could not be read and are in no answer, and in nothing that the draft says."""
    person = draft.chosen
    if not draft.unread or person is None:
        return ""
    schedule = ""
    if draft.schedule is not None:
        of_it = schedule_from_json(draft.schedule)
        in_words = schedule_in_words(of_it, zone=person.zone)
        if not _MONTH.search(draft.unread):
            in_words = _DATE.sub("", in_words)  # the 1 of a date is no "one"
        schedule = f"{in_words} {how_often(of_it)}"
    amount = "" if draft.amount is None else draft.amount.words
    number = "" if draft.amount is None else str(draft.amount.amount or "")
    bare = re.escape(f"{(draft.name or '').removesuffix(number).strip()} {number}")
    if number and re.match(rf"(?i){bare}(?![\w.,])(?! ?(?:mg|mcg|g|ml|units?|iu)\b)", draft.unread):
        amount += f" {number}"  # "Fosamax 70", of what was asked
    short_forms = [typed for typed, _meaning in draft.spelled_out]
    known = [draft.name, amount, schedule, draft.instructions, draft.reason, *short_forms]
    known.append(person.name)
    return unkept_words(draft.unread, kept=[*draft.heard, *filter(None, known)])


def how_often(schedule: Schedule) -> str:
    """In the words that people have for it: "twice a day"."""
    plans = wall_clocks_of(schedule)
    counts = {len(plan.times) for plan in plans}
    weekdays = [len(plan.days.weekdays) for plan in plans if isinstance(plan.days, Weekly)]
    said = [_OFTEN[n] for n in counts if n in _OFTEN]
    said += [f"{_OFTEN.get(n, '')} weekly week" for n in weekdays]
    # A course that begins in the middle of a day ends in the middle of one.
    ends = [
        (plan.ends_on - plan.starts_on).days + (plan.last_at is None)
        for plan in plans
        if plan.ends_on is not None
    ]
    said += [f"{days} days" for days in ends]
    if any(isinstance(plan.days, Daily) and plan.days.every == 2 for plan in plans):
        said.append("alternate other second day")
    return " ".join(said)


_MONTH = re.compile(r"(?i)\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)|\d/\d")
_DATE = re.compile(r"\b\d{1,2} [A-Z][a-z]+ \d{4}")
_OFTEN = {1: "once one 1 daily day", 2: "twice two 2 times day", 3: "three 3 times day"}
_OFTEN[4] = "four 4 times day"


def remembering(draft: Draft, words: str) -> Draft:
    """A copy that remembers an answer as one that was not understood."""
    unread = ", ".join(filter(None, [draft.unread, words]))[:LONGEST_REMEMBERED]
    heard = tuple(each for each in draft.heard if each != words)
    return replace(draft, unread=unread, heard=heard)


def with_amount(draft: Draft, dosage: Dosage, now: datetime) -> tuple[Draft, Misunderstood | None]:
    """The draft with the amount that was asked for. "Max 8 a day", typed before anybody knew that
    it is two tablets, may be 8 tablets: asked anew. So is what was unclear of when it is due.
    """
    name = without_number_of(draft.name or "", dosage)
    draft = replace(draft, name=name, dosage=dosage.to_json())
    schedule = schedule_from_json(draft.schedule) if draft.schedule else None
    if schedule is None and draft.refused and not draft.schedule_so_far:
        line = f'/addmed "{name}" {dosage.words} {draft.refused}'
        unclear = understand_medicine(line, people=draft.persons, now=now).problem
        offering = draft.offering(unclear, now)
        return offering, unclear if offering.offered else None
    if not isinstance(schedule, AsNeeded) or not schedule.max_per_day or dosage.unit not in THINGS:
        return draft, None
    if dosage.most is None and dosage.amount == 1:
        return draft, None
    gap = schedule.min_interval
    apart = "" if gap is None else f", {gap // timedelta(hours=1)} hours apart"
    most = f"as needed{apart}, max {schedule.max_per_day}"
    ways = (f"{most} doses a day", f"{most} {dosage.unit}s a day")
    problem = Misunderstood(Problem.LIMIT_IN_AMOUNTS, most, suggestions=ways)
    return replace(draft, schedule=None, refused="", offered=ways), problem


def said_by(reply: Reply, draft: Draft, now: datetime) -> tuple[str, bool]:
    """What a reply says, and whether that is all that was refused: "8am", where only the half of
    the day was missing of "1 tablet at 8 and half at 1pm".
    """
    if reply.choice:
        return draft.tapped(reply.choice), reply.choice.startswith("o")
    text = reply.text or ""
    whole = _with_half_a_day(text, draft, now)
    return whole or text, bool(whole)


def _with_half_a_day(text: str, draft: Draft, now: datetime) -> str:
    """What was refused, with the time that it lacked; empty if it lacks something else."""
    if not draft.refused or draft.chosen is None or len(tokenize(text).tokens) > _OF_A_TIME:
        return ""
    line = f'/addmed "{draft.name}" {draft.refused}'
    problem = understand_medicine(line, people=[draft.chosen], now=now).problem
    if problem is None or problem.problem is not Problem.AM_OR_PM:
        return ""
    meant = next((at for at in problem.suggestions if at in _times_of(text)), None)
    hour = re.compile(rf"(?<![\d:.,/]){re.escape(problem.words)}(?![\d:/]|[.,]\d|\s*[a-z]*\d)")
    if meant is None or len(hour.findall(draft.refused)) != 1:
        return ""
    return hour.sub(meant, draft.refused)


_OF_A_TIME = 2  # words


def _times_of(text: str) -> Sequence[str]:
    """ "8am" is 08:00, by the clock."""
    with suppress(Misunderstood):
        typed = read_time(tokenize(text).tokens, is_expected=True, is_after_at=True)
        if typed is not None and len(typed.readings) == 1:
            return [f"{typed.readings[0]:%H:%M}"]
    return ()


def refusing(draft: Draft, words: str, problem: Misunderstood, now: datetime) -> Draft:
    """A copy that could not read *words* as a schedule, and offers what they may mean."""
    draft = remembering(draft, words)
    if problem.problem is Problem.SAY_ALL_OF_IT:
        return _offering_again(draft, words, now)
    if problem.problem not in OFFERED:
        # What was answered is not replaced by the next answer, either.
        refused = " ".join(filter(None, [draft.refused, words]))[:LONGEST_SCHEDULE]
        draft = replace(draft, refused=refused)
    return draft.offering(problem, now)


def _offering_again(draft: Draft, words: str, now: datetime) -> Draft:
    """A copy that offers *words* as all that is meant. Where they leave out what matters, only to
    who insists on it: what they leave out is shown with it.
    """
    has_steps = names_steps(draft.refused) and not names_steps(words)
    # "Half a tablet at 8 and half at 1", of 1 mg, is more than "8am and 1pm".
    has_count = names_count(draft.refused) and not names_count(words)
    has_count = has_count and draft.amount is not None and is_strength(draft.amount)
    is_said = names_days_of(words, refused=draft.refused) and not (has_steps or has_count)
    so_far = draft.schedule_so_far
    ways = [woven(so_far, words), words] if so_far else [words]
    offered = draft.readable(ways, now)[:1] if is_said or draft.insists else ()
    if not offered:
        return replace(draft, insists=True)
    unread = " ".join(filter(None, [so_far, draft.unread or draft.refused]))
    return replace(draft, offered=offered, unread=unread, schedule_so_far="")


def misread(data: Data, words: str) -> Data:
    return remembering(Draft.from_data(data), words).write()


def listening(steps: Mapping[str, Step]) -> dict[str, Step]:
    """The *steps*, each of which knows what is answered to it."""
    return {name: replace(step, take=_hearing(step.take)) for name, step in steps.items()}


Take = Callable[[Request, Conversation, Reply], Awaitable[Answer]]


def _hearing(take: Take) -> Take:
    async def hear(request: Request, running: Conversation, reply: Reply) -> Answer:
        if reply.text is not None:
            draft = Draft.read(running).hearing(reply.text)
            running = replace(running, data=draft.write())
        return await take(request, running, reply)

    return hear
