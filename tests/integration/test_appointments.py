"""Appointments in the tables: what a change reaches, what survives it, and what is told."""

import asyncio
import os
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any, TypeVar
from uuid import uuid4
from zoneinfo import ZoneInfo

import icalendar
import pytest
import pytest_asyncio
import recurring_ical_events
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from bot.features.appointments.views.calendar_files import calendar_file
from domain.access import Role
from domain.appointments import adding, attendance
from domain.appointments.calendars import get_entries
from domain.appointments.changes import cancelling, edits, rescheduling
from domain.appointments.changes.locking import Reach
from domain.appointments.details import Details, NewAppointment
from domain.appointments.errors import (
    AppointmentCancelled,
    AppointmentChanged,
    AppointmentInPast,
    AppointmentOver,
    DriverAlreadySet,
    TimeDoesNotExist,
)
from domain.appointments.occurrences import lists, lookups, selection
from domain.appointments.occurrences.facts import OccurrenceFacts, OccurrencePage
from domain.appointments.occurrences.lookups import get_occurrence
from domain.appointments.recurrences import Recurrence
from domain.appointments.series import extension
from domain.database.requests import as_dispatch, as_family
from domain.database.scope import Scope
from domain.database.unit_of_work import Database
from domain.errors import NotAllowed, NotFound, NothingToUndo
from domain.family.families import FamilyFacts
from domain.family.people import Person
from domain.models import AppointmentOccurrence, CareRecipient
from domain.models.appointments import OccurrenceStatus
from domain.overview import last_actions, own_actions, undo
from domain.reminders import due as reminders
from domain.savepoints import run_in_savepoint
from tests import factories
from tests.databases import MORNING, move_to, without_walls
from tests.factories import Account
from tests.invariants import find_violations
from tests.phone_calendar import Entry, PhoneCalendar

T = TypeVar("T")
LONDON = ZoneInfo("Europe/London")
TUESDAYS = "FREQ=WEEKLY;BYDAY=TU"


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

    async def add(self, **given: Any) -> OccurrenceFacts:
        return await factories.appointment(self.database, self.anna, self.mum, **given)

    async def planned(self, *, most: int = 6) -> list[str]:
        """The local starts of what is to come."""
        async with without_walls(self.url) as connection:
            rows = await connection.execute(
                text(
                    "SELECT starts_at FROM appointment_occurrences o JOIN appointments a"
                    " ON a.id = o.appointment_id AND a.deleted_at IS NULL"
                    " WHERE o.status = 'planned' AND o.starts_at > :now"
                    " ORDER BY starts_at LIMIT :most"
                ),
                {"now": self.database.clock.now(), "most": most},
            )
            return [f"{row.starts_at.astimezone(LONDON):%d %b %H:%M}" for row in rows]

    async def at(self, key: str) -> OccurrenceFacts:
        """The occurrence that a rule gives at that local start."""
        async with without_walls(self.url) as connection:
            found = await connection.scalar(
                text("SELECT id FROM appointment_occurrences WHERE occurrence_key = :key"),
                {"key": key},
            )
        return await self.do(lambda scope: get_occurrence(scope, found))

    async def move(self, facts: OccurrenceFacts, start: datetime, reach: Reach) -> OccurrenceFacts:
        return await self.do(
            lambda s: rescheduling.move_occurrence(
                s, facts.id, start, reach=reach, version=facts.version
            )
        )

    async def undo(self) -> None:
        action = await self.do(last_actions.find_last_action)
        await self.do(lambda scope: undo.undo_action(scope, action.id))

    async def wake_up(self, at: datetime) -> list[dict[str, str]]:
        """What is told at that instant: the steps of each message."""
        move_to(self.database.clock, at)
        before = await self._told()
        await self.database.run(lambda s: reminders.act_on_due(s, limit=100), as_dispatch())
        return [steps for id_, steps in (await self._told()).items() if id_ not in before]

    async def _told(self) -> dict[Any, dict[str, str]]:
        async with without_walls(self.url) as connection:
            rows = await connection.execute(
                text("SELECT id, facts -> 'steps' FROM notifications WHERE kind = 'appointment'")
            )
            return {row[0]: row[1] for row in rows}

    async def repeat(self, facts: OccurrenceFacts, start: datetime, reach: Reach) -> None:
        """Every second week on the weekday of *start*, which is one of its days."""
        rule = Recurrence.from_rfc5545("FREQ=WEEKLY;INTERVAL=2", LONDON)
        await self.do(
            lambda s: rescheduling.change_recurrence(
                s, facts.id, start, rule, version=facts.version, reach=reach
            )
        )


@pytest_asyncio.fixture
async def home(database: Database, database_url: str) -> Home:
    anna = await factories.user(database)
    family = await factories.family(database, anna)
    ben = await factories.member(database, anna)
    mum = await factories.person(database, anna)
    return Home(database, database_url, family, anna, ben, mum)


