"""Whether a course ends later because of a pause: the last questions of `/pause`."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from bot.conversation.engine import AbandonPolicy, Choice, Data, Flow, Reply, Step, finished
from bot.features.medicines.flows.renewal import renew_pause
from bot.features.medicines.views.pausing import course_questions
from bot.intake.request import Request
from bot.redis.conversations import Conversation
from bot.ui import conversations
from bot.ui.answer import Answer, Screen
from bot.ui.conversations import Unfinished
from domain.errors import NotFound
from domain.medicines.errors import MedicineChanged
from domain.medicines.facts import MedicineFacts
from domain.medicines.pauses.courses import (
    CourseChange,
    CourseQuestion,
    change_course,
    find_course_change,
)
from domain.medicines.reading import get_medication
from domain.medicines.schedules.courses import Stretch, last_day
from domain.medicines.schedules.kinds import schedule_from_json
from domain.models.medicines import MedicineStatus


def added_days_questions(medicines: Sequence[MedicineFacts]) -> list[CourseQuestion]:
    return [CourseQuestion(medicine.id) for medicine in medicines]


def lost_days_questions(
    request: Request, medicines: Sequence[MedicineFacts], since: datetime | None
) -> list[CourseQuestion]:
    """For a pause without an end: about the days that were lost until now."""
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
    """Say what was done, then ask the first question that applies. The others follow."""
    for number, question in enumerate(questions):
        change = await find_course_change(request.scope, question)
        if change is not None:
            others = [each.to_json() for each in questions[number + 1 :]]
            data = {"question": question.to_json(), "others": others, **_shown(request, change)}
            return COURSE_ENDS.ask(request, running, "ends", data, first=said)
    return finished(running, Answer(send=(said,) if said else ()))


def _shown(request: Request, change: CourseChange) -> dict[str, Any]:
    """What the question about a course shows: the course, what a yes writes, and the pause."""
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
    """As the database has it now. A course that wouldn't change isn't asked about."""
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
    """The state of the pause in words; None if the medicine is gone."""
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
            course_questions.keep_label(last_day(before, zone), new_end=last_day(after, zone)),
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
            return await _next_course(request, running, _course_kept(data))
        case _:
            return conversations.tap_a_button(reply.text or "").and_ask(
                COURSE_ENDS.question(running)
            )


def _course_kept(data: Data) -> Screen:
    course = data["course"]
    return course_questions.course_kept(
        last_day(schedule_from_json(course["schedule"]), _zone(data))
    )


def _zone(data: Data) -> ZoneInfo:
    return ZoneInfo(data["course"]["zone"])


async def _change_course(request: Request, running: Conversation, data: Data) -> Answer:
    """Save the change as it was shown. If the medicine or the pause has changed in the meantime,
    ask again, or say that there is nothing left to ask.
    """
    question, course = CourseQuestion.from_json(data["question"]), data["course"]
    try:
        medicine = await change_course(
            request.scope, question, seen=(course["schedule"], course["changed"])
        )
    except (MedicineChanged, NotFound):
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
        return COURSE_ENDS.advance(request, running, "ends", now, first=changed)
    said = course_questions.course_changed_to(medicine, is_longer=_is_longer(data))
    return await _next_course(request, running, said)


async def _next_course(request: Request, running: Conversation, said: Screen) -> Answer:
    data: Data = running.data
    others = [CourseQuestion.from_json(each) for each in data["others"]]
    return await ask_about_courses(request, running, said, others)


COURSE_ENDS = Flow(
    "pause",
    {"ends": Step(_ask_course, _take_course, _refresh_course, has_own_exit=True)},
    abandon_policy=AbandonPolicy("pause", Unfinished.NOT_CHANGED, renew=renew_pause),
)
"""The last part of the conversation that :mod:`pause` begins; it never leads back to the others."""
