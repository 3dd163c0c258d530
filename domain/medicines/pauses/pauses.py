"""A pause of everything that a person takes: a hospital stay, respite, a holiday.

It is one operation on all of their medicines, audited as one, so that one Undo takes it back. What
was paused by itself stays so: only where its own pause would end before the person's does it go on
with that one, and once the person's is ended earlier, it is what it was before.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, TypeAlias
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Row, func, select, update
from sqlalchemy.dialects.postgresql import insert

from domain import audit
from domain.access import ASKED_FIRST, Action
from domain.database import Scope
from domain.errors import NotFound
from domain.events import NotificationsOwed
from domain.family.list_version import raise_list_version
from domain.family.people import Person, set_pause
from domain.family.running_pauses import PAUSE_COLUMNS, Pause, running_pause
from domain.medicines.errors import NothingToPause, NotPaused, PauseRuns
from domain.medicines.expansion.calling_off import cancel_open
from domain.medicines.expansion.counted_intakes import COUNTED, Counted, give_back_intakes
from domain.medicines.expansion.expandable import EXPANDABLE, last_intakes, to_expandable
from domain.medicines.expansion.re_expansion import lock_doses, re_expand
from domain.medicines.facts import MedicineFacts
from domain.medicines.medications import end_of_pause, read_medicines, status_json
from domain.models import AuditEvent, CareRecipient, FamilyMember, Medication, Notification, new_id
from domain.models.delivery import Kind, Lane
from domain.models.medicines import MedicineStatus
from domain.set_asides import Subject, Work, is_free

NOTICE_LIVES = timedelta(days=14)

State: TypeAlias = tuple[MedicineStatus, datetime | None, bool]
"""Of a medicine: status, end of its pause, whether it is paused with the person."""

_ENDS = ("person.resumed", "medication.restored")
_OF_PAUSES = (
    *_ENDS,
    "person.paused",
    "person.put_back",
    "medication.paused",
    "medication.stopped",
    "medication.put_back",
)

ACTIVE: State = (MedicineStatus.ACTIVE, None, False)


@dataclass(frozen=True)
class PersonPaused:
    """What a pause holds, or what has gone on at its end.

    `medicines` are those that it is about, `apart` those that are paused by themselves.
    """

    person: Person
    medicines: Sequence[MedicineFacts]
    apart: Sequence[MedicineFacts]


async def pause_person(
    scope: Scope,
    person_id: UUID,
    *,
    resumes_on: date | None,
    silences_appointments: bool = False,
    seen: Pause | None = None,
) -> PersonPaused:
    """Pause all that a person takes until *resumes_on* (a local day), None until it is ended.

    *seen* is the pause that runs, of which only the end is changed. What was resumed by itself
    meanwhile stays so. Raises NotFound, PauseRuns if another pause runs than was seen,
    PauseEndImpossible, and NothingToPause for somebody who takes nothing.
    """
    scope.require(Action.CHANGE_MEDICINES)
    person = await _lock_person(scope, person_id)
    if person.pause != seen:
        raise PauseRuns(person.name)
    until = end_of_pause(resumes_on, person.zone, now=scope.clock.now())
    rows = await _lock_medicines(scope, person_id)
    if not rows:
        raise NothingToPause(person.name)
    if person.pause is None:
        pause = Pause(await _now(scope), until, silences_appointments)
        targets = _paused(rows, until, beginning={row.id for row in rows})
    else:
        pause = Pause(person.pause.since, until, person.pause.silences_appointments)
        targets = _paused(rows, until, own=await _own_ends(scope, person))
    return await _change(scope, person, pause, rows, targets, action="paused")


async def resume_person(scope: Scope, person_id: UUID) -> PersonPaused:
    """End a pause now. What was stopped meanwhile stays so. Raises NotFound, and NotPaused if
    somebody has ended it before.
    """
    scope.require(Action.CHANGE_MEDICINES)
    person = await _lock_person(scope, person_id)
    if person.pause is None:
        raise NotPaused(person.name)
    rows = await _lock_medicines(scope, person_id)
    own = await _own_ends(scope, person)
    return await _change(scope, person, None, rows, _resumed(rows, own), action="resumed")


async def put_back_pause(
    scope: Scope,
    person_id: UUID,
    before: Mapping[str, Any],
    *,
    undoes_id: UUID,
    counted: Counted,
) -> Person:
    """Undo what was done to a pause, and had *counted* intakes: it is as the audit says that it was
    *before*, as far as nobody has resumed or stopped single medicines since. Raises NotFound.
    """
    scope.require(Action.CHANGE_MEDICINES)
    person = await _lock_person(scope, person_id)
    rows = await _lock_medicines(scope, person_id)
    await give_back_intakes(scope, counted)
    pause = _pause_from_json(before)
    if pause is not None and not pause.holds(scope.clock.now()):
        pause = None
    own = await _own_ends(scope, person) if person.pause else {}
    if pause is None:
        targets = _resumed(rows, own)
    elif person.pause is not None:
        targets = _paused(rows, pause.until, own=own)
    else:
        targets = _paused(rows, pause.until, beginning={UUID(key) for key in before["medicines"]})
    changed = await _change(
        scope, person, pause, rows, targets, action="put_back", undoes_id=undoes_id
    )
    return changed.person


async def read_paused(scope: Scope, person_id: UUID) -> PersonPaused:
    """A person with their pause, if one runs, and what it is about. As the family, whoever acts.
    Raises NotFound.
    """
    return await _read(scope, await _find_person(scope, person_id))


async def keep_end(scope: Scope, person_id: UUID, until: datetime) -> Person:
    """ "Go on" below the announcement of a pause's end: it ends as announced, and all who were told
    see who says so. Raises NotFound, and NotPaused if it does not end then any more.
    """
    member = scope.require(Action.CHANGE_MEDICINES)
    person = await _lock_person(scope, person_id)
    if person.pause is None or person.pause.until != until:
        raise NotPaused(person.name)
    await scope.execute(
        update(Notification)
        .where(
            _is_notice(scope, person_id),
            Notification.facts["until"].as_string() == until.isoformat(),
            ~Notification.facts.has_key("kept_by"),
        )
        .values(
            facts=Notification.facts.concat({"kept_by": member.name}),
            wanted_version=Notification.wanted_version + 1,
        )
    )
    scope.publish(NotificationsOwed())
    return person


# When a pause ends, and the evening before.


async def find_due(scope: Scope, most: int) -> Sequence[Subject]:
    """People with a pause whose end is to be announced, or has come. As the dispatcher."""
    rows = await scope.rows(
        select(CareRecipient.family_id, CareRecipient.id)
        .where(
            CareRecipient.pause_ends_told_at <= func.clock_now(),
            is_free(Work.PAUSE, CareRecipient.id),
        )
        .order_by(CareRecipient.pause_ends_told_at)
        .limit(most)
    )
    return [Subject(row.family_id, row.id) for row in rows]


async def tell(scope: Scope, person_ids: Sequence[UUID]) -> int:
    """Announce the end of these people's pauses in the scope's family, and end what has come to its
    end; returns how many people it was about.
    """
    rows = await scope.rows(
        select(
            CareRecipient.id,
            CareRecipient.timezone,
            *PAUSE_COLUMNS,
            # By the clock that says what is due: ours may be behind it, and the pause still run.
            func.clock_now().label("now"),
        )
        .where(
            CareRecipient.id.in_(person_ids),
            CareRecipient.family_id == scope.family_id,
            CareRecipient.pause_ends_told_at <= func.clock_now(),
        )
        .order_by(CareRecipient.id)
        .with_for_update(key_share=True, skip_locked=True)
    )
    for row in rows:
        pause = running_pause(row, now=row.now)
        zone = ZoneInfo(row.timezone)
        await set_pause(scope, row.id, pause, zone=zone, is_announced=True)
        if pause is None:
            await _end(scope, row.id)
        else:
            await _announce(scope, row.id, pause, now=row.now)
    return len(rows)


async def _end(scope: Scope, person_id: UUID) -> None:
    """What was paused with a person is active again: its doses are there already."""
    await scope.execute(
        update(Medication)
        .where(Medication.care_recipient_id == person_id, Medication.is_paused_with_person)
        .values(status=MedicineStatus.ACTIVE, resumes_at=None, is_paused_with_person=False)
    )
    await raise_list_version(scope)


async def _announce(scope: Scope, person_id: UUID, pause: Pause, *, now: datetime) -> None:
    if pause.until is None:
        return
    members = await scope.rows(
        select(FamilyMember.user_id).where(
            FamilyMember.family_id == scope.family_id,
            FamilyMember.left_at.is_(None),
            FamilyMember.role.in_(ASKED_FIRST),
        )
    )
    minute = now.replace(second=0, microsecond=0)
    if not members:
        return
    await scope.connection.execute(
        insert(Notification).on_conflict_do_nothing(constraint="uq_notifications_card"),
        [
            {
                "id": new_id(),
                "family_id": scope.family_id,
                "user_id": member.user_id,
                "care_recipient_id": person_id,
                "kind": Kind.PAUSE_ENDS,
                "slot_at": minute,
                "lane": Lane.DIGESTS,
                "deadline_at": minute,
                "facts": {"until": pause.until.isoformat()},
            }
            for member in members
        ],
    )
    scope.publish(NotificationsOwed())


def _is_notice(scope: Scope, person_id: UUID) -> Any:
    return (
        (Notification.family_id == scope.family_id)
        & (Notification.care_recipient_id == person_id)
        & (Notification.kind == Kind.PAUSE_ENDS)
        & (Notification.slot_at > func.clock_now() - NOTICE_LIVES)
    )


# What becomes of each medicine.


def _paused(
    rows: Sequence[Row[Any]],
    until: datetime | None,
    *,
    beginning: set[UUID] | None = None,
    own: Mapping[UUID, datetime] | None = None,
) -> Mapping[UUID, State]:
    """What a pause to *until* makes of medicines: of those *beginning* it with the person, those
    that are in it (with an *own* end, where they had one), and what is paused for less time.
    """
    targets: dict[UUID, State] = {}
    for row in rows:
        its_own = (own or {}).get(row.id)
        if row.is_paused_with_person and its_own and until and its_own > until:
            targets[row.id] = (MedicineStatus.PAUSED, its_own, False)
            continue
        begins = row.status == MedicineStatus.ACTIVE and row.id in (beginning or ())
        if begins or row.is_paused_with_person or _ends_before(row, until):
            targets[row.id] = (MedicineStatus.PAUSED, until, True)
    return targets


def _ends_before(row: Row[Any], until: datetime | None) -> bool:
    return row.resumes_at is not None and (until is None or row.resumes_at < until)


def _resumed(rows: Sequence[Row[Any]], own: Mapping[UUID, datetime]) -> Mapping[UUID, State]:
    return {
        row.id: (MedicineStatus.PAUSED, own[row.id], False) if row.id in own else ACTIVE
        for row in rows
        if row.is_paused_with_person
    }


async def _own_ends(scope: Scope, person: Person) -> Mapping[UUID, datetime]:
    """When the pauses that medicines had of their own before the person's would still end."""
    if person.pause is None:
        return {}
    events = await scope.rows(
        select(AuditEvent.before)
        .where(
            AuditEvent.family_id == scope.family_id,
            AuditEvent.subject_id == person.id,
            AuditEvent.action == "person.paused",
            AuditEvent.created_at >= person.pause.since,
        )
        .order_by(AuditEvent.created_at)
    )
    now, ends = scope.clock.now(), dict[UUID, datetime]()
    for event in events:
        for key, state in event.before["medicines"].items():
            if state["resumes_at"] is None or state["is_paused_with_person"]:
                continue
            end = datetime.fromisoformat(state["resumes_at"])
            if end > now:
                ends[UUID(key)] = end
    return ends


