"""Move, on an appointment: which occurrences, to which day, at what time."""

import re
from dataclasses import replace
from datetime import date, datetime, time
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

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
from bot.features.appointments.flows import when_questions as questions
from bot.features.appointments.flows.screens import shown_before
from bot.features.appointments.flows.when_questions import to_problem
from bot.features.appointments.views import (
    change_questions,
    confirmations,
    draft_questions,
    time_labels,
)
from bot.grammar.appointment_times.parts import When
from bot.grammar.appointment_times.resolution import hour_has_passed, which_night, with_day_after
from bot.grammar.clock_times import later_half, nights_of
from bot.grammar.commands.repeat_changes import without_missed_exceptions
from bot.grammar.problems import Misunderstood, Problem
from bot.intake.request import Request
from bot.redis.conversations import Conversation
from bot.ui import conversations
from bot.ui.answer import Answer, Screen
from bot.ui.conversations import Unfinished
from bot.ui.misunderstandings import misunderstood
from bot.ui.presses.appointments import MoveAppointment
from domain.access import Action
from domain.appointments.changes.locking import Reach
from domain.appointments.changes.rescheduling import change_recurrence, move_occurrence
from domain.appointments.errors import (
    AppointmentChanged,
    AppointmentInPast,
    AppointmentOver,
    TimeDoesNotExist,
)
from domain.appointments.occurrences.facts import OccurrenceFacts
from domain.appointments.occurrences.lookups import get_next_or_last_occurrence, get_occurrence
from domain.appointments.recurrences import Recurrence
from domain.local_time import to_local

_SAME_DAY = "same"


async def begin(request: Request) -> Answer:
    """The Move button."""
    occurrence_id = request.pressed(MoveAppointment).occurrence_id
    facts, data = await _data_of(request, occurrence_id)
    return FLOW.begin_in_place(request, "reach" if facts.recurrence else "day", data)


async def begin_said(request: Request, occurrence_id: UUID, said: str) -> Answer:
    """Show where "the clinic moved her bloodwork to monday at eight" moves it, before it does. What
    can't be read is asked.
    """
    facts, data = await _data_of(request, occurrence_id)
    data["is_said"] = True
    reply = Reply(text=said)
    try:
        when = questions.take_when(request, reply, zone=ZoneInfo(data["zone"]), hint="on")
        if when.rule is not None:
            raise Misunderstood(Problem.WHEN_UNREADABLE, said)
    except Misunderstood as problem:
        first = Screen(misunderstood(problem))
        day = _HOUR_AT_THE_END.sub("", said)
        if problem.problem.is_of_an_hour and day != said and facts.recurrence is None:
            asked = await begin_said(request, occurrence_id, day)  # the day stays
            return replace(asked, send=(first, *asked.send))
        return FLOW.begin(request, "reach" if facts.recurrence else "day", data, first=first)
    if facts.recurrence is not None:
        return FLOW.begin(request, "reach", {**data, "typed": said, "is_rhythm": False})
    return await _understood(request, None, data, when, typed=said)


_HOUR_AT_THE_END = re.compile(r"(?i),? (?:at )?\d{1,2}(?:[:.]\d\d)?(?: ?o'?clock)?$")


async def _data_of(request: Request, occurrence_id: UUID) -> tuple[OccurrenceFacts, dict[str, Any]]:
    request.scope.require(Action.CHANGE_APPOINTMENTS)
    facts = await get_occurrence(request.scope, occurrence_id)
    now = request.scope.clock.now()
    if facts.ends_at <= now:
        raise AppointmentOver
    local = to_local(facts.starts_at, facts.zone)
    data = {
        "id": str(facts.id),
        "version": facts.version,
        "title": facts.details.title,
        "zone": facts.zone.key,
        "place": draft_questions.place_of(facts),
        "reach": Reach.THIS,
        "old_day": local.date().isoformat(),
        "old_time": f"{local:%H:%M}",
        "is_all_day": facts.details.is_all_day,
        "today": to_local(now, facts.zone).date().isoformat(),
        "month": None,
        "days": [],
        "times": [],
    }
    return facts, data


