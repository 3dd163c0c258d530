"""Limits of what is taken as needed, asked for where nothing limits how often it may be given."""

from collections.abc import Sequence
from datetime import timedelta

from bot.conversation.engine import Choice, Data, Reply
from bot.features.medicines.flows.content.change_context import ChangeContext
from bot.features.medicines.views.content import medicine_changes
from bot.grammar.commands.schedule_changes import parse_max_per_day, parse_min_interval
from bot.ui.answer import Screen
from domain.medicines.facts import Content
from domain.medicines.schedule_changes.changes import Change
from domain.medicines.schedules.kinds import AsNeeded

_UNKNOWN = "unknown"
_INTERVAL_CHOICES = (4, 6, 8, 12, 24)  # hours
_MAX_PER_DAY_CHOICES = (1, 2, 3, 4, 6, 8)


def needs_guard(content: Content) -> bool:
    """Whether nothing limits how often it may be given."""
    schedule = content.schedule
    if not isinstance(schedule, AsNeeded):
        return False
    return schedule.min_interval is None and schedule.max_per_day is None


def ask_interval(data: Data, choice: Choice) -> Screen:
    buttons = [
        choice(medicine_changes.hours_label(hours), str(hours)) for hours in _INTERVAL_CHOICES
    ]
    return medicine_changes.ask_interval(
        data["name"], buttons, choice(medicine_changes.unknown_label(), _UNKNOWN)
    )


def take(step: str, reply: Reply, context: ChangeContext) -> tuple[Change | None, str]:
    """What a reply to the question of *step* changes, and which limits are to be asked for next.
    Raises Misunderstood.
    """
    is_of_most = step == "most"
    parse = parse_max_per_day if is_of_most else parse_min_interval
    words = reply.text or ""
    if reply.choice is not None:
        words = reply.choice if is_of_most else f"{reply.choice} hours"
    change, content = None, context.content
    if reply.choice != _UNKNOWN:
        change = parse(
            words,
            schedule=content.schedule,
            zone=context.zone,
            now=context.now,
            dosage=content.dosage,
        )
    is_done = is_of_most or (change is not None and change.max_per_day is not None)
    return change, "done" if is_done else "most"


def most_choices(content: Content) -> Sequence[int]:
    """The counts that fit the shortest time between two doses."""
    schedule = content.schedule
    interval = schedule.min_interval if isinstance(schedule, AsNeeded) else None
    fits = timedelta(days=1) // interval if interval else max(_MAX_PER_DAY_CHOICES)
    return [most for most in _MAX_PER_DAY_CHOICES if most <= max(1, fits)]


def ask_max_per_day(data: Data, choice: Choice) -> Screen:
    buttons = [choice(str(most), str(most)) for most in data["most_choices"]]
    return medicine_changes.ask_max_per_day(
        data["name"], buttons, choice(medicine_changes.unknown_label(), _UNKNOWN)
    )
