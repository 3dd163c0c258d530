"""The table of emergency contacts."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from domain.models.base import Base, Id, Now


class EmergencyContact(Base):
    """Somebody to call in an emergency of one care recipient, or (`care_recipient_id` is null) of
    anybody whom the family cares for. The lowest `position` is called first. `phone` is E.164.
    """

    __tablename__ = "emergency_contacts"
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
        CheckConstraint("position >= 0", name="position"),
        Index(None, "family_id", "position"),
        Index(None, "care_recipient_id"),
        Index(None, "created_by_id"),
    )

    id: Mapped[Id]
    family_id: Mapped[UUID] = mapped_column(ForeignKey("families.id"))
    care_recipient_id: Mapped[UUID | None]
    name: Mapped[str]
    relation: Mapped[str | None]
    phone: Mapped[str]
    note: Mapped[str | None]
    position: Mapped[int]
    created_by_id: Mapped[UUID]
    flow_id: Mapped[UUID | None] = mapped_column(unique=True)
    created_at: Mapped[Now]
    deleted_at: Mapped[datetime | None]
