"""The questions of `/pause`: rendering and refreshing them."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from bot.conversation.engine import Choice, Data
from bot.features.medicines.flows.medicine_choices import list_not_stopped
from bot.features.medicines.flows.pausing.pause_state import OPEN, load, resume_date
from bot.features.medicines.views.pausing import pause_questions
from bot.intake.request import Request
from bot.ui.answer import Screen
from domain.errors import CareCircleError
from domain.local_time import resolve_local
from domain.medicines.facts import MedicineLine
from domain.medicines.schedules.courses import is_over_by, last_day
from domain.models.medicines import MedicineStatus

DAYS = {"1": 1, "3": 3, "7": 7}


def ask_what(data: Data, choice: Choice) -> Screen:
    return pause_questions.ask_what(
        [choice(words, str(number)) for number, (*_, words) in enumerate(data["choices"])]
    )


def without_its_end(data: Data) -> Data:
    """Drop the typed end if the running pause already ends then: it's said, not asked."""
    if data["pause"] is None or "until" not in data:
        return data
    until = data["pause"][1]
    zone = ZoneInfo(data["zone"])
    ends = datetime.fromisoformat(until).astimezone(zone).date().isoformat() if until else OPEN
    return {key: value for key, value in data.items() if (key, value) != ("until", ends)}


async def refresh_running(request: Request, data: Data) -> Data:
    try:
        return without_its_end(await load(request, data))
    except CareCircleError:  # gone or stopped: the answer will say so
        return data


def ask_running(data: Data, choice: Choice) -> Screen:
    pause, zone = data["pause"], ZoneInfo(data["zone"])
    until = pause and pause[1]
    shown = None
    if pause:
        person = data["person"] if data["kind"] == "medicine" and pause[2] else None
        shown = (datetime.fromisoformat(until) if until else None, person)
    new_end, never_ends = resume_date(data), data.get("until") == OPEN
    labels = pause_questions.running_labels(
        runs=pause is not None, new_end=new_end, never_ends=never_ends
    )
    return pause_questions.ask_about_running(
        data["name"],
        shown,
        zone=zone,
        now=datetime.fromisoformat(data["now"]),
        new_end=new_end,
        never_ends=never_ends,
        is_person=data["kind"] == "person",
        buttons=[choice(words, key) for key, words in labels.items()],
    )


def ask_until(data: Data, choice: Choice) -> Screen:
    return pause_questions.ask_until_when(
        data["name"],
        is_person=data["kind"] == "person",
        is_change=data["pause"] is not None,
        choices=[choice(words, key) for key, words in pause_questions.pause_choices().items()],
    )


def ask_sure(data: Data, choice: Choice) -> Screen:
    """Whether what was said in own words is to be paused."""
    button = choice(pause_questions.pause_label(), "yes")
    return pause_questions.ask_sure(
        data["name"], resume_date(data), is_person=data["kind"] == "person", button=button
    )


async def refresh_appointments(request: Request, data: Data) -> Data:
    """With the medicines that won't resume when the pause ends: the name, and the last day of a
    course that is over by then, or None if it's paused separately for longer.
    """
    resumes_on = resume_date(data)
    if resumes_on is None:
        return data
    stay: list[list[str | None]] = []
    lines = await list_not_stopped(request.scope)
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


def ask_appointments(data: Data, choice: Choice) -> Screen:
    stay = [
        (name, date.fromisoformat(last) if last else None) for name, last in data.get("stay", ())
    ]
    return pause_questions.ask_appointments(
        data["name"],
        resume_date(data),
        [choice(words, key) for key, words in pause_questions.appointment_labels().items()],
        stay=stay,
        is_all=bool(data.get("is_all")),
    )
