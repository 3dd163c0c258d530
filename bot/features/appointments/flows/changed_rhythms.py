"""A new recurrence for an appointment: parsing it, showing it beside the old one, saving it."""

from datetime import date, datetime
from uuid import UUID

from bot.conversation.engine import Choice, Data, Reply, cancel_button
from bot.features.appointments.flows.changed_parts import ONCE
from bot.features.appointments.flows.when_questions import check_kind
from bot.features.appointments.views import appointment_lines, change_questions
from bot.grammar.commands.repeat_changes import RepeatChange, parse_repeat_change
from bot.intake.request import Request
from bot.ui import conversations
from bot.ui.answer import Screen
from domain.appointments.changes.locking import Reach
from domain.appointments.changes.rescheduling import change_recurrence, move_occurrence
from domain.appointments.occurrences.facts import OccurrenceFacts
from domain.appointments.occurrences.lookups import get_occurrence
from domain.appointments.recurrences import Recurrence
from domain.local_time import to_local


def typed_rhythm(reply: Reply, facts: OccurrenceFacts, *, now: datetime) -> RepeatChange | None:
    """The typed recurrence; None: only once. Raises Misunderstood."""
    if reply.choice == ONCE:
        return None
    start = next_start(facts, now=now)
    typed = parse_repeat_change(
        reply.text or "", old=facts.recurrence, start=start, zone=facts.zone, now=now
    )
    check_kind(typed.when, is_all_day=facts.details.is_all_day)
    return typed


def next_start(facts: OccurrenceFacts, *, now: datetime) -> datetime:
    """The occurrence's day, or today if that is later, at its own time (naive local)."""
    start = max(
        to_local(facts.moved_from or facts.starts_at, facts.zone), to_local(now, facts.zone)
    )
    return datetime.combine(start.date(), to_local(facts.starts_at, facts.zone).time())


def needs_review(old: Recurrence | None, typed: RepeatChange | None) -> bool:
    """Whether the series would run longer, or stop repeating."""
    if old is None:
        return False
    if typed is None:
        return True
    if typed.keeps_end or (old.until is None and old.count is None):
        return False
    new = typed.rule.until
    return old.until is None or new is None or new.date() > old.until.date()


def rhythm_words(typed: RepeatChange | None) -> str | None:
    """The typed recurrence in words; None: only once."""
    return appointment_lines.rhythm_words(typed.rule, first=typed.start.date()) if typed else None


def rhythm_words_of(facts: OccurrenceFacts) -> str | None:
    """The current recurrence in words; None: only once."""
    first = to_local(facts.moved_from or facts.starts_at, facts.zone).date()
    return (
        appointment_lines.rhythm_words(facts.recurrence, first=first) if facts.recurrence else None
    )


def ask_review(data: Data, choice: Choice) -> Screen:
    said = data["said"]
    return change_questions.review_repetition(
        data["title"],
        now=said["now"],
        then=said["then"],
        once_on=date.fromisoformat(said["once_on"]),
        buttons=(
            choice(conversations.save_label(), "save"),
            choice(conversations.change_label(), "change"),
            cancel_button(choice),
        ),
    )


async def refresh_review(request: Request, data: Data) -> Data:
    facts = await get_occurrence(request.scope, UUID(str(data["id"])))
    said = {**data["said"], "now": rhythm_words_of(facts)}
    return {**data, "title": facts.details.title, "version": facts.version, "said": said}


async def save_rhythm(
    request: Request, facts: OccurrenceFacts, typed: RepeatChange, *, version: int, reach: Reach
) -> OccurrenceFacts:
    """Save the new recurrence. If only the time of day changed, move the series instead, so that
    what was said about single occurrences is kept.
    """
    if typed.is_other_hour:
        local = to_local(facts.starts_at, facts.zone)
        start = datetime.combine(local.date(), typed.start.time())
        return await move_occurrence(request.scope, facts.id, start, reach=reach, version=version)
    return await change_recurrence(
        request.scope,
        facts.id,
        typed.start,
        typed.rule,
        version=version,
        keeps_end=typed.keeps_end,
        reach=reach,
    )
