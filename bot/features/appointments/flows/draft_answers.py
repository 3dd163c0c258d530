"""How an answer, or a whole line, changes an appointment that isn't saved yet."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time

from bot.conversation.engine import Reply
from bot.conversation.people import take_person
from bot.features.appointments.flows import when_questions as questions
from bot.features.appointments.flows.appointment_draft import (
    ALL_DAY,
    Answered,
    Draft,
    is_asked_again,
)
from bot.features.appointments.flows.known_doctors import list_known_doctors
from bot.features.appointments.flows.open_questions import ALL_DAY_CHOICE
from bot.features.appointments.flows.ready_drafts import with_later_half
from bot.grammar.appointment_times.parts import When
from bot.grammar.commands.appointments import (
    PartialAppointment,
    understand_appointment,
    understand_change,
)
from bot.grammar.known_doctors import KnownDoctor, match_doctors
from bot.grammar.people import which_person
from bot.grammar.problems import Misunderstood, Problem
from bot.grammar.remarks import parse_text, parse_title
from bot.grammar.tokens import fold_spaces, matchable
from bot.intake.request import Request
from domain.appointments.recurrences import Frequency, Recurrence

_LONGEST_NOTE = 500  # as it is stored
_RULES = {
    "w1": Recurrence(Frequency.WEEKLY),
    "w2": Recurrence(Frequency.WEEKLY, interval=2),
    "m1": Recurrence(Frequency.MONTHLY),
}
ABOUT_PEOPLE = frozenset({Problem.UNKNOWN_PERSON, Problem.TWO_PEOPLE, Problem.WHICH_PERSON})


async def answer(request: Request, draft: Draft, step: str, reply: Reply) -> Answered:
    """Take *reply* to the question of *step*. Raises Misunderstood if it isn't an answer."""
    match step:
        case "person":
            return await _person(request, draft, reply)
        case "title":
            return await _title(request, draft, reply)
        case "repeat" if reply.choice is not None:
            rule = _RULES.get(reply.choice)
            text = rule.to_rfc5545(draft.zone) if rule else None
            return Answered(replace(draft, rule=text, is_anchored=False, has_rhythm=True))
        case "time" if reply.choice == ALL_DAY_CHOICE:
            return Answered(
                draft.with_when(When(times=(time.min,), is_all_day=True, duration=ALL_DAY))
            )
        case "doctor":
            return Answered(_doctor(draft, reply))
        case "meant":
            return await _meant(request, draft, reply)
        case _:
            hint = {"day": "on", "time": "at"}.get(step, "")
            when = questions.take_when(
                request, reply, zone=draft.zone, hint=hint, is_day_known=step == "time"
            )
            was_asked = draft.asks_night and reply.choice is not None
            found = draft.with_when(when).with_night(
                was_asked=was_asked, now=request.scope.clock.now()
            )
            problem = when.problem or found.problem
            if problem is None:
                return with_later_half(found.draft, now=request.scope.clock.now())
            return replace(found, problem=problem)


async def _person(request: Request, draft: Draft, reply: Reply) -> Answered:
    try:
        number = take_person(draft.people, reply)
    except Misunderstood:
        early = None if draft.line else await _typed_early(request, draft, reply.text or "")
        if early is None:
            raise
        return early
    draft = replace(draft, person=number)
    if not draft.line:
        return Answered(draft)
    typed = await understand(request, draft, draft.line)
    draft = replace(draft.with_line(typed), person=number, line="")
    is_settled = typed.problem is not None and typed.problem.problem is Problem.UNKNOWN_PERSON
    return Answered(draft, None if is_settled else typed.problem)


async def _typed_early(request: Request, draft: Draft, line: str) -> Answered | None:
    """Take a whole line that was typed when asked for the person. It's kept, and the person is
    still asked for unless the line names one. None if it has no time: then it may be an unknown
    name.
    """
    typed = await understand(request, draft, line)
    if typed.title is None or typed.when == When():
        return None
    draft = replace(draft, line=line, is_guided=False).with_line(typed)
    return Answered(
        draft, typed.problem or which_person(draft.persons) if draft.line else typed.problem
    )


