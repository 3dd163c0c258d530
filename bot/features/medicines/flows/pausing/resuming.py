"""The end of a pause before its time: of a person or of a medicine, and what it does to courses."""

from dataclasses import replace
from uuid import UUID

from bot.features.medicines.flows.pausing.course_ends import (
    about_added,
    about_lost,
    ask_about_courses,
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
    """Resume, of everything that a person takes."""
    return await resume_everything(request, None, request.pressed(ResumePerson).person_id)


async def resume_everything(
    request: Request, running: Conversation | None, person_id: UUID
) -> Answer:
    scope = request.scope
    since = await find_left_out_since(scope, person_id)
    before = await get_person(scope, person_id)
    done = await resume_person(scope, person_id)
    said = outcomes.person_resumed(done, now=scope.clock.now())
    questions = about_added([*done.medicines, *done.apart])
    # A pause with an end has asked when it was set.
    if before.pause is not None and before.pause.until is None:
        questions += about_lost(request, done.medicines, since)
    return await ask_about_courses(request, running, said, questions)


async def resume_medicine(
    request: Request, running: Conversation | None, medication_id: UUID, *, is_shown: bool = False
) -> Answer:
    """A medicine goes on; of a course it is asked what becomes of its end. What was done is said
    unless it *is_shown* anyway. Raises MedicineStopped.
    """
    scope = request.scope
    before = await get_medication(scope, medication_id)
    of = before.person_id if before.is_paused_with_person else medication_id
    since = await find_left_out_since(scope, of)
    after = await restore_medication(scope, medication_id, only_paused=True)
    said = None if is_shown else outcomes.medicine_resumed(after, now=scope.clock.now())
    questions = about_added([after])
    if before.status is MedicineStatus.PAUSED and before.resumes_at is None:
        questions += about_lost(request, [after], since)
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
