"""Tables of people: users, families, members, invitations, care recipients."""

from datetime import datetime, time
from enum import StrEnum
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
    select,
    text,
)
from sqlalchemy.orm import Mapped, aliased, mapped_column

from domain.models.base import Base, Id, Now, Settings, TelegramId, TextOf


class LadderPlan(StrEnum):
    """How often a dose that nobody answers is asked about; :mod:`domain.medicines.doses.ladder`."""

    USUAL = "usual"
    STEEP = "steep"
    ONCE = "once"


class HourCycle(StrEnum):
    """How a clock counts the hours; the keywords of Unicode's locale extension (BCP 47, "hc")."""

    H12 = "h12"
    H23 = "h23"


class Hears(StrEnum):
    """What a member hears about a person: each level is part of the one before."""

    EVERYTHING = "everything"  # is asked, and told what is due
    MISSED = "missed"  # doses that nobody recorded, and stocks that run low
    DIGEST = "digest"  # what is due, once in the morning
    EMERGENCIES = "emergencies"  # calls for help, and cards that reach nobody else


#: Who hears of missed doses, and of stocks that run low.
HEARS_OF_MISSED = (Hears.EVERYTHING, Hears.MISSED)


class User(Base):
    """A person with a Telegram account.

    A bot can't write first: it can reach a user once they have pressed Start (`started_at`), unless
    they have since blocked the bot (`blocked_at`). `timezone` is the user's own, null until they
    tell us. `hour_cycle` is how their clock shows hours.
    """

    __tablename__ = "users"
    __table_args__ = (CheckConstraint("hour_cycle IN ('h12', 'h23')", name="hour_cycle"),)

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
    hour_cycle: Mapped[HourCycle] = mapped_column(TextOf(HourCycle), server_default=HourCycle.H23)
    created_at: Mapped[Now]
    deleted_at: Mapped[datetime | None]


class Family(Base):
    """The tenant. All care data belongs to exactly one. In `settings`, `ladder` is a
    :class:`LadderPlan`, and `window_minutes` how long an unanswered dose is asked about, where they
    aren't the usual ones.

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
    """A user in a family. Leaving sets `left_at`; rejoining clears it.

    `hears_of_changes`: whether they are notified of what others change. `morning_at` and
    `evening_at` are when they want a digest, `quiet_from` and `quiet_until` when messages make no
    sound, all by their own clock; `digest_at` (UTC, whole minutes) is the timer of the next digest.
    `hides_names`: reminders leave out what is taken. Who `is_restricted` sees only the people whom
    their assignments let them see. `has_big_cards`: reminders are short, with one button.
    """

    __tablename__ = "family_members"
    __table_args__ = (
        UniqueConstraint("family_id", "user_id"),
        CheckConstraint("role IN ('admin', 'caregiver', 'viewer', 'recipient')", name="role"),
        CheckConstraint("NOT (is_restricted AND role = 'admin')", name="admins_see_all"),
        CheckConstraint("morning_at <> evening_at", name="digests_differ"),
        CheckConstraint(
            "(quiet_from IS NULL) = (quiet_until IS NULL) AND quiet_from <> quiet_until",
            name="quiet_hours_end",
        ),
        CheckConstraint(
            "digest_at = date_trunc('minute', digest_at, 'UTC')", name="digest_timer_is_a_minute"
        ),
        Index(
            "ix_family_members_digest_timer",
            "digest_at",
            postgresql_where=text("digest_at IS NOT NULL"),
        ),
    )

    id: Mapped[Id]
    family_id: Mapped[UUID] = mapped_column(ForeignKey("families.id"))
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), index=True)
    role: Mapped[str]
    joined_at: Mapped[Now]
    left_at: Mapped[datetime | None]
    hears_of_changes: Mapped[bool] = mapped_column(server_default="true")
    morning_at: Mapped[time | None]
    evening_at: Mapped[time | None]
    quiet_from: Mapped[time | None]
    quiet_until: Mapped[time | None]
    digest_at: Mapped[datetime | None]
    hides_names: Mapped[bool] = mapped_column(server_default="false")
    is_restricted: Mapped[bool] = mapped_column(server_default="false")
    has_big_cards: Mapped[bool] = mapped_column(server_default="false")


class Invitation(Base):
    """A single-use invitation to a family. Only a hash of its secret is stored. An admin may revoke
    it (`revoked_at`) until somebody has joined by it.
    """

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
        CheckConstraint("redeemed_at IS NULL OR revoked_at IS NULL", name="used_or_revoked"),
        Index(None, "family_id", "created_by_id"),
        Index(None, "care_recipient_id"),
        Index(None, "expires_at"),
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
    revoked_at: Mapped[datetime | None]


class CareRecipient(Base):
    """The person cared for, with their own time zone.

    `user_id` is set if they are in the family themselves and confirm their own doses.

    A pause of everything they take (hospital, respite, a holiday) began at `paused_at` and ends at
    `paused_until`, or when somebody ends it (null). With `pause_silences_appointments` there are no
    reminders of appointments during it. `pause_ends_told_at` (UTC, whole minutes) is the timer of
    the message that announces the end.
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
            # Names identify people within a family.
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
    day_times: Mapped[dict[str, Any] | None]
    paused_at: Mapped[datetime | None]
    paused_until: Mapped[datetime | None]
    pause_silences_appointments: Mapped[bool] = mapped_column(server_default="false")
    pause_ends_told_at: Mapped[datetime | None]
    created_by_id: Mapped[UUID]
    flow_id: Mapped[UUID | None] = mapped_column(unique=True)
    created_at: Mapped[Now]
    deleted_at: Mapped[datetime | None]


