"""Buttons that span several areas: today, undo, commands, change notices, leaving."""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from bot.ui.presses.arguments import Count, Page, Word, YesOrNo, one_of
from bot.ui.presses.press import NOWHERE, Press, Style
from bot.ui.presses.subjects import OfAction, OfDose


@dataclass(frozen=True, kw_only=True)
class RunCommand(Press):
    """A command as a button. The family is filled in when it is sent."""

    verb = "mn"
    is_read_only = True

    family_id: UUID = NOWHERE
    command: Word


@dataclass(frozen=True, kw_only=True)
class TellFamily(Press):
    """Tells everybody else in the family that help is needed."""

    verb = "tf"
    style = Style.RED


@dataclass(frozen=True, kw_only=True)
class TodayPage(Press):
    verb = "td"
    is_read_only = True

    page: Page = 0


@dataclass(frozen=True, kw_only=True)
class TakeToday(OfDose):
    """*page* is the page of today's list that the button belongs to."""

    verb = "tt"
    style = Style.GREEN

    page: Page = 0


@dataclass(frozen=True, kw_only=True)
class UndoAction(OfAction):
    """Names the action before undoing it; of several *entries*, the last one."""

    verb = "ua"

    entries: Count = 1


@dataclass(frozen=True, kw_only=True)
class UndoNamed(Press):
    """Undoes the action that the member was shown."""

    verb = "ul"

    action_id: UUID


@dataclass(frozen=True, kw_only=True)
class Keep(Press):
    """Changes nothing and removes the buttons."""

    verb = "kp"
    is_read_only = True


@dataclass(frozen=True, kw_only=True)
class SetChangeNotices(Press):
    verb = "hc"

    is_wanted: YesOrNo


@dataclass(frozen=True, kw_only=True)
class ConfirmErasure(Press):
    """Asks the presser again whether to erase them; *digest* is that of what they were shown."""

    verb = "er"
    style = Style.RED

    family_id: UUID = NOWHERE
    digest: Word


@dataclass(frozen=True, kw_only=True)
class EraseMe(Press):
    verb = "em"
    style = Style.RED

    family_id: UUID = NOWHERE
    digest: Word


@dataclass(frozen=True, kw_only=True)
class StayHere(Press):
    """The presser isn't erased after all."""

    verb = "sy"

    family_id: UUID = NOWHERE


@dataclass(frozen=True, kw_only=True)
class NameAdmin(Press):
    """Makes another member an admin, so that the presser can go."""

    verb = "na"

    user_id: UUID


@dataclass(frozen=True, kw_only=True)
class Dissolve(Press):
    """Asks whether the family is to be dissolved (1), asks again (2), dissolves it (3)."""

    verb = "ds"
    style = Style.RED

    step: Annotated[int, one_of((1, 2, 3))]


@dataclass(frozen=True, kw_only=True)
class KeepFamily(Press):
    """It isn't dissolved after all."""

    verb = "kf"
