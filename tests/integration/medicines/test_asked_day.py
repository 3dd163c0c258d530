"""A new medicine that hangs on parts of the day asks for them once, and saves them with itself."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, time
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio

from bot.conversation.engine import Reply
from bot.conversation.people import load_people
from bot.features.medicines.flows.content import draft_flow
from bot.features.medicines.flows.content.medicine_draft import Draft
from bot.grammar.problems import Misunderstood
from bot.intake.request import Request
from bot.redis.conversations import Conversation
from bot.ui.answer import Answer
from domain.database.scope import Scope
from domain.database.unit_of_work import Database
from domain.family.families import FamilyFacts
from domain.family.people import Person, get_person
from domain.medicines import reading
from domain.medicines.changes.day_times import set_day_times
from domain.medicines.dosages import Dosage
from domain.medicines.schedules.kinds import Schedule, WallClock
from domain.medicines.schedules.moments import Moment, PartOfDay, Relation
from tests import factories
from tests.factories import Account

BREAKFAST, BEDTIME = PartOfDay.BREAKFAST, PartOfDay.BEDTIME
BEFORE_BREAKFAST = Moment(BREAKFAST, Relation.BEFORE)
TODAY = date(2026, 11, 23)
TWICE = WallClock((time(7, 30), time(22)), TODAY, moments=(BEFORE_BREAKFAST, Moment(BEDTIME)))
ONCE = WallClock((time(7, 30),), TODAY, moments=(BEFORE_BREAKFAST,))


@dataclass
class Talk:
    """Anna's conversation about a new medicine for Mum, question by question."""

    database: Database
    family: FamilyFacts
    anna: Account
    mum: Person
    running: Conversation | None = None
    said: str = ""

    async def starts(self, schedule: Schedule, **draft: Any) -> None:
        """As if a line had been understood."""

        async def begin(scope: Scope) -> None:
            new = Draft(
                people=await load_people(scope),
                person=0,
                name="Levothyroxine",
                dosage=Dosage("50 µg").to_json(),
                schedule=schedule.to_json(),
                **draft,
            )
            request = self._request(scope)
            self._hear(draft_flow.FLOW.begin(request, new.step, new.write()))

        await factories.acting(self.database, self.anna, begin)

    async def answers(self, *, text: str | None = None, choice: str | None = None) -> None:
        async def take(scope: Scope) -> None:
            assert self.running is not None
            reply = Reply(text=text, choice=choice)
            request, flow = self._request(scope), draft_flow.FLOW
            try:
                answer = await flow.take(request, self.running, reply)
            except Misunderstood as problem:
                answer = await flow.not_understood(request, self.running, reply, problem)
            self._hear(answer)

        await factories.acting(self.database, self.anna, take)

    def _request(self, scope: Scope) -> Request:
        return Request(scope, 1, "carecircle_bot", "Anna")

    def _hear(self, answer: Answer) -> None:
        screens = [*answer.send, *([answer.edit] if answer.edit else [])]
        self.said = "\n".join(screen.text for screen in screens)
        change: Mapping[str, Any] = json.loads(json.dumps(answer.conversation or {}))
        stored = change.get("continue")
        self.running = stored and Conversation(
            **{**stored, "flow_id": UUID(stored["flow_id"]), "family_id": self.family.id}
        )

    @property
    def step(self) -> str | None:
        return self.running.step if self.running else None

    async def set(self, times: Mapping[PartOfDay, time]) -> None:
        await factories.acting(
            self.database, self.anna, lambda scope: set_day_times(scope, self.mum.id, times)
        )

    async def day(self) -> Mapping[str, str]:
        found = await factories.acting(
            self.database, self.anna, lambda scope: get_person(scope, self.mum.id)
        )
        return found.day_times

    async def taken(self) -> dict[str, list[str]]:
        """The times of each medicine."""
        found = await factories.acting(self.database, self.anna, reading.list_medicines)
        schedules = {line.name: line.schedule for line in found}
        return {
            name: [f"{at:%H:%M}" for at in schedule.times]
            for name, schedule in schedules.items()
            if isinstance(schedule, WallClock)
        }


@pytest_asyncio.fixture
async def talk(database: Database) -> Talk:
    """Monday 23 November, 07:30 in London."""
    anna = await factories.user(database)
    smith = await factories.family(database, anna)
    return Talk(database, smith, anna, await factories.person(database, anna))


async def test_the_usual_times_are_offered_and_saved_with_the_yes(talk: Talk) -> None:
    await talk.starts(TWICE)
    assert "When are breakfast and bedtime for Mum? I'd use 08:00 and 22:00." in talk.said
    await talk.answers(choice="use")
    assert "🕗 breakfast 08:00, bedtime 22:00" in talk.said
    assert (await talk.day(), await talk.taken()) == ({}, {})
    await talk.answers(choice="save")
    assert await talk.day() == {"breakfast": "08:00", "bedtime": "22:00"}
    assert await talk.taken() == {"Levothyroxine": ["07:30", "22:00"]}


@pytest.mark.parametrize("typed", ["7:00 and 23:00", "breakfast 7, bedtime 11pm", "7am 11pm"])
async def test_typed_times_time_the_medicine(talk: Talk, typed: str) -> None:
    await talk.starts(TWICE)
    await talk.answers(text=typed)
    assert talk.step == "confirm"
    await talk.answers(choice="save")
    assert await talk.day() == {"breakfast": "07:00", "bedtime": "23:00"}
    assert await talk.taken() == {"Levothyroxine": ["06:30", "23:00"]}


