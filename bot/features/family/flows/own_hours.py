"""When a member gets digests, and when messages make no sound for them."""

from collections.abc import Sequence
from datetime import time

from bot.conversation.engine import (
    AbandonPolicy,
    Choice,
    Data,
    Flow,
    Reply,
    Step,
    cancel_button,
    finished,
)
from bot.features.family.views import own_hours as views
from bot.features.family.views.settings import hours_in_words, settings
from bot.grammar.own_hours import parse_daily_time, parse_quiet_hours, says_off
from bot.intake.request import Request
from bot.redis.conversations import Conversation
from bot.ui.answer import Answer, Screen
from bot.ui.conversations import Unfinished
from bot.ui.presses.family import HoursOf, SetHours
from bot.ui.wording import _
from bot.ui.words.dose_times import zone_words
from bot.ui.words.times import show_clock
from domain.access import Action
from domain.delivery.quiet_hours import QuietHours
from domain.family.errors import HoursClash, NobodyCaredFor
from domain.family.settings.hours import DigestPart, OwnHours, get_hours, set_digest, set_quiet
from domain.family.settings.overview import get_settings

_NONE = "none"
_OFFERED: dict[HoursOf, Sequence[tuple[str, ...]]] = {
    HoursOf.MORNING: [("06:30",), ("07:00",), ("07:30",), ("08:00",), ("08:30",), ("09:00",)],
    HoursOf.EVENING: [("18:00",), ("19:00",), ("20:00",), ("20:30",), ("21:00",), ("22:00",)],
    HoursOf.QUIET: [("21:00", "07:00"), ("22:00", "07:00"), ("23:00", "08:00")],
}


async def begin(request: Request) -> Answer:
    """A button of /settings."""
    which = request.pressed(SetHours).which
    return FLOW.begin(request, "time", await _as_of_now(request, {"which": which}))


async def _as_of_now(request: Request, data: Data) -> Data:
    hours = await get_hours(request.scope)
    if hours.zone is None:
        raise NobodyCaredFor
    now = hours_in_words(hours, HoursOf(data["which"]))
    return {**data, "now": now, "zone": zone_words(hours.zone)}


def _ask(data: Data, choice: Choice) -> Screen:
    which = HoursOf(data["which"])
    buttons = [choice(_label(each), str(at)) for at, each in enumerate(_OFFERED[which])]
    none = [choice(views.none_label(which), _NONE)] if data["now"] else []
    return views.ask(
        which,
        now=data["now"],
        zone=data["zone"],
        buttons=[*buttons, *none, cancel_button(choice)],
    )


def _label(times: Sequence[str]) -> str:
    first, *last = (show_clock(time.fromisoformat(each)) for each in times)
    return _("{start} to {end}").format(start=first, end=last[0]) if last else first


async def _take(request: Request, running: Conversation, reply: Reply) -> Answer:
    which, text = HoursOf(str(running.data["which"])), reply.text or ""
    if reply.choice == _NONE or (reply.choice is None and says_off(text)):
        times: Sequence[time] = ()
    elif reply.choice is not None:
        times = [time.fromisoformat(each) for each in _OFFERED[which][int(reply.choice)]]
    else:
        times = _read(which, text)
        if not times:
            return _ask_again(request, running, views.unreadable(text, which))
    try:
        hours = await _set(request, which, times)
    except HoursClash:
        return _ask_again(request, running, views.clash(which))
    member = request.scope.require(Action.READ)
    screen = settings(await get_settings(request.scope), member=member)
    return finished(running, views.saved(which, hours_in_words(hours, which), screen))


def _read(which: HoursOf, text: str) -> Sequence[time]:
    if which is HoursOf.QUIET:
        return parse_quiet_hours(text) or ()
    at = parse_daily_time(text, is_morning=which is HoursOf.MORNING)
    return () if at is None else (at,)


async def _set(request: Request, which: HoursOf, times: Sequence[time]) -> OwnHours:
    """No times: not any more. Raises HoursClash."""
    if which is HoursOf.QUIET:
        return await set_quiet(request.scope, QuietHours(*times) if times else None)
    return await set_digest(request.scope, DigestPart(which.value), times[0] if times else None)


def _ask_again(request: Request, running: Conversation, first: Screen) -> Answer:
    return FLOW.advance(request, running, "time", running.data, first=first)


FLOW = Flow(
    "ownhours",
    {"time": Step(_ask, _take, _as_of_now)},
    abandon_policy=AbandonPolicy("settings", Unfinished.NOT_CHANGED, renew=_as_of_now),
)
