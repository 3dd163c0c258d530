"""The times of a person's day: what hangs on them moves with them, and nothing else does."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TypeVar

import pytest
import pytest_asyncio
from sqlalchemy import text

from bot.features.overview.views.changes import changed
from bot.telegram_api.sending import reason_not_to_send
from domain.access import Role
from domain.database.requests import as_family
from domain.database.scope import Scope
from domain.database.unit_of_work import Database
from domain.delivery.messages import Message
from domain.errors import NotAllowed, NotFound
from domain.family.families import FamilyFacts
from domain.family.people import Person, get_person
from domain.medicines import reading
from domain.medicines.changes import adding, day_times, editing, status
from domain.medicines.changes.day_times import Retiming
from domain.medicines.dosages import Dosage
from domain.medicines.doses.facts import DoseFacts
from domain.medicines.errors import DayTimesChanged, MedicineChanged, TimesOfDayClash
from domain.medicines.facts import MedicineFacts, NewMedicine
from domain.medicines.records import recording
from domain.medicines.schedules.kinds import WallClock
from domain.medicines.schedules.moments import Moment, PartOfDay, Relation
from domain.medicines.schedules.problems import ScheduleProblem
from domain.models.medicines import DoseStatus, MedicineStatus
from domain.overview import kinds, last_actions, undo
from domain.overview.own_actions import ActionKind
from domain.overview.told_changes import ChangesFacts
from tests import factories
from tests.databases import move_to, without_walls
from tests.factories import Account, daily

T = TypeVar("T")
BREAKFAST, DINNER, BEDTIME = PartOfDay.BREAKFAST, PartOfDay.DINNER, PartOfDay.BEDTIME
BEFORE_BREAKFAST = Moment(BREAKFAST, Relation.BEFORE)
PENDING = DoseStatus.PENDING


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """In November 2026, UTC, which is London's clock then."""
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


def hanging_on(*moments: tuple[str, Moment | None], ends_on: date | None = None) -> WallClock:
    times = tuple(time.fromisoformat(words) for words, _ in moments)
    return WallClock(
        times, date(2026, 11, 23), ends_on, moments=tuple(moment for _, moment in moments)
    )


EMPTY_STOMACH = hanging_on(("07:30", BEFORE_BREAKFAST))


@dataclass(frozen=True)
class Home:
    database: Database
    url: str
    family: FamilyFacts
    anna: Account
    ben: Account
    mum: Person

    async def do(self, work: Callable[[Scope], Awaitable[T]], who: Account | None = None) -> T:
        return await factories.acting(self.database, who or self.anna, work)

    async def takes(
        self, schedule: WallClock = EMPTY_STOMACH, name: str = "Levothyroxine"
    ) -> MedicineFacts:
        return await factories.medicine(
            self.database, self.anna, self.mum, name=name, schedule=schedule
        )

    async def adds(self, name: str, day: Mapping[PartOfDay, time]) -> MedicineFacts:
        """A medicine at the first part of *day*, whose times are set with it."""
        part, at = next(iter(day.items()))
        schedule = hanging_on((f"{at:%H:%M}", Moment(part)))
        new = NewMedicine(self.mum.id, name, Dosage("50 µg"), schedule)
        return await self.do(lambda s: adding.add_medication(s, new, day_times=day))

    async def set(
        self,
        times: Mapping[PartOfDay, time],
        who: Account | None = None,
        *,
        seen: str | None = None,
    ) -> Retiming:
        return await self.do(
            lambda s: day_times.set_day_times(s, self.mum.id, times, seen=seen), who
        )

    async def day(self) -> Mapping[str, str]:
        return (await self.do(lambda s: get_person(s, self.mum.id))).day_times

    async def times(self, medicine: MedicineFacts) -> list[str]:
        found = await self.do(lambda s: reading.get_medication(s, medicine.id))
        assert isinstance(found.schedule, WallClock)
        return [f"{at:%H:%M}" for at in found.schedule.times]

    async def doses(self, medicine: MedicineFacts) -> list[DoseFacts]:
        return list(await factories.doses_of(self.database, self.family, medicine))

    async def open(self, medicine: MedicineFacts) -> list[datetime]:
        return [dose.due_at for dose in await self.doses(medicine) if dose.status is PENDING]

    async def asked(self, moment: datetime) -> None:
        """It is *moment*, and everything due by then was asked for."""
        await factories.wake_up(self.database, moment)
        await factories.deliver(self.database)

    async def news(self) -> dict[str, list[str]]:
        """What each reader is about to be told of changes."""

        async def read(scope: Scope) -> Sequence[Message]:
            waiting = await scope.rows(
                text("SELECT id FROM notifications WHERE kind = 'changes' AND status = 'pending'")
            )
            return await kinds.read_messages(scope, [row.id for row in waiting])

        found = await self.database.run(read, as_family(self.family.id))
        return {
            message.receiver.name: changed(message.facts).text.splitlines()
            for message in found
            if isinstance(message.facts, ChangesFacts) and reason_not_to_send(message) is None
        }

    async def undo(self, who: Account | None = None) -> ActionKind:
        async def undo_last(scope: Scope) -> ActionKind:
            action = await last_actions.find_last_action(scope)
            await undo.undo_action(scope, action.id)
            return action.kind

        return await self.do(undo_last, who)