async def _change(
    scope: Scope,
    person: Person,
    pause: Pause | None,
    rows: Sequence[Row[Any]],
    targets: Mapping[UUID, State],
    *,
    action: str,
    undoes_id: UUID | None = None,
) -> PersonPaused:
    """Write the pause and what becomes of the medicines; one event tells of all of it."""
    touched = [row for row in rows if row.id in targets and targets[row.id] != _state(row)]
    if pause == person.pause and not touched:
        return await _read(scope, person)  # a second tap is no change to take back
    await set_pause(scope, person.id, pause, zone=person.zone)
    for state in {targets[row.id] for row in touched}:
        status, resumes_at, is_with_person = state
        await scope.execute(
            update(Medication)
            .where(Medication.id.in_([row.id for row in touched if targets[row.id] == state]))
            .values(status=status, resumes_at=resumes_at, is_paused_with_person=is_with_person)
        )
    paused = [row.id for row in touched if targets[row.id][0] is MedicineStatus.PAUSED]
    called_off = await cancel_open(scope, person.id, paused)
    counted = await _re_expand(scope, [row.id for row in touched])
    await audit.record(
        scope,
        f"person.{action}",
        subject_type="care_recipient",
        subject_id=person.id,
        before=_to_json(person.pause, {row.id: _state(row) for row in touched}),
        after={
            **_to_json(pause, {row.id: targets[row.id] for row in touched}),
            COUNTED: counted,
        },
        undoes_id=undoes_id,
    )
    await scope.execute(
        update(Notification)
        .where(_is_notice(scope, person.id))
        .values(wanted_version=Notification.wanted_version + 1)
    )
    await raise_list_version(scope)
    scope.publish(NotificationsOwed())
    found = await _read(scope, await _find_person(scope, person.id))
    if action != "resumed":
        medicines = [
            replace(medicine, called_off=called_off.get(medicine.id, ()))
            for medicine in found.medicines
        ]
        return replace(found, medicines=medicines)
    gone_on = [row.id for row in touched if targets[row.id] == ACTIVE]
    return PersonPaused(found.person, await read_medicines(scope, gone_on), found.apart)