async def test_a_series_has_its_rows_a_year_ahead_and_grows(home: Home) -> None:
    await home.add(rule="FREQ=DAILY", start=datetime(2026, 11, 24, 10))
    count = text("SELECT count(*), max(starts_at) FROM appointment_occurrences")
    async with without_walls(home.url) as connection:
        rows, last = (await connection.execute(count)).one()
    assert 360 < rows < 370
    move_to(home.database.clock, MORNING + timedelta(days=60))
    before = home.database.clock.now() + extension.EXTENDED_AHEAD
    made = await factories.do_chore(
        home.database,
        lambda s: extension.find_due(s, before=before, limit=10),
        lambda s, ids: extension.extend_series(s, ids, before=before),
    )
    assert made == 1
    async with without_walls(home.url) as connection:
        more, later = (await connection.execute(count)).one()
    assert (more - rows, later - last) == (60, timedelta(days=60))
    assert not await home.database.run(
        lambda s: extension.find_due(s, before=before, limit=10), as_dispatch()
    )


async def test_what_ends_or_comes_once_is_never_looked_at_again(home: Home) -> None:
    await home.add()
    await home.add(rule="FREQ=WEEKLY;UNTIL=20270301T000000Z")
    far = home.database.clock.now() + timedelta(days=9_000)
    assert not await home.database.run(
        lambda s: extension.find_due(s, before=far, limit=10), as_dispatch()
    )


async def test_an_hour_that_does_not_exist_and_one_that_is_over(home: Home) -> None:
    with pytest.raises(TimeDoesNotExist) as skipped:
        await home.add(start=datetime(2027, 3, 28, 1, 30))
    assert skipped.value.instead == datetime(2027, 3, 28, 2, 30)
    with pytest.raises(AppointmentInPast):
        await home.add(start=datetime(2026, 11, 23, 7, 0))
    assert await home.planned() == []


NEW_YEAR = datetime(2026, 12, 30)
FORTNIGHT = {"is_all_day": True, "duration": timedelta(days=14)}


class TestWholeDays:
    async def test_they_end_at_midnight_whatever_the_clocks_do(self, home: Home) -> None:
        start = datetime(2027, 3, 27)
        facts = await home.add(start=start, is_all_day=True, duration=timedelta(days=2))
        assert facts.ends_at - facts.starts_at == timedelta(hours=47)
        assert (facts.first_day, facts.last_day) == (date(2027, 3, 27), date(2027, 3, 28))
        moved = await home.move(facts, datetime(2027, 10, 30), Reach.THIS)
        assert moved.ends_at - moved.starts_at == timedelta(hours=49)
        await home.undo()
        again = await home.do(lambda s: get_occurrence(s, facts.id))
        assert (again.starts_at, again.ends_at) == (facts.starts_at, facts.ends_at)

    async def test_a_day_without_midnight_begins_at_one(self, home: Home) -> None:
        """In Cairo the clocks go forward at midnight."""
        mum = await factories.person(home.database, home.anna, "Nour", zone="Africa/Cairo")
        facts = await factories.appointment(
            home.database,
            home.anna,
            mum,
            start=datetime(2027, 4, 30),
            is_all_day=True,
            duration=timedelta(days=1),
        )
        assert (facts.first_day, facts.last_day) == (date(2027, 4, 30),) * 2
        assert facts.ends_at - facts.starts_at == timedelta(hours=23)

    async def test_today_is_not_over_and_yesterday_is(self, home: Home) -> None:
        facts = await home.add(start=datetime(2026, 11, 23), **FORTNIGHT)
        assert facts.starts_at < home.database.clock.now() < facts.ends_at
        with pytest.raises(AppointmentInPast):
            await home.add(start=datetime(2026, 11, 22), **FORTNIGHT)

    async def test_they_are_told_the_evening_before_and_asked_about_in_the_morning(
        self, home: Home
    ) -> None:
        facts = await home.add(start=NEW_YEAR, **FORTNIGHT)
        assert await home.wake_up(datetime(2026, 12, 29, 18, 59, tzinfo=UTC)) == []
        told = await home.wake_up(datetime(2026, 12, 29, 19, 0, tzinfo=UTC))
        assert told == [{str(facts.id): "remind"}] * 2
        assert await home.wake_up(datetime(2027, 1, 13, 8, 59, tzinfo=UTC)) == []
        told = await home.wake_up(datetime(2027, 1, 13, 9, 0, tzinfo=UTC))
        assert told == [{str(facts.id): "ask_outcome"}] * 2

    async def test_each_of_their_days_lists_them(self, home: Home) -> None:
        facts = await home.add(start=NEW_YEAR, **FORTNIGHT)
        for day, is_listed in (
            (date(2026, 12, 29), False),
            (date(2026, 12, 30), True),
            (date(2027, 1, 12), True),
            (date(2027, 1, 13), False),
        ):
            found = await home.do(partial(lists.list_day, days={home.mum.id: day}))
            assert [each.id for each in found[home.mum.id]] == [facts.id] * is_listed

    async def test_what_falls_into_them_meets_them(self, home: Home) -> None:
        await home.add(start=NEW_YEAR, title="Respite", **FORTNIGHT)
        facts = await home.add(start=datetime(2027, 1, 12, 9))
        [conflict] = facts.conflicts
        assert (conflict.title, conflict.is_all_day) == ("Respite", True)
        assert (conflict.first_day, conflict.last_day) == (date(2026, 12, 30), date(2027, 1, 12))
        assert not (await home.add(start=datetime(2027, 1, 13, 9))).conflicts

    async def test_what_goes_on_can_be_made_longer(self, home: Home) -> None:
        facts = await home.add(start=datetime(2026, 11, 23), **FORTNIGHT)
        longer = replace(facts.details, duration=timedelta(days=20))
        changed = await home.do(
            lambda s: edits.edit_appointment(s, facts.id, longer, version=facts.version)
        )
        assert changed.last_day == date(2026, 12, 12)
        await home.undo()
        again = await home.do(lambda s: get_occurrence(s, facts.id))
        assert again.last_day == date(2026, 12, 6)

    async def test_other_calendars_get_dates(self, home: Home) -> None:
        rule = "FREQ=WEEKLY;BYDAY=TU;UNTIL=20270201T235959Z"
        facts = await home.add(
            start=datetime(2026, 11, 24), rule=rule, is_all_day=True, duration=timedelta(days=2)
        )
        second = await home.at("2026-12-01T00:00")
        await home.do(lambda s: cancelling.cancel_occurrence(s, second.id, reach=Reach.THIS))
        third = await home.at("2026-12-08T00:00")
        await home.move(third, datetime(2026, 12, 10), Reach.THIS)
        entries = await home.do(lambda s: get_entries(s, facts.appointment_id))
        document = calendar_file(entries, name="x", now=home.database.clock.now()).document
        assert document is not None
        text_ = document.content.replace("\r\n ", "")
        assert "DTSTART;VALUE=DATE:20261124" in text_
        assert "DTEND;VALUE=DATE:20261126" in text_
        assert "UNTIL=20270201;" in text_ or "UNTIL=20270201\r" in text_
        assert "EXDATE;VALUE=DATE:20261201" in text_
        assert "RECURRENCE-ID;VALUE=DATE:20261208" in text_
        calendar = icalendar.Calendar.from_ical(document.content)
        shown = recurring_ical_events.of(calendar).between(date(2026, 11, 20), date(2027, 3, 1))
        begins = sorted(event["DTSTART"].dt for event in shown)
        assert begins[:3] == [date(2026, 11, 24), date(2026, 12, 10), date(2026, 12, 15)]
        assert begins[-1] == date(2027, 1, 26)


