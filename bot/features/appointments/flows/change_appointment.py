"""Change on an appointment: title, doctor, place, what to bring, how long, reminders, rhythm."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from bot.conversation.engine import Choice, Data, Flow, Reply, Step, cancelled, finished
from bot.features.appointments.flows.appointment_draft import to_problem
from bot.features.appointments.flows.known_doctors import list_known_doctors
from bot.features.appointments.flows.when_questions import check_kind
from bot.features.appointments.views import (
    appointment_lines,
    change_questions,
    confirmations,
    draft_questions,
)
from bot.grammar.appointment_times.parsing import parse_days, parse_duration
from bot.grammar.commands.doctors import is_skipped
from bot.grammar.commands.repeat_changes import RepeatChange, parse_repeat_change
from bot.grammar.known_doctors import match_doctors
from bot.grammar.names import parse_name
from bot.grammar.people import Person
from bot.grammar.problems import Misunderstood, Problem
from bot.grammar.remarks import parse_text, parse_title
from bot.grammar.reminders import parse_reminders
from bot.grammar.tokens import fold_spaces
from bot.intake.request import Request
from bot.redis.conversations import Conversation
from bot.ui import conversations
from bot.ui.answer import Answer, Keyboard, Screen
from bot.ui.misunderstandings import misunderstood
from domain.access import Action
from domain.appointments.appointments import (
    Details,
    DoctorNamed,
    OccurrenceFacts,
    first_of,
    get_occurrence,
    list_starts,
)
from domain.appointments.changes import edit, move, repeat
from domain.appointments.errors import AppointmentChanged, AppointmentInPast, TimeDoesNotExist
from domain.appointments.locking import Reach
from domain.appointments.recurrences import Recurrence
from domain.local_time import to_local

_DAYS = (1, 2, 3, 5, 7, 14)  # of what lasts all day
_DURATIONS = (15, 30, 45, 60, 90, 120)
_REMINDERS = {"d": (1440,), "dh": (1440, 60), "h": (60,), "d2h": (1440, 120), "wd": (10080, 1440)}
_NONE = "none"
_ONCE = "once"
_BEGINNINGS = {"with": "doctor", "every": "repeat"}
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
        "place": draft_questions.place_of(facts),
    }
    return FLOW.begin(request, "what", data)


def _ask_what(data: Data, choice: Choice) -> Screen:
    buttons = [choice(words, key[:7]) for key, words in change_questions.part_labels().items()]
    buttons.append(choice(conversations.cancel_label(), "cancel"))
    return change_questions.ask_what_to_change(data["title"], buttons)


async def _take_what(request: Request, running: Conversation, reply: Reply) -> Answer:
    if reply.choice == "cancel":
        return cancelled(running.flow_id)
    for part in _PARTS:
        if reply.choice == part[:7]:
            reaches = await _reaches(request, running, part)
            step = "reach" if len(reaches) > 1 else part
            return FLOW.go_on(
                request, running, step, {**running.data, "part": part, "reaches": reaches}
            )
    return await _take_early(request, running, reply.text or "")


async def _reaches(request: Request, running: Conversation, part: str) -> Sequence[Reach]:
    """How far a change of that part can reach, where it makes a difference."""
    facts = await get_occurrence(request.scope, UUID(str(running.data["id"])))
    if facts.recurrence is None:
        return [Reach.ALL]
    is_amid = (await first_of(request.scope, facts.appointment_id)).id != facts.id
    return [
        *([Reach.THIS] if part != "repeat" else []),
        *([Reach.FOLLOWING] if is_amid else []),
        Reach.ALL,
    ]


async def _take_early(request: Request, running: Conversation, text: str) -> Answer:
    """What is to be different, typed before its part was tapped: "with Dr Weber", "2 hours", "note
    Bring the letter".
    """
    typed = fold_spaces(text)
    first, _space, value = typed.partition(" ")
    part = first.rstrip(":").casefold()
    if part in _PARTS and value:
        return await _take_typed(request, running, part, value)
    if part in _BEGINNINGS and value:
        return await _take_typed(request, running, _BEGINNINGS[part], typed)
    try:
        return await _take_typed(request, running, "duration", typed)
    except Misunderstood as problem:
        if problem.problem is Problem.BEGINS_OTHERWISE:
            raise
        return conversations.tap_a_button(text).and_send(FLOW.question(running))


async def _take_typed(request: Request, running: Conversation, part: str, typed: str) -> Answer:
    """That part is to be so; of a series it is asked of which, and what was typed is kept."""
    reaches = await _reaches(request, running, part)
    if len(reaches) == 1:
        return await _take(part)(request, running, Reply(text=typed))
    if part == "duration":  # or it is none
        facts = await get_occurrence(request.scope, UUID(str(running.data["id"])))
        await _duration(request, facts, Reply(text=typed))
    data = {**running.data, "part": part, "reaches": reaches, "typed": typed}
    return FLOW.go_on(request, running, "reach", data)


def _ask_reach(data: Data, choice: Choice) -> Screen:
    labels = change_questions.reach_labels()
    return change_questions.ask_reach_of_change(
        data["title"],
        (
            *(choice(labels[reach], reach[:7]) for reach in data["reaches"]),
            choice(conversations.cancel_label(), "cancel"),
        ),
        typed=data.get("typed"),
    )


async def _take_reach(request: Request, running: Conversation, reply: Reply) -> Answer:
    """Another rhythm for all that are to come begins at the next one. What is typed is the answer
    to the next question.
    """
    data: Data = running.data
    if reply.choice == "cancel":
        return cancelled(running.flow_id)
    for reach in data["reaches"]:
        if reply.choice == reach[:7]:
            taken = {**data, "reach": reach}
            if reach == Reach.ALL and data["part"] == "repeat":
                facts = await get_occurrence(request.scope, UUID(str(data["id"])))
                taken["id"] = str((await first_of(request.scope, facts.appointment_id)).id)
            return await _go_on_with(request, running, taken)
    return FLOW.go_on(request, running, "reach", {**data, "typed": reply.text})


async def _go_on_with(request: Request, running: Conversation, data: dict[str, Any]) -> Answer:
    """The question for the part, or what was typed for it already."""
    typed, part = data.pop("typed", None), data["part"]
    if typed is None:
        return FLOW.go_on(request, running, part, data)
    try:
        return await _take(part)(request, replace(running, data=data), Reply(text=typed))
    except Misunderstood as problem:
        first = Screen(misunderstood(problem))
        return FLOW.go_on(request, running, part, data, first=first)


def _ask(part: str) -> Callable[[Data, Choice], Screen]:
    def ask(data: Data, choice: Choice) -> Screen:
        if part == "duration" and data.get("is_all_day"):
            return change_questions.ask_days(
                data["title"], [choice(_days_label(n), str(n)) for n in _DAYS]
            )
        question = change_questions.ask_part(part, data["title"], _choices(part, choice))
        return draft_questions.by_place(question, data.get("place") if part == "repeat" else None)

    return ask


def _days_label(count: int) -> str:
    return appointment_lines.duration_words(timedelta(days=count))


def _choices(part: str, choice: Choice) -> Keyboard:
    match part:
        case "duration":
            buttons = [
                choice(appointment_lines.duration_words(timedelta(minutes=m)), str(m))
                for m in _DURATIONS
            ]
            return (tuple(buttons[:3]), tuple(buttons[3:]))
        case "remind":
            return (
                *(
                    (choice(appointment_lines.reminders_words(before), key),)
                    for key, before in _REMINDERS.items()
                ),
                (choice(appointment_lines.reminders_words(()), _NONE),),
            )
        case "repeat":
            return ((choice(draft_questions.repeat_labels()["once"], _ONCE),),)
        case part if part in _OPTIONAL:
            return ((choice(change_questions.leave_out_label(), _NONE),),)
        case _:
            return ()


def _take(part: str) -> Callable[[Request, Conversation, Reply], Awaitable[Answer]]:
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
    begins = to_local(facts.starts_at, facts.zone)
    duration = parse_duration(reply.text or "", begins=begins, zone=facts.zone)
    return replace(facts.details, duration=duration)


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
        "once_on": _next_start(facts, now=request.scope.clock.now()).date().isoformat(),
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
    return appointment_lines.rhythm_words(typed.rule, first=typed.start.date()) if typed else None


def _rhythm_words_of(facts: OccurrenceFacts) -> str | None:
    first = to_local(facts.moved_from or facts.starts_at, facts.zone).date()
    return (
        appointment_lines.rhythm_words(facts.recurrence, first=first) if facts.recurrence else None
    )


def _ask_review(data: Data, choice: Choice) -> Screen:
    said = data["said"]
    return change_questions.review_repetition(
        data["title"],
        now=said["now"],
        then=said["then"],
        once_on=date.fromisoformat(said["once_on"]),
        buttons=(
            choice(conversations.save_label(), "save"),
            choice(conversations.change_label(), "change"),
            choice(conversations.cancel_label(), "cancel"),
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
    version, reach = int(str(running.data["version"])), _reach_of(running)
    so_far = await list_starts(request.scope, [facts.appointment_id])
    try:
        if typed is None:
            start = _next_start(facts, now=request.scope.clock.now())
            changed = await repeat(
                request.scope, facts.id, start, None, version=version, reach=reach
            )
        else:
            changed = await _save_rhythm(request, facts, typed, version=version, reach=reach)
    except (AppointmentInPast, TimeDoesNotExist) as error:
        raise to_problem(error) from error
    except AppointmentChanged:
        return await _changed_meanwhile(request, running, facts)
    ids = {facts.appointment_id, changed.appointment_id}
    kept = set(await list_starts(request.scope, ids))
    return await _done(request, running, changed, gone=[at for at in so_far if at not in kept])


def _reach_of(running: Conversation) -> Reach:
    return Reach(str(running.data.get("reach", Reach.ALL)))


async def _save_rhythm(
    request: Request, facts: OccurrenceFacts, typed: RepeatChange, *, version: int, reach: Reach
) -> OccurrenceFacts:
    """Another rhythm; or, of another hour alone, the same one with all that was said of each."""
    if typed.is_other_hour:
        local = to_local(facts.starts_at, facts.zone)
        start = datetime.combine(local.date(), typed.start.time())
        return await move(request.scope, facts.id, start, reach=reach, version=version)
    return await repeat(
        request.scope,
        facts.id,
        typed.start,
        typed.rule,
        version=version,
        keeps_end=typed.keeps_end,
        reach=reach,
    )


async def _save(
    request: Request, running: Conversation, facts: OccurrenceFacts, details: Details
) -> Answer:
    version, reach = int(str(running.data["version"])), _reach_of(running)
    try:
        changed = await edit(request.scope, facts.id, details, version=version, reach=reach)
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
        "reach": Step(_ask_reach, _take_reach),
        **{part: Step(_ask(part), _take(part)) for part in _PARTS},
        "review": Step(_ask_review, _take_review, _refresh_review),
    },
)
