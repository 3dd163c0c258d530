"""Tables of delivery: the inbox of updates, the outbox of notifications, set-asides, the audit."""

from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    SmallInteger,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from domain.models.base import Base, Id, Now, TextOf

OPEN_NOTIFICATION = "status = 'pending' OR shown_version < wanted_version"


class Lane(IntEnum):
    """The order in which messages go out when Telegram's limits make them wait."""

    INTERACTIVE = 0
    CRITICAL = 1
    DUE = 2
    ESCALATION = 3
    EDITS = 4
    APPOINTMENTS = 5
    DIGESTS = 6


class Kind(StrEnum):
    """What a message is about."""

    SLOT_CARD = "slot_card"
    MISSED = "missed"
    NOT_ASKED = "not_asked"
    JOINED = "joined"
    REFILL = "refill"
    APPOINTMENT = "appointment"
    RECORD_CHANGED = "record_changed"
    PAUSE_ENDS = "pause_ends"
    CALENDAR = "calendar"
    CHANGES = "changes"
    ALARM = "alarm"
    UNREACHABLE = "unreachable"
    ASKED_FIRST = "asked_first"
    TEST = "test"
    DIGEST = "digest"
    MEMBERSHIP = "membership"
    GROUP = "group"

    @property
    def lane(self) -> Lane:
        """The default lane of such messages."""
        return _LANES[self]


_LANES = {
    Kind.SLOT_CARD: Lane.DUE,
    Kind.MISSED: Lane.ESCALATION,
    Kind.NOT_ASKED: Lane.ESCALATION,
    Kind.JOINED: Lane.DIGESTS,
    Kind.REFILL: Lane.DIGESTS,
    Kind.APPOINTMENT: Lane.APPOINTMENTS,
    Kind.RECORD_CHANGED: Lane.DIGESTS,
    Kind.PAUSE_ENDS: Lane.DIGESTS,
    Kind.CALENDAR: Lane.APPOINTMENTS,
    Kind.CHANGES: Lane.APPOINTMENTS,
    Kind.ALARM: Lane.CRITICAL,
    Kind.UNREACHABLE: Lane.ESCALATION,
    Kind.ASKED_FIRST: Lane.DIGESTS,
    Kind.TEST: Lane.DUE,
    Kind.DIGEST: Lane.DIGESTS,
    Kind.MEMBERSHIP: Lane.DIGESTS,
    Kind.GROUP: Lane.ESCALATION,
}


class NotificationStatus(StrEnum):
    PENDING = "pending"
    SENT = "sent"
    CLOSED = "closed"  # its reader has left the family: the content is gone, and it stays so
    UNREACHABLE = "unreachable"
    OBSOLETE = "obsolete"  # resolved before it was sent
    FAILED = "failed"