def _ask_reach(data: Data, choice: Choice) -> Screen:
    labels = change_questions.reach_labels()
    reaches = (Reach.FOLLOWING, Reach.ALL) if data.get("is_rhythm") else tuple(Reach)
    buttons = [choice(labels[reach], reach[:7]) for reach in reaches]
    buttons.append(cancel_button(choice))
    return change_questions.ask_reach(
        data["title"], buttons, to_call_off=False, typed=data.get("typed")
    )


async def _take_reach(request: Request, running: Conversation, reply: Reply) -> Answer:
    """If a day or a recurrence was typed already, it's the answer to the next question."""
    data: dict[str, Any] = dict(running.data)
    if reply.text is not None:
        when = questions.take_when(request, reply, zone=ZoneInfo(data["zone"]), hint="on")
        data |= {"typed": reply.text, "is_rhythm": when.rule is not None}
        return FLOW.advance(request, running, "reach", data)
    for reach in Reach:
        if reply.choice == reach[:7]:
            typed = data.pop("typed", None)
            data["reach"] = reach
            if typed is None:
                return FLOW.advance(request, running, "day", data)
            answer = Reply(choice=None, text=typed)
            when = questions.take_when(request, answer, zone=ZoneInfo(data["zone"]), hint="on")
            return await _understood(request, running, data, when, typed=typed)
    return conversations.tap_a_button().and_ask(FLOW.question(running))


def _ask_day(data: Data, choice: Choice) -> Screen:
    today = date.fromisoformat(data["today"])
    month = date.fromisoformat(data["month"] or questions.first_of_month(today).isoformat())
    candidates = [date.fromisoformat(day) for day in data["days"]]
    buttons = questions.day_buttons(
        choice,
        today=today,
        month=month,
        candidates=candidates,
        are_nights=_asks_night(data),
    )
    if data.get("is_all_day"):
        return draft_questions.ask_day(data["title"], buttons)  # all-day appointments have no time
    same = choice(time_labels.same_day_label(date.fromisoformat(data["old_day"])), _SAME_DAY)
    question = draft_questions.ask_day(data["title"], ((same,), *buttons))
    return draft_questions.with_zone_note(question, data.get("place"))


def _asks_night(data: Data) -> bool:
    """Whether its days are the two nights of one day."""
    days = [date.fromisoformat(day) for day in data["days"]]
    return bool(data.get("is_midnight")) and questions.are_nights(days)


async def _take_day(request: Request, running: Conversation, reply: Reply) -> Answer:
    data: dict[str, Any] = dict(running.data)
    if questions.is_blank(reply):
        return FLOW.redraw(request, running, data)
    month = questions.month_of_press(reply, today=date.fromisoformat(data["today"]))
    if month is not None:
        return FLOW.redraw(request, running, {**data, "month": month.isoformat()})
    if reply.choice == _SAME_DAY:
        when = When(days=(date.fromisoformat(data["old_day"]),))
    else:
        when = questions.take_when(request, reply, zone=ZoneInfo(data["zone"]), hint="on")
    if reply.choice is not None and _asks_night(data):
        data["is_midnight"] = False
    return await _understood(request, running, data, when, typed=reply.text)


def _ask_time(data: Data, choice: Choice) -> Screen:
    candidates = [time.fromisoformat(each) for each in data["times"]]
    same = choice(data["old_time"], f"t{data['old_time'].replace(':', '')}")
    offered = [time.fromisoformat(each) for each in data.get("offered", ())]
    buttons = questions.time_buttons(choice, candidates, offered=offered)
    question = draft_questions.ask_time(
        data["title"],
        date.fromisoformat(data["days"][0]),
        today=date.fromisoformat(data["today"]),
        buttons=buttons if candidates else ((same,), *buttons),
    )
    return draft_questions.with_zone_note(question, data.get("place"))


async def _take_time(request: Request, running: Conversation, reply: Reply) -> Answer:
    data: dict[str, Any] = dict(running.data)
    zone = ZoneInfo(data["zone"])
    when = questions.take_when(request, reply, zone=zone, hint="at", is_day_known=True)
    return await _understood(request, running, data, when, typed=reply.text)


