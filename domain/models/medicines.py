"""Tables of medicines: medications, doses, the log of what people recorded, stock movements."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    Numeric,
    SmallInteger,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from domain.models.base import Base, Id, Now, TextOf
from domain.models.family import LadderPlan


class DoseStatus(StrEnum):
    PENDING = "pending"
    TAKEN = "taken"
    SKIPPED = "skipped"
    MISSED = "missed"
    NOT_ASKED = "not_asked"  # we never reached anybody, so nobody missed it
    CANCELLED = "cancelled"


class MedicineStatus(StrEnum):
    ACTIVE = "active"
    PAUSED = "paused"
    STOPPED = "stopped"


class RecordStatus(StrEnum):
    """What a record says; a correction can say less than a dose can be."""

    TAKEN = "taken"
    SKIPPED = "skipped"
    UNDONE = "undone"


class MovementReason(StrEnum):
    REFILLED = "refilled"
    COUNTED = "counted"
    TAKEN = "taken"
    GIVEN_BACK = "given_back"


class Medication(Base):
    """A medicine of one care recipient, with the schedule from which its doses are made.

    `schedule` is the JSON of :mod:`domain.medicines.schedules`; each edit raises `version`. Doses
    exist up to `expanded_until`; after an edit none is made before `doses_from`. A countable dosage
    is `dosage_amount` of `dosage_unit`, a range goes up to `dosage_most`. `instructions` say how it
    is taken ("with food"), `reason` what for ("pain"), both as typed.

    `stock` is the sum of its movements in `stock_unit`, null until somebody has counted. If the
    units differ, `stock_per_dose` of it make `stock_dose_amount` of `stock_dose_unit` (1 tablet is
    100 mg); see :class:`domain.medicines.stock.measures.Measure`. `stock_check_at` (UTC, whole
    minutes) is the timer of the refill reminder. The stock goes below zero if more was given than
    was counted, so that an undo gives back exactly what was taken.

    `ladder` is how often it is asked about, null for what the family has set. `nicknames` are what
    else the family calls it, in small letters. `is_paused_with_person`: paused
    together with everything the person takes, and resumed with it.
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
            postgresql_where=text(
                # A paused medicine has upcoming doses too, from the day it resumes.
                "(status = 'active' OR resumes_at IS NOT NULL) AND deleted_at IS NULL"
            ),
        ),
        Index(
            "ix_medications_stock_timer",
            "stock_check_at",
            postgresql_where=text("stock_check_at IS NOT NULL"),
        ),
        CheckConstraint(
            "(dosage_amount IS NULL) = (dosage_unit IS NULL)", name="amount_has_a_unit"
        ),
        CheckConstraint("dosage_amount > 0", name="dosage_is_positive"),
        CheckConstraint("dosage_most > dosage_amount", name="range_goes_up"),
        CheckConstraint(
            "dosage_most IS NULL OR dosage_amount IS NOT NULL", name="range_has_a_start"
        ),
        CheckConstraint("length(instructions) BETWEEN 1 AND 300", name="instructions_are_short"),
        CheckConstraint("length(reason) BETWEEN 1 AND 100", name="reason_is_short"),
        CheckConstraint("cardinality(nicknames) <= 5", name="nicknames_are_few"),
        CheckConstraint("ladder IN ('usual', 'steep', 'once')", name="ladder"),
        CheckConstraint("(stock IS NULL) = (stock_unit IS NULL)", name="stock_has_a_unit"),
        CheckConstraint("stock_per_dose > 0", name="stock_per_dose_is_positive"),
        CheckConstraint(
            "(stock_per_dose IS NULL) = (stock_dose_amount IS NULL)"
            " AND (stock_per_dose IS NULL) = (stock_dose_unit IS NULL)",
            name="measure_is_whole",
        ),
        CheckConstraint("stock_dose_amount > 0", name="measure_is_positive"),
        CheckConstraint("refill_days BETWEEN 1 AND 60", name="refill_days"),
        CheckConstraint(
            "resumes_at IS NULL OR status = 'paused'", name="only_what_is_paused_resumes"
        ),
        CheckConstraint(
            "status = 'paused' OR NOT is_paused_with_person", name="only_what_is_paused_is_so_with"
        ),
        CheckConstraint(
            "stock_check_at = date_trunc('minute', stock_check_at, 'UTC')",
            name="stock_timer_is_a_minute",
        ),
        ForeignKeyConstraint(
            ["family_id", "refill_promised_by_id"],
            ["family_members.family_id", "family_members.user_id"],
        ),
    )

    id: Mapped[Id]
    family_id: Mapped[UUID] = mapped_column(ForeignKey("families.id"))
    care_recipient_id: Mapped[UUID]
    name: Mapped[str]
    dosage: Mapped[str]
    dosage_amount: Mapped[Decimal | None] = mapped_column(Numeric)
    dosage_unit: Mapped[str | None]
    dosage_most: Mapped[Decimal | None] = mapped_column(Numeric)
    instructions: Mapped[str | None]
    reason: Mapped[str | None]
    ladder: Mapped[LadderPlan | None] = mapped_column(TextOf(LadderPlan))
    nicknames: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    schedule: Mapped[dict[str, Any]]
    version: Mapped[int] = mapped_column(server_default="1")
    status: Mapped[MedicineStatus] = mapped_column(
        TextOf(MedicineStatus), server_default=MedicineStatus.ACTIVE
    )
    resumes_at: Mapped[datetime | None]
    is_paused_with_person: Mapped[bool] = mapped_column(server_default="false")
    doses_from: Mapped[datetime | None]
    expanded_until: Mapped[datetime]
    stock: Mapped[Decimal | None] = mapped_column(Numeric)
    stock_unit: Mapped[str | None]
    stock_per_dose: Mapped[Decimal | None] = mapped_column(Numeric)
    stock_dose_amount: Mapped[Decimal | None] = mapped_column(Numeric)
    stock_dose_unit: Mapped[str | None]
    stock_check_at: Mapped[datetime | None]
    refill_days: Mapped[int] = mapped_column(SmallInteger, server_default="7")
    refill_promised_by_id: Mapped[UUID | None]
    refill_promised_at: Mapped[datetime | None]
    last_logged_at: Mapped[datetime | None]
    created_by_id: Mapped[UUID]
    flow_id: Mapped[UUID | None] = mapped_column(unique=True)
    created_at: Mapped[Now]
    deleted_at: Mapped[datetime | None]