@pytest_asyncio.fixture
async def home(database: Database, database_url: str) -> Home:
    """Monday 23 November, 07:30 in London: Anna and Ben look after Mum."""
    anna = await factories.user(database)
    smith = await factories.family(database, anna)
    mum = await factories.person(database, anna)
    ben = await factories.member(database, anna)
    return Home(database, database_url, smith, anna, ben, mum)


async def test_nobody_has_said_when_a_new_persons_day_is(home: Home) -> None:
    assert await home.day() == {}
    async with without_walls(home.url) as connection:
        stored = (await connection.execute(text("SELECT day_times FROM care_recipients"))).all()
    assert [tuple(row) for row in stored] == [(None,)]


async def test_upcoming_doses_move_with_breakfast_and_others_stay(home: Home) -> None:
    levo = await home.takes()
    aspirin = await home.takes(daily("08:00"), "Aspirin")
    assert await home.open(levo) == [at(24, 7, 30)]
    retiming = await home.set({BREAKFAST: time(7, 30)})
    assert [(each.name, each.times) for each in retiming.moved] == [
        ("Levothyroxine", ((time(7, 30), time(7)),))
    ]
    assert await home.day() == {"breakfast": "07:30"}
    assert await home.times(levo) == ["07:00"]
    assert await home.open(levo) == [at(24, 7)]
    assert await home.open(aspirin) == [at(23, 8), at(24, 8)]


async def test_what_is_asked_about_stays_and_is_not_asked_for_twice(home: Home) -> None:
    evening = await home.takes(hanging_on(("08:00", Moment(BREAKFAST))), "Ramipril")
    await home.asked(at(23, 8))
    await home.set({BREAKFAST: time(9)})
    assert await home.open(evening) == [at(23, 8), at(24, 9)]


async def test_what_was_taken_stays_as_it_was_recorded(home: Home) -> None:
    medicine = await home.takes(hanging_on(("08:00", Moment(BREAKFAST))), "Ramipril")
    await home.asked(at(23, 8))
    [first, _] = await home.doses(medicine)
    await home.do(lambda s: recording.record_doses(s, [first.id], status=DoseStatus.TAKEN))
    await home.set({BREAKFAST: time(9)})
    [kept, *_] = await home.doses(medicine)
    assert (kept.due_at, kept.status) == (at(23, 8), DoseStatus.TAKEN)
    assert await home.open(medicine) == [at(24, 9)]


async def test_a_paused_medicine_moves_too_and_a_stopped_one_when_it_is_restored(
    home: Home,
) -> None:
    paused, stopped = await home.takes(), await home.takes(EMPTY_STOMACH, "Iron")
    await home.do(lambda s: status.pause_medication(s, paused.id, resumes_on=date(2026, 11, 24)))
    await home.do(lambda s: status.stop_medication(s, stopped.id))
    retiming = await home.set({BREAKFAST: time(7)})
    assert [each.name for each in retiming.moved] == ["Levothyroxine"]
    assert await home.times(paused) == ["06:30"]
    assert await home.open(paused) == [at(24, 6, 30)]
    assert await home.times(stopped) == ["07:30"]
    restored = await home.do(lambda s: status.restore_medication(s, stopped.id))
    assert restored.status is MedicineStatus.ACTIVE
    assert await home.times(stopped) == ["06:30"]
    assert await home.open(stopped) == [at(24, 6, 30)]


