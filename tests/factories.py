"""A family and what belongs to it, made by the operations that people use.

Plain functions, each doing one thing: a test says which people and medicines it needs.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import partial
from itertools import count
from typing import Any, TypeVar
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from sqlalchemy import select

from domain.access import Role
from domain.appointments.adding import add_appointment
from domain.appointments.details import Details, NewAppointment
from domain.appointments.occurrences.facts import OccurrenceFacts
from domain.appointments.recurrences import Recurrence
from domain.contacts import doctors, emergency_contacts
from domain.contacts.doctors import DoctorFacts, NewDoctor
from domain.contacts.emergency_contacts import ContactFacts, NewContact
from domain.database.requests import as_dispatch, as_family, as_newcomer, as_user
from domain.database.scope import Scope
from domain.database.unit_of_work import Database
from domain.delivery import claims, outcomes
from domain.delivery.claims import ClaimedNotification
from domain.delivery.outcomes import Sent
from domain.family import families, users
from domain.family import people as care_recipients
from domain.family.families import FamilyFacts
from domain.family.group.reading import GroupChat, GroupFacts
from domain.family.people import Person
from domain.medicines.changes import adding
from domain.medicines.dosages import Dosage
from domain.medicines.doses import facts
from domain.medicines.doses.facts import DoseFacts
from domain.medicines.expansion import horizon
from domain.medicines.facts import MedicineFacts, NewMedicine
from domain.medicines.records import intakes
from domain.medicines.records.corrections import Correction, correct_dose
from domain.medicines.records.recording import Recorded
from domain.medicines.schedules.kinds import Schedule, WallClock
from domain.models import Dose
from domain.models.groups import Receives
from domain.reminders import due as reminders
from domain.reminders import family_group
from domain.set_asides import Subject
from tests.databases import move_to

T = TypeVar("T")

LEASE = timedelta(seconds=60)
_numbers = count(1_000)


@dataclass(frozen=True)
class Account:
    """A person with a Telegram account who has pressed Start."""

    id: UUID
    telegram_id: int
    name: str


async def user(database: Database, name: str = "Anna", *, has_started: bool = True) -> Account:
    telegram_id = next(_numbers)
    arrival = users.Arrival(telegram_id, name, language_code="en", is_private=has_started)
    user_id = await database.run(
        lambda scope: users.arrive(scope, arrival), as_newcomer(telegram_id)
    )
    return Account(user_id, telegram_id, name)


async def acting(
    database: Database,
    who: Account,
    work: Callable[[Scope], Awaitable[T]],
    *,
    family: FamilyFacts | None = None,
) -> T:
    """Run *work* as that person in one of their families, by default the current one."""

    async def in_family(scope: Scope) -> T:
        assert await scope.enter_family(family.id if family else None) is not None
        return await work(scope)

    return await database.run(in_family, as_user(who.id))


async def family(database: Database, founder: Account, name: str = "Smith") -> FamilyFacts:
    return await database.run(lambda scope: families.found_family(scope, name), as_user(founder.id))


async def invitation(
    database: Database,
    admin: Account,
    role: Role = Role.CAREGIVER,
    *,
    person: Person | None = None,
) -> str:
    """The secret of a fresh invitation into the admin's current family."""
    made = await acting(
        database,
        admin,
        lambda scope: families.invite(scope, role, care_recipient_id=person.id if person else None),
    )
    return made.token


async def member(
    database: Database,
    admin: Account,
    role: Role = Role.CAREGIVER,
    *,
    name: str = "Ben",
    person: Person | None = None,
) -> Account:
    """Somebody new who has joined the admin's current family by an invitation."""
    newcomer = await user(database, name)
    token = await invitation(database, admin, role, person=person)
    await database.run(lambda scope: families.redeem_invitation(scope, token), as_user(newcomer.id))
    return newcomer


