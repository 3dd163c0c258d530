"""What a medicine does while its person is paused."""

from dataclasses import replace
from datetime import date, timedelta

from domain.medicines.changes import status
from domain.medicines.records.intakes import NOW_AS_USUAL, Confirm, Giving, give
from domain.medicines.records.outlook import Doubt
from domain.medicines.schedules.kinds import AsNeeded, Elapsed
from domain.overview.own_actions import ActionKind
from tests import factories
from tests.integration.medicines.pauses.home import ACTIVE, PAUSED, WEDNESDAY, Home, at


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
