"""Change on an appointment: title, doctor, place, what to bring, how long, reminders, rhythm."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from bot.flows.add_appointment import file_of
from bot.flows.appointment_draft import to_problem
from bot.flows.engine import Choice, Data, Flow, Reply, Step, cancelled, finished
from bot.flows.when_questions import check_kind
from bot.grammar.appointments import (
    KnownDoctor,
    match_doctors,
    parse_reminders,
    parse_text,
    parse_title,
)
from bot.grammar.doctors import is_skipped
from bot.grammar.names import parse_name
from bot.grammar.people import Person
from bot.grammar.problems import Misunderstood, Problem
from bot.grammar.whens import parse_days, parse_duration, parse_when
from bot.intake.request import Request
from bot.redis.conversations import Conversation
from bot.views import appointments as views
from bot.views import medicines as medicine_views
from bot.views.answer import Answer, Keyboard, Screen
from domain.access import Action
from domain.appointment_changes import edit, repeat
from domain.appointments import Details, DoctorNamed, OccurrenceFacts, get_occurrence
from domain.doctors import list_doctors
from domain.errors import AppointmentChanged, AppointmentInPast, TimeDoesNotExist
from domain.occurrences import to_local
from domain.recurrences import Recurrence

_DAYS = (1, 2, 3, 5, 7, 14)  # of what lasts all day
_DURATIONS = (15, 30, 45, 60, 90, 120)
_REMINDERS = {"d": (1440,), "dh": (1440, 60), "h": (60,), "d2h": (1440, 120), "wd": (10080, 1440)}
_NONE = "none"
_ONCE = "once"
_OPTIONAL = {"doctor", "place", "bring", "note"}


async def begin(request: Request) -> Answer:
    """The Change button."""
    request.scope.require(Action.CHANGE_APPOINTMENTS)
    facts = await get_occurrence(request.scope, request.subject_id)
    data = {
        "id": str(facts.id),
        "version": facts.version,
        "title": facts.details.title,
        "is_all_day": facts.details.is_all_day,
    }
    return FLOW.begin(request, "what", data)


def _ask_what(data: Data, choice: Choice) -> Screen:
    buttons = [choice(words, key[:7]) for key, words in views.part_labels().items()]
    buttons.append(choice(medicine_views.cancel_label(), "cancel"))
    return views.ask_what_to_change(data["title"], buttons)


async def _take_what(request: Request, running: Conversation, reply: Reply) -> Answer:
    if reply.choice == "cancel":
        return cancelled(running.flow_id)
    for part in _PARTS:
        if reply.choice == part[:7]:
            return FLOW.go_on(request, running, part, running.data)
    return medicine_views.tap_a_button().and_send(FLOW.question(running))


def _ask(part: str) -> Callable[[Data, Choice], Screen]:
    def ask(data: Data, choice: Choice) -> Screen:
        if part == "duration" and data.get("is_all_day"):
            return views.ask_days(data["title"], [choice(_days_label(n), str(n)) for n in _DAYS])
        return views.ask_part(part, data["title"], _choices(part, choice))

    return ask


def _days_label(count: int) -> str:
    return views.duration_words(timedelta(days=count))


def _choices(part: str, choice: Choice) -> Keyboard:
    match part:
        case "duration":
            buttons = [
                choice(views.duration_words(timedelta(minutes=m)), str(m)) for m in _DURATIONS
            ]
            return (tuple(buttons[:3]), tuple(buttons[3:]))
        case "remind":
            return (
                *(
                    (choice(views.reminders_words(before), key),)
                    for key, before in _REMINDERS.items()
                ),
                (choice(views.reminders_words(()), _NONE),),
            )
        case "repeat":
            return ((choice(views.repeat_labels()["once"], _ONCE),),)
        case part if part in _OPTIONAL:
            return ((choice(views.leave_out_label(), _NONE),),)
        case _:
            return ()


def _take(part: str) -> Callable[[Request, Conversation, Reply], Any]:
    async def take(request: Request, running: Conversation, reply: Reply) -> Answer:
        facts = await get_occurrence(request.scope, UUID(str(running.data["id"])))
        if part == "repeat":
            return await _repeat(request, running, reply, facts)
        details = await _PARTS[part](request, facts, reply)
        return await _save(request, running, facts, details)

    return take


async def _title(_: Request, facts: OccurrenceFacts, reply: Reply) -> Details:
    return replace(facts.details, title=parse_title(reply.text or ""))


async def _doctor(request: Request, facts: OccurrenceFacts, reply: Reply) -> Details:
    if _is_left_out(reply):
        return replace(facts.details, doctor=None)
    words = parse_name((reply.text or "").removeprefix("with ").strip())
    known = [KnownDoctor(d.name, d.id, d.person_id) for d in await list_doctors(request.scope)]
    person = Person(facts.person, facts.zone, facts.person_id)
    found = match_doctors(words, known, person=person)
    if len(found) > 1:
        names = tuple(doctor.name for doctor in found)
        raise Misunderstood(Problem.WHICH_DOCTOR, words, suggestions=names)
    doctor = DoctorNamed(found[0].name, found[0].id) if found else DoctorNamed(words)
    return replace(facts.details, doctor=doctor)


async def _place(_: Request, facts: OccurrenceFacts, reply: Reply) -> Details:
    return replace(facts.details, place=_text(reply))


async def _bring(_: Request, facts: OccurrenceFacts, reply: Reply) -> Details:
    return replace(facts.details, bring=_text(reply))


async def _note(_: Request, facts: OccurrenceFacts, reply: Reply) -> Details:
    return replace(facts.details, note=_text(reply))


async def _duration(_: Request, facts: OccurrenceFacts, reply: Reply) -> Details:
    if facts.details.is_all_day:
        text = f"{reply.choice} days" if reply.choice is not None else reply.text or ""
        return replace(facts.details, duration=parse_days(text))
    if reply.choice is not None:
        return replace(facts.details, duration=timedelta(minutes=int(reply.choice)))
    return replace(facts.details, duration=parse_duration(reply.text or ""))


async def _remind(_: Request, facts: OccurrenceFacts, reply: Reply) -> Details:
    if reply.choice is not None:
        before = _REMINDERS.get(reply.choice, ())
    else:
        before = parse_reminders(reply.text or "")
    return replace(facts.details, remind_before=before)


async def _repeat(
    request: Request, running: Conversation, reply: Reply, facts: OccurrenceFacts
) -> Answer:
    rule: Recurrence | None = None
    now = request.scope.clock.now()
    start = max(
        to_local(facts.moved_from or facts.starts_at, facts.zone), to_local(now, facts.zone)
    )
    start = datetime.combine(start.date(), to_local(facts.starts_at, facts.zone).time())
    if reply.choice != _ONCE:
        when = parse_when(reply.text or "", zone=facts.zone, now=now)
        if when.problem is not None:
            raise when.problem
        if when.rule is None:
            raise Misunderstood(Problem.WHEN_UNREADABLE, reply.text or "")
        check_kind(when, is_all_day=facts.details.is_all_day)
        rule = when.rule
        start = datetime.combine(when.day or start.date(), when.clock or start.time())
        first = rule.first_from(start) if when.is_anchored else start
        if first is None or (rule.until is not None and first > rule.until):
            raise Misunderstood(Problem.NO_OCCURRENCE, reply.text or "")
        start = first
    version = int(str(running.data["version"]))
    try:
        changed = await repeat(request.scope, facts.id, start, rule, version=version)
    except (AppointmentInPast, TimeDoesNotExist) as error:
        raise to_problem(error) from error
    except AppointmentChanged:
        return await _changed_meanwhile(request, running, facts)
    return await _done(request, running, changed)


async def _save(
    request: Request, running: Conversation, facts: OccurrenceFacts, details: Details
) -> Answer:
    version = int(str(running.data["version"]))
    try:
        changed = await edit(request.scope, facts.id, details, version=version)
    except AppointmentChanged:
        return await _changed_meanwhile(request, running, facts)
    return await _done(request, running, changed)


async def _done(request: Request, running: Conversation, facts: OccurrenceFacts) -> Answer:
    member = request.scope.require(Action.CHANGE_APPOINTMENTS)
    screen = views.changed(facts, member=member, now=request.scope.clock.now())
    return finished(running, Answer(send=(screen, await file_of(request, facts))))


async def _changed_meanwhile(
    request: Request, running: Conversation, facts: OccurrenceFacts
) -> Answer:
    member = request.scope.require(Action.CHANGE_APPOINTMENTS)
    screen = views.changed_meanwhile(facts, member=member, now=request.scope.clock.now())
    return finished(running, Answer(send=(screen,)))


def _is_left_out(reply: Reply) -> bool:
    return reply.choice == _NONE or is_skipped(reply.text or "")


def _text(reply: Reply) -> str | None:
    return None if _is_left_out(reply) else parse_text(reply.text or "")


_PARTS: Mapping[str, Any] = {
    "title": _title,
    "doctor": _doctor,
    "place": _place,
    "bring": _bring,
    "note": _note,
    "duration": _duration,
    "remind": _remind,
    "repeat": _repeat,
}
FLOW = Flow(
    "changeappt",
    {
        "what": Step(_ask_what, _take_what),
        **{part: Step(_ask(part), _take(part)) for part in _PARTS},
    },
)