class TestUndo:
    async def test_everything_is_as_it_was(self, home: Home) -> None:
        levo = await home.takes()
        await home.set({BREAKFAST: time(7), BEDTIME: time(22)})
        assert await home.undo() is ActionKind.DAY_TIMES_SET
        assert await home.day() == {}
        assert await home.times(levo) == ["07:30"]
        assert await home.open(levo) == [at(24, 7, 30)]

    async def test_only_the_parts_that_it_changed(self, home: Home) -> None:
        await home.set({BREAKFAST: time(7), DINNER: time(19)})
        await home.set({BREAKFAST: time(6)})
        await home.undo()
        assert await home.day() == {"breakfast": "07:00", "dinner": "19:00"}

    async def test_a_medicine_that_was_added_since_follows_it(self, home: Home) -> None:
        await home.set({BREAKFAST: time(7)})
        event = (await home.do(last_actions.find_last_action)).id
        iron = await home.takes(hanging_on(("06:30", BEFORE_BREAKFAST)), "Iron")
        await home.do(lambda s: undo.undo_action(s, event))
        assert await home.times(iron) == ["07:30"]

    async def test_an_edit_that_is_undone_comes_back_at_the_times_of_now(self, home: Home) -> None:
        levo = await home.takes()
        await home.do(
            lambda s: editing.edit_medication(s, levo.id, version=1, schedule=daily("06:00"))
        )
        edit = (await home.do(last_actions.find_last_action)).id
        await home.set({BREAKFAST: time(9)})
        await home.do(lambda s: undo.undo_action(s, edit))
        assert await home.times(levo) == ["08:30"]

    async def test_a_second_tap_leaves_nothing_to_undo(self, home: Home) -> None:
        levo = await home.takes()
        await home.set({BREAKFAST: time(7)})
        await home.set({BREAKFAST: time(7)})
        await home.undo()
        assert await home.times(levo) == ["07:30"]


class TestClashes:
    async def test_two_times_that_would_meet_refuse_all_of_it(self, home: Home) -> None:
        meets = hanging_on(("07:00", None), ("07:30", BEFORE_BREAKFAST))
        levo, zinc = await home.takes(), await home.takes(meets, "Zinc")
        with pytest.raises(TimesOfDayClash) as clash:
            await home.set({BREAKFAST: time(7, 30), BEDTIME: time(23)})
        assert (clash.value.name, clash.value.problem) == ("Zinc", ScheduleProblem.MOMENTS_MEET)
        assert await home.day() == {}
        assert (await home.times(levo), await home.times(zinc)) == (["07:30"], ["07:00", "07:30"])

    async def test_a_moment_cannot_leave_its_day(self, home: Home) -> None:
        after = Moment(BEDTIME, Relation.AFTER, timedelta(hours=1))
        await home.takes(hanging_on(("23:00", after)), "Melatonin")
        with pytest.raises(TimesOfDayClash) as clash:
            await home.set({BEDTIME: time(23, 30)})
        assert clash.value.problem is ScheduleProblem.MOMENT_ON_ANOTHER_DAY
        assert await home.day() == {}

    async def test_a_dose_keeps_its_amount_when_its_place_among_the_others_changes(
        self, home: Home
    ) -> None:
        one, two = Dosage("1 tablet"), Dosage("2 tablets")
        schedule = WallClock(
            (time(8), time(9)),
            date(2026, 11, 23),
            dosages=(one, two),
            moments=(Moment(BREAKFAST), None),
        )
        medicine = await home.takes(schedule, "Ramipril")
        await home.set({BREAKFAST: time(10)})
        found = await home.do(lambda s: reading.get_medication(s, medicine.id))
        assert isinstance(found.schedule, WallClock)
        assert (found.schedule.times, found.schedule.dosages) == ((time(9), time(10)), (two, one))


