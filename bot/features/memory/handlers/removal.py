"""Remove, below a medicine, an appointment or a person; `/removed`, and what is brought back."""

from bot.features.memory.views import removed as views
from bot.features.memory.views import removing
from bot.intake.request import Request
from bot.ui.answer import Answer, Screen
from bot.ui.presses.history import (
    BringBack,
    RemoveAppointment,
    RemovedListPage,
    RemoveMedicine,
    RemovePerson,
    ShowRemoved,
)
from domain.access import Action
from domain.appointments.occurrences.lookups import get_occurrence
from domain.contacts.doctors import get_doctor
from domain.contacts.emergency_contacts import get_contact
from domain.contacts.errors import SimilarContact, SimilarDoctor
from domain.database.scope import Scope
from domain.errors import NotFound
from domain.family.people import get_person
from domain.medicines.errors import SameMedicine
from domain.memory.bringing_back import bring_back_thing
from domain.memory.removal import (
    delete_appointment,
    delete_medication,
    delete_person,
    foresee_appointment,
    foresee_medication,
    foresee_person,
)
from domain.memory.removed import RemovedKind, get_removed, list_removed

FARTHEST_PAGE = 1_000


async def remove_medicine(request: Request) -> Answer:
    press, scope = request.pressed(RemoveMedicine), request.scope
    about = await foresee_medication(scope, press.medication_id)
    family_id = scope.require(Action.CHANGE_MEDICINES).family_id
    if not press.is_sure:
        screen = removing.ask_medicine(
            about, family_id=family_id, medication_id=press.medication_id
        )
        return Answer(edit=screen)
    await delete_medication(scope, press.medication_id)
    return removing.removed(about, RemovedKind.MEDICINE, press.medication_id, family_id=family_id)


async def remove_appointment(request: Request) -> Answer:
    """All dates of the appointment."""
    press, scope = request.pressed(RemoveAppointment), request.scope
    facts = await get_occurrence(scope, press.occurrence_id)
    about = await foresee_appointment(scope, facts.appointment_id)
    family_id = scope.require(Action.CHANGE_APPOINTMENTS).family_id
    if not press.is_sure:
        return Answer(
            edit=removing.ask_appointment(
                about,
                family_id=family_id,
                occurrence_id=facts.id,
                zone=facts.zone,
                now=scope.clock.now(),
                recurs=facts.recurrence is not None,
            )
        )
    removed_id = await delete_appointment(scope, facts.appointment_id)
    return removing.removed(about, RemovedKind.APPOINTMENT, removed_id, family_id=family_id)


async def remove_person(request: Request) -> Answer:
    press, scope = request.pressed(RemovePerson), request.scope
    about = await foresee_person(scope, press.person_id)
    family_id = scope.require(Action.REMOVE_PERSON).family_id
    if not press.is_sure:
        zone, now = (await get_person(scope, press.person_id)).zone, scope.clock.now()
        screen = removing.ask_person(
            about, family_id=family_id, person_id=press.person_id, zone=zone, now=now
        )
        return Answer(send=(screen,))
    await delete_person(scope, press.person_id)
    return removing.removed(about, RemovedKind.PERSON, press.person_id, family_id=family_id)


async def removed(request: Request) -> Answer:
    """`/removed`"""
    return Answer(send=(await _list(request, page=0),))


async def turn_page(request: Request) -> Answer:
    return Answer(edit=await _list(request, page=request.pressed(RemovedListPage).page))


async def show(request: Request) -> Answer:
    press, scope = request.pressed(ShowRemoved), request.scope
    member = scope.require(Action.READ)
    try:
        thing = await get_removed(scope, press.kind, press.subject_id)
    except NotFound:
        return Answer(edit=await _list(request, page=0))
    return Answer(edit=views.removed_thing(thing, member=member, now=scope.clock.now()))


async def bring_back(request: Request) -> Answer:
    """Restore. If another one has its name by now, that is asked about first."""
    press, scope = request.pressed(BringBack), request.scope
    member, kind = scope.require(Action.READ), press.returning.kind
    try:
        thing = await get_removed(scope, kind, press.subject_id)
    except NotFound:
        # Whoever may not do it, or whose person is removed, too, is told so.
        await bring_back_thing(scope, kind, press.subject_id)
        return views.is_back_already()
    try:
        await bring_back_thing(scope, kind, press.subject_id, beside=press.returning.beside)
    except (SameMedicine, SimilarDoctor, SimilarContact) as other:
        existing = await _name_of(scope, other)
        return Answer(
            edit=views.removed_thing(thing, member=member, now=scope.clock.now(), existing=existing)
        )
    return views.brought_back(thing, member=member)


async def _name_of(scope: Scope, other: SameMedicine | SimilarDoctor | SimilarContact) -> str:
    match other:
        case SameMedicine():
            return other.existing.name
        case SimilarDoctor():
            return (await get_doctor(scope, other.existing_id)).name
        case SimilarContact():
            return (await get_contact(scope, other.existing_id)).name


async def _list(request: Request, *, page: int) -> Screen:
    member = request.scope.require(Action.READ)
    found = await list_removed(request.scope, page=min(page, FARTHEST_PAGE))
    return views.removed_things(found, member=member, now=request.scope.clock.now())
