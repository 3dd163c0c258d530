"""Buttons for appointments: their lists, drivers, changes and outcomes."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from bot.ui.presses.arguments import Page, Whole, flag, maybe_member_of, member_of
from bot.ui.presses.press import Press, Style
from bot.ui.presses.subjects import OfOccurrence
from domain.appointments.changes.locking import Reach


class Where(StrEnum):
    """Which message a driving button belongs to: a reminder is edited by delivery, a page by its
    handler.
    """

    SCREEN = "s"
    EVERY_TIME = "a"  # on the page of one date of a series, about the whole series
    REMINDER = "r"


@dataclass(frozen=True, kw_only=True)
class AppointmentsPage(Press):
    """Upcoming appointments."""

    verb = "al"
    is_read_only = True

    page: Page = 0


@dataclass(frozen=True, kw_only=True)
class PastAppointmentsPage(Press):
    verb = "ap"
    is_read_only = True

    page: Page = 0


@dataclass(frozen=True, kw_only=True)
class ShowAppointment(OfOccurrence):
    verb = "an"
    is_read_only = True

    in_new_message: Annotated[bool, flag("n")] = False


@dataclass(frozen=True, kw_only=True)
class ShowSeries(Press):
    """The dates of a recurring appointment."""

    verb = "as"
    is_read_only = True

    appointment_id: UUID
    page: Page = 0


@dataclass(frozen=True, kw_only=True)
class Drive(OfOccurrence):
    verb = "dr"

    where: Annotated[Where, member_of(Where)]


@dataclass(frozen=True, kw_only=True)
class StopDriving(OfOccurrence):
    verb = "nd"

    where: Annotated[Where, member_of(Where)]


@dataclass(frozen=True, kw_only=True)
class MoveAppointment(OfOccurrence):
    verb = "ma"


@dataclass(frozen=True, kw_only=True)
class ChangeAppointment(OfOccurrence):
    verb = "ca"


@dataclass(frozen=True, kw_only=True)
class CallOff(OfOccurrence):
    """*reach*: how much of a series; None asks."""

    verb = "xa"
    style = Style.RED

    reach: Annotated[Reach | None, maybe_member_of(Reach)] = None


@dataclass(frozen=True, kw_only=True)
class RestoreAppointment(OfOccurrence):
    verb = "ra"


@dataclass(frozen=True, kw_only=True)
class AddReminder(OfOccurrence):
    """Adds a reminder that many *minutes* before."""

    verb = "rt"

    minutes: Whole


@dataclass(frozen=True, kw_only=True)
class ShowCalendar(OfOccurrence):
    """The calendar file of one appointment."""

    verb = "cf"
    is_read_only = True


@dataclass(frozen=True, kw_only=True)
class ShowFamilyCalendar(Press):
    verb = "fc"
    is_read_only = True


@dataclass(frozen=True, kw_only=True)
class WriteOutcome(OfOccurrence):
    verb = "oc"


@dataclass(frozen=True, kw_only=True)
class NothingToNote(OfOccurrence):
    verb = "of"

    where: Annotated[Where, member_of(Where)]