class Notification(Base):
    """One message to one member, or to the family's group: *facts*, rendered when sent, then the
    record of what was sent.

    Edits are by wanted state: whoever changes what a card should say raises `wanted_version`;
    delivery renders, edits and sets `shown_version`. `maybe_sent`: a send has begun whose outcome
    is unknown, so the next one says that it may be a repeat. `menu_dose_id` is the dose whose Skip
    and Snooze this reader has opened. A slot with more doses than fit on a card has several cards,
    numbered by `part`. `leased_by` is the process that is sending or editing it. Without a
    `message_id` a sent message can't be edited: Telegram's response lacked the id.
    """

    __tablename__ = "notifications"
    __table_args__ = (
        UniqueConstraint(
            "care_recipient_id",
            "slot_at",
            "user_id",
            "kind",
            "ask_no",
            "part",
            name="uq_notifications_card",
        ),
        ForeignKeyConstraint(
            ["family_id", "care_recipient_id"], ["care_recipients.family_id", "care_recipients.id"]
        ),
        ForeignKeyConstraint(
            ["family_id", "user_id"], ["family_members.family_id", "family_members.user_id"]
        ),
        ForeignKeyConstraint(
            ["family_id", "group_id"], ["family_groups.family_id", "family_groups.id"]
        ),
        ForeignKeyConstraint(["family_id", "menu_dose_id"], ["doses.family_id", "doses.id"]),
        CheckConstraint(
            "kind IN ('slot_card', 'missed', 'not_asked', 'joined', 'refill', 'appointment',"
            " 'record_changed', 'pause_ends', 'calendar', 'changes', 'alarm', 'unreachable',"
            " 'asked_first', 'test', 'digest', 'membership', 'group')",
            name="kind",
        ),
        CheckConstraint("num_nonnulls(user_id, group_id) = 1", name="has_one_receiver"),
        CheckConstraint("group_id IS NULL OR kind = 'slot_card'", name="groups_get_cards"),
        CheckConstraint(
            "status IN ('pending', 'sent', 'closed', 'unreachable', 'obsolete', 'failed')",
            name="status",
        ),
        CheckConstraint(
            "status <> 'sent' OR (chat_id IS NOT NULL AND sent_at IS NOT NULL)",
            name="sent_is_recorded",
        ),
        Index(None, "family_id", "user_id"),
        Index(None, "user_id"),
        Index(
            "uq_notifications_group_card",
            "group_id",
            "care_recipient_id",
            "slot_at",
            "ask_no",
            "part",
            unique=True,
            postgresql_where=text("group_id IS NOT NULL"),
        ),
        Index(
            # All changes by others within a minute are one message.
            "uq_notifications_changes",
            "family_id",
            "user_id",
            "slot_at",
            unique=True,
            postgresql_where=text("kind = 'changes'"),
        ),
        # For whoever deletes old ones: small, and costs nothing where messages are written.
        Index(None, "created_at", postgresql_using="brin"),
        Index(
            "ix_notifications_open", "lane", "deadline_at", postgresql_where=text(OPEN_NOTIFICATION)
        ),
    )

    id: Mapped[Id]
    family_id: Mapped[UUID] = mapped_column(ForeignKey("families.id"))
    user_id: Mapped[UUID | None]
    group_id: Mapped[UUID | None]
    care_recipient_id: Mapped[UUID | None]
    kind: Mapped[str]
    slot_at: Mapped[datetime | None]
    ask_no: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    part: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    lane: Mapped[int] = mapped_column(SmallInteger)
    deadline_at: Mapped[datetime]
    facts: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    status: Mapped[NotificationStatus] = mapped_column(
        TextOf(NotificationStatus), server_default=NotificationStatus.PENDING
    )
    reason: Mapped[str | None]
    not_before: Mapped[datetime | None]
    leased_by: Mapped[UUID | None]
    leased_until: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    maybe_sent: Mapped[bool] = mapped_column(server_default="false")
    wanted_version: Mapped[int] = mapped_column(Integer, server_default="1")
    shown_version: Mapped[int] = mapped_column(Integer, server_default="0")
    shown_dose_ids: Mapped[list[UUID] | None] = mapped_column(ARRAY(Uuid))
    menu_dose_id: Mapped[UUID | None]
    chat_id: Mapped[int | None] = mapped_column(BigInteger)
    message_id: Mapped[int | None] = mapped_column(BigInteger)
    sent_at: Mapped[datetime | None]
    created_at: Mapped[Now]


class Origin(StrEnum):
    """The kind of chat in which somebody acts."""

    PRIVATE = "private"
    GROUP = "group"


class SetAside(Base):
    """Work that failed for one row. It waits until `retry_at`, or (null) for an operator, and
    blocks nothing else.

    `kind` is the work that failed, `subject_id` the row. `reason` is the type of the error and the
    line of code, never its message.
    """

    __tablename__ = "set_asides"
    __table_args__ = (
        UniqueConstraint("kind", "subject_id"),
        CheckConstraint(
            "kind IN ('dose', 'appointment', 'stock', 'pause', 'expansion', 'series', 'digest',"
            " 'invitation', 'notification')",
            name="kind",
        ),
        CheckConstraint("failures > 0", name="has_failed"),
        Index(None, "family_id"),
    )

    id: Mapped[Id]
    family_id: Mapped[UUID] = mapped_column(ForeignKey("families.id"))
    kind: Mapped[str]
    subject_id: Mapped[UUID]
    reason: Mapped[str]
    failures: Mapped[int] = mapped_column(SmallInteger, server_default="1")
    failed_at: Mapped[Now]
    retry_at: Mapped[datetime | None]


