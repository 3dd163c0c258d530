"""What scenes of a walk are made of: answering questions, and what stands on phones."""

import re
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from bot.sandbox import Button, Message, Person
from bot.ui.presses.conversation import Choose
from bot.ui.presses.doses import UndoOnCard, UndoRecord
from bot.ui.presses.medicines import ShowMedicine
from bot.ui.presses.overview import UndoNamed
from bot.ui.presses.press import Press
from tests.walk.ground import Ground
from tests.walk.sayings import MINUTE, clock_time, named_by
from tests.walk.snapshot import Row, differences, normal
from tests.walk.steps import FREE, Intent, Outcome, Step


class Parts(Ground):
    """Parts of scenes."""

    async def speak(
        self, person: Person, command: str, words: str, intent: Intent, *, own: str | None
    ) -> Outcome:
        """The command, or half of the time, while nothing is asked, the same in one's *own* words,
        which write nothing by themselves. What isn't understood is typed as a command after all.
        """
        is_free = own is not None and self.rng.random() < 0.5 and not await self._is_asked(person)
        if own is None or not is_free:
            return await self.say(person, f"/{command} {words}".rstrip(), intent)
        outcome = await self.say(person, own, intent)
        self.spoken += 1
        until = outcome.before.at + timedelta(hours=20)
        before, after = (normal(each, until=until) for each in (outcome.before, outcome.after))
        if outcome.new_logs or any(before[t] != after[t] for t in ("medicines", "appointments")):
            self._fault("said", f"“{own}” was written at once")
        if any("I'm not sure what you mean" in message.text for message in outcome.said):
            self.unread.append(own)
            return await self.say(person, f"/{command} {words}".rstrip(), intent)
        return outcome

    def _whom(self, medicine: Row) -> str:
        """Half of those who say that they gave it name whom."""
        name = self.tables.people[medicine["care_recipient_id"]]["name"]
        return f"{name} " if self.rng.random() < 0.5 else ""

    async def _open_page(self, person: Person) -> Row | None:
        await self.say(person, "/meds", Intent("look"))
        found = self._of_kind(person, ShowMedicine)
        if not found:
            return None
        message, button = self.rng.choice(found)
        press = Step(person, message=message, button=button).press
        await self.tap(person, message, button, Intent("look"))
        return (
            self.tables.medicines.get(press.medication_id)
            if isinstance(press, ShowMedicine)
            else None
        )

    async def _until_done(
        self,
        person: Person,
        outcome: Outcome,
        intent: Intent,
        wanted: Sequence[str] | None = None,
        *,
        typed: str,
        most: int,
    ) -> AsyncIterator[Outcome]:
        """Answer up to *most* questions until something is done, and perhaps take that back."""
        for _ in range(most):
            if outcome.is_changed:
                break
            yield outcome
            if not await self._is_asked(person) or await self._is_of_another_scene(person):
                return
            outcome = await self._go_on(person, wanted, typed, intent)
        await self._maybe_undo(person, outcome)
        yield outcome

    async def _go_on(
        self, person: Person, wanted: Sequence[str] | None, typed: str, intent: Intent
    ) -> Outcome:
        """Answer what is asked: by a button that is *wanted* (or any), or else by typing."""
        found = [
            (message, button)
            for message, button in self._buttons(person)[:12]
            if (press := Step(person, message=message, button=button).press)
            and isinstance(press, Choose)
            and message.id == self._question_of(person)
        ]
        if wanted:
            found = [each for each in found if any(w in each[1].text for w in wanted)] or found
        if not found:
            return await self._type_answer(person, typed, intent)
        message, button = self.rng.choice(found)
        means_otherwise = re.search(r"Another|clock|How many|^[\d½ ]+$", button.text)
        if means_otherwise and intent.records:
            # From here on what counts is what the next question shows.
            intent.count, intent.when, intent.must_ask = None, None, False
        if intent.names is not None and "Save" not in button.text:
            intent.names |= named_by(button.text)
        return await self.tap(person, message, button, intent)

    async def _type_answer(self, person: Person, typed: str, intent: Intent) -> Outcome:
        asked = person.last.text
        if intent.names and intent.names & {"days", "every", "kind"}:
            intent.names |= {"times"}  # without them, days are no rhythm
        if intent.records and "How much" in asked:
            intent.count = None
            return await self.say(person, "1 tablet", intent)
        if intent.records and ("When" in asked or "what time" in asked):
            medicine = self.tables.medicines.get(intent.medicine_id or UUID(int=0))
            if medicine is not None:
                zone = ZoneInfo(self.tables.zone_of(medicine["care_recipient_id"]))
                at = self.stage.now.astimezone(zone) + self.rng.choice((-200, -15, 3, 60)) * MINUTE
                when = clock_time(f"{at:%H:%M}", now=self.stage.now, zone=zone)
                intent.when, intent.must_ask = when, when.must_ask
                intent.what += f", answered {when.words}"
                return await self.say(person, when.words.removeprefix("at "), intent)
        return await self.say(person, typed, intent)

    def _question_of(self, person: Person) -> int | None:
        """The newest message with buttons of a question."""
        for message in reversed(person.messages):
            for button in (b for row in message.buttons for b in row):
                press = Step(person, message=message, button=button).press
                if isinstance(press, Choose):
                    return message.id
        return None

    async def _maybe_undo(self, person: Person, outcome: Outcome) -> None:
        """Take it back at once, and everything is as it was before."""
        if not outcome.is_changed or self.rng.random() < 0.65:
            return
        # On the answer to this very thing: elsewhere it takes back other things.
        found = next(
            (
                (message, button)
                for message in reversed(outcome.said)
                for button in (b for row in message.buttons for b in row)
                if "Undo" in button.text and button.data is not None
            ),
            None,
        )
        press = Step(person, message=found[0], button=found[1]).press if found else None
        doses = {log["dose_id"] for log in outcome.new_logs}
        if found is None or press is None:
            return
        if isinstance(press, UndoRecord | UndoOnCard) and doses != {press.dose_id}:
            return  # below a card each dose has its own
        taken_back = await self.tap(person, *found, FREE)
        asked = {message.id for message in taken_back.said}
        last = [each for each in self._of_kind(person, UndoNamed) if each[0].id in asked]
        if last:
            taken_back = await self.tap(person, *last[0], FREE)
        until = outcome.before.at + timedelta(hours=20)
        left = differences(
            normal(outcome.before, until=until), normal(taken_back.after, until=until)
        )
        if left:
            self._fault("undo", "Undo leaves it otherwise than before: " + " | ".join(left))

    # What stands on phones.

    def _medicines(self, person: Person) -> Sequence[Row]:
        """Those of their current family that they may see."""
        user_id, family_id = self.user_of(person), self.family_of(person)
        found = self.tables.medicines_of(family_id) if family_id else []
        return [row for row in found if self.tables.sees(user_id, row["care_recipient_id"])]

    def _some_medicine(self, person: Person, *, stopped: bool) -> Row | None:
        found = [row for row in self._medicines(person) if stopped or row["status"] != "stopped"]
        found.sort(key=lambda row: row["name"])
        return self.rng.choice(found) if found else None

    def _buttons(self, person: Person) -> Sequence[tuple[Message, Button]]:
        """The newest first."""
        return [
            (message, button)
            for message in reversed(person.messages[-12:])
            for row in message.buttons
            for button in row
            if button.data is not None
        ]

    def _of_kind(self, person: Person, *kinds: type[Press]) -> Sequence[tuple[Message, Button]]:
        return [
            (message, button)
            for message, button in self._buttons(person)
            if (press := Step(person, message=message, button=button).press)
            and type(press) in kinds
        ]

    def _button(self, person: Person, label: str) -> tuple[Message, Button] | None:
        newest = self._question_of(person)
        return next(
            (
                (message, button)
                for message, button in self._buttons(person)
                if message.id == newest and label.lower() in button.text.lower()
            ),
            None,
        )

    async def _is_asked(self, person: Person) -> bool:
        """Whether a question of a conversation waits for this person."""
        return bool(await self.stage.redis.exists(f"conversation:{person.id}:{person.id}"))

    async def _is_of_another_scene(self, person: Person) -> bool:
        """Whether what waits was left open by the scene before, and is not what is wanted now."""
        return await self._running_flow(person) == self.left_open.get(person.id)

    def _intent_of(self, press: Press) -> Intent | None:
        return self.intents.get(press.flow_id) if isinstance(press, Choose) else FREE
