"""Whether a time was typed by the person's clock or by the member's own."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from bot.features.medicines.views.giving import intake_questions
from bot.features.medicines.views.giving.intake_questions import moment_label
from bot.features.medicines.views.giving.readers import Reader, is_now
from bot.grammar.past_times.moments import parse_moment
from bot.grammar.past_times.parts import TypedMoment
from bot.grammar.problems import Misunderstood
from bot.intake.request import Request
from domain.access import Action
from domain.local_time import clocks_differ


class Timed(Protocol):
    """What is known about a time: the person's zone, whether the member's own clock was meant, and
    words that still lack a time ("this morning"). `options` (ISO 8601) are what it can mean.
    """

    @property
    def zone(self) -> str: ...
    @property
    def is_mine(self) -> bool: ...
    @property
    def lacks_time(self) -> str: ...
    @property
    def said(self) -> str: ...
    @property
    def person(self) -> str: ...
    @property
    def options(self) -> Sequence[str]: ...


def zone_of(request: Request, draft: Timed) -> ZoneInfo:
    """The zone in which *draft*'s times are read."""
    member = request.scope.require(Action.READ)
    return member.zone if draft.is_mine and member.zone else ZoneInfo(draft.zone)


def is_other_clock(request: Request, draft: Timed) -> bool:
    """Whether the member's own clock differs from the person's now."""
    member, now = request.scope.require(Action.READ), request.scope.clock.now()
    return member.zone is not None and clocks_differ(member.zone, ZoneInfo(draft.zone), now)


def has_two_clocks(request: Request, draft: Timed) -> bool:
    """Whether a clock time was typed that is a different moment by the member's own clock."""
    return bool(draft.said) and is_other_clock(request, draft)


def parse_time(request: Request, draft: Timed, text: str) -> TypedMoment:
    """What an answer says. It completes "this morning", unless it's complete itself. Raises
    Misunderstood.
    """
    now, zone = request.scope.clock.now(), zone_of(request, draft)
    if draft.lacks_time:
        try:
            return parse_moment(f"{draft.lacks_time} at {text}", zone=zone, now=now)
        except Misunderstood:
            pass
    return parse_moment(text, zone=zone, now=now)


def reader_of(request: Request) -> Reader:
    """Who reads the answer, and now."""
    return Reader.of(request.scope.require(Action.READ), request.scope.clock.now())


def parts_of_time(typed: TypedMoment) -> dict[str, Any]:
    """What a draft keeps of a typed time: its words if they name a clock time or lack one, and its
    possible meanings.
    """
    return {
        "said": typed.words if typed.is_by_clock else "",
        "lacks_time": typed.words if typed.lacks_time else "",
        "options": tuple(option.isoformat() for option in typed.options),
    }


def time_buttons(request: Request, draft: Timed) -> tuple[tuple[str, str], ...]:
    """The possible meanings, and "another time"; nothing if there are none."""
    buttons = option_buttons(request, draft)
    return (*buttons, *intake_questions.time_labels().items()) if buttons else ()


def clock_button(request: Request, draft: Timed, *, at: datetime | None = None) -> tuple[str, str]:
    """ "I meant my clock". If a tap may record at once, the label says *at* what time, if that is
    certain.
    """
    return "clock", intake_questions.clock_label(
        at,
        is_mine=draft.is_mine,
        person=draft.person,
        zone=ZoneInfo(draft.zone),
        reader=reader_of(request),
    )


def option_buttons(request: Request, draft: Timed) -> list[tuple[str, str]]:
    """The possible meanings, relative to now, with their keys."""
    options = [datetime.fromisoformat(option) for option in draft.options]
    reader, zone = reader_of(request), ZoneInfo(draft.zone)
    return [
        (
            "now" if is_now(option, reader=reader) else str(number),
            moment_label(option, person=draft.person, zone=zone, reader=reader, options=options),
        )
        for number, option in enumerate(options)
    ]
