"""The screens of a medicine and of a record, which several buttons lead back to."""

from uuid import UUID

from bot.features.medicines.views import history, meds
from bot.intake.request import Request
from bot.ui.answer import Screen
from domain.access import Action, may
from domain.family.people import find_own_person
from domain.medicines.details import get_details
from domain.medicines.records.history import get_entry


async def medicine_screen(request: Request, medication_id: UUID) -> Screen:
    member = request.scope.require(Action.READ)
    details = await get_details(request.scope, medication_id)
    may_record = await _may_record(request, details.medicine.person_id)
    now = request.scope.clock.now()
    return meds.medicine(details, member=member, now=now, may_record=may_record)


async def entry_screen(request: Request, dose_id: UUID) -> Screen:
    """A dose with everything that was recorded about it."""
    member = request.scope.require(Action.READ)
    details = await get_entry(request.scope, dose_id)
    may_record = await _may_record(request, details.dose.care_recipient_id)
    now = request.scope.clock.now()
    return history.entry(details, member=member, now=now, may_record=may_record)


async def _may_record(request: Request, person_id: UUID) -> bool:
    """Whether the reader may record doses of this person: whoever is cared for, only their own."""
    role = request.scope.require(Action.READ).role
    if may(role, Action.RECORD_DOSE):
        return True
    return may(role, Action.RECORD_OWN_DOSE) and await find_own_person(request.scope) == person_id
