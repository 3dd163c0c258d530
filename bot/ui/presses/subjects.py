"""The subjects of buttons: a dose, a medicine, a person, a member, an appointment and others."""

from dataclasses import dataclass
from uuid import UUID

from bot.ui.presses.press import NOWHERE, Press


@dataclass(frozen=True, kw_only=True)
class OfDose(Press):
    dose_id: UUID


@dataclass(frozen=True, kw_only=True)
class OfMedicine(Press):
    medication_id: UUID


@dataclass(frozen=True, kw_only=True)
class OfPerson(Press):
    """About a person the family cares for."""

    person_id: UUID


@dataclass(frozen=True, kw_only=True)
class OfMember(Press):
    """About a member of the family."""

    user_id: UUID


@dataclass(frozen=True, kw_only=True)
class OfOccurrence(Press):
    """About an appointment, or one date of a series."""

    occurrence_id: UUID


@dataclass(frozen=True, kw_only=True)
class OfDoctor(Press):
    doctor_id: UUID


@dataclass(frozen=True, kw_only=True)
class OfContact(Press):
    """About an emergency contact."""

    contact_id: UUID


@dataclass(frozen=True, kw_only=True)
class OfGroup(Press):
    """About the family's group."""

    group_id: UUID


@dataclass(frozen=True, kw_only=True)
class OfAction(Press):
    """About the action that its message reports. The action's id is filled in once it has
    happened.
    """

    family_id: UUID = NOWHERE
    action_id: UUID = NOWHERE
