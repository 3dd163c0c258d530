"""The calendar files that somebody opens, in order, show exactly what is planned."""

import os
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from bot.features.appointments.views.calendar_files import calendar_file
from domain.appointments.calendars import get_entries
from domain.appointments.changes import cancelling, edits
from domain.appointments.changes.locking import Reach
from domain.appointments.errors import (
    AppointmentCancelled,
    AppointmentInPast,
    AppointmentOver,
    TimeDoesNotExist,
)
from domain.appointments.occurrences import selection
from domain.appointments.occurrences.facts import OccurrenceFacts
from domain.appointments.recurrences import Recurrence
from domain.database.scope import Scope
from domain.errors import NothingToUndo
from domain.models import AppointmentOccurrence, CareRecipient
from domain.models.appointments import OccurrenceStatus
from domain.overview import last_actions, own_actions
from tests import factories
from tests.databases import MORNING
from tests.integration.appointments.home import Home
from tests.invariants import find_violations
from tests.phone_calendar import Entry, PhoneCalendar

LONDON = ZoneInfo("Europe/London")
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
    "FREQ=MONTHLY;BYDAY=2TU,4TU",
    "FREQ=WEEKLY;BYDAY=TU,FR\nEXDATE;VALUE=DATE:20261204,20261215,20270105",
    "FREQ=DAILY;INTERVAL=3;COUNT=30\nEXDATE;VALUE=DATE:20261127,20261130,20261206",
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