async def _re_expand(scope: Scope, medication_ids: Sequence[UUID]) -> Counted:
    rows = await scope.rows(EXPANDABLE.where(Medication.id.in_(medication_ids)))
    intakes = await last_intakes(scope, rows)
    counted: dict[str, Mapping[str, Any]] = {}
    for row in rows:
        if row.status == MedicineStatus.ACTIVE or row.resumes_at is not None:
            counted |= await re_expand(scope, to_expandable(row, intakes))
    return counted


async def _read(scope: Scope, person: Person) -> PersonPaused:
    found = await scope.rows(
        select(Medication.id).where(
            Medication.care_recipient_id == person.id,
            Medication.family_id == scope.family_id,
            Medication.status == MedicineStatus.PAUSED,
        )
    )
    paused = [
        medicine
        for medicine in await read_medicines(scope, [row.id for row in found])
        if medicine.status is MedicineStatus.PAUSED
    ]
    return PersonPaused(
        person,
        [medicine for medicine in paused if medicine.is_paused_with_person],
        [medicine for medicine in paused if not medicine.is_paused_with_person],
    )


_PERSON = select(CareRecipient.id, CareRecipient.name, CareRecipient.timezone, *PAUSE_COLUMNS)


async def _find_person(scope: Scope, person_id: UUID, *, locks: bool = False) -> Person:
    statement = _PERSON.where(
        CareRecipient.id == person_id,
        CareRecipient.family_id == scope.family_id,
        CareRecipient.deleted_at.is_(None),
    )
    if locks:
        statement = statement.with_for_update(key_share=True)
    row = await scope.row(statement)
    if row is None:
        raise NotFound
    pause = running_pause(row, now=scope.clock.now())
    return Person(row.id, row.name, ZoneInfo(row.timezone), pause)


