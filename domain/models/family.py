"""Who: users, families, their members, invitations, and the people cared for."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    UniqueConstraint,
    column,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from domain.models.base import Base, Id, Now, Settings, TelegramId


class User(Base):
    """A person with a Telegram account.

    A bot cannot write first: `started_at` says that they pressed Start, `blocked_at` that they
    have since blocked the bot. Only in between can they be reached. `timezone` is where they are
    themselves, null until they say so.
    """

    __tablename__ = "users"

    id: Mapped[Id]
    telegram_id: Mapped[TelegramId] = mapped_column(unique=True)
    name: Mapped[str]
    language_code: Mapped[str | None]
    current_family_id: Mapped[UUID | None] = mapped_column(
        # Users and families refer to each other: this key is added once both exist.
        ForeignKey("families.id", use_alter=True)
    )
    started_at: Mapped[datetime | None]
    blocked_at: Mapped[datetime | None]
    timezone: Mapped[str | None]
    created_at: Mapped[Now]
    deleted_at: Mapped[datetime | None]


class Family(Base):
    """The tenant. All care data belongs to exactly one.

    `medications_version` rises in each transaction that changes what the list of medicines shows.
    """

    __tablename__ = "families"

    id: Mapped[Id]
    name: Mapped[str]
    settings: Mapped[Settings]
    medications_version: Mapped[int] = mapped_column(server_default="1")
    created_by_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), index=True)
    flow_id: Mapped[UUID | None] = mapped_column(unique=True)
    created_at: Mapped[Now]
    deleted_at: Mapped[datetime | None]


class FamilyMember(Base):
    """A user in a family. Leaving sets `left_at`; rejoining revives the row.

    `hears_of_changes`: whether they are told of what others change.
    """

    __tablename__ = "family_members"
    __table_args__ = (
        UniqueConstraint("family_id", "user_id"),
        CheckConstraint("role IN ('admin', 'caregiver', 'viewer', 'recipient')", name="role"),
    )

    id: Mapped[Id]
    family_id: Mapped[UUID] = mapped_column(ForeignKey("families.id"))
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), index=True)
    role: Mapped[str]
    joined_at: Mapped[Now]
    left_at: Mapped[datetime | None]
    hears_of_changes: Mapped[bool] = mapped_column(server_default="true")


class Invitation(Base):
    """A single-use link into a family. Only a hash of its secret is kept."""

    __tablename__ = "invitations"
    __table_args__ = (
        ForeignKeyConstraint(
            ["family_id", "created_by_id"], ["family_members.family_id", "family_members.user_id"]
        ),
        ForeignKeyConstraint(
            ["family_id", "care_recipient_id"], ["care_recipients.family_id", "care_recipients.id"]
        ),
        CheckConstraint("role IN ('admin', 'caregiver', 'viewer', 'recipient')", name="role"),
        CheckConstraint("octet_length(token_hash) = 32", name="token_hash_is_sha256"),
        Index(None, "family_id", "created_by_id"),
        Index(None, "care_recipient_id"),
    )

    id: Mapped[Id]
    family_id: Mapped[UUID] = mapped_column(ForeignKey("families.id"))
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    role: Mapped[str]
    care_recipient_id: Mapped[UUID | None]
    created_by_id: Mapped[UUID]
    created_at: Mapped[Now]
    expires_at: Mapped[datetime]
    redeemed_at: Mapped[datetime | None]
    redeemed_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))


class CareRecipient(Base):
    """The person cared for, with a time zone of their own.

    `user_id` is set when they are in the family themselves and confirm their own doses.

    A pause of everything they take (hospital, respite, a holiday) began at `paused_at` and ends at
    `paused_until`, null until somebody ends it; with `pause_silences_appointments` nobody is
    reminded of appointments in that time. `pause_ends_told_at` (UTC, whole minutes) is the timer
    of the message that announces the end.
    """

    __tablename__ = "care_recipients"
    __table_args__ = (
        UniqueConstraint("family_id", "id"),
        ForeignKeyConstraint(
            ["family_id", "user_id"], ["family_members.family_id", "family_members.user_id"]
        ),
        ForeignKeyConstraint(
            ["family_id", "created_by_id"], ["family_members.family_id", "family_members.user_id"]
        ),
        CheckConstraint(
            "paused_at IS NOT NULL OR (paused_until IS NULL AND pause_ends_told_at IS NULL)",
            name="only_a_pause_ends",
        ),
        CheckConstraint(
            "pause_ends_told_at = date_trunc('minute', pause_ends_told_at, 'UTC')",
            name="pause_timer_is_a_minute",
        ),
        Index(None, "user_id"),
        Index(None, "created_by_id"),
        Index(
            "ix_care_recipients_pause_timer",
            "pause_ends_told_at",
            postgresql_where=text("pause_ends_told_at IS NOT NULL"),
        ),
        Index(
            # People are told apart by their names.
            "uq_care_recipients_name",
            "family_id",
            func.lower(column("name")),
            unique=True,
            postgresql_where=text("deleted_at IS NULL"),
        ),
    )

    id: Mapped[Id]
    family_id: Mapped[UUID] = mapped_column(ForeignKey("families.id"))
    user_id: Mapped[UUID | None]
    name: Mapped[str]
    timezone: Mapped[str]
    medical_info: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    paused_at: Mapped[datetime | None]
    paused_until: Mapped[datetime | None]
    pause_silences_appointments: Mapped[bool] = mapped_column(server_default="false")
    pause_ends_told_at: Mapped[datetime | None]
    created_by_id: Mapped[UUID]
    flow_id: Mapped[UUID | None] = mapped_column(unique=True)
    created_at: Mapped[Now]
    deleted_at: Mapped[datetime | None]
