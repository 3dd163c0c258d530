"""By whose clock a time was typed: that of the person cared for, or the member's own."""

from typing import Protocol
from zoneinfo import ZoneInfo

from bot.grammar.moments import TypedMoment, parse_moment
from bot.grammar.problems import Misunderstood
from bot.intake.request import Request
from domain.access import Action


class Timed(Protocol):
    """What is known of a time so far: the person's zone, whether the member's own clock was meant,
    and the words that lack a time yet ("this morning").
    """

    @property
    def zone(self) -> str: ...
    @property
    def is_mine(self) -> bool: ...
    @property
    def lacks_time(self) -> str: ...


def zone_of(request: Request, draft: Timed) -> ZoneInfo:
    """By whose clock the times of *draft* are read."""
    member = request.scope.require(Action.READ)
    return member.zone if draft.is_mine and member.zone else ZoneInfo(draft.zone)


def is_other_clock(request: Request, draft: Timed) -> bool:
    """Whether the member's own clock shows another time now than that of the person."""
    member, now = request.scope.require(Action.READ), request.scope.clock.now()
    if member.zone is None:
        return False
    theirs = now.astimezone(ZoneInfo(draft.zone)).utcoffset()
    return now.astimezone(member.zone).utcoffset() != theirs


def parse_time(request: Request, draft: Timed, text: str) -> TypedMoment:
    """What an answer says; it completes "this morning", unless it says it all itself. Raises
    Misunderstood.
    """
    now, zone = request.scope.clock.now(), zone_of(request, draft)
    if draft.lacks_time:
        try:
            return parse_moment(f"{draft.lacks_time} at {text}", zone=zone, now=now)
        except Misunderstood:
            pass
    return parse_moment(text, zone=zone, now=now)
