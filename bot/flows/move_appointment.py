"""Move: how much of a series, to which day, at what time."""

from datetime import date, datetime, time
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from bot.flows import when_questions as questions
from bot.flows.add_appointment import file_of
from bot.flows.appointment_draft import to_problem
from bot.flows.engine import Choice, Data, Flow, Reply, Step, cancelled, finished
from bot.grammar.problems import Misunderstood, Problem
from bot.grammar.whens import When
from bot.intake.request import Request
from bot.redis.conversations import Conversation
from bot.views import appointments as views
from bot.views import medicines as medicine_views
from bot.views.answer import Answer, Screen
from bot.views.misunderstandings import misunderstood
from domain.access import Action
from domain.appointment_changes import move, repeat
from domain.appointment_lock import Reach
from domain.appointments import OccurrenceFacts, get_occurrence
from domain.errors import (
    AppointmentChanged,
    AppointmentInPast,
    AppointmentOver,
    TimeDoesNotExist,
)
from domain.occurrences import to_local
from domain.recurrences import Recurrence

_SAME_DAY = "same"


async def begin(request: Request) -> Answer:
    """The Move button."""
    request.scope.require(Action.CHANGE_APPOINTMENTS)
    facts = await get_occurrence(request.scope, request.subject_id)
    now = request.scope.clock.now()
    if facts.ends_at <= now:
        raise AppointmentOver
    local = to_local(facts.starts_at, facts.zone)
    data = {
        "id": str(facts.id),
        "version": facts.version,
        "title": facts.details.title,
        "zone": facts.zone.key,
        "place": views.place_of(facts),
        "reach": Reach.THIS,
        "old_day": local.date().isoformat(),
        "old_time": f"{local:%H:%M}",
        "is_all_day": facts.details.is_all_day,
        "today": to_local(now, facts.zone).date().isoformat(),
        "month": None,
        "days": [],
        "times": [],
    }
    return FLOW.begin(request, "reach" if facts.recurrence else "day", data)


def _ask_reach(data: Data, choice: Choice) -> Screen:
    buttons = [choice(words, key[:7]) for key, words in views.reach_labels().items()]
    buttons.append(choice(medicine_views.cancel_label(), "cancel"))
    return views.ask_reach(data["title"], buttons, to_cancel=False)


async def _take_reach(request: Request, running: Conversation, reply: Reply) -> Answer:
    if reply.choice == "cancel":
        return cancelled(running.flow_id)
    for reach in Reach:
        if reply.choice == reach[:7]:
            return FLOW.go_on(request, running, "day", {**running.data, "reach": reach})
    return medicine_views.tap_a_button().and_send(FLOW.question(running))


def _ask_day(data: Data, choice: Choice) -> Screen:
    today = date.fromisoformat(data["today"])
    month = date.fromisoformat(data["month"] or questions.first_of_month(today).isoformat())
    candidates = [date.fromisoformat(day) for day in data["days"]]
    buttons = questions.day_buttons(choice, today=today, month=month, candidates=candidates)
    if data.get("is_all_day"):
        return views.ask_day(data["title"], buttons)  # a day has no clock
    same = choice(views.same_day_label(date.fromisoformat(data["old_day"])), _SAME_DAY)
    question = views.ask_day(data["title"], ((same,), *buttons))
    return views.by_place(question, data.get("place"))


async def _take_day(request: Request, running: Conversation, reply: Reply) -> Answer:
    data: dict[str, Any] = dict(running.data)
    if questions.is_blank(reply):
        return FLOW.turn(request, running, data)
    month = questions.month_turned_to(reply, today=date.fromisoformat(data["today"]))
    if month is not None:
        return FLOW.turn(request, running, {**data, "month": month.isoformat()})
    if reply.choice == _SAME_DAY:
        when = When(days=(date.fromisoformat(data["old_day"]),))
    else:
        when = questions.take_when(request, reply, zone=ZoneInfo(data["zone"]), hint="on")
    return await _understood(request, running, data, when)


def _ask_time(data: Data, choice: Choice) -> Screen:
    candidates = [time.fromisoformat(each) for each in data["times"]]
    same = choice(data["old_time"], f"t{data['old_time'].replace(':', '')}")
    buttons = questions.time_buttons(choice, candidates)
    question = views.ask_time(
        data["title"],
        date.fromisoformat(data["days"][0]),
        today=date.fromisoformat(data["today"]),
        buttons=buttons if candidates else ((same,), *buttons),
    )
    return views.by_place(question, data.get("place"))


