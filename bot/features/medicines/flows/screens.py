"""The screens of a medicine and of a record, which several buttons lead back to."""

from uuid import UUID

from bot.features.medicines.views import history, meds
from bot.intake.request import Request
from bot.ui.answer import Screen
from domain.access import Action, may
from domain.medicines.details import get_details
from domain.medicines.records.history import get_entry


async def medicine_screen(request: Request, medication_id: UUID) -> Screen:
    member = request.scope.require(Action.READ)
    details = await get_details(request.scope, medication_id)
    return meds.medicine(details, member=member, now=request.scope.clock.now())


async def entry_screen(request: Request, dose_id: UUID) -> Screen:
    """A dose with everything that was recorded about it."""
    member = request.scope.require(Action.READ)
    details = await get_entry(request.scope, dose_id)
    may_record = may(member.role, Action.RECORD_DOSE) or may(member.role, Action.RECORD_OWN_DOSE)
    now = request.scope.clock.now()
    return history.entry(details, member=member, now=now, may_record=may_record)