async def _title(request: Request, draft: Draft, reply: Reply) -> Answered:
    """Take a title alone, or a whole line."""
    text = reply.text or ""
    typed = await understand(request, draft, text)
    if typed.title is None and typed.problem is None:
        draft = draft.with_changes(typed)
        if typed.when == When():
            parse_title(text)
        return Answered(draft, Misunderstood(Problem.TITLE_MISSING))
    if typed.title is None:
        # "Sunday club": whoever is asked for a title gives one, but show the time it seems to
        # contain.
        draft = replace(draft, title=parse_title(text), is_certain=False)
        return Answered(draft, Misunderstood(Problem.TIME_IN_TITLE, text))
    has_when = typed.when != When()
    is_clear = typed.problem is None or is_asked_again(typed.problem)
    draft = replace(
        draft.with_changes(typed),
        title=typed.title,
        is_guided=not has_when,
        has_rhythm=draft.has_rhythm or has_when,
        is_certain=draft.is_certain and is_clear,
    )
    return Answered(draft, typed.problem)


async def _meant(request: Request, draft: Draft, reply: Reply) -> Answered:
    """Take one of the things that were offered, or whatever else is typed instead."""
    text = reply.text or "" if reply.choice is None else draft.meant[int(reply.choice)]
    typed = await understand(request, draft, text, is_change=True)
    note = typed.note
    if draft.note and note:
        note = parse_text(f"{draft.note}; {note}", longest=_LONGEST_NOTE)
    changed = replace(draft, meant=(), meant_words="", meant_kind="").with_changes(typed)
    return Answered(replace(changed, note=note or draft.note), typed.problem)


def _doctor(draft: Draft, reply: Reply) -> Draft:
    if reply.choice == "name":
        return replace(draft, doctors=())
    if reply.choice is None:
        words = matchable(fold_spaces(reply.text or ""))
        named = [doctor for doctor in draft.doctors if words in map(matchable, doctor[1:])]
        if len(named) != 1:
            labels = tuple(doctor[-1] for doctor in draft.doctors)
            raise Misunderstood(Problem.WHICH_DOCTOR, reply.text or "", suggestions=labels)
        [[doctor_id, name, *_label]] = named
    else:
        doctor_id, name, *_label = draft.doctors[int(reply.choice)]
    return replace(draft, doctor=name, doctor_id=doctor_id, doctors=())


def redrawn(draft: Draft, reply: Reply) -> Draft | None:
    """With another month on the calendar's buttons; None if the reply was something else."""
    if questions.is_blank(reply):
        return draft
    month = questions.month_of_press(reply, today=date.fromisoformat(draft.today))
    return None if month is None else replace(draft, month=month.isoformat())


async def understand(
    request: Request, draft: Draft, line: str, *, is_change: bool = False
) -> PartialAppointment:
    """Parse a line about *draft*; with *is_change*, as a change to one that is already shown."""
    doctors, now = await list_known_doctors(request.scope), request.scope.clock.now()
    return read_line(draft, line, doctors=doctors, now=now, is_change=is_change)


def read_line(
    draft: Draft,
    line: str,
    *,
    doctors: Sequence[KnownDoctor],
    now: datetime,
    is_change: bool = False,
) -> PartialAppointment:
    """As :func:`understand`, with the doctors already loaded."""
    person, persons = draft.person, draft.persons
    if is_change:
        typed = understand_change(line, people=persons, doctors=doctors, zone=draft.zone, now=now)
    else:
        zone = None if person is None else persons[person].zone
        typed = understand_appointment(line, people=persons, doctors=doctors, zone=zone, now=now)
    if typed.person is None and person is not None:
        own = match_doctors(typed.doctor, doctors, person=persons[person])
        return replace(typed, doctors=own)
    return typed
