"""Tables of groups: the Telegram group of a family, and the groups that the bot is in."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from domain.models.base import Base, Id, Now, TextOf


class Receives(StrEnum):
    """How a group's cards relate to those in private chats."""

    BESIDE = "beside"
    INSTEAD = "instead"


class Unbound(StrEnum):
    """Why a group isn't the family's any more."""

    ADMIN = "admin"  # an admin has ended it
    REPLACED = "replaced"  # by another group
    REMOVED = "removed"  # the bot was removed, or the group was deleted
    NO_RIGHT = "no_right"  # the bot may not write there


class FamilyGroup(Base):
    """A Telegram group that a family's cards go to, until `unbound_at`. `message_thread_id` is the
    topic that it was bound in, if the group has topics. `hides_names`: cards there leave out what
    is taken. `language_code` is what cards there are written in.
    """

    __tablename__ = "family_groups"
    __table_args__ = (
        UniqueConstraint("family_id", "id"),
        ForeignKeyConstraint(
            ["family_id", "bound_by_id"], ["family_members.family_id", "family_members.user_id"]
        ),
        CheckConstraint("receives IN ('beside', 'instead')", name="receives"),
        CheckConstraint("why IN ('admin', 'replaced', 'removed', 'no_right')", name="why"),
        CheckConstraint("(unbound_at IS NULL) = (why IS NULL)", name="unbound_says_why"),
        Index(None, "family_id", "bound_by_id"),
        Index(
            "uq_family_groups_bound_chat",
            "chat_id",
            unique=True,
            postgresql_where=text("unbound_at IS NULL"),
        ),
        Index(
            "uq_family_groups_bound_family",
            "family_id",
            unique=True,
            postgresql_where=text("unbound_at IS NULL"),
        ),
    )

    id: Mapped[Id]
    family_id: Mapped[UUID] = mapped_column(ForeignKey("families.id"))
    chat_id: Mapped[int] = mapped_column(BigInteger)
    message_thread_id: Mapped[int | None] = mapped_column(BigInteger)
    title: Mapped[str]
    receives: Mapped[Receives] = mapped_column(TextOf(Receives))
    hides_names: Mapped[bool] = mapped_column(server_default="false")
    language_code: Mapped[str | None]
    bound_by_id: Mapped[UUID]
    bound_at: Mapped[Now]
    unbound_at: Mapped[datetime | None]
    why: Mapped[Unbound | None] = mapped_column(TextOf(Unbound))


class GroupStay(Base):
    """A group that the bot is in, whoever it belongs to. At `leave_at` the bot leaves it, unless a
    family uses it: then that is looked at again a day later.
    """

    __tablename__ = "group_stays"
    __table_args__ = (Index(None, "leave_at"),)

    chat_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    language_code: Mapped[str | None]
    joined_at: Mapped[Now]
    leave_at: Mapped[datetime]