class CareAssignment(Base):
    """What is set for a member about a person: whether they are `asked_first` about doses, what
    they hear, and, if they are restricted, whether they see the person. Where nobody is asked
    first, or none of them is in the family any more or wants to hear everything, every admin and
    caregiver is asked.
    """

    __tablename__ = "care_assignments"
    __table_args__ = (
        UniqueConstraint("care_recipient_id", "user_id"),
        CheckConstraint("hears IN ('everything', 'missed', 'digest', 'emergencies')", name="hears"),
        ForeignKeyConstraint(
            ["family_id", "care_recipient_id"], ["care_recipients.family_id", "care_recipients.id"]
        ),
        ForeignKeyConstraint(
            ["family_id", "user_id"], ["family_members.family_id", "family_members.user_id"]
        ),
        ForeignKeyConstraint(
            ["family_id", "created_by_id"], ["family_members.family_id", "family_members.user_id"]
        ),
        Index(None, "family_id", "user_id"),
        Index(None, "created_by_id"),
    )

    id: Mapped[Id]
    family_id: Mapped[UUID] = mapped_column(ForeignKey("families.id"))
    care_recipient_id: Mapped[UUID]
    user_id: Mapped[UUID]
    asked_first: Mapped[bool] = mapped_column(server_default="false")
    hears: Mapped[Hears] = mapped_column(TextOf(Hears), server_default=Hears.EVERYTHING)
    sees: Mapped[bool] = mapped_column(server_default="false")
    created_by_id: Mapped[UUID]
    created_at: Mapped[Now]


#: Joins what is set for a statement's member about its person.
IS_THEIR_ASSIGNMENT = (CareAssignment.care_recipient_id == CareRecipient.id) & (
    CareAssignment.user_id == FamilyMember.user_id
)
_SIGHT = aliased(CareAssignment)
#: Whether a statement's member may see its person; for queries of the bot, which sees everybody.
MAY_SEE_PERSON = ~FamilyMember.is_restricted | (
    select(_SIGHT.care_recipient_id)  # the dispatcher may not read every column
    .where(
        _SIGHT.care_recipient_id == CareRecipient.id,
        _SIGHT.user_id == FamilyMember.user_id,
        _SIGHT.sees,
    )
    .correlate(CareRecipient, FamilyMember)
    .exists()
)
#: Whether a statement's member may be told about its person: one who is cared for only hears of
#: themselves.
MAY_HEAR_OF_PERSON = MAY_SEE_PERSON & (
    (FamilyMember.role != "recipient") | (FamilyMember.user_id == CareRecipient.user_id)
)
