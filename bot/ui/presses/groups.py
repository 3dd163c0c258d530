"""Buttons for the family's group: those in the group bind it, those in settings change it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from bot.ui.presses.arguments import flag, member_of
from bot.ui.presses.press import Press, Style
from bot.ui.presses.subjects import OfGroup
from domain.models.groups import Receives


class GroupUse(StrEnum):
    """What a group is bound for: cards beside private ones or instead, with names or without."""

    BESIDE = "beside"
    INSTEAD = "instead"
    BESIDE_WITHOUT_NAMES = "besideh"
    INSTEAD_WITHOUT_NAMES = "insteadh"

    @property
    def receives(self) -> Receives:
        return Receives(self.value.removesuffix("h"))

    @property
    def hides_names(self) -> bool:
        return self.value.endswith("h")


@dataclass(frozen=True, kw_only=True)
class OfferGroup(Press):
    """Asks in the group whether the family's cards should go there, with names or without."""

    verb = "go"
    is_for_groups = True

    hidden: Annotated[bool, flag("h")]


@dataclass(frozen=True, kw_only=True)
class BindGroup(Press):
    verb = "gb"
    is_for_groups = True

    use: Annotated[GroupUse, member_of(GroupUse)]


@dataclass(frozen=True, kw_only=True)
class DeclineGroup(Press):
    verb = "gn"
    is_for_groups = True


@dataclass(frozen=True, kw_only=True)
class SetGroupReceives(OfGroup):
    verb = "gr"

    receives: Annotated[Receives, member_of(Receives)]


@dataclass(frozen=True, kw_only=True)
class SetGroupNames(OfGroup):
    """Leaves out of the group's cards what is taken, or doesn't."""

    verb = "gh"

    hidden: Annotated[bool, flag("h")]


@dataclass(frozen=True, kw_only=True)
class UnbindGroup(OfGroup):
    verb = "gx"
    style = Style.RED