async def person(
    database: Database, who: Account, name: str = "Mum", *, zone: str = "Europe/London"
) -> Person:
    """Somebody to care for in the current family of *who*."""
    added = await acting(
        database,
        who,
        lambda scope: care_recipients.add_person(scope, name, zone=ZoneInfo(zone)),
    )
    return added.person


def daily(
    *times: str, starts_on: date = date(2026, 11, 23), ends_on: date | None = None
) -> WallClock:
    """Every day at these times of day, by default from the morning on which tests begin."""
    return WallClock(tuple(time.fromisoformat(at) for at in times), starts_on, ends_on)


async def appointment(
    database: Database,
    who: Account,
    person: Person,
    *,
    start: datetime = datetime(2026, 11, 26, 14, 30),
    title: str = "Cardiologist",
    rule: str | None = None,
    **details: Any,
) -> OccurrenceFacts:
    """One at a local *start*, or a series of them by an RRULE."""
    recurrence = Recurrence.from_rfc5545(rule, person.zone) if rule else None
    new = NewAppointment(person.id, Details(title, **details), start, recurrence)
    return await acting(database, who, lambda scope: add_appointment(scope, new))


async def bound_group(
    database: Database,
    admin: Account,
    chat_id: int,
    *,
    receives: Receives = Receives.BESIDE,
) -> GroupFacts:
    """A group that the cards of the admin's family go to."""
    chat = GroupChat(chat_id, "Smiths")
    bound = await acting(
        database, admin, lambda scope: family_group.bind_group(scope, chat, receives=receives)
    )
    return bound.group


async def doctor(
    database: Database, who: Account, person: Person, name: str = "Dr Weber"
) -> DoctorFacts:
    new = NewDoctor(person.id, name, phone="+442079460018")
    return await acting(database, who, lambda scope: doctors.add_doctor(scope, new))


async def contact(
    database: Database, who: Account, person: Person | None, name: str = "Rosa Silva"
) -> ContactFacts:
    new = NewContact(person.id if person else None, name, "+442079460020", "neighbour")
    return await acting(database, who, lambda scope: emergency_contacts.add_contact(scope, new))


async def medicine(
    database: Database,
    who: Account,
    person: Person,
    *,
    name: str = "Aspirin",
    dosage: str = "100 mg",
    schedule: Schedule | None = None,
    flow_id: UUID | None = None,
    instructions: str | None = None,
    reason: str | None = None,
    beside: Sequence[MedicineFacts] = (),
) -> MedicineFacts:
    """By default 100 mg at 08:00 every day. A dosage with a blank is an amount and its unit. Its
    name may be that of those *beside* which it is taken.
    """
    new = NewMedicine(
        person.id, name, amount_of(dosage), schedule or daily("08:00"), instructions, reason
    )
    acknowledged = [each.id for each in beside]
    return await acting(
        database,
        who,
        lambda scope: adding.add_medication(scope, new, flow_id=flow_id, acknowledged=acknowledged),
    )


def amount_of(words: str) -> Dosage:
    """ "100 mg", "½ tablet", "1–2 tablets"; words of another form are no amount."""
    amount, blank, unit = words.partition(" ")
    if not blank:
        return Dosage(words)
    least, dash, most = amount.replace("½", "0.5").partition("–")
    return Dosage(words, Decimal(least), unit.removesuffix("s"), Decimal(most) if dash else None)


async def doses_of(
    database: Database, family: FamilyFacts, medicine: MedicineFacts
) -> Sequence[DoseFacts]:
    """All doses of a medicine that are expanded by now, the earliest first."""

    async def find(scope: Scope) -> Sequence[DoseFacts]:
        of_medicine = select(Dose.id).where(Dose.medication_id == medicine.id)
        return await facts.list_doses(scope, [row.id for row in await scope.rows(of_medicine)])

    return await database.run(find, as_family(family.id))