class AuditEvent(Base):
    """Who did what to which row. Append-only; `actor_id` is null if the bot itself did it.

    An undo has the event that it undoes as `undoes_id`. `origin` is the kind of chat in which they
    did it, null where nobody knows.
    """

    __tablename__ = "audit_events"
    __table_args__ = (
        ForeignKeyConstraint(
            ["family_id", "actor_id"], ["family_members.family_id", "family_members.user_id"]
        ),
        UniqueConstraint("family_id", "id"),
        ForeignKeyConstraint(
            ["family_id", "undoes_id"], ["audit_events.family_id", "audit_events.id"]
        ),
        CheckConstraint("origin IN ('private', 'group')", name="origin"),
        Index(None, "family_id", "created_at"),
        Index(None, "subject_id"),
        Index(None, "undoes_id"),
    )

    id: Mapped[Id]
    family_id: Mapped[UUID] = mapped_column(ForeignKey("families.id"))
    actor_id: Mapped[UUID | None]
    action: Mapped[str]
    subject_type: Mapped[str]
    subject_id: Mapped[UUID]
    undoes_id: Mapped[UUID | None]
    before: Mapped[dict[str, Any] | None]
    after: Mapped[dict[str, Any] | None]
    origin: Mapped[Origin | None] = mapped_column(TextOf(Origin))
    created_at: Mapped[Now]


class UpdateStatus(StrEnum):
    OPEN = "open"
    APPLIED = "applied"  # its effect is committed, its answer still has to be sent
    DONE = "done"
    SET_ASIDE = "set_aside"


class InboundUpdate(Base):
    """An update as fetched, kept until it has taken effect and been answered.

    open → applied (the effect is committed, `answer` still has to be sent) → done; or set_aside
    after three failures. `payload` and `answer` are erased when it's done; of a set-aside update
    they are kept for a week, for an operator to retry. The id is kept as long, so that a repeat is
    recognised.

    So is what identifies an edit of a message: its `message_id`, a digest of its text, the `acts`
    (in the audit or the log) that it led to, in the family `acted_in`, and whether it `was_answer`
    to a question. A press that did what an edited message says has them, too.
    """

    __tablename__ = "inbound_updates"
    __table_args__ = (
        CheckConstraint("status IN ('open', 'applied', 'done', 'set_aside')", name="status"),
        CheckConstraint(
            "status <> 'done' OR (payload IS NULL AND answer IS NULL)",
            name="done_updates_keep_no_content",
        ),
        Index(
            "ix_inbound_updates_unfinished",
            "chat_id",
            "update_id",
            postgresql_where=text("status IN ('open', 'applied')"),
        ),
        Index(
            "ix_inbound_updates_message",
            "chat_id",
            "message_id",
            postgresql_where=text("message_id IS NOT NULL"),
        ),
        Index(None, "received_at"),
    )

    update_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    chat_id: Mapped[int] = mapped_column(BigInteger)
    payload: Mapped[dict[str, Any] | None]
    answer: Mapped[dict[str, Any] | None]
    status: Mapped[UpdateStatus] = mapped_column(
        TextOf(UpdateStatus), server_default=UpdateStatus.OPEN
    )
    attempts: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    leased_by: Mapped[UUID | None]
    leased_until: Mapped[datetime | None]
    reason: Mapped[str | None]
    received_at: Mapped[Now]
    message_id: Mapped[int | None] = mapped_column(BigInteger)
    text_digest: Mapped[bytes | None]
    acts: Mapped[list[UUID] | None] = mapped_column(ARRAY(Uuid))
    acted_in: Mapped[UUID | None]
    was_answer: Mapped[bool] = mapped_column(server_default="false")


class Installation(Base):
    """The database that messages are sent from: one row. Restored elsewhere it is another one, and
    nothing is sent from it until an operator says so.
    """

    __tablename__ = "installations"
    __table_args__ = (CheckConstraint("id = 1", name="is_one"),)

    id: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    database_identity: Mapped[str]
    resumed_at: Mapped[Now]