class TestMeanwhile:
    async def test_what_was_shown_is_what_is_saved(self, home: Home) -> None:
        levo = await home.takes()
        wanted = {BREAKFAST: time(7)}
        shown = await home.do(lambda s: day_times.preview_day_times(s, home.mum.id, wanted))
        await home.set({BREAKFAST: time(9)}, home.ben)
        with pytest.raises(DayTimesChanged):
            await home.set(wanted, seen=shown.fingerprint)
        assert await home.times(levo) == ["08:30"]

    async def test_a_medicine_that_would_move_unseen_is_shown_first(self, home: Home) -> None:
        wanted = {BREAKFAST: time(7)}
        shown = await home.do(lambda s: day_times.preview_day_times(s, home.mum.id, wanted))
        levo = await home.takes()
        with pytest.raises(DayTimesChanged):
            await home.set(wanted, seen=shown.fingerprint)
        assert await home.times(levo) == ["07:30"]

    async def test_another_part_of_the_day_does_not_matter(self, home: Home) -> None:
        wanted = {BREAKFAST: time(7)}
        shown = await home.do(lambda s: day_times.preview_day_times(s, home.mum.id, wanted))
        await home.set({BEDTIME: time(23)}, home.ben)
        await home.set(wanted, seen=shown.fingerprint)
        assert await home.day() == {"breakfast": "07:00", "bedtime": "23:00"}

    async def test_an_edit_that_saw_the_old_times_is_asked_again(self, home: Home) -> None:
        levo = await home.takes()
        await home.set({BREAKFAST: time(7)}, home.ben)
        with pytest.raises(MedicineChanged):
            await home.do(
                lambda s: editing.edit_medication(
                    s, levo.id, version=levo.version, dosage=Dosage("50 mg")
                )
            )

    async def test_a_schedule_that_was_read_with_other_times_is_not_saved(self, home: Home) -> None:
        await home.set({BREAKFAST: time(7)})
        with pytest.raises(DayTimesChanged):
            await home.takes()
        aspirin = await home.takes(daily("08:00"), "Aspirin")
        with pytest.raises(DayTimesChanged):
            await home.do(
                lambda s: editing.edit_medication(s, aspirin.id, version=1, schedule=EMPTY_STOMACH)
            )


class TestAtOnce:
    async def test_two_caregivers_set_the_day(self, home: Home) -> None:
        levo = await home.takes()
        await asyncio.gather(
            home.set({BREAKFAST: time(7), BEDTIME: time(23)}),
            home.set({BREAKFAST: time(9), DINNER: time(19)}, home.ben),
        )
        day = await home.day()
        assert (day["bedtime"], day["dinner"]) == ("23:00", "19:00")
        assert (day["breakfast"], await home.times(levo)) in (
            ("07:00", ["06:30"]),
            ("09:00", ["08:30"]),
        )

    async def test_a_medicine_is_added_while_the_day_changes(self, home: Home) -> None:
        added, _ = await asyncio.gather(
            home.takes(), home.set({BREAKFAST: time(7)}, home.ben), return_exceptions=True
        )
        if isinstance(added, MedicineFacts):
            assert await home.times(added) == ["06:30"]
        else:
            assert isinstance(added, DayTimesChanged)