class TestTooSoonToBeReminded:
    IN_40_MINUTES = datetime(2026, 11, 23, 8, 10)

    async def told(self, home: Home) -> list[tuple[str, str]]:
        async with without_walls(home.url) as connection:
            rows = await connection.execute(
                text(
                    "SELECT u.name, step.value FROM notifications n"
                    " JOIN users u ON u.id = n.user_id"
                    " CROSS JOIN LATERAL jsonb_each_text(n.facts -> 'steps') AS step"
                    " WHERE n.kind = 'appointment' ORDER BY n.id"
                )
            )
            return [tuple(row) for row in rows]

    async def test_the_others_are_told_at_once(self, home: Home) -> None:
        viewer = await factories.member(home.database, home.anna, Role.VIEWER, name="Vera")
        facts = await home.add(start=self.IN_40_MINUTES)
        assert not facts.reminders_ahead(now=home.database.clock.now())
        assert facts.details.remind_before == (1440, 60)
        assert sorted(await self.told(home)) == [("Ben", "soon"), (viewer.name, "soon")]

    async def test_nobody_is_told_of_what_will_be_reminded_of_or_need_not_be(
        self, home: Home
    ) -> None:
        facts = await home.add(start=datetime(2026, 11, 23, 12))
        ahead = facts.reminders_ahead(now=home.database.clock.now())
        assert [reminder.minutes for reminder in ahead] == [60]
        await home.add(start=self.IN_40_MINUTES, remind_before=())
        assert await self.told(home) == []

    async def test_a_move_a_restore_and_other_reminders_tell_them_too(self, home: Home) -> None:
        facts = await home.add(start=datetime(2026, 11, 25, 12))
        moved = await home.move(facts, self.IN_40_MINUTES, Reach.THIS)
        assert await self.told(home) == [("Ben", "soon")]
        other = await home.add(start=datetime(2026, 11, 23, 12))
        days = replace(other.details, remind_before=(2880,))
        await home.do(lambda s: edits.edit_appointment(s, other.id, days, version=other.version))
        assert len(await self.told(home)) == 2
        third = await home.add(start=datetime(2026, 11, 23, 13))
        await home.do(lambda s: cancelling.cancel_occurrence(s, third.id, reach=Reach.THIS))
        move_to(home.database.clock, datetime(2026, 11, 23, 12, 30, tzinfo=UTC))
        await home.do(lambda s: cancelling.restore_occurrence(s, third.id))
        assert len(await self.told(home)) == 3
        assert moved.details.remind_before == (1440, 60)

    async def test_who_was_told_hears_of_a_change_but_nothing_twice(self, home: Home) -> None:
        facts = await home.add(start=self.IN_40_MINUTES)
        noted = replace(facts.details, note="fasting")
        changed = await home.do(
            lambda s: edits.edit_appointment(s, facts.id, noted, version=facts.version)
        )
        assert len(await self.told(home)) == 1
        await home.move(changed, datetime(2026, 11, 23, 8, 20), Reach.THIS)
        told = await home.wake_up(datetime(2026, 11, 23, 7, 31, tzinfo=UTC))
        assert told == [{str(facts.id): "tell"}] * 2

    async def test_a_series_keeps_its_reminders_for_the_later_ones(self, home: Home) -> None:
        first = await home.add(start=self.IN_40_MINUTES, rule="FREQ=DAILY;COUNT=3")
        assert await self.told(home) == [("Ben", "soon")]
        later = await home.at("2026-11-25T08:10")
        ahead = later.reminders_ahead(now=home.database.clock.now())
        assert [reminder.minutes for reminder in ahead] == [1440, 60]
        assert first.appointment_id == later.appointment_id
        second = await home.at("2026-11-24T08:10")
        told = await home.wake_up(datetime(2026, 11, 24, 7, 10, tzinfo=UTC))
        assert {str(second.id): "remind"} in told

    async def test_ten_minutes_before_can_be_added_and_undone(self, home: Home) -> None:
        facts = await home.add(start=self.IN_40_MINUTES)
        work = partial(edits.add_reminder, occurrence_id=facts.id, minutes=10)
        changed = await home.do(work)
        assert changed.details.remind_before == (1440, 60, 10)
        assert await home.do(work) == changed
        told = await home.wake_up(datetime(2026, 11, 23, 8, 0, tzinfo=UTC))
        assert told == [{str(facts.id): "remind"}] * 2
        with pytest.raises(AppointmentOver):
            await home.do(
                lambda s: edits.add_reminder(s, facts.id, minutes=10),
            )
        await home.undo()
        again = await home.do(lambda s: get_occurrence(s, facts.id))
        assert again.details.remind_before == (1440, 60)


