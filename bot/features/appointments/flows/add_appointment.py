"""`/addappt`: asks for the person, title, day, time and repetition, then saves and sends a calendar
file.
"""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import date
from uuid import UUID

from bot.conversation import pasted_lists
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
from bot.conversation.people import load_people, named_for, renewing_people
from bot.features.appointments.flows.appointment_draft import Draft
from bot.features.appointments.flows.draft_answers import ABOUT_PEOPLE, answer, redrawn, understand
from bot.features.appointments.flows.open_questions import ASK
from bot.features.appointments.flows.pasted_appointments import PASTED_APPOINTMENTS
from bot.features.appointments.flows.ready_drafts import in_words, ready, stamped, without_time
from bot.features.appointments.flows.when_questions import to_problem
from bot.features.appointments.views import confirmations, draft_questions
from bot.features.appointments.views.calendar_files import calendar_file
from bot.grammar.problems import Misunderstood
from bot.intake.request import Request
from bot.redis.conversations import Conversation
from bot.ui import conversations
from bot.ui.answer import Answer, Screen
from bot.ui.misunderstandings import misunderstood
from domain.access import Action
from domain.appointments.adding import add_appointment
from domain.appointments.calendars import get_entries
from domain.appointments.errors import AppointmentInPast, TimeDoesNotExist
from domain.appointments.occurrences.facts import OccurrenceFacts
from domain.family.errors import NobodyCaredFor


async def begin(request: Request) -> Answer:
    """`/addappt [TITLE WHEN [with DOCTOR] [for PERSON]]`"""
    request.scope.require(Action.CHANGE_APPOINTMENTS)
    people = await load_people(request.scope)
    draft = Draft(people=people, line=request.text or "", is_said=request.is_said)
    if not draft.people:
        raise NobodyCaredFor
    only = 0 if len(draft.people) == 1 else None
    draft = replace(draft, person=only, is_guided=not draft.line)
    if not draft.line:
        return await _next(request, None, draft)
    line, typed = draft.line, await understand(request, draft, draft.line)
    draft = draft.with_line(typed).asked_about(typed.problem, line=line, is_whole=True)
    return await _next(request, None, draft, problem=typed.problem)


def _take(step: str) -> Callable[[Request, Conversation, Reply], Awaitable[Answer]]:
    async def take(request: Request, running: Conversation, reply: Reply) -> Answer:
        draft = Draft.read(running.data)
        if step == "day" and (other := redrawn(draft, reply)) is not None:
            return FLOW.redraw(request, running, other.write())
        if step == "title" and pasted_lists.is_list(reply.text):
            return await pasted_lists.begin(replace(request, text=reply.text), PASTED_APPOINTMENTS)
        found = await answer(request, draft, step, reply)
        return await _next(request, running, found.draft, problem=found.problem)

    return take


def _ask_confirm(data: Data, choice: Choice) -> Screen:
    draft = Draft.read(data)
    when, reminder, _is_usual = in_words(draft)
    return draft_questions.confirm(
        draft.details,
        person=data["people"][data["person"]][1],
        when=when,
        reminder=reminder,
        buttons=(
            (
                choice(conversations.save_label(), "save"),
                choice(conversations.change_label(), "change"),
                cancel_button(choice),
            ),
        ),
    )


async def _as_of_now(request: Request, data: Data) -> Data:
    """Drop reminders that are no longer possible since the question was first asked."""
    return stamped(Draft.read(data), now=request.scope.clock.now()).write()


async def _take_confirm(request: Request, running: Conversation, reply: Reply) -> Answer:
    draft = Draft.read(running.data)
    match reply.choice:
        case "save":
            return await _next(request, running, replace(draft, is_certain=True, is_said=False))
        case "change":
            # Start over at the title, and keep everything else until it's typed again.
            draft = replace(draft, title=None, days=(), times=(), rule=None, is_anchored=False)
            draft = replace(draft, has_rhythm=False, is_guided=True, is_certain=True, meant=())
            return await _next(request, running, draft)
        case _:
            typed = await understand(request, draft, reply.text or "", is_change=True)
            changed = replace(draft.with_changes(typed), is_certain=False)
            changed = changed.asked_about(typed.problem, line=reply.text or "")
            return await _next(request, running, changed, problem=typed.problem)


def describe_draft(data: Data) -> str | None:
    """The appointment as far as it's known (no HTML); None if it doesn't have a title yet."""
    draft = Draft.read(data)
    day = date.fromisoformat(draft.days[0]) if len(draft.days) == 1 else None
    clock = draft.times[0] if len(draft.times) == 1 and not draft.is_all_day else None
    if draft.title is None:
        return None
    what = draft_questions.draft_in_short(draft.title, day, clock)
    return named_for(what, draft.people, draft.person)


async def resume(request: Request, running: Conversation) -> Answer:
    """Ask again after hours. "tomorrow" may be today by now and the time may have passed, so
    whatever it was needs another yes.
    """
    draft = Draft.read(running.data)
    return await _next(request, running, replace(draft, is_certain=False))


FLOW = Flow(
    "addappt",
    {
        **{step: Step(ask, _take(step)) for step, ask in ASK.items()},
        "confirm": Step(_ask_confirm, _take_confirm, _as_of_now),
    },
    abandon_policy=AbandonPolicy(
        "addappt",
        renew=renewing_people(Action.CHANGE_APPOINTMENTS),
        resume=resume,
        describe_draft=describe_draft,
    ),
)


async def _next(
    request: Request,
    running: Conversation | None,
    draft: Draft,
    *,
    problem: Misunderstood | None = None,
) -> Answer:
    """Ask the next question, with a sentence about *problem* first; or, when nothing is
    open, save.
    """
    now = request.scope.clock.now()
    draft = stamped(draft, now=now)
    if draft.step == "confirm":
        found = ready(draft, now=now)
        draft, problem = found.draft, found.problem or problem
        is_certain = draft.is_certain and not draft.is_said
        if found.problem is None and is_certain and problem is None:
            try:
                saved = await _save(request, draft, flow_id=running.flow_id if running else None)
                return saved if running is None else finished(running, saved)
            except Misunderstood as refused:
                draft, problem = without_time(draft, refused), refused
    if draft.step == "person" and problem is not None and problem.problem not in ABOUT_PEOPLE:
        problem = None  # the line is read again once the person, and so the time zone, is known
    # What can mean several things is named by the question itself.
    first = None if draft.step == "meant" else _sentence(problem)
    if running is None:
        return FLOW.begin(request, draft.step, draft.write(), first=first)
    return FLOW.advance(request, running, draft.step, draft.write(), first=first)


async def _save(request: Request, draft: Draft, *, flow_id: UUID | None) -> Answer:
    """Raises Misunderstood if nothing can take place at that time."""
    new = draft.to_new(now=request.scope.clock.now())
    try:
        facts = await add_appointment(request.scope, new, flow_id=flow_id)
    except (AppointmentInPast, TimeDoesNotExist) as error:
        raise to_problem(error) from error
    member = request.scope.require(Action.CHANGE_APPOINTMENTS)
    screen = confirmations.saved(facts, member=member, now=request.scope.clock.now())
    return Answer(send=(screen, await file_of(request, facts)))


async def file_of(request: Request, facts: OccurrenceFacts) -> Screen:
    """The message with an appointment's calendar file."""
    entries = await get_entries(request.scope, facts.appointment_id)
    return calendar_file(entries, name="appointment", now=request.scope.clock.now())


def _sentence(problem: Misunderstood | None) -> Screen | None:
    return None if problem is None else Screen(misunderstood(problem))