async def _lock_person(scope: Scope, person_id: UUID) -> Person:
    """Two who pause or resume at once are ordered by this lock. Raises NotFound."""
    return await _find_person(scope, person_id, locks=True)


async def _lock_medicines(scope: Scope, person_id: UUID) -> Sequence[Row[Any]]:
    """What the person takes, stopped medicines left out."""
    is_theirs = (
        (Medication.care_recipient_id == person_id)
        & (Medication.family_id == scope.family_id)
        & Medication.deleted_at.is_(None)
        & (Medication.status != MedicineStatus.STOPPED)
    )
    ids = [row.id for row in await scope.rows(select(Medication.id).where(is_theirs))]
    await lock_doses(scope, ids)
    return await scope.rows(
        select(
            Medication.id,
            Medication.status,
            Medication.resumes_at,
            Medication.is_paused_with_person,
        )
        .where(is_theirs)
        .order_by(Medication.id)
        .with_for_update()
    )


async def _now(scope: Scope) -> datetime:
    now: datetime = (await scope.rows(select(func.clock_now().label("now"))))[0].now
    return now


def _state(row: Row[Any]) -> State:
    return (MedicineStatus(row.status), row.resumes_at, row.is_paused_with_person)


def _to_json(pause: Pause | None, medicines: Mapping[UUID, State]) -> dict[str, Any]:
    return {
        "paused_at": pause.since.isoformat() if pause else None,
        "paused_until": pause.until.isoformat() if pause and pause.until else None,
        "silences_appointments": pause is not None and pause.silences_appointments,
        "medicines": {str(key): status_json(*state) for key, state in medicines.items()},
    }


def _pause_from_json(stored: Mapping[str, Any]) -> Pause | None:
    if stored["paused_at"] is None:
        return None
    until = stored["paused_until"]
    return Pause(
        datetime.fromisoformat(stored["paused_at"]),
        datetime.fromisoformat(until) if until else None,
        stored["silences_appointments"],
    )