async def test_two_at_nearly_the_same_time_name_each_other(home: Home) -> None:
    first = await home.add(start=datetime(2026, 11, 26, 9, 40), title="Dentist")
    second = await home.add(start=datetime(2026, 11, 26, 9, 45), title="Dentist")
    assert [each.starts_at for each in second.conflicts] == [first.starts_at]
    first = await home.do(lambda s: get_occurrence(s, first.id))
    assert [each.starts_at for each in first.conflicts] == [second.starts_at]


async def test_one_that_is_refused_leaves_the_others(home: Home) -> None:
    async def several(scope: Scope) -> list[str]:
        done = []
        for name, minute in (("A", 0), ("B", 1)):

            async def add(inner: Scope, name: str = name, minute: int = minute) -> None:
                new = NewAppointment(home.mum.id, Details(name), datetime(2026, 11, 26, 10))
                await adding.add_appointment(inner, new)
                if minute:
                    raise NotFound

            with suppress(NotFound):
                await run_in_savepoint(scope, add)
                done.append(name)
        return done

    assert await home.do(several) == ["A"]
    page = await home.do(lists.list_upcoming)
    assert [item.details.title for item in page.items] == ["A"]


async def test_ten_o_clock_stays_ten_o_clock(home: Home) -> None:
    await home.add(rule=TUESDAYS, start=datetime(2026, 11, 24, 10))
    rows = await home.planned(most=60)
    assert {row[-5:] for row in rows} == {"10:00"}
    assert {"30 Mar 10:00", "06 Apr 10:00"} <= set(rows)


@pytest.mark.parametrize("role", [Role.VIEWER, Role.RECIPIENT])
async def test_who_only_reads_changes_nothing(home: Home, role: Role) -> None:
    facts = await home.add()
    reader = await factories.member(home.database, home.anna, role, name="Vera", person=home.mum)
    with pytest.raises(NotAllowed):
        await home.do(lambda s: cancelling.cancel_occurrence(s, facts.id, reach=Reach.THIS), reader)
    with pytest.raises(NotAllowed):
        await home.do(lambda s: attendance.become_driver(s, facts.id), reader)
    page = await home.do(lists.list_upcoming, reader)
    assert [item.id for item in page.items] == [facts.id]


