"""One occurrence of an appointment, with everything people read about it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from domain.appointments.details import Details
from domain.appointments.ladder import Reminder, list_reminders
from domain.appointments.recurrences import Recurrence
from domain.family.running_pauses import Pause
from domain.models.appointments import OccurrenceStatus


@dataclass(frozen=True)
class OccurrenceFacts:
    """One occurrence of an appointment, with all its details. Instants are UTC.

    `moved_from` is the start by the rule, if this occurrence was moved. A driver who has left the
    family counts as none. `zone` is that of the place; `home_zone` is where the person lives now.
    """

    id: UUID
    family_id: UUID
    appointment_id: UUID
    version: int
    person_id: UUID
    person: str
    zone: ZoneInfo
    details: Details
    recurrence: Recurrence | None
    starts_at: datetime
    ends_at: datetime
    moved_from: datetime | None
    status: OccurrenceStatus
    driver_id: UUID | None
    driver: str | None
    outcome: str | None
    outcome_by: str | None
    outcome_at: datetime | None
    conflicts: Sequence["Conflict"] = ()
    pause: Pause | None = None  # the person's, if the occurrence falls into it
    is_driver_unreachable: bool = False  # they have blocked the bot
    home_zone: ZoneInfo | None = None

    @property
    def home(self) -> ZoneInfo:
        return self.home_zone or self.zone

    @property
    def local(self) -> datetime:
        """The start in the zone of its place, aware."""
        return self.starts_at.astimezone(self.zone)

    @property
    def is_all_day(self) -> bool:
        return self.details.is_all_day

    @property
    def is_planned(self) -> bool:
        return self.status is OccurrenceStatus.PLANNED

    @property
    def first_day(self) -> date:
        return self.local.date()

    @property
    def last_day(self) -> date:
        """The day on which it ends, in the zone of its place."""
        return last_day_of(self.ends_at, self.zone)

    @property
    def days_at_home(self) -> tuple[date, date]:
        """Its first and last day where the person lives; if all-day, the same days everywhere."""
        if self.is_all_day:
            return self.first_day, self.last_day
        return self.starts_at.astimezone(self.home).date(), last_day_of(self.ends_at, self.home)

    def reminders_ahead(self, *, now: datetime) -> Sequence[Reminder]:
        """Its reminders that are still to come."""
        reminders = list_reminders(
            self.starts_at,
            zone=self.zone,
            remind_before=self.details.remind_before,
            is_all_day=self.details.is_all_day,
        )
        return [reminder for reminder in reminders if reminder.at > now]


@dataclass(frozen=True)
class Conflict:
    """Another appointment at the same time, with its own times (UTC): of the same person, or with
    the same `driver`. If it `comes_again`, it overlaps on other days, too.
    """

    title: str
    person: str
    zone: ZoneInfo
    starts_at: datetime
    ends_at: datetime
    is_all_day: bool
    driver: str | None
    home_zone: ZoneInfo | None = None
    comes_again: bool = False

    @property
    def home(self) -> ZoneInfo:
        return self.home_zone or self.zone

    @property
    def first_day(self) -> date:
        return self.starts_at.astimezone(self.zone).date()

    @property
    def last_day(self) -> date:
        return last_day_of(self.ends_at, self.zone)


def last_day_of(ends_at: datetime, zone: ZoneInfo) -> date:
    """The last day; what ends at midnight belongs to the day before."""
    return (ends_at - timedelta(microseconds=1)).astimezone(zone).date()


@dataclass(frozen=True)
class OccurrencePage:
    items: Sequence[OccurrenceFacts]
    number: int
    has_more: bool
    is_past: bool
