"""What buttons are about: a dose, a medicine, a person, an appointment, a doctor, an act."""

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
    """Of one who is cared for."""

    person_id: UUID


@dataclass(frozen=True, kw_only=True)
class OfOccurrence(Press):
    """Of an appointment: of a series, the one of a day."""

    occurrence_id: UUID


@dataclass(frozen=True, kw_only=True)
class OfDoctor(Press):
    doctor_id: UUID


@dataclass(frozen=True, kw_only=True)
class OfAction(Press):
    """Of what its message says was done. Which action that is is put in once it is done."""

    family_id: UUID = NOWHERE
    action_id: UUID = NOWHERE