class TestReach:
    async def test_one_moves_alone(self, home: Home) -> None:
        first = await home.add(rule=TUESDAYS, start=datetime(2026, 11, 24, 10))
        moved = await home.move(first, datetime(2026, 11, 25, 11), Reach.THIS)
        assert moved.id == first.id
        assert moved.moved_from == first.starts_at
        assert (await home.planned(most=2)) == ["25 Nov 11:00", "01 Dec 10:00"]
        await home.undo()
        assert (await home.planned(most=2)) == ["24 Nov 10:00", "01 Dec 10:00"]

    async def test_the_series_takes_what_was_moved_or_called_off_along(self, home: Home) -> None:
        first = await home.add(rule=TUESDAYS, start=datetime(2026, 11, 24, 10))
        second = await home.at("2026-12-01T10:00")
        await home.do(lambda s: cancelling.cancel_occurrence(s, second.id, reach=Reach.THIS))
        third = await home.at("2026-12-08T10:00")
        await home.move(third, datetime(2026, 12, 10, 15), Reach.THIS)
        first = await home.do(lambda s: get_occurrence(s, first.id))
        await home.move(first, datetime(2026, 11, 26, 9), Reach.ALL)
        assert await home.planned(most=3) == ["26 Nov 09:00", "10 Dec 15:00", "17 Dec 09:00"]
        again = await home.do(lambda s: get_occurrence(s, second.id))
        assert again.status is OccurrenceStatus.CANCELLED
        assert f"{again.local:%d %b %H:%M}" == "03 Dec 09:00"
        await home.undo()
        assert await home.planned(most=3) == ["24 Nov 10:00", "10 Dec 15:00", "15 Dec 10:00"]

    async def test_the_series_moves_by_any_of_its_occurrences(self, home: Home) -> None:
        await home.add(rule=TUESDAYS, start=datetime(2026, 11, 24, 10))
        third = await home.at("2026-12-08T10:00")
        await home.move(third, datetime(2026, 12, 9, 11), Reach.ALL)
        assert await home.planned(most=3) == ["25 Nov 11:00", "02 Dec 11:00", "09 Dec 11:00"]

    async def test_what_has_taken_place_stays(self, home: Home) -> None:
        first = await home.add(rule=TUESDAYS, start=datetime(2026, 11, 24, 10))
        move_to(home.database.clock, datetime(2026, 12, 2, 9, tzinfo=UTC))
        next_one = await home.at("2026-12-08T10:00")
        await home.move(next_one, datetime(2026, 12, 10, 11), Reach.ALL)
        past = await home.do(lists.list_past)
        assert [f"{item.local:%d %b %H:%M}" for item in past.items] == [
            "01 Dec 10:00",
            "24 Nov 10:00",
        ]
        with pytest.raises(AppointmentOver):
            await home.do(lambda s: cancelling.cancel_occurrence(s, first.id, reach=Reach.THIS))

    async def test_this_and_following_parts_the_series(self, home: Home) -> None:
        await home.add(rule=f"{TUESDAYS};COUNT=6", start=datetime(2026, 11, 24, 10))
        third = await home.at("2026-12-08T10:00")
        moved = await home.move(third, datetime(2026, 12, 10, 16), Reach.FOLLOWING)
        assert moved.appointment_id != third.appointment_id
        expected = ["24 Nov 10:00", "01 Dec 10:00"]
        expected += ["10 Dec 16:00", "17 Dec 16:00", "24 Dec 16:00", "31 Dec 16:00"]
        assert await home.planned(most=10) == expected
        await home.undo()
        assert (await home.planned(most=10))[2:] == [
            "08 Dec 10:00",
            "15 Dec 10:00",
            "22 Dec 10:00",
            "29 Dec 10:00",
        ]

    async def test_calling_off_this_and_following_and_back(self, home: Home) -> None:
        await home.add(rule=TUESDAYS, start=datetime(2026, 11, 24, 10))
        third = await home.at("2026-12-08T10:00")
        gone = await home.do(
            lambda s: cancelling.cancel_occurrence(s, third.id, reach=Reach.FOLLOWING)
        )
        assert gone.status is OccurrenceStatus.CUT
        assert await home.planned() == ["24 Nov 10:00", "01 Dec 10:00"]
        await home.do(lambda s: cancelling.restore_occurrence(s, third.id))
        assert (await home.planned(most=4))[2:] == ["08 Dec 10:00", "15 Dec 10:00"]

    async def test_another_rhythm_and_none(self, home: Home) -> None:
        first = await home.add(start=datetime(2026, 11, 26, 10))
        weekly = Recurrence.from_rfc5545("FREQ=WEEKLY;COUNT=3", LONDON)
        start = datetime(2026, 11, 26, 10)
        series = await home.do(
            lambda s: rescheduling.change_recurrence(
                s, first.id, start, weekly, version=first.version
            )
        )
        assert await home.planned() == ["26 Nov 10:00", "03 Dec 10:00", "10 Dec 10:00"]
        await home.do(
            lambda s: rescheduling.change_recurrence(
                s, first.id, start, None, version=series.version
            )
        )
        assert await home.planned() == ["26 Nov 10:00"]
        await home.undo()
        assert await home.planned() == ["26 Nov 10:00", "03 Dec 10:00", "10 Dec 10:00"]

    async def test_a_change_to_what_somebody_else_has_changed_is_told(self, home: Home) -> None:
        facts = await home.add()
        await home.move(facts, datetime(2026, 11, 27, 9), Reach.THIS)
        with pytest.raises(AppointmentChanged):
            await home.move(facts, datetime(2026, 11, 28, 9), Reach.THIS)

    async def test_a_second_tap_changes_nothing(self, home: Home) -> None:
        facts = await home.add()
        for _ in range(2):
            await home.do(lambda s: cancelling.cancel_occurrence(s, facts.id, reach=Reach.THIS))
        await home.undo()
        assert await home.planned() == ["26 Nov 14:30"]


