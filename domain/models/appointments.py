"""Tables of appointments: doctors, appointments, their occurrences, calendar copies."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from domain.models.base import Base, Id, Now, TextOf


class OccurrenceStatus(StrEnum):
    PLANNED = "planned"
    CANCELLED = "cancelled"
    CUT = "cut"  # cancelled with the rest of its series


class Doctor(Base):
    """A doctor or therapist of a care recipient. `phone` is E.164 ("+493012345")."""

    __tablename__ = "doctors"
    __table_args__ = (
        UniqueConstraint("family_id", "id"),
        ForeignKeyConstraint(
            ["family_id", "care_recipient_id"], ["care_recipients.family_id", "care_recipients.id"]
        ),
        ForeignKeyConstraint(
            ["family_id", "created_by_id"], ["family_members.family_id", "family_members.user_id"]
        ),
        CheckConstraint("phone ~ '^[+][0-9]{4,15}$'", name="phone_is_e164"),
        CheckConstraint("length(note) <= 500", name="note_is_short"),
        Index(None, "care_recipient_id"),
        Index(None, "created_by_id"),
    )

    id: Mapped[Id]
    family_id: Mapped[UUID] = mapped_column(ForeignKey("families.id"))
    care_recipient_id: Mapped[UUID]
    name: Mapped[str]
    specialty: Mapped[str | None]
    phone: Mapped[str | None]
    address: Mapped[str | None]
    note: Mapped[str | None]
    created_by_id: Mapped[UUID]
    flow_id: Mapped[UUID | None] = mapped_column(unique=True)
    created_at: Mapped[Now]
    deleted_at: Mapped[datetime | None]


class Appointment(Base):
    """An appointment: once, or recurring by `recurrence` (RFC 5545, RRULE).

    `scheduled_at` (UTC) is the first time; the wall clock of `timezone` counts. The rest of a
    series is cancelled from `cancelled_from` on. When a series is split, later parts have the first
    part as `origin_id`. `remind_before` is in minutes. Occurrences exist up to `expanded_until`,
    which is null if there will be no more. Each edit raises `version`; what other calendars show
    raises `sequence` (RFC 5545, SEQUENCE). If `is_all_day`, it begins at local midnight and lasts
    whole days.
    """

    __tablename__ = "appointments"
    __table_args__ = (
        UniqueConstraint("family_id", "id"),
        ForeignKeyConstraint(
            ["family_id", "care_recipient_id"], ["care_recipients.family_id", "care_recipients.id"]
        ),
        ForeignKeyConstraint(["family_id", "doctor_id"], ["doctors.family_id", "doctors.id"]),
        ForeignKeyConstraint(
            ["family_id", "origin_id"], ["appointments.family_id", "appointments.id"]
        ),
        ForeignKeyConstraint(
            ["family_id", "created_by_id"], ["family_members.family_id", "family_members.user_id"]
        ),
        CheckConstraint("duration_minutes BETWEEN 1 AND 86400", name="duration"),
        CheckConstraint("cardinality(remind_before) <= 6", name="few_reminders"),
        CheckConstraint("length(note) <= 500", name="note_is_short"),
        Index(None, "family_id", "scheduled_at"),
        Index(None, "care_recipient_id"),
        Index(None, "doctor_id"),
        Index(None, "origin_id"),
        Index(None, "created_by_id"),
        Index(
            "ix_appointments_to_expand",
            "expanded_until",
            postgresql_where=text("expanded_until IS NOT NULL"),
        ),
    )

    id: Mapped[Id]
    family_id: Mapped[UUID] = mapped_column(ForeignKey("families.id"))
    care_recipient_id: Mapped[UUID]
    origin_id: Mapped[UUID | None]
    title: Mapped[str]
    scheduled_at: Mapped[datetime]
    timezone: Mapped[str]
    duration_minutes: Mapped[int] = mapped_column(server_default=text("60"))
    is_all_day: Mapped[bool] = mapped_column(server_default="false")
    recurrence: Mapped[str | None]
    cancelled_from: Mapped[datetime | None]
    doctor_id: Mapped[UUID | None]
    doctor_name: Mapped[str | None]
    place: Mapped[str | None]
    bring: Mapped[str | None]
    note: Mapped[str | None]
    remind_before: Mapped[list[int]] = mapped_column(
        ARRAY(Integer), server_default=text("'{1440,60}'")
    )
    version: Mapped[int] = mapped_column(server_default="1")
    sequence: Mapped[int] = mapped_column(server_default="0")
    expanded_until: Mapped[datetime | None]
    created_by_id: Mapped[UUID]
    flow_id: Mapped[UUID | None] = mapped_column(unique=True)
    created_at: Mapped[Now]
    deleted_at: Mapped[datetime | None]


class AppointmentOccurrence(Base):
    """One time that an appointment takes place.

    `occurrence_key` is the local start by the rule (RFC 5545, RECURRENCE-ID); `starts_at` differs
    from it if this occurrence was moved. If no rule produces it any more, the key contains its id.
    `own_details` are details of this occurrence only, by the columns of the appointment; its own
    reminders are in `own_remind_before`, a column that the dispatcher may read. `cut` is cancelled
    together with the rest of its series, `cancelled` individually. `next_action_at` (UTC, whole
    minutes) is the timer and `ladder_step` its step; `told_at` is set once somebody was told about
    `starts_at`.
    """

    __tablename__ = "appointment_occurrences"
    __table_args__ = (
        UniqueConstraint("appointment_id", "occurrence_key"),
        ForeignKeyConstraint(
            ["family_id", "appointment_id"], ["appointments.family_id", "appointments.id"]
        ),
        ForeignKeyConstraint(
            ["family_id", "care_recipient_id"], ["care_recipients.family_id", "care_recipients.id"]
        ),
        ForeignKeyConstraint(
            ["family_id", "driver_id"], ["family_members.family_id", "family_members.user_id"]
        ),
        ForeignKeyConstraint(
            ["family_id", "outcome_by_id"], ["family_members.family_id", "family_members.user_id"]
        ),
        CheckConstraint("status IN ('planned', 'cancelled', 'cut')", name="status"),
        CheckConstraint("ends_at > starts_at", name="ends_after_its_start"),
        CheckConstraint(
            "next_action_at = date_trunc('minute', next_action_at, 'UTC')", name="timer_is_a_minute"
        ),
        CheckConstraint(
            "(next_action_at IS NULL) = (ladder_step IS NULL)", name="timer_has_a_step"
        ),
        CheckConstraint("length(outcome) <= 500", name="outcome_is_short"),
        CheckConstraint("cardinality(own_remind_before) <= 6", name="few_reminders"),
        Index(None, "family_id", "starts_at"),
        Index(None, "care_recipient_id", "starts_at"),
        Index(None, "driver_id", "starts_at"),
        Index(None, "outcome_by_id"),
        Index(
            "ix_appointment_occurrences_own",
            "family_id",
            postgresql_where=text("own_details IS NOT NULL"),
        ),
        Index(
            "ix_appointment_occurrences_timer",
            "next_action_at",
            postgresql_where=text("next_action_at IS NOT NULL"),
        ),
    )

    id: Mapped[Id]
    family_id: Mapped[UUID] = mapped_column(ForeignKey("families.id"))
    appointment_id: Mapped[UUID]
    care_recipient_id: Mapped[UUID]
    occurrence_key: Mapped[str]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    status: Mapped[OccurrenceStatus] = mapped_column(
        TextOf(OccurrenceStatus), server_default=OccurrenceStatus.PLANNED
    )
    driver_id: Mapped[UUID | None]
    outcome: Mapped[str | None]
    outcome_by_id: Mapped[UUID | None]
    outcome_at: Mapped[datetime | None]
    own_details: Mapped[dict[str, Any] | None]
    own_remind_before: Mapped[list[int] | None] = mapped_column(ARRAY(Integer))
    ladder_step: Mapped[str | None]
    next_action_at: Mapped[datetime | None]
    told_at: Mapped[datetime | None]
    created_at: Mapped[Now]


class CalendarCopy(Base):
    """A member has the appointment in their calendar, with all parts of its series, and gets an
    updated file when it changes. `appointment_id` is the first part.
    """

    __tablename__ = "calendar_copies"
    __table_args__ = (
        ForeignKeyConstraint(
            ["family_id", "user_id"], ["family_members.family_id", "family_members.user_id"]
        ),
        ForeignKeyConstraint(
            ["family_id", "appointment_id"], ["appointments.family_id", "appointments.id"]
        ),
        UniqueConstraint("appointment_id", "user_id"),
        Index(None, "family_id", "user_id"),
    )

    id: Mapped[Id]
    family_id: Mapped[UUID] = mapped_column(ForeignKey("families.id"))
    user_id: Mapped[UUID]
    appointment_id: Mapped[UUID]
    created_at: Mapped[Now]
