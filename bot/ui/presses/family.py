"""Buttons for families, their members and the people they care for."""

from dataclasses import dataclass
from typing import Annotated

from bot.ui.presses.arguments import member_of
from bot.ui.presses.press import Press
from bot.ui.presses.subjects import OfPerson
from domain.access import Role
from domain.models.family import LadderPlan


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