async def _understood(
    request: Request,
    running: Conversation | None,
    data: dict[str, Any],
    when: When,
    *,
    typed: str | None,
) -> Answer:
    """Apply what was typed and ask for what is still open. A time alone means the same day."""
    is_all_day = bool(data.get("is_all_day"))
    questions.check_kind(when, is_all_day=is_all_day)
    if when.rule is not None:
        facts = await get_occurrence(request.scope, UUID(data["id"]))
        if facts.recurrence is not None and data["reach"] == Reach.THIS:
            # A single occurrence can't have a recurrence of its own.
            data |= {"typed": typed, "is_rhythm": True}
            return FLOW.ask(request, running, "reach", data)
        return await _repeat(request, running, data, when, when.rule)
    if when.days:
        old, today = map(date.fromisoformat, (data["old_day"], data["today"]))
        days = with_day_after(when.days, typed, old=old, today=today)
        data["days"] = [day.isoformat() for day in days]
    elif when.times and not data["days"]:
        data["days"] = [data["old_day"]]
    if when.times:
        data["times"], data["offered"] = [f"{each:%H:%M}" for each in when.times], []
        data["other_half"] = f"{when.other_half:%H:%M}" if when.other_half else None
        data["is_midnight"] = when.is_midnight
    if when.offered:
        data["times"], data["offered"] = [], [f"{each:%H:%M}" for each in when.offered]
    if is_all_day:
        data["times"] = ["00:00"]
    when = _with_night(request, data, when)
    first = None if when.problem is None else Screen(misunderstood(when.problem))
    if len(data["days"]) != 1 or when.is_doubtful:
        return FLOW.ask(request, running, "day", data, first=first)
    if len(data["times"]) != 1 or when.problem is not None:
        return FLOW.ask(request, running, "time", data, first=first)
    day, clock = date.fromisoformat(data["days"][0]), time.fromisoformat(data["times"][0])
    start = datetime.combine(day, clock)
    return await _save(request, running, data, start, rule=None)


def _with_night(request: Request, data: dict[str, Any], when: When) -> When:
    """Add to *data* both nights that midnight of the day can mean, and to *when* the question."""
    if not data.get("is_midnight") or len(data["days"]) != 1:
        return when
    now = to_local(request.scope.clock.now(), ZoneInfo(data["zone"]))
    nights = nights_of(date.fromisoformat(data["days"][0]), local_now=now)
    data["days"] = [night.isoformat() for night in nights] or data["days"]
    data["is_midnight"] = len(nights) > 1
    return replace(when, problem=when.problem or which_night(nights)) if nights[1:] else when


async def _repeat(
    request: Request,
    running: Conversation | None,
    data: dict[str, Any],
    when: When,
    rule: Recurrence,
) -> Answer:
    """Save "every Wednesday 11:00" as a new recurrence, for the series or from this
    occurrence on.
    """
    now = to_local(request.scope.clock.now(), ZoneInfo(data["zone"]))
    clock = when.clock or time.fromisoformat(data["old_time"])
    old_day = date.fromisoformat(data["old_day"])
    if data["reach"] == Reach.ALL:
        facts = await get_occurrence(request.scope, UUID(data["id"]))
        coming = await get_next_or_last_occurrence(request.scope, facts.appointment_id)
        data["id"] = str(coming.id)
        old_day = to_local(coming.starts_at, coming.zone).date()
    start = datetime.combine(when.day or max(old_day, now.date()), clock)
    so_far = (await get_occurrence(request.scope, UUID(data["id"]))).recurrence
    rule = rule.except_for(so_far.except_on) if so_far else rule
    first = rule.first_from(start) if when.is_anchored or rule.except_on else start
    if (
        so_far is not None
        and so_far.until is not None
        and rule.until is None
        and rule.count is None
    ):
        # A series that ends must not become endless just because it repeats differently.
        first = None if first is None or first > so_far.until else first
    if when.problem is not None or first is None:
        raise when.problem or Misunderstood(Problem.NO_OCCURRENCE)
    rule = without_missed_exceptions(rule.with_shorter_months(first), first, typed=when.except_on)
    return await _save(request, running, data, first, rule=rule)


