"""Buttons for doctors and emergency contacts."""

from dataclasses import dataclass
from typing import Annotated

from bot.ui.presses.arguments import Page, flag
from bot.ui.presses.press import Press, Style
from bot.ui.presses.subjects import OfContact, OfDoctor, OfOccurrence


@dataclass(frozen=True, kw_only=True)
class DoctorsPage(Press):
    verb = "dl"
    is_read_only = True

    page: Page = 0


@dataclass(frozen=True, kw_only=True)
class ShowDoctor(OfDoctor):
    verb = "do"
    is_read_only = True

    in_new_message: Annotated[bool, flag("n")] = False


@dataclass(frozen=True, kw_only=True)
class ChangeDoctor(OfDoctor):
    verb = "cd"


@dataclass(frozen=True, kw_only=True)
class RemoveDoctor(OfDoctor):
    verb = "xd"
    style = Style.RED


@dataclass(frozen=True, kw_only=True)
class RestoreDoctor(OfDoctor):
    verb = "rc"


@dataclass(frozen=True, kw_only=True)
class AddDoctor(OfOccurrence):
    """Saves the doctor of an appointment who so far is only a name."""

    verb = "ad"


@dataclass(frozen=True, kw_only=True)
class ContactsPage(Press):
    verb = "kl"
    is_read_only = True

    page: Page = 0


@dataclass(frozen=True, kw_only=True)
class ShowContact(OfContact):
    verb = "ko"
    is_read_only = True


@dataclass(frozen=True, kw_only=True)
class ChangeContact(OfContact):
    verb = "kc"


@dataclass(frozen=True, kw_only=True)
class CallEarlier(OfContact):
    """Moves a contact up by one. `shown_at` is the index in the list at which they were shown."""

    verb = "ku"

    shown_at: Page = 0


@dataclass(frozen=True, kw_only=True)
class CallLater(OfContact):
    """Moves a contact down by one. `shown_at` is the index in the list at which they were shown."""

    verb = "kd"

    shown_at: Page = 0


@dataclass(frozen=True, kw_only=True)
class RemoveContact(OfContact):
    verb = "kx"
    style = Style.RED


@dataclass(frozen=True, kw_only=True)
class RestoreContact(OfContact):
    verb = "kr"
