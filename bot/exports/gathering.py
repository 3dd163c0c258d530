"""Gathers an export: a page in a transaction, written by a thread before the next one is read."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any, Protocol, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from bot.features.appointments.views.calendar_files import ics
from bot.features.overview.views.leaving import export as views
from bot.ui.answer import Screen
from bot.ui.words.regimens.schedules import schedule_in_words
from domain.appointments.calendars import copy_entries
from domain.clock import Clock
from domain.database.scope import Scope
from domain.overview.export import fhir, reading
from domain.overview.export.facts import ExportedPerson, Reader
from domain.overview.export.files import (
    ExportFolder,
    appointment_row,
    contact_row,
    doctor_row,
    dose_row,
    medicine_row,
    stock_row,
)

T = TypeVar("T")

MOST_DOSES = 50_000  # four a day for 34 years; all three files of them are 100 MB before packing


class Read(Protocol):
    """Reads in a transaction of its own, as the member who asked."""

    async def __call__(self, read: Callable[[Scope], Awaitable[T]]) -> T: ...


class Gathering:
    """The files of one export. *show* shows how far it is."""

    def __init__(
        self, read: Read, show: Callable[[Screen], Awaitable[None]], *, clock: Clock
    ) -> None:
        self._read = read
        self._show = show
        self._clock = clock
        self._doses = 0
        self.is_cut = False  # there are more than MOST_DOSES

    async def gather(self, reader: Reader, path: Path) -> ExportFolder:
        """Write the files into *path*, an empty folder. Raises NotFound and NotAllowed once the
        member has left.
        """
        now = self._clock.now()
        members = await self._read(reading.read_members)
        people = await self._read(reading.read_people)
        head = {
            "exported_at": now,
            "exported_by": reader.name,
            "role": reader.role,
            "family": {"id": reader.family_id, "name": reader.family_name},
            "members": members,
            "people": people,
        }
        folder = await asyncio.to_thread(ExportFolder, path, head=head, now=now)
        contacts = await self._read(reading.read_contacts)
        patients = [fhir.patient(person, contacts=contacts) for person in people]
        await self._add_entries(folder, patients)
        await asyncio.to_thread(folder.add_items, "contacts", contacts)
        await asyncio.to_thread(folder.add_rows, "contacts", map(contact_row, contacts))
        medicines = await self._add_medicines(folder, people)
        await self._add_doses(folder, people, medicines)
        await self._add_stock(folder, medicines)
        doctors = await self._add_doctors(folder, people)
        await self._add_appointments(folder, people, doctors)
        entries = await self._read(copy_entries)
        calendar = await asyncio.to_thread(ics, entries, now=now)
        await asyncio.to_thread(folder.add_text, "calendar.ics", calendar)
        is_cut_to = MOST_DOSES if self.is_cut else None
        readme = views.readme(reader, now=now, is_cut_to=is_cut_to)
        await asyncio.to_thread(folder.add_text, "README.txt", readme)
        return folder

    async def _add_medicines(
        self, folder: ExportFolder, people: Sequence[ExportedPerson]
    ) -> Sequence[UUID]:
        now = self._clock.now()
        ids: list[UUID] = []
        for person in people:
            medicines = await self._read(partial(reading.read_medicines, person_id=person.id))
            words = {
                each.id: schedule_in_words(
                    each.schedule, zone=ZoneInfo(each.timezone), today=date.min
                )
                for each in medicines
            }
            await asyncio.to_thread(folder.add_items, "medicines", medicines)
            rows = [medicine_row(each, schedule=words[each.id]) for each in medicines]
            await asyncio.to_thread(folder.add_rows, "medicines", rows)
            resources = [
                resource
                for each in medicines
                for resource in fhir.medicine_resources(each, text=words[each.id], now=now)
            ]
            await self._add_entries(folder, resources)
            ids += [each.id for each in medicines]
        return ids

    async def _add_doses(
        self, folder: ExportFolder, people: Sequence[ExportedPerson], medicines: Sequence[UUID]
    ) -> None:
        known = set(medicines)
        for person in people:
            before = None
            while doses := await self._read(
                partial(reading.read_doses, person_id=person.id, before=before)
            ):
                room = MOST_DOSES - self._doses
                self.is_cut |= len(doses) > room
                doses = doses[:room]
                await asyncio.to_thread(folder.add_items, "doses", doses)
                await asyncio.to_thread(folder.add_rows, "doses", map(dose_row, doses))
                await self._add_entries(
                    folder, [fhir.administration(dose, known=known) for dose in doses]
                )
                self._doses += len(doses)
                if self.is_cut:
                    return
                before = (doses[-1].due_at, doses[-1].id)
                if self._doses % (10 * reading.PAGE) == 0:
                    await self._show(views.gathering(self._doses))

    async def _add_stock(self, folder: ExportFolder, medicines: Sequence[UUID]) -> None:
        for medication_id in medicines:
            after = None
            while movements := await self._read(
                partial(reading.read_movements, medication_id=medication_id, after=after)
            ):
                await asyncio.to_thread(folder.add_items, "stock_movements", movements)
                await asyncio.to_thread(folder.add_rows, "stock", map(stock_row, movements))
                after = movements[-1].id

    async def _add_doctors(
        self, folder: ExportFolder, people: Sequence[ExportedPerson]
    ) -> Sequence[UUID]:
        ids: list[UUID] = []
        for person in people:
            doctors = await self._read(partial(reading.read_doctors, person_id=person.id))
            await asyncio.to_thread(folder.add_items, "doctors", doctors)
            await asyncio.to_thread(folder.add_rows, "doctors", map(doctor_row, doctors))
            await self._add_entries(folder, list(map(fhir.practitioner, doctors)))
            ids += [each.id for each in doctors]
        return ids

    async def _add_appointments(
        self, folder: ExportFolder, people: Sequence[ExportedPerson], doctors: Sequence[UUID]
    ) -> None:
        known = set(doctors)
        for person in people:
            after = None
            while found := await self._read(
                partial(reading.read_appointments, person_id=person.id, after=after)
            ):
                await asyncio.to_thread(folder.add_items, "appointments", found)
                await asyncio.to_thread(
                    folder.add_rows, "appointments", map(appointment_row, found)
                )
                await self._add_entries(
                    folder, [fhir.appointment(each, doctors=known) for each in found]
                )
                after = (found[-1].starts_at, found[-1].id)

    async def _add_entries(self, folder: ExportFolder, resources: list[dict[str, Any]]) -> None:
        await asyncio.to_thread(folder.add_entries, list(map(fhir.entry, resources)))
