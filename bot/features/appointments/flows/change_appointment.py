"""Change, on an appointment: title, doctor, place, what to bring, duration, reminders,
repetition.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

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
from bot.features.appointments.flows.changed_parts import PARTS, ask_part, change_duration
from bot.features.appointments.flows.changed_rhythms import (
    ask_review,
    needs_review,
    next_start,
    refresh_review,
    rhythm_words,
    rhythm_words_of,
    save_rhythm,
    typed_rhythm,
)
from bot.features.appointments.flows.renewal import renew_occurrence
from bot.features.appointments.flows.screens import shown_before
from bot.features.appointments.flows.when_questions import to_problem
from bot.features.appointments.views import change_questions, confirmations, draft_questions
from bot.grammar.commands.repeat_changes import RepeatChange
from bot.grammar.problems import Misunderstood, Problem
from bot.grammar.tokens import fold_spaces
from bot.intake.request import Request
from bot.redis.conversations import Conversation
from bot.ui import conversations
from bot.ui.answer import Answer, Screen
from bot.ui.conversations import Unfinished
from bot.ui.misunderstandings import misunderstood
from bot.ui.presses.appointments import ChangeAppointment
from domain.access import Action
from domain.appointments.changes.edits import edit_appointment
from domain.appointments.changes.locking import Reach
from domain.appointments.changes.rescheduling import change_recurrence
from domain.appointments.details import Details
from domain.appointments.errors import AppointmentChanged, AppointmentInPast, TimeDoesNotExist
from domain.appointments.occurrences.facts import OccurrenceFacts
from domain.appointments.occurrences.lookups import (
    get_next_or_last_occurrence,
    get_occurrence,
    list_starts,
)

_BEGINNINGS = {"with": "doctor", "every": "repeat"}


async def begin(request: Request) -> Answer:
    """The Change button."""
    request.scope.require(Action.CHANGE_APPOINTMENTS)
    facts = await get_occurrence(request.scope, request.pressed(ChangeAppointment).occurrence_id)
    data = {
        "id": str(facts.id),
        "version": facts.version,
        "title": facts.details.title,
        "is_all_day": facts.details.is_all_day,
        "place": draft_questions.place_of(facts),
    }
    return FLOW.begin_in_place(request, "what", data)


def _ask_what(data: Data, choice: Choice) -> Screen:
    buttons = [choice(words, key[:7]) for key, words in change_questions.part_labels().items()]
    buttons.append(cancel_button(choice))
    return change_questions.ask_what_to_change(data["title"], buttons)


async def _take_what(request: Request, running: Conversation, reply: Reply) -> Answer:
    for part in _ALL_PARTS:
        if reply.choice == part[:7]:
            reaches = await _reaches(request, running, part)
            step = "reach" if len(reaches) > 1 else part
            return FLOW.advance(
                request, running, step, {**running.data, "part": part, "reaches": reaches}
            )
    return await _take_early(request, running, reply.text or "")


async def _reaches(request: Request, running: Conversation, part: str) -> Sequence[Reach]:
    """Which occurrences a change of *part* can apply to."""
    facts = await get_occurrence(request.scope, UUID(str(running.data["id"])))
    if facts.recurrence is None:
        return [Reach.ALL]
    is_amid = (
        await get_next_or_last_occurrence(request.scope, facts.appointment_id)
    ).id != facts.id
    return [
        *([Reach.THIS] if part != "repeat" else []),
        *([Reach.FOLLOWING] if is_amid else []),
        Reach.ALL,
    ]


async def _take_early(request: Request, running: Conversation, text: str) -> Answer:
    """Take a value that was typed before its part was tapped: "with Dr Weber", "2 hours", "note
    Bring the letter".
    """
    typed = fold_spaces(text)
    first, _space, value = typed.partition(" ")
    part = first.rstrip(":").casefold()
    if part in _ALL_PARTS and value:
        return await _take_typed(request, running, part, value)
    if part in _BEGINNINGS and value:
        return await _take_typed(request, running, _BEGINNINGS[part], typed)
    try:
        return await _take_typed(request, running, "duration", typed)
    except Misunderstood as problem:
        if problem.problem is Problem.BEGINS_OTHERWISE:
            raise
        return conversations.tap_a_button(text).and_ask(FLOW.question(running))


async def _take_typed(request: Request, running: Conversation, part: str, typed: str) -> Answer:
    """Set *part* to what was typed. For a series, keep it and ask first which occurrences to
    change.
    """
    reaches = await _reaches(request, running, part)
    if len(reaches) == 1:
        return await _take(part)(request, running, Reply(text=typed))
    if part == "duration":  # raises Misunderstood if it isn't one
        facts = await get_occurrence(request.scope, UUID(str(running.data["id"])))
        await change_duration(request, facts, Reply(text=typed))
    data = {**running.data, "part": part, "reaches": reaches, "typed": typed}
    return FLOW.advance(request, running, "reach", data)


def _ask_reach(data: Data, choice: Choice) -> Screen:
    labels = change_questions.reach_labels()
    return change_questions.ask_reach_of_change(
        data["title"],
        (
            *(choice(labels[reach], reach[:7]) for reach in data["reaches"]),
            cancel_button(choice),
        ),
        typed=data.get("typed"),
    )


async def _take_reach(request: Request, running: Conversation, reply: Reply) -> Answer:
    """A new recurrence for the whole series starts at the next occurrence. Typed text is kept as
    the answer to the next question.
    """
    data: Data = running.data
    for reach in data["reaches"]:
        if reply.choice == reach[:7]:
            taken = {**data, "reach": reach}
            if reach == Reach.ALL and data["part"] == "repeat":
                facts = await get_occurrence(request.scope, UUID(str(data["id"])))
                taken["id"] = str(
                    (await get_next_or_last_occurrence(request.scope, facts.appointment_id)).id
                )
            return await _go_on_with(request, running, taken)
    return FLOW.advance(request, running, "reach", {**data, "typed": reply.text})


async def _go_on_with(request: Request, running: Conversation, data: dict[str, Any]) -> Answer:
    """Ask about the part, or apply what was already typed for it."""
    typed, part = data.pop("typed", None), data["part"]
    if typed is None:
        return FLOW.advance(request, running, part, data)
    try:
        return await _take(part)(request, replace(running, data=data), Reply(text=typed))
    except Misunderstood as problem:
        first = Screen(misunderstood(problem))
        return FLOW.advance(request, running, part, data, first=first)


def _take(part: str) -> Callable[[Request, Conversation, Reply], Awaitable[Answer]]:
    async def take(request: Request, running: Conversation, reply: Reply) -> Answer:
        facts = await get_occurrence(request.scope, UUID(str(running.data["id"])))
        if part == "repeat":
            return await _repeat(request, running, reply, facts)
        details = await PARTS[part](request, facts, reply)
        return await _save(request, running, facts, details)

    return take


async def _repeat(
    request: Request, running: Conversation, reply: Reply, facts: OccurrenceFacts
) -> Answer:
    """Ask for a review, old beside new, if the series would run longer or stop repeating."""
    typed = typed_rhythm(reply, facts, now=request.scope.clock.now())
    if not needs_review(facts.recurrence, typed):
        return await _change_rhythm(request, running, facts, typed)
    said = {
        "choice": reply.choice,
        "text": reply.text,
        "at": request.scope.clock.now().isoformat(),
        "then": rhythm_words(typed),
        "now": rhythm_words_of(facts),
        "once_on": next_start(facts, now=request.scope.clock.now()).date().isoformat(),
    }
    return FLOW.advance(request, running, "review", {**running.data, "said": said})


async def _take_review(request: Request, running: Conversation, reply: Reply) -> Answer:
    """Save what was shown. Typed text is a new answer to the previous question."""
    data: Data = running.data
    match reply.choice:
        case "save":
            said = data["said"]
            facts = await get_occurrence(request.scope, UUID(str(data["id"])))
            answer = Reply(choice=said["choice"], text=said["text"])
            # Read it again as of the day it was typed, because that is what was shown.
            typed = typed_rhythm(answer, facts, now=datetime.fromisoformat(said["at"]))
            return await _change_rhythm(request, running, facts, typed)
        case "change":
            return FLOW.advance(request, running, "repeat", data)
        case _:
            facts = await get_occurrence(request.scope, UUID(str(data["id"])))
            return await _repeat(request, running, reply, facts)


async def _change_rhythm(
    request: Request, running: Conversation, facts: OccurrenceFacts, typed: RepeatChange | None
) -> Answer:
    version, reach = int(str(running.data["version"])), _reach_of(running)
    so_far = await list_starts(request.scope, [facts.appointment_id])
    try:
        if typed is None:
            start = next_start(facts, now=request.scope.clock.now())
            changed = await change_recurrence(
                request.scope, facts.id, start, None, version=version, reach=reach
            )
        else:
            changed = await save_rhythm(request, facts, typed, version=version, reach=reach)
    except (AppointmentInPast, TimeDoesNotExist) as error:
        raise to_problem(error) from error
    except AppointmentChanged:
        return await _changed_meanwhile(request, running, facts)
    ids = {facts.appointment_id, changed.appointment_id}
    kept = set(await list_starts(request.scope, ids))
    return await _done(request, running, changed, gone=[at for at in so_far if at not in kept])


def _reach_of(running: Conversation) -> Reach:
    return Reach(str(running.data.get("reach", Reach.ALL)))


async def _save(
    request: Request, running: Conversation, facts: OccurrenceFacts, details: Details
) -> Answer:
    version, reach = int(str(running.data["version"])), _reach_of(running)
    try:
        changed = await edit_appointment(
            request.scope, facts.id, details, version=version, reach=reach
        )
    except AppointmentChanged:
        return await _changed_meanwhile(request, running, facts)
    return await _done(request, running, changed)


async def _done(
    request: Request,
    running: Conversation,
    facts: OccurrenceFacts,
    *,
    gone: Sequence[datetime] = (),
) -> Answer:
    member = request.scope.require(Action.CHANGE_APPOINTMENTS)
    screen = confirmations.changed(facts, member=member, now=request.scope.clock.now(), gone=gone)
    return finished(running, Answer(send=(screen,)))


async def _changed_meanwhile(
    request: Request, running: Conversation, facts: OccurrenceFacts
) -> Answer:
    member = request.scope.require(Action.CHANGE_APPOINTMENTS)
    screen = confirmations.changed_meanwhile(facts, member=member, now=request.scope.clock.now())
    return finished(running, Answer(send=(screen,)))


_ALL_PARTS = (*PARTS, "repeat")
FLOW = Flow(
    "changeappt",
    {
        "what": Step(_ask_what, _take_what),
        "reach": Step(_ask_reach, _take_reach),
        **{part: Step(ask_part(part), _take(part)) for part in _ALL_PARTS},
        "review": Step(ask_review, _take_review, refresh_review),
    },
    abandon_policy=AbandonPolicy("appts", Unfinished.NOT_CHANGED, renew=renew_occurrence),
    shown_before=shown_before,
)
