"""Emergency contacts: whom the family calls, in which order, and for whom."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Executable, func, insert, or_, select, update

from domain import audit
from domain.access import Action
from domain.contacts.errors import OrderChanged, SimilarContact
from domain.database.scope import Scope
from domain.errors import NotFound
from domain.family.limits import Quota
from domain.family.people import lock_pause
from domain.family.room import require_room
from domain.models import CareRecipient, EmergencyContact, new_id
from domain.name_similarity import find_similar_name

PAGE_SIZE = 8


@dataclass(frozen=True)
class NewContact:
    """`phone` is E.164 ("+493012345"). Without a person it's for everybody cared for."""

    person_id: UUID | None
    name: str
    phone: str
    relation: str | None = None
    note: str | None = None


@dataclass(frozen=True)
class ContactFacts:
    """`person` is None for everybody whom the family cares for."""

    id: UUID
    person_id: UUID | None
    person: str | None
    name: str
    relation: str | None
    phone: str
    note: str | None
    is_removed: bool = False


_SELECT = select(
    EmergencyContact.id,
    EmergencyContact.name,
    EmergencyContact.relation,
    EmergencyContact.phone,
    EmergencyContact.note,
    EmergencyContact.deleted_at,
    CareRecipient.id.label("person_id"),
    CareRecipient.name.label("person"),
).outerjoin(CareRecipient, CareRecipient.id == EmergencyContact.care_recipient_id)
_CALLED_FIRST = (EmergencyContact.position, EmergencyContact.id)


async def add_contact(
    scope: Scope,
    contact: NewContact,
    *,
    flow_id: UUID | None = None,
    acknowledged: Collection[UUID] = (),
) -> ContactFacts:
    """Save somebody to call, after everybody who is there.

    Idempotent per *flow_id*: a second call returns what the first one added. Raises NotFound
    (person), FamilyFull, and SimilarContact unless the member has *acknowledged* that contact.
    """
    member = scope.require(Action.CHANGE_CONTACTS)
    if flow_id is not None:
        saved_before = await scope.connection.scalar(
            select(EmergencyContact.id).where(EmergencyContact.flow_id == flow_id)
        )
        if saved_before is not None:
            return await get_contact(scope, saved_before)
    if contact.person_id is not None:
        await lock_pause(scope, contact.person_id)  # so that nobody removes them meanwhile
    await require_room(scope, Quota.CONTACT)
    await refuse_similar_contact(
        scope, name=contact.name, phone=contact.phone, acknowledged=acknowledged
    )
    last = await scope.connection.scalar(
        select(func.max(EmergencyContact.position)).where(
            EmergencyContact.family_id == member.family_id
        )
    )
    contact_id = new_id()
    await scope.execute(
        insert(EmergencyContact).values(
            id=contact_id,
            family_id=member.family_id,
            care_recipient_id=contact.person_id,
            name=contact.name,
            relation=contact.relation,
            phone=contact.phone,
            note=contact.note,
            position=0 if last is None else last + 1,
            created_by_id=member.user_id,
            flow_id=flow_id,
        )
    )
    await _record(scope, "added", contact_id)
    return await get_contact(scope, contact_id)


async def get_contact(scope: Scope, contact_id: UUID) -> ContactFacts:
    """One contact, removed ones included: they can be restored. Raises NotFound."""
    member = scope.require(Action.READ)
    found = await _fetch(
        scope,
        _SELECT.where(
            EmergencyContact.id == contact_id, EmergencyContact.family_id == member.family_id
        ),
    )
    if not found:
        raise NotFound
    return found[0]


async def list_contacts(scope: Scope) -> Sequence[ContactFacts]:
    """All contacts that the member may see, in the order in which they're called. One statement."""
    member = scope.require(Action.READ)
    return await _fetch(
        scope,
        _SELECT.where(
            EmergencyContact.family_id == member.family_id,
            EmergencyContact.deleted_at.is_(None),
            CareRecipient.deleted_at.is_(None),
        ).order_by(*_CALLED_FIRST),
    )


async def _fetch(scope: Scope, statement: Executable) -> Sequence[ContactFacts]:
    """The contacts that a *statement* based on `_SELECT` selects."""
    return [
        ContactFacts(
            id=row.id,
            person_id=row.person_id,
            person=row.person,
            name=row.name,
            relation=row.relation,
            phone=row.phone,
            note=row.note,
            is_removed=row.deleted_at is not None,
        )
        for row in await scope.rows(statement)
    ]


async def edit_contact(
    scope: Scope,
    contact_id: UUID,
    changes: Mapping[str, str | None],
    *,
    acknowledged: Collection[UUID] = (),
) -> ContactFacts:
    """Change `name`, `relation`, `phone` or `note`. Raises NotFound, and SimilarContact as
    `add_contact` does.
    """
    before = await _lock(scope, contact_id)
    if all(before[name] == value for name, value in changes.items()):
        return await get_contact(scope, contact_id)
    await refuse_similar_contact(
        scope,
        name=changes.get("name"),
        phone=changes.get("phone"),
        acknowledged=(contact_id, *acknowledged),
    )
    await _write(scope, contact_id, changes)
    old = {name: before[name] for name in changes}
    await _record(scope, "edited", contact_id, before=old, after=dict(changes))
    return await get_contact(scope, contact_id)


