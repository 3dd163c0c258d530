"""A pause of everything that a person takes: what it holds, how it ends, what Undo gives back."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio
from sqlalchemy import text

from domain.access import Role
from domain.appointments.occurrences import lists, lookups
from domain.database.requests import as_dispatch
from domain.database.scope import Scope
from domain.database.unit_of_work import Database
from domain.errors import NotAllowed
from domain.family import people as care_recipients
from domain.family.families import FamilyFacts
from domain.family.people import Person
from domain.family.running_pauses import Pause
from domain.medicines import reading
from domain.medicines.changes import moving, status
from domain.medicines.errors import (
    MedicineChanged,
    MedicineStopped,
    NothingToPause,
    NotPaused,
    PauseEndImpossible,
    UnseenPause,
)
from domain.medicines.facts import MedicineFacts
from domain.medicines.pauses import courses as paused_courses
from domain.medicines.pauses import notices, pause_ends, person_pauses
from domain.medicines.pauses.courses import CourseQuestion
from domain.medicines.pauses.paused_people import PausedPerson
from domain.medicines.records import recording
from domain.medicines.records.intakes import NOW_AS_USUAL, Confirm, Giving, give
from domain.medicines.records.outlook import Doubt
from domain.medicines.schedules.courses import Stretch, last_day
from domain.medicines.schedules.kinds import AsNeeded, Elapsed, WallClock
from domain.models.medicines import DoseStatus, MedicineStatus
from domain.overview.last_actions import find_last_action
from domain.overview.own_actions import ActionKind
from domain.overview.undo import undo_action
from domain.reminders.timers import list_timers
from tests import factories
from tests.databases import move_to, somebody_waits_for_a_lock, without_walls
from tests.factories import Account, T, daily
from tests.invariants import find_violations

ACTIVE, PAUSED, STOPPED = MedicineStatus
WEDNESDAY, THURSDAY, FRIDAY = (date(2026, 11, day) for day in (25, 26, 27))


def at(day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


@dataclass(frozen=True)
class Home:
    database: Database
    family: FamilyFacts
    anna: Account
    ben: Account
    mum: Person

    async def do(self, work: Callable[[Scope], Awaitable[T]], who: Account | None = None) -> T:
        return await factories.acting(self.database, who or self.anna, work)

    def is_now(self, moment: datetime) -> None:
        move_to(self.database.clock, moment)

    async def add(self, name: str = "Aspirin", schedule: Any = None) -> MedicineFacts:
        return await factories.medicine(
            self.database, self.anna, self.mum, name=name, schedule=schedule
        )

    async def pause(
        self, until: date | None = FRIDAY, *, who: Account | None = None, **how: Any
    ) -> PausedPerson:
        return await self.do(
            lambda scope: person_pauses.pause_person(scope, self.mum.id, resumes_on=until, **how),
            who,
        )

    async def resume(self, who: Account | None = None) -> PausedPerson:
        return await self.do(lambda scope: person_pauses.resume_person(scope, self.mum.id), who)

    async def undo(self) -> ActionKind:
        action = await self.do(find_last_action)
        await self.do(lambda scope: undo_action(scope, action.id))
        return action.kind

    async def state(self, medicine: MedicineFacts) -> tuple[MedicineStatus, datetime | None, bool]:
        now = await self.do(lambda scope: reading.get_medication(scope, medicine.id))
        return (now.status, now.resumes_at, now.is_paused_with_person)

    async def running(self) -> Pause | None:
        person = await self.do(lambda scope: care_recipients.get_person(scope, self.mum.id))
        return person.pause

    async def open(self, medicine: MedicineFacts) -> list[datetime]:
        found = await factories.doses_of(self.database, self.family, medicine)
        return [dose.due_at for dose in found if dose.status is DoseStatus.PENDING]

    async def expand(self) -> None:
        await factories.expand(self.database)

    async def tell(self) -> int:
        """What the alarm does at the end of pauses."""
        return await factories.do_chore(
            self.database, lambda scope: pause_ends.find_due(scope, 10), pause_ends.announce_or_end
        )

    async def rows(self, sql: str) -> Sequence[Any]:
        url = self.database.engine.url.render_as_string(hide_password=False)
        async with without_walls(url) as connection:
            return (await connection.execute(text(sql))).all()

    async def notices(self) -> Sequence[Any]:
        return await self.rows("SELECT * FROM notifications WHERE kind = 'pause_ends'")


@pytest_asyncio.fixture
async def home(database: Database) -> Home:
    """Monday 23 November, 07:30 in London: Anna and Ben look after Mum."""
    anna = await factories.user(database)
    smith = await factories.family(database, anna)
    ben = await factories.member(database, anna)
    return Home(database, smith, anna, ben, await factories.person(database, anna))


async def test_all_medicines_are_quiet_and_come_back_by_themselves(home: Home) -> None:
    aspirin, metformin = await home.add(), await home.add("Metformin", daily("20:00"))
    await factories.wake_up(home.database, at(23, 8))
    await factories.deliver(home.database)
    home.is_now(at(23, 8, 5))
    paused = await home.pause()
    assert [medicine.name for medicine in paused.medicines] == ["Aspirin", "Metformin"]
    assert await home.state(aspirin) == (PAUSED, at(27), True)
    assert await home.open(aspirin) == await home.open(metformin) == []
    for day in (24, 25, 26):
        home.is_now(at(day, 12))
        await home.expand()
        await factories.wake_up(home.database)
    home.is_now(at(27))
    assert await home.tell() == 1
    assert await home.state(aspirin) == (ACTIVE, None, False)
    assert await home.running() is None
    await home.expand()
    assert (await home.open(aspirin))[0] == at(27, 8)
    statuses = {
        dose.status for dose in await factories.doses_of(home.database, home.family, aspirin)
    }
    assert statuses == {DoseStatus.CANCELLED, DoseStatus.PENDING}  # neither missed nor asked for


async def test_its_end_needs_no_alarm(home: Home) -> None:
    """Whatever reads it knows that it is over, also before anything has ended it."""
    aspirin = await home.add()
    await home.pause(WEDNESDAY)
    home.is_now(at(25, 0, 1))
    assert await home.running() is None
    assert await home.state(aspirin) == (ACTIVE, None, False)
    await home.expand()
    assert await home.rows("SELECT id FROM medications WHERE is_paused_with_person") == []
    await home.pause(FRIDAY)  # nor does the old one stand in the way of a new one


async def test_what_is_paused_by_itself_stays_so(home: Home) -> None:
    aspirin, statin, iron = await home.add(), await home.add("Statin"), await home.add("Iron")
    await home.do(lambda s: status.pause_medication(s, statin.id, resumes_on=None))
    later = date(2026, 11, 30)
    await home.do(lambda s: status.pause_medication(s, iron.id, resumes_on=later))
    paused = await home.pause()
    assert [medicine.name for medicine in paused.apart] == ["Iron", "Statin"]
    resumed = await home.resume()
    assert [medicine.name for medicine in resumed.medicines] == ["Aspirin"]
    assert await home.state(aspirin) == (ACTIVE, None, False)
    assert await home.state(statin) == (PAUSED, None, False)
    assert await home.state(iron) == (PAUSED, at(30), False)


async def test_a_pause_of_its_own_that_ends_in_between_goes_on_with_the_person(
    home: Home,
) -> None:
    iron = await home.add("Iron")
    await home.do(lambda s: status.pause_medication(s, iron.id, resumes_on=WEDNESDAY))
    await home.pause(FRIDAY)
    assert await home.state(iron) == (PAUSED, at(27), True)
    await home.resume()
    assert await home.state(iron) == (PAUSED, at(25), False)  # it is what it was
    await home.pause(FRIDAY)
    home.is_now(at(26, 12))
    await home.resume()
    assert await home.state(iron) == (ACTIVE, None, False)  # its own is over by now


async def test_one_undo_takes_the_whole_pause_back(home: Home) -> None:
    aspirin, metformin = await home.add(), await home.add("Metformin")
    statin = await home.add("Statin")
    await home.do(lambda s: status.pause_medication(s, statin.id, resumes_on=WEDNESDAY))
    await home.pause()
    assert await home.undo() is ActionKind.PERSON_PAUSED
    assert await home.running() is None
    assert await home.state(aspirin) == await home.state(metformin) == (ACTIVE, None, False)
    assert await home.state(statin) == (PAUSED, at(25), False)
    assert (await home.open(aspirin))[0] == at(23, 8)


async def test_undo_of_resuming_pauses_again_what_it_was(home: Home) -> None:
    aspirin, metformin = await home.add(), await home.add("Metformin")
    before = (await home.pause(silences_appointments=True)).person.pause
    home.is_now(at(23, 7, 40))
    await home.resume()
    await home.do(lambda s: status.stop_medication(s, metformin.id), home.ben)
    assert await home.undo() is ActionKind.PERSON_RESUMED
    assert await home.running() == before
    assert await home.state(aspirin) == (PAUSED, at(27), True)
    assert await home.state(metformin) == (STOPPED, None, False)


async def test_the_end_is_moved_and_moved_back(home: Home) -> None:
    aspirin = await home.add()
    seen = (await home.pause()).person.pause
    home.is_now(at(23, 7, 40))
    await home.pause(date(2026, 11, 30), seen=seen)
    assert await home.state(aspirin) == (PAUSED, at(30), True)
    await home.undo()
    assert await home.state(aspirin) == (PAUSED, at(27), True)
    assert await home.running() == seen


async def test_what_was_resumed_by_itself_stays_so_when_the_end_moves(home: Home) -> None:
    aspirin, metformin = await home.add(), await home.add("Metformin")
    seen = (await home.pause()).person.pause
    await home.do(lambda s: status.restore_medication(s, aspirin.id, only_paused=True))
    await home.pause(None, seen=seen)
    assert await home.state(aspirin) == (ACTIVE, None, False)
    assert await home.state(metformin) == (PAUSED, None, True)


async def test_of_two_who_pause_at_once_the_second_is_told(home: Home) -> None:
    await home.add()
    outcomes = await asyncio.gather(
        home.pause(FRIDAY), home.pause(THURSDAY, who=home.ben), return_exceptions=True
    )
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["PausedPerson", "UnseenPause"]


async def test_of_two_who_resume_at_once_the_second_is_told(home: Home) -> None:
    aspirin = await home.add()
    await home.pause()
    outcomes = await asyncio.gather(home.resume(), home.resume(home.ben), return_exceptions=True)
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["NotPaused", "PausedPerson"]
    assert (await home.open(aspirin))[0] == at(23, 8)


async def test_a_change_of_a_pause_that_somebody_has_changed_is_refused(home: Home) -> None:
    await home.add()
    seen = (await home.pause()).person.pause
    await home.pause(None, seen=seen, who=home.ben)
    with pytest.raises(UnseenPause):
        await home.pause(THURSDAY, seen=seen)


async def test_what_was_stopped_meanwhile_does_not_come_back(home: Home) -> None:
    aspirin, metformin = await home.add(), await home.add("Metformin")
    await home.pause()
    await home.do(lambda s: status.stop_medication(s, metformin.id), home.ben)
    with pytest.raises(MedicineStopped):
        await home.do(lambda s: status.restore_medication(s, metformin.id, only_paused=True))
    resumed = await home.resume()
    assert [medicine.name for medicine in resumed.medicines] == ["Aspirin"]
    assert (await home.state(metformin))[0] is STOPPED
    assert (await home.state(aspirin))[0] is ACTIVE


@pytest.mark.parametrize(
    ("until", "is_too_far"),
    [
        (date(2026, 11, 22), False),
        (date(2026, 11, 23), False),
        (date(2027, 11, 25), True),
        (date(2030, 1, 1), True),
    ],
)
async def test_an_end_that_cannot_be_is_refused(home: Home, until: date, is_too_far: bool) -> None:
    aspirin = await home.add()
    with pytest.raises(PauseEndImpossible) as refusal:
        await home.pause(until)
    assert refusal.value.is_too_far is is_too_far
    with pytest.raises(PauseEndImpossible):
        await home.do(lambda s: status.pause_medication(s, aspirin.id, resumes_on=until))
    assert await home.state(aspirin) == (ACTIVE, None, False)


async def test_somebody_who_takes_nothing_is_not_paused(home: Home) -> None:
    aspirin = await home.add()
    await home.do(lambda s: status.stop_medication(s, aspirin.id))
    with pytest.raises(NothingToPause):
        await home.pause()
    assert await home.running() is None


@pytest.mark.parametrize("role", [Role.VIEWER, Role.RECIPIENT])
async def test_who_only_reads_pauses_nothing(home: Home, role: Role) -> None:
    await home.add()
    person = home.mum if role is Role.RECIPIENT else None
    reader = await factories.member(home.database, home.anna, role, name="Vic", person=person)
    with pytest.raises(NotAllowed):
        await home.pause(who=reader)
    await home.pause()
    with pytest.raises(NotAllowed):
        await home.resume(reader)
    assert await home.running() is not None


async def test_without_a_pause_there_is_none_to_end(home: Home) -> None:
    await home.add()
    with pytest.raises(NotPaused):
        await home.resume()


async def test_a_new_medicine_begins_paused(home: Home) -> None:
    await home.add()
    await home.pause()
    statin = await home.add("Statin")
    assert (statin.status, statin.resumes_at, statin.first_due_at) == (PAUSED, at(27), at(27, 8))
    assert await home.open(statin) == []
    await home.resume()
    assert await home.state(statin) == (ACTIVE, None, False)
    assert (await home.open(statin))[0] == at(23, 8)


async def test_restored_after_a_stop_it_is_paused_like_everything_else(home: Home) -> None:
    aspirin, _other = await home.add(), await home.add("Metformin")
    await home.do(lambda s: status.stop_medication(s, aspirin.id))
    await home.pause()
    await home.do(lambda s: status.restore_medication(s, aspirin.id))
    assert await home.state(aspirin) == (PAUSED, at(27), True)


async def test_undoing_a_stop_leaves_it_paused_like_everything_else(home: Home) -> None:
    aspirin, _other = await home.add(), await home.add("Metformin")
    await home.do(lambda s: status.stop_medication(s, aspirin.id))
    await home.pause(who=home.ben)
    await home.undo()
    assert await home.state(aspirin) == (PAUSED, at(27), True)


async def test_as_needed_is_paused_too_and_can_be_given(home: Home) -> None:
    needed = await home.add("Ibuprofen", AsNeeded(date(2026, 11, 23)))
    await home.pause()
    assert (await home.state(needed))[0] is PAUSED
    asked = await home.do(lambda scope: give(scope, needed.id))
    assert isinstance(asked, Confirm)
    assert Doubt.PAUSED in asked.outlook.doubts
    yes = replace(NOW_AS_USUAL, seen=asked.outlook.seen)
    await home.do(lambda scope: give(scope, needed.id, yes))
    assert await home.rows("SELECT id FROM doses WHERE status = 'taken'")


async def test_what_counts_from_the_last_intake_follows_what_is_given_in_a_pause(
    home: Home,
) -> None:
    """The doses from its return on are made already."""
    every = Elapsed(timedelta(hours=6), at(23, 8), from_last_intake=True)
    medicine = await home.add("Ibuprofen", every)
    await home.pause(WEDNESDAY)
    home.is_now(at(24, 12, 30))
    await home.expand()
    assert (await home.open(medicine))[:2] == [at(25, 2), at(25, 8)]
    asked = await home.do(lambda scope: give(scope, medicine.id))
    assert isinstance(asked, Confirm)
    yes = replace(NOW_AS_USUAL, seen=asked.outlook.seen)
    await home.do(lambda scope: give(scope, medicine.id, yes))
    for _ in range(2):
        assert (await home.open(medicine))[:3] == [at(25, 0, 30), at(25, 6, 30), at(25, 12, 30)]
        await home.expand()
    assert await home.undo() is ActionKind.RECORDED
    assert (await home.open(medicine))[:2] == [at(25, 2), at(25, 8)]


async def test_a_pause_moves_with_the_person(home: Home) -> None:
    """It ends when Friday begins in New York."""
    aspirin, iron = await home.add(), await home.add("Iron")
    await home.do(lambda s: status.pause_medication(s, iron.id, resumes_on=date(2026, 11, 30)))
    await home.pause()
    new_york = ZoneInfo("America/New_York")
    await home.do(lambda s: moving.move_person(s, home.mum.id, new_york))
    assert await home.state(aspirin) == (PAUSED, at(27, 5), True)
    assert await home.state(iron) == (PAUSED, at(30, 5), False)
    running = await home.running()
    assert running is not None
    assert running.until == at(27, 5)


async def test_undo_of_resuming_makes_extras_of_what_counted(home: Home) -> None:
    aspirin = await home.add()
    await factories.wake_up(home.database, at(23, 8))
    await factories.deliver(home.database)
    await home.pause()
    home.is_now(at(23, 8, 5))
    giving = Giving(is_extra=True)
    await home.do(lambda scope: factories.give_surely(scope, aspirin.id, giving))
    doses_now = "SELECT id, occurrence_key, is_scheduled, due_at, status FROM doses ORDER BY id"
    before = await home.rows(doses_now)
    home.is_now(at(23, 8, 10))
    await home.resume()
    assert await home.rows(doses_now) != before
    await home.undo()
    after = await home.rows(doses_now)
    assert [row for row in after if row.due_at < at(24)] == [
        row for row in before if row.due_at < at(24)
    ]


# The evening before.


async def test_the_end_is_announced_the_evening_before_to_those_who_look_after_them(
    home: Home,
) -> None:
    await factories.member(home.database, home.anna, Role.VIEWER, name="Vic")
    await home.add()
    await home.pause()
    timers = await home.database.run(lambda scope: list_timers(scope, until=at(28)), as_dispatch())
    assert at(26, 19) in timers
    home.is_now(at(26, 18, 59))
    assert await home.tell() == 0
    home.is_now(at(26, 19))
    assert await home.tell() == 1
    assert await home.tell() == 0
    told = await home.notices()
    assert {row.user_id for row in told} == {home.anna.id, home.ben.id}
    assert {row.slot_at for row in told} == {at(26, 19)}


async def test_a_pause_that_ends_tomorrow_after_seven_is_not_announced(home: Home) -> None:
    aspirin = await home.add()
    home.is_now(at(23, 19, 30))
    await home.pause(date(2026, 11, 24))
    home.is_now(at(24))
    assert await home.tell() == 1
    assert await home.notices() == []
    assert (await home.state(aspirin))[0] is ACTIVE


async def test_one_that_ends_as_planned_says_who_said_so(home: Home) -> None:
    await home.add()
    await home.pause()
    home.is_now(at(26, 19))
    await home.tell()
    await home.do(lambda s: notices.confirm_pause_end(s, home.mum.id, at(27)), home.ben)
    await home.do(lambda s: notices.confirm_pause_end(s, home.mum.id, at(27)))
    assert {row.facts["kept_by"] for row in await home.notices()} == {"Ben"}
    with pytest.raises(NotPaused):
        await home.do(lambda s: notices.confirm_pause_end(s, home.mum.id, at(28)))


async def test_when_it_is_made_longer_it_is_announced_again(home: Home) -> None:
    await home.add()
    seen = (await home.pause()).person.pause
    home.is_now(at(26, 19))
    await home.tell()
    await home.pause(date(2026, 11, 30), seen=seen)
    assert {row.wanted_version for row in await home.notices()} == {2}  # the old ones say so
    home.is_now(at(29, 19))
    assert await home.tell() == 1
    assert len(await home.notices()) == 4


# Appointments.


async def test_of_appointments_in_a_quiet_pause_nobody_is_reminded(home: Home) -> None:
    await home.add()
    during = await factories.appointment(
        home.database, home.anna, home.mum, start=datetime(2026, 11, 25, 14, 30), title="Dentist"
    )
    await factories.appointment(
        home.database, home.anna, home.mum, start=datetime(2026, 11, 27, 10), title="Checkup"
    )
    await home.pause(silences_appointments=True)
    for moment in (at(24, 14, 30), at(24, 19), at(25, 13, 30), at(25, 16)):
        await factories.wake_up(home.database, moment)
    assert await home.rows("SELECT id FROM notifications WHERE kind = 'appointment'") == []
    page = await home.do(lists.list_upcoming)
    assert [each.details.title for each in page.items] == ["Checkup"]
    shown = await home.do(lambda s: lookups.get_occurrence(s, during.id))
    assert shown.pause is not None
    assert shown.pause.silences_appointments
    # What takes place on the day of return is told of as ever: the day before, and who drives.
    await factories.wake_up(home.database, at(26, 10))
    await factories.wake_up(home.database, at(26, 19))
    told = await home.rows("SELECT facts FROM notifications WHERE kind = 'appointment'")
    assert len(told) == 4


async def test_appointments_are_reminded_of_unless_they_are_to_be_quiet(home: Home) -> None:
    await home.add()
    await factories.appointment(
        home.database, home.anna, home.mum, start=datetime(2026, 11, 25, 14, 30)
    )
    await home.pause()
    await factories.wake_up(home.database, at(24, 14, 30))
    assert len(await home.rows("SELECT id FROM notifications WHERE kind = 'appointment'")) == 2


# Courses.


def antibiotic(*times: str) -> WallClock:
    """Until 27 November."""
    return daily(*(times or ("08:00",)), ends_on=date(2026, 11, 27))


async def courses(home: Home, *medicines: MedicineFacts, until: datetime) -> list[tuple[str, Any]]:
    async def work(scope: Scope) -> list[tuple[str, Any]]:
        since = await paused_courses.find_left_out_since(scope, home.mum.id)
        assert since is not None
        lost = Stretch.between(since, until, home.mum.zone)
        found = [
            await paused_courses.find_course_change(scope, CourseQuestion(medicine.id, lost))
            for medicine in medicines
        ]
        return [
            (course.medicine.name, (course.days, last_day(course.schedule, home.mum.zone)))
            for course in found
            if course is not None
        ]

    return await home.do(work)


async def test_a_course_may_last_longer_by_the_days_it_lost(home: Home) -> None:
    amoxicillin, aspirin = await home.add("Amoxicillin", antibiotic()), await home.add()
    await home.pause(THURSDAY)
    assert await courses(home, amoxicillin, aspirin, until=at(26)) == [
        ("Amoxicillin", (3, date(2026, 11, 30)))
    ]


async def test_a_day_on_which_it_was_given_is_not_lost(home: Home) -> None:
    amoxicillin = await home.add("Amoxicillin", antibiotic())
    await factories.wake_up(home.database, at(23, 8))
    (dose, *_) = await factories.doses_of(home.database, home.family, amoxicillin)
    await home.do(lambda s: recording.record_doses(s, [dose.id], status=DoseStatus.TAKEN))
    await home.pause(THURSDAY)
    assert await courses(home, amoxicillin, until=at(26)) == [
        ("Amoxicillin", (2, date(2026, 11, 29)))
    ]


async def test_a_dose_that_was_open_when_it_began_is_lost(home: Home) -> None:
    amoxicillin = await home.add("Amoxicillin", antibiotic())
    await factories.wake_up(home.database, at(23, 8))
    home.is_now(at(23, 8, 10))
    await home.pause(THURSDAY)
    assert await courses(home, amoxicillin, until=at(26)) == [
        ("Amoxicillin", (3, date(2026, 11, 30)))
    ]


async def test_a_longer_pause_asks_about_the_days_that_are_added(home: Home) -> None:
    amoxicillin = await home.add("Amoxicillin", antibiotic())
    seen = (await home.pause(WEDNESDAY)).person.pause
    await home.pause(FRIDAY, seen=seen)
    assert await courses(home, amoxicillin, until=at(27)) == [
        ("Amoxicillin", (2, date(2026, 11, 29)))
    ]


async def test_after_a_pause_without_end_what_was_lost_until_now_counts(home: Home) -> None:
    amoxicillin = await home.add("Amoxicillin", antibiotic())
    await home.pause(None)
    home.is_now(at(25, 12))
    await home.resume()
    assert await courses(home, amoxicillin, until=at(25, 12)) == [
        ("Amoxicillin", (3, date(2026, 11, 30)))
    ]


async def test_what_comes_back_open_is_not_lost(home: Home) -> None:
    amoxicillin = await home.add("Amoxicillin", antibiotic())
    await home.pause(None)
    home.is_now(at(24, 8, 5))
    await home.resume()
    assert (await home.open(amoxicillin))[0] == at(24, 8)
    assert await courses(home, amoxicillin, until=at(24, 8, 5)) == [
        ("Amoxicillin", (1, date(2026, 11, 28)))
    ]


async def test_nothing_is_broken_in_the_tables(home: Home) -> None:
    await home.add()
    await home.add("Metformin", daily("08:00", "20:00"))
    await factories.wake_up(home.database, at(23, 8))
    await factories.deliver(home.database)
    seen = (await home.pause()).person.pause
    await home.pause(None, seen=seen)
    await home.resume()
    await home.undo()
    url = home.database.engine.url.render_as_string(hide_password=False)
    found = await find_violations(url, home.database.clock)
    assert [each for each in found if each.invariant in (1, 5, 7, 8)] == []


async def test_a_yes_is_checked_in_the_transaction_that_writes(home: Home) -> None:
    """The pause ends while the yes waits for it: the yes sees that."""
    amoxicillin = await home.add("Amoxicillin", antibiotic())
    since = home.database.clock.now()
    await home.pause(THURSDAY)
    question = CourseQuestion(amoxicillin.id, Stretch.between(since, at(26), home.mum.zone))
    change = await home.do(lambda s: paused_courses.find_course_change(s, question))
    assert change is not None
    resumed, answered = asyncio.Event(), asyncio.Event()
    url = home.database.engine.url.render_as_string(hide_password=False)

    async def resume(scope: Scope) -> None:
        await person_pauses.resume_person(scope, home.mum.id)
        resumed.set()
        await somebody_waits_for_a_lock(url)
        assert not answered.is_set()

    async def say_yes(scope: Scope) -> None:
        await resumed.wait()
        await paused_courses.change_course(scope, question, seen=change.shown)

    async def answer() -> None:
        with pytest.raises(MedicineChanged):
            await home.do(say_yes, home.ben)
        answered.set()

    await asyncio.gather(home.do(resume), answer())
    schedule = (await home.do(lambda s: reading.get_medication(s, amoxicillin.id))).schedule
    assert last_day(schedule, home.mum.zone) == date(2026, 11, 27)


async def test_a_course_of_hours_gets_its_end_back(home: Home) -> None:
    every = Elapsed(timedelta(hours=8), at(23, 9), ends_at=at(27, 9))
    amoxicillin = await home.add("Amoxicillin", every)
    await home.pause(THURSDAY)
    lost = Stretch.between(at(23, 7, 30), at(26), home.mum.zone)
    await say_yes(home, CourseQuestion(amoxicillin.id, lost))
    home.is_now(at(24, 12))
    await home.resume()
    taken_back = await say_yes(home, CourseQuestion(amoxicillin.id))
    # Those of 09:00, 17:00, 01:00 and 09:00 were lost.
    assert taken_back.schedule == replace(every, ends_at=at(27, 9) + 4 * every.every)


async def say_yes(home: Home, question: CourseQuestion) -> MedicineFacts:
    async def work(scope: Scope) -> MedicineFacts:
        change = await paused_courses.find_course_change(scope, question)
        assert change is not None
        return await paused_courses.change_course(scope, question, seen=change.shown)

    return await home.do(work)