async def _save(
    request: Request,
    running: Conversation | None,
    data: dict[str, Any],
    start: datetime,
    *,
    rule: Recurrence | None,
) -> Answer:
    if data.get("is_said") and rule is None:
        asked = {**data, "is_said": False, "start": start.isoformat()}
        return FLOW.ask(request, running, "sure", asked)
    scope, occurrence_id, version = request.scope, UUID(data["id"]), data["version"]
    member = scope.require(Action.CHANGE_APPOINTMENTS)
    now = scope.clock.now()
    try:
        if rule is None:
            reach = Reach(data["reach"])
            facts = await move_occurrence(scope, occurrence_id, start, reach=reach, version=version)
        else:
            names_end = rule.until is not None or rule.count is not None
            facts = await change_recurrence(
                scope,
                occurrence_id,
                start,
                rule,
                version=version,
                keeps_end=not names_end,
                reach=Reach(data["reach"]),
            )
    except (AppointmentInPast, TimeDoesNotExist) as error:
        again = {**data, "times": []}
        problem = to_problem(error)
        offered = _later_half(data, start, now=now) if rule is None else ()
        if offered and isinstance(error, AppointmentInPast):
            again["offered"] = [f"{each:%H:%M}" for each in offered]
            first = Screen(misunderstood(hour_has_passed(problem.words, offered=offered)))
            return FLOW.ask(request, running, "time", again, first=first)
        first = Screen(misunderstood(problem))
        if isinstance(error, AppointmentInPast):
            return FLOW.ask(request, running, "day", {**again, "days": []}, first=first)
        return FLOW.ask(request, running, "time", again, first=first)
    except AppointmentChanged:
        facts = await get_occurrence(scope, occurrence_id)
        screen = confirmations.changed_meanwhile(facts, member=member, now=now)
        return finished(running, Answer(send=(screen,)))
    return finished(running, await _answer(request, facts))


def _ask_sure(data: Data, choice: Choice) -> Screen:
    zone, start = ZoneInfo(data["zone"]), datetime.fromisoformat(data["start"])
    old = datetime.fromisoformat(f"{data['old_day']}T{data['old_time']}")
    return change_questions.ask_sure_to_move(
        data["title"],
        old,
        start,
        today=date.fromisoformat(data["today"]),
        is_all_day=bool(data.get("is_all_day")),
        place=data.get("place") or zone.key,
        button=choice(change_questions.move_label(), "yes"),
    )


async def _take_sure(request: Request, running: Conversation, reply: Reply) -> Answer:
    data: dict[str, Any] = dict(running.data)
    if reply.choice is not None:
        start = datetime.fromisoformat(data["start"])
        return await _save(request, running, data, start, rule=None)
    when = questions.take_when(request, reply, zone=ZoneInfo(data["zone"]), hint="on")
    return await _understood(request, running, {**data, "is_said": True}, when, typed=reply.text)


def _later_half(data: Data, start: datetime, *, now: datetime) -> tuple[time, ...]:
    """The time twelve hours later on that day, if it may have been meant and is still ahead."""
    other_half = data.get("other_half")
    clock = time.fromisoformat(other_half) if other_half else None
    local_now = to_local(now, ZoneInfo(data["zone"]))
    return later_half(start.date(), clock, local_now=local_now)


async def _answer(request: Request, facts: OccurrenceFacts) -> Answer:
    member, now = request.scope.require(Action.READ), request.scope.clock.now()
    screen = confirmations.moved(facts, member=member, now=now)
    return Answer(send=(screen,))


async def _renew(request: Request, data: Data) -> Data:
    """Also update "today": the question offers days."""
    request.scope.require(Action.CHANGE_APPOINTMENTS)
    facts, now = await get_occurrence(request.scope, UUID(data["id"])), request.scope.clock.now()
    if facts.ends_at <= now:
        raise AppointmentOver
    return {**data, "today": to_local(now, facts.zone).date().isoformat()}


FLOW = Flow(
    "moveappt",
    {
        "reach": Step(_ask_reach, _take_reach),
        "day": Step(_ask_day, _take_day),
        "time": Step(_ask_time, _take_time),
        "sure": Step(_ask_sure, _take_sure),
    },
    abandon_policy=AbandonPolicy("appts", Unfinished.NOT_CHANGED, renew=_renew),
    shown_before=shown_before,
)
