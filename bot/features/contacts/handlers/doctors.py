"""`/doctors`, and the buttons of one."""

from bot.features.contacts.views import doctors as views
from bot.intake.request import Request
from bot.ui.answer import Answer, Screen
from bot.ui.callbacks import NEW_MESSAGE
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
    argument = request.pressed.argument
    return Answer(edit=await _list(request, page=int(argument) if argument.isdecimal() else 0))


async def show(request: Request) -> Answer:
    screen = _screen(request, await get_doctor(request.scope, request.subject_id))
    if request.pressed.argument == NEW_MESSAGE:
        return Answer(send=(screen,))
    return Answer(edit=screen)


async def remove(request: Request) -> Answer:
    doctor = await remove_doctor(request.scope, request.subject_id)
    return views.removed(_screen(request, doctor))


async def restore(request: Request) -> Answer:
    doctor = await restore_doctor(request.scope, request.subject_id)
    return views.restored(_screen(request, doctor))


async def _list(request: Request, *, page: int) -> Screen:
    member = request.scope.require(Action.READ)
    return views.doctors(await list_doctors(request.scope), page=page, member=member)


def _screen(request: Request, doctor: DoctorFacts) -> Screen:
    return views.doctor_screen(doctor, member=request.scope.require(Action.READ))