class Dose(Base):
    """One occurrence of a schedule, or one intake outside it (`is_scheduled` is false).

    Name and dosage are copied when the dose is made, so that history survives edits. The latest
    record is copied here too: `taken_at` (UTC), `given` if the amount differed, `note`. `timezone`
    is the zone in which it was due, `taken_timezone` the one in which it was given; neither changes
    when the person moves. `amount` of `unit` is planned, up to `most` for a range; `moment` is the
    JSON of the part of the day that `due_at` stands for. `dose_count` is how many doses, as the
    medicine was set, were given. `next_action_at` (UTC, whole minutes) is the timer of its ladder;
    `ladder_step` and `ask_no` say what happens then, `rung` how many steps were taken. Until
    `held_until` somebody is on it. At `window_ends_at` it counts as missed.
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
        ForeignKeyConstraint(
            ["family_id", "held_by_id"], ["family_members.family_id", "family_members.user_id"]
        ),
        CheckConstraint("rung >= 0", name="rung_counts_up"),
        CheckConstraint("(held_until IS NULL) = (held_by_id IS NULL)", name="who_is_on_it"),
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
        CheckConstraint("(amount IS NULL) = (unit IS NULL)", name="amount_has_a_unit"),
        CheckConstraint(
            "(taken_at IS NULL) = (status <> 'taken')", name="what_is_taken_has_a_time"
        ),
        CheckConstraint(
            "(taken_timezone IS NULL) = (taken_at IS NULL)", name="what_is_taken_has_a_clock"
        ),
        CheckConstraint("dose_count > 0", name="dose_count_is_positive"),
        CheckConstraint("most > amount", name="range_goes_up"),
        CheckConstraint("most IS NULL OR amount IS NOT NULL", name="range_has_a_start"),
        Index(None, "care_recipient_id", "due_at"),
        Index(
            "ix_doses_taken",
            "medication_id",
            "taken_at",
            postgresql_where=text("taken_at IS NOT NULL"),
        ),
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
    timezone: Mapped[str]
    window_ends_at: Mapped[datetime]
    is_scheduled: Mapped[bool] = mapped_column(server_default="true")
    medication_name: Mapped[str]
    dosage: Mapped[str]
    amount: Mapped[Decimal | None] = mapped_column(Numeric)
    unit: Mapped[str | None]
    most: Mapped[Decimal | None] = mapped_column(Numeric)
    moment: Mapped[dict[str, Any] | None]
    status: Mapped[DoseStatus] = mapped_column(
        TextOf(DoseStatus), server_default=DoseStatus.PENDING
    )
    ladder_step: Mapped[str | None] = mapped_column(server_default="ask")
    ask_no: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    next_action_at: Mapped[datetime | None]
    snoozed_by_id: Mapped[UUID | None]
    rung: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    held_by_id: Mapped[UUID | None]
    held_until: Mapped[datetime | None]
    resolved_at: Mapped[datetime | None]
    resolved_by_id: Mapped[UUID | None]
    taken_at: Mapped[datetime | None]
    taken_timezone: Mapped[str | None]
    given: Mapped[str | None]
    dose_count: Mapped[Decimal] = mapped_column(Numeric, server_default="1")
    note: Mapped[str | None]
    created_at: Mapped[Now]


class MedicationLog(Base):
    """What a user recorded. Append-only: an undo or a correction is a new row.

    A correction has the row that it replaces as `corrects_id`; the undo of a correction also has
    that correction as `undoes_id`. `given` is the wording of an amount other than the planned one,
    which `amount` and `unit` count. `timestamp` is when it was taken, in the zone `timezone`;
    `recorded_at` is when somebody said so, by a clock that may have been set back: rows are in the
    order of `sequence`. `dose_count` is how many doses as set that was. Rows
    written by one tap share an `action_id`, so that one Undo covers all of them.
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
        UniqueConstraint("family_id", "id"),
        ForeignKeyConstraint(
            ["family_id", "corrects_id"], ["medication_logs.family_id", "medication_logs.id"]
        ),
        ForeignKeyConstraint(
            ["family_id", "undoes_id"], ["medication_logs.family_id", "medication_logs.id"]
        ),
        CheckConstraint("status IN ('taken', 'skipped', 'undone')", name="status"),
        CheckConstraint("amount > 0", name="amount_is_positive"),
        CheckConstraint("(amount IS NULL) = (unit IS NULL)", name="amount_has_a_unit"),
        CheckConstraint("dose_count > 0", name="dose_count_is_positive"),
        CheckConstraint("length(note) <= 500", name="note_is_short"),
        Index(None, "medication_id", "timestamp"),
        Index(None, "dose_id"),
        Index(None, "corrects_id"),
        Index(None, "undoes_id"),
        Index(None, "recorded_by_id", "recorded_at"),
    )

    id: Mapped[Id]
    sequence: Mapped[int] = mapped_column(BigInteger, Identity())
    family_id: Mapped[UUID] = mapped_column(ForeignKey("families.id"))
    medication_id: Mapped[UUID]
    dose_id: Mapped[UUID | None]
    action_id: Mapped[UUID]
    status: Mapped[RecordStatus] = mapped_column(TextOf(RecordStatus))
    timestamp: Mapped[datetime]
    timezone: Mapped[str]
    recorded_at: Mapped[Now]
    recorded_by_id: Mapped[UUID]
    corrects_id: Mapped[UUID | None]
    undoes_id: Mapped[UUID | None]
    given: Mapped[str | None]
    amount: Mapped[Decimal | None] = mapped_column(Numeric)
    unit: Mapped[str | None]
    dose_count: Mapped[Decimal] = mapped_column(Numeric, server_default="1")
    note: Mapped[str | None]


