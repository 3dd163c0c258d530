"""`/pause`, and the buttons that lead to it: for a medicine, or for everything a person takes.

What to pause → the pause that is already running, if any → until when → appointment reminders →
paused. Then, for each course, whether it should last longer. If a pause ends early, it asks whether
to take back the days that were added for it and not lost.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from bot.conversation.engine import Data, Flow, Reply, Step, finished
from bot.features.medicines.flows.medicine_choices import list_not_stopped
from bot.features.medicines.flows.pausing.course_ends import (
    COURSE_ENDS,
    added_days_questions,
    ask_about_courses,
)
from bot.features.medicines.flows.pausing.pause_state import (
    OPEN,
    check_end,
    choices_of,
    end_to_data,
    load,
    resume_date,
    seen_pause,
    stored_of,
    today_of,
)
from bot.features.medicines.flows.pausing.questions import (
    DAYS,
    ask_appointments,
    ask_running,
    ask_sure,
    ask_until,
    ask_what,
    refresh_appointments,
    refresh_running,
    without_its_end,
)
from bot.features.medicines.flows.pausing.resuming import resume_everything, resume_medicine
from bot.features.medicines.views.pausing import outcomes, pause_questions
from bot.grammar.commands.pauses import parse_end, read_pause
from bot.grammar.known_medicines import KnownMedicine
from bot.grammar.people import Person as NamedPerson
from bot.grammar.problems import Misunderstood
from bot.intake.request import Request
from bot.redis.conversations import Conversation
from bot.ui import conversations
from bot.ui.answer import Answer, Screen
from bot.ui.misunderstandings import misunderstood
from bot.ui.presses.medicines import LengthenPause, PauseMedicine, PausePerson
from domain.access import Action
from domain.family.people import Person, list_people
from domain.medicines.changes.status import pause_medication
from domain.medicines.errors import NotPaused, PauseEndImpossible, UnseenPause
from domain.medicines.facts import MedicineFacts, MedicineLine
from domain.medicines.pauses.courses import CourseQuestion, find_left_out_since
from domain.medicines.pauses.person_pauses import pause_person
from domain.medicines.reading import get_medication
from domain.medicines.schedules.courses import Stretch


async def begin(request: Request) -> Answer:
    """`/pause [PERSON | MEDICINE] [until DATE | for DAYS]`"""
    scope = request.scope
    scope.require(Action.CHANGE_MEDICINES)
    people = await list_people(scope)
    lines = await list_not_stopped(scope)
    if not people or not lines:
        _refuse_unknown_names(request.text or "", people)
        return pause_questions.nothing_to_pause()
    if not request.text:
        return FLOW.begin(request, "what", {"choices": choices_of(people, lines)})
    return await _read(request, None, {}, request.text, people, lines)


def _refuse_unknown_names(text: str, people: Sequence[Person]) -> None:
    """Raises Misunderstood if *text* names something unknown: it may be in another family."""
    if text:
        known = [KnownMedicine(person.id, person.name, person.id) for person in people]
        read_pause(text, known=known, people=[])


async def begin_said(request: Request, kind: str, subject_id: UUID, end: str) -> Answer:
    """Show what "mum is in hospital until friday" pauses, before it does. *kind* is "person" or
    "medicine".
    """
    request.scope.require(Action.CHANGE_MEDICINES)
    data = {"kind": kind, "id": str(subject_id), "rest": end, "is_said": kind == "medicine"}
    return await _ask_next_or_pause(request, None, data)


async def begin_medicine(request: Request) -> Answer:
    """Pause, on a medicine's screen."""
    request.scope.require(Action.CHANGE_MEDICINES)
    medication_id = request.pressed(PauseMedicine).medication_id
    return await _ask_next_or_pause(request, None, {"kind": "medicine", "id": str(medication_id)})


async def begin_person(request: Request) -> Answer:
    """Pause, in the list of people."""
    request.scope.require(Action.CHANGE_MEDICINES)
    person_id = request.pressed(PausePerson).person_id
    return await _ask_next_or_pause(request, None, {"kind": "person", "id": str(person_id)})


async def lengthen(request: Request) -> Answer:
    """Pause longer: the running pause was shown, so only its new end is asked for."""
    request.scope.require(Action.CHANGE_MEDICINES)
    person_id = request.pressed(LengthenPause).person_id
    data = await load(request, {"kind": "person", "id": str(person_id)})
    return FLOW.begin(request, "until", {**data, "seen": data["pause"]})


