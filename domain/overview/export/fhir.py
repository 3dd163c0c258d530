"""What is exported as FHIR R5 resources (https://hl7.org/fhir/R5/), as JSON values.

Nothing is said that nobody knows: a dose that nobody recorded is `unknown`, never `not-done`, and
an appointment that has passed stays `booked` unless somebody has said how it went.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from domain.models.appointments import OccurrenceStatus
from domain.models.medicines import DoseStatus, MedicineStatus
from domain.overview.export.facts import (
    ExportedAppointment,
    ExportedContact,
    ExportedDoctor,
    ExportedDose,
    ExportedMedicine,
    ExportedPerson,
)
from domain.overview.export.timing import dosages_of, quantity

_REQUEST_STATUS = {
    MedicineStatus.ACTIVE: "active",
    MedicineStatus.PAUSED: "on-hold",
    MedicineStatus.STOPPED: "stopped",
}
_ADMINISTRATION_STATUS = {
    DoseStatus.TAKEN: "completed",
    DoseStatus.SKIPPED: "not-done",
    DoseStatus.MISSED: "unknown",
    DoseStatus.NOT_ASKED: "unknown",
    DoseStatus.PENDING: "unknown",
}
_NOBODY_RECORDED = "Nobody recorded whether it was given."


def entry(resource: dict[str, Any]) -> dict[str, Any]:
    """An entry of a bundle."""
    return {"fullUrl": f"urn:uuid:{resource['id']}", "resource": resource}


def patient(person: ExportedPerson, *, contacts: Sequence[ExportedContact] = ()) -> dict[str, Any]:
    """With those of the *contacts* who are theirs, or everybody's, in the order of calling."""
    resource: dict[str, Any] = {
        "resourceType": "Patient",
        "id": str(person.id),
        "name": [{"text": person.name}],
    }
    theirs = [each for each in contacts if each.person_id in (None, person.id)]
    if theirs:
        resource["contact"] = [_contact(each, rank=rank) for rank, each in enumerate(theirs, 1)]
    return resource


def _contact(contact: ExportedContact, *, rank: int) -> dict[str, Any]:
    found: dict[str, Any] = {
        "name": {"text": contact.name},
        "telecom": [{"system": "phone", "value": contact.phone, "rank": rank}],
    }
    if contact.relation:
        found["relationship"] = [{"text": contact.relation}]
    return found


def practitioner(doctor: ExportedDoctor) -> dict[str, Any]:
    resource: dict[str, Any] = {
        "resourceType": "Practitioner",
        "id": str(doctor.id),
        "name": [{"text": doctor.name}],
    }
    if doctor.phone:
        resource["telecom"] = [{"system": "phone", "value": doctor.phone}]
    if doctor.address:
        resource["address"] = [{"text": doctor.address}]
    if doctor.specialty:
        resource["qualification"] = [{"code": {"text": doctor.specialty}}]
    return resource


def medicine_resources(
    medicine: ExportedMedicine, *, text: str, now: datetime
) -> list[dict[str, Any]]:
    """What is to be given, and that it's being taken; *text* is the schedule in words."""
    zone = ZoneInfo(medicine.timezone)
    dosages = dosages_of(medicine.schedule, medicine.dosage, zone=zone, text=text, now=now)
    if medicine.instructions:
        for dosage in dosages:
            dosage["additionalInstruction"] = [{"text": medicine.instructions}]
    shared: dict[str, Any] = {
        "medication": {"concept": {"text": medicine.name}},
        "subject": _reference(medicine.person_id, display=medicine.person),
    }
    if medicine.reason:
        shared["reason"] = [{"concept": {"text": medicine.reason}}]
    request = {
        "resourceType": "MedicationRequest",
        "id": str(medicine.id),
        "status": _REQUEST_STATUS[medicine.status],
        "intent": "plan",  # kept by the family: an order would be a doctor's
        "authoredOn": medicine.created_at.isoformat(),
        "dosageInstruction": dosages,
        **shared,
    }
    statement = {
        "resourceType": "MedicationStatement",
        "id": str(uuid5(medicine.id, "statement")),
        "status": "recorded",
        "effectivePeriod": {"start": medicine.created_at.isoformat()},
        "dateAsserted": now.isoformat(),
        "dosage": dosages,
        **shared,
    }
    return [request, statement]


def administration(dose: ExportedDose, *, known: Collection[UUID]) -> dict[str, Any]:
    """What became of a dose. *known* are the medicines in the same bundle."""
    is_taken = dose.status is DoseStatus.TAKEN and dose.taken_at is not None
    at = dose.taken_at if is_taken and dose.taken_at is not None else dose.due_at
    zone = ZoneInfo((dose.taken_timezone if is_taken else None) or dose.timezone)
    resource: dict[str, Any] = {
        "resourceType": "MedicationAdministration",
        "id": str(dose.id),
        "status": _ADMINISTRATION_STATUS[dose.status],
        "medication": {"concept": {"text": dose.medicine}},
        "subject": _reference(dose.person_id, display=dose.person),
        "occurenceDateTime": at.astimezone(zone).isoformat(),  # spelled so in R5
    }
    if dose.medication_id in known:
        resource["request"] = _reference(dose.medication_id)
    if is_taken:
        resource["dosage"] = {"text": dose.given or dose.dosage}
        if dose.given is None and dose.amount is not None and dose.unit is not None:
            resource["dosage"]["dose"] = quantity(dose.amount, dose.unit)
    notes = [_note(dose)] if dose.records else []
    if resource["status"] == "unknown":
        notes.append({"text": _NOBODY_RECORDED})
    if dose.note:
        notes.append({"text": dose.note})
    if notes:
        resource["note"] = notes
    if dose.records:
        resource["recorded"] = dose.records[-1].recorded_at.isoformat()
    return resource


def _note(dose: ExportedDose) -> dict[str, Any]:
    last = dose.records[-1]
    return {
        "authorString": last.recorded_by,
        "time": last.recorded_at.isoformat(),
        "text": f"Last recorded as: {last.status.value}",
    }


def appointment(occurrence: ExportedAppointment, *, doctors: Collection[UUID]) -> dict[str, Any]:
    """One time of an appointment. *doctors* are those in the same bundle."""
    zone = ZoneInfo(occurrence.timezone)
    with_person = _reference(occurrence.person_id, display=occurrence.person)
    participants = [{"actor": with_person, "status": "accepted"}]
    if occurrence.doctor_id in doctors and occurrence.doctor_id is not None:
        doctor = _reference(occurrence.doctor_id, display=occurrence.doctor)
        participants.append({"actor": doctor, "status": "accepted"})
    resource: dict[str, Any] = {
        "resourceType": "Appointment",
        "id": str(occurrence.id),
        "status": _appointment_status(occurrence),
        "description": occurrence.title,
        "start": occurrence.starts_at.astimezone(zone).isoformat(),
        "end": occurrence.ends_at.astimezone(zone).isoformat(),
        "subject": with_person,
        "participant": participants,
    }
    notes = [each for each in (occurrence.note, occurrence.bring, occurrence.outcome) if each]
    if notes:
        resource["note"] = [{"text": note} for note in notes]
    return resource


def _appointment_status(occurrence: ExportedAppointment) -> str:
    if occurrence.status is not OccurrenceStatus.PLANNED:
        return "cancelled"
    return "fulfilled" if occurrence.outcome else "booked"


def _reference(resource_id: UUID, *, display: str | None = None) -> dict[str, str]:
    found = {"reference": f"urn:uuid:{resource_id}"}
    return found if display is None else {**found, "display": display}
