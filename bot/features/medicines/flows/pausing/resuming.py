"""Ending a pause early, for a person or a medicine, and what that does to courses."""

from dataclasses import replace
from uuid import UUID

from bot.features.medicines.flows.pausing.course_ends import (
    added_days_questions,
    ask_about_courses,
    lost_days_questions,
)
from bot.features.medicines.views.pausing import outcomes
from bot.intake.request import Request
from bot.redis.conversations import Conversation
from bot.ui.answer import Answer
from bot.ui.presses.medicines import ResumePerson
from domain.family.people import get_person
from domain.medicines.changes.status import restore_medication
from domain.medicines.pauses.courses import CourseQuestion, find_left_out_since
from domain.medicines.pauses.person_pauses import resume_person
from domain.medicines.reading import get_medication, list_medicines
from domain.models.medicines import MedicineStatus


async def resume(request: Request) -> Answer:
    """Resume everything that a person takes."""
    return await resume_everything(request, None, request.pressed(ResumePerson).person_id)


async def resume_everything(
    request: Request, running: Conversation | None, person_id: UUID
) -> Answer:
    scope = request.scope
    since = await find_left_out_since(scope, person_id)
    before = await get_person(scope, person_id)
    done = await resume_person(scope, person_id)
    said = outcomes.person_resumed(done, now=scope.clock.now())
    questions = added_days_questions([*done.medicines, *done.apart])
    # A pause with an end asked when it was set.
    if before.pause is not None and before.pause.until is None:
        questions += lost_days_questions(request, done.medicines, since)
    return await ask_about_courses(request, running, said, questions)


async def resume_medicine(
    request: Request, running: Conversation | None, medication_id: UUID, *, is_shown: bool = False
) -> Answer:
    """Resume a medicine and, for a course, ask about its end. Says what was done unless it
    *is_shown* anyway. Raises MedicineStopped.
    """
    scope = request.scope
    before = await get_medication(scope, medication_id)
    of = before.person_id if before.is_paused_with_person else medication_id
    since = await find_left_out_since(scope, of)
    after = await restore_medication(scope, medication_id, only_paused=True)
    said = None if is_shown else outcomes.medicine_resumed(after, now=scope.clock.now())
    questions = added_days_questions([after])
    if before.status is MedicineStatus.PAUSED and before.resumes_at is None:
        questions += lost_days_questions(request, [after], since)
    return await ask_about_courses(request, running, said, questions)


async def ask_about_added_days(
    request: Request, answer: Answer, *, medication_id: UUID | None, person_id: UUID | None
) -> Answer:
    """*answer* may have ended a pause of a medicine or of everything a person takes. Ask about the
    days that were added to courses for it.
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
