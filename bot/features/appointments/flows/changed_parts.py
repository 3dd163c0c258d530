"""The parts of an appointment that can be changed: the question for each, and what an answer
changes.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import timedelta

from bot.conversation.engine import Choice, Data, Reply
from bot.features.appointments.flows.known_doctors import list_known_doctors
from bot.features.appointments.views import appointment_lines, change_questions, draft_questions
from bot.grammar.appointment_times.parsing import parse_days, parse_duration
from bot.grammar.commands.doctors import is_skipped
from bot.grammar.known_doctors import match_doctors
from bot.grammar.names import parse_name
from bot.grammar.people import Person
from bot.grammar.problems import Misunderstood, Problem
from bot.grammar.remarks import parse_text, parse_title
from bot.grammar.reminders import parse_reminders
from bot.intake.request import Request
from bot.ui.answer import Keyboard, Screen
from domain.appointments.details import Details, DoctorNamed
from domain.appointments.occurrences.facts import OccurrenceFacts
from domain.local_time import to_local

_DAYS = (1, 2, 3, 5, 7, 14)  # for all-day appointments
_DURATIONS = (15, 30, 45, 60, 90, 120)
_REMINDERS = {"d": (1440,), "dh": (1440, 60), "h": (60,), "d2h": (1440, 120), "wd": (10080, 1440)}
_NONE = "none"
ONCE = "once"
_OPTIONAL = {"doctor", "place", "bring", "note"}


def ask_part(part: str) -> Callable[[Data, Choice], Screen]:
    """Return the function that asks about *part*."""

    def ask(data: Data, choice: Choice) -> Screen:
        if part == "duration" and data.get("is_all_day"):
            return change_questions.ask_days(
                data["title"], [choice(_days_label(n), str(n)) for n in _DAYS]
            )
        question = change_questions.ask_part(part, data["title"], _choices(part, choice))
        return draft_questions.with_zone_note(
            question, data.get("place") if part == "repeat" else None
        )

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
            return ((choice(draft_questions.repeat_labels()["once"], ONCE),),)
        case part if part in _OPTIONAL:
            return ((choice(change_questions.leave_out_label(), _NONE),),)
        case _:
            return ()


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


async def change_duration(_: Request, facts: OccurrenceFacts, reply: Reply) -> Details:
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


def _is_left_out(reply: Reply) -> bool:
    return reply.choice == _NONE or is_skipped(reply.text or "")


def _text(reply: Reply) -> str | None:
    return None if _is_left_out(reply) else parse_text(reply.text or "")


PARTS: Mapping[str, Callable[[Request, OccurrenceFacts, Reply], Awaitable[Details]]] = {
    "title": _title,
    "doctor": _doctor,
    "place": _place,
    "bring": _bring,
    "note": _note,
    "duration": change_duration,
    "remind": _remind,
}
"""By the name of the part: the details with what was answered."""