async def _take_time(request: Request, running: Conversation, reply: Reply) -> Answer:
    data: dict[str, Any] = dict(running.data)
    zone = ZoneInfo(data["zone"])
    when = questions.take_when(request, reply, zone=zone, hint="at", is_day_known=True)
    return await _understood(request, running, data, when)


async def _understood(
    request: Request, running: Conversation, data: dict[str, Any], when: When
) -> Answer:
    """With what was said; what is still open is asked. A time alone is one on the same day."""
    is_all_day = bool(data.get("is_all_day"))
    questions.check_kind(when, is_all_day=is_all_day)
    if when.rule is not None:
        return await _repeat(request, running, data, when, when.rule)
    if when.days:
        data["days"] = [day.isoformat() for day in when.days]
    elif when.times and not data["days"]:
        data["days"] = [data["old_day"]]
    if when.times:
        data["times"] = [f"{each:%H:%M}" for each in when.times]
    if is_all_day:
        data["times"] = ["00:00"]
    first = None if when.problem is None else Screen(misunderstood(when.problem))
    if len(data["days"]) != 1 or when.is_doubtful:
        return FLOW.go_on(request, running, "day", data, first=first)
    if len(data["times"]) != 1 or when.problem is not None:
        return FLOW.go_on(request, running, "time", data, first=first)
    day, clock = date.fromisoformat(data["days"][0]), time.fromisoformat(data["times"][0])
    start = datetime.combine(day, clock)
    return await _save(request, running, data, start, rule=None)


async def _repeat(
    request: Request, running: Conversation, data: dict[str, Any], when: When, rule: Recurrence
) -> Answer:
    """ "every Wednesday 11:00" is another rhythm for the series."""
    now = to_local(request.scope.clock.now(), ZoneInfo(data["zone"]))
    clock = when.clock or time.fromisoformat(data["old_time"])
    start = datetime.combine(
        when.day or max(date.fromisoformat(data["old_day"]), now.date()), clock
    )
    first = rule.first_from(start) if when.is_anchored else start
    so_far = (await get_occurrence(request.scope, UUID(data["id"]))).recurrence
    if (
        so_far is not None
        and so_far.until is not None
        and rule.until is None
        and rule.count is None
    ):
        # What ends is not to go on for ever since its rhythm is another.
        first = None if first is None or first > so_far.until else first
    if when.problem is not None or first is None:
        raise when.problem or Misunderstood(Problem.NO_OCCURRENCE)
    return await _save(request, running, data, first, rule=rule)


async def _save(
    request: Request,
    running: Conversation,
    data: dict[str, Any],
    start: datetime,
    *,
    rule: Recurrence | None,
) -> Answer:
    scope, occurrence_id, version = request.scope, UUID(data["id"]), data["version"]
    member = scope.require(Action.CHANGE_APPOINTMENTS)
    now = scope.clock.now()
    try:
        if rule is None:
            reach = Reach(data["reach"])
            facts = await move(scope, occurrence_id, start, reach=reach, version=version)
        else:
            names_end = rule.until is not None or rule.count is not None
            facts = await repeat(
                scope, occurrence_id, start, rule, version=version, keeps_end=not names_end
            )
    except (AppointmentInPast, TimeDoesNotExist) as error:
        again = {**data, "times": []}
        first = Screen(misunderstood(to_problem(error)))
        if isinstance(error, AppointmentInPast):
            return FLOW.go_on(request, running, "day", {**again, "days": []}, first=first)
        return FLOW.go_on(request, running, "time", again, first=first)
    except AppointmentChanged:
        facts = await get_occurrence(scope, occurrence_id)
        screen = views.changed_meanwhile(facts, member=member, now=now)
        return finished(running, Answer(send=(screen,)))
    return finished(running, await _answer(request, facts))


async def _answer(request: Request, facts: OccurrenceFacts) -> Answer:
    member, now = request.scope.require(Action.READ), request.scope.clock.now()
    screen = views.moved(facts, member=member, now=now)
    return Answer(send=(screen, await file_of(request, facts)))


FLOW = Flow(
    "moveappt",
    {
        "reach": Step(_ask_reach, _take_reach),
        "day": Step(_ask_day, _take_day),
        "time": Step(_ask_time, _take_time),
    },
)
