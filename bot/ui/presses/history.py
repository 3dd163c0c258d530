"""Buttons of what was: what was recorded, who changed what, what was removed and comes back."""

from dataclasses import dataclass
from typing import Annotated, TypeAlias
from uuid import UUID

from bot.ui.presses.arguments import Page, TurnedPage, flag, member_of
from bot.ui.presses.press import Argument, Press, Style, UnreadableCallback
from bot.ui.presses.subjects import OfDose, OfMedicine, OfOccurrence, OfPerson
from domain.memory.removed import RemovedKind

_IS_SURE = flag("y")


@dataclass(frozen=True, kw_only=True)
class FamilyHistory(Press):
    verb = "ha"
    is_read_only = True

    page: TurnedPage = None


@dataclass(frozen=True, kw_only=True)
class MedicineHistory(OfMedicine):
    verb = "hm"
    is_read_only = True

    page: TurnedPage = None


@dataclass(frozen=True, kw_only=True)
class PersonHistory(OfPerson):
    verb = "hp"
    is_read_only = True

    page: TurnedPage = None


@dataclass(frozen=True, kw_only=True)
class ShowEntry(OfDose):
    verb = "en"
    is_read_only = True


HistoryPress: TypeAlias = FamilyHistory | MedicineHistory | PersonHistory


@dataclass(frozen=True, kw_only=True)
class RemoveMedicine(OfMedicine):
    """Asks first, unless the member *is_sure*."""

    verb = "xm"
    style = Style.RED

    is_sure: Annotated[bool, _IS_SURE] = False


@dataclass(frozen=True, kw_only=True)
class RemoveAppointment(OfOccurrence):
    """All dates of it. Asks first, unless the member *is_sure*."""

    verb = "xn"
    style = Style.RED

    is_sure: Annotated[bool, _IS_SURE] = False


@dataclass(frozen=True, kw_only=True)
class RemovePerson(OfPerson):
    """Asks first, unless the member *is_sure*."""

    verb = "xp"
    style = Style.RED

    is_sure: Annotated[bool, _IS_SURE] = False


@dataclass(frozen=True, kw_only=True)
class RemovedListPage(Press):
    verb = "rl"
    is_read_only = True

    page: Page = 0


@dataclass(frozen=True, kw_only=True)
class ShowRemoved(Press):
    verb = "rw"
    is_read_only = True

    subject_id: UUID
    kind: Annotated[RemovedKind, member_of(RemovedKind)]


@dataclass(frozen=True)
class Returning:
    """What is brought back; *beside* another one of its name."""

    kind: RemovedKind
    beside: bool = False


def _read_returning(text: str) -> Returning:
    kind, beside = text[:1], text[1:]
    if beside not in ("", "b"):
        raise UnreadableCallback
    return Returning(RemovedKind(kind), bool(beside))


@dataclass(frozen=True, kw_only=True)
class BringBack(Press):
    verb = "bb"

    subject_id: UUID
    returning: Annotated[
        Returning,
        Argument[Returning](
            lambda value: value.kind.value + ("b" if value.beside else ""), _read_returning
        ),
    ]


@dataclass(frozen=True, kw_only=True)
class ChangesPage(Press):
    verb = "cl"
    is_read_only = True

    page: Page = 0
