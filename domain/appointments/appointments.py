"""Appointments: what is said of them, adding one, and the lists of what comes and what was."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import (
    Date,
    Integer,
    Row,
    Uuid,
    and_,
    case,
    cast,
    func,
    insert,
    literal_column,
    or_,
    select,
)
from sqlalchemy.orm import aliased

from domain import audit
from domain.access import Action
from domain.appointments.errors import AppointmentInPast, TimeDoesNotExist
from domain.appointments.ladder import Reminder, reminders_of
from domain.appointments.news import tell_of_what_is_soon
from domain.appointments.recurrences import Recurrence
from domain.appointments.series.extension import make_occurrences
from domain.appointments.series.series import Series, original_start, own_details
from domain.database import Scope
from domain.errors import NotFound
from domain.family.limits import Held
from domain.family.people import get_person
from domain.family.room import make_room
from domain.family.running_pauses import PAUSE_COLUMNS, Pause, running_pause
from domain.local_time import resolve_local, to_local
from domain.models import (
    Appointment,
    AppointmentOccurrence,
    CareRecipient,
    Doctor,
    FamilyMember,
    User,
    new_id,
)
from domain.models.appointments import OccurrenceStatus

DURATION = timedelta(hours=1)
LONGEST = timedelta(days=60)  # an appointment; whole days may have an hour more than 24
_LONGEST_SEEN = LONGEST + timedelta(hours=2)
REMIND_BEFORE = (1440, 60)  # minutes
MOST_REMINDERS = 6
PAGE = 10
_LONGEST_DAY = timedelta(hours=50)  # from its first hour to its last, all over the world
MOST_CONFLICTS = 3


@dataclass(frozen=True)
class DoctorNamed:
    """The doctor of an appointment; without an id it is only a name that somebody typed."""

    name: str
    id: UUID | None = None
    phone: str | None = None
    address: str | None = None
    is_removed: bool = False


@dataclass(frozen=True)
class Details:
    """What an appointment says besides its time; all of it applies to a whole series.

    What `is_all_day` lasts whole days.
    """

    title: str
    duration: timedelta = DURATION
    is_all_day: bool = False
    doctor: DoctorNamed | None = None
    place: str | None = None
    bring: str | None = None
    note: str | None = None
    remind_before: tuple[int, ...] = REMIND_BEFORE

    def columns(self) -> dict[str, Any]:
        return {
            "title": self.title,
            "duration_minutes": int(self.duration.total_seconds()) // 60,
            "is_all_day": self.is_all_day,
            "doctor_id": self.doctor.id if self.doctor else None,
            "doctor_name": self.doctor.name if self.doctor and not self.doctor.id else None,
            "place": self.place,
            "bring": self.bring,
            "note": self.note,
            "remind_before": sorted(set(self.remind_before), reverse=True),
        }


@dataclass(frozen=True)
class NewAppointment:
    """`start` is naive local time, by the clock of the person; midnight of what lasts all day."""

    person_id: UUID
    details: Details
    start: datetime
    recurrence: Recurrence | None = None


@dataclass(frozen=True)
class OccurrenceFacts:
    """One time that an appointment takes place, with what is said of it. Instants are UTC.

    `moved_from` is the start that the rule gives, where this one is at another. A driver who has
    left the family is none. `zone` is that of the place where it is; `home_zone` is where the
    person lives now, if that is not known to be the same.
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
    pause: Pause | None = None  # of the person, where it takes place in it
    is_driver_away: bool = False  # they have blocked the bot, and are told nothing
    home_zone: ZoneInfo | None = None

    @property
    def home(self) -> ZoneInfo:
        return self.home_zone or self.zone

    @property
    def local(self) -> datetime:
        """The start by the clock of its place, aware."""
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
        """The day on which it ends, by the clock of its place."""
        return _last_day(self.ends_at, self.zone)

    @property
    def days_at_home(self) -> tuple[date, date]:
        """The first and the last day as they are where the person lives. What lasts all day has its
        days wherever that is.
        """
        if self.is_all_day:
            return self.first_day, self.last_day
        return self.starts_at.astimezone(self.home).date(), _last_day(self.ends_at, self.home)

    def reminders_ahead(self, *, now: datetime) -> Sequence[Reminder]:
        """Those of its reminders that are still to come."""
        reminders = reminders_of(
            self.starts_at,
            zone=self.zone,
            remind_before=self.details.remind_before,
            is_all_day=self.details.is_all_day,
        )
        return [reminder for reminder in reminders if reminder.at > now]


