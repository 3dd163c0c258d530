"""The times of a person's day: shown, changed one by one or several at once, and confirmed where
medicines move with them.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import time
from itertools import pairwise
from typing import Any
from uuid import UUID

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
from bot.features.family.views import day_times as views
from bot.grammar.day_times import parse_day_times
from bot.intake.request import Request
from bot.redis.conversations import Conversation
from bot.ui import conversations
from bot.ui.answer import Answer, Screen
from bot.ui.conversations import Unfinished
from bot.ui.presses.family import SetDayTimes
from bot.ui.words.regimens import day_times as words
from bot.ui.words.times import show_clock
from domain.access import Action
from domain.family.people import get_person
from domain.medicines.changes.day_times import Retiming, preview_day_times, set_day_times
from domain.medicines.errors import DayTimesChanged, TimesOfDayClash
from domain.medicines.schedules.moments import DayTimes, PartOfDay

_PARTS = tuple(PartOfDay)
# Parts that follow each other on most days. Morning and breakfast may be at any time to each other.
_ORDERS = (
    (PartOfDay.BREAKFAST, PartOfDay.LUNCH, PartOfDay.DINNER, PartOfDay.BEDTIME),
    (
        *(PartOfDay.MORNING, PartOfDay.NOON, PartOfDay.AFTERNOON),
        *(PartOfDay.EVENING, PartOfDay.BEDTIME),
    ),
)


async def begin(request: Request) -> Answer:
    """The button below a person."""
    request.scope.require(Action.CHANGE_MEDICINES)
    person_id = request.pressed(SetDayTimes).person_id
    return FLOW.begin(request, "parts", await _as_of_now(request, {"id": str(person_id)}))


async def _as_of_now(request: Request, data: Data) -> Data:
    person = await get_person(request.scope, UUID(data["id"]))
    return {**data, "name": person.name, "day": dict(person.day_times)}


def _day(data: Data) -> DayTimes:
    return DayTimes.from_json(data["day"])


def _ask_parts(data: Data, choice: Choice) -> Screen:
    day = _day(data)
    buttons = [choice(views.part_label(day, part), f"p{at}") for at, part in enumerate(_PARTS)]
    return views.ask_parts(data["name"], day, buttons)


async def _take_parts(request: Request, running: Conversation, reply: Reply) -> Answer:
    if reply.choice is not None:
        data = await _as_of_now(request, {**running.data, "part": int(reply.choice[1:])})
        return FLOW.advance(request, running, "time", data)
    return await _propose(request, running, parse_day_times(reply.text or ""))


def _part(data: Data) -> PartOfDay:
    return _PARTS[data["part"]]


def _ask_time(data: Data, choice: Choice) -> Screen:
    part = _part(data)
    buttons = [choice(show_clock(at), f"{at:%H%M}") for at in words.times_around(part)]
    return views.ask_time(data["name"], part, _day(data), buttons)


async def _take_time(request: Request, running: Conversation, reply: Reply) -> Answer:
    part = _part(running.data)
    if reply.choice is not None:
        at = time(int(reply.choice[:2]), int(reply.choice[2:]))
        return await _propose(request, running, {part: at})
    return await _propose(request, running, parse_day_times(reply.text or "", asked=[part]))


async def _propose(
    request: Request,
    running: Conversation,
    times: Mapping[PartOfDay, time],
    *,
    first: Screen | None = None,
) -> Answer:
    """Save, or first show what would move. *first* says why it's shown again."""
    data = await _as_of_now(request, running.data)
    try:
        retiming = await preview_day_times(request.scope, UUID(data["id"]), times)
    except TimesOfDayClash as error:
        return FLOW.advance(request, running, "parts", data, first=words.clash(error))
    if not retiming.parts:
        return FLOW.advance(request, running, "parts", data, first=views.same_as_before())
    proposed = {**data, **_shown(retiming)}
    if first is None and not proposed["moves"] and proposed["warning"] is None:
        return await _save(request, replace(running, data=proposed))
    return FLOW.advance(request, running, "confirm", proposed, first=first)


def _shown(retiming: Retiming) -> Mapping[str, Any]:
    """What the confirmation needs to know."""
    before = DayTimes.from_json(retiming.person.day_times)
    after = DayTimes({**before.named, **{each.part: each.after for each in retiming.parts}})
    return {
        "wanted": {each.part.value: f"{each.after:%H:%M}" for each in retiming.parts},
        "seen": retiming.fingerprint,
        "changes": list(views.changes_in_words(retiming.parts)),
        "moves": list(words.moves_in_words(retiming.moved)),
        "warning": _warning(before, after),
    }


def _warning(before: DayTimes, after: DayTimes) -> str | None:
    """The first two parts that would change places."""
    for earlier, later in (pair for order in _ORDERS for pair in pairwise(order)):
        was_in_order = before.at(earlier) < before.at(later)
        if was_in_order and after.at(earlier) >= after.at(later):
            return views.out_of_order_in_words(earlier, later)
    return None


def _ask_confirm(data: Data, choice: Choice) -> Screen:
    return views.confirm(
        data["name"],
        changes=data["changes"],
        moves=data["moves"],
        warning=data["warning"],
        buttons=(
            choice(conversations.save_label(), "save"),
            choice(conversations.change_label(), "change"),
            cancel_button(choice),
        ),
    )


async def _take_confirm(request: Request, running: Conversation, reply: Reply) -> Answer:
    match reply.choice:
        case "save":
            return await _save(request, running)
        case "change":
            data = await _as_of_now(request, running.data)
            return FLOW.advance(request, running, "parts", data)
        case _:
            typed = parse_day_times(reply.text or "")
            return await _propose(request, running, {**_wanted(running.data), **typed})


def _wanted(data: Data) -> Mapping[PartOfDay, time]:
    return DayTimes.from_json(data["wanted"]).named


async def _save(request: Request, running: Conversation) -> Answer:
    """Save what was shown. If something else would happen by now, show that."""
    data: Data = running.data
    wanted = _wanted(data)
    try:
        retiming = await set_day_times(request.scope, UUID(data["id"]), wanted, seen=data["seen"])
    except DayTimesChanged as error:
        changed = words.changed_meanwhile(error.person.name)
        return await _propose(request, running, wanted, first=changed)
    except TimesOfDayClash as error:
        now = await _as_of_now(request, data)
        return FLOW.advance(request, running, "parts", now, first=words.clash(error))
    member = request.scope.require(Action.CHANGE_MEDICINES)
    return finished(running, views.saved(retiming, member=member))


async def _refresh_confirm(request: Request, data: Data) -> Data:
    """What would move by now; as it was if that can't be done any more, which Save says then."""
    now = await _as_of_now(request, data)
    try:
        retiming = await preview_day_times(request.scope, UUID(data["id"]), _wanted(data))
    except TimesOfDayClash:
        return now
    return {**now, **_shown(retiming)} if retiming.parts else now


async def _renew(request: Request, data: Data) -> Data:
    request.scope.require(Action.CHANGE_MEDICINES)
    return await _as_of_now(request, data)


FLOW = Flow(
    "daytimes",
    {
        "parts": Step(_ask_parts, _take_parts, _as_of_now),
        "time": Step(_ask_time, _take_time, _as_of_now),
        "confirm": Step(_ask_confirm, _take_confirm, _refresh_confirm),
    },
    abandon_policy=AbandonPolicy("people", Unfinished.NOT_CHANGED, renew=_renew),
)
