"""Courses that a pause runs into: the days that they lost, and a yes that is checked again."""

import asyncio
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from domain.database.scope import Scope
from domain.medicines import reading
from domain.medicines.errors import MedicineChanged
from domain.medicines.facts import MedicineFacts
from domain.medicines.pauses import courses as paused_courses
from domain.medicines.pauses import person_pauses
from domain.medicines.pauses.courses import CourseQuestion
from domain.medicines.records import recording
from domain.medicines.schedules.courses import Stretch, last_day
from domain.medicines.schedules.kinds import Elapsed, WallClock
from domain.models.medicines import DoseStatus
from tests import factories
from tests.databases import somebody_waits_for_a_lock
from tests.factories import daily
from tests.integration.medicines.pauses.home import FRIDAY, THURSDAY, WEDNESDAY, Home, at


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
