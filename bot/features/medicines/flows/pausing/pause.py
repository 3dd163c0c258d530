"""`/pause`, and the buttons that lead to it: of a medicine, or of everything a person takes.

What is paused → the pause that runs already, if one does → until when → reminders of appointments
→ paused; then for each course whether it may last longer. Where a pause ends early it is asked
whether what was added for it and not lost is to be taken back.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from bot.conversation.engine import Choice, Data, Flow, Reply, Step, cancelled, finished
from bot.features.medicines.views.pausing import course_questions, outcomes, pause_questions
from bot.grammar.commands.pauses import PauseEnd, parse_end, read_pause
from bot.grammar.known_medicines import KnownMedicine
from bot.grammar.people import Person as NamedPerson
from bot.grammar.problems import Misunderstood
from bot.intake.request import Request
from bot.redis.conversations import Conversation
from bot.ui import conversations
from bot.ui.answer import Answer, Screen
from bot.ui.misunderstandings import misunderstood
from domain.access import Action
from domain.database import Scope
from domain.errors import CareCircleError, NotFound
from domain.family.people import Person, get_person, list_people
from domain.family.running_pauses import Pause
from domain.local_time import resolve_local
from domain.medicines.errors import (
    ChangedMeanwhile,
    NothingToPause,
    NotPaused,
    PauseEndImpossible,
    PauseRuns,
    StoppedMeanwhile,
)
from domain.medicines.facts import MedicineFacts, MedicineLine
from domain.medicines.medications import (
    end_of_pause,
    get_medication,
    list_medicines,
    pause_medication,
    restore_medication,
)
from domain.medicines.pauses.courses import (
    CourseChange,
    CourseQuestion,
    change_course,
    find_course_change,
    left_out_since,
)
from domain.medicines.pauses.pauses import pause_person, resume_person
from domain.medicines.schedules.courses import Stretch, is_over_by, last_day
from domain.medicines.schedules.schedules import schedule_from_json
from domain.models.medicines import MedicineStatus

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
        _refuse_strangers(request.text or "", people)
        return pause_questions.nothing_to_pause()
    if not request.text:
        return FLOW.begin(request, "what", {"choices": _choices(people, lines)})
    return await _read(request, None, {}, request.text, people, lines)


def _refuse_strangers(text: str, people: Sequence[Person]) -> None:
    """Raises Misunderstood if *text* names something that is not known here: it may be in another
    family.
    """
    if text:
        known = [KnownMedicine(person.id, person.name, person.id) for person in people]
        read_pause(text, known=known, people=[])


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
        ["person", str(person.id), pause_questions.everything_label(person.name)]
        for person in people
        if person.id in who_takes
    ]
    found += [
        [
            "medicine",
            str(line.id),
            pause_questions.medicine_label(line.name, line.person if several else None),
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
            ["person", str(person.id), pause_questions.everything_label(person.name)]
            for person in named_people
        ]
        choices += [
            ["medicine", str(line.id), pause_questions.medicine_label(line.name, line.person)]
            for line in named_lines
        ]
    else:
        choices = _choices(people, lines)
    return _asking(request, running, "what", {"choices": choices, "rest": rest})


def _ask_what(data: Data, choice: Choice) -> Screen:
    return pause_questions.ask_what(
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
            "person": medicine.person,
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
            first = pause_questions.end_impossible(is_too_far=problem.is_too_far)
        if first is not None:
            data.pop("until", None)
    if data["pause"] != data.get("seen"):
        return _asking(request, running, "running", _without_its_end(data), first=first)
    if "until" not in data:
        return _asking(request, running, "until", data, first=first)
    is_new = data["kind"] == "person" and data["pause"] is None
    if is_new and "silence" not in data:
        return _asking(request, running, "appts", await _refresh_appointments(request, data))
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


def _without_its_end(data: Data) -> Data:
    """Until when it is to be paused is said, and not asked, where the pause that runs ends then."""
    if data["pause"] is None or "until" not in data:
        return data
    until = data["pause"][1]
    zone = ZoneInfo(data["zone"])
    ends = datetime.fromisoformat(until).astimezone(zone).date().isoformat() if until else OPEN
    return {key: value for key, value in data.items() if (key, value) != ("until", ends)}


async def _refresh_running(request: Request, data: Data) -> Data:
    try:
        return _without_its_end(await _load(request, data))
    except CareCircleError:  # it is gone, or stopped: whoever answers is told so
        return data


def _ask_running(data: Data, choice: Choice) -> Screen:
    pause, zone = data["pause"], ZoneInfo(data["zone"])
    until = pause and pause[1]
    shown = None
    if pause:
        person = data["person"] if data["kind"] == "medicine" and pause[2] else None
        shown = (datetime.fromisoformat(until) if until else None, person)
    labels = pause_questions.running_labels(runs=pause is not None)
    return pause_questions.ask_about_running(
        data["name"],
        shown,
        zone=zone,
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
            return finished(running, pause_questions.left())
        case _:
            return await _typed_end(request, running, {**data, "seen": data["pause"]}, reply)


async def _typed_end(request: Request, running: Conversation, data: Data, reply: Reply) -> Answer:
    """Until when, typed at another question of the same pause: it is another end."""
    text = reply.text or ""
    try:
        end = parse_end(text, today=_today(request, data), is_answer=True)
    except Misunderstood:
        return conversations.tap_a_button(text).and_send(FLOW.question(running))
    typed = {**data, "until": _end_to_data(end)}
    try:
        _check_end(request, typed)
    except PauseEndImpossible as problem:
        first = pause_questions.end_impossible(is_too_far=problem.is_too_far)
        return FLOW.go_on(request, running, running.step, running.data, first=first)
    return await _go(request, running, typed)


# Until when.


def _ask_until(data: Data, choice: Choice) -> Screen:
    return pause_questions.ask_until_when(
        data["name"],
        is_person=data["kind"] == "person",
        is_change=data["pause"] is not None,
        choices=[choice(words, key) for key, words in pause_questions.pause_choices().items()],
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
        first = pause_questions.end_impossible(is_too_far=problem.is_too_far)
        return FLOW.go_on(request, running, "until", running.data, first=first)
    return await _go(request, running, data)


# Appointments.


async def _refresh_appointments(request: Request, data: Data) -> Data:
    """With what does not resume when the pause ends: the name, and the last day of a course that is
    over by then, None of what is paused on its own for longer.
    """
    resumes_on = _resumes_on(data)
    if resumes_on is None:
        return data
    stay: list[list[str | None]] = []
    lines = await _pausable(request.scope)
    theirs = [line for line in lines if str(line.person_id) == data["id"]]
    end = resolve_local(datetime.combine(resumes_on, time()), ZoneInfo(data["zone"]))
    for line in theirs:
        last = last_day(line.schedule, line.zone)
        if last is not None and is_over_by(line.schedule, line.zone, end):
            stay.append([line.name, last.isoformat()])
        elif _is_paused_beyond(line, end):
            stay.append([line.name, None])
    return {**data, "stay": stay, "is_all": len(stay) == len(theirs)}


def _is_paused_beyond(line: MedicineLine, end: datetime) -> bool:
    is_paused = line.status is MedicineStatus.PAUSED
    return is_paused and (line.resumes_at is None or line.resumes_at > end)


def _ask_appointments(data: Data, choice: Choice) -> Screen:
    stay = [
        (name, date.fromisoformat(last) if last else None) for name, last in data.get("stay", ())
    ]
    return pause_questions.ask_appointments(
        data["name"],
        _resumes_on(data),
        [choice(words, key) for key, words in pause_questions.appointment_labels().items()],
        stay=stay,
        is_all=bool(data.get("is_all")),
    )


async def _take_appointments(request: Request, running: Conversation, reply: Reply) -> Answer:
    if reply.choice == "cancel":
        return cancelled(running.flow_id)
    if reply.choice not in ("yes", "no"):
        return await _typed_end(request, running, running.data, reply)
    return await _go(request, running, {**running.data, "silence": reply.choice == "yes"})


# Pausing, and going on.


async def _pause(request: Request, running: Conversation | None, data: Data) -> Answer:
    scope = request.scope
    try:
        if data["kind"] == "person":
            said, medicines, until = await _pause_person(request, data)
        else:
            said, medicines, until = await _pause_medicine(request, data)
    except PauseEndImpossible as problem:
        # Midnight has come over the question.
        first = pause_questions.end_impossible(is_too_far=problem.is_too_far)
        data = {key: value for key, value in data.items() if key != "until"}
        return _asking(request, running, "until", data, first=first)
    except PauseRuns:
        return _asking(request, running, "running", await _load(request, data))
    since = await left_out_since(scope, UUID(data["id"]))
    questions = _about_added(medicines)
    if since is not None and until is not None:
        lost = Stretch.between(since, until, ZoneInfo(data["zone"]))
        questions += [CourseQuestion(medicine.id, lost) for medicine in medicines]
    return await ask_about_courses(request, running, said, questions)


async def _pause_person(
    request: Request, data: Data
) -> tuple[Screen, Sequence[MedicineFacts], datetime | None]:
    """What was done, the medicines that it was done to, and the end."""
    scope = request.scope
    done = await pause_person(
        scope,
        UUID(data["id"]),
        resumes_on=_resumes_on(data),
        silences_appointments=bool(data.get("silence")),
        seen=_seen(data),
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
    seen = before if _stored_of(before) == data.get("seen") else None
    medicine = await pause_medication(scope, before.id, resumes_on=_resumes_on(data), seen=seen)
    member = scope.require(Action.CHANGE_MEDICINES)
    said = outcomes.paused(medicine, member=member, now=scope.clock.now())
    return said, [medicine], medicine.resumes_at


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
    said = outcomes.person_resumed(done, now=scope.clock.now())
    questions = _about_added([*done.medicines, *done.apart])
    # A pause with an end has asked when it was set.
    if before.pause is not None and before.pause.until is None:
        questions += _about_lost(request, done.medicines, since)
    return await ask_about_courses(request, running, said, questions)


async def resume_medicine(
    request: Request, running: Conversation | None, medication_id: UUID, *, is_shown: bool = False
) -> Answer:
    """A medicine goes on; of a course it is asked what becomes of its end. What was done is said
    unless it *is_shown* anyway. Raises StoppedMeanwhile.
    """
    scope = request.scope
    before = await get_medication(scope, medication_id)
    of = before.person_id if before.is_paused_with_person else medication_id
    since = await left_out_since(scope, of)
    after = await restore_medication(scope, medication_id, only_paused=True)
    said = None if is_shown else outcomes.medicine_resumed(after, now=scope.clock.now())
    questions = _about_added([after])
    if before.status is MedicineStatus.PAUSED and before.resumes_at is None:
        questions += _about_lost(request, [after], since)
    return await ask_about_courses(request, running, said, questions)


async def ask_about_added(
    request: Request, answer: Answer, *, medication_id: UUID | None, person_id: UUID | None
) -> Answer:
    """*answer* has told of what may have ended a pause, of a medicine or of all that a person
    takes: what was added to a course for it may be too much now.
    """
    ids = [medication_id] if medication_id else []
    if person_id is not None:
        lines = await list_medicines(request.scope)
        ids += [line.id for line in lines if line.person_id == person_id]
    questions = [CourseQuestion(each) for each in ids]
    asked = await ask_about_courses(request, None, None, questions)
    if not asked.send:
        return answer
    return replace(answer, send=(*answer.send, *asked.send), conversation=asked.conversation)


# Courses.


def _about_added(medicines: Sequence[MedicineFacts]) -> list[CourseQuestion]:
    return [CourseQuestion(medicine.id) for medicine in medicines]


def _about_lost(
    request: Request, medicines: Sequence[MedicineFacts], since: datetime | None
) -> list[CourseQuestion]:
    """Of a pause that had no end: what was lost until now."""
    if since is None:
        return []
    now = request.scope.clock.now()
    return [
        CourseQuestion(each.id, Stretch.between(since, now, each.zone), is_of_the_past=True)
        for each in medicines
    ]


async def ask_about_courses(
    request: Request,
    running: Conversation | None,
    said: Screen | None,
    questions: Sequence[CourseQuestion],
) -> Answer:
    """What was done, then the first of the questions that is to be asked; the others follow."""
    for number, question in enumerate(questions):
        change = await find_course_change(request.scope, question)
        if change is not None:
            others = [each.to_json() for each in questions[number + 1 :]]
            data = {"question": question.to_json(), "others": others, **_shown(request, change)}
            return _asking(request, running, "ends", data, first=said)
    answer = Answer(send=(said,) if said else ())
    return answer if running is None else finished(running, answer)


def _shown(request: Request, change: CourseChange) -> dict[str, Any]:
    """What the question about a course shows: what it is, what a yes writes, and the pause."""
    medicine, (now, then) = change.medicine, change.shown
    course = {
        "name": medicine.name,
        "person": medicine.person,
        "zone": medicine.zone.key,
        "schedule": now,
        "changed": then,
        "days": change.days,
    }
    return {"course": course, "pause": _pause_of(request, medicine)}


def _pause_of(request: Request, medicine: MedicineFacts) -> dict[str, Any]:
    until = medicine.resumes_at
    return {
        "status": medicine.status,
        "until": until.isoformat() if until else None,
        "now": request.scope.clock.now().isoformat(),
    }


async def _refresh_course(request: Request, data: Data) -> Data:
    """As the tables are now; a course without a change is not asked about any more."""
    question = CourseQuestion.from_json(data["question"])
    change = await find_course_change(request.scope, question)
    if change is not None:
        return {**data, **_shown(request, change)}
    try:
        medicine = await get_medication(request.scope, question.medication_id)
    except NotFound:
        return {**data, "course": {**data["course"], "changed": None}, "pause": None}
    course = {**data["course"], "name": medicine.name, "changed": None}
    return {**data, "course": course, "pause": _pause_of(request, medicine)}


def _state(data: Data) -> str | None:
    """Of the pause, in words; None if the medicine has gone."""
    if data["pause"] is None:
        return None
    until = data["pause"]["until"]
    return course_questions.course_state(
        MedicineStatus(data["pause"]["status"]),
        datetime.fromisoformat(until) if until else None,
        zone=ZoneInfo(data["course"]["zone"]),
        now=datetime.fromisoformat(data["pause"]["now"]),
    )


def _is_longer(data: Data) -> bool:
    return data["question"]["lost"] is not None


def _ask_course(data: Data, choice: Choice) -> Screen:
    course = data["course"]
    if course["changed"] is None:
        gone = course_questions.course_gone(
            course["name"], _state(data), is_longer=_is_longer(data)
        )
        return replace(gone, keyboard=((choice(course_questions.all_right_label(), "no"),),))
    zone = ZoneInfo(course["zone"])
    before, after = (schedule_from_json(course[key]) for key in ("schedule", "changed"))
    if _is_longer(data):
        labels = (
            course_questions.lengthen_label(last_day(after, zone)),
            course_questions.keep_label(),
        )
    else:
        labels = (
            course_questions.shorten_label(last_day(after, zone)),
            course_questions.keep_longer_label(last_day(before, zone)),
        )
    return course_questions.ask_course(
        name=course["name"],
        person=course["person"],
        state=_state(data) or "",
        zone=zone,
        days=course["days"],
        schedule=before,
        changed=after,
        buttons=[choice(words, key) for words, key in zip(labels, ("yes", "no"), strict=True)],
    )


async def _take_course(request: Request, running: Conversation, reply: Reply) -> Answer:
    data: Data = running.data
    match reply.choice:
        case "yes":
            return await _change_course(request, running, data)
        case "no":
            return await _next_course(request, running, _left_alone(data))
        case _:
            return conversations.tap_a_button(reply.text or "").and_send(FLOW.question(running))


def _left_alone(data: Data) -> Screen:
    course = data["course"]
    return course_questions.course_kept(
        last_day(schedule_from_json(course["schedule"]), _zone(data))
    )


def _zone(data: Data) -> ZoneInfo:
    return ZoneInfo(data["course"]["zone"])


async def _change_course(request: Request, running: Conversation, data: Data) -> Answer:
    """Written as it was shown; asked anew if the medicine or the pause has changed meanwhile, or
    said that there is nothing to ask any more.
    """
    question, course = CourseQuestion.from_json(data["question"]), data["course"]
    try:
        medicine = await change_course(
            request.scope, question, seen=(course["schedule"], course["changed"])
        )
    except (ChangedMeanwhile, NotFound):
        now = await _refresh_course(request, data)
        if now["course"]["changed"] is None:
            gone = course_questions.course_gone(
                course["name"], _state(now), is_longer=_is_longer(data)
            )
            return await _next_course(request, running, gone)
        is_edited = now["course"]["schedule"] != course["schedule"]
        changed = course_questions.course_changed(
            course["name"], _state(now) or "", is_edited=is_edited
        )
        return FLOW.go_on(request, running, "ends", now, first=changed)
    said = course_questions.course_changed_to(medicine, is_longer=_is_longer(data))
    return await _next_course(request, running, said)


async def _next_course(request: Request, running: Conversation, said: Screen) -> Answer:
    data: Data = running.data
    others = [CourseQuestion.from_json(each) for each in data["others"]]
    return await ask_about_courses(request, running, said, others)


FLOW = Flow(
    "pause",
    {
        "what": Step(_ask_what, _take_what),
        "running": Step(_ask_running, _take_running, _refresh_running),
        "until": Step(_ask_until, _take_until),
        "appts": Step(_ask_appointments, _take_appointments, _refresh_appointments),
        "ends": Step(_ask_course, _take_course, _refresh_course),
    },
)
