"""Short walks by fixed seeds, and whether the walk would notice what is wrong."""

import dataclasses
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from tests.databases import clock_at
from tests.talk.stage import set_up_stage
from tests.walk import screens
from tests.walk.__main__ import beginning_of
from tests.walk.reading import doses_in, moment_in, number_in
from tests.walk.reckoning import falls, on_wall
from tests.walk.sayings import clock_time
from tests.walk.snapshot import Snapshot
from tests.walk.steps import Found
from tests.walk.walk import Walk

LONDON = ZoneInfo("Europe/London")
NEW_YORK = ZoneInfo("America/New_York")
STEPS = 40


@pytest.mark.parametrize("seed", [1, 3, 8])
async def test_a_walk_finds_nothing(seed: int, database_url: str, redis_url: str) -> None:
    clock = clock_at(beginning_of(seed))
    async with set_up_stage(database_url=database_url, redis_url=redis_url, clock=clock) as stage:
        walk = Walk(stage, seed)
        await walk.settle_in()
        try:
            await walk.go(STEPS)
        except Found as found:
            pytest.fail(f"{found}\n{walk.report()}", pytrace=False)


class TestWhatIsMeantByAClockTime:
    """The walk's own understanding, which the grammar is held to."""

    @pytest.mark.parametrize(
        ("typed_at", "clock", "meant"),
        [
            ("2026-06-02 08:00", "07:55", "2026-06-02 07:55"),
            ("2026-06-02 08:00", "08:04", "2026-06-02 08:00"),
            ("2026-06-02 07:40", "07:55", None),
            ("2026-06-02 00:20", "23:50", "2026-06-01 23:50"),
            ("2026-06-02 08:00", "17:00", None),
        ],
    )
    def test_it_is_today_now_yesterday_or_a_question(
        self, typed_at: str, clock: str, meant: str | None
    ) -> None:
        now = datetime.fromisoformat(typed_at).replace(tzinfo=LONDON).astimezone(UTC)
        when = clock_time(clock, now=now, zone=LONDON)
        if meant is None:
            assert when.must_ask
        else:
            at = datetime.fromisoformat(meant).replace(tzinfo=LONDON)
            assert not when.must_ask
            assert when.means(at)
            assert not when.means(at - timedelta(days=1))


class TestTheReckoning:
    def first_falls(self, count: int, after: datetime, **schedule: Any) -> list[str]:
        rule = {"kind": "wall_clock", "ends_on": None, "dosages": None, **schedule}
        found = falls(rule, LONDON, after=after, last_taken=None)
        return [f"{next(found).at.astimezone(LONDON):%d %b %H:%M}" for _ in range(count)]

    def test_every_second_week_counts_from_the_week_of_the_first_dose(self) -> None:
        days = {"pattern": "weekly", "weekdays": [4], "every": 2}
        after = datetime(2026, 3, 28, 12, tzinfo=UTC)
        found = self.first_falls(2, after, days=days, times=["10:00"], starts_on="2026-03-28")
        assert found == ["03 Apr 10:00", "17 Apr 10:00"]

    def test_the_31st_is_the_last_day_of_shorter_months(self) -> None:
        days = {"pattern": "monthly", "days": [31]}
        after = datetime(2026, 2, 1, tzinfo=UTC)
        found = self.first_falls(3, after, days=days, times=["07:00"], starts_on="2026-01-01")
        assert found == ["28 Feb 07:00", "31 Mar 07:00", "30 Apr 07:00"]

    def test_a_time_in_the_gap_is_as_much_later(self) -> None:
        at = on_wall(datetime(2026, 3, 29).date(), "01:30", LONDON)
        assert at == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)


class TestWhatIsRead:
    def test_moments(self) -> None:
        today = datetime(2026, 6, 1).date()
        said = moment_in("Next: Friday 5 June 10:30 Mum's time", today=today)
        assert said is not None
        assert (str(said.day), said.clock) == ("2026-06-05", "10:30")

    @pytest.mark.parametrize(
        ("words", "number"),
        [("📦 12 tablets left", "12"), ("📦 2½ tablets", "2.5"), ("½ tablet", "0.5")],
    )
    def test_numbers(self, words: str, number: str) -> None:
        assert number_in(words) == Decimal(number)

    def test_lines(self) -> None:
        text = (
            "💊 Today\n\nMum\n✅ 08:00 Para 1 g (taken 08:05, recorded by Anna)\n"
            "⚠️ yesterday 20:00 Para 1 g"
        )
        [taken, missed] = doses_in(text, today=datetime(2026, 6, 2).date())
        assert (taken.status, taken.said.clock) == ("taken", "08:00")
        assert (missed.status, str(missed.said.day)) == ("missed", "2026-06-01")


class TestWhatIsNoticed:
    """Screens that say otherwise than the rows."""

    FAMILY, PERSON, USER, DOSE = (UUID(int=number) for number in range(1, 5))

    def tables(self, **dose: Any) -> Snapshot:
        at = datetime(2026, 6, 1, 9, tzinfo=UTC)
        row = {
            "id": self.DOSE,
            "family_id": self.FAMILY,
            "care_recipient_id": self.PERSON,
            "medication_id": UUID(int=9),
            "medication_name": "Para",
            "dosage": "500 mg",
            "given": None,
            "status": "taken",
            "due_at": at - timedelta(hours=2),
            "timezone": "Europe/London",
            "taken_at": at - timedelta(hours=1),
            "taken_timezone": "Europe/London",
            "resolved_by_id": self.USER,
            "is_scheduled": True,
            **dose,
        }
        person = {
            "id": self.PERSON,
            "family_id": self.FAMILY,
            "name": "Mum",
            "timezone": "Europe/London",
        }
        tables: dict[str, Any] = {field.name: {} for field in dataclasses.fields(Snapshot)}
        tables |= {"at": at, "people": {self.PERSON: person}, "doses": {self.DOSE: row}}
        return Snapshot(**tables | {"users": {self.USER: {"name": "Anna"}}})

    @pytest.mark.parametrize(
        "line",
        [
            "✅ 08:00 Para 500 mg (taken 09:00, recorded by Ben)",
            "✅ 08:00 Para 500 mg (taken 09:30, recorded by Anna)",
            "✅ 08:00 Para 1 g (taken 09:00, recorded by Anna)",
            "✅ 07:00 Para 500 mg (taken 09:00, recorded by Anna)",
            "⏭ 08:00 Para 500 mg (skipped, recorded by Anna)",
            "Nothing is due today.",
        ],
    )
    def test_today(self, line: str) -> None:
        right = "💊 Today\n\nMum\n✅ 08:00 Para 500 mg (taken 09:00, recorded by Anna)"
        assert list(screens.check_today(self.tables(), self.FAMILY, right)) == []
        wrong = f"💊 Today\n\nMum\n{line}"
        assert list(screens.check_today(self.tables(), self.FAMILY, wrong)) != []

    def test_an_open_dose_that_is_not_shown(self) -> None:
        tables = self.tables(status="pending", taken_at=None, resolved_by_id=None)
        assert list(screens.check_today(tables, self.FAMILY, "💊 Today\n\nMum\n")) != []

    def test_history(self) -> None:
        right = "📜 History\n\nToday, Monday 1 June\n1. ✅ 09:00 Para 500 mg (recorded by Anna)"
        assert list(screens.check_history(self.tables(), self.FAMILY, right)) == []
        for wrong in (
            right.replace("Anna", "Ben"),
            right.replace("Today, Monday 1 June", "Yesterday, Sunday 31 May"),
        ):
            assert list(screens.check_history(self.tables(), self.FAMILY, wrong)) != []
