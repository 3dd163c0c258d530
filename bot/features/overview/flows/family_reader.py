"""Reads sentences with the names of a family, which are loaded once for all of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.conversation.people import to_persons, to_stored
from bot.features.medicines.flows.medicine_choices import list_not_stopped
from bot.grammar.intents.kinds import Intent
from bot.grammar.intents.known import Known, KnownHelper, KnownPill, KnownVisit, Named
from bot.grammar.intents.reading import read_intents
from bot.grammar.people import Person
from domain.appointments.occurrences.facts import OccurrenceFacts
from domain.appointments.occurrences.lists import list_upcoming
from domain.contacts.doctors import list_doctors
from domain.database.scope import Scope
from domain.family.families import get_overview
from domain.family.people import list_people
from domain.medicines.facts import MedicineLine


@dataclass(frozen=True)
class FamilyReader:
    """Reads what is said to a family with these names, by what was known *now* (aware)."""

    known: Known
    people: Sequence[Person]
    now: datetime

    def read(self, text: str) -> Intent | None:
        """What *text* most likely means; None if it can't be read."""
        intents = read_intents(text, self.known, people=self.people, now=self.now).intents
        return intents[0] if intents else None


async def load_reader(scope: Scope) -> FamilyReader:
    """For the scope's family, whose names take six statements; without names outside of one."""
    now = scope.clock.now()
    if scope.member is None:
        return FamilyReader(Known(), (), now)
    people = await list_people(scope)
    pills = await list_not_stopped(scope)
    visits = await list_upcoming(scope)
    overview = await get_overview(scope)
    known = Known(
        people=[Named(person.id, person.name) for person in people],
        pills=[_pill(line) for line in pills],
        visits=[_visit(each) for each in visits.items],
        doctors=[
            KnownHelper(each.id, each.name, each.specialty or "")
            for each in await list_doctors(scope)
        ],
        members=[Named(each.user_id, each.name) for each in overview.members],
    )
    return FamilyReader(known, to_persons(to_stored(people)), now)


def _pill(line: MedicineLine) -> KnownPill:
    return KnownPill(line.id, line.name, line.person_id, line.reason or "")


def _visit(facts: OccurrenceFacts) -> KnownVisit:
    details = facts.details
    doctor = details.doctor.name if details.doctor else ""
    return KnownVisit(facts.id, details.title, facts.person_id, doctor)
