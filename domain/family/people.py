"""The people a family cares for."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from domain import audit
from domain.access import Action
from domain.database.scope import Scope
from domain.errors import AlreadyExists, NotFound, SimilarName
from domain.events import TimerSet
from domain.family.errors import SeesOnlySome
from domain.family.limits import Quota
from domain.family.list_version import bump_list_version
from domain.family.room import require_room
from domain.family.running_pauses import PAUSE_COLUMNS, Pause, StoredPause
from domain.models import CareRecipient, new_id
from domain.name_similarity import find_similar_name
from domain.timers import evening_before


@dataclass(frozen=True)
class Person:
    """A care recipient, as conversations need them. `pause` is the current one; `day_times` are the
    local times that somebody has set for parts of their day, by the names of
    :class:`domain.medicines.schedules.moments.PartOfDay`.
    """

    id: UUID
    name: str
    zone: ZoneInfo
    pause: Pause | None = None
    day_times: Mapping[str, str] = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class PersonAdded:
    person: Person
    family_name: str


async def add_person(
    scope: Scope,
    name: str,
    *,
    zone: ZoneInfo,
    flow_id: UUID | None = None,
    acknowledged: Collection[str] = (),
) -> PersonAdded:
    """Add somebody to care for. Raises SeesOnlySome, FamilyFull, AlreadyExists if the family has a
    person of that name, and SimilarName if it has one whose name looks or sounds like it and isn't
    *acknowledged*.

    Idempotent per *flow_id*: a second call returns what the first one added.
    """
    member = scope.require(Action.ADD_PERSON)
    if member.is_restricted:
        raise SeesOnlySome
    if flow_id is not None:
        existing = await scope.row(
            select(CareRecipient.id, CareRecipient.name, CareRecipient.timezone).where(
                CareRecipient.flow_id == flow_id
            )
        )
        if existing is not None:
            person = Person(existing.id, existing.name, ZoneInfo(existing.timezone))
            return PersonAdded(person, member.family_name)
    await require_room(scope, Quota.PERSON)
    _refuse_similar_name(name, await list_people(scope), acknowledged=acknowledged)
    person = Person(new_id(), name, zone)
    added = await scope.execute(
        insert(CareRecipient)
        .values(
            id=person.id,
            family_id=member.family_id,
            name=name,
            timezone=zone.key,
            created_by_id=member.user_id,
            flow_id=flow_id,
        )
        .on_conflict_do_nothing()
    )
    if not added:
        raise AlreadyExists(name)
    await audit.record(
        scope,
        "person.added",
        subject_type="care_recipient",
        subject_id=person.id,
        after={"name": name, "timezone": zone.key},
    )
    return PersonAdded(person, member.family_name)


async def rename_person(
    scope: Scope,
    person_id: UUID,
    name: str,
    *,
    acknowledged: Collection[str] = (),
    undoes_id: UUID | None = None,
) -> Person:
    """Raises NotFound, AlreadyExists if the family has another person of that name, and SimilarName
    as `add_person` does, unless this undoes the event *undoes_id*.
    """
    member = scope.require(Action.ADD_PERSON)
    before = await get_person(scope, person_id)
    others = [person for person in await list_people(scope) if person.id != person_id]
    if any(person.name.lower() == name.lower() for person in others):
        raise AlreadyExists(name)
    if undoes_id is None:
        _refuse_similar_name(name, others, acknowledged=acknowledged)
    await scope.execute(
        update(CareRecipient)
        .where(CareRecipient.id == person_id, CareRecipient.family_id == member.family_id)
        .values(name=name)
    )
    await audit.record(
        scope,
        "person.renamed" if undoes_id is None else "person.put_back",
        subject_type="care_recipient",
        subject_id=person_id,
        before={"name": before.name},
        after={"name": name},
        undoes_id=undoes_id,
    )
    await bump_list_version(scope)
    return replace(before, name=name)


def _refuse_similar_name(
    name: str, others: Sequence[Person], *, acknowledged: Collection[str]
) -> None:
    """Raises SimilarName. An identical name is a different error, see AlreadyExists."""
    known = [(p.name, p.name) for p in others if p.name not in acknowledged]
    alike = find_similar_name(name, known)
    if alike is not None and alike.lower() != name.lower():
        raise SimilarName(alike)


async def find_own_person(scope: Scope) -> UUID | None:
    """The acting member as somebody whom the family cares for; None if they aren't."""
    member = scope.require(Action.READ)
    found: UUID | None = await scope.connection.scalar(
        select(CareRecipient.id).where(
            CareRecipient.family_id == member.family_id,
            CareRecipient.user_id == member.user_id,
            CareRecipient.deleted_at.is_(None),
        )
    )
    return found