async def _read(
    request: Request,
    running: Conversation | None,
    data: Data,
    text: str,
    people: Sequence[Person],
    lines: Sequence[MedicineLine],
) -> Answer:
    """What a line names, and until when; asks if it names several or none."""
    known = [KnownMedicine(person.id, person.name, person.id) for person in people]
    known += [KnownMedicine(line.id, line.name, line.person_id) for line in lines]
    typed = read_pause(
        text,
        known=known,
        people=[NamedPerson(person.name, person.zone, person.id) for person in people],
    )
    rest = typed.rest or data.get("rest", "")
    ids = {each.id for each in typed.named}
    named_people = [person for person in people if person.id in ids]
    named_lines = [line for line in lines if line.id in ids]
    if len(typed.named) == 1:
        kind = "person" if named_people else "medicine"
        data = {"kind": kind, "id": str(typed.named[0].id), "rest": rest}
        return await _ask_next_or_pause(request, running, data)
    if typed.named:
        choices = [
            ["person", str(person.id), pause_questions.everything_label(person.name)]
            for person in named_people
        ]
        choices += [
            ["medicine", str(line.id), pause_questions.medicine_label(line.name, line.person)]
            for line in named_lines
        ]
    else:
        choices = choices_of(people, lines)
    return FLOW.ask(request, running, "what", {"choices": choices, "rest": rest})


async def _take_what(request: Request, running: Conversation, reply: Reply) -> Answer:
    data: Data = running.data
    if reply.choice is not None:
        kind, key, _label = data["choices"][int(reply.choice)]
        return await _ask_next_or_pause(
            request, running, {"kind": kind, "id": key, "rest": data.get("rest", "")}
        )
    offered = {key for _kind, key, _label in data["choices"]}
    people = [p for p in await list_people(request.scope) if str(p.id) in offered]
    lines = [line for line in await list_not_stopped(request.scope) if str(line.id) in offered]
    return await _read(request, running, data, reply.text or "", people, lines)


async def _ask_next_or_pause(request: Request, running: Conversation | None, data: Data) -> Answer:
    """Ask the next question or, when nothing is open, pause."""
    data = await load(request, data)
    first: Screen | None = None
    rest = data.pop("rest", "")
    if rest:
        try:
            data["until"] = end_to_data(parse_end(rest, today=today_of(request, data)))
            check_end(request, data)
        except Misunderstood as problem:
            first = Screen(misunderstood(problem))
        except PauseEndImpossible as problem:
            first = pause_questions.end_impossible(is_too_far=problem.is_too_far)
        if first is not None:
            data.pop("until", None)
    if data["pause"] != data.get("seen"):
        return FLOW.ask(request, running, "running", without_its_end(data), first=first)
    if "until" not in data:
        return FLOW.ask(request, running, "until", data, first=first)
    is_new = data["kind"] == "person" and data["pause"] is None
    if is_new and "silence" not in data:
        return FLOW.ask(request, running, "appts", await refresh_appointments(request, data))
    if data.get("is_said"):
        return FLOW.ask(request, running, "sure", data)
    return await _pause(request, running, data)


async def _take_sure(request: Request, running: Conversation, reply: Reply) -> Answer:
    if reply.choice is None:
        return await _typed_end(request, running, running.data, reply)
    return await _ask_next_or_pause(request, running, {**running.data, "is_said": False})


async def _take_running(request: Request, running: Conversation, reply: Reply) -> Answer:
    data: Data = running.data
    match reply.choice:
        case "change":
            return await _ask_next_or_pause(request, running, {**data, "seen": data["pause"]})
        case "resume" if data["kind"] == "person":
            return await _resume_everything(request, running, UUID(data["id"]))
        case "resume":
            return await resume_medicine(request, running, UUID(data["id"]))
        case "leave":
            return finished(running, pause_questions.nothing_changed())
        case _:
            return await _typed_end(request, running, {**data, "seen": data["pause"]}, reply)


async def _resume_everything(request: Request, running: Conversation, person_id: UUID) -> Answer:
    """Resume, or ask again if somebody else has ended the pause."""
    try:
        return await resume_everything(request, running, person_id)
    except NotPaused:
        data = await load(request, {**running.data, "seen": None})
        return FLOW.advance(request, running, "running", data)


