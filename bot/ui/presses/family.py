"""Buttons for families, their members, their group and the people they care for."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from bot.ui.presses.arguments import Page, beginning_of, flag, member_of, one_of
from bot.ui.presses.press import Press, Style
from bot.ui.presses.subjects import OfGroup, OfMember, OfPerson
from domain.access import Role
from domain.medicines.doses.ladder import WINDOWS
from domain.models.family import Hears, HourCycle, LadderPlan
from domain.models.groups import Receives

_HOUR = timedelta(hours=1)


class HoursOf(StrEnum):
    """Which of one's own hours."""

    MORNING = "morning"
    EVENING = "evening"
    QUIET = "quiet"


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
class SwitchFamily(Press):
    verb = "sf"


@dataclass(frozen=True, kw_only=True)
class RenameFamily(Press):
    verb = "fn"


@dataclass(frozen=True, kw_only=True)
class Invite(Press):
    verb = "iv"

    role: Annotated[Role, member_of(Role)]


@dataclass(frozen=True, kw_only=True)
class InvitePerson(OfPerson):
    """Invites a person to record their own doses."""

    verb = "ip"


@dataclass(frozen=True, kw_only=True)
class InvitationsPage(Press):
    """Invitations that somebody could still use."""

    verb = "il"
    is_read_only = True

    page: Page = 0


@dataclass(frozen=True, kw_only=True)
class OfInvitation(Press):
    invitation_id: UUID


@dataclass(frozen=True, kw_only=True)
class AskToRevokeInvitation(OfInvitation):
    verb = "ia"
    is_read_only = True


@dataclass(frozen=True, kw_only=True)
class RevokeInvitation(OfInvitation):
    verb = "ix"
    style = Style.RED


@dataclass(frozen=True, kw_only=True)
class RenamePerson(OfPerson):
    verb = "rn"


@dataclass(frozen=True, kw_only=True)
class MovePerson(OfPerson):
    verb = "mv"


@dataclass(frozen=True, kw_only=True)
class SetDayTimes(OfPerson):
    """Shows when the parts of a person's day are, and changes them."""

    verb = "dy"


@dataclass(frozen=True, kw_only=True)
class OwnClock(Press):
    verb = "ow"


@dataclass(frozen=True, kw_only=True)
class SetFamilyLadder(Press):
    """What happens when nobody answers."""

    verb = "la"

    plan: Annotated[LadderPlan, member_of(LadderPlan)]


@dataclass(frozen=True, kw_only=True)
class AskFirst(OfPerson):
    """Who is asked first about a person's doses."""

    verb = "af"


@dataclass(frozen=True, kw_only=True)
class SendTest(Press):
    """A test reminder to whoever taps it."""

    verb = "te"


@dataclass(frozen=True, kw_only=True)
class FamilySettings(Press):
    """What holds for the whole family."""

    verb = "fg"


@dataclass(frozen=True, kw_only=True)
class SetWindow(Press):
    """How long an unanswered dose is asked about."""

    verb = "wi"

    hours: Annotated[int, one_of([window // _HOUR for window in WINDOWS])]


@dataclass(frozen=True, kw_only=True)
class ShowHearing(OfPerson):
    """What the presser hears about a person, and what else they could."""

    verb = "he"


@dataclass(frozen=True, kw_only=True)
class SetHearing(OfPerson):
    verb = "hs"

    hears: Annotated[Hears, beginning_of(Hears)]


@dataclass(frozen=True, kw_only=True)
class SetHours(Press):
    """Asks when the presser wants a digest, or no sound."""

    verb = "hu"

    which: Annotated[HoursOf, member_of(HoursOf)]


@dataclass(frozen=True, kw_only=True)
class SetHourCycle(Press):
    verb = "hy"

    cycle: Annotated[HourCycle, member_of(HourCycle)]


@dataclass(frozen=True, kw_only=True)
class HideNames(Press):
    """Leaves out of the presser's reminders what is taken, or doesn't."""

    verb = "hn"

    hidden: Annotated[bool, flag("h")]


@dataclass(frozen=True, kw_only=True)
class MembersPage(Press):
    verb = "mb"

    page: Page = 0


@dataclass(frozen=True, kw_only=True)
class ShowMember(OfMember):
    verb = "me"


@dataclass(frozen=True, kw_only=True)
class SetRole(OfMember):
    """Asks whether the member is to be that."""

    verb = "ro"

    role: Annotated[Role, member_of(Role)]


@dataclass(frozen=True, kw_only=True)
class SetSight(OfMember):
    """Asks whom the member may see."""

    verb = "si"


@dataclass(frozen=True, kw_only=True)
class SetBigCards(OfMember):
    """Short reminders with one button, for somebody who is cared for."""

    verb = "bc"

    wanted: Annotated[bool, flag("w")]


@dataclass(frozen=True, kw_only=True)
class RemoveMember(OfMember):
    """Asks whether to remove the member from the family."""

    verb = "rm"


@dataclass(frozen=True, kw_only=True)
class LeaveFamily(Press):
    """Asks whether the presser wants to leave the family."""

    verb = "lv"


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