async def move_contact(scope: Scope, contact_id: UUID, *, shown_at: int, to: int) -> None:
    """Call a contact earlier or later: they were shown at the index *shown_at* of the list, and go
    to the index *to*. Raises NotFound, and OrderChanged if they're elsewhere by now, or if the list
    has no such place.
    """
    member = scope.require(Action.CHANGE_CONTACTS)
    await scope.rows(
        select(EmergencyContact.id)
        .where(
            EmergencyContact.family_id == member.family_id, EmergencyContact.deleted_at.is_(None)
        )
        .order_by(EmergencyContact.id)
        .with_for_update()
    )
    # Read by a statement of its own, which sees what was committed while the first one waited.
    rows = await scope.rows(
        select(EmergencyContact.id, EmergencyContact.position)
        .outerjoin(CareRecipient, CareRecipient.id == EmergencyContact.care_recipient_id)
        .where(
            EmergencyContact.family_id == member.family_id,
            EmergencyContact.deleted_at.is_(None),
            CareRecipient.deleted_at.is_(None),
        )
        .order_by(*_CALLED_FIRST)
    )
    ids: list[UUID] = [row.id for row in rows]
    if contact_id not in ids:
        raise NotFound
    if ids.index(contact_id) != shown_at or not 0 <= to < len(ids):
        raise OrderChanged
    if shown_at == to:
        return
    ids.insert(to, ids.pop(shown_at))
    # A member who doesn't see everybody changes only the places of those whom they see.
    place = -1
    for row, moved_id in zip(rows, ids, strict=True):
        place = max(row.position, place + 1)
        await _write(scope, moved_id, {"position": place})
    await _record(
        scope, "moved", contact_id, before={"place": shown_at + 1}, after={"place": to + 1}
    )


async def remove_contact(scope: Scope, contact_id: UUID) -> ContactFacts:
    """Remove a contact from the list. Raises NotFound."""
    before = await _lock(scope, contact_id)
    if before["deleted_at"] is None:
        await _write(scope, contact_id, {"deleted_at": func.clock_now()})
        await _record(scope, "removed", contact_id)
    return await get_contact(scope, contact_id)


async def restore_contact(scope: Scope, contact_id: UUID) -> ContactFacts:
    """Restore a removed contact, where they were in the order. Raises NotFound and FamilyFull."""
    before = await _lock(scope, contact_id)
    if before["deleted_at"] is not None:
        await require_room(scope, Quota.CONTACT)
        await _write(scope, contact_id, {"deleted_at": None})
        await _record(scope, "restored", contact_id)
    return await get_contact(scope, contact_id)


async def refuse_similar_contact(
    scope: Scope, *, name: str | None, phone: str | None, acknowledged: Collection[UUID]
) -> None:
    """Raises SimilarContact if the family has a contact, not *acknowledged*, with this *phone*, or
    whose name is the same or looks or sounds like *name*.
    """
    rows = await scope.rows(
        select(EmergencyContact.id, EmergencyContact.name, EmergencyContact.phone)
        .outerjoin(CareRecipient, CareRecipient.id == EmergencyContact.care_recipient_id)
        .where(
            EmergencyContact.family_id == scope.family_id,
            EmergencyContact.id.not_in(acknowledged),
            EmergencyContact.deleted_at.is_(None),
            or_(CareRecipient.id.is_(None), CareRecipient.deleted_at.is_(None)),
        )
        .order_by(*_CALLED_FIRST)
    )
    found = next((row.id for row in rows if phone is not None and row.phone == phone), None)
    if found is None and name is not None:
        found = find_similar_name(name, [(row.name, row.id) for row in rows])
    if found is not None:
        raise SimilarContact(found)


async def _lock(scope: Scope, contact_id: UUID) -> Mapping[str, Any]:
    """The contact's columns, locked. Raises NotFound and NotAllowed."""
    member = scope.require(Action.CHANGE_CONTACTS)
    row = await scope.row(
        select(
            EmergencyContact.name,
            EmergencyContact.relation,
            EmergencyContact.phone,
            EmergencyContact.note,
            EmergencyContact.deleted_at,
        )
        .where(EmergencyContact.id == contact_id, EmergencyContact.family_id == member.family_id)
        .with_for_update()
    )
    if row is None:
        raise NotFound
    return row._asdict()


async def _write(scope: Scope, contact_id: UUID, changes: Mapping[str, Any]) -> None:
    await scope.execute(
        update(EmergencyContact).where(EmergencyContact.id == contact_id).values(dict(changes))
    )


async def _record(
    scope: Scope,
    action: str,
    contact_id: UUID,
    *,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    await audit.record(
        scope,
        f"contact.{action}",
        subject_type="emergency_contact",
        subject_id=contact_id,
        before=before,
        after=after,
    )
