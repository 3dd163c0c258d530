"""Whether `/give` should read a time by the person's clock or by the member's own."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime

from bot.features.medicines.flows.giving.intake_draft import Draft
from bot.features.medicines.flows.giving.two_clocks import (
    clock_button,
    is_other_clock,
    option_buttons,
    zone_of,
)
from bot.features.medicines.views.giving import given_intakes, intake_questions
from bot.grammar.past_times.moments import parse_moment
from bot.grammar.problems import Misunderstood
from bot.intake.request import Request
from domain.medicines.doses.facts import DoseFacts
from domain.medicines.records.intakes import is_recordable


def by_the_other_clock(request: Request, draft: Draft) -> datetime | None:
    """The moment by the other clock, if it's certain."""
    zone = zone_of(request, replace(draft, is_mine=not draft.is_mine))
    with suppress(Misunderstood):
        return parse_moment(draft.said, zone=zone, now=request.scope.clock.now()).at
    return None


def is_clock_in_doubt(request: Request, draft: Draft) -> bool:
    """Whether the typed time is a different moment by the member's own clock."""
    return draft.is_by_clock and is_other_clock(request, draft)


def other_clock_button(request: Request, draft: Draft) -> tuple[str, str]:
    """Says the moment, because it may record at once."""
    return clock_button(request, draft, at=by_the_other_clock(request, draft))


def times_to_tap(request: Request, draft: Draft) -> tuple[tuple[str, str], ...]:
    buttons = option_buttons(request, draft)
    if buttons and is_clock_in_doubt(request, draft):
        buttons.append(other_clock_button(request, draft))
    if buttons:
        buttons += list(intake_questions.time_labels().items())
    return tuple(buttons)


def other_clock(
    request: Request, draft: Draft, recorded: Sequence[DoseFacts]
) -> given_intakes.OtherClock | None:
    """What the words would have meant by the member's own clock."""
    if not recorded or draft.is_mine or not is_clock_in_doubt(request, draft):
        return None
    at = by_the_other_clock(request, draft)
    if at in (None, recorded[0].taken_at) or not is_recordable(at, request.scope.clock.now()):
        return None
    return given_intakes.OtherClock(recorded[0].id, at)
