"""What was typed and will not be saved: what could not be read is remembered, and quoted before
Save as far as no later answer has said it.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import datetime

from bot.conversation.engine import Data, Reply, Step
from bot.features.medicines.flows.content.medicine_draft import OFFERED, Draft
from bot.grammar.labels.unkept import BETWEEN, unkept_words
from bot.grammar.problems import Misunderstood, Problem
from bot.grammar.schedules.parsing import LONGEST_SCHEDULE
from bot.intake.request import Request
from bot.redis.conversations import Conversation
from bot.ui.answer import Answer
from bot.ui.words.regimens.schedules import schedule_in_words
from domain.medicines.schedules.kinds import schedule_from_json

LONGEST_REMEMBERED = 1000


def unkept_of(draft: Draft) -> str:
    """Words that could not be read and are in no answer, and in nothing that the draft says; all of
    them if they are scattered.
    """
    person = draft.chosen
    if not draft.unread or person is None:
        return ""
    schedule = ""
    if draft.schedule is not None:
        schedule = schedule_in_words(schedule_from_json(draft.schedule), zone=person.zone)
    amount = "" if draft.amount is None else draft.amount.words
    known = [draft.name, amount, schedule, draft.instructions, draft.reason, person.name]
    found = unkept_words(draft.unread, kept=[*draft.heard, *filter(None, known)])
    return draft.unread if BETWEEN in found else found


def remembering(draft: Draft, words: str) -> Draft:
    """A copy that remembers an answer as one that was not understood."""
    unread = ", ".join(filter(None, [draft.unread, words]))[:LONGEST_REMEMBERED]
    heard = tuple(each for each in draft.heard if each != words)
    return replace(draft, unread=unread, heard=heard)


def refusing(draft: Draft, words: str, problem: Misunderstood, now: datetime) -> Draft:
    """A copy that could not read *words* as a schedule, and offers what they may mean."""
    draft = remembering(draft, words)
    if problem.problem is Problem.SAY_ALL_OF_IT:
        return draft.offering_again(words, now)
    if problem.problem not in OFFERED:
        # What was answered is not replaced by the next answer, either.
        refused = " ".join(filter(None, [draft.refused, words]))[:LONGEST_SCHEDULE]
        draft = replace(draft, refused=refused)
    return draft.offering(problem, now)


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