async def wake_up(database: Database, at: datetime | None = None, *, most: int = 500) -> int:
    """Do everything that is due, as the alarm has it done; at *at*, by default now."""
    if at is not None:
        move_to(database.clock, at)
    acted = 0
    while batch := await database.run(
        lambda scope: reminders.act_on_due(scope, limit=most), as_dispatch()
    ):
        acted += batch
    return acted


async def do_chore(
    database: Database,
    find: Callable[[Scope], Awaitable[Sequence[Subject]]],
    do: Callable[[Scope, Sequence[UUID]], Awaitable[int]],
) -> int:
    """Look once for what is due, and do it, a family in a transaction; returns how many."""
    found = await database.run(find, as_dispatch())
    done = 0
    for family_id in {subject.family_id for subject in found}:
        ids = [subject.id for subject in found if subject.family_id == family_id]
        done += await database.run(partial(_do, do, ids), as_family(family_id))
    return done


async def _do(
    do: Callable[[Scope, Sequence[UUID]], Awaitable[int]], ids: Sequence[UUID], scope: Scope
) -> int:
    return await do(scope, ids)


async def expand(database: Database) -> int:
    """What the daily round does: the doses of medicines whose doses end within a day."""
    before = database.clock.now() + timedelta(hours=24)
    return await do_chore(
        database,
        lambda scope: horizon.find_due(scope, before=before, limit=100),
        lambda scope, ids: horizon.expand(scope, ids, before=before),
    )


_message_ids = count(1)


async def deliver(database: Database, *, most: int = 100) -> Sequence[ClaimedNotification]:
    """Claim what is owed and record it as sent, as it is now; returns what was claimed."""
    claimed = await database.run(
        lambda scope: claims.claim(scope, limit=most, lease=LEASE, owner=uuid4()),
        as_dispatch(),
    )
    sent = [Sent(c.id, c.chat_id, next(_message_ids), 1, ()) for c in claimed]
    if sent:
        await database.run(lambda scope: outcomes.record_sent(scope, sent), as_dispatch())
    return claimed


async def deliver_news(database: Database) -> None:
    """Let the minute end in which something was changed, and deliver what the others are told."""
    database.clock.advance(timedelta(minutes=1))
    await deliver(database)


async def asked_dose(database: Database, family: FamilyFacts, medicine: MedicineFacts) -> DoseFacts:
    """The first dose of a medicine, due now, its cards delivered."""
    first = (await doses_of(database, family, medicine))[0]
    await wake_up(database, first.due_at)
    await deliver(database)
    return first


async def give_surely(
    scope: Scope, medication_id: UUID, giving: intakes.Giving = intakes.NOW_AS_USUAL
) -> Recorded:
    """Give, and say yes to whatever is asked."""
    while not isinstance(outcome := await intakes.give(scope, medication_id, giving), Recorded):
        giving = replace(giving, **_agreed(outcome))
        if isinstance(outcome, intakes.WhichOne):
            giving = replace(giving, dose_id=outcome.outlook.candidates[0].id)
    return outcome


async def correct_surely(scope: Scope, dose_id: UUID, correction: Correction) -> DoseFacts:
    """Correct, and say yes to whatever is asked."""
    while not isinstance(outcome := await correct_dose(scope, dose_id, correction), DoseFacts):
        changes = _agreed(outcome)
        if "count" in changes:
            changes["dose_count"] = changes.pop("count")
        correction = replace(correction, **changes)
    return outcome


def _agreed(question: intakes.Question) -> dict[str, Any]:
    match question:
        case intakes.Confirm(outlook=outlook):
            return {"seen": outlook.seen}
        case intakes.ConfirmSlip():
            return {"is_no_slip": True}
        case intakes.HowManyDoses():
            return {"count": Decimal(1)}
        case intakes.HowMuch(of=of):
            return {"given": Dosage(f"{of.amount} {of.unit}", of.amount, of.unit)}
        case _:
            return {}