async def test_of_two_drivers_the_first_drives(home: Home) -> None:
    facts = await home.add()

    async def drive(who: Account) -> str:
        try:
            await home.do(lambda s: attendance.become_driver(s, facts.id), who)
        except DriverAlreadySet as taken:
            return f"taken by {taken.driver}"
        return who.name

    outcomes = await asyncio.gather(drive(home.anna), drive(home.ben))
    assert sorted(outcomes) in (["Anna", "taken by Anna"], ["Ben", "taken by Ben"])


async def test_every_time_leaves_those_to_others_that_they_drive(home: Home) -> None:
    first = await home.add(rule=f"{TUESDAYS};COUNT=3", start=datetime(2026, 11, 24, 10))
    second = await home.at("2026-12-01T10:00")
    await home.do(lambda s: attendance.become_driver(s, second.id), home.ben)
    await home.do(lambda s: attendance.become_driver(s, first.id, whole_series=True))
    page = await home.do(lambda s: lists.list_series(s, first.appointment_id))
    assert [item.driver for item in page.items] == ["Anna", "Ben", "Anna"]


async def test_a_driver_of_two_at_once_is_told(home: Home) -> None:
    dad = await factories.person(home.database, home.anna, "Dad")
    facts = await home.add()
    other = await factories.appointment(home.database, home.anna, dad, title="Dentist")
    await home.do(lambda s: attendance.become_driver(s, facts.id))
    both = await home.do(lambda s: attendance.become_driver(s, other.id))
    [conflict] = both.conflicts
    assert (conflict.title, conflict.driver, conflict.person) == ("Cardiologist", "Anna", "Mum")


async def test_another_familys_appointment_is_not_there(home: Home) -> None:
    facts = await home.add()
    eve = await factories.user(home.database, "Eve")
    await factories.family(home.database, eve, "Eve's")
    for work in (
        lambda s: get_occurrence(s, facts.id),
        lambda s: cancelling.cancel_occurrence(s, facts.id, reach=Reach.THIS),
        lambda s: attendance.become_driver(s, facts.id),
        lambda s: attendance.record_outcome(s, facts.id, "x"),
        lambda s: get_entries(s, facts.appointment_id),
    ):
        with pytest.raises(NotFound):
            await home.do(work, eve)


class TestTelling:
    async def test_an_outage_over_several_steps_tells_once(self, home: Home) -> None:
        facts = await home.add()
        told = await home.wake_up(datetime(2026, 11, 26, 13, 45, tzinfo=UTC))
        assert told == [{str(facts.id): "remind"}] * 2
        told = await home.wake_up(datetime(2026, 11, 26, 16, 0, tzinfo=UTC))
        assert told == [{str(facts.id): "ask_outcome"}] * 2

    async def test_nothing_is_told_of_what_was_called_off_in_time(self, home: Home) -> None:
        facts = await home.add()
        await home.do(lambda s: cancelling.cancel_occurrence(s, facts.id, reach=Reach.THIS))
        assert await home.wake_up(datetime(2026, 11, 26, 16, 0, tzinfo=UTC)) == []

    async def test_who_was_told_is_told_that_it_is_off(self, home: Home) -> None:
        facts = await home.add()
        assert len(await home.wake_up(datetime(2026, 11, 25, 14, 30, tzinfo=UTC))) == 2
        await home.do(lambda s: cancelling.cancel_occurrence(s, facts.id, reach=Reach.THIS))
        told = await home.wake_up(datetime(2026, 11, 25, 14, 31, tzinfo=UTC))
        assert told == [{str(facts.id): "tell"}] * 2

    async def test_what_is_still_to_be_told_survives_another_change(self, home: Home) -> None:
        facts = await home.add()
        await home.wake_up(datetime(2026, 11, 25, 14, 30, tzinfo=UTC))
        moved = await home.move(facts, datetime(2026, 11, 27, 9), Reach.THIS)
        noted = replace(moved.details, note="fasting")
        await home.do(lambda s: edits.edit_appointment(s, facts.id, noted, version=moved.version))
        await home.do(lambda s: attendance.become_driver(s, facts.id))
        await home.do(lambda s: attendance.stop_driving(s, facts.id))
        told = await home.wake_up(datetime(2026, 11, 25, 14, 31, tzinfo=UTC))
        assert told == [{str(facts.id): "tell"}] * 2

    async def test_a_message_says_that_what_it_told_of_was_taken_back(self, home: Home) -> None:
        facts = await home.add(start=datetime(2026, 11, 25, 9))
        await home.wake_up(datetime(2026, 11, 24, 9, 0, tzinfo=UTC))
        await home.undo()
        told = await home.wake_up(datetime(2026, 11, 24, 9, 1, tzinfo=UTC))
        assert told == [{str(facts.id): "tell"}] * 2
        [shown] = await home.database.run(
            lambda s: lookups.read_occurrences(s, [facts.id]), as_family(home.family.id)
        )
        assert shown.status is OccurrenceStatus.CUT

    async def test_its_own_list_of_reminders_counts(self, home: Home) -> None:
        facts = await home.add(remind_before=(90,))
        assert await home.wake_up(datetime(2026, 11, 25, 14, 30, tzinfo=UTC)) == []
        asked = await home.wake_up(datetime(2026, 11, 25, 19, 0, tzinfo=UTC))
        assert asked == [{str(facts.id): "ask_driver"}] * 2
        told = await home.wake_up(datetime(2026, 11, 26, 13, 0, tzinfo=UTC))
        assert told == [{str(facts.id): "remind"}] * 2

    async def test_a_viewer_is_told_but_not_asked_to_drive(self, home: Home) -> None:
        await factories.member(home.database, home.anna, Role.VIEWER, name="Vera")
        await home.add()
        assert len(await home.wake_up(datetime(2026, 11, 25, 14, 30, tzinfo=UTC))) == 3
        assert len(await home.wake_up(datetime(2026, 11, 25, 19, 0, tzinfo=UTC))) == 2

    async def test_after_a_driver_left_the_others_are_asked(self, home: Home) -> None:
        facts = await home.add()
        await home.do(lambda s: attendance.become_driver(s, facts.id), home.ben)
        await home.wake_up(datetime(2026, 11, 25, 14, 30, tzinfo=UTC))
        async with without_walls(home.url) as connection:
            await connection.execute(
                text("UPDATE family_members SET left_at = now() WHERE user_id = :id"),
                {"id": home.ben.id},
            )
            await connection.commit()
        told = await home.wake_up(datetime(2026, 11, 25, 19, 0, tzinfo=UTC))
        assert told == [{str(facts.id): "ask_driver"}]


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["move", "cancel", "restore", "repeat", "place", "longer", "undo"]),
        st.integers(0, 5),
        st.sampled_from(Reach),
        st.integers(-3, 3),
        st.integers(8, 17),
    ),
    min_size=1,
    max_size=6,
)
SERIES = [
    "FREQ=WEEKLY;BYDAY=TU,FR",
    "FREQ=DAILY;INTERVAL=3;COUNT=30",
    "FREQ=MONTHLY;BYDAY=1WE",
    "FREQ=MONTHLY;BYMONTHDAY=28,29,30,31;BYSETPOS=-1",
]