@dataclass(frozen=True)
class Conflict:
    """Another appointment at the same time, with its own times (UTC): of the same person, or
    (`driver`) driven by the same member. Where it `comes_again`, it is so on other days, too.
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
        return _last_day(self.ends_at, self.zone)


def _last_day(ends_at: datetime, zone: ZoneInfo) -> date:
    """What ends at midnight belongs to the day before."""
    return (ends_at - timedelta(microseconds=1)).astimezone(zone).date()


@dataclass(frozen=True)
class OccurrencePage:
    items: Sequence[OccurrenceFacts]
    number: int
    has_more: bool
    is_past: bool


_driver, _teller, _membership = aliased(User), aliased(User), aliased(FamilyMember)

_own = AppointmentOccurrence.own_details
#: Of an occurrence's own doctor, or of that of its whole series.
DOCTOR_ID = case(
    (_own.has_key("doctor_id"), cast(_own["doctor_id"].astext, Uuid)),
    else_=Appointment.doctor_id,
)

SELECT_OCCURRENCES = (
    select(
        AppointmentOccurrence.id,
        AppointmentOccurrence.family_id,
        AppointmentOccurrence.appointment_id,
        AppointmentOccurrence.occurrence_key,
        AppointmentOccurrence.starts_at,
        AppointmentOccurrence.ends_at,
        AppointmentOccurrence.status,
        AppointmentOccurrence.outcome,
        AppointmentOccurrence.outcome_at,
        Appointment.version,
        Appointment.title,
        Appointment.timezone,
        Appointment.duration_minutes,
        Appointment.is_all_day,
        Appointment.recurrence,
        Appointment.doctor_id,
        Appointment.doctor_name,
        Appointment.place,
        Appointment.bring,
        Appointment.note,
        Appointment.remind_before,
        AppointmentOccurrence.own_details,
        AppointmentOccurrence.own_remind_before,
        CareRecipient.id.label("person_id"),
        CareRecipient.name.label("person"),
        CareRecipient.timezone.label("home_timezone"),
        *PAUSE_COLUMNS,
        Doctor.name.label("known_doctor"),
        Doctor.phone,
        Doctor.address,
        Doctor.deleted_at.label("doctor_removed_at"),
        _driver.id.label("driver_id"),
        _driver.name.label("driver"),
        _driver.blocked_at.label("driver_blocked_at"),
        _teller.name.label("outcome_by"),
    )
    .join(Appointment, Appointment.id == AppointmentOccurrence.appointment_id)
    .join(CareRecipient, CareRecipient.id == AppointmentOccurrence.care_recipient_id)
    .outerjoin(Doctor, Doctor.id == DOCTOR_ID)
    .outerjoin(
        _membership,
        and_(
            _membership.family_id == AppointmentOccurrence.family_id,
            _membership.user_id == AppointmentOccurrence.driver_id,
            _membership.left_at.is_(None),
        ),
    )
    .outerjoin(_driver, _driver.id == _membership.user_id)
    .outerjoin(_teller, _teller.id == AppointmentOccurrence.outcome_by_id)
)
_IS_THERE = and_(Appointment.deleted_at.is_(None), CareRecipient.deleted_at.is_(None))


async def add_appointment(
    scope: Scope, appointment: NewAppointment, *, flow_id: UUID | None = None
) -> OccurrenceFacts:
    """Save an appointment with its occurrences of the next year; returns the first of them.

    Repeating it with the same *flow_id* finds what the first time added. Raises NotFound (person,
    doctor), AppointmentInPast, TimeDoesNotExist and FamilyFull.
    """
    member = scope.require(Action.CHANGE_APPOINTMENTS)
    if flow_id is not None:
        saved_before = await scope.connection.scalar(
            select(Appointment.id).where(Appointment.flow_id == flow_id)
        )
        if saved_before is not None:
            return await first_of(scope, saved_before)
    person = await get_person(scope, appointment.person_id)
    starts_at = check_start(
        appointment.start,
        person.zone,
        now=scope.clock.now(),
        is_all_day=appointment.details.is_all_day,
    )
    await check_doctor(scope, appointment.details)
    await make_room(scope, Held.APPOINTMENT)
    rule = appointment.recurrence
    appointment_id = new_id()
    await scope.execute(
        insert(Appointment).values(
            id=appointment_id,
            family_id=member.family_id,
            care_recipient_id=person.id,
            scheduled_at=starts_at,
            timezone=person.zone.key,
            recurrence=rule.to_rfc5545(person.zone) if rule else None,
            created_by_id=member.user_id,
            flow_id=flow_id,
            **appointment.details.columns(),
        )
    )
    await make_occurrences(
        scope,
        Series(
            id=appointment_id,
            care_recipient_id=person.id,
            first=appointment.start,
            zone=person.zone,
            duration=appointment.details.duration,
            recurrence=rule,
            remind_before=appointment.details.remind_before,
            is_all_day=appointment.details.is_all_day,
        ),
    )
    await audit.record(
        scope, "appointment.added", subject_type="appointment", subject_id=appointment_id
    )
    await tell_of_what_is_soon(scope, appointment_id)
    return await first_of(scope, appointment_id)


def check_start(
    local: datetime, zone: ZoneInfo, *, now: datetime, is_all_day: bool = False
) -> datetime:
    """The instant (UTC) of a local start that somebody typed.

    Raises TimeDoesNotExist where the clocks skip it, and AppointmentInPast. A day begins when it
    does: with the first time that its clocks show, and today is not over.
    """
    starts_at = resolve_local(local, zone)
    if is_all_day:
        if local.date() < to_local(now, zone).date():
            raise AppointmentInPast(starts_at, zone)
        return starts_at
    shown = to_local(starts_at, zone)
    if shown != local:
        raise TimeDoesNotExist(local, shown)
    if starts_at <= now:
        raise AppointmentInPast(starts_at, zone)
    return starts_at


async def check_doctor(scope: Scope, details: Details) -> None:
    """Raises NotFound if the doctor is not the family's, or was removed."""
    if details.doctor is None or details.doctor.id is None:
        return
    found = await scope.row(
        select(Doctor.id).where(
            Doctor.id == details.doctor.id,
            Doctor.family_id == scope.family_id,
            Doctor.deleted_at.is_(None),
        )
    )
    if found is None:
        raise NotFound


