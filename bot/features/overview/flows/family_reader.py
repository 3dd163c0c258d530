"""Reads sentences with the names of a family, which are loaded once for all of them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from uuid import UUID

from bot.conversation.people import to_persons, to_stored
from bot.features.medicines.flows.medicine_choices import list_not_stopped
from bot.features.overview.flows.own_person import own_person
from bot.grammar.intents.accounts import account_for
from bot.grammar.intents.happened import names_pills
from bot.grammar.intents.kinds import (
    AsksAdvice,
    Intent,
    RunsCommand,
    SaysAppointment,
    SaysDanger,
    SaysDirection,
    SmallTalk,
)
from bot.grammar.intents.known import Known, KnownHelper, KnownPill, KnownVisit, Named, Spoken
from bot.grammar.intents.messages import Message, read_message
from bot.grammar.intents.reading import read_intents, speaks_of_spouse
from bot.grammar.intents.replies import Said, Short, read_short
from bot.grammar.intents.sentences import read_sentence, spoken_of
from bot.grammar.people import Person
from bot.intake.request import Request
from domain.appointments.occurrences.facts import OccurrenceFacts
from domain.appointments.occurrences.lists import list_upcoming
from domain.contacts.doctors import list_doctors
from domain.database.scope import Scope
from domain.family.families import get_overview
from domain.family.people import list_people
from domain.medicines.facts import MedicineLine

_MOST_VISITS = 50
_WITHOUT_LOOKS = {AsksAdvice, RunsCommand, SaysAppointment, SaysDanger, SaysDirection, SmallTalk}


@dataclass(frozen=True)
class FamilyReader:
    """Reads what is said to a family with these names, by what was known *now* (aware)."""

    known: Known
    people: Sequence[Person]
    now: datetime

    def read(self, text: str) -> Intent | None:
        """What *text* most likely means; None if it can't be read, or may be turned around by words
        that have no place in it.
        """
        intent = self._read(text)
        is_turned = intent is not None and account_for(text, intent, self.known).is_turned
        return None if is_turned else intent

    def _read(self, text: str) -> Intent | None:
        intents = read_intents(text, self.known, people=self.people, now=self.now).intents
        return intents[0] if intents else None

    def read_message(self, text: str) -> Message:
        """What *text* says: usually one thing."""
        return read_message(text, self.known, self._read)

    def unknown_looks(self, text: str) -> str:
        """By what looks *text* calls a medicine that isn't known by them: "little white"; empty
        where that is no matter of a medicine that is there.
        """
        said = {type(intent) for _words, intent in self.read_message(text).said}
        return "" if said & _WITHOUT_LOOKS else read_sentence(text, self.known).looks

    def person_in(self, text: str) -> UUID | None:
        """Whom *text* names, if it names one."""
        return read_sentence(text, self.known).person_id

    def speaks_of(self, text: str) -> Mapping[str, str]:
        """The ids of what *text* is about, as they are kept for a while."""
        ids = asdict(spoken_of(text, self.known))
        return {key: str(each) for key, each in ids.items() if each is not None}


async def load_reader(request: Request) -> FamilyReader:
    """For the scope's family, whose names take six statements; without names outside of one."""
    scope, now = request.scope, request.scope.clock.now()
    if scope.member is None:
        return FamilyReader(Known(), (), now)
    people = await list_people(scope)
    pills = await list_not_stopped(scope)
    visits = await list_ahead(scope)
    overview = await get_overview(scope)
    known = Known(
        people=[Named(person.id, person.name) for person in people],
        pills=[_pill(line) for line in pills],
        visits=[_visit(each) for each in visits],
        doctors=[
            KnownHelper(each.id, each.name, each.specialty or "")
            for each in await list_doctors(scope)
        ],
        members=[Named(each.user_id, each.name) for each in overview.members],
    )
    own_id = await own_person(request) if speaks_of_spouse(request.text or "") else None
    known = replace(known, spoken=_spoken(request.spoken, known), own_id=own_id)
    return FamilyReader(known, to_persons(to_stored(people)), now)


async def read_short_word(request: Request) -> Short | None:
    """ "Done", "later", "refused": what says nothing about which dose. "She refused the Metformin"
    and "gave both morning tablets at 9" do.
    """
    text = request.text or ""
    short = read_short(text)
    if short is None or not short.rest or short.said not in {Said.SKIPPED, Said.DONE}:
        return short
    if names_pills(short.rest):
        return None
    if short.said is not Said.SKIPPED:
        return short
    sentence = read_sentence(text, (await load_reader(request)).known)
    return None if sentence.names_medicine else short


def _spoken(stored: Mapping[str, str], known: Known) -> Spoken:
    """What was spoken of, as far as this family has it."""

    def among(key: str, ids: Iterable[UUID]) -> UUID | None:
        return next((each for each in ids if str(each) == stored.get(key)), None)

    return Spoken(
        medicine_id=among("medicine_id", (each.id for each in known.pills)),
        visit_id=among("visit_id", (each.id for each in known.visits)),
        person_id=among("person_id", (each.id for each in known.people)),
    )


async def list_ahead(scope: Scope) -> Sequence[OccurrenceFacts]:
    """The appointments that one may speak of: those to come, of a series the next one."""
    return (await list_upcoming(scope, size=_MOST_VISITS)).items


def _pill(line: MedicineLine) -> KnownPill:
    reason, unit = line.reason or "", line.dosage.unit or ""
    return KnownPill(line.id, line.name, line.person_id, reason, line.nicknames, unit)


def _visit(facts: OccurrenceFacts) -> KnownVisit:
    details = facts.details
    doctor = details.doctor.name if details.doctor else ""
    return KnownVisit(facts.id, details.title, facts.person_id, doctor)
