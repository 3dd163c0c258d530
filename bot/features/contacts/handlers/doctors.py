"""`/doctors`, and the buttons of a doctor."""

from bot.features.contacts.views import doctors as views
from bot.intake.request import Request
from bot.ui.answer import Answer, Screen
from bot.ui.presses.contacts import DoctorsPage, RemoveDoctor, RestoreDoctor, ShowDoctor
from domain.access import Action
from domain.contacts.doctors import (
    DoctorFacts,
    get_doctor,
    list_doctors,
    remove_doctor,
    restore_doctor,
)


async def doctors(request: Request) -> Answer:
    """`/doctors`"""
    return Answer(send=(await _list(request, page=0),))


async def turn_page(request: Request) -> Answer:
    return Answer(edit=await _list(request, page=request.pressed(DoctorsPage).page))


async def show(request: Request) -> Answer:
    press = request.pressed(ShowDoctor)
    screen = _screen(request, await get_doctor(request.scope, press.doctor_id))
    if press.in_new_message:
        return Answer(send=(screen,))
    return Answer(edit=screen)


async def remove(request: Request) -> Answer:
    doctor = await remove_doctor(request.scope, request.pressed(RemoveDoctor).doctor_id)
    return views.removed(_screen(request, doctor))


async def restore(request: Request) -> Answer:
    doctor = await restore_doctor(request.scope, request.pressed(RestoreDoctor).doctor_id)
    return views.restored(_screen(request, doctor))


async def _list(request: Request, *, page: int) -> Screen:
    member = request.scope.require(Action.READ)
    return views.doctors(await list_doctors(request.scope), page=page, member=member)


def _screen(request: Request, doctor: DoctorFacts) -> Screen:
    return views.doctor_screen(doctor, member=request.scope.require(Action.READ))