async def first_of(scope: Scope, appointment_id: UUID) -> OccurrenceFacts:
    """The next occurrence of an appointment, or its last. With conflicts. Raises NotFound."""
    rows = await scope.rows(
        SELECT_OCCURRENCES.where(
            Appointment.id == appointment_id, Appointment.family_id == scope.family_id, _IS_THERE
        )
        .order_by(
            AppointmentOccurrence.status == OccurrenceStatus.CUT,
            AppointmentOccurrence.ends_at < func.clock_now(),
            AppointmentOccurrence.starts_at,
        )
        .limit(1)
    )
    if not rows:
        raise NotFound
    return await _with_conflicts(scope, rows[0])


async def get_occurrence(scope: Scope, occurrence_id: UUID) -> OccurrenceFacts:
    """With its conflicts, and those of its whole series. Two statements. Raises NotFound."""
    member = scope.require(Action.READ)
    row = await scope.row(
        SELECT_OCCURRENCES.where(
            AppointmentOccurrence.id == occurrence_id,
            AppointmentOccurrence.family_id == member.family_id,
            _IS_THERE,
        )
    )
    if row is None:
        raise NotFound
    return await _with_conflicts(scope, row)


async def list_starts(scope: Scope, appointment_ids: Collection[UUID]) -> Sequence[datetime]:
    """When these appointments are planned, of what is still to come (UTC), in order."""
    rows = await scope.rows(
        select(AppointmentOccurrence.starts_at)
        .where(
            AppointmentOccurrence.appointment_id.in_(appointment_ids),
            AppointmentOccurrence.family_id == scope.family_id,
            AppointmentOccurrence.status == OccurrenceStatus.PLANNED,
            AppointmentOccurrence.starts_at > func.clock_now(),
        )
        .order_by(AppointmentOccurrence.starts_at)
    )
    return [row.starts_at for row in rows]


async def read_occurrences(
    scope: Scope, occurrence_ids: Sequence[UUID]
) -> Sequence[OccurrenceFacts]:
    """Those that are the family's, in order, also of what was removed: a message that told of it
    has to say so. As the family, whoever acts. One statement.
    """
    rows = await scope.rows(
        SELECT_OCCURRENCES.where(
            AppointmentOccurrence.id.in_(occurrence_ids),
            AppointmentOccurrence.family_id == scope.family_id,
        ).order_by(AppointmentOccurrence.starts_at, AppointmentOccurrence.id)
    )
    return [occurrence_facts(row) for row in rows]


_STARTS = AppointmentOccurrence.starts_at
_NEVER: Sequence[Any] = (
    literal_column("'-infinity'::timestamptz"),
    literal_column("'infinity'::timestamptz"),
)
_LOCAL_DAY = cast(func.timezone(Appointment.timezone, _STARTS), Date)


