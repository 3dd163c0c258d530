"""A user's other families, read without leaving the current one.

Row security shows one family at a time. So each other family is opened after its membership check,
read, and then the first one is opened again, all in one transaction. That costs two statements per
family, so it's done only if nothing was found here or the user has other families.
"""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TypeVar
from uuid import UUID

from sqlalchemy import func, select

from domain.access import Action, Role
from domain.database.scope import Scope
from domain.errors import NotFound
from domain.family.families import FamilyFacts, FamilyOverview, get_overview, make_current
from domain.family.people import Person, list_people
from domain.medicines.facts import MedicineLine
from domain.medicines.reading import list_medicines
from domain.models import CareRecipient, Dose, Family, FamilyMember, User
from domain.models.medicines import DoseStatus
from domain.name_similarity import normalize_name

T = TypeVar("T")

MAX_FAMILIES = 10
_OPEN_SINCE = timedelta(hours=48)
_MAX_NAMES = 20
_MAY_LOOK_ALIKE = 20  # letters of a name; buttons show little more


@dataclass(frozen=True)
class OpenElsewhere:
    """How many doses are due and unanswered in another family."""

    family: FamilyFacts
    count: int


@dataclass(frozen=True)
class FamilyNames:
    """The names of people and medicines in another family, and the user's role there."""

    family: FamilyFacts
    role: Role
    medicines: Sequence[MedicineLine]
    people: Sequence[Person]


async def list_other_families(scope: Scope) -> Sequence[FamilyFacts]:
    """The user's families except the current one, by name; at most ten. One statement."""
    member = scope.require(Action.READ)
    if not member.has_other_families:
        return []
    return [
        FamilyFacts(row.id, row.name)
        for row in await scope.rows(
            select(Family.id, Family.name)
            .join(FamilyMember, FamilyMember.family_id == Family.id)
            .where(
                FamilyMember.user_id == scope.user_id,
                FamilyMember.left_at.is_(None),
                Family.deleted_at.is_(None),
                Family.id != member.family_id,
            )
            .order_by(func.lower(Family.name), Family.id)
            .limit(MAX_FAMILIES)
        )
    ]


async def read_in_families(
    scope: Scope, families: Sequence[FamilyFacts], read: Callable[[Scope], Awaitable[T]]
) -> Sequence[tuple[FamilyFacts, T]]:
    """What *read* returns in each of *families* that the user is a member of; then the scope is
    back in its own family.
    """
    here, found = scope.family_id, list[tuple[FamilyFacts, T]]()
    for family in families:
        if await scope.enter_family(family.id) is not None:
            found.append((family, await read(scope)))
    if families and await scope.enter_family(here) is None:
        raise NotFound  # they have just left it; don't stay in one of the others
    return found


async def tell_apart(scope: Scope, families: Sequence[FamilyFacts]) -> Sequence[FamilyFacts]:
    """The user's *families*, with the names of who is in them if their own names look alike."""
    alike = defaultdict[str, list[FamilyFacts]](list)
    for family in families:
        alike[normalize_name(family.name)[:_MAY_LOOK_ALIKE]].append(family)
    several = [family for same in alike.values() if len(same) > 1 for family in same]
    several = several[: MAX_FAMILIES + 1]
    others_by_family = {
        family.id: others for family, others in await read_in_families(scope, several, _read_others)
    }
    return [
        replace(family, others_in_family=others_by_family.get(family.id, ())) for family in families
    ]


async def get_overview_told_apart(scope: Scope) -> FamilyOverview:
    """The current family's overview. It and the user's other families have the names of who is in
    them if their own names look alike.
    """
    overview = await get_overview(scope)
    here = FamilyFacts(overview.id, overview.name)
    here, *others = await tell_apart(scope, [here, *overview.others])
    return replace(overview, others_in_family=here.others_in_family, others=others)


async def switch_family(scope: Scope, family_id: UUID) -> Sequence[FamilyFacts]:
    """Switch to another family of the user; returns it first, then the others, told apart.

    Raises NotFound.
    """
    switched = await make_current(scope, family_id)
    return await tell_apart(scope, [switched, *await list_other_families(scope)])


async def list_open(scope: Scope) -> Sequence[OpenElsewhere]:
    """The user's other families with open doses.

    Costs no statement for users in one family.
    """
    others = await list_other_families(scope)
    counted = await read_in_families(scope, others, _count_open)
    counts = {family.id: count for family, count in counted if count}
    found = await tell_apart_from_current(
        scope, [family for family in others if family.id in counts]
    )
    return [OpenElsewhere(family, counts[family.id]) for family in found]


async def tell_apart_from_current(
    scope: Scope, others: Sequence[FamilyFacts]
) -> Sequence[FamilyFacts]:
    """*others* of the user, told apart from each other and from the current family."""
    if not others:
        return []
    member = scope.require(Action.READ)
    here = FamilyFacts(member.family_id, member.family_name)
    return (await tell_apart(scope, [here, *others]))[1:]


async def list_names(scope: Scope) -> Sequence[FamilyNames]:
    """The names of medicines and people in the user's other families."""
    others = await list_other_families(scope)
    found = await read_in_families(scope, others, _read_names)
    told_apart = {family.id: family for family in await tell_apart_from_current(scope, others)}
    return [replace(names, family=told_apart[family.id]) for family, names in found]


async def _read_names(scope: Scope) -> FamilyNames:
    member = scope.require(Action.READ)
    return FamilyNames(
        FamilyFacts(member.family_id, member.family_name),
        member.role,
        await list_medicines(scope),
        await list_people(scope),
    )


async def _count_open(scope: Scope) -> int:
    now = scope.clock.now()
    of_family = select(CareRecipient.id).where(
        CareRecipient.family_id == scope.family_id, CareRecipient.deleted_at.is_(None)
    )
    counted = await scope.connection.scalar(
        select(func.count())
        .select_from(Dose)
        .where(
            Dose.care_recipient_id.in_(of_family),
            Dose.due_at > now - _OPEN_SINCE,
            Dose.due_at <= now,
            Dose.status == DoseStatus.PENDING,
        )
    )
    return counted or 0


async def _read_others(scope: Scope) -> tuple[str, ...]:
    """Everybody else in the current family, members first."""
    members = (
        select(User.name)
        .join(FamilyMember, FamilyMember.user_id == User.id)
        .where(
            FamilyMember.family_id == scope.family_id,
            FamilyMember.left_at.is_(None),
            FamilyMember.user_id != scope.user_id,
        )
        .order_by(FamilyMember.joined_at, User.id)
        .limit(_MAX_NAMES)
    )
    people = (
        select(CareRecipient.name)
        .where(CareRecipient.family_id == scope.family_id, CareRecipient.deleted_at.is_(None))
        .order_by(CareRecipient.created_at, CareRecipient.id)
        .limit(_MAX_NAMES)
    )
    names = [row.name for row in await scope.rows(members)]
    names += [row.name for row in await scope.rows(people)]
    return tuple(dict.fromkeys(names))