async def _typed_end(request: Request, running: Conversation, data: Data, reply: Reply) -> Answer:
    """Take an end that was typed at another question about the same pause."""
    text = reply.text or ""
    try:
        end = parse_end(text, today=today_of(request, data), is_answer=True)
    except Misunderstood:
        return conversations.tap_a_button(text).and_ask(FLOW.question(running))
    typed = {**data, "until": end_to_data(end)}
    try:
        check_end(request, typed)
    except PauseEndImpossible as problem:
        first = pause_questions.end_impossible(is_too_far=problem.is_too_far)
        return FLOW.advance(request, running, running.step, running.data, first=first)
    return await _ask_next_or_pause(request, running, typed)


async def _take_until(request: Request, running: Conversation, reply: Reply) -> Answer:
    data: dict[str, Any] = dict(running.data)
    today = today_of(request, data)
    if reply.choice == OPEN:
        data["until"] = OPEN
    elif reply.choice is not None:
        data["until"] = (today + timedelta(days=DAYS[reply.choice])).isoformat()
    else:
        end = parse_end(reply.text or "", today=today, is_answer=True)
        data["until"] = end_to_data(end)
    try:
        check_end(request, data)
    except PauseEndImpossible as problem:
        first = pause_questions.end_impossible(is_too_far=problem.is_too_far)
        return FLOW.advance(request, running, "until", running.data, first=first)
    return await _ask_next_or_pause(request, running, data)


async def _take_appointments(request: Request, running: Conversation, reply: Reply) -> Answer:
    if reply.choice not in ("yes", "no"):
        return await _typed_end(request, running, running.data, reply)
    return await _ask_next_or_pause(
        request, running, {**running.data, "silence": reply.choice == "yes"}
    )


async def _pause(request: Request, running: Conversation | None, data: Data) -> Answer:
    scope = request.scope
    try:
        if data["kind"] == "person":
            said, medicines, until = await _pause_person(request, data)
        else:
            said, medicines, until = await _pause_medicine(request, data)
    except PauseEndImpossible as problem:
        # Midnight has passed since the question was asked.
        first = pause_questions.end_impossible(is_too_far=problem.is_too_far)
        data = {key: value for key, value in data.items() if key != "until"}
        return FLOW.ask(request, running, "until", data, first=first)
    except UnseenPause:
        return FLOW.ask(request, running, "running", await load(request, data))
    since = await find_left_out_since(scope, UUID(data["id"]))
    questions = added_days_questions(medicines)
    if since is not None and until is not None:
        lost = Stretch.between(since, until, ZoneInfo(data["zone"]))
        questions += [CourseQuestion(medicine.id, lost) for medicine in medicines]
    return await ask_about_courses(request, running, said, questions)


async def _pause_person(
    request: Request, data: Data
) -> tuple[Screen, Sequence[MedicineFacts], datetime | None]:
    """What was done, the medicines it affected, and the end."""
    scope = request.scope
    done = await pause_person(
        scope,
        UUID(data["id"]),
        resumes_on=resume_date(data),
        silences_appointments=bool(data.get("silence")),
        seen=seen_pause(data),
    )
    member = scope.require(Action.CHANGE_MEDICINES)
    said = outcomes.person_paused(done, member=member, now=scope.clock.now())
    pause = done.person.pause
    return said, done.medicines, pause.until if pause else None


async def _pause_medicine(
    request: Request, data: Data
) -> tuple[Screen, Sequence[MedicineFacts], datetime | None]:
    scope = request.scope
    before = await get_medication(scope, UUID(data["id"]))
    seen = before if stored_of(before) == data.get("seen") else None
    medicine = await pause_medication(scope, before.id, resumes_on=resume_date(data), seen=seen)
    member = scope.require(Action.CHANGE_MEDICINES)
    said = outcomes.paused(medicine, member=member, now=scope.clock.now())
    return said, [medicine], medicine.resumes_at


FLOW = Flow(
    COURSE_ENDS.name,
    {
        "what": Step(ask_what, _take_what),
        "running": Step(ask_running, _take_running, refresh_running, has_own_exit=True),
        "until": Step(ask_until, _take_until),
        "appts": Step(ask_appointments, _take_appointments, refresh_appointments),
        "sure": Step(ask_sure, _take_sure),
        **COURSE_ENDS.steps,
    },
    abandon_policy=COURSE_ENDS.abandon_policy,
)
