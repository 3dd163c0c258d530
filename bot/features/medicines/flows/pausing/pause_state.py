"""What a conversation about a pause stores, and the current state in the database."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from bot.conversation.engine import Data
from bot.features.medicines.flows.medicine_choices import MAX_CHOICES, list_not_stopped
from bot.features.medicines.views.pausing import pause_questions
from bot.grammar.commands.pauses import PauseEnd
from bot.intake.request import Request
from domain.family.people import Person, get_person
from domain.family.running_pauses import Pause
from domain.medicines.changes.status import end_of_pause
from domain.medicines.errors import MedicineStopped, NothingToPause
from domain.medicines.facts import MedicineFacts, MedicineLine
from domain.medicines.reading import get_medication
from domain.models.medicines import MedicineStatus

OPEN = "open"


def choices_of(people: Sequence[Person], lines: Sequence[MedicineLine]) -> list[list[str]]:
    """As a conversation stores them: kind, id and label."""
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
    return found[:MAX_CHOICES]


async def load(request: Request, data: Data) -> dict[str, Any]:
    """The current state of what to pause. `pause` is the running one as a conversation stores it
    (start, end, and whether it's the person's).
    """
    scope = request.scope
    if data["kind"] == "person":
        person = await get_person(scope, UUID(data["id"]))
        if not any(line.person_id == person.id for line in await list_not_stopped(scope)):
            raise NothingToPause(person.name)
        loaded = {"name": person.name, "zone": person.zone.key, "pause": _stored(person.pause)}
    else:
        medicine = await get_medication(scope, UUID(data["id"]))
        if medicine.status is MedicineStatus.STOPPED:
            raise MedicineStopped(medicine.name)
        loaded = {
            "name": medicine.name,
            "person": medicine.person,
            "zone": medicine.zone.key,
            "pause": stored_of(medicine),
        }
    return {**data, **loaded, "now": scope.clock.now().isoformat()}


def _stored(pause: Pause | None) -> list[Any] | None:
    if pause is None:
        return None
    until = pause.until.isoformat() if pause.until else None
    return [pause.since.isoformat(), until, pause.silences_appointments]


def stored_of(medicine: MedicineFacts) -> list[Any] | None:
    if medicine.status is not MedicineStatus.PAUSED:
        return None
    until = medicine.resumes_at.isoformat() if medicine.resumes_at else None
    return ["", until, medicine.is_paused_with_person]


def today_of(request: Request, data: Data) -> date:
    return request.scope.clock.now().astimezone(ZoneInfo(data["zone"])).date()


def end_to_data(end: PauseEnd) -> str:
    return OPEN if end.resumes_on is None else end.resumes_on.isoformat()


def resume_date(data: Data) -> date | None:
    until = data.get("until", OPEN)
    return None if until == OPEN else date.fromisoformat(until)


def check_end(request: Request, data: Data) -> None:
    end_of_pause(resume_date(data), ZoneInfo(data["zone"]), now=request.scope.clock.now())


def seen_pause(data: Data) -> Pause | None:
    seen = data.get("seen")
    if seen is None:
        return None
    since, until, silences = seen
    end = datetime.fromisoformat(until) if until else None
    return Pause(datetime.fromisoformat(since), end, silences)
