"""The family's doctors, in the form that the grammar needs."""

from collections.abc import Sequence

from bot.grammar.known_doctors import KnownDoctor
from bot.ui.distinct_labels import doctor_labels
from domain.contacts.doctors import list_doctors
from domain.database.scope import Scope


async def list_known_doctors(scope: Scope) -> Sequence[KnownDoctor]:
    """Each with a label that distinguishes doctors of the same name and can be typed, too."""
    found = await list_doctors(scope)
    return [
        KnownDoctor(doctor.name, doctor.id, doctor.person_id, label)
        for doctor, label in zip(found, doctor_labels(found), strict=True)
    ]
