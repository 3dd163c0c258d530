"""`/meds`, the screen of a medicine, and its buttons."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID
from zlib import crc32

from bot.features.medicines.flows.giving import give
from bot.features.medicines.flows.pausing import resuming
from bot.features.medicines.flows.screens import medicine_screen
from bot.features.medicines.views import ladders, nicknames
from bot.features.medicines.views import meds as views
from bot.features.medicines.views.pausing import outcomes
from bot.intake.request import Request
from bot.ops.metrics import MEDICATIONS_CACHE
from bot.ui.answer import Answer, Screen
from bot.ui.presses.medicines import (
    ChangeOpenDoses,
    ForgetNickname,
    Give,
    MedicinesPage,
    RestoreMedicine,
    SetLadder,
    ShowLadder,
    ShowMedicine,
    StopMedicine,
)
from domain.access import Action
from domain.database.scope import Member
from domain.family.settings.ladder import get_family_ladder
from domain.medicines.changes.editing import change_open_doses
from domain.medicines.changes.nicknames import remove_nickname
from domain.medicines.changes.status import restore_medication, stop_medication
from domain.medicines.doses.facts import list_doses
from domain.medicines.errors import MedicineChanged, MedicineStopped
from domain.medicines.events import MedicinesListed
from domain.medicines.facts import MedicineLine
from domain.medicines.ladders import set_medicine_ladder
from domain.medicines.reading import get_medication, list_medicines


async def meds(request: Request) -> Answer:
    """`/meds`"""
    return Answer(send=(await _list(request, page=0),))


async def turn_page(request: Request) -> Answer:
    """Previous, Next, and the way back from a medicine."""
    return Answer(edit=await _list(request, page=request.pressed(MedicinesPage).page))


async def show(request: Request) -> Answer:
    """A medicine in the list."""
    return Answer(edit=await medicine_screen(request, request.pressed(ShowMedicine).medication_id))


async def give_now(request: Request) -> Answer:
    """Give now, as shown above the button, unless that has changed."""
    press, scope = request.pressed(Give), request.scope
    scope.require(Action.READ)
    medicine = await get_medication(scope, press.medication_id)
    if press.version not in (None, medicine.version):
        return views.has_changed(medicine.name, await medicine_screen(request, medicine.id))
    return await give.begin_medicine(request, medicine)


async def stop(request: Request) -> Answer:
    medication_id = request.pressed(StopMedicine).medication_id
    stopped = await stop_medication(request.scope, medication_id)
    now = request.scope.clock.now()
    return views.stopped(await medicine_screen(request, medication_id), stopped, now=now)


async def change_open(request: Request) -> Answer:
    """ "Change that dose, too": a dose that a change of its medicine had left as it was."""
    scope, edit_id = request.scope, request.pressed(ChangeOpenDoses).action_id
    member, now = scope.require(Action.READ), scope.clock.now()
    try:
        medicine, brought = await change_open_doses(scope, edit_id)
    except MedicineChanged as other:
        return views.change_superseded(other.medicine)
    return views.open_doses_changed(
        medicine,
        changed=await list_doses(scope, brought.changed),
        answered=await list_doses(scope, brought.answered),
        edit_id=edit_id,
        member=member,
        now=now,
    )


async def forget_nickname(request: Request) -> Answer:
    """ "Not the white one", below the medicine that was called so."""
    press = request.pressed(ForgetNickname)
    facts = await get_medication(request.scope, press.medication_id)
    called = (each for each in facts.nicknames if crc32(each.encode()) == press.checksum)
    nickname = next(called, None)
    if nickname is not None:
        await remove_nickname(request.scope, facts.id, nickname)
    return nicknames.forgotten(await medicine_screen(request, facts.id), nickname)


async def show_ladder(request: Request) -> Answer:
    """What happens when nobody answers about this medicine."""
    return Answer(edit=await _ladder(request, request.pressed(ShowLadder).medication_id))


async def set_ladder(request: Request) -> Answer:
    press = request.pressed(SetLadder)
    await set_medicine_ladder(request.scope, press.medication_id, press.plan)
    return ladders.ladder_set(await _ladder(request, press.medication_id))


async def _ladder(request: Request, medication_id: UUID) -> Screen:
    member = request.scope.require(Action.CHANGE_MEDICINES)
    facts = await get_medication(request.scope, medication_id)
    return ladders.ladder(facts, await get_family_ladder(request.scope), member=member)


async def restore(request: Request) -> Answer:
    """Resume and Restore."""
    press = request.pressed(RestoreMedicine)
    if press.is_from_pause:
        return await _resume(request, press.medication_id)
    await restore_medication(request.scope, press.medication_id)
    restored = views.restored(await medicine_screen(request, press.medication_id))
    return await resuming.ask_about_added_days(
        request, restored, medication_id=press.medication_id, person_id=None
    )


async def _resume(request: Request, medication_id: UUID) -> Answer:
    """End a pause. What somebody has stopped in the meantime stays stopped."""
    try:
        answer = await resuming.resume_medicine(request, None, medication_id, is_shown=True)
    except MedicineStopped:
        return outcomes.stopped_meanwhile(await medicine_screen(request, medication_id))
    facts = await get_medication(request.scope, medication_id)
    resumed = views.resumed(
        await medicine_screen(request, medication_id), facts, now=request.scope.clock.now()
    )
    return replace(answer, toast=resumed.toast, edit=resumed.edit)


async def _list(request: Request, *, page: int) -> Screen:
    member = request.scope.require(Action.READ)
    lines = await _lines(request, member)
    return views.medicines(lines, page=page, member=member, now=request.scope.clock.now())


async def _lines(request: Request, member: Member) -> Sequence[MedicineLine]:
    """From the cache, if it has the version that came with the membership check."""
    if member.is_restricted:  # what is cached is everybody's
        return await list_medicines(request.scope)
    cached = request.cached_medicines
    if cached is not None and cached.family_id == member.family_id:
        if cached.version == member.medications_version:
            MEDICATIONS_CACHE.labels("hit").inc()
            return cached.lines
        MEDICATIONS_CACHE.labels("stale").inc()
    lines = await list_medicines(request.scope)
    listed = MedicinesListed(member.family_id, member.medications_version, lines)
    request.scope.publish(listed)
    return lines
