"""Scenes of a family that changes: members, roles, whom somebody sees, what is removed, a group."""

from collections.abc import AsyncIterator, Sequence
from uuid import UUID

from bot.sandbox import Button, Message, Person
from bot.ui.presses.doses import Skip, Snooze, Take, TakeAll, TakeAllInSummary, UndoOnCard
from bot.ui.presses.family import (
    FamilySettings,
    MembersPage,
    RemoveMember,
    SetBigCards,
    SetGroupReceives,
    SetRole,
    SetSight,
    ShowMember,
    SwitchFamily,
)
from bot.ui.presses.history import BringBack, RemoveMedicine, RemovePerson, ShowRemoved
from tests import town as towns
from tests.walk.parts import Parts
from tests.walk.snapshot import normal
from tests.walk.steps import FREE, Intent, Step


class ChangingFamily(Parts):
    """Who is in a family changes, and who may do and see what."""

    async def _members(self, person: Person) -> AsyncIterator[None]:
        """Somebody becomes something else, sees only some, gets big cards, or is removed."""
        intent = Intent("members")
        await self.say(person, "/family", intent)
        yield
        for kind in (MembersPage, ShowMember):
            found: Sequence[tuple[Message, Button]] = [
                (message, button)
                for message, button in self._of_kind(person, kind)
                if kind is MembersPage or button.text.split(",")[0] in self._walkers()
            ]
            if not found:
                return
            await self.tap(person, *self.rng.choice(found), intent)
            yield
        found = self._of_kind(person, SetRole, SetSight, SetBigCards, RemoveMember)
        if not found:
            return
        outcome = await self.tap(person, *self.rng.choice(found), intent)
        wanted = ("Save", "Yes, remove", "Mum", "Dad", "Gran", "Cancel")
        async for _ in self._until_done(person, outcome, intent, wanted, typed="yes", most=3):
            yield

    def _walkers(self) -> set[str]:
        return {person.name for person in self.people}

    async def _leave(self, person: Person) -> AsyncIterator[None]:
        intent = Intent("leave")
        outcome = await self.speak(person, "leave", "", intent, own="I want to leave the family")
        wanted = ("Yes, leave",)
        async for _ in self._until_done(person, outcome, intent, wanted, typed="yes", most=1):
            yield

    def _families_left(self, person: Person) -> list[UUID]:
        """Those in which somebody who could invite them back is still at home."""
        user_id = self.user_of(person)
        return [
            family_id
            for family_id in sorted(self.homes[person.id])
            if self.tables.member(user_id, family_id) is None and self._admin_of(family_id)
        ]

    def _admin_of(self, family_id: UUID) -> Person | None:
        for person in self.people:
            member = self.tables.member(self.user_of(person), family_id)
            if member is not None and member["role"] == "admin":
                return person
        return None

    async def _come_back(self, person: Person, family_id: UUID) -> AsyncIterator[None]:
        """By a new invitation, as what they were or as somebody who only reads."""
        admin = self._admin_of(family_id)
        if admin is None:
            return
        if self.family_of(admin) != family_id:
            await self.say(admin, "/family", Intent("look"))
            yield
            for message, button in self._of_kind(admin, SwitchFamily):
                press = Step(admin, message=message, button=button).press
                if press is not None and press.family_id == family_id:
                    await self.tap(admin, message, button, Intent("look"))
                    break
        if self._admin_of(family_id) != admin or self.family_of(admin) != family_id:
            return
        role = self.rng.choice(("caregiver", "caregiver", "viewer"))
        self._note(f"{admin.name} invites {person.name} as {role}")
        await self._keep_off_the_minute()
        await self.stage.forget_rates()
        await towns.join(admin, person, role)
        await self.stage.settled()
        await self._look(None)
        yield

    async def _remove(self, person: Person) -> AsyncIterator[None]:
        """A medicine or a person is removed, and perhaps comes back."""
        intent = Intent("remove", names=None)
        if self.rng.random() < 0.3:
            await self.say(person, "/people", Intent("look"))
            found = [
                each for each in self._of_kind(person, RemovePerson) if self._is_of_gran(*each)
            ]
        else:
            await self._open_page(person)
            found = list(self._of_kind(person, RemoveMedicine))
        yield
        if not found:
            return
        outcome = await self.tap(person, *found[0], intent)
        async for done in self._until_done(
            person, outcome, intent, ("Yes, remove",), typed="yes", most=1
        ):
            outcome = done
            yield
        if outcome.is_changed and self.rng.random() < 0.7:
            async for _ in self._bring_back(person):
                yield

    def _is_of_gran(self, message: Message, button: Button) -> bool:
        press = Step(self.people[0], message=message, button=button).press
        if not isinstance(press, RemovePerson):
            return False
        return bool(self.tables.people[press.person_id]["name"] == "Gran")

    async def _bring_back(self, person: Person) -> AsyncIterator[None]:
        intent = Intent("bring back", names=None)
        await self.speak(person, "removed", "", Intent("look"), own="what was removed?")
        yield
        found = self._of_kind(person, ShowRemoved)
        if not found:
            return
        await self.tap(person, *self.rng.choice(found), Intent("look"))
        yield
        found = self._of_kind(person, BringBack)
        if not found:
            return
        outcome = await self.tap(person, *found[0], intent)
        gone, back = (
            normal(tables, until=outcome.before.at) for tables in (outcome.before, outcome.after)
        )
        for key in back["medicines"].keys() - gone["medicines"].keys():
            if (
                outcome.before.medicines[key]["schedule"]
                != outcome.after.medicines[key]["schedule"]
            ):
                self._fault("removed", f"{back['medicines'][key]['name']} came back otherwise")
        yield

    async def _in_group(self, person: Person) -> AsyncIterator[None]:
        """A card in the group is answered, or its use is set; the stranger tries it, too."""
        room = self.room
        if room is None:
            return
        if self.rng.random() < 0.2:
            await self.say(person, "/settings", Intent("look"))
            for kind in (FamilySettings, SetGroupReceives):
                found = self._of_kind(person, kind)
                if not found:
                    return
                await self.tap(person, *self.rng.choice(found), Intent("settings"))
                yield
            return
        kinds = {Take, TakeAll, Skip, Snooze, UndoOnCard, TakeAllInSummary}
        sid = self.stage.town.sandbox.people[-1]
        for who in (sid, person) if self.rng.random() < 0.4 else (person,):
            steps = [
                Step(who, message=message, button=button, room=room)
                for message in room.messages[-6:]
                for row in message.buttons
                for button in row
            ]
            steps = [step for step in steps if type(step.press) in kinds]
            if not steps:
                return
            await self._do(self.rng.choice(steps), FREE)
            yield
