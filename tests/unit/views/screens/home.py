"""One family, its people and what it has, as facts made of any words."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import partial
from typing import TypeAlias
from uuid import UUID
from zoneinfo import ZoneInfo

from bot.ui.answer import Answer, Screen
from domain.access import Role
from domain.appointments.details import Details, DoctorNamed
from domain.appointments.occurrences.facts import OccurrenceFacts
from domain.appointments.recurrences import ByDay, Frequency, Recurrence
from domain.contacts.doctors import DoctorFacts
from domain.contacts.emergency_contacts import ContactFacts
from domain.database.scope import Member
from domain.family.families import (
    FamilyFacts,
)
from domain.family.people import Person
from domain.local_time import Weekday
from domain.medicines.dosages import Dosage
from domain.medicines.doses.facts import DoseFacts
from domain.medicines.doses.slot_cards import CardFacts
from domain.medicines.facts import MedicineFacts, OpenDose
from domain.medicines.records.outlook import Intake, Outlook
from domain.medicines.schedules.kinds import AsNeeded, WallClock
from domain.medicines.stock.levels import Stock
from domain.medicines.stock.projection import Forecast, Lasts
from domain.models.appointments import OccurrenceStatus
from domain.models.medicines import DoseStatus, MedicineStatus

View: TypeAlias = "partial[Answer] | partial[Screen]"

LONDON = ZoneInfo("Europe/London")
NEW_YORK, PARIS = ZoneInfo("America/New_York"), ZoneInfo("Europe/Paris")
NOW = datetime(2026, 11, 23, 8, 3, tzinfo=UTC)
SLOT = NOW.replace(minute=0)
AS_NEEDED = AsNeeded(date(2026, 11, 23), timedelta(hours=6), 4)
FAMILY_ID, PERSON_ID, ANNA_ID, BEN_ID, *MEDICINE_IDS = (
    UUID(int=0x018F_0000_0000_7000_8000_0000_0000_0000 + number) for number in range(40)
)


@dataclass(frozen=True)
class Words:
    """What people have typed, or are called: it may be anything."""

    person: str = "Mum"
    other_person: str = "Uncle Joe"
    family: str = "Mum's helpers"
    other_family: str = "Smith"
    anna: str = "Anna"
    ben: str = "Ben"
    medicine: str = "Aspirin"
    dosage: str = "100 mg"
    others: Sequence[tuple[str, str]] = (("Metformin", "850 mg"), ("Vitamin D", "20 drops"))
    instructions: str = "with food, by mouth"
    reason: str = "pain"
    amount_range: str = "1–2 tablets"

    @classmethod
    def all_the_same(cls, words: str) -> "Words":
        return cls(
            words,
            words,
            words,
            words,
            words,
            words,
            words,
            words,
            [(words, words)] * 2,
            words,
            words,
            words,
        )


@dataclass(frozen=True)
class Home:
    """Facts made of *words*, all of one family at one time."""

    words: Words

    def dose(self, status: DoseStatus = DoseStatus.PENDING, number: int = 0) -> DoseFacts:
        name, dosage = [(self.words.medicine, self.words.dosage), *self.words.others][number]
        is_resolved = status in (DoseStatus.TAKEN, DoseStatus.SKIPPED)
        return DoseFacts(
            id=MEDICINE_IDS[number],
            medication_id=MEDICINE_IDS[10 + number],
            care_recipient_id=PERSON_ID,
            name=name,
            dosage=dosage,
            zone=LONDON,
            local=SLOT.replace(tzinfo=None),
            due_at=SLOT,
            window_ends_at=SLOT + timedelta(hours=2),
            status=status,
            resolved_at=NOW if is_resolved else None,
            resolved_by=self.words.anna if is_resolved else None,
            resolved_by_id=ANNA_ID if is_resolved else None,
            taken_at=NOW if status is DoseStatus.TAKEN else None,
            snoozed_until=None,
            snoozed_by=None,
            person=self.words.person,
        )

    def snoozed(self, number: int = 0) -> DoseFacts:
        return replace(
            self.dose(number=number),
            snoozed_until=NOW + timedelta(minutes=10),
            snoozed_by=self.words.ben,
        )

    def card(self, *shown: DoseFacts) -> CardFacts:
        return CardFacts(
            family_id=FAMILY_ID,
            care_recipient_id=PERSON_ID,
            person=self.words.person,
            zone=LONDON,
            slot_at=SLOT,
            doses=shown,
        )

    def all_three(self, *statuses: DoseStatus) -> list[DoseFacts]:
        return [self.dose(status, number) for number, status in enumerate(statuses)]

    @property
    def member(self) -> Member:
        return Member(ANNA_ID, self.words.anna, FAMILY_ID, self.words.family, Role.ADMIN)

    @property
    def family(self) -> FamilyFacts:
        return FamilyFacts(FAMILY_ID, self.words.family)

    @property
    def person(self) -> Person:
        return Person(PERSON_ID, self.words.person, LONDON)

    @property
    def other_person(self) -> Person:
        return Person(UUID(int=PERSON_ID.int + 1), self.words.other_person, LONDON)

    @property
    def saved(self) -> MedicineFacts:
        return MedicineFacts(
            id=MEDICINE_IDS[0],
            name=self.words.medicine,
            dosage=Dosage(self.words.dosage),
            schedule=WallClock((time(8), time(20)), date(2026, 11, 23)),
            status=MedicineStatus.ACTIVE,
            resumes_at=None,
            version=1,
            person_id=PERSON_ID,
            person=self.words.person,
            zone=LONDON,
            family_name=self.words.family,
            first_due_at=SLOT + timedelta(hours=12),
        )

    @property
    def open_dose(self) -> OpenDose:
        return OpenDose(
            id=MEDICINE_IDS[0],
            due_at=SLOT,
            window_ends_at=SLOT + timedelta(hours=2),
            zone=LONDON,
            dosage=Dosage(self.words.dosage),
            snoozed_until=None,
        )

    @property
    def outlook(self) -> Outlook:
        return Outlook(
            medicine=self.saved,
            at=NOW,
            last=self.intake(NOW - timedelta(hours=3, minutes=10)),
            following=None,
            others=Decimal(2),
            limit=None,
            interval=None,
            next_at=NOW + timedelta(hours=2, minutes=50),
            candidates=(),
            intakes=(),
            doubts=frozenset(),
            seen=1,
        )

    def intake(self, at: datetime) -> Intake:
        return Intake(
            MEDICINE_IDS[8], at, LONDON, self.words.anna, self.words.dosage, Decimal("1.5")
        )

    @property
    def appointment(self) -> OccurrenceFacts:
        starts_at = datetime(2026, 11, 24, 14, 30, tzinfo=UTC)
        return OccurrenceFacts(
            id=MEDICINE_IDS[5],
            family_id=FAMILY_ID,
            appointment_id=MEDICINE_IDS[6],
            version=1,
            person_id=PERSON_ID,
            person=self.words.person,
            zone=LONDON,
            details=Details(self.words.medicine),
            recurrence=None,
            starts_at=starts_at,
            ends_at=starts_at + timedelta(hours=1),
            moved_from=None,
            status=OccurrenceStatus.PLANNED,
            driver_id=None,
            driver=None,
            outcome=None,
            outcome_by=None,
            outcome_at=None,
        )

    @property
    def series(self) -> OccurrenceFacts:
        """With all that can be said of one."""
        words, one = self.words, self.appointment
        tuesdays = Recurrence(
            Frequency.WEEKLY,
            by_day=(ByDay(Weekday.TUESDAY),),
            until=datetime(2027, 3, 1, 23, 59, 59),
        )
        return replace(
            one,
            details=Details(
                title=words.medicine,
                duration=timedelta(minutes=90),
                doctor=DoctorNamed(words.ben, ANNA_ID, phone="+442079460018"),
                place=words.family,
                bring=words.dosage,
                note=words.other_person,
                remind_before=(2880, 60),
            ),
            recurrence=tuesdays,
            moved_from=one.starts_at - timedelta(hours=2),
            driver_id=ANNA_ID,
            driver=words.anna,
        )

    @property
    def doctor(self) -> DoctorFacts:
        return DoctorFacts(
            id=MEDICINE_IDS[7],
            person_id=PERSON_ID,
            person=self.words.person,
            zone=LONDON,
            name=self.words.ben,
            specialty=self.words.medicine,
            phone="+442079460018",
            address=self.words.family,
            note=self.words.other_person,
        )

    @property
    def contact(self) -> ContactFacts:
        return ContactFacts(
            id=MEDICINE_IDS[8],
            person_id=PERSON_ID,
            person=self.words.person,
            name=self.words.ben,
            relation=self.words.medicine,
            phone="+442079460020",
            note=self.words.other_person,
        )

    @property
    def stock(self) -> Stock:
        return Stock(
            amount=Decimal("12.5"),
            unit="tablet",
            measure=None,
            unmeasured=None,
            refill_days=7,
            forecast=Forecast(Lasts.RUNS_OUT, 12, NOW + timedelta(days=12)),
            promised_by=None,
        )


def after_a_move(dose: DoseFacts) -> DoseFacts:
    """The person lives in New York since."""
    zone = LONDON if dose.status is DoseStatus.TAKEN else None
    return replace(dose, taken_zone=zone, home_zone=NEW_YORK)


def due_in_paris(dose: DoseFacts) -> DoseFacts:
    return replace(dose, zone=PARIS, local=dose.local + timedelta(hours=1), home_zone=LONDON)