async def list_people(scope: Scope) -> Sequence[Person]:
    """Everybody the family cares for, in the order they were added."""
    scope.require(Action.READ)
    return await read_people(scope)


async def read_people(scope: Scope) -> Sequence[Person]:
    """Like :func:`list_people`; needs no member."""
    rows = await scope.rows(
        select(
            CareRecipient.id,
            CareRecipient.name,
            CareRecipient.timezone,
            CareRecipient.day_times,
            *PAUSE_COLUMNS,
        )
        .where(CareRecipient.family_id == scope.family_id, CareRecipient.deleted_at.is_(None))
        .order_by(CareRecipient.created_at, CareRecipient.id)
    )
    now = scope.clock.now()
    people = []
    for row in rows:
        pause = StoredPause(row.paused_at, row.paused_until, row.pause_silences_appointments)
        zone, running = ZoneInfo(row.timezone), pause.running(now=now)
        people.append(Person(row.id, row.name, zone, running, row.day_times or {}))
    return people


async def get_person(scope: Scope, person_id: UUID) -> Person:
    """One person of the family. Raises NotFound."""
    for person in await list_people(scope):
        if person.id == person_id:
            return person
    raise NotFound


async def save_day_times(scope: Scope, person_id: UUID, day_times: Mapping[str, str]) -> None:
    """Replace the times of a person's day; none: nobody has said when they are."""
    await scope.execute(
        update(CareRecipient)
        .where(CareRecipient.id == person_id, CareRecipient.family_id == scope.family_id)
        .values(day_times=dict(day_times) or None)
    )


async def set_pause(
    scope: Scope,
    person_id: UUID,
    pause: Pause | None,
    *,
    zone: ZoneInfo,
    is_announced: bool = False,
) -> None:
    """Save a person's pause and the timer of its end; None ends it.

    The timer is set to the evening before the end, or to the end itself if that evening is past or
    the end *is_announced*.
    """
    rings_at = None
    if pause is not None and pause.until is not None:
        announced_at = evening_before(pause.until, zone)
        is_ahead = announced_at > scope.clock.now() and not is_announced
        rings_at = announced_at if is_ahead else pause.until
        scope.publish(TimerSet(rings_at))
    await scope.execute(
        update(CareRecipient)
        .where(CareRecipient.id == person_id, CareRecipient.family_id == scope.family_id)
        .values(
            paused_at=pause.since if pause else None,
            paused_until=pause.until if pause else None,
            pause_silences_appointments=pause is not None and pause.silences_appointments,
            pause_ends_told_at=rings_at,
        )
    )


async def lock_pause(scope: Scope, person_id: UUID) -> Pause | None:
    """The person's pause, locked: nobody begins or ends it, or removes the person, before this
    transaction ends. Raises NotFound if somebody has just removed them.
    """
    row = await scope.row(
        select(*PAUSE_COLUMNS, CareRecipient.deleted_at)
        .where(CareRecipient.id == person_id, CareRecipient.family_id == scope.family_id)
        .with_for_update(read=True)
    )
    if row is None or row.deleted_at is not None:
        raise NotFound
    pause = StoredPause(row.paused_at, row.paused_until, row.pause_silences_appointments)
    return pause.running(now=scope.clock.now())
