"""`/pause`, and the buttons that lead to it: of a medicine, or of everything a person takes.

What is paused → the pause that runs already, if one does → until when → reminders of appointments
→ paused; then for each course whether it may last longer.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from bot.flows.engine import Choice, Data, Flow, Reply, Step, cancelled, finished
from bot.grammar.known_medicines import KnownMedicine
from bot.grammar.pauses import PauseEnd, parse_end, read_pause
from bot.grammar.people import Person as NamedPerson
from bot.grammar.problems import Misunderstood
from bot.intake.request import Request
from bot.redis.conversations import Conversation
from bot.views import medicines as medicine_views
from bot.views import pauses as views
from bot.views.answer import Answer, Screen
from bot.views.misunderstandings import misunderstood
from domain.access import Action
from domain.care_recipients import Pause, Person, get_person, list_people
from domain.courses import last_day
from domain.database import Scope
from domain.errors import (
    CareCircleError,
    ChangedMeanwhile,
    NothingToPause,
    NotPaused,
    PauseEndImpossible,
    PauseRuns,
    StoppedMeanwhile,
)
from domain.medications import (
    edit_medication,
    end_of_pause,
    get_medication,
    list_medicines,
    pause_medication,
    restore_medication,
)
from domain.medicines import MedicineFacts, MedicineLine, MedicineStatus
from domain.pauses import (
    Course,
    PersonPaused,
    find_courses,
    left_out_since,
    pause_person,
    resume_person,
)
from domain.schedules import schedule_from_json

DAYS = {"1": 1, "3": 3, "7": 7}
MOST_CHOICES = 30
OPEN = "open"


async def begin(request: Request) -> Answer:
    """`/pause [PERSON | MEDICINE] [until DATE | for DAYS]`"""
    scope = request.scope
    scope.require(Action.CHANGE_MEDICINES)
    people = await list_people(scope)
    lines = await _pausable(scope)
    if not people or not lines:
        return views.nothing_to_pause()
    if not request.text:
        return FLOW.begin(request, "what", {"choices": _choices(people, lines)})
    return await _read(request, None, {}, request.text, people, lines)


async def begin_medicine(request: Request) -> Answer:
    """Pause, on the screen of a medicine."""
    request.scope.require(Action.CHANGE_MEDICINES)
    return await _go(request, None, {"kind": "medicine", "id": str(request.subject_id)})


async def begin_person(request: Request) -> Answer:
    """Pause, below the people; Longer, below the announcement of the end."""
    request.scope.require(Action.CHANGE_MEDICINES)
    return await _go(request, None, {"kind": "person", "id": str(request.subject_id)})


async def lengthen(request: Request) -> Answer:
    """Longer: the pause that runs is seen, only its new end is asked for."""
    request.scope.require(Action.CHANGE_MEDICINES)
    data = await _load(request, {"kind": "person", "id": str(request.subject_id)})
    return FLOW.begin(request, "until", {**data, "seen": data["pause"]})


async def resume(request: Request) -> Answer:
    """Resume, of everything that a person takes."""
    return await _resume_person(request, None, request.subject_id)


# What is paused.


async def _pausable(scope: Scope) -> Sequence[MedicineLine]:
    return [
        line for line in await list_medicines(scope) if line.status is not MedicineStatus.STOPPED
    ]


def _choices(people: Sequence[Person], lines: Sequence[MedicineLine]) -> list[list[str]]:
    """As a conversation keeps them: what it is, its id, its label."""
    who_takes = {line.person_id for line in lines}
    several = len(people) > 1
    found = [
        ["person", str(person.id), views.everything_label(person.name)]
        for person in people
        if person.id in who_takes
    ]
    found += [
        [
            "medicine",
            str(line.id),
            views.medicine_label(line.name, line.person if several else None),
        ]
        for line in lines
    ]
    return found[:MOST_CHOICES]


async def _read(
    request: Request,
    running: Conversation | None,
    data: Data,
    text: str,
    people: Sequence[Person],
    lines: Sequence[MedicineLine],
) -> Answer:
    """What a line names and until when; asked where it names several, or none."""
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
        return await _go(request, running, data)
    if typed.named:
        choices = [
            ["person", str(person.id), views.everything_label(person.name)]
            for person in named_people
        ]
        choices += [
            ["medicine", str(line.id), views.medicine_label(line.name, line.person)]
            for line in named_lines
        ]
    else:
        choices = _choices(people, lines)
    return _asking(request, running, "what", {"choices": choices, "rest": rest})


def _ask_what(data: Data, choice: Choice) -> Screen:
    return views.ask_what(
        [choice(words, str(number)) for number, (*_, words) in enumerate(data["choices"])]
    )


async def _take_what(request: Request, running: Conversation, reply: Reply) -> Answer:
    data: Data = running.data
    if reply.choice is not None:
        kind, key, _label = data["choices"][int(reply.choice)]
        return await _go(request, running, {"kind": kind, "id": key, "rest": data.get("rest", "")})
    offered = {key for _kind, key, _label in data["choices"]}
    people = [p for p in await list_people(request.scope) if str(p.id) in offered]
    lines = [line for line in await _pausable(request.scope) if str(line.id) in offered]
    return await _read(request, running, data, reply.text or "", people, lines)


# Where a conversation stands.


def _asking(
    request: Request,
    running: Conversation | None,
    step: str,
    data: Data,
    *,
    first: Screen | None = None,
) -> Answer:
    if running is None:
        return FLOW.begin(request, step, data, first=first)
    return FLOW.go_on(request, running, step, data, first=first)


async def _load(request: Request, data: Data) -> dict[str, Any]:
    """What the tables say of what is to be paused: `pause` is the one that runs, as it is written
    into a conversation (its beginning, its end, whether it is the person's).
    """
    scope = request.scope
    if data["kind"] == "person":
        person = await get_person(scope, UUID(data["id"]))
        if not any(line.person_id == person.id for line in await _pausable(scope)):
            raise NothingToPause(person.name)
        loaded = {"name": person.name, "zone": person.zone.key, "pause": _stored(person.pause)}
    else:
        medicine = await get_medication(scope, UUID(data["id"]))
        if medicine.status is MedicineStatus.STOPPED:
            raise StoppedMeanwhile(medicine.name)
        loaded = {
            "name": medicine.name,
            "zone": medicine.zone.key,
            "pause": _stored_of(medicine),
        }
    return {**data, **loaded, "now": scope.clock.now().isoformat()}


def _stored(pause: Pause | None) -> list[Any] | None:
    if pause is None:
        return None
    until = pause.until.isoformat() if pause.until else None
    return [pause.since.isoformat(), until, pause.silences_appointments]


def _stored_of(medicine: MedicineFacts) -> list[Any] | None:
    if medicine.status is not MedicineStatus.PAUSED:
        return None
    until = medicine.resumes_at.isoformat() if medicine.resumes_at else None
    return ["", until, medicine.is_paused_with_person]


async def _go(request: Request, running: Conversation | None, data: Data) -> Answer:
    """The next question, or, once nothing is left to ask, the pause."""
    data = await _load(request, data)
    first: Screen | None = None
    rest = data.pop("rest", "")
    if rest:
        try:
            data["until"] = _end_to_data(parse_end(rest, today=_today(request, data)))
            _check_end(request, data)
        except Misunderstood as problem:
            first = Screen(misunderstood(problem))
        except PauseEndImpossible as problem:
            first = views.end_impossible(is_too_far=problem.is_too_far)
        if first is not None:
            data.pop("until", None)
    if data["pause"] != data.get("seen"):
        return _asking(request, running, "running", data, first=first)
    if "until" not in data:
        return _asking(request, running, "until", data, first=first)
    is_new = data["kind"] == "person" and data["pause"] is None
    if is_new and "silence" not in data:
        return _asking(request, running, "appts", data)
    return await _pause(request, running, data)


def _today(request: Request, data: Data) -> date:
    return request.scope.clock.now().astimezone(ZoneInfo(data["zone"])).date()


def _end_to_data(end: PauseEnd) -> str:
    return OPEN if end.resumes_on is None else end.resumes_on.isoformat()


def _resumes_on(data: Data) -> date | None:
    until = data.get("until", OPEN)
    return None if until == OPEN else date.fromisoformat(until)


def _check_end(request: Request, data: Data) -> None:
    end_of_pause(_resumes_on(data), ZoneInfo(data["zone"]), now=request.scope.clock.now())


# A pause that runs already.


async def _refresh_running(request: Request, data: Data) -> Data:
    try:
        return await _load(request, data)
    except CareCircleError:  # it is gone, or stopped: whoever answers is told so
        return data


def _ask_running(data: Data, choice: Choice) -> Screen:
    pause = data["pause"]
    until = pause and pause[1]
    shown = None
    if pause:
        is_with_person = data["kind"] == "medicine" and pause[2]
        shown = (datetime.fromisoformat(until) if until else None, is_with_person)
    labels = views.running_labels(runs=pause is not None)
    return views.ask_about_running(
        data["name"],
        shown,
        zone=ZoneInfo(data["zone"]),
        now=datetime.fromisoformat(data["now"]),
        new_end=_resumes_on(data),
        never_ends=data.get("until") == OPEN,
        buttons=[choice(words, key) for key, words in labels.items()],
    )


async def _take_running(request: Request, running: Conversation, reply: Reply) -> Answer:
    data: Data = running.data
    match reply.choice:
        case "change":
            return await _go(request, running, {**data, "seen": data["pause"]})
        case "resume" if data["kind"] == "person":
            return await _resume_person(request, running, UUID(data["id"]))
        case "resume":
            return await resume_medicine(request, running, UUID(data["id"]))
        case "leave":
            return finished(running, views.left())
        case _:
            return medicine_views.tap_a_button().and_send(FLOW.question(running))


# Until when.


def _ask_until(data: Data, choice: Choice) -> Screen:
    return views.ask_until_when(
        data["name"],
        is_person=data["kind"] == "person",
        is_change=data["pause"] is not None,
        choices=[choice(words, key) for key, words in views.pause_choices().items()],
    )


async def _take_until(request: Request, running: Conversation, reply: Reply) -> Answer:
    data: dict[str, Any] = dict(running.data)
    today = _today(request, data)
    if reply.choice == "cancel":
        return cancelled(running.flow_id)
    if reply.choice == OPEN:
        data["until"] = OPEN
    elif reply.choice is not None:
        data["until"] = (today + timedelta(days=DAYS[reply.choice])).isoformat()
    else:
        end = parse_end(reply.text or "", today=today, is_answer=True)
        data["until"] = _end_to_data(end)
    try:
        _check_end(request, data)
    except PauseEndImpossible as problem:
        first = views.end_impossible(is_too_far=problem.is_too_far)
        return FLOW.go_on(request, running, "until", running.data, first=first)
    return await _go(request, running, data)


# Appointments.


def _ask_appointments(data: Data, choice: Choice) -> Screen:
    return views.ask_appointments(
        data["name"],
        _resumes_on(data),
        [choice(words, key) for key, words in views.appointment_labels().items()],
    )


async def _take_appointments(request: Request, running: Conversation, reply: Reply) -> Answer:
    if reply.choice == "cancel":
        return cancelled(running.flow_id)
    if reply.choice not in ("yes", "no"):
        return medicine_views.tap_a_button().and_send(FLOW.question(running))
    return await _go(request, running, {**running.data, "silence": reply.choice == "yes"})


# Pausing, and going on.


async def _pause(request: Request, running: Conversation | None, data: Data) -> Answer:
    scope = request.scope
    try:
        if data["kind"] == "person":
            done = await pause_person(
                scope,
                UUID(data["id"]),
                resumes_on=_resumes_on(data),
                silences_appointments=bool(data.get("silence")),
                seen=_seen(data),
            )
            said, ids, until = _said_of_person(request, done)
        else:
            before = await get_medication(scope, UUID(data["id"]))
            seen = before if _stored_of(before) == data.get("seen") else None
            medicine = await pause_medication(
                scope, before.id, resumes_on=_resumes_on(data), seen=seen
            )
            member = scope.require(Action.CHANGE_MEDICINES)
            said = views.paused(medicine, member=member, now=scope.clock.now())
            ids, until = [medicine.id], medicine.resumes_at
    except PauseEndImpossible as problem:
        # Midnight has come over the question.
        first = views.end_impossible(is_too_far=problem.is_too_far)
        data = {key: value for key, value in data.items() if key != "until"}
        return _asking(request, running, "until", data, first=first)
    except PauseRuns:
        return _asking(request, running, "running", await _load(request, data))
    since = await left_out_since(scope, UUID(data["id"]))
    return await _with_courses(request, running, said, ids, since=since, until=until)


def _said_of_person(
    request: Request, done: PersonPaused
) -> tuple[Screen, Sequence[UUID], datetime | None]:
    member = request.scope.require(Action.CHANGE_MEDICINES)
    said = views.person_paused(done, member=member, now=request.scope.clock.now())
    pause = done.person.pause
    return said, [medicine.id for medicine in done.medicines], pause.until if pause else None


def _seen(data: Data) -> Pause | None:
    seen = data.get("seen")
    if seen is None:
        return None
    since, until, silences = seen
    end = datetime.fromisoformat(until) if until else None
    return Pause(datetime.fromisoformat(since), end, silences)


async def _resume_person(request: Request, running: Conversation | None, person_id: UUID) -> Answer:
    scope = request.scope
    since = await left_out_since(scope, person_id)
    try:
        before = await get_person(scope, person_id)
        done = await resume_person(scope, person_id)
    except NotPaused:
        if running is None:
            raise
        data = await _load(request, {**running.data, "seen": None})
        return FLOW.go_on(request, running, "running", data)
    said = views.person_resumed(done, now=scope.clock.now())
    # A pause with an end has asked when it was set.
    was_open = before.pause is not None and before.pause.until is None
    ids = [medicine.id for medicine in done.medicines] if was_open else []
    return await _with_courses(request, running, said, ids, since=since, until=scope.clock.now())


async def resume_medicine(
    request: Request, running: Conversation | None, medication_id: UUID, *, is_shown: bool = False
) -> Answer:
    """A medicine goes on; of a course it is asked whether it may last longer. What was done is said
    unless it *is_shown* anyway. Raises StoppedMeanwhile.
    """
    scope = request.scope
    before = await get_medication(scope, medication_id)
    of = before.person_id if before.is_paused_with_person else medication_id
    since = await left_out_since(scope, of)
    after = await restore_medication(scope, medication_id, only_paused=True)
    now = scope.clock.now()
    said = None if is_shown else views.medicine_resumed(after, now=now)
    was_open = before.status is MedicineStatus.PAUSED and before.resumes_at is None
    return await _with_courses(
        request, running, said, [after.id] if was_open else [], since=since, until=now
    )


# Courses.


async def _with_courses(
    request: Request,
    running: Conversation | None,
    said: Screen | None,
    medication_ids: Sequence[UUID],
    *,
    since: datetime | None,
    until: datetime | None,
) -> Answer:
    """What was done, then the question about the first course; the others follow."""
    found: Sequence[Course] = []
    if since is not None and until is not None and medication_ids:
        found = await find_courses(request.scope, medication_ids, since=since, until=until)
    if not found or since is None or until is None:
        answer = Answer(send=(said,) if said else ())
        return answer if running is None else finished(running, answer)
    first, *others = found
    data = {
        "others": [str(course.medicine.id) for course in others],
        "since": since.isoformat(),
        "until": until.isoformat(),
        "course": _to_data(first),
    }
    return _asking(request, running, "course", data, first=said)


def _to_data(course: Course) -> dict[str, Any]:
    """What the question about a course shows of it, and what a yes writes."""
    medicine = course.medicine
    return {
        "id": str(medicine.id),
        "version": medicine.version,
        "name": medicine.name,
        "person": medicine.person,
        "zone": medicine.zone.key,
        "schedule": medicine.schedule.to_json(),
        "longer": course.lengthened.schedule.to_json(),
        "days": course.lengthened.days,
    }


async def _find_course(request: Request, data: Data, medication_id: str) -> Course | None:
    found = await find_courses(
        request.scope,
        [UUID(medication_id)],
        since=datetime.fromisoformat(data["since"]),
        until=datetime.fromisoformat(data["until"]),
    )
    return found[0] if found else None


async def _refresh_course(request: Request, data: Data) -> Data:
    course = await _find_course(request, data, data["course"]["id"])
    if course is None:
        return {**data, "course": {**data["course"], "days": 0}}
    return {**data, "course": _to_data(course)}


def _ask_course(data: Data, choice: Choice) -> Screen:
    course = data["course"]
    if not course["days"]:
        return views.course_gone(course["name"], choice(views.keep_label(), "no"))
    zone, longer = ZoneInfo(course["zone"]), schedule_from_json(course["longer"])
    return views.ask_course(
        name=course["name"],
        person=course["person"],
        zone=zone,
        days=course["days"],
        schedule=schedule_from_json(course["schedule"]),
        longer=longer,
        yes=choice(views.lengthen_label(last_day(longer, zone)), "yes"),
        no=choice(views.keep_label(), "no"),
    )


async def _take_course(request: Request, running: Conversation, reply: Reply) -> Answer:
    data: Data = running.data
    match reply.choice:
        case "yes":
            return await _lengthen(request, running, data)
        case "no":
            return await _next_course(request, running, data, said=None)
        case _:
            return medicine_views.tap_a_button().and_send(FLOW.question(running))


async def _lengthen(request: Request, running: Conversation, data: Data) -> Answer:
    """Written as it was shown, or asked anew if the medicine has changed meanwhile."""
    shown, now = data["course"], await _refresh_course(request, data)
    if now["course"] != shown:
        return FLOW.go_on(request, running, "course", now)
    try:
        medicine = await edit_medication(
            request.scope,
            UUID(shown["id"]),
            version=shown["version"],
            schedule=schedule_from_json(shown["longer"]),
        )
    except ChangedMeanwhile:
        now = await _refresh_course(request, data)
        return FLOW.go_on(request, running, "course", now)
    return await _next_course(request, running, data, said=views.lengthened(medicine))


async def _next_course(
    request: Request, running: Conversation, data: Data, *, said: Screen | None
) -> Answer:
    others = list(data["others"])
    while others:
        course = await _find_course(request, data, others.pop(0))
        if course is not None:
            following = {**data, "others": others, "course": _to_data(course)}
            return FLOW.go_on(request, running, "course", following, first=said)
    return finished(running, Answer(send=(said or views.course_kept(),)))


FLOW = Flow(
    "pause",
    {
        "what": Step(_ask_what, _take_what),
        "running": Step(_ask_running, _take_running, _refresh_running),
        "until": Step(_ask_until, _take_until),
        "appts": Step(_ask_appointments, _take_appointments),
        "course": Step(_ask_course, _take_course, _refresh_course),
    },
)
