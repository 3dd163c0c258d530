"""A pause of everything that a person takes: what it holds, how it ends, what Undo gives back."""

import asyncio
from datetime import date
from zoneinfo import ZoneInfo

import pytest

from domain.access import Role
from domain.errors import NotAllowed
from domain.medicines.changes import moving, status
from domain.medicines.errors import (
    MedicineStopped,
    NothingToPause,
    NotPaused,
    PauseEndImpossible,
    UnseenPause,
)
from domain.models.medicines import DoseStatus
from domain.overview.own_actions import ActionKind
from tests import factories
from tests.factories import daily
from tests.integration.medicines.pauses.home import (
    ACTIVE,
    FRIDAY,
    PAUSED,
    STOPPED,
    THURSDAY,
    WEDNESDAY,
    Home,
    at,
)
from tests.invariants import find_violations


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
