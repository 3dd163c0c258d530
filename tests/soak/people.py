"""What the people of a long run do with the cards on their phones."""

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from bot.sandbox import Person
from tests.soak.households import Family
from tests.soak.record import About, Accepted, ServerRecord, doses_of
from tests.town import Town


class Answer(StrEnum):
    """Who answers the cards of a slot, and how."""

    NOBODY = "nobody"
    FIRST = "the first card"
    SECOND = "the second card"
    THIRD = "the third card"
    TOGETHER = "several at once"
    ON_IT = "on it, then taken"
    ONE = "one medicine only"
    UNDONE = "taken and undone"
    SNOOZED = "one snoozed"


_WEIGHTS: Mapping[Answer, int] = {
    Answer.NOBODY: 30,
    Answer.FIRST: 30,
    Answer.SECOND: 12,
    Answer.THIRD: 5,
    Answer.TOGETHER: 7,
    Answer.ON_IT: 5,
    Answer.ONE: 4,
    Answer.UNDONE: 4,
    Answer.SNOOZED: 3,
}
#: Those after which all of a slot's doses are taken.
TAKES_ALL = frozenset({Answer.FIRST, Answer.SECOND, Answer.THIRD, Answer.TOGETHER, Answer.ON_IT})
_UNDO_AFTER = timedelta(minutes=3)


@dataclass(frozen=True)
class Press:
    """A press that was made (UTC), as the update with this id. `takes` are the doses it records."""

    update_id: int
    at: datetime
    answer: Answer
    takes: Sequence[UUID]


@dataclass(frozen=True)
class _Planned:
    at: datetime
    person: Person
    message_id: int
    label: str
    answer: Answer
    takes: Sequence[UUID] = ()


@dataclass
class People:
    """Everybody in the families, who looks at what the server has accepted."""

    town: Town
    families: Mapping[UUID, Family]  # by the person cared for
    seed: int
    presses: list[Press] = field(default_factory=list)
    answers: Counter[Answer] = field(default_factory=Counter)
    _asked: Counter[tuple[int, About]] = field(default_factory=Counter)
    _planned: list[_Planned] = field(default_factory=list)

    def look(self, record: ServerRecord) -> None:
        """At the cards that have come since."""
        for card in record.read():
            if card.about.person_id is not None and not card.is_marked:
                self._asked[card.chat_id, card.about] += 1
                self._look_at(card)

    def act(self) -> None:
        """Make the presses whose time has come."""
        now = self.town.clock.now()
        due = [planned for planned in self._planned if planned.at <= now]
        self._planned = [planned for planned in self._planned if planned.at > now]
        for planned in due:
            self._press(planned)

    def _look_at(self, card: Accepted) -> None:
        family = self.families[card.about.person_id]  # type: ignore[index]
        person = self.town.sandbox.person(card.chat_id)
        doses = doses_of(card)
        if person not in family.recorders or not doses:
            return
        number = self._asked[card.chat_id, card.about]
        answer, chosen = self._answer(family, card.about)
        if number == 1 and person is family.recorders[0]:
            self.answers[answer] += 1
        is_chosen = person is family.recorders[chosen % len(family.recorders)]
        wanted = {Answer.SECOND: 2, Answer.THIRD: 3, Answer.ON_IT: 2}.get(answer, 1)
        if answer is Answer.NOBODY or (answer is not Answer.TOGETHER and not is_chosen):
            return
        now = self.town.clock.now()

        def plan(label: str, takes: Sequence[UUID] = (), *, after: timedelta = timedelta()) -> None:
            self._planned.append(
                _Planned(now + after, person, card.message_id, label, answer, takes)
            )

        if answer is Answer.ON_IT and number > wanted:
            plan("All taken", doses)
        elif number != wanted:
            return
        elif answer is Answer.ON_IT:
            plan("I'm on it")
        elif answer is Answer.ONE:
            plan("✅ Taken: ", doses[:1])
        elif answer is Answer.SNOOZED:
            plan("⋯ More")
            plan("⏰ Snooze 10 min", after=timedelta(minutes=1))
        else:
            plan("All taken", doses)
            if answer is Answer.UNDONE:
                plan("↩️ Undo", after=_UNDO_AFTER)

    def _answer(self, family: Family, about: About) -> tuple[Answer, int]:
        """The same for each copy of a slot, and for each run with this seed."""
        chance = random.Random(f"{self.seed} {family.number} {about.at}")  # noqa: S311
        [answer] = chance.choices(list(_WEIGHTS), weights=list(_WEIGHTS.values()))
        return answer, chance.randrange(6)

    def _press(self, planned: _Planned) -> None:
        """If the button is still there: somebody else may have been faster."""
        world, account = self.town.sandbox._world, planned.person._account
        bubble = world.find_bubble(account.id, planned.message_id)
        buttons = [button for row in bubble.keyboard for button in row] if bubble else []
        data = next((b["callback_data"] for b in buttons if planned.label in b["text"]), None)
        if bubble is None or data is None:
            return
        now = self.town.clock.now()
        self.presses.append(Press(world.updates.next_id, now, planned.answer, planned.takes))
        world.presses(account, bubble, data)