async def list_upcoming(scope: Scope, *, page: int = 0) -> OccurrencePage:
    """What lies ahead, the next first: by the day that it is on by the clock of its own place, and
    by instant within that day. What was called off by itself stays in its place.
    """
    return await _page(
        scope,
        AppointmentOccurrence.ends_at > func.clock_now(),
        page=page,
        is_past=False,
    )


async def list_past(scope: Scope, *, page: int = 0) -> OccurrencePage:
    """What is over, the last first; days as in :func:`list_upcoming`."""
    return await _page(
        scope,
        AppointmentOccurrence.ends_at <= func.clock_now(),
        page=page,
        is_past=True,
    )


async def list_day(
    scope: Scope, days: Mapping[UUID, date]
) -> Mapping[UUID, Sequence[OccurrenceFacts]]:
    """What is planned on a local day of each person (by id), also what began before it and goes
    on. One statement.
    """
    if not days:
        return {}
    first = datetime.combine(min(days.values()), time.min, UTC) - timedelta(hours=15)
    last = datetime.combine(max(days.values()), time.min, UTC) + timedelta(hours=40)
    rows = await scope.rows(
        SELECT_OCCURRENCES.where(
            AppointmentOccurrence.care_recipient_id.in_(days),
            AppointmentOccurrence.family_id == scope.family_id,
            AppointmentOccurrence.status == OccurrenceStatus.PLANNED,
            _IS_THERE,
            # Nothing takes longer: this keeps the search within the index.
            AppointmentOccurrence.starts_at.between(first - _LONGEST_SEEN, last),
            AppointmentOccurrence.ends_at > first,
        ).order_by(AppointmentOccurrence.starts_at, AppointmentOccurrence.id)
    )
    found = [occurrence_facts(row) for row in rows]
    return {
        person_id: [
            facts for facts in found if facts.person_id == person_id and _takes_place_on(facts, day)
        ]
        for person_id, day in days.items()
    }


def _takes_place_on(facts: OccurrenceFacts, day: date) -> bool:
    first, last = facts.days_at_home
    return first <= day <= last


async def _page(scope: Scope, condition: Any, *, page: int, is_past: bool) -> OccurrencePage:
    member = scope.require(Action.READ)
    conditions = (
        AppointmentOccurrence.family_id == member.family_id,
        AppointmentOccurrence.status != OccurrenceStatus.CUT,
        _IS_THERE,
        condition,
    )
    # Days are sorted as far as the page can reach only: the index gives the rows by instant.
    reached = (
        select(_STARTS)
        .join(Appointment, Appointment.id == AppointmentOccurrence.appointment_id)
        .join(CareRecipient, CareRecipient.id == AppointmentOccurrence.care_recipient_id)
        .where(*conditions)
        .order_by(_STARTS.desc() if is_past else _STARTS)
        .offset((page + 1) * PAGE)
        .limit(1)
        .correlate(None)
        .scalar_subquery()
    )
    order: tuple[Any, ...]
    if is_past:
        is_near = func.coalesce(reached - _LONGEST_DAY, _NEVER[0]) <= _STARTS
        order = (_LOCAL_DAY.desc(), _STARTS.desc())
    else:
        is_near = func.coalesce(reached + _LONGEST_DAY, _NEVER[1]) >= _STARTS
        order = (_LOCAL_DAY.asc(), _STARTS.asc())
    rows = await scope.rows(
        SELECT_OCCURRENCES.where(*conditions, is_near)
        .order_by(*order, AppointmentOccurrence.id)
        .offset(page * PAGE)
        .limit(PAGE + 1)
    )
    return OccurrencePage(
        [occurrence_facts(row) for row in rows[:PAGE]], page, len(rows) > PAGE, is_past
    )


async def _with_conflicts(scope: Scope, row: Row[Any]) -> OccurrenceFacts:
    facts = occurrence_facts(row)
    return replace(facts, conflicts=await _conflicts(scope, facts.appointment_id))