class TestWithANewMedicine:
    async def test_its_times_and_the_day_are_saved_together(self, home: Home) -> None:
        iron = await home.takes(EMPTY_STOMACH, "Iron")
        new = NewMedicine(
            home.mum.id, "Levothyroxine", Dosage("50 µg"), hanging_on(("06:30", BEFORE_BREAKFAST))
        )
        levo = await home.do(
            lambda s: adding.add_medication(s, new, day_times={BREAKFAST: time(7)})
        )
        assert await home.day() == {"breakfast": "07:00"}
        assert (await home.times(iron), await home.times(levo)) == (["06:30"], ["06:30"])
        assert await home.undo() is ActionKind.ADDED
        assert (await home.day(), await home.times(iron)) == ({}, ["07:30"])
        assert await home.undo() is ActionKind.ADDED
        assert await home.do(reading.list_medicines) == []

    async def test_what_was_built_on_the_time_since_keeps_it(self, home: Home) -> None:
        levo = await home.adds("Levothyroxine", {BREAKFAST: time(7)})
        iron = await home.takes(hanging_on(("06:30", BEFORE_BREAKFAST)), "Iron")
        removed = await home.do(lambda s: adding.remove_medication(s, levo.id))
        assert (set(removed.parts), removed.day.at(BREAKFAST)) == ({BREAKFAST}, time(7))
        assert (await home.day(), await home.times(iron)) == ({"breakfast": "07:00"}, ["06:30"])

    async def test_a_time_that_somebody_has_set_anew_stays(self, home: Home) -> None:
        levo = await home.adds("Levothyroxine", {BREAKFAST: time(7), BEDTIME: time(23)})
        await home.set({BREAKFAST: time(6, 45)}, home.ben)
        removed = await home.do(lambda s: adding.remove_medication(s, levo.id))
        assert removed.day.named == {BREAKFAST: time(6, 45)}
        assert await home.day() == {"breakfast": "06:45"}

    async def test_the_time_of_a_second_one_is_its_own(self, home: Home) -> None:
        levo = await home.adds("Levothyroxine", {BREAKFAST: time(7)})
        iron = await home.adds("Iron", {BEDTIME: time(23)})
        await home.do(lambda s: adding.remove_medication(s, levo.id))
        assert await home.day() == {"bedtime": "23:00"}
        await home.do(lambda s: adding.remove_medication(s, iron.id))
        assert await home.day() == {}

    async def test_if_another_one_cannot_follow_neither_is_saved(self, home: Home) -> None:
        await home.takes(hanging_on(("06:30", None), ("07:30", BEFORE_BREAKFAST)), "Zinc")
        new = NewMedicine(
            home.mum.id, "Levothyroxine", Dosage("50 µg"), hanging_on(("06:30", BEFORE_BREAKFAST))
        )
        with pytest.raises(TimesOfDayClash):
            await home.do(lambda s: adding.add_medication(s, new, day_times={BREAKFAST: time(7)}))
        names = await home.do(reading.list_medicines)
        assert ([each.name for each in names], await home.day()) == (["Zinc"], {})


class TestNews:
    async def test_who_looks_after_the_person_is_told_what_follows(self, home: Home) -> None:
        await home.takes()
        move_to(home.database.clock, at(23, 7, 40))
        await factories.deliver(home.database)
        await home.set({BREAKFAST: time(7), BEDTIME: time(22)})
        assert await home.news() == {
            "Ben": [
                "🕗 Anna changed the times of Mum's day:",
                "Breakfast 07:00",
                "The times of <b>Levothyroxine</b> have changed, too. /meds shows them.",
            ]
        }

    async def test_the_usual_times_are_no_news(self, home: Home) -> None:
        await home.set({BREAKFAST: time(8), BEDTIME: time(22)})
        assert await home.news() == {}

    async def test_what_is_undone_before_it_is_told_is_not_told(self, home: Home) -> None:
        await home.set({BREAKFAST: time(7)})
        await home.undo()
        assert await home.news() == {}

    async def test_an_undo_later_is_told_anew(self, home: Home) -> None:
        await home.set({BREAKFAST: time(7)})
        move_to(home.database.clock, at(23, 9))
        await factories.deliver(home.database)
        await home.undo()
        assert await home.news() == {
            "Ben": [
                "↩️ Anna undid a change to the times of Mum's day. They're as they were before:",
                "Breakfast 08:00 (assumed)",
            ]
        }


class TestWalls:
    async def test_another_familys_person_is_not_found(self, home: Home) -> None:
        stranger = await factories.user(home.database, "Carl")
        await factories.family(home.database, stranger, "Miller")
        with pytest.raises(NotFound):
            await home.set({BREAKFAST: time(7)}, stranger)
        with pytest.raises(NotFound):
            await home.do(
                lambda s: day_times.preview_day_times(s, home.mum.id, {BREAKFAST: time(7)}),
                stranger,
            )
        assert await home.day() == {}

    @pytest.mark.parametrize("role", [Role.VIEWER, Role.RECIPIENT])
    async def test_who_may_not_change_medicines_may_not_change_the_day(
        self, home: Home, role: Role
    ) -> None:
        person = home.mum if role is Role.RECIPIENT else None
        vera = await factories.member(home.database, home.anna, role, name="Vera", person=person)
        with pytest.raises(NotAllowed):
            await home.set({BREAKFAST: time(7)}, vera)
        assert await home.day() == {}

    async def test_parts_that_a_newer_program_has_stored_stay(self, home: Home) -> None:
        newer = """UPDATE care_recipients SET day_times = '{"elevenses": "11\\:00"}'"""
        async with without_walls(home.url, keep=True) as connection:
            await connection.execute(text(newer))
        await home.set({BREAKFAST: time(7)})
        assert await home.day() == {"elevenses": "11:00", "breakfast": "07:00"}
