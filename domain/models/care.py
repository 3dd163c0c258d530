"""What is given and when: medications, their doses, and the log of what people recorded."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Numeric,
    SmallInteger,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from domain.models.base import Base, Id, Now


class Medication(Base):
    """A medicine of one care recipient, with the schedule its doses are expanded from.

    `schedule` is the JSON of :mod:`domain.schedules`. Doses exist up to `expanded_until`.
    """

    __tablename__ = "medications"
    __table_args__ = (
        UniqueConstraint("family_id", "id"),
        ForeignKeyConstraint(
            ["family_id", "care_recipient_id"], ["care_recipients.family_id", "care_recipients.id"]
        ),
        ForeignKeyConstraint(
            ["family_id", "created_by_id"], ["family_members.family_id", "family_members.user_id"]
        ),
        CheckConstraint("status IN ('active', 'paused', 'stopped')", name="status"),
        Index(None, "care_recipient_id", "status"),
        Index(None, "created_by_id", "created_at"),
        Index(
            "ix_medications_to_expand",
            "expanded_until",
            postgresql_where=text("status = 'active' AND deleted_at IS NULL"),
        ),
    )

    id: Mapped[Id]
    family_id: Mapped[UUID] = mapped_column(ForeignKey("families.id"))
    care_recipient_id: Mapped[UUID]
    name: Mapped[str]
    dosage: Mapped[str]
    schedule: Mapped[dict[str, Any]]
    status: Mapped[str] = mapped_column(server_default="active")
    expanded_until: Mapped[datetime]
    last_logged_at: Mapped[datetime | None]
    created_by_id: Mapped[UUID]
    flow_id: Mapped[UUID | None] = mapped_column(unique=True)
    created_at: Mapped[Now]
    deleted_at: Mapped[datetime | None]


class Dose(Base):
    """One occurrence of a schedule.

    Name and dosage are copied here when the dose is made, so that history survives edits.
    `next_action_at` (UTC, whole minutes) is the timer of its ladder; `ladder_step` and `ask_no`
    say what is done then. `window_ends_at` is when it counts as missed.
    """

    __tablename__ = "doses"
    __table_args__ = (
        UniqueConstraint("family_id", "id"),
        UniqueConstraint("medication_id", "occurrence_key"),
        ForeignKeyConstraint(
            ["family_id", "medication_id"], ["medications.family_id", "medications.id"]
        ),
        ForeignKeyConstraint(
            ["family_id", "care_recipient_id"], ["care_recipients.family_id", "care_recipients.id"]
        ),
        ForeignKeyConstraint(
            ["family_id", "resolved_by_id"], ["family_members.family_id", "family_members.user_id"]
        ),
        ForeignKeyConstraint(
            ["family_id", "snoozed_by_id"], ["family_members.family_id", "family_members.user_id"]
        ),
        CheckConstraint(
            "status IN ('pending', 'taken', 'skipped', 'missed', 'not_asked', 'cancelled')",
            name="status",
        ),
        CheckConstraint(
            "next_action_at IS NULL OR status = 'pending'", name="only_pending_doses_have_a_timer"
        ),
        CheckConstraint(
            "next_action_at = date_trunc('minute', next_action_at, 'UTC')", name="timer_is_a_minute"
        ),
        Index(None, "care_recipient_id", "due_at"),
        Index(
            "ix_doses_timer",
            "next_action_at",
            postgresql_where=text("next_action_at IS NOT NULL"),
        ),
    )

    id: Mapped[Id]
    family_id: Mapped[UUID] = mapped_column(ForeignKey("families.id"))
    medication_id: Mapped[UUID]
    care_recipient_id: Mapped[UUID]
    occurrence_key: Mapped[str]
    due_at: Mapped[datetime]
    window_ends_at: Mapped[datetime]
    medication_name: Mapped[str]
    dosage: Mapped[str]
    status: Mapped[str] = mapped_column(server_default="pending")
    ladder_step: Mapped[str | None] = mapped_column(server_default="ask")
    ask_no: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    next_action_at: Mapped[datetime | None]
    snoozed_by_id: Mapped[UUID | None]
    resolved_at: Mapped[datetime | None]
    resolved_by_id: Mapped[UUID | None]
    created_at: Mapped[Now]


class MedicationLog(Base):
    """What a person recorded. Append-only: an undo or a correction is a new row.

    `timestamp` is when it was taken, `recorded_at` when somebody said so. Rows written by one
    tap share an `action_id`, so that one Undo takes all of them back.
    """

    __tablename__ = "medication_logs"
    __table_args__ = (
        ForeignKeyConstraint(
            ["family_id", "medication_id"], ["medications.family_id", "medications.id"]
        ),
        ForeignKeyConstraint(["family_id", "dose_id"], ["doses.family_id", "doses.id"]),
        ForeignKeyConstraint(
            ["family_id", "recorded_by_id"], ["family_members.family_id", "family_members.user_id"]
        ),
        CheckConstraint("status IN ('taken', 'skipped', 'undone')", name="status"),
        CheckConstraint("amount > 0", name="amount_is_positive"),
        Index(None, "family_id"),
        Index(None, "medication_id", "timestamp"),
        Index(None, "dose_id"),
        Index(None, "recorded_by_id", "recorded_at"),
    )

    id: Mapped[Id]
    family_id: Mapped[UUID] = mapped_column(ForeignKey("families.id"))
    medication_id: Mapped[UUID]
    dose_id: Mapped[UUID | None]
    action_id: Mapped[UUID]
    status: Mapped[str]
    timestamp: Mapped[datetime]
    recorded_at: Mapped[Now]
    recorded_by_id: Mapped[UUID]
    amount: Mapped[Decimal | None] = mapped_column(Numeric)
    note: Mapped[str | None]
