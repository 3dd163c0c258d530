"""SQLAlchemy models: the single source of truth for the schema.

Indexes and constraints are in the models, row security and grants in
:mod:`domain.models.row_security`. A test compares the revisions under ``migrations/`` with both.
"""

from domain.models.appointments import Appointment, AppointmentOccurrence, CalendarCopy, Doctor
from domain.models.base import Base, new_id
from domain.models.contacts import EmergencyContact
from domain.models.delivery import (
    AuditEvent,
    Export,
    InboundUpdate,
    Installation,
    Notification,
    SetAside,
)
from domain.models.family import (
    CareAssignment,
    CareRecipient,
    Family,
    FamilyMember,
    Invitation,
    User,
)
from domain.models.groups import FamilyGroup, GroupStay
from domain.models.medicines import Dose, Medication, MedicationLog, StockMovement

__all__ = [
    "Appointment",
    "AppointmentOccurrence",
    "AuditEvent",
    "Base",
    "CalendarCopy",
    "CareAssignment",
    "CareRecipient",
    "Doctor",
    "Dose",
    "EmergencyContact",
    "Export",
    "Family",
    "FamilyGroup",
    "FamilyMember",
    "GroupStay",
    "InboundUpdate",
    "Installation",
    "Invitation",
    "Medication",
    "MedicationLog",
    "Notification",
    "SetAside",
    "StockMovement",
    "User",
    "new_id",
]
