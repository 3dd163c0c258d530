"""Change on an appointment: title, doctor, place, what to bring, how long, reminders, rhythm."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from bot.flows.add_appointment import file_of
from bot.flows.appointment_draft import to_problem
from bot.flows.engine import Choice, Data, Flow, Reply, Step, cancelled, finished
from bot.flows.known_doctors import list_known_doctors
from bot.flows.when_questions import check_kind
from bot.grammar.appointments import (
    match_doctors,
    parse_reminders,
    parse_text,
    parse_title,
)
from bot.grammar.doctors import is_skipped
from bot.grammar.names import parse_name
from bot.grammar.people import Person
from bot.grammar.problems import Misunderstood, Problem
from bot.grammar.repeat_changes import RepeatChange, parse_repeat_change
from bot.grammar.whens import parse_days, parse_duration
from bot.intake.request import Request
from bot.redis.conversations import Conversation
from bot.views import appointments as views
from bot.views import medicines as medicine_views
from bot.views.answer import Answer, Keyboard, Screen
from domain.access import Action
from domain.appointment_changes import edit, move, repeat
from domain.appointment_lock import Reach
from domain.appointments import Details, DoctorNamed, OccurrenceFacts, get_occurrence
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
        "place": views.place_of(facts),
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
        question = views.ask_part(part, data["title"], _choices(part, choice))
        return views.by_place(question, data.get("place") if part == "repeat" else None)

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
    known = await list_known_doctors(request.scope)
    person = Person(facts.person, facts.zone, facts.person_id)
    found = match_doctors(words, known, person=person)
    if len(found) > 1:
        names = tuple(doctor.label for doctor in found)
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
    """What would come for longer, or no more, is shown beside what it is now, and asked about."""
    typed = _typed_rhythm(reply, facts, now=request.scope.clock.now())
    if not _is_asked(facts.recurrence, typed):
        return await _change_rhythm(request, running, facts, typed)
    said = {
        "choice": reply.choice,
        "text": reply.text,
        "at": request.scope.clock.now().isoformat(),
        "then": _rhythm_words(typed),
        "now": _rhythm_words_of(facts),
    }
    return FLOW.go_on(request, running, "review", {**running.data, "said": said})


def _typed_rhythm(reply: Reply, facts: OccurrenceFacts, *, now: datetime) -> RepeatChange | None:
    """None: only once. Raises Misunderstood."""
    if reply.choice == _ONCE:
        return None
    start = _next_start(facts, now=now)
    typed = parse_repeat_change(
        reply.text or "", old=facts.recurrence, start=start, zone=facts.zone, now=now
    )
    check_kind(typed.when, is_all_day=facts.details.is_all_day)
    return typed


def _next_start(facts: OccurrenceFacts, *, now: datetime) -> datetime:
    """The day of the occurrence, or today, at its own time (naive local)."""
    start = max(
        to_local(facts.moved_from or facts.starts_at, facts.zone), to_local(now, facts.zone)
    )
    return datetime.combine(start.date(), to_local(facts.starts_at, facts.zone).time())


def _is_asked(old: Recurrence | None, typed: RepeatChange | None) -> bool:
    """Whether what recurs would recur for longer, or not any more."""
    if old is None:
        return False
    if typed is None:
        return True
    if typed.keeps_end or (old.until is None and old.count is None):
        return False
    new = typed.rule.until
    return old.until is None or new is None or new.date() > old.until.date()


def _rhythm_words(typed: RepeatChange | None) -> str | None:
    return views.rhythm_words(typed.rule, first=typed.start.date()) if typed else None


def _rhythm_words_of(facts: OccurrenceFacts) -> str | None:
    first = to_local(facts.moved_from or facts.starts_at, facts.zone).date()
    return views.rhythm_words(facts.recurrence, first=first) if facts.recurrence else None


def _ask_review(data: Data, choice: Choice) -> Screen:
    said = data["said"]
    return views.review_repetition(
        data["title"],
        now=said["now"],
        then=said["then"],
        buttons=(
            choice(medicine_views.save_label(), "save"),
            choice(medicine_views.change_label(), "change"),
            choice(medicine_views.cancel_label(), "cancel"),
        ),
    )


async def _refresh_review(request: Request, data: Data) -> Data:
    facts = await get_occurrence(request.scope, UUID(str(data["id"])))
    said = {**data["said"], "now": _rhythm_words_of(facts)}
    return {**data, "title": facts.details.title, "version": facts.version, "said": said}


async def _take_review(request: Request, running: Conversation, reply: Reply) -> Answer:
    """Save what was shown; what is typed is another answer to the question before."""
    data: Data = running.data
    match reply.choice:
        case "save":
            said = data["said"]
            facts = await get_occurrence(request.scope, UUID(str(data["id"])))
            answer = Reply(choice=said["choice"], text=said["text"])
            # It was read on the day on which it was said, and so it was shown.
            typed = _typed_rhythm(answer, facts, now=datetime.fromisoformat(said["at"]))
            return await _change_rhythm(request, running, facts, typed)
        case "change":
            return FLOW.go_on(request, running, "repeat", data)
        case "cancel":
            return cancelled(running.flow_id)
        case _:
            facts = await get_occurrence(request.scope, UUID(str(data["id"])))
            return await _repeat(request, running, reply, facts)


async def _change_rhythm(
    request: Request, running: Conversation, facts: OccurrenceFacts, typed: RepeatChange | None
) -> Answer:
    version = int(str(running.data["version"]))
    try:
        if typed is None:
            start = _next_start(facts, now=request.scope.clock.now())
            changed = await repeat(request.scope, facts.id, start, None, version=version)
        else:
            changed = await _save_rhythm(request, facts, typed, version=version)
    except (AppointmentInPast, TimeDoesNotExist) as error:
        raise to_problem(error) from error
    except AppointmentChanged:
        return await _changed_meanwhile(request, running, facts)
    return await _done(request, running, changed)


async def _save_rhythm(
    request: Request, facts: OccurrenceFacts, typed: RepeatChange, *, version: int
) -> OccurrenceFacts:
    """Another rhythm; or, of another hour alone, the same one with all that was said of each."""
    if typed.is_other_hour:
        local = to_local(facts.starts_at, facts.zone)
        start = datetime.combine(local.date(), typed.start.time())
        return await move(request.scope, facts.id, start, reach=Reach.ALL, version=version)
    return await repeat(
        request.scope,
        facts.id,
        typed.start,
        typed.rule,
        version=version,
        keeps_end=typed.keeps_end,
    )


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
        "review": Step(_ask_review, _take_review, _refresh_review),
    },
)