async def test_what_was_left_out_is_asked_for_again(talk: Talk) -> None:
    await talk.starts(TWICE)
    await talk.answers(text="breakfast 7:00")
    assert "When is bedtime for Mum? I'd use 22:00." in talk.said
    await talk.answers(choice="use")
    await talk.answers(choice="save")
    assert await talk.day() == {"breakfast": "07:00", "bedtime": "22:00"}


async def test_other_times_are_tapped_one_after_the_other(talk: Talk) -> None:
    await talk.starts(TWICE)
    await talk.answers(choice="other")
    assert "When is breakfast for Mum? Tap a time" in talk.said
    await talk.answers(choice="0900")
    assert "When is bedtime for Mum? Tap a time" in talk.said
    await talk.answers(choice="2230")
    assert talk.step == "confirm"
    await talk.answers(choice="save")
    assert await talk.taken() == {"Levothyroxine": ["08:30", "22:30"]}


async def test_nobody_is_asked_twice(talk: Talk) -> None:
    await talk.set({BREAKFAST: time(8)})
    await talk.starts(TWICE)
    assert "When is bedtime for Mum?" in talk.said
    await talk.set({BEDTIME: time(22)})
    await talk.starts(TWICE)
    assert talk.step == "confirm"
    await talk.starts(ONCE)
    assert talk.step == "confirm"


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("7:30", "I can't read times of the day in “7:30”."),
        ("soon", "I can't read times of the day in “soon”."),
        ("7:00 and 1am", "“bedtime 1am” is after midnight"),
        ("22:00 and 7:00", "“breakfast 22:00” can't be right."),
    ],
)
async def test_nonsense_is_asked_about(talk: Talk, typed: str, answer: str) -> None:
    await talk.starts(TWICE)
    await talk.answers(text=typed)
    assert answer in talk.said
    assert talk.step == "day"
    assert (await talk.day(), await talk.taken()) == ({}, {})


async def test_what_else_moves_is_shown_before_the_yes(talk: Talk) -> None:
    await factories.medicine(talk.database, talk.anna, talk.mum, name="Iron", schedule=ONCE)
    await talk.starts(ONCE)
    await talk.answers(text="7:00")
    assert "💊 Iron moves from 07:30 to 06:30." in talk.said
    await talk.answers(choice="save")
    assert await talk.taken() == {"Iron": ["06:30"], "Levothyroxine": ["06:30"]}


async def test_a_medicine_that_cannot_follow_is_named_and_the_times_are_asked_again(
    talk: Talk,
) -> None:
    zinc = replace(ONCE, times=(time(7), time(7, 30)), moments=(None, BEFORE_BREAKFAST))
    await factories.medicine(talk.database, talk.anna, talk.mum, name="Zinc", schedule=zinc)
    await talk.starts(ONCE)
    await talk.answers(text="7:30")
    assert "two doses of Zinc would be due at the same minute" in talk.said
    assert talk.step == "daytimes"
    await talk.answers(choice="0800")
    await talk.answers(choice="save")
    assert await talk.taken() == {"Zinc": ["07:00", "07:30"], "Levothyroxine": ["07:30"]}


async def test_two_doses_of_its_own_that_would_meet_are_asked_about(talk: Talk) -> None:
    meets = replace(ONCE, times=(time(7), time(7, 30)), moments=(None, BEFORE_BREAKFAST))
    await talk.starts(meets)
    await talk.answers(text="7:30")
    assert "With “07:30”, two doses would be due at the same minute" in talk.said
    assert talk.step == "day"


async def test_the_day_that_somebody_changed_meanwhile_is_shown_first(talk: Talk) -> None:
    await talk.set({BREAKFAST: time(8)})
    await talk.starts(ONCE)
    await talk.set({BREAKFAST: time(6)})
    await talk.answers(choice="save")
    assert "Somebody has changed Mum's day" in talk.said
    assert talk.step == "confirm"
    assert await talk.taken() == {}
    await talk.answers(choice="save")
    assert await talk.taken() == {"Levothyroxine": ["05:30"]}


async def test_for_somebody_else_it_asks_about_their_day(talk: Talk) -> None:
    await talk.set({BREAKFAST: time(7)})
    await factories.person(talk.database, talk.anna, "Dad")
    await talk.starts(replace(ONCE, times=(time(6, 30),)))
    assert talk.step == "confirm"
    await talk.answers(text="for Dad")
    assert "When is breakfast for Dad? I'd use 08:00." in talk.said
    await talk.answers(choice="use")
    await talk.answers(choice="save")
    assert await talk.taken() == {"Levothyroxine": ["07:30"]}
    assert await talk.day() == {"breakfast": "07:00"}


async def test_a_draft_that_an_older_version_began_is_read(talk: Talk) -> None:
    await talk.starts(WallClock((time(8),), TODAY))
    assert talk.running is not None
    data = dict(talk.running.data)
    for later in ("day", "day_by_hand", "moves"):
        del data[later]
    data["people"] = [person[:3] for person in data["people"]]  # type: ignore[index, union-attr]
    talk.running = replace(talk.running, data=data)
    await talk.answers(choice="save")
    assert await talk.taken() == {"Levothyroxine": ["08:00"]}


async def test_how_often_offers_the_persons_own_times(talk: Talk) -> None:
    await talk.set({PartOfDay.MORNING: time(7), PartOfDay.EVENING: time(19, 30)})

    async def choices(scope: Scope) -> Draft:
        draft = Draft(people=await load_people(scope), person=0, name="Aspirin")
        return replace(draft, schedule_so_far="twice a day").with_times(scope.clock.now())

    found = await factories.acting(talk.database, talk.anna, choices)
    assert found.times == ["07:00, 19:30"]
