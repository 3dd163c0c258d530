"""What an answer to "how much" says beside the amount."""

from dataclasses import replace
from datetime import datetime

from bot.features.medicines.flows.content.medicine_draft import Draft
from bot.grammar.clock_times import looks_like_a_time
from bot.grammar.commands.medicine_pieces import amount_and_more
from bot.grammar.dosages import find_dosages
from bot.grammar.problems import Misunderstood
from bot.grammar.schedules.clauses import names_steps
from bot.grammar.tokens import tokenize
from domain.medicines.schedule_changes.changes import Change


def is_more(draft: Draft, text: str) -> bool:
    """Whether *text* completes the words before it; not if it names the medicine again."""
    if names_steps(text) or _has_several_amounts(text):
        return False  # "40 mg for 5 days, then 35 mg for 3 days"
    first = tokenize(text).tokens[:1]
    begins_with_time = any(looks_like_a_time(token) for token in first)
    return (draft.says_when or begins_with_time) and draft.named(text) != text


def _has_several_amounts(text: str) -> bool:
    try:
        return len(find_dosages(tokenize(text))) > 1
    except Misunderstood:
        return False


def read_more(
    draft: Draft, text: str, problem: Misunderstood, now: datetime
) -> tuple[Draft, Change | None, str]:
    """The draft with what "10 mg 9am", or "9am", adds to a schedule that was begun; or with the
    amount, what else it changes about one that is whole, and those words. *problem* is why *text*
    is no amount alone. Raises Misunderstood.
    """
    dosage, more = amount_and_more(text)
    found = replace(draft, dosage=dosage.to_json()) if dosage else draft
    if found.schedule is None:
        return found.said(found.read_schedule(more, now, says_all=False)), None, ""
    if dosage is None:
        raise problem
    return found, found.context(now).read_more(more), more
