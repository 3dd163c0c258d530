"""What lasts all day, or several days: by the calendar, whatever the clocks do."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial

import icalendar
import pytest
import recurring_ical_events

from bot.features.appointments.views.calendar_files import calendar_file
from domain.appointments.calendars import get_entries
from domain.appointments.changes import cancelling, edits
from domain.appointments.changes.locking import Reach
from domain.appointments.errors import AppointmentInPast
from domain.appointments.occurrences import lists
from domain.appointments.occurrences.lookups import get_occurrence
from tests import factories
from tests.integration.appointments.home import Home

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
