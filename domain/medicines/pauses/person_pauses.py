"""A pause of everything a person takes: a hospital stay, respite, a holiday.

It's one operation on all of their medicines with one audit event, so that one Undo reverts it. A
medicine that was paused individually stays so; only if its own pause would end before the person's
does it join that one, and if the person's ends early, it gets its own end back.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update

from domain import audit
from domain.access import Action
from domain.database.scope import Scope
from domain.events import NotificationsQueued
from domain.family.list_version import bump_list_version
from domain.family.people import Person, set_pause
from domain.family.running_pauses import Pause
from domain.medicines.changes.status import end_of_pause
from domain.medicines.errors import NothingToPause, NotPaused, UnseenPause
from domain.medicines.expansion.cancelling import CALLED_OFF, cancel_pending_doses
from domain.medicines.expansion.counted_intakes import COUNTED, Counted, uncount_intakes
from domain.medicines.expansion.expandable import EXPANDABLE, fetch_expandables
from domain.medicines.expansion.re_expansion import re_expand
from domain.medicines.pauses.notices import refresh_announcements
from domain.medicines.pauses.paused_people import (
    PausedPerson,
    find_person,
    lock_medicines,
    lock_person,
    with_medicines,
)
from domain.medicines.pauses.states import (
    ACTIVE,
    State,
    TakenMedicine,
    get_own_ends,
    pause_from_json,
    pause_to_json,
    paused_states,
    resumed_states,
)
from domain.medicines.reading import read_medicines
from domain.models import Medication
from domain.models.medicines import MedicineStatus


async def pause_person(
    scope: Scope,
    person_id: UUID,
    *,
    resumes_on: date | None,
    silences_appointments: bool = False,
    seen: Pause | None = None,
) -> PausedPerson:
    """Pause everything a person takes until *resumes_on* (a local day); None: until it is ended.

    *seen* is the current pause, of which only the end is changed. Medicines that were resumed
    individually meanwhile stay active. Raises NotFound, UnseenPause if the current pause isn't the
    one seen, PauseEndImpossible, and NothingToPause for somebody who takes nothing.
    """
    scope.require(Action.CHANGE_MEDICINES)
    person = await lock_person(scope, person_id)
    if person.pause != seen:
        raise UnseenPause(person.name)
    until = end_of_pause(resumes_on, person.zone, now=scope.clock.now())
    taken = await lock_medicines(scope, person_id)
    if not taken:
        raise NothingToPause(person.name)
    if person.pause is None:
        pause = Pause(await _now(scope), until, silences_appointments)
        targets = paused_states(taken, until, beginning={medicine.id for medicine in taken})
    else:
        pause = Pause(person.pause.since, until, person.pause.silences_appointments)
        targets = paused_states(taken, until, own=await get_own_ends(scope, person))
    return await _change(scope, person, pause, taken, targets, action="paused")


async def resume_person(scope: Scope, person_id: UUID) -> PausedPerson:
    """End a pause now. Medicines that were stopped meanwhile stay stopped. Raises NotFound, and
    NotPaused if somebody has already ended it.
    """
    scope.require(Action.CHANGE_MEDICINES)
    person = await lock_person(scope, person_id)
    if person.pause is None:
        raise NotPaused(person.name)
    taken = await lock_medicines(scope, person_id)
    own = await get_own_ends(scope, person)
    return await _change(scope, person, None, taken, resumed_states(taken, own), action="resumed")


async def restore_pause(
    scope: Scope,
    person_id: UUID,
    before: Mapping[str, Any],
    *,
    undoes_id: UUID,
    counted: Counted,
    called_off: Collection[UUID] = (),
) -> Person:
    """Undo a change of a pause, which had *counted* intakes and *called_off* doses that were open:
    it's as it was *before* by the audit, except for medicines that somebody has resumed or stopped
    individually since. Raises NotFound.
    """
    scope.require(Action.CHANGE_MEDICINES)
    person = await lock_person(scope, person_id)
    taken = await lock_medicines(scope, person_id)
    await uncount_intakes(scope, counted)
    pause = pause_from_json(before)
    if pause is not None and not pause.holds(scope.clock.now()):
        pause = None
    own = await get_own_ends(scope, person) if person.pause else {}
    if pause is None:
        targets = resumed_states(taken, own)
    elif person.pause is not None:
        targets = paused_states(taken, pause.until, own=own)
    else:
        targets = paused_states(
            taken, pause.until, beginning={UUID(key) for key in before["medicines"]}
        )
    changed = await _change(
        scope,
        person,
        pause,
        taken,
        targets,
        action="put_back",
        undoes_id=undoes_id,
        reopening=called_off,
    )
    return changed.person


async def _change(
    scope: Scope,
    person: Person,
    pause: Pause | None,
    taken: Sequence[TakenMedicine],
    targets: Mapping[UUID, State],
    *,
    action: str,
    undoes_id: UUID | None = None,
    reopening: Collection[UUID] = (),
) -> PausedPerson:
    """Write the pause and the new states of the medicines, with one audit event for all of it."""
    touched = [each for each in taken if targets.get(each.id, each.state) != each.state]
    if pause == person.pause and not touched:
        return await with_medicines(scope, person)  # a second tap, nothing to undo
    await set_pause(scope, person.id, pause, zone=person.zone)
    for state in {targets[each.id] for each in touched}:
        await scope.execute(
            update(Medication)
            .where(Medication.id.in_([each.id for each in touched if targets[each.id] == state]))
            .values(
                status=state.status,
                resumes_at=state.resumes_at,
                is_paused_with_person=state.is_with_person,
            )
        )
    paused = [each.id for each in touched if targets[each.id].status is MedicineStatus.PAUSED]
    called_off = await cancel_pending_doses(scope, person.id, paused)
    counted = await _re_expand(scope, [each.id for each in touched], called_off=reopening)
    await audit.record(
        scope,
        f"person.{action}",
        subject_type="care_recipient",
        subject_id=person.id,
        before=pause_to_json(person.pause, {each.id: each.state for each in touched}),
        after={
            **pause_to_json(pause, {each.id: targets[each.id] for each in touched}),
            COUNTED: counted,
            CALLED_OFF: [str(dose.id) for doses in called_off.values() for dose in doses],
        },
        undoes_id=undoes_id,
    )
    await refresh_announcements(scope, person.id)
    await bump_list_version(scope)
    scope.publish(NotificationsQueued())
    found = await with_medicines(scope, await find_person(scope, person.id))
    if action != "resumed":
        medicines = [
            replace(medicine, called_off=called_off.get(medicine.id, ()))
            for medicine in found.medicines
        ]
        return replace(found, medicines=medicines)
    gone_on = [each.id for each in touched if targets[each.id] == ACTIVE]
    return PausedPerson(found.person, await read_medicines(scope, gone_on), found.apart)


async def _re_expand(
    scope: Scope, medication_ids: Sequence[UUID], *, called_off: Collection[UUID] = ()
) -> Counted:
    statement = EXPANDABLE.where(Medication.id.in_(medication_ids))
    counted: dict[str, Mapping[str, Any]] = {}
    for medicine in await fetch_expandables(scope, statement):
        if medicine.has_doses_to_come:
            counted |= await re_expand(scope, medicine, called_off=called_off)
    return counted


async def _now(scope: Scope) -> datetime:
    now: datetime = (await scope.rows(select(func.clock_now().label("now"))))[0].now
    return now
