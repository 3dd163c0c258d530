"""What each conversation says when nobody finished it, and what it looks at again to go on."""

from collections.abc import Mapping
from uuid import UUID

from bot.conversation.engine import Data, Leaving
from bot.conversation.whose import load_people
from bot.features.appointments.flows import (
    add_appointment,
    change_appointment,
    move_appointment,
    outcome,
)
from bot.features.contacts.flows import add_doctor, change_doctor
from bot.features.family.flows import add_person, change_person, new_family, own_clock
from bot.features.medicines.flows import (
    add_medicine,
    change_medicine,
    correct,
    give,
    pause,
    per_dose,
    refill,
    take_late,
)
from bot.features.overview.flows import add_list, edited_message, elsewhere
from bot.features.overview.flows.list_entries import KINDS
from bot.intake.request import Request
from bot.ui.conversations import Unfinished
from domain.access import Action
from domain.appointments.errors import AppointmentOver
from domain.appointments.occurrences.lookups import get_occurrence
from domain.contacts.doctors import get_doctor
from domain.errors import NotFound
from domain.family.errors import NobodyCaredFor
from domain.family.people import get_person
from domain.local_time import to_local
from domain.medicines.medications import get_medication
from domain.medicines.records.corrections import check_correctable


async def renew_people(request: Request, data: Data) -> Data:
    """With the people cared for as they are now; raises NotFound if the chosen one is gone."""
    people = await load_people(request.scope)
    if not people:
        raise NobodyCaredFor
    chosen = data["person"]
    if chosen is None:
        return {**data, "people": people}
    key = data["people"][chosen][0]
    for number, (person_id, _name, _zone) in enumerate(people):
        if person_id == key:
            return {**data, "people": people, "person": number}
    raise NotFound


async def _renew_new_medicine(request: Request, data: Data) -> Data:
    request.scope.require(Action.CHANGE_MEDICINES)
    return await renew_people(request, data)


async def _renew_new_appointment(request: Request, data: Data) -> Data:
    request.scope.require(Action.CHANGE_APPOINTMENTS)
    return await renew_people(request, data)


async def _renew_list(request: Request, data: Data) -> Data:
    request.scope.require(KINDS[data["kind"]].action)
    return data


async def _renew_new_person(request: Request, data: Data) -> Data:
    request.scope.require(Action.ADD_PERSON)
    return data


async def _renew_person(request: Request, data: Data) -> Data:
    request.scope.require(Action.ADD_PERSON)
    return {**data, "name": (await get_person(request.scope, _id(data))).name}


async def _renew_medicine(request: Request, data: Data) -> Data:
    """For a question about one medicine, or about which one."""
    request.scope.require(Action.CHANGE_MEDICINES)
    if "id" not in data:
        return data
    medicine = await get_medication(request.scope, _id(data))
    return {**data, "name": medicine.name}


async def _renew_pause(request: Request, data: Data) -> Data:
    """For a question about one person or one medicine, or about which one."""
    request.scope.require(Action.CHANGE_MEDICINES)
    if "id" not in data:
        return data
    if data["kind"] == "person":
        await get_person(request.scope, _id(data))
    else:
        await get_medication(request.scope, _id(data))
    return data


async def _renew_giving(request: Request, data: Data) -> Data:
    request.scope.require(Action.READ)
    if "id" in data:
        await get_medication(request.scope, _id(data))
    return data


async def _renew_correction(request: Request, data: Data) -> Data:
    await check_correctable(request.scope, _id(data))
    return data


async def _renew_appointment(request: Request, data: Data) -> Data:
    request.scope.require(Action.CHANGE_APPOINTMENTS)
    await get_occurrence(request.scope, _id(data))
    return data


async def _renew_move(request: Request, data: Data) -> Data:
    """Also what day it is by now: the question offers days."""
    request.scope.require(Action.CHANGE_APPOINTMENTS)
    facts, now = await get_occurrence(request.scope, _id(data)), request.scope.clock.now()
    if facts.ends_at <= now:
        raise AppointmentOver
    return {**data, "today": to_local(now, facts.zone).date().isoformat()}


async def _renew_doctor(request: Request, data: Data) -> Data:
    request.scope.require(Action.CHANGE_APPOINTMENTS)
    return {**data, "name": (await get_doctor(request.scope, _id(data))).name}


def _id(data: Data) -> UUID:
    return UUID(str(data["id"]))


LEAVINGS: Mapping[str, Leaving] = {
    new_family.FLOW.name: Leaving("newfamily"),
    add_person.FLOW.name: Leaving("addperson", renew=_renew_new_person),
    change_person.FLOW.name: Leaving("people", Unfinished.NOT_CHANGED, renew=_renew_person),
    add_medicine.FLOW.name: Leaving(
        "addmed", renew=_renew_new_medicine, name_draft=add_medicine.name_draft
    ),
    change_medicine.FLOW.name: Leaving("meds", Unfinished.NOT_CHANGED, renew=_renew_medicine),
    pause.FLOW.name: Leaving("pause", Unfinished.NOT_CHANGED, renew=_renew_pause),
    per_dose.FLOW.name: Leaving("meds", Unfinished.NOT_RECORDED, renew=_renew_medicine),
    give.FLOW.name: Leaving("give", Unfinished.NOT_RECORDED, renew=_renew_giving),
    correct.FLOW.name: Leaving("history", Unfinished.NOT_RECORDED, renew=_renew_correction),
    take_late.FLOW.name: Leaving("today", Unfinished.NOT_RECORDED),
    refill.FLOW.name: Leaving("refill", Unfinished.NOT_RECORDED, renew=_renew_medicine),
    add_appointment.FLOW.name: Leaving(
        "addappt",
        renew=_renew_new_appointment,
        resume=add_appointment.resume,
        name_draft=add_appointment.name_draft,
    ),
    add_list.FLOW.name: Leaving("meds", renew=_renew_list, name_draft=add_list.name_draft),
    elsewhere.NAME: Leaving("family", Unfinished.NOT_CHANGED),
    edited_message.NAME: Leaving("help", Unfinished.NOT_CHANGED),
    move_appointment.FLOW.name: Leaving("appts", Unfinished.NOT_CHANGED, renew=_renew_move),
    change_appointment.FLOW.name: Leaving(
        "appts", Unfinished.NOT_CHANGED, renew=_renew_appointment
    ),
    outcome.FLOW.name: Leaving("appts", Unfinished.NOT_RECORDED, renew=_renew_appointment),
    add_doctor.FLOW.name: Leaving("adddoctor", renew=_renew_new_appointment),
    change_doctor.FLOW.name: Leaving("doctors", Unfinished.NOT_CHANGED, renew=_renew_doctor),
    own_clock.FLOW.name: Leaving("people", Unfinished.NOT_CHANGED),
}
