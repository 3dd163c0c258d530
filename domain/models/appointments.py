"""The calendar of care: doctors, appointments, and each time that an appointment takes place."""

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

from domain.models.base import Base, Id, Now


class OccurrenceStatus(StrEnum):
    PLANNED = "planned"
    CANCELLED = "cancelled"
    CUT = "cut"  # called off with the rest of its series


class Doctor(Base):
    """Whoever treats a care recipient. `phone` is E.164 ("+493012345")."""

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
    """What is agreed with somebody: once, or as often as `recurrence` (RFC 5545, RRULE) says.

    `scheduled_at` (UTC) is the first time, kept by the wall clock of `timezone`. From
    `cancelled_from` on the rest of a series is called off. What goes on with the rest of a series
    that was parted has the first of its parts as `origin_id`. `remind_before` are minutes.
    Occurrences exist up to `expanded_until`, which is null where none is to come. Each edit raises
    `version`; what other calendars are told raises `sequence` (RFC 5545, SEQUENCE). What
    `is_all_day` begins at local midnight and lasts whole days.
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

    `occurrence_key` is the local start that the rule gives it (RFC 5545, RECURRENCE-ID);
    `starts_at` differs from it where this one was moved. One that no rule gives any more is known
    by its id. `own_details` is what is said of this one only, by the columns of its appointment;
    its reminders, which those see who send them, are `own_remind_before`. `cut` is called off
    together with the rest of its series, `cancelled` by itself.
    `next_action_at` (UTC, whole minutes) is the timer of what
    is told next, `ladder_step` what that is; `told_at` says that somebody was told of `starts_at`.
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
    status: Mapped[str] = mapped_column(server_default="planned")
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
    """Who was sent the calendar file of an appointment, and of all the parts of its series: they
    are sent it again when it changes. `appointment_id` is the first part.
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