@settings(
    max_examples=int(os.environ.get("CARECIRCLE_EXAMPLES", "25")),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(rule=st.sampled_from(SERIES), steps=STEPS, days=st.sampled_from([0, 1, 3]))
@example(
    rule=SERIES[0],
    steps=[("longer", 0, Reach.THIS, 0, 9), ("longer", 0, Reach.FOLLOWING, 0, 8)],
    days=0,
)
async def test_other_calendars_show_what_ours_does(
    home: Home, rule: str, steps: list[tuple[str, int, Reach, int, int]], days: int
) -> None:
    """Whatever was done, and undone, the phone that has opened each file shows what is planned."""
    anna = await factories.user(home.database)
    await factories.family(home.database, anna)
    home = replace(home, anna=anna)
    person = await factories.person(home.database, anna)
    recurrence = Recurrence.from_rfc5545(rule, LONDON)
    first = recurrence.first_from(datetime(2026, 11, 24, 0 if days else 10))
    assert first is not None
    length: dict[str, Any] = {"is_all_day": True, "duration": timedelta(days=days)} if days else {}
    await factories.appointment(home.database, home.anna, person, start=first, rule=rule, **length)

    async def of_person() -> Sequence[OccurrenceFacts]:
        async def read(scope: Scope) -> Sequence[OccurrenceFacts]:
            return await selection.fetch_occurrences(
                scope,
                selection.SELECT_OCCURRENCES.where(CareRecipient.id == person.id).order_by(
                    AppointmentOccurrence.starts_at
                ),
            )

        return await home.do(read)

    async def ours() -> list[Entry]:
        return [
            Entry(
                facts.starts_at,
                facts.ends_at,
                f"{facts.details.title} ({facts.person})",
                facts.details.place or "",
            )
            for facts in await of_person()
            if facts.is_planned and facts.starts_at < until
        ]

    async def open_file() -> None:
        some = (await of_person())[0].appointment_id
        entries = await home.do(partial(get_entries, appointment_id=some))
        document = calendar_file(entries, name="x", now=home.database.clock.now()).document
        assert document is not None
        phone.open(document.content)

    until = MORNING + timedelta(days=200)
    phone = PhoneCalendar(LONDON)
    await open_file()
    for action, index, reach, later, hour in steps:
        listed = [facts for facts in await of_person() if facts.status != OccurrenceStatus.CUT]
        if not listed:
            break
        target = listed[min(index, len(listed) - 1)]
        start = (target.local + timedelta(days=later)).replace(
            tzinfo=None, hour=0 if days else hour
        )
        try:
            if action == "move":
                await home.move(target, start, reach)
            elif action == "cancel":
                await home.do(
                    partial(cancelling.cancel_occurrence, occurrence_id=target.id, reach=reach)
                )
            elif action == "repeat":
                await home.repeat(target, start, reach)
            elif action in ("place", "longer"):
                longer = timedelta(days=hour) if days else timedelta(hours=hour)
                details = replace(
                    target.details,
                    **({"place": f"Room {hour}"} if action == "place" else {"duration": longer}),
                )
                await home.do(
                    partial(
                        edits.edit_appointment,
                        occurrence_id=target.id,
                        details=details,
                        version=target.version,
                        reach=reach,
                    )
                )
            elif action == "undo":
                if (
                    await home.do(last_actions.find_last_action)
                ).kind is not own_actions.ActionKind.APPOINTMENT_ADDED:
                    await home.undo()
            else:
                await home.do(partial(cancelling.restore_occurrence, occurrence_id=target.id))
        except (
            AppointmentCancelled,
            AppointmentInPast,
            AppointmentOver,
            NothingToUndo,
            TimeDoesNotExist,
        ):
            continue
        await open_file()
        since = datetime(2026, 11, 20, tzinfo=UTC)
        assert phone.shown(since, until) == sorted(await ours())
    assert not await find_violations(home.url, home.database.clock)


async def test_a_list_goes_by_the_day_of_each_place(home: Home) -> None:
    """Tuesday in Auckland begins on London's Monday, and in Honolulu it ends on the Wednesday."""
    for hour, key in ((8, "Pacific/Auckland"), (20, "Pacific/Honolulu")):
        person = await factories.person(home.database, home.anna, key, zone=key)
        for number in range(14):
            start = datetime(2026, 11, 26, hour) + timedelta(days=number)
            await factories.appointment(home.database, home.anna, person, start=start)
    for number in range(14):
        await home.add(start=datetime(2026, 11, 26, 14, 30) + timedelta(days=number))

    async def listed(
        pages: Callable[..., Awaitable[OccurrencePage]],
    ) -> list[tuple[date, datetime]]:
        found, has_more = list[OccurrenceFacts](), True
        while has_more:
            page = await home.do(partial(pages, page=len(found) // lists.PAGE_SIZE))
            found += page.items
            has_more = page.has_more
        assert len({facts.id for facts in found}) == len(found) == 42
        return [(facts.first_day, facts.starts_at) for facts in found]

    ahead = await listed(lists.list_upcoming)
    assert ahead == sorted(ahead)
    assert [at for _, at in ahead] != sorted(at for _, at in ahead)
    move_to(home.database.clock, MORNING + timedelta(days=30))
    past = await listed(lists.list_past)
    assert past == sorted(past, reverse=True)


async def test_a_series_is_listed_once_with_its_next_time(home: Home) -> None:
    first = await home.add(rule=f"{TUESDAYS};COUNT=12", start=datetime(2026, 11, 24, 10))
    single = await home.add(start=datetime(2026, 11, 26, 9))
    other = await home.add(rule=TUESDAYS, start=datetime(2026, 12, 1, 9))
    page = await home.do(lists.list_upcoming)
    assert [item.id for item in page.items] == [first.id, single.id, other.id]
    # What is called off is not what comes next, and what was moved before the others is.
    await home.do(lambda s: cancelling.cancel_occurrence(s, first.id, reach=Reach.THIS))
    third = await home.at("2026-12-08T10:00")
    await home.move(third, datetime(2026, 11, 27, 11), Reach.THIS)
    page = await home.do(lists.list_upcoming)
    assert [item.id for item in page.items] == [single.id, third.id, other.id]
    dates = await home.do(lambda s: lists.list_series(s, first.appointment_id))
    assert [item.id for item in dates.items[:2]] == [first.id, third.id]
    assert dates.has_more
    rest = await home.do(lambda s: lists.list_series(s, first.appointment_id, page=1))
    assert (len(rest.items), rest.has_more) == (2, False)
    beyond = await home.do(lambda s: lists.list_series(s, first.appointment_id, page=9))
    assert [item.id for item in beyond.items] == [item.id for item in dates.items]


async def test_a_series_that_is_over_or_elsewhere_has_no_dates(home: Home) -> None:
    first = await home.add(rule=f"{TUESDAYS};COUNT=2", start=datetime(2026, 11, 24, 10))
    stranger = await factories.user(home.database, "Eve")
    await factories.family(home.database, stranger)
    with pytest.raises(NotFound):
        await home.do(lambda s: lists.list_series(s, first.appointment_id), stranger)
    move_to(home.database.clock, MORNING + timedelta(days=30))
    with pytest.raises(NotFound):
        await home.do(lambda s: lists.list_series(s, first.appointment_id))
    assert not (await home.do(lists.list_upcoming)).items


async def test_the_same_flow_adds_one(home: Home) -> None:
    flow = uuid4()
    new = NewAppointment(home.mum.id, Details("Check"), datetime(2026, 11, 26, 10))
    for _ in range(2):
        await home.do(lambda s: adding.add_appointment(s, new, flow_id=flow))
    assert await home.planned() == ["26 Nov 10:00"]