async def _conflicts(scope: Scope, appointment_id: UUID) -> Sequence[Conflict]:
    """What else is planned while this appointment, or an occurrence of its series, takes place:
    each once, with the first time at which it is.
    """
    own, other, any_time = (aliased(AppointmentOccurrence) for _ in range(3))
    any_of_them = aliased(Appointment)
    longest = func.greatest(
        select(func.max(any_of_them.duration_minutes))
        .where(any_of_them.family_id == scope.family_id)
        .scalar_subquery(),
        select(func.max(cast(any_time.own_details["duration_minutes"].astext, Integer)))
        .where(any_time.family_id == scope.family_id, any_time.own_details.is_not(None))
        .scalar_subquery(),
    )
    same_person = own.care_recipient_id == other.care_recipient_id
    both_at = func.greatest(own.starts_at, other.starts_at)
    in_order = (both_at, other.starts_at, other.id)
    at_once = (
        select(
            func.coalesce(other.own_details["title"].astext, Appointment.title).label("title"),
            Appointment.timezone,
            CareRecipient.name.label("person"),
            CareRecipient.timezone.label("home_timezone"),
            User.name.label("driver"),
            same_person.label("is_same_person"),
            Appointment.is_all_day,
            other.id,
            other.starts_at,
            other.ends_at,
            both_at.label("at"),
            func.row_number()
            .over(partition_by=other.appointment_id, order_by=in_order)
            .label("number"),
            func.max(other.starts_at).over(partition_by=other.appointment_id).label("last_at"),
        )
        .select_from(own)
        .join(
            other,
            and_(
                other.family_id == own.family_id,
                other.appointment_id != own.appointment_id,
                # Nothing takes longer: this keeps the search within the index.
                other.starts_at
                > own.starts_at - func.make_interval(0, 0, 0, 0, 0, longest + 2 * 60),
                other.starts_at < own.ends_at,
                other.ends_at > own.starts_at,
                other.status == OccurrenceStatus.PLANNED,
                or_(same_person, own.driver_id == other.driver_id),
            ),
        )
        .join(Appointment, Appointment.id == other.appointment_id)
        .join(CareRecipient, CareRecipient.id == other.care_recipient_id)
        .outerjoin(User, and_(User.id == other.driver_id, own.driver_id == other.driver_id))
        .where(
            own.appointment_id == appointment_id,
            own.family_id == scope.family_id,
            own.status == OccurrenceStatus.PLANNED,
            own.ends_at > func.clock_now(),
            Appointment.deleted_at.is_(None),
        )
        .subquery()
    )
    rows = await scope.rows(
        select(at_once)
        .where(at_once.c.number == 1)
        .order_by(at_once.c.at, at_once.c.starts_at, at_once.c.id)
        .limit(MOST_CONFLICTS)
    )
    return [
        Conflict(
            title=row.title,
            person=row.person,
            zone=ZoneInfo(row.timezone),
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            is_all_day=row.is_all_day,
            driver=None if row.is_same_person else row.driver,
            home_zone=ZoneInfo(row.home_timezone),
            comes_again=row.last_at > row.starts_at,
        )
        for row in rows
    ]


def occurrence_facts(row: Row[Any]) -> OccurrenceFacts:
    """From a row of :data:`SELECT_OCCURRENCES`."""
    zone = ZoneInfo(row.timezone)
    by_rule = original_start(row.occurrence_key, zone)
    said = {**row._mapping, **own_details(row)}  # noqa: SLF001 - Row's public view
    return OccurrenceFacts(
        id=row.id,
        family_id=row.family_id,
        appointment_id=row.appointment_id,
        version=row.version,
        person_id=row.person_id,
        person=row.person,
        zone=zone,
        details=Details(
            title=said["title"],
            duration=timedelta(minutes=said["duration_minutes"]),
            is_all_day=row.is_all_day,
            doctor=_doctor(row, said),
            place=said["place"],
            bring=said["bring"],
            note=said["note"],
            remind_before=tuple(said["remind_before"]),
        ),
        recurrence=Recurrence.from_rfc5545(row.recurrence, zone) if row.recurrence else None,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        moved_from=by_rule if by_rule != row.starts_at else None,
        status=OccurrenceStatus(row.status),
        driver_id=row.driver_id,
        driver=row.driver,
        outcome=row.outcome,
        outcome_by=row.outcome_by,
        outcome_at=row.outcome_at,
        pause=_pause(row),
        home_zone=ZoneInfo(row.home_timezone),
        is_driver_away=row.driver_blocked_at is not None,
    )


def _pause(row: Row[Any]) -> Pause | None:
    pause = running_pause(row, now=row.starts_at)
    return pause if pause is not None and pause.since < row.ends_at else None


def _doctor(row: Row[Any], said: Mapping[str, Any]) -> DoctorNamed | None:
    doctor_id, name = said["doctor_id"], said["doctor_name"]
    if doctor_id is not None:
        return DoctorNamed(
            row.known_doctor,
            UUID(str(doctor_id)),
            row.phone,
            row.address,
            is_removed=row.doctor_removed_at is not None,
        )
    return DoctorNamed(name) if name else None