class StockMovement(Base):
    """One change of a medicine's stock, in its unit. Append-only: the stock is the sum of these.

    `taken` has the dose that it was for; `given_back` reverses that after an undo or a correction;
    `counted` is the difference to what somebody found in the box.
    """

    __tablename__ = "stock_movements"
    __table_args__ = (
        ForeignKeyConstraint(
            ["family_id", "medication_id"], ["medications.family_id", "medications.id"]
        ),
        ForeignKeyConstraint(["family_id", "dose_id"], ["doses.family_id", "doses.id"]),
        ForeignKeyConstraint(
            ["family_id", "recorded_by_id"], ["family_members.family_id", "family_members.user_id"]
        ),
        CheckConstraint("reason IN ('refilled', 'counted', 'taken', 'given_back')", name="reason"),
        CheckConstraint(
            "(dose_id IS NULL) = (reason IN ('refilled', 'counted'))", name="doses_take_and_give"
        ),
        Index(None, "medication_id"),
        Index(None, "dose_id"),
        Index(None, "recorded_by_id"),
    )

    id: Mapped[Id]
    family_id: Mapped[UUID] = mapped_column(ForeignKey("families.id"), index=True)
    medication_id: Mapped[UUID]
    dose_id: Mapped[UUID | None]
    change: Mapped[Decimal] = mapped_column(Numeric)
    reason: Mapped[MovementReason] = mapped_column(TextOf(MovementReason))
    recorded_by_id: Mapped[UUID]
    created_at: Mapped[Now]
