"""Buttons that span several areas: today, undo, commands, change notices."""

from dataclasses import dataclass
from uuid import UUID

from bot.ui.presses.arguments import Count, Page, Word, YesOrNo
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
