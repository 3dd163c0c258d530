"""Complete appointment drafts: their start, their description, and whether that time is
possible.
"""

from dataclasses import replace
from datetime import UTC, date, datetime

from bot.features.appointments.flows.appointment_draft import (
    Answered,
    Draft,
    read_days,
    read_times,
    stored_times,
)
from bot.features.appointments.flows.when_questions import to_problem
from bot.features.appointments.views import appointment_lines, draft_questions
from bot.grammar.appointment_times.resolution import hour_has_passed
from bot.grammar.clock_times import later_half
from bot.grammar.problems import Misunderstood, Problem
from bot.ui.words.repeats import repeat_words
from domain.appointments.adding import check_start
from domain.appointments.details import DEFAULT_REMIND_BEFORE
from domain.appointments.errors import AppointmentInPast, TimeDoesNotExist
from domain.appointments.ladder import list_reminders
from domain.local_time import resolve_local


def ready(draft: Draft, *, now: datetime) -> Answered:
    """A complete draft with its start; without its time if nothing can take place then."""
    try:
        start = draft.first_start(now=now)
        found = draft.without_missed_exceptions(start)
        draft = found.draft
        check_start(start, draft.zone, now=now, is_all_day=draft.is_all_day)
    except Misunderstood as problem:
        return Answered(without_time(draft, problem), problem)
    except (AppointmentInPast, TimeDoesNotExist) as error:
        refused = to_problem(error)
        later = with_later_half(draft, now=now)
        if later.problem is not None:
            return later
        return Answered(without_time(draft, refused), refused)
    return replace(found, draft=replace(draft, start=start.isoformat()))


def with_later_half(draft: Draft, *, now: datetime) -> Answered:
    """If the time has passed but may have been meant twelve hours later, offer that."""
    if draft.rule is not None or draft.other_half is None:
        return Answered(draft)
    if len(draft.days) != 1 or len(draft.times) != 1:
        return Answered(draft)
    [day], [clock] = read_days(draft.days), read_times(draft.times)
    local_now = now.astimezone(draft.zone).replace(tzinfo=None)
    [other_half] = read_times([draft.other_half])
    offered = later_half(day, other_half, local_now=local_now)
    if not offered or datetime.combine(day, clock) > local_now:
        return Answered(draft)
    draft = replace(draft, times=(), offered=stored_times(offered))
    return Answered(draft, hour_has_passed(f"{clock:%H:%M}", offered=offered))


def stamped(draft: Draft, *, now: datetime) -> Draft:
    """A copy that records the day and minute at which it's shown."""
    today = now.astimezone(draft.zone).date()
    return replace(draft, today=today.isoformat(), now=now.isoformat())


def in_words(draft: Draft) -> tuple[str, str, bool]:
    """When it takes place, which reminders will come, and whether these are the default ones. Only
    for a draft that is :func:`ready`.
    """
    # Drafts from an earlier version have no `now`.
    now = datetime.fromisoformat(draft.now) if draft.now else datetime.min.replace(tzinfo=UTC)
    start, details = datetime.fromisoformat(draft.start), draft.details
    rule = draft.rhythm_from(start)
    when = draft_questions.planned_words(
        start,
        details,
        repeat_words(rule, first=start.date()) if rule else None,
        zone=draft.zone,
        today=date.fromisoformat(draft.today),
    )
    reminders = list_reminders(
        resolve_local(start, draft.zone),
        zone=draft.zone,
        remind_before=details.remind_before,
        is_all_day=details.is_all_day,
    )
    ahead = [each for each in reminders if each.at > now]
    is_usual = details.remind_before == DEFAULT_REMIND_BEFORE and len(ahead) == len(reminders)
    reminder = appointment_lines.reminder_line(
        ahead,
        is_set=bool(details.remind_before),
        is_all_day=details.is_all_day,
    )
    return when, reminder, is_usual


def without_time(draft: Draft, problem: Misunderstood) -> Draft:
    """A copy without whatever is impossible, so that it's asked for again."""
    if problem.problem is Problem.NO_OCCURRENCE:
        return replace(draft, rule=None, is_anchored=False, days=())
    if draft.rule is None and problem.problem is Problem.HOUR_IS_OVER:
        return replace(draft, days=(), times=draft.times if draft.is_all_day else ())
    return replace(draft, times=())
