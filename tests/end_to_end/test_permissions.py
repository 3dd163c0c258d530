"""The permission table, cell by cell: what each role may do, tried through the chat by a command or
a button, whether it was offered to them or not.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from bot.sandbox import Message, Person
from bot.ui.presses.appointments import CallOff, Drive, Where
from bot.ui.presses.contacts import RemoveContact
from bot.ui.presses.doses import Take
from bot.ui.presses.family import MembersPage, SetFamilyLadder
from bot.ui.presses.history import RemovePerson
from bot.ui.presses.medicines import StopMedicine
from bot.ui.presses.press import Press
from domain.access import Action, Role, may
from domain.models.family import LadderPlan
from tests.town import Household, Town, ask, join

REFUSED = (
    "Only an admin",
    "As a viewer, you can read",
    "You can read everything and record your own doses",
    "You can only record your own doses",
)


@dataclass
class Place:
    """Somebody of that role in a family with everything in it, and the ids of what is there."""

    actor: Person
    last: Message
    ids: Mapping[str, Any]
    town: Town

    async def says(self, line: str) -> str:
        """What is answered to a command."""
        before = len(self.actor.messages)
        await self.actor.send(line)
        await self.town.settled()
        answer = self.actor.messages[before + 1 :]
        await self.actor.send("/cancel")
        await self.town.settled()
        return "\n".join(message.text for message in answer)

    async def presses(self, press: Press) -> str:
        """What is answered to a button, wherever it is from."""
        before = len(self.actor.messages)
        toast = await self.actor.press_altered(press.encode(), message=self.last)
        await self.town.settled()
        return "\n".join([toast.text, *(m.text for m in self.actor.messages[before:])])


def of(place: Place, kind: type[Press], *names: str, **arguments: Any) -> Press:
    return kind(
        family_id=place.ids["family_id"],
        **{name: place.ids[name] for name in names},
        **arguments,
    )


Attempt = Callable[[Place], Awaitable[str]]
#: Each action, tried by a command and by a button where there are both. What changes the place for
#: the others comes last.
ATTEMPTS: Mapping[Action, tuple[Attempt, ...]] = {
    Action.READ: (lambda p: p.says("/meds"), lambda p: p.says("/today")),
    Action.EXPORT: (lambda p: p.says("/export"),),
    Action.INVITE: (lambda p: p.says("/invite viewer"),),
    Action.MANAGE_MEMBERS: (lambda p: p.presses(of(p, MembersPage)),),
    Action.MANAGE_FAMILY: (lambda p: p.presses(of(p, SetFamilyLadder, plan=LadderPlan.STEEP)),),
    Action.READ_CHANGES: (lambda p: p.says("/changes"), lambda p: p.says("/history changes")),
    Action.ADD_PERSON: (lambda p: p.says("/addperson Zoe in London"),),
    Action.RECORD_OWN_DOSE: (lambda p: p.presses(of(p, Take, "dose_id")),),
    Action.RECORD_DOSE: (
        lambda p: p.presses(Take(family_id=p.ids["family_id"], dose_id=p.ids["other_dose_id"])),
    ),
    Action.DRIVE: (lambda p: p.presses(of(p, Drive, "occurrence_id", where=Where.SCREEN)),),
    Action.CHANGE_MEDICINES: (
        lambda p: p.says("/addmed Zinc 5 mg at 23:00 for Mum"),
        lambda p: p.presses(of(p, StopMedicine, "medication_id")),
    ),
    Action.CHANGE_APPOINTMENTS: (
        lambda p: p.says("/addappt Dentist tomorrow 9:00 for Mum"),
        lambda p: p.presses(of(p, CallOff, "occurrence_id")),
    ),
    Action.CHANGE_CONTACTS: (
        lambda p: p.says("/addcontact Rosa, neighbour, 020 7946 0018 for Mum"),
        lambda p: p.presses(of(p, RemoveContact, "contact_id")),
    ),
    Action.REMOVE_PERSON: (lambda p: p.presses(of(p, RemovePerson, "person_id")),),
}


def test_every_action_of_the_table_is_tried() -> None:
    assert ATTEMPTS.keys() == set(Action)


@pytest.mark.parametrize("role", Role)
async def test_each_role_may_do_what_the_table_says_and_nothing_else(
    home: Household, town: Town, role: Role
) -> None:
    place = await settle(home, town, role)
    for action, attempts in ATTEMPTS.items():
        for attempt in attempts:
            before = await everything(town)
            answer = await attempt(place)
            is_refused = any(words in answer for words in REFUSED)
            assert is_refused is not may(role, action), (action, answer)
            if is_refused:
                assert await everything(town) == before, action


async def settle(home: Household, town: Town, role: Role) -> Place:
    """Dad's dose is due beside Mum's; whoever is cared for is Mum."""
    await home.anna.send("/addperson Dad in Europe/London")
    await home.anna.sees("is in the family")
    asked = await ask(town, home.anna, medicines=["Aspirin 100 mg for Mum", "Senna 1 mg for Dad"])
    await home.anna.send("/addappt Checkup tomorrow 10:00 for Mum")
    await home.anna.sees("Saved in the family")
    await home.anna.send("/addcontact Wolfgang, brother, 020 7946 0019 for Mum")
    await home.anna.sees("☎️ Wolfgang")
    actor = town.person("Somebody")
    if role is Role.RECIPIENT:
        await home.anna.send("/invite recipient")
        question = await home.anna.sees("Who would you like to invite?")
        await home.anna.press("Mum", message=question)
        await actor.open_link((await home.anna.sees("works once")).links[0])
        await actor.sees("Welcome to the family")
    else:
        await join(home.anna, actor, role)
    await town.settled()
    [dose] = await town.rows(
        "SELECT family_id, id, medication_id, care_recipient_id FROM doses"
        " WHERE medication_name = 'Aspirin' ORDER BY due_at LIMIT 1"
    )
    ids = {
        "family_id": dose.family_id,
        "dose_id": dose.id,
        "medication_id": dose.medication_id,
        "person_id": dose.care_recipient_id,
        "other_dose_id": await town.value(
            "SELECT id FROM doses WHERE medication_name = 'Senna' ORDER BY due_at LIMIT 1"
        ),
        "occurrence_id": await town.value("SELECT id FROM appointment_occurrences"),
        "contact_id": await town.value("SELECT id FROM emergency_contacts"),
    }
    assert asked.cards
    return Place(actor, actor.last, ids, town)


async def everything(town: Town) -> list[Any]:
    """How much of everything there is that one may change."""
    return [
        await town.value(f"SELECT count(*) FROM {table}")
        for table in (
            *("audit_events", "medication_logs", "medications", "appointments", "invitations"),
            *("care_recipients", "exports"),
        )
    ]
